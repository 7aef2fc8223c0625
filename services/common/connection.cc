#include "services/common/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <bit>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
namespace {

constexpr absl::Duration kConnectTimeout = absl::Milliseconds(800);
// How long a cancelled statement may take to say so.
constexpr absl::Duration kCancelGrace = absl::Seconds(1);
constexpr size_t kMostTexts = 100;

// Read-only unless a transaction says otherwise; UTC, so that times are read
// without a time zone's rules; a forgotten transaction can't hold its locks.
constexpr char kSessionOptions[] =
    "-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO "
    "-c client_min_messages=warning -c standard_conforming_strings=on "
    "-c idle_in_transaction_session_timeout=60000";

std::vector<const Statement*>& Statements() {
  static auto* statements = new std::vector<const Statement*>;
  return *statements;
}

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

}  // namespace

Statement::Statement(const char* sql)
    : sql_(sql), id_(Concat("s", Statements().size())) {
  Statements().push_back(this);
}

absl::Status DatabaseUnavailable() {
  return Unavailable({"the database", "databasen"});
}

Connection::~Connection() { Close(); }

void Connection::Close() {
  if (connection_ != nullptr) PQfinish(connection_);
  connection_ = nullptr;
  timeout_ms_ = 0;
  listening_ = false;
  sent_.clear();
  texts_.clear();
  text_ids_.clear();
}

absl::Status Connection::Open(const std::string& conninfo, bool prepare) {
  Close();
  const char* keywords[] = {"dbname", "options", "client_encoding", nullptr};
  const char* values[] = {conninfo.c_str(), kSessionOptions, "UTF8", nullptr};
  if (conninfo.empty()) values[0] = nullptr;
  const absl::Time deadline = absl::Now() + kConnectTimeout;
  connection_ = PQconnectStartParams(keywords, values, /*expand_dbname=*/1);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (connection_ != nullptr && PQstatus(connection_) != CONNECTION_BAD &&
         state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
    pollfd waiting{PQsocket(connection_),
                   short(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0 || poll(&waiting, 1, int(left)) <= 0) break;
    state = PQconnectPoll(connection_);
  }
  if (connection_ == nullptr || state != PGRES_POLLING_OK) {
    LogError(
        "database_connect",
        {{"reason", connection_ ? PQerrorMessage(connection_) : "memory"}});
    Close();
    return DatabaseUnavailable();
  }
  // What the server remarks in passing is not for standard error.
  PQsetNoticeReceiver(
      connection_, [](void*, const PGresult*) {}, nullptr);
  PQsetnonblocking(connection_, 1);
  PQenterPipelineMode(connection_);
  if (!prepare) return absl::OkStatus();
  for (const Statement* statement : Statements()) {
    PQsendPrepare(connection_, statement->id().c_str(), statement->sql(), 0,
                  nullptr);
    sent_.push_back(Wanted::kNo);
    absl::Status prepared = Flush(absl::Now() + absl::Seconds(10)).status();
    if (!prepared.ok()) {
      Close();
      if (absl::IsUnavailable(prepared)) return prepared;
      return absl::FailedPreconditionError(
          Concat("the database refuses: ", statement->sql()));
    }
  }
  return absl::OkStatus();
}

namespace {

std::vector<const char*> ValuesOf(const Params& params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const Param& param : params) {
    values.push_back(param.text() ? param.text()->c_str() : nullptr);
  }
  return values;
}

}  // namespace

void Connection::SendPrepared(const char* id, const Params& params,
                              Wanted wanted) {
  const std::vector<const char*> values = ValuesOf(params);
  if (PQsendQueryPrepared(connection_, id, int(values.size()), values.data(),
                          nullptr, nullptr, 0) == 1) {
    sent_.push_back(wanted);
  }
}

void Connection::SendPlain(const char* sql) {
  if (PQsendQueryParams(connection_, sql, 0, nullptr, nullptr, nullptr, nullptr,
                        0) == 1) {
    sent_.push_back(Wanted::kNo);
  }
}

void Connection::SendBegin() {
  if (connection_ != nullptr) SendPlain("BEGIN READ WRITE");
}

void Connection::Send(const Statement& statement, const Params& params,
                      bool wanted) {
  if (connection_ == nullptr) return;
  SendPrepared(statement.id().c_str(), params,
               wanted ? Wanted::kYes : Wanted::kNo);
}

void Connection::SendText(const std::string& sql, const Params& params) {
  if (connection_ == nullptr) return;
  auto known = text_ids_.find(sql);
  if (known != text_ids_.end()) {
    texts_.splice(texts_.begin(), texts_, known->second);
  } else {
    if (texts_.size() >= kMostTexts) {
      SendPlain(Concat("DEALLOCATE ", texts_.back().second).c_str());
      text_ids_.erase(texts_.back().first);
      texts_.pop_back();
    }
    const std::string id = Concat("t", next_text_++);
    if (PQsendPrepare(connection_, id.c_str(), sql.c_str(), 0, nullptr) == 1) {
      sent_.push_back(Wanted::kNo);
    }
    texts_.emplace_front(sql, id);
    text_ids_[sql] = texts_.begin();
  }
  SendPrepared(texts_.front().second.c_str(), params, Wanted::kYes);
}

void Connection::SendOnce(const std::string& sql, const Params& params) {
  if (connection_ == nullptr) return;
  const std::vector<const char*> values = ValuesOf(params);
  if (PQsendQueryParams(connection_, sql.c_str(), int(values.size()), nullptr,
                        values.data(), nullptr, nullptr, 0) == 1) {
    sent_.push_back(Wanted::kYes);
  }
}

void Connection::SetTimeout(absl::Time deadline) {
  if (connection_ == nullptr) return;
  const int64_t left = std::clamp<int64_t>(
      absl::ToInt64Milliseconds(deadline - absl::Now()), 100, 600'000);
  const int64_t wanted = int64_t(std::bit_ceil(uint64_t(left)));
  if (wanted == timeout_ms_) return;
  SendPlain(Concat("SET statement_timeout = ", wanted).c_str());
  timeout_ms_ = wanted;
}

absl::Status Connection::Wait(short events, absl::Time deadline) {
  pollfd waiting{PQsocket(connection_), events, 0};
  const int64_t left = absl::ToInt64Milliseconds(
      std::min(deadline - absl::Now(), absl::Hours(1)));
  const int ready = poll(&waiting, 1, int(std::max<int64_t>(left, 0)));
  if (ready > 0) return absl::OkStatus();
  if (ready < 0 && errno == EINTR) return absl::OkStatus();
  return absl::DeadlineExceededError("no answer from the database in time");
}

absl::StatusOr<Rows> Connection::Flush(absl::Time deadline) {
  conflict_ = false;
  if (connection_ == nullptr) return DatabaseUnavailable();
  bool cancelled = false;
  const auto broken = [&]() -> absl::Status {
    LogError("database_broken", {{"reason", PQerrorMessage(connection_)}});
    Close();
    return DatabaseUnavailable();
  };
  if (PQpipelineSync(connection_) != 1) return broken();
  // While writing, what comes in is read as well, or both sides could wait for
  // each other.
  const auto wait = [&](short events) -> absl::Status {
    absl::Status waited = Wait(events, deadline);
    if (waited.ok()) return waited;
    if (!cancelled) {
      cancelled = true;
      deadline = absl::Now() + kCancelGrace;
      char ignored[256];
      PGcancel* cancel = PQgetCancel(connection_);
      PQcancel(cancel, ignored, sizeof(ignored));
      PQfreeCancel(cancel);
      return absl::OkStatus();
    }
    return broken();
  };
  for (int left; (left = PQflush(connection_)) != 0;) {
    if (left < 0) return broken();
    RETURN_IF_ERROR(wait(POLLIN | POLLOUT));
    if (connection_ == nullptr || PQconsumeInput(connection_) != 1) {
      return broken();
    }
  }
  absl::Status error;
  Result rows;
  size_t answered = 0;
  const std::vector<Wanted> sent = std::move(sent_);
  sent_.clear();
  for (;;) {
    while (PQisBusy(connection_) == 1) {
      RETURN_IF_ERROR(wait(POLLIN));
      if (PQconsumeInput(connection_) != 1) return broken();
    }
    Result result(PQgetResult(connection_));
    if (result == nullptr) {
      if (PQstatus(connection_) == CONNECTION_BAD) return broken();
      ++answered;
      continue;
    }
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_FATAL_ERROR) {
      if (error.ok()) error = ErrorOf(result.get());
      if (PQstatus(connection_) == CONNECTION_BAD) return broken();
    } else if (status != PGRES_PIPELINE_ABORTED && answered < sent.size() &&
               sent[answered] == Wanted::kYes) {
      rows = std::move(result);
    }
  }
  if (!error.ok()) {
    // What was prepared or set in this batch may not be there.
    texts_.clear();
    text_ids_.clear();
    timeout_ms_ = 0;
    return error;
  }
  return Rows(rows.release());
}

absl::Status Connection::Commit(absl::Time deadline) {
  // An error among the queued statements turns COMMIT into a rollback; the
  // pipeline reports that error, because COMMIT is then skipped.
  SendPlain("COMMIT");
  absl::Status status =
      Flush(std::max(deadline, absl::Now() + absl::Seconds(1))).status();
  if (!status.ok() && open()) Rollback();
  return status;
}

void Connection::Rollback() {
  const bool conflict = conflict_;
  SendPlain("ROLLBACK");
  Flush(absl::Now() + absl::Seconds(1)).IgnoreError();
  conflict_ = conflict;
}

absl::Status Connection::Listen(const char* channel) {
  SendPlain(Concat("LISTEN ", channel).c_str());
  RETURN_IF_ERROR(Flush(absl::Now() + absl::Seconds(1)).status());
  listening_ = true;
  return absl::OkStatus();
}

absl::Status Connection::WaitForNotification(absl::Time deadline) {
  if (connection_ == nullptr) return DatabaseUnavailable();
  notified_ = false;
  do {
    Wait(POLLIN, deadline).IgnoreError();
    if (PQconsumeInput(connection_) != 1) {
      Close();
      return DatabaseUnavailable();
    }
    while (PGnotify* notification = PQnotifies(connection_)) {
      PQfreemem(notification);
      notified_ = true;
    }
  } while (!notified_ && absl::Now() < deadline);
  return absl::OkStatus();
}

absl::Status Connection::ErrorOf(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view code = state == nullptr ? "" : state;
  const char* constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
  if (code == "23505") {
    return MakeError(
        absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS",
        {"There is one already with the same name or unique value.",
         "Det finns redan en med samma namn eller unika värde."});
  }
  if (code == "23503" || code == "23514") {
    return Refused("CONSTRAINT",
                   {Concat("The change contradicts other data (",
                           constraint ? constraint : "constraint", ")."),
                    Concat("Ändringen motsäger andra uppgifter (",
                           constraint ? constraint : "villkor", ").")});
  }
  if (code == "RG001") {
    // Raised by a trigger of ours: no values in it, and both languages.
    const auto field = [&](int which) {
      const char* text = PQresultErrorField(result, which);
      return std::string(text == nullptr ? "" : text);
    };
    return Refused(
        field(PG_DIAG_MESSAGE_PRIMARY),
        {field(PG_DIAG_MESSAGE_DETAIL), field(PG_DIAG_MESSAGE_HINT)});
  }
  if (code == "40001" || code == "40P01") {
    conflict_ = true;
    return ChangedMeanwhile();
  }
  if (code == "57014" || code == "55P03") {
    return MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                     {"The database did not answer before the deadline.",
                      "Databasen svarade inte inom tidsgränsen."});
  }
  if (code.starts_with("08") || code.starts_with("57P") || code == "53300") {
    Close();
    return DatabaseUnavailable();
  }
  if (code.starts_with("53")) {
    LogError("database_resources", {{"sqlstate", code}});
    return DatabaseUnavailable();
  }
  // The statement's text is ours; the values, which may be personal, stand only
  // in the detail, which is left out.
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  LogError("database_error",
           {{"sqlstate", code}, {"message", message ? message : ""}});
  return InternalError();
}

}  // namespace reglab
