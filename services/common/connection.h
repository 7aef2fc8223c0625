#ifndef REGLAB_SERVICES_COMMON_CONNECTION_H_
#define REGLAB_SERVICES_COMMON_CONNECTION_H_

#include <list>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/common/database.h"

struct pg_conn;
struct pg_result;

namespace reglab {

// UNAVAILABLE: the database does not answer.
absl::Status DatabaseUnavailable();

// One connection in pipeline mode: what is sent waits until Flush, which costs
// one round trip for all of it. Used by one thread at a time; only Database and
// what waits for notifications have one. Its sessions are read-only unless a
// transaction says otherwise.
class Connection {
 public:
  Connection() = default;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Opens (again) and prepares every Statement; under a second when nobody
  // answers. FAILED_PRECONDITION names a statement that the database refuses.
  absl::Status Open(const std::string& conninfo, bool prepare = true);
  bool open() const { return connection_ != nullptr; }

  // Whether the last error was a serialization failure or a deadlock.
  bool conflict() const { return conflict_; }

  void SendBegin();
  void Send(const Statement& statement, const Params& params, bool wanted);
  void SendText(const std::string& sql, const Params& params);
  // Not kept prepared: planned for these very values.
  void SendOnce(const std::string& sql, const Params& params);
  // Lets the server give up at the deadline, rounded up to a power of two so
  // that it seldom has to be said.
  void SetTimeout(absl::Time deadline);

  // Sends everything and returns the rows of the last wanted statement, or the
  // first error. A deadline that passes cancels the statement.
  absl::StatusOr<Rows> Flush(absl::Time deadline);
  absl::Status Commit(absl::Time deadline);
  void Rollback();

  // For a connection that waits for notifications: LISTEN, then wait for one at
  // most until `deadline`; notified() tells whether one came. UNAVAILABLE when
  // the connection broke.
  absl::Status Listen(const char* channel);
  bool listening() const { return listening_; }
  absl::Status WaitForNotification(absl::Time deadline);
  bool notified() const { return notified_; }

 private:
  enum class Wanted { kNo, kYes };
  void Close();
  void SendPrepared(const char* id, const Params& params, Wanted wanted);
  void SendPlain(const char* sql);
  absl::Status Wait(short events, absl::Time deadline);
  absl::Status ErrorOf(const pg_result* result);

  pg_conn* connection_ = nullptr;
  bool conflict_ = false;
  bool listening_ = false;
  bool notified_ = false;
  int64_t timeout_ms_ = 0;
  std::vector<Wanted> sent_;
  // Texts of lists, most recently used first, with the names they have here.
  std::list<std::pair<std::string, std::string>> texts_;
  absl::flat_hash_map<std::string,
                      std::list<std::pair<std::string, std::string>>::iterator>
      text_ids_;
  int64_t next_text_ = 0;
};

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_CONNECTION_H_
