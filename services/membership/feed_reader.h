#ifndef REGLAB_SERVICES_MEMBERSHIP_FEED_READER_H_
#define REGLAB_SERVICES_MEMBERSHIP_FEED_READER_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/membership/delivery_store.h"
#include "services/membership/stopping.h"

namespace reglab {
class ChangeFeed;
class Runtime;
struct Caller;
}  // namespace reglab

namespace reglab::membership {

// Reads the change feeds of the three services for the subscriptions and puts
// what they want into the queue: its own feed directly, the others' over gRPC,
// each with the eyes of the subscriber's organisation, so that nobody is told
// of what he may not read. Once a second the head of each feed is asked for;
// only when it has moved, or four times a minute, are the cursors looked at. A
// cursor that is leased is nobody else's, and events and cursor are written
// together: nothing is skipped, and nothing put in twice. Used by one thread.
class FeedReader {
 public:
  FeedReader(Runtime& runtime, ChangeFeed& feed, Stopping& stopping);
  void Loop();

 private:
  struct Batch {
    std::vector<Event> events;
    std::string next;
    bool complete = false;
  };
  absl::StatusOr<Batch> Read(const std::string& service,
                             const std::string& since, const Caller& caller);
  absl::StatusOr<Batch> ReadOwn(const std::string& since, const Caller& caller);
  // Whether the feed has moved since the last call.
  absl::StatusOr<bool> FollowHead(const std::string& service);
  absl::Status ReadCursor(const deliveries::Cursor& cursor);
  absl::Status ReadCursors(const std::string& service, bool moved);

  Runtime& runtime_;
  ChangeFeed& feed_;
  Stopping& stopping_;
  std::map<std::string, std::string> heads_;
};

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_FEED_READER_H_
