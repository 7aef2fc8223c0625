#include "services/common/changes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/connection.h"
#include "services/common/errors.h"
#include "services/common/journal.h"
#include "services/common/process.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
namespace {

const Statement kSeal("SELECT seal_journal($1)");
const Statement kHead(
    "SELECT seq, encode(hash, 'hex') FROM journal ORDER BY seq DESC LIMIT 1");
// What a reader at this position may be told. What it could read before but
// no longer can is told as deleted.
const Statement kRead(
    "SELECT seq, kind, type, name, etag, at, visibility, owners, "
    "previous_visibility, previous_owners "
    "FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2");
const Statement kOldest(
    "SELECT seq FROM journal WHERE at >= now() - interval '30 days' "
    "ORDER BY at, seq LIMIT 1");

constexpr int kSealBatch = 1000;
// Commits of this process wake the sealer; those of other replicas, whose
// sealer may be gone, are found by looking.
constexpr absl::Duration kSealPoll = absl::Milliseconds(500);
// Under load many commits share one seal, its own commit and its notification;
// one that comes alone is sealed at once.
constexpr absl::Duration kSealPause = absl::Milliseconds(10);
constexpr absl::Duration kReadPoll = absl::Milliseconds(250);
constexpr absl::Duration kDeadline = absl::Seconds(10);

bool MayRead(const Audience& audience, std::string_view visibility,
             const std::vector<std::string>& owners) {
  const auto contains = [](const std::vector<std::string>& values,
                           std::string_view value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  return contains(audience.visibilities, visibility) ||
         std::any_of(owners.begin(), owners.end(),
                     [&](const std::string& owner) {
                       return contains(audience.owners, owner);
                     });
}

}  // namespace

ChangeFeed::ChangeFeed(Database& database, std::string conninfo,
                       std::string service)
    : database_(database),
      conninfo_(std::move(conninfo)),
      service_(std::move(service)) {
  database_.OnCommit([this] { Wake(); });
  seal_thread_ = std::thread([this] { SealLoop(); });
  read_thread_ = std::thread([this] { ReadLoop(); });
  listen_thread_ = std::thread([this] {
    Connection connection;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        if (stopping_) return;
      }
      absl::Status status = connection.open()
                                ? absl::OkStatus()
                                : connection.Open(conninfo_, /*prepare=*/false);
      if (status.ok() && !connection.listening()) {
        status = connection.Listen("journal");
      }
      if (status.ok()) {
        status = connection.WaitForNotification(absl::Now() +
                                                absl::Milliseconds(500));
      }
      std::unique_lock lock(mutex_);
      if (stopping_) return;
      if (status.ok()) {
        if (connection.notified()) {
          sealed_ = true;
          read_wake_.notify_one();
        }
      } else {
        read_wake_.wait_for(lock, std::chrono::milliseconds(500),
                            [this] { return stopping_; });
      }
    }
  });
}

ChangeFeed::~ChangeFeed() { Stop(); }

void ChangeFeed::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  seal_wake_.notify_all();
  read_wake_.notify_all();
  for (std::thread* thread : {&seal_thread_, &read_thread_, &listen_thread_}) {
    if (thread->joinable()) thread->join();
  }
  database_.OnCommit({});
}

void ChangeFeed::Wake() {
  {
    std::lock_guard lock(mutex_);
    committed_ = true;
  }
  seal_wake_.notify_one();
}

void ChangeFeed::Add(std::shared_ptr<Reader> reader) {
  {
    std::lock_guard lock(mutex_);
    readers_.push_back(std::move(reader));
    sealed_ = true;
  }
  read_wake_.notify_all();
}

void ChangeFeed::Remove(const std::shared_ptr<Reader>& reader) {
  std::lock_guard lock(mutex_);
  readers_.remove(reader);
  reader->finished = true;
}

absl::StatusOr<int64_t> ChangeFeed::Head() {
  int64_t head = 0;
  RETURN_IF_ERROR(database_.Read(absl::Now() + kDeadline,
                                 [&](Transaction& tx) -> absl::Status {
                                   ASSIGN_OR_RETURN(Rows rows, tx.Query(kHead));
                                   head = rows.empty() ? 0 : rows[0].Int(0);
                                   return absl::OkStatus();
                                 }));
  return head;
}

std::string ChangeFeed::MakeToken(int64_t position) {
  return absl::WebSafeBase64Escape(Concat("since:", position));
}

absl::StatusOr<int64_t> ChangeFeed::ReadToken(const std::string& token) {
  ASSIGN_OR_RETURN(const int64_t head, Head());
  int64_t oldest = head;
  RETURN_IF_ERROR(database_.Read(
      absl::Now() + kDeadline, [&](Transaction& tx) -> absl::Status {
        ASSIGN_OR_RETURN(Rows rows, tx.Query(kOldest));
        if (!rows.empty()) oldest = rows[0].Int(0) - 1;
        return absl::OkStatus();
      }));
  if (token.empty()) return oldest;
  std::string text;
  int64_t position = -1;
  if (!absl::WebSafeBase64Unescape(token, &text) ||
      !text.starts_with("since:") ||
      !absl::SimpleAtoi(text.substr(6), &position) || position < 0 ||
      position > head) {
    return InvalidField(
        "since",
        {"It is no token of this feed. Send the next_since of an earlier "
         "answer, or leave it out.",
         "Det är ingen markör från detta flöde. Skicka next_since från ett "
         "tidigare svar, eller utelämna den."});
  }
  if (position < oldest) {
    return MakeError(
        absl::StatusCode::kOutOfRange, "TOKEN_EXPIRED",
        {"The token is older than the 30 days that are kept: read the whole "
         "collection again and follow the changes from there.",
         "Markören är äldre än de 30 dagar som sparas: läs hela samlingen på "
         "nytt och följ ändringarna därifrån."});
  }
  return position;
}

void ChangeFeed::SealLoop() {
  absl::Time exported = absl::InfinitePast();
  int64_t exported_seq = 0;
  for (;;) {
    const absl::Time began = absl::Now();
    int64_t sealed = 0;
    const Database::Actor actor;
    absl::Status status = database_.Transact(
        absl::Now() + kDeadline, actor, false,
        [&](Transaction& tx) -> absl::Status {
          ASSIGN_OR_RETURN(Rows rows, tx.Query(kSeal, {kSealBatch}));
          sealed = rows[0].Int(0);
          return absl::OkStatus();
        });
    if (status.ok() && sealed > 0) {
      std::lock_guard lock(mutex_);
      sealed_ = true;
      read_wake_.notify_all();
    }
    // The head leaves the database, so that a tail that is cut off is found; by
    // whoever seals now.
    if (status.ok() && sealed >= 0 &&
        absl::Now() - exported >= JournalHeadInterval()) {
      exported = absl::Now();
      database_
          .Read(absl::Now() + kDeadline,
                [&](Transaction& tx) -> absl::Status {
                  ASSIGN_OR_RETURN(Rows rows, tx.Query(kHead));
                  // A head that went back is no news; verification finds it.
                  if (rows.empty() || rows[0].Int(0) <= exported_seq) {
                    return absl::OkStatus();
                  }
                  exported_seq = rows[0].Int(0);
                  ExportJournalHead(service_, exported_seq, rows[0].Text(1));
                  return absl::OkStatus();
                })
          .IgnoreError();
    }
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (sealed == kSealBatch) continue;
    if (sealed > 0) {
      seal_wake_.wait_until(lock, absl::ToChronoTime(began + kSealPause),
                            [this] { return stopping_; });
    }
    seal_wake_.wait_for(lock, absl::ToChronoMilliseconds(kSealPoll),
                        [this] { return committed_ || stopping_; });
    committed_ = false;
    if (stopping_) return;
  }
}

void ChangeFeed::ReadLoop() {
  for (;;) {
    const bool more = Serve();
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (more) continue;
    read_wake_.wait_for(lock, absl::ToChronoMilliseconds(kReadPoll),
                        [this] { return sealed_ || stopping_; });
    sealed_ = false;
    if (stopping_) return;
  }
}

bool ChangeFeed::Serve() {
  struct Entry {
    FeedEntry entry;
    std::string visibility, previous_visibility;
    std::vector<std::string> owners, previous_owners;
  };
  // Readers at the same position share one query.
  std::map<std::pair<int64_t, int>, std::vector<std::shared_ptr<Reader>>>
      groups;
  {
    std::lock_guard lock(mutex_);
    for (const auto& reader : readers_) {
      groups[{reader->position, reader->page_size}].push_back(reader);
    }
  }
  bool more = false;
  for (auto& [key, readers] : groups) {
    const int64_t position = key.first;
    const int page_size = key.second;
    std::vector<Entry> entries;
    absl::Status status = database_.Read(
        absl::Now() + kDeadline, [&](Transaction& tx) -> absl::Status {
          entries.clear();
          ASSIGN_OR_RETURN(Rows rows, tx.Query(kRead, {position, page_size}));
          for (int i = 0; i < rows.size(); ++i) {
            const Row row = rows[i];
            entries.push_back(
                {{row.Int(0), std::string(row.Text(1)),
                  std::string(row.Text(2)), std::string(row.Text(3)),
                  std::string(row.Text(4)), row.Time(5)},
                 std::string(row.Text(6)),
                 std::string(row.Text(8)),
                 row.Array(7),
                 row.Array(9)});
          }
          return absl::OkStatus();
        });
    if (!status.ok()) return false;  // a feed that is silent is not complete
    const bool complete = int(entries.size()) < page_size;
    const int64_t next = entries.empty() ? position : entries.back().entry.seq;
    more = more || !complete;
    const absl::Time now = absl::Now();
    for (const std::shared_ptr<Reader>& reader : readers) {
      FeedBatch batch{{}, next, complete};
      for (const Entry& entry : entries) {
        // That something was read is no change, and nobody else's business.
        if (entry.entry.kind == "READ") continue;
        const bool now_readable =
            MayRead(reader->audience, entry.visibility, entry.owners);
        if (!now_readable &&
            !MayRead(reader->audience, entry.previous_visibility,
                     entry.previous_owners)) {
          continue;
        }
        batch.entries.push_back(entry.entry);
        if (!now_readable) {
          batch.entries.back().kind = "DELETED";
          batch.entries.back().etag.clear();
        }
      }
      std::lock_guard lock(mutex_);
      if (reader->finished) continue;
      if (batch.entries.empty() && now < reader->due) {
        reader->position = next;
        continue;
      }
      if (!reader->take(batch)) continue;
      reader->position = next;
      reader->due = now + reader->beat;
      if (reader->beat == absl::ZeroDuration()) reader->finished = true;
    }
  }
  std::lock_guard lock(mutex_);
  readers_.remove_if([](const auto& reader) { return reader->finished; });
  return more;
}

}  // namespace reglab
