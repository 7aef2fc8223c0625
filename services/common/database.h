#ifndef REGLAB_SERVICES_COMMON_DATABASE_H_
#define REGLAB_SERVICES_COMMON_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace reglab {

// PostgreSQL through libpq itself: libpqxx 6.4 has no pipeline mode, and
// BEGIN, one statement and COMMIT in one round trip is what a read costs here.

// A statement, prepared on every connection when it opens: SQL that the
// database refuses stops the process at start. Only at namespace scope in the
// store that owns it: `const Statement kGet("SELECT …");`
class Statement {
 public:
  explicit Statement(const char* sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  const char* sql() const { return sql_; }
  const std::string& id() const { return id_; }

 private:
  const char* sql_;
  std::string id_;
};

// One bound parameter, in PostgreSQL's text format. A vector is a text[].
class Param {
 public:
  Param(std::nullopt_t) {}
  Param(std::string_view text) : text_(std::string(text)) {}
  Param(const std::string& text) : text_(text) {}
  Param(const char* text) : text_(text) {}
  Param(bool value) : text_(value ? "t" : "f") {}
  Param(int value) : text_(std::to_string(value)) {}
  Param(int64_t value) : text_(std::to_string(value)) {}
  Param(double value);
  Param(absl::Time time);
  Param(const std::vector<std::string>& array);
  Param(const std::optional<std::string>& text) : text_(text) {}
  // A bytea.
  static Param Bytes(std::string_view bytes);

  const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};
using Params = std::vector<Param>;

class Rows;

// One row of a result; valid as long as its Rows.
class Row {
 public:
  Row(const Rows* rows, int index) : rows_(rows), index_(index) {}
  bool IsNull(int column) const;
  std::string_view Text(int column) const;  // "" for NULL
  int64_t Int(int column) const;            // 0 for NULL
  double Double(int column) const;
  bool Bool(int column) const;
  absl::Time Time(int column) const;                 // timestamptz
  std::vector<std::string> Array(int column) const;  // text[]
  std::string Bytes(int column) const;               // bytea
  const Rows& rows() const { return *rows_; }

 private:
  const Rows* rows_;
  int index_;
};

class Rows {
 public:
  explicit Rows(void* result);  // takes a PGresult
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();
  int size() const;
  bool empty() const { return size() == 0; }
  int columns() const;
  const char* ColumnName(int column) const;
  Row operator[](int index) const { return Row(this, index); }
  int64_t affected() const;
  void* result() const { return result_; }

 private:
  friend void ReadRow(const Row& row, google::protobuf::Message& message);
  void* result_;
  // Which field each column fills, worked out for the first row.
  mutable const google::protobuf::Descriptor* type_ = nullptr;
  mutable std::vector<const google::protobuf::FieldDescriptor*> fields_;
};

// Fills the fields of `message` whose names are the row's column names:
// text → string, text[] → repeated string, date → string, timestamptz →
// Timestamp, enum value's name → enum, numbers and booleans, jsonb → message
// or repeated message (as protobuf JSON). NULL leaves the field unset; a column
// without a field is passed over.
void ReadRow(const Row& row, google::protobuf::Message& message);

template <class M>
M ReadRow(const Row& row) {
  M message;
  ReadRow(row, message);
  return message;
}

// The other direction: parameters from the named fields of `message`, in that
// order. An unset message, an unset optional field and an enum's zero are NULL;
// an empty string is NULL where the name ends in "?" ("ends_at?"), as a date
// or a reference that is not there should be. Messages other than Timestamp
// are bound as protobuf JSON, for jsonb columns.
Params Fields(const google::protobuf::Message& message,
              std::initializer_list<std::string_view> names);

// The same of many messages of one type, for a statement that takes
// unnest($1::text[], $2::text[], …): one array per name. Elements are text; the
// array of a repeated field is the text of an array.
Params FieldArrays(
    const std::vector<const google::protobuf::Message*>& messages,
    std::initializer_list<std::string_view> names);

// What happened to one resource, for the journal: audit log, change feed and
// cache invalidation in one. A kRead, of personal data, is for the audit log
// alone.
struct Change {
  enum class Kind { kCreated, kUpdated, kDeleted, kRead };
  Kind kind;
  std::string_view type;  // "learning.Activity"
  std::string name;       // "activities/…"
  std::string etag;
  std::vector<std::string> field_paths;  // never values
  std::string visibility;                // after the change; see AudienceOf
  std::vector<std::string> owners;
  // Of a kRead, the resources whose data was shown.
  std::vector<std::string> subjects = {};
};

// Work for another service, to be done after the commit: at least once, never
// lost, and once in effect because the record's id is the request_id.
struct Work {
  // Full method name, "/reglab.learning.v1.IdeasService/CreateIdea".
  std::string method;
  // The request; its request_id is filled by the worker.
  const google::protobuf::Message* request;
  // Names what waits for the answer, e.g. "suggestions/…"; given back to the
  // handler registered with Rpcs::OnWorkDone.
  std::string subject;
};

// A transaction in progress. Used by one thread. After an error it can only
// be left; Database rolls it back.
class Transaction {
 public:
  virtual ~Transaction() = default;

  absl::StatusOr<Rows> Query(const Statement& statement,
                             const Params& params = {});
  // SQL made at run time of constant pieces and bound parameters (lists with a
  // filter); the connection keeps the last 100 such texts prepared.
  absl::StatusOr<Rows> QueryText(const std::string& sql, const Params& params);
  // As QueryText, planned for these very values: where a rare value needs
  // another index than a common one.
  absl::StatusOr<Rows> QueryOnce(const std::string& sql, const Params& params);

  // As Query, for exactly one row: none is NotFound(name).
  absl::StatusOr<Rows> QueryOne(const Statement& statement,
                                const Params& params, std::string_view name);

  // Queues a statement whose rows nobody needs; it is sent with the next query
  // or the commit, which also returns its error.
  void Send(const Statement& statement, const Params& params);

  // Queues the journal record; every write of a resource makes one.
  void Record(const Change& change);
  // The same of many, with one statement per thousand.
  void Record(const std::vector<Change>& changes);
  // Queues the work record.
  void Enqueue(const Work& work);

  struct State;

 protected:
  friend class Database;
  explicit Transaction(State* state) : state_(state) {}
  State* state_;
};

struct DatabaseOptions {
  // libpq's PG* variables say the rest.
  std::string conninfo;  // e.g. "dbname=learning"; may be empty
  int connections = 6;
};

// A pool of connections. Thread-safe. What PostgreSQL says never leaves as it
// is: 23505 is ALREADY_EXISTS, 23503 and 23514 FAILED_PRECONDITION, 40001/40P01
// ABORTED after bounded retries, 57014 DEADLINE_EXCEEDED, a broken connection
// UNAVAILABLE (and replaced), a commit in doubt UNKNOWN and never retried, the
// rest INTERNAL and logged.
class Database {
 public:
  // Opens the connections and prepares every Statement of the process.
  static absl::StatusOr<std::unique_ptr<Database>> Open(
      const DatabaseOptions& options);
  ~Database();

  // Runs `body` in a read-only transaction. It may run twice, so it touches
  // nothing outside. statement_timeout follows the deadline.
  absl::Status Read(absl::Time deadline,
                    const std::function<absl::Status(Transaction&)>& body);

  // Who writes, for the journal.
  struct Actor {
    std::string caller;   // "clients/…"
    std::string process;  // that acts
    std::string method;   // "/reglab.learning.v1.ActivitiesService/…"
    std::string trace_id;
    // The whole caller as JSON, for work done on its behalf; asked only then.
    std::function<std::string()> caller_json = {};
    std::string organization = "";  // that the caller acts for
  };
  // Runs `body` in a read-write transaction and commits, unless `body` returns
  // an error or `dry_run`. Up to 5 attempts on serialization failures.
  absl::Status Transact(absl::Time deadline, const Actor& actor, bool dry_run,
                        const std::function<absl::Status(Transaction&)>& body);

  // Called after each commit that wrote a journal record (wakes the sealer).
  void OnCommit(std::function<void()> wake);
  // Called after each commit that recorded work.
  void OnEnqueue(std::function<void()> wake);

  // True when a connection answers now; used by readiness.
  bool Healthy();

  struct Pool;
  Pool& pool() { return *pool_; }

 private:
  explicit Database(std::unique_ptr<Pool> pool);
  std::unique_ptr<Pool> pool_;
};

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_DATABASE_H_
