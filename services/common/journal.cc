#include "services/common/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/common/errors.h"
#include "services/common/filter.h"
#include "services/common/process.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

ABSL_FLAG(std::string, journal_head_file, "",
          "File to which the head of the journal's hash chain is appended, as "
          "JSON lines, and with which verification compares; empty: it is only "
          "logged");
ABSL_FLAG(int, journal_head_seconds, 60,
          "How often the head of the journal is exported, when it has moved");

namespace reglab {
namespace {

using membership::v1::JournalCheck;
using membership::v1::JournalEntry;
using membership::v1::JournalFinding;
using membership::v1::JournalHead;
using membership::v1::ReadJournalRequest;
using membership::v1::ReadJournalResponse;
using membership::v1::VerifyJournalRequest;

constexpr int64_t kMostChecked = 100'000;
constexpr int64_t kStep = 5'000;
constexpr int kMostFindings = 100;
// What a step may take at most; none is begun with less left.
constexpr absl::Duration kStepTime = absl::Seconds(2);

#define COLUMNS                                                               \
  ", j.seq, j.at AS time, j.kind, j.caller, j.organization, j.process,"       \
  " j.method, j.trace_id, j.type, j.name AS resource, j.etag, j.field_paths," \
  " j.subjects, encode(j.hash, 'hex') AS hash"

const Statement kHead(
    "SELECT seq, encode(hash, 'hex') FROM journal ORDER BY seq DESC LIMIT 1");

// The entries of a range that do not fit to the one before them.
const Statement kCheck(
    "SELECT seq, coalesce(before = seq - 1, false) FROM ("
    " SELECT j.seq, j.hash, journal_content(j) AS content,"
    "  CASE WHEN j.seq = 1 THEN 0 ELSE lag(j.seq) OVER w END AS before,"
    "  CASE WHEN j.seq = 1 THEN sha256('') ELSE lag(j.hash) OVER w END AS chain"
    " FROM journal j WHERE j.seq BETWEEN $1::bigint - 1 AND $2"
    " WINDOW w AS (ORDER BY j.seq)) checked"
    " WHERE seq >= $1 AND (before IS DISTINCT FROM seq - 1"
    "  OR hash IS DISTINCT FROM sha256(chain || content))"
    " ORDER BY seq LIMIT $3");

// Where the gap before an entry begins.
const Statement kBefore(
    "SELECT coalesce(max(seq), 0) FROM journal WHERE seq < $1");

const Statement kCompareHeads(
    "SELECT h.seq, j.seq IS NULL"
    " FROM unnest($1::text[]::bigint[], $2::text[]) AS h (seq, hash)"
    " LEFT JOIN journal j ON j.seq = h.seq"
    " WHERE j.seq IS NULL OR encode(j.hash, 'hex') <> h.hash ORDER BY h.seq");

std::string Bind(Params& params, Param value) {
  params.push_back(std::move(value));
  return absl::StrCat("$", params.size());
}

std::vector<ListField> FieldsOf(std::string_view service_column,
                                std::string_view time_column) {
  using Type = ListField::Type;
  return {
      {"service", service_column, Type::kText},
      {"caller", "j.caller", Type::kText},
      {"organization", "j.organization", Type::kText},
      {"method", "j.method", Type::kText},
      {"type", "j.type", Type::kText},
      {"resource", "j.name", Type::kText},
      {"kind", "j.kind", Type::kEnum, false, JournalEntry::Kind_descriptor()},
      {"time", time_column, Type::kTime}};
}

void AddFinding(JournalCheck& check, JournalFinding::Problem problem,
                int64_t seq) {
  if (check.findings_size() >= kMostFindings) return;
  JournalFinding& finding = *check.add_findings();
  finding.set_problem(problem);
  finding.set_seq(seq);
}

// Calls `take` with each head of the file that is of this service.
template <class Take>
void EachExportedHead(std::string_view service, Take take) {
  std::ifstream stream(absl::GetFlag(FLAGS_journal_head_file));
  std::string line;
  while (std::getline(stream, line)) {
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(line, error);
    if (error || !value.is_object()) continue;
    const auto& object = value.get_object();
    const auto* name = object.if_contains("service");
    const auto* seq = object.if_contains("seq");
    const auto* hash = object.if_contains("hash");
    if (name == nullptr || !name->is_string() || seq == nullptr ||
        !seq->is_int64() || hash == nullptr || !hash->is_string() ||
        std::string_view(name->get_string()) != service) {
      continue;
    }
    take(seq->get_int64(), std::string(hash->get_string()));
  }
}

// Heads of the range, and those that the journal does not reach.
absl::Status CompareHeads(Transaction& tx, std::string_view service,
                          const VerifyJournalRequest& request, int64_t newest,
                          JournalCheck& check) {
  std::vector<std::string> seqs, hashes;
  int64_t furthest = 0;
  const auto take = [&](int64_t seq, const std::string& hash) {
    furthest = std::max(furthest, seq);
    if (seq < check.from_seq() || seq > check.to_seq()) return;
    seqs.push_back(absl::StrCat(seq));
    hashes.push_back(hash);
  };
  EachExportedHead(service, take);
  for (const JournalHead& head : request.heads()) {
    if (head.service() == service) take(head.seq(), head.hash());
  }
  check.set_heads_compared(int64_t(seqs.size()));
  if (!seqs.empty()) {
    ASSIGN_OR_RETURN(Rows rows, tx.Query(kCompareHeads, {seqs, hashes}));
    for (int i = 0; i < rows.size(); ++i) {
      // What is not there was found as missing.
      if (rows[i].Bool(1)) continue;
      AddFinding(check, JournalFinding::HEAD_DIFFERS, rows[i].Int(0));
    }
  }
  if (furthest > newest &&
      (request.to_seq() == 0 || request.to_seq() > newest)) {
    AddFinding(check, JournalFinding::TAIL_MISSING, newest + 1);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JournalQuery> MakeJournalQuery(
    std::string_view service, const Caller& caller,
    const ReadJournalRequest& request) {
  const bool all = caller.secretariat() || caller.HasRole("OPERATOR");
  if (!all && caller.organization.empty()) {
    return PermissionMissing("membership.journal-entries.read");
  }
  JournalQuery query;
  Params& params = query.params;
  std::vector<std::string> conditions;
  // What an organisation may read is a table of its own: both are read in the
  // order of (at, seq).
  const std::string_view place = all ? "j" : "r";
  std::string from = " FROM journal j";
  if (!all) {
    // One entry after the other, in the order of the index: a planner that
    // thinks there are few would read all of the journal to join it.
    from =
        " FROM journal_readers r CROSS JOIN LATERAL (SELECT * FROM journal"
        " WHERE seq = r.seq OFFSET 0) j";
    conditions.push_back(
        absl::StrCat("r.organization = ", Bind(params, caller.organization)));
  }
  const std::string at = Concat(place, ".at");
  const std::string seq = Concat(place, ".seq");
  const std::string service_column = Concat("'", service, "'::text");
  if (request.seq() > 0) {
    conditions.push_back(absl::StrCat(seq, " = ", Bind(params, request.seq())));
  }
  if (request.has_after_time()) {
    const absl::Time time =
        absl::FromUnixSeconds(request.after_time().seconds()) +
        absl::Nanoseconds(request.after_time().nanos());
    const std::string bound = Bind(params, time);
    conditions.push_back(absl::StrCat(
        "(", at, ", ", seq, ")", request.ascending() ? " > " : " < ", "(",
        bound, "::timestamptz, ", Bind(params, request.after_seq()),
        "::bigint)"));
  }
  if (!request.subject().empty()) {
    // Found first, whatever the planner thinks of how many there are.
    query.sql = absl::StrCat(
        "WITH shown AS MATERIALIZED (SELECT seq, at FROM journal WHERE"
        " kind = 'READ' AND subjects @> ARRAY[",
        Bind(params, request.subject()), "]) ");
    from += all ? " JOIN shown ON shown.seq = j.seq"
                : " JOIN shown ON shown.seq = r.seq AND shown.at = r.at";
  }
  if (!Trim(request.filter()).empty()) {
    ASSIGN_OR_RETURN(
        const std::string filter,
        FilterToSql(request.filter(), FieldsOf(service_column, at), params));
    conditions.push_back(absl::StrCat("(", filter, ")"));
  }
  const char* direction = request.ascending() ? "" : " DESC";
  absl::StrAppend(
      &query.sql, "SELECT 'journal-entries/' || ", service_column,
      " || '-' || j.seq AS name, ", service_column, " AS service" COLUMNS, from,
      conditions.empty() ? "" : " WHERE ", absl::StrJoin(conditions, " AND "),
      " ORDER BY ", at, direction, ", ", seq, direction, " LIMIT ",
      request.page_size());
  return query;
}

absl::StatusOr<ReadJournalResponse> ReadJournal(
    Transaction& tx, std::string_view service, const Caller& caller,
    const ReadJournalRequest& request) {
  ASSIGN_OR_RETURN(const JournalQuery query,
                   MakeJournalQuery(service, caller, request));
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOnce(query.sql, query.params));
  ReadJournalResponse response;
  for (int i = 0; i < rows.size(); ++i) {
    ReadRow(rows[i], *response.add_journal_entries());
  }
  return response;
}

absl::StatusOr<JournalCheck> VerifyJournal(
    Transaction& tx, std::string_view service, absl::Time deadline,
    const VerifyJournalRequest& request) {
  ASSIGN_OR_RETURN(Rows head, tx.Query(kHead));
  const int64_t newest = head.empty() ? 0 : head[0].Int(0);
  JournalCheck check;
  check.set_service(std::string(service));
  check.set_from_seq(request.from_seq());
  check.mutable_head()->set_service(std::string(service));
  check.mutable_head()->set_seq(newest);
  if (!head.empty())
    check.mutable_head()->set_hash(std::string(head[0].Text(1)));
  const int64_t wanted =
      request.to_seq() == 0 ? newest : std::min(request.to_seq(), newest);
  const int64_t last = std::min(wanted, request.from_seq() + kMostChecked - 1);
  int64_t next = request.from_seq();
  while (next <= last && check.findings_size() < kMostFindings &&
         (next == request.from_seq() || absl::Now() + kStepTime < deadline)) {
    const int64_t to = std::min(last, next + kStep - 1);
    ASSIGN_OR_RETURN(
        Rows wrong,
        tx.Query(kCheck, {next, to, kMostFindings - check.findings_size()}));
    for (int i = 0; i < wrong.size(); ++i) {
      const int64_t seq = wrong[i].Int(0);
      if (wrong[i].Bool(1)) {
        AddFinding(check, JournalFinding::CHANGED, seq);
        continue;
      }
      ASSIGN_OR_RETURN(Rows before, tx.Query(kBefore, {seq}));
      AddFinding(check, JournalFinding::MISSING, before[0].Int(0) + 1);
    }
    next = to + 1;
  }
  check.set_to_seq(next - 1);
  check.set_next_seq(next <= wanted ? next : 0);
  RETURN_IF_ERROR(CompareHeads(tx, service, request, newest, check));
  return check;
}

void ExportJournalHead(std::string_view service, int64_t seq,
                       std::string_view hash) {
  LogInfo("journal_head", {{"seq", seq}, {"hash", hash}});
  const std::string file = absl::GetFlag(FLAGS_journal_head_file);
  if (file.empty()) return;
  const std::string line =
      boost::json::serialize(boost::json::object{
          {"service", service},
          {"seq", seq},
          {"hash", hash},
          {"time", absl::FormatTime(absl::RFC3339_sec, absl::Now(),
                                    absl::UTCTimeZone())}}) +
      "\n";
  // One write, so that lines of several processes do not mix.
  const int fd =
      open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && write(fd, line.data(), line.size()) == ssize_t(line.size()) &&
      fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!written) LogError("journal_head_file", {{"file", file}});
}

absl::Duration JournalHeadInterval() {
  return absl::Seconds(std::max(1, absl::GetFlag(FLAGS_journal_head_seconds)));
}

}  // namespace reglab
