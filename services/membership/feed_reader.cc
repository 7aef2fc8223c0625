#include "services/membership/feed_reader.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "reglab/membership/v1/changes.pb.h"
#include "services/common/changes.h"
#include "services/common/process.h"
#include "services/common/runtime.h"
#include "services/common/status_macros.h"

namespace reglab::membership {
namespace {

constexpr absl::Duration kPoll = absl::Seconds(1);
constexpr absl::Duration kDeadline = absl::Seconds(5);
constexpr absl::Duration kLease = absl::Seconds(30);
// Read again soon, when there is more, and otherwise when the feed moves.
constexpr absl::Duration kWait = absl::Seconds(15);
constexpr int kPage = 200;
constexpr int kHeadPage = 500;
constexpr int kMostHeadPages = 20;
constexpr int kCursors = 20;
constexpr const char* kServices[] = {"membership", "meetings", "learning"};

const Database::Actor& Actor() {
  static const auto* actor =
      new Database::Actor{"", "membership", "/reglab/delivery", ""};
  return *actor;
}

// Whose eyes see how far a feed has come.
Caller Myself() {
  Caller caller;
  caller.name = "services/membership";
  caller.roles = {"SERVICE"};
  return caller;
}

Caller SubscriberOf(const deliveries::Cursor& cursor) {
  Caller caller;
  caller.name = cursor.subscription;
  caller.organization = cursor.organization;
  caller.bodies = cursor.bodies;
  if (cursor.organization.empty()) caller.roles.push_back("SECRETARIAT");
  if (cursor.member) caller.roles.push_back("MEMBER");
  return caller;
}

}  // namespace

FeedReader::FeedReader(Runtime& runtime, ChangeFeed& feed, Stopping& stopping)
    : runtime_(runtime), feed_(feed), stopping_(stopping) {}

void FeedReader::Loop() {
  std::map<std::string, absl::Status> last;
  while (!stopping_.stopped()) {
    for (const char* service : kServices) {
      absl::StatusOr<bool> moved = FollowHead(service);
      absl::Status status = moved.status();
      if (moved.ok()) status = ReadCursors(service, *moved);
      // Said once, not every second that a service is away.
      if (status.code() != last[service].code()) {
        LogInfo("feed_of_subscriptions",
                {{"service", service},
                 {"code", absl::StatusCodeToString(status.code())}});
      }
      last[service] = status;
    }
    if (!stopping_.Sleep(kPoll)) return;
  }
}

absl::StatusOr<FeedReader::Batch> FeedReader::Read(const std::string& service,
                                                   const std::string& since,
                                                   const Caller& caller) {
  if (service == "membership") return ReadOwn(since, caller);
  // The messages of the feeds are alike in the three packages.
  v1::ListChangesRequest request;
  request.set_since(since);
  request.set_page_size(caller.HasRole("SERVICE") ? kHeadPage : kPage);
  ASSIGN_OR_RETURN(
      const std::string bytes,
      runtime_.CallUpstream(
          absl::StrCat("/reglab.", service, ".v1.ChangesService/ListChanges"),
          request.SerializeAsString(), caller, "", absl::Now() + kDeadline));
  v1::ListChangesResponse response;
  if (!response.ParseFromString(bytes)) {
    return absl::InternalError("no list of changes");
  }
  Batch batch{.next = response.next_since(), .complete = response.complete()};
  for (const v1::Change& change : response.changes()) {
    batch.events.push_back(
        {.service = service,
         .seq = change.seq(),
         .kind = v1::Change::Kind_Name(change.kind()),
         .type = change.type(),
         .resource = change.name(),
         .etag = change.etag(),
         .time = absl::FromUnixSeconds(change.time().seconds()) +
                 absl::Nanoseconds(change.time().nanos())});
  }
  return batch;
}

absl::StatusOr<FeedReader::Batch> FeedReader::ReadOwn(const std::string& since,
                                                      const Caller& caller) {
  ASSIGN_OR_RETURN(const int64_t position, feed_.ReadToken(since));
  auto read = std::make_shared<std::promise<FeedBatch>>();
  std::future<FeedBatch> answer = read->get_future();
  auto reader = std::make_shared<ChangeFeed::Reader>();
  reader->audience = AudienceOf(caller);
  reader->position = position;
  reader->page_size = caller.HasRole("SERVICE") ? kHeadPage : kPage;
  reader->due = absl::Now();
  reader->take = [read](const FeedBatch& batch) {
    read->set_value(batch);
    return true;
  };
  feed_.Add(reader);
  if (answer.wait_for(absl::ToChronoMilliseconds(kDeadline)) !=
      std::future_status::ready) {
    feed_.Remove(reader);
    return absl::UnavailableError("the feed does not answer");
  }
  const FeedBatch found = answer.get();
  Batch batch{.next = ChangeFeed::MakeToken(found.next),
              .complete = found.complete};
  for (const FeedEntry& entry : found.entries) {
    batch.events.push_back({.service = "membership",
                            .seq = entry.seq,
                            .kind = entry.kind,
                            .type = entry.type,
                            .resource = entry.name,
                            .etag = entry.etag,
                            .time = entry.time});
  }
  return batch;
}

absl::StatusOr<bool> FeedReader::FollowHead(const std::string& service) {
  auto known = heads_.find(service);
  if (known == heads_.end()) {
    // From where it was last; a first start reads what is kept once.
    std::string since;
    RETURN_IF_ERROR(runtime_.database().Read(
        absl::Now() + kDeadline, [&](Transaction& tx) -> absl::Status {
          ASSIGN_OR_RETURN(since, deliveries::LastPosition(tx, service));
          return absl::OkStatus();
        }));
    known = heads_.emplace(service, since).first;
  }
  std::string& head = known->second;
  const std::string before = head;
  for (int page = 0; page < kMostHeadPages; ++page) {
    absl::StatusOr<Batch> batch = Read(service, head, Myself());
    if (absl::IsOutOfRange(batch.status()) ||
        absl::IsInvalidArgument(batch.status())) {
      // Older than what is kept, or of a database that was restored.
      head.clear();
      continue;
    }
    if (!batch.ok()) return batch.status();
    head = batch->next;
    if (batch->complete) break;
  }
  RETURN_IF_ERROR(runtime_.database().Transact(
      absl::Now() + kDeadline, Actor(), false, [&](Transaction& tx) {
        return deliveries::NotePosition(tx, service, head);
      }));
  return head != before;
}

absl::Status FeedReader::ReadCursors(const std::string& service, bool moved) {
  // Those that waited when the feed moved; not again those that are read here.
  const absl::Time until = moved ? absl::Now() + kWait : absl::InfinitePast();
  for (;;) {
    const absl::Duration early =
        std::max(until - absl::Now(), absl::ZeroDuration());
    std::vector<deliveries::Cursor> cursors;
    RETURN_IF_ERROR(runtime_.database().Transact(
        absl::Now() + kDeadline, Actor(), false,
        [&](Transaction& tx) -> absl::Status {
          ASSIGN_OR_RETURN(
              cursors, deliveries::LeaseCursors(tx, service, early, kCursors,
                                                kWait + kLease));
          return absl::OkStatus();
        }));
    if (cursors.empty()) return absl::OkStatus();
    for (const deliveries::Cursor& cursor : cursors) {
      if (stopping_.stopped()) return absl::OkStatus();
      RETURN_IF_ERROR(ReadCursor(cursor));
    }
  }
}

absl::Status FeedReader::ReadCursor(const deliveries::Cursor& cursor) {
  absl::StatusOr<Batch> batch =
      Read(cursor.service, cursor.since, SubscriberOf(cursor));
  const bool expired = absl::IsOutOfRange(batch.status());
  const bool unknown = absl::IsInvalidArgument(batch.status());
  if (!batch.ok() && !expired && !unknown) return batch.status();
  const absl::Status written = runtime_.database().Transact(
      absl::Now() + kDeadline, Actor(), false,
      [&](Transaction& tx) -> absl::Status {
        if (!batch.ok()) return deliveries::Reset(tx, cursor, unknown);
        std::vector<Event> wanted;
        for (const Event& event : batch->events) {
          if (event.time >= cursor.not_before &&
              IsWanted(cursor.event_types, event.type)) {
            wanted.push_back(event);
          }
        }
        return deliveries::Advance(
            tx, cursor, wanted, batch->next,
            batch->complete ? kWait : absl::ZeroDuration());
      });
  // Moved by a replay meanwhile: it is due again.
  return absl::IsAborted(written) ? absl::OkStatus() : written;
}

}  // namespace reglab::membership
