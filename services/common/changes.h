#ifndef REGLAB_SERVICES_COMMON_CHANGES_H_
#define REGLAB_SERVICES_COMMON_CHANGES_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/common/database.h"
#include "services/common/identity.h"

namespace reglab {

// A change as the feed tells it: that something happened, never what.
struct FeedEntry {
  int64_t seq;
  std::string kind;  // CREATED, UPDATED, DELETED
  std::string type;
  std::string name;
  std::string etag;
  absl::Time time;
};

// A batch of the feed for one reader.
struct FeedBatch {
  std::vector<FeedEntry> entries;
  int64_t next;   // read on from here
  bool complete;  // nothing newer was sealed at the time
};

// Seals the journal of this database and tells its readers. All readers of a
// process share one thread and one connection; each keeps only its position, so
// a slow one costs no memory. Thread-safe.
class ChangeFeed {
 public:
  // `service` is what the exported heads of the journal are called by.
  ChangeFeed(Database& database, std::string conninfo, std::string service);
  ~ChangeFeed();

  struct Reader {
    Audience audience;
    int64_t position = 0;
    int page_size = 500;
    // Called on the feed's thread with the next batch: at once when there are
    // entries, otherwise at `due`. Returns false while the batch before is
    // still being written; it is offered again. Must not call the feed.
    std::function<bool(const FeedBatch&)> take;
    absl::Time due;
    // A stream gets an empty batch this often; zero: one batch and no more.
    absl::Duration beat = absl::ZeroDuration();
    bool finished = false;
  };

  // Starts reading; a reader goes on until `finished` is set by Remove. Its
  // position must come from ReadToken or Head.
  void Add(std::shared_ptr<Reader> reader);
  void Remove(const std::shared_ptr<Reader>& reader);

  // The newest sealed seq.
  absl::StatusOr<int64_t> Head();
  // The position that a token stands for: "" is the oldest kept. NOT a grant:
  // what is read is decided by the reader's audience. INVALID_ARGUMENT for what
  // is no token of this feed, OUT_OF_RANGE/TOKEN_EXPIRED when it is older than
  // the 30 days that are kept.
  absl::StatusOr<int64_t> ReadToken(const std::string& token);
  static std::string MakeToken(int64_t position);

  // A commit wrote journal records.
  void Wake();
  void Stop();

 private:
  void SealLoop();
  void ReadLoop();
  // Whether any reader has more to read at once.
  bool Serve();

  Database& database_;
  const std::string conninfo_;
  const std::string service_;
  std::mutex mutex_;
  std::condition_variable seal_wake_;
  std::condition_variable read_wake_;
  bool committed_ = false;
  bool sealed_ = false;
  bool stopping_ = false;
  std::list<std::shared_ptr<Reader>> readers_;
  std::thread seal_thread_;
  std::thread read_thread_;
  std::thread listen_thread_;
};

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_CHANGES_H_
