#include "services/common/database.h"

#include <google/protobuf/message.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "services/common/connection.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/status_macros.h"

namespace reglab {
namespace {

const Statement kRecord(
    "INSERT INTO journal_pending (caller, process, method, trace_id, kind, "
    "type, name, etag, field_paths, visibility, owners, organization, "
    "subjects) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
const Statement kRecordMany(
    "INSERT INTO journal_pending (caller, process, method, trace_id, kind, "
    "type, name, etag, field_paths, visibility, owners, organization, "
    "subjects) "
    "SELECT $1, $2, $3, $4, kind, type, name, etag, field_paths::text[], "
    "visibility, owners::text[], $12, subjects::text[] "
    "FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], "
    "$10::text[], $11::text[], $13::text[]) "
    "WITH ORDINALITY AS r (kind, type, name, etag, field_paths, visibility, "
    "owners, subjects, position) ORDER BY position");
const Statement kEnqueue(
    "INSERT INTO work (method, request, subject, caller, trace_id) "
    "VALUES ($1, $2, $3, $4, $5)");

constexpr size_t kRecordBatch = 1000;
constexpr int kAttempts = 5;
// After a connection was refused, calls fail at once for this long instead of
// each waiting for a refusal of its own.
constexpr absl::Duration kRefusalPause = absl::Milliseconds(200);

const char* KindName(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::kCreated:
      return "CREATED";
    case Change::Kind::kUpdated:
      return "UPDATED";
    case Change::Kind::kDeleted:
      return "DELETED";
    case Change::Kind::kRead:
      return "READ";
  }
  return "";
}

}  // namespace

struct Transaction::State {
  Connection* connection;
  absl::Time deadline;
  bool writing;
  bool begun = false;
  bool recorded = false;
  bool enqueued = false;
  Database::Actor actor;
};

struct Database::Pool {
  DatabaseOptions options;
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<std::unique_ptr<Connection>> idle;
  absl::Time refused = absl::InfinitePast();
  std::function<void()> on_commit;
  std::function<void()> on_enqueue;

  // Waits for a free connection until the deadline, and opens it again when it
  // is broken, or when a `fresh` one is wanted because the others may be.
  absl::StatusOr<std::unique_ptr<Connection>> Take(absl::Time deadline,
                                                   bool fresh = false) {
    std::unique_ptr<Connection> connection;
    {
      std::unique_lock lock(mutex);
      if (!freed.wait_until(lock, absl::ToChronoTime(deadline),
                            [&] { return !idle.empty(); })) {
        return Overloaded();
      }
      connection = std::move(idle.back());
      idle.pop_back();
      if (!connection->open() && absl::Now() - refused < kRefusalPause) {
        idle.insert(idle.begin(), std::move(connection));
        freed.notify_one();
        return DatabaseUnavailable();
      }
    }
    if (fresh || !connection->open()) {
      absl::Status opened = connection->Open(options.conninfo);
      if (!opened.ok()) {
        std::lock_guard lock(mutex);
        refused = absl::Now();
        idle.insert(idle.begin(), std::move(connection));
        freed.notify_one();
        return opened;
      }
    }
    return connection;
  }

  void Give(std::unique_ptr<Connection> connection) {
    std::lock_guard lock(mutex);
    // The one used last goes out first: its caches are warm.
    if (connection->open()) {
      idle.push_back(std::move(connection));
    } else {
      idle.insert(idle.begin(), std::move(connection));
    }
    freed.notify_one();
  }
};

absl::StatusOr<Rows> Transaction::Query(const Statement& statement,
                                        const Params& params) {
  Connection& connection = *state_->connection;
  if (state_->writing && !state_->begun) {
    connection.SendBegin();
    state_->begun = true;
  }
  connection.SetTimeout(state_->deadline);
  connection.Send(statement, params, true);
  return connection.Flush(state_->deadline);
}

absl::StatusOr<Rows> Transaction::QueryText(const std::string& sql,
                                            const Params& params) {
  Connection& connection = *state_->connection;
  if (state_->writing && !state_->begun) {
    connection.SendBegin();
    state_->begun = true;
  }
  connection.SetTimeout(state_->deadline);
  connection.SendText(sql, params);
  return connection.Flush(state_->deadline);
}

absl::StatusOr<Rows> Transaction::QueryOnce(const std::string& sql,
                                            const Params& params) {
  Connection& connection = *state_->connection;
  if (state_->writing && !state_->begun) {
    connection.SendBegin();
    state_->begun = true;
  }
  connection.SetTimeout(state_->deadline);
  connection.SendOnce(sql, params);
  return connection.Flush(state_->deadline);
}

absl::StatusOr<Rows> Transaction::QueryOne(const Statement& statement,
                                           const Params& params,
                                           std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, Query(statement, params));
  if (rows.empty()) return NotFound(name);
  return rows;
}

void Transaction::Send(const Statement& statement, const Params& params) {
  if (state_->writing && !state_->begun) {
    state_->connection->SendBegin();
    state_->begun = true;
  }
  state_->connection->Send(statement, params, false);
}

void Transaction::Record(const Change& change) {
  const Database::Actor& actor = state_->actor;
  Send(kRecord, {actor.caller, actor.process, actor.method, actor.trace_id,
                 KindName(change.kind), change.type, change.name, change.etag,
                 change.field_paths, change.visibility, change.owners,
                 actor.organization, change.subjects});
  state_->recorded = true;
}

void Transaction::Record(const std::vector<Change>& changes) {
  const Database::Actor& actor = state_->actor;
  for (size_t begin = 0; begin < changes.size(); begin += kRecordBatch) {
    std::vector<std::string> kinds, types, names, etags, paths, visibilities,
        owners, subjects;
    const size_t end = std::min(changes.size(), begin + kRecordBatch);
    for (size_t i = begin; i < end; ++i) {
      const Change& change = changes[i];
      kinds.emplace_back(KindName(change.kind));
      types.emplace_back(change.type);
      names.push_back(change.name);
      etags.push_back(change.etag);
      paths.push_back(*Param(change.field_paths).text());
      visibilities.push_back(change.visibility);
      owners.push_back(*Param(change.owners).text());
      subjects.push_back(*Param(change.subjects).text());
    }
    Send(kRecordMany, {actor.caller, actor.process, actor.method,
                       actor.trace_id, kinds, types, names, etags, paths,
                       visibilities, owners, actor.organization, subjects});
    state_->recorded = true;
  }
}

void Transaction::Enqueue(const Work& work) {
  const Database::Actor& actor = state_->actor;
  Send(kEnqueue,
       {work.method, Param::Bytes(work.request->SerializeAsString()),
        work.subject, actor.caller_json ? actor.caller_json() : std::string(),
        actor.trace_id});
  state_->enqueued = true;
}

Database::Database(std::unique_ptr<Pool> pool) : pool_(std::move(pool)) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Database>> Database::Open(
    const DatabaseOptions& options) {
  auto pool = std::make_unique<Pool>();
  pool->options = options;
  for (int i = 0; i < options.connections; ++i) {
    auto connection = std::make_unique<Connection>();
    RETURN_IF_ERROR(connection->Open(options.conninfo));
    pool->idle.push_back(std::move(connection));
  }
  return std::unique_ptr<Database>(new Database(std::move(pool)));
}

absl::Status Database::Read(
    absl::Time deadline,
    const std::function<absl::Status(Transaction&)>& body) {
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                     pool_->Take(deadline, /*fresh=*/attempt > 1));
    Transaction::State state{connection.get(), deadline, false};
    Transaction transaction(&state);
    absl::Status status = body(transaction);
    const bool broken = !connection->open();
    pool_->Give(std::move(connection));
    // A connection that broke while it lay idle says so at its first use.
    if (!broken || attempt == 2 || absl::Now() > deadline) return status;
  }
}

absl::Status Database::Transact(
    absl::Time deadline, const Actor& actor, bool dry_run,
    const std::function<absl::Status(Transaction&)>& body) {
  bool fresh = false;
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                     pool_->Take(deadline, fresh));
    Transaction::State state{connection.get(), deadline, true};
    state.actor = actor;
    Transaction transaction(&state);
    absl::Status status = body(transaction);
    bool committing = false;
    if (connection->open()) {
      if (status.ok() && dry_run) {
        // What was only queued must be tried too before it is taken back.
        status = connection->Flush(deadline).status();
      }
      if (status.ok() && !dry_run && state.begun) {
        committing = true;
        status = connection->Commit(deadline);
      } else if (state.begun && connection->open()) {
        connection->Rollback();
      }
    }
    const bool broken = !connection->open();
    const bool conflict = connection->conflict();
    pool_->Give(std::move(connection));
    if (status.ok()) {
      if (committing) {
        std::function<void()> wake, wake_work;
        {
          std::lock_guard lock(pool_->mutex);
          if (state.recorded) wake = pool_->on_commit;
          if (state.enqueued) wake_work = pool_->on_enqueue;
        }
        if (wake) wake();
        if (wake_work) wake_work();
      }
      return status;
    }
    if (broken && committing) {
      return MakeError(
          absl::StatusCode::kUnknown, "COMMIT_IN_DOUBT",
          {"The connection to the database broke while the change was being "
           "committed: read the resource to see whether it took effect, or "
           "repeat the request with the same request id.",
           "Förbindelsen till databasen bröts medan ändringen sparades: läs "
           "resursen för att se om den fick verkan, eller upprepa begäran med "
           "samma request id."});
    }
    const bool again = (conflict && attempt < kAttempts) ||
                       (broken && !committing && attempt == 1);
    if (!again || absl::Now() > deadline) return status;
    fresh = broken;
  }
}

void Database::OnCommit(std::function<void()> wake) {
  std::lock_guard lock(pool_->mutex);
  pool_->on_commit = std::move(wake);
}

void Database::OnEnqueue(std::function<void()> wake) {
  std::lock_guard lock(pool_->mutex);
  pool_->on_enqueue = std::move(wake);
}

bool Database::Healthy() {
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      pool_->Take(absl::Now() + absl::Milliseconds(500));
  if (!connection.ok()) return false;
  (*connection)->SendText("SELECT 1", {});
  bool healthy =
      (*connection)->Flush(absl::Now() + absl::Milliseconds(500)).ok();
  pool_->Give(*std::move(connection));
  return healthy;
}

}  // namespace reglab
