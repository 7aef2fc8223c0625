#include "services/membership/erasure_store.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/personal_data.h"
#include "services/common/process.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/membership/erasure_rules.h"
#include "services/membership/personal_tables.h"

namespace reglab::membership::erasures {

using v1::ErasePersonalDataRequest;
using v1::ErasePersonalDataResponse;
using v1::Erasure;
using v1::Person;
using v1::PersonalDataSubject;

namespace {

constexpr std::string_view kOthers[] = {"meetings", "learning"};
constexpr std::string_view kType = "membership.Erasure";

#define COLUMNS                                                    \
  "e.name, e.state, e.request_time, e.complete_time, e.services, " \
  "e.digest, e.unsearched_names"

const Statement kGet("SELECT " COLUMNS " FROM erasures e WHERE name = $1");

const Statement kLock("SELECT " COLUMNS
                      ", e.owners FROM erasures e WHERE name = $1 FOR UPDATE");

const Statement kUnderWay(
    "SELECT " COLUMNS
    " FROM erasures e WHERE parent = $1 AND state <> 'COMPLETED'");

const Statement kInsert(
    "INSERT INTO erasures AS e (name, parent, owners, state, services,"
    " unsearched_names) VALUES ($1, $2, ARRAY[$3], $4, $5, $6)"
    " RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE erasures e SET state = $2, complete_time = $3, services = $4,"
    " digest = $5 WHERE name = $1");

// Which of the names somebody else has.
const Statement kShared(
    "SELECT n FROM unnest($2::text[]) AS n WHERE EXISTS (SELECT FROM people p"
    " WHERE p.name <> $1 AND (lower(p.display_name) = lower(n)"
    "  OR lower(p.given_name || ' ' || p.family_name) = lower(n)))");

const Statement kSeal(
    "SELECT j.seq, j.hash = sha256(coalesce((SELECT hash FROM journal"
    "  WHERE seq = j.seq - 1), CASE WHEN j.seq = 1 THEN sha256('') END)"
    "  || journal_content(j))"
    " FROM journal j WHERE j.name = $1 AND j.etag = $2"
    " AND j.type = 'membership.Erasure' ORDER BY j.seq LIMIT 1");

const Statement kErased("SELECT DISTINCT parent FROM erasures");

const Statement kBroughtBack(
    "SELECT p.name, p.given_name, p.family_name, p.display_name, p.title,"
    " p.organization, p.email FROM people p"
    " WHERE p.name = ANY($1) AND p.erase_time IS NULL"
    " ORDER BY p.name LIMIT 100 FOR UPDATE SKIP LOCKED");

void RecordChange(Transaction& tx, Change::Kind kind, const Erasure& erasure,
                  std::vector<std::string> owners,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = kType,
             .name = erasure.name(),
             .etag = erasure.digest(),
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = std::move(owners)});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM erasures e",
    .parent = "e.parent",
    .key = "e.name",
    .fields = {{"name", "e.name", ListField::Type::kText, true, nullptr, true},
               {"state", "e.state", ListField::Type::kEnum, false,
                Erasure::State_descriptor()},
               {"request_time", "e.request_time", ListField::Type::kTime, true,
                nullptr, true},
               {"complete_time", "e.complete_time", ListField::Type::kTime}},
    .default_order = "request_time desc",
};

absl::StatusOr<PersonalDataSubject> FindSubject(Transaction& tx,
                                                const Person& person) {
  PersonalDataSubject subject = SubjectOf(person);
  const std::vector<std::string> names(subject.names().begin(),
                                       subject.names().end());
  ASSIGN_OR_RETURN(Rows shared, tx.Query(kShared, {person.name(), names}));
  subject.clear_names();
  for (const std::string& name : names) {
    bool taken = false;
    for (int i = 0; i < shared.size(); ++i) {
      taken = taken || shared[i].Text(0) == name;
    }
    if (taken) {
      subject.set_unsearched_names(subject.unsearched_names() + 1);
    } else {
      subject.add_names(name);
    }
  }
  return subject;
}

absl::StatusOr<Erasure> Begin(Transaction& tx, const Person& person) {
  ASSIGN_OR_RETURN(Rows under_way, tx.Query(kUnderWay, {person.name()}));
  if (!under_way.empty()) return ReadRow<Erasure>(under_way[0]);
  ErasePersonalDataRequest ask;
  ASSIGN_OR_RETURN(*ask.mutable_subject(), FindSubject(tx, person));
  Erasure erasure;
  erasure.set_name(absl::StrCat(person.name(), "/erasures/", RandomId()));
  erasure.set_unsearched_names(ask.subject().unsearched_names());
  erasure.add_services()->set_service("membership");
  for (const std::string_view service : kOthers) {
    erasure.add_services()->set_service(std::string(service));
    tx.Enqueue({.method = Concat("/reglab.", service,
                                 ".v1.RecordsService/ErasePersonalData"),
                .request = &ask,
                .subject = erasure.name()});
  }
  for (v1::ServiceErasure& each : *erasure.mutable_services()) {
    each.set_state(Erasure::REQUESTED);
  }
  ASSIGN_OR_RETURN(
      const ErasePersonalDataResponse done,
      ErasePersonalData(tx, "membership", kPersonalTables, ask.subject()));
  NoteServiceDone("membership", absl::Now(), done, erasure);
  Params values = {erasure.name(), person.name(), person.organization()};
  for (Param& value :
       Fields(erasure, {"state", "services", "unsearched_names"})) {
    values.push_back(std::move(value));
  }
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kInsert, values, erasure.name()));
  Erasure stored = ReadRow<Erasure>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {person.organization()}, {});
  return stored;
}

absl::Status Finish(Transaction& tx, std::string_view service,
                    const std::string& erasure_name,
                    const std::string& response, const absl::Status& error) {
  ErasePersonalDataResponse done;
  if (!error.ok() || !done.ParseFromString(response)) {
    // It stays RUNNING, for all to see.
    LogError("erasure_refused",
             {{"erasure", erasure_name},
              {"service", service},
              {"code", absl::StatusCodeToString(error.code())}});
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kLock, {erasure_name}));
  if (rows.empty()) return absl::OkStatus();
  Erasure erasure = ReadRow<Erasure>(rows[0]);
  NoteServiceDone(service, absl::Now(), done, erasure);
  tx.Send(kUpdate, Fields(erasure, {"name", "state", "complete_time",
                                    "services", "digest"}));
  RecordChange(tx, Change::Kind::kUpdated, erasure,
               rows[0].Array(rows.columns() - 1), {"state", "services"});
  return absl::OkStatus();
}

absl::StatusOr<Erasure> Get(Transaction& tx, std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kGet, {name}, name));
  return ReadRow<Erasure>(rows[0]);
}

absl::StatusOr<Seal> FindSeal(Transaction& tx, const Erasure& erasure) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kSeal, {erasure.name(), erasure.digest()}));
  if (rows.empty()) return Seal{};
  return Seal{rows[0].Int(0), rows[0].Bool(1)};
}

absl::StatusOr<std::vector<std::string>> ListErased(Transaction& tx) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kErased));
  std::vector<std::string> people;
  for (int i = 0; i < rows.size(); ++i) people.emplace_back(rows[i].Text(0));
  return people;
}

absl::StatusOr<std::vector<Person>> ListBroughtBack(
    Transaction& tx, const std::vector<std::string>& people) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kBroughtBack, {people}));
  std::vector<Person> found;
  for (int i = 0; i < rows.size(); ++i) {
    found.push_back(ReadRow<Person>(rows[i]));
  }
  return found;
}

}  // namespace reglab::membership::erasures
