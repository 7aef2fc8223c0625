// Export and erasure of a person in all three services, the receipt, a restore,
// and retention.

#include <stdlib.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/meetings/v1/attendance.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/note.pb.h"
#include "reglab/membership/v1/journal_entry.pb.h"
#include "reglab/membership/v1/personal_data.pb.h"
#include "reglab/membership/v1/records.pb.h"
#include "reglab/membership/v1/retention_rule.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using v1::ErasedItem;
using v1::ErasePersonRequest;
using v1::Erasure;
using v1::ExportPersonRequest;
using v1::GetErasureRequest;
using v1::PersonExport;
using v1::VerifyErasureRequest;
using v1::VerifyErasureResponse;

const char* const kServices[] = {"membership", "meetings", "learning"};

std::string LedgerFile() {
  return "/tmp/reglab-erasures-" + std::to_string(getpid());
}

Suite& All() {
  static const bool once = [] {
    setenv("REGLAB_ERASURES_FILE", LedgerFile().c_str(), 1);
    atexit([] { std::filesystem::remove(LedgerFile()); });
    return true;
  }();
  (void)once;
  return Suite::With({"membership", "meetings", "learning"});
}

template <class Condition>
bool WaitFor(Condition condition, absl::Duration most = absl::Seconds(40)) {
  const absl::Time deadline = absl::Now() + most;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return true;
}

// Every place in a database where one of the words stands, in any column of any
// table, bytes included: "table column resource".
std::set<std::string> Search(const std::string& database,
                             const std::vector<std::string>& words) {
  std::string conditions;
  for (const std::string& word : words) {
    absl::StrAppend(&conditions, conditions.empty() ? "" : " OR ",
                    "%2$s ILIKE ''%%", word, "%%''");
  }
  std::string bytes;
  for (const std::string& word : words) {
    absl::StrAppend(&bytes, bytes.empty() ? "" : " OR ",
                    "position(convert_to(''", word,
                    "'', ''UTF8'') IN %2$I) > 0");
  }
  const std::string statement = All().Sql(
      database,
      "SELECT string_agg(format(CASE WHEN a.atttypid = 'bytea'::regtype THEN "
      "'SELECT ''%1$s %2$s '' || coalesce(to_jsonb(t)->>''name'', '''') FROM"
      " public.%1$I t WHERE " +
          bytes +
          "' ELSE "
          "'SELECT ''%1$s %3$s '' || coalesce(to_jsonb(t)->>''name'', '''') "
          "FROM"
          " public.%1$I t WHERE " +
          conditions +
          "' END,"
          " c.relname, CASE WHEN a.atttypid = 'bytea'::regtype THEN "
          "a.attname::text"
          "  ELSE quote_ident(a.attname) || '::text' END, a.attname), ' UNION "
          "ALL ')"
          " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
          " WHERE c.relnamespace = 'public'::regnamespace"
          " AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT "
          "a.attisdropped");
  std::set<std::string> found;
  for (const std::string& line : std::vector<std::string>(
           absl::StrSplit(All().Sql(database, statement), '\n'))) {
    if (!line.empty()) found.insert(line);
  }
  return found;
}

absl::StatusOr<Person> CreateNamed(const std::string& id,
                                   const std::string& given,
                                   const std::string& family,
                                   const std::string& email,
                                   const std::string& request_id = "") {
  v1::CreatePersonRequest request;
  request.set_person_id(id);
  request.mutable_person()->set_given_name(given);
  request.mutable_person()->set_family_name(family);
  request.mutable_person()->set_organization("organizations/erasing");
  request.mutable_person()->set_email(email);
  request.set_request_id(request_id);
  return Ask<Person>("PeopleService/CreatePerson", request);
}

absl::StatusOr<learning::v1::Idea> CreateIdea(const std::string& description) {
  static int number = 0;
  learning::v1::CreateIdeaRequest request;
  request.mutable_idea()->set_title(absl::StrCat("Studiebesök ", ++number));
  request.mutable_idea()->set_description(description);
  return All().Call<learning::v1::Idea>(
      "/reglab.learning.v1.IdeasService/CreateIdea", request, Secretariat());
}

// A meeting with one attendance of the person and one note that names them.
void CreateMeeting(const std::string& id, const std::string& person,
                   const std::string& name, bool final_minutes) {
  meetings::v1::CreateMeetingRequest request;
  request.set_meeting_id(id);
  request.mutable_meeting()->set_display_name("Möte " + id);
  request.mutable_meeting()->set_body("bodies/erasing");
  request.mutable_meeting()->set_date("2026-11-24");
  const auto meeting = All().Call<meetings::v1::Meeting>(
      "/reglab.meetings.v1.MeetingsService/CreateMeeting", request,
      Secretariat());
  ASSERT_TRUE(meeting.ok()) << meeting.status();
  meetings::v1::CreateAttendanceRequest attendance;
  attendance.set_parent(meeting->name());
  attendance.mutable_attendance()->set_person(person);
  attendance.mutable_attendance()->set_name_text(name);
  attendance.mutable_attendance()->set_organization("organizations/erasing");
  const auto attended = All().Call<meetings::v1::Attendance>(
      "/reglab.meetings.v1.AttendancesService/CreateAttendance", attendance,
      Secretariat());
  ASSERT_TRUE(attended.ok()) << attended.status();
  meetings::v1::CreateNoteRequest note;
  note.set_parent(meeting->name());
  note.mutable_note()->set_text(name + "s förslag togs upp.");
  const auto noted = All().Call<meetings::v1::Note>(
      "/reglab.meetings.v1.NotesService/CreateNote", note, Secretariat());
  ASSERT_TRUE(noted.ok()) << noted.status();
  if (!final_minutes) return;
  All().Sql("meetings",
            absl::StrCat("INSERT INTO minutes (name, parent, kind, state,"
                         " visibility, owners, source_digest, source_lines,"
                         " placed_lines, unresolved, etag) VALUES ('",
                         meeting->name(), "/minutes', '", meeting->name(),
                         "', 'NOTES', 'FINAL', 'MEMBERS', '{}', '", id,
                         "', 1, 1, '[]', 'e')"));
}

absl::StatusOr<PersonExport> Export(const std::string& name,
                                    const Caller& caller = Secretariat()) {
  ExportPersonRequest request;
  request.set_name(name);
  return Ask<PersonExport>("PersonalDataService/ExportPerson", request, caller);
}

absl::StatusOr<Erasure> ErasePerson(const std::string& name,
                                    const Caller& caller = Secretariat()) {
  ErasePersonRequest request;
  request.set_name(name);
  return Ask<Erasure>("PersonalDataService/ErasePerson", request, caller);
}

absl::StatusOr<Erasure> GetErasure(const std::string& name) {
  GetErasureRequest request;
  request.set_name(name);
  return Ask<Erasure>("PersonalDataService/GetErasure", request);
}

VerifyErasureResponse::Verdict Verify(const Erasure& erasure) {
  VerifyErasureRequest request;
  *request.mutable_erasure() = erasure;
  const auto response =
      Ask<VerifyErasureResponse>("PersonalDataService/VerifyErasure", request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? response->verdict()
                       : VerifyErasureResponse::VERDICT_UNSPECIFIED;
}

Erasure Completed(const std::string& name) {
  Erasure erasure;
  EXPECT_TRUE(WaitFor([&] {
    const auto now = GetErasure(name);
    if (now.ok()) erasure = *now;
    return erasure.state() == Erasure::COMPLETED;
  })) << erasure.ShortDebugString();
  return erasure;
}

class PersonalData : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    All();
    ASSERT_TRUE(CreateOrganization("erasing", "Region Radering").ok());
    ASSERT_TRUE(CreateBody("erasing", Body::NETWORK).ok());
    ASSERT_TRUE(CreateBody("erasing-2", Body::NETWORK).ok());
  }
};

TEST_F(PersonalData, IsExportedFromAllServicesWithItsSources) {
  ASSERT_TRUE(
      CreateNamed("saga", "Saga", "Exportsson", "saga.exportsson@example.se")
          .ok());
  ASSERT_TRUE(Appoint("bodies/erasing", "people/saga", Appointment::MEMBER,
                      "2020-01-01")
                  .ok());
  CreateMeeting("exported", "people/saga", "Saga Exportsson", false);
  const auto idea = CreateIdea("Ring Saga Exportsson om detta.");
  ASSERT_TRUE(idea.ok()) << idea.status();
  const auto exported = Export("people/saga");
  ASSERT_TRUE(exported.ok()) << exported.status();
  std::set<std::string> found;
  for (const auto& item : exported->items()) {
    found.insert(absl::StrCat(item.service(), " ", item.field()));
    EXPECT_FALSE(item.purpose().empty() || item.retention().empty() ||
                 item.legal_basis().empty() || item.resource().empty())
        << item.ShortDebugString();
    if (item.service() == "learning" && item.field() == "description") {
      EXPECT_EQ(item.resource(), idea->name());
      EXPECT_EQ(item.value(), "Ring Saga Exportsson om detta.");
    }
  }
  for (const char* wanted :
       {"membership email", "membership given_name", "membership role",
        "meetings name_text", "meetings text", "learning description"}) {
    EXPECT_EQ(found.count(wanted), 1u) << wanted;
  }

  Caller self;
  self.name = "people/saga";
  self.organization = "organizations/erasing";
  EXPECT_TRUE(Export("people/saga", self).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      Export("people/saga", Member("organizations/erasing")).status()));
  EXPECT_TRUE(absl::IsNotFound(
      Export("people/saga", Member("organizations/other")).status()));
  EXPECT_TRUE(
      absl::IsUnauthenticated(Export("people/saga", Nobody()).status()));

  // It is itself a read of personal data.
  ASSERT_TRUE(WaitFor([] {
    return All().Sql("membership",
                     "SELECT count(*) FROM journal WHERE kind = 'READ'"
                     " AND method LIKE '%ExportPerson'"
                     " AND subjects = '{people/saga}'") == "2";
  }));
}

TEST_F(PersonalData, IsErasedEverywhereAlsoWhenAServiceWasDown) {
  ASSERT_TRUE(CreateNamed("rut", "Rut", "Raderberg", "rut.raderberg@example.se",
                          "0b6a3c6e-6a58-4f6c-9d5e-0d6f6b9e0a11")
                  .ok());
  ASSERT_TRUE(
      CreateNamed("rutger", "Rut", "Raderbergsson", "rutger@example.se").ok());
  ASSERT_TRUE(
      Appoint("bodies/erasing", "people/rut", Appointment::CHAIR, "2020-01-01")
          .ok());
  CreateMeeting("printed", "people/rut", "Rut Raderberg", true);
  CreateMeeting("unprinted", "people/rut", "Rut Raderberg", false);
  ASSERT_TRUE(CreateIdea("Skriv till rut.raderberg@example.se").ok());
  EXPECT_FALSE(Search("membership", {"rut.raderberg@example.se"}).empty());

  All().End("learning", SIGTERM);
  const auto begun = ErasePerson("people/rut");
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->state(), Erasure::RUNNING);
  // A repetition is the same erasure.
  EXPECT_EQ(ErasePerson("people/rut")->name(), begun->name());
  ASSERT_TRUE(WaitFor([&] {
    return GetErasure(begun->name())->services(1).state() == Erasure::COMPLETED;
  }));
  const auto waiting = GetErasure(begun->name());
  EXPECT_EQ(waiting->state(), Erasure::RUNNING);
  EXPECT_EQ(waiting->services(0).state(), Erasure::COMPLETED);
  EXPECT_EQ(waiting->services(2).service(), "learning");
  EXPECT_EQ(waiting->services(2).state(), Erasure::REQUESTED);
  EXPECT_EQ(Verify(*waiting), VerifyErasureResponse::NOT_COMPLETED);
  All().Start("learning");

  const Erasure receipt = Completed(begun->name());
  ASSERT_TRUE(
      WaitFor([&] { return Verify(receipt) == VerifyErasureResponse::VALID; }));
  Erasure altered = receipt;
  altered.mutable_services(0)->mutable_items(0)->set_count(99);
  EXPECT_EQ(Verify(altered), VerifyErasureResponse::ALTERED);
  EXPECT_EQ(receipt.ShortDebugString().find("Raderberg"), std::string::npos);

  // Nothing is left but what the receipt says is kept.
  std::set<std::string> kept;
  for (const auto& service : receipt.services()) {
    for (const ErasedItem& item : service.items()) {
      if (item.outcome() != ErasedItem::KEPT) continue;
      EXPECT_FALSE(item.rule().empty() || item.legal_basis().empty());
      EXPECT_FALSE(item.rule_sv().empty() || item.legal_basis_sv().empty())
          << "say it in privacy_texts.cc: " << item.ShortDebugString();
      for (const std::string& resource : item.resources()) {
        for (const std::string& field : item.fields()) {
          kept.insert(absl::StrCat(item.table(), " ", field, " ", resource));
        }
      }
    }
  }
  size_t found_kept = 0;
  for (const char* database : kServices) {
    for (const std::string& place :
         Search(database, {"rut.raderberg@example.se", "Rut Raderberg"})) {
      // Somebody else, whose name begins alike.
      if (place.find("people/rutger") != std::string::npos) continue;
      // The row's identity in kept parts ends the place.
      EXPECT_EQ(kept.count(place), 1u) << database << ": " << place;
      ++found_kept;
    }
  }
  EXPECT_EQ(found_kept, 2u);  // attendance and note of the final minutes
  EXPECT_EQ(All().Sql("membership",
                      "SELECT family_name FROM people WHERE name ="
                      " 'people/rutger'"),
            "Raderbergsson");
  EXPECT_EQ(All().Sql("learning",
                      "SELECT description FROM ideas WHERE description LIKE"
                      " 'Skriv till%'"),
            "Skriv till Raderad person");
  EXPECT_EQ(All().Sql("meetings",
                      "SELECT text FROM notes WHERE parent ="
                      " 'meetings/unprinted'"),
            "Raderad persons förslag togs upp.");
  // The appointment is over, and the person can't be filled in again.
  EXPECT_EQ(All().Sql("membership",
                      "SELECT end_date < today() FROM appointments WHERE"
                      " person = 'people/rut'"),
            "t");
  v1::UpdatePersonRequest update;
  update.mutable_person()->set_name("people/rut");
  update.mutable_person()->set_email("rut.raderberg@example.se");
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Ask<Person>("PeopleService/UpdatePerson", update).status()));
  // What changed is journalled as changes.
  EXPECT_EQ(All().Sql("learning",
                      "SELECT count(*) FROM journal WHERE kind = 'UPDATED' AND"
                      " method LIKE '%ErasePersonalData'"),
            "1");
}

TEST_F(PersonalData, OfOthersWithTheSameNameIsLeftAlone) {
  ASSERT_TRUE(CreateNamed("twin-1", "Tva", "Tvilling", "ett@example.se").ok());
  ASSERT_TRUE(CreateNamed("twin-2", "Tva", "Tvilling", "tva@example.se").ok());
  const auto idea = CreateIdea("Tva Tvilling och ett@example.se.");
  ASSERT_TRUE(idea.ok());
  EXPECT_EQ(Export("people/twin-1")->unsearched_names(), 1);
  const auto begun = ErasePerson("people/twin-1");
  ASSERT_TRUE(begun.ok()) << begun.status();
  // The receipt says that the name was left, and that stays so to the letter.
  const Erasure receipt = Completed(begun->name());
  EXPECT_EQ(receipt.unsearched_names(), 1);
  ASSERT_TRUE(
      WaitFor([&] { return Verify(receipt) == VerifyErasureResponse::VALID; }));
  Erasure altered = receipt;
  altered.clear_unsearched_names();
  EXPECT_EQ(Verify(altered), VerifyErasureResponse::ALTERED);
  EXPECT_EQ(
      All().Sql("learning", "SELECT description FROM ideas WHERE name = '" +
                                idea->name() + "'"),
      "Tva Tvilling och Raderad person.");
  EXPECT_EQ(All().Sql("membership",
                      "SELECT display_name FROM people WHERE name ="
                      " 'people/twin-2'"),
            "Tva Tvilling");
}

TEST_F(PersonalData, StaysErasedAfterARestore) {
  ASSERT_TRUE(CreateNamed("ake", "Åke", "Återställd", "ake@example.se").ok());
  All().Sql("membership",
            "DROP TABLE IF EXISTS backup;"
            "CREATE TABLE backup AS SELECT * FROM people WHERE name ="
            " 'people/ake'; ALTER TABLE backup OWNER TO membership_owner");
  const auto begun = ErasePerson("people/ake");
  ASSERT_TRUE(begun.ok()) << begun.status();
  Completed(begun->name());
  std::ifstream ledger(LedgerFile());
  const std::string text{std::istreambuf_iterator<char>(ledger), {}};
  EXPECT_NE(text.find("people/ake"), std::string::npos);
  EXPECT_EQ(text.find("Återställd"), std::string::npos);

  // As a restore to the time before would leave it. All() would start it again.
  Suite& suite = All();
  suite.End("membership", SIGTERM);
  suite.Sql("membership",
            "DELETE FROM erasures WHERE parent = 'people/ake';"
            "UPDATE people p SET given_name = b.given_name, family_name ="
            " b.family_name, display_name = b.display_name, email = b.email,"
            " erase_time = NULL FROM backup b WHERE b.name = p.name;"
            "DROP TABLE backup");
  EXPECT_EQ(suite.Sql("membership",
                      "SELECT family_name FROM people WHERE name ="
                      " 'people/ake'"),
            "Återställd");
  suite.Start("membership");
  EXPECT_TRUE(WaitFor([] {
    return Search("membership", {"Återställd", "ake@example.se"}).empty();
  }));
  EXPECT_TRUE(WaitFor([] {
    return All().Sql("membership",
                     "SELECT count(*) FROM erasures WHERE parent ="
                     " 'people/ake' AND state = 'COMPLETED'") == "1";
  }));
}

TEST_F(PersonalData, IsErasedByThePersonOrTheSecretariatAlone) {
  ASSERT_TRUE(CreateNamed("own", "Egon", "Egensson", "egon@example.se").ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      ErasePerson("people/own", Member("organizations/erasing")).status()));
  EXPECT_TRUE(absl::IsNotFound(
      ErasePerson("people/own", Member("organizations/other")).status()));
  EXPECT_TRUE(absl::IsNotFound(ErasePerson("people/nobody-such").status()));
  ErasePersonRequest trial;
  trial.set_name("people/own");
  trial.set_validate_only(true);
  ASSERT_TRUE(Ask<Erasure>("PersonalDataService/ErasePerson", trial).ok());
  EXPECT_FALSE(Search("membership", {"egon@example.se"}).empty());
  Caller self;
  self.name = "people/own";
  self.organization = "organizations/erasing";
  const auto begun = ErasePerson("people/own", self);
  ASSERT_TRUE(begun.ok()) << begun.status();
  v1::ListErasuresRequest list;
  list.set_parent("people/own");
  const auto own = Ask<v1::ListErasuresResponse>(
      "PersonalDataService/ListErasures", list, self);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->erasures_size(), 1);
  list.set_parent("people/-");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<v1::ListErasuresResponse>("PersonalDataService/ListErasures", list,
                                    self)
          .status()));
  EXPECT_TRUE(
      Ask<v1::ListErasuresResponse>("PersonalDataService/ListErasures", list)
          .ok());
  Completed(begun->name());
}

// The RPCs between services are for membership alone.
TEST_F(PersonalData, IsGivenToNoOtherProcess) {
  v1::ExportPersonalDataRequest request;
  request.mutable_subject()->set_person("people/own");
  for (const char* service : {"meetings", "learning"}) {
    EXPECT_TRUE(absl::IsPermissionDenied(
        All()
            .Call<v1::ExportPersonalDataResponse>(
                absl::StrCat("/reglab.", service,
                             ".v1.RecordsService/ExportPersonalData"),
                request, Secretariat())
            .status()));
  }
}

// The proto of each field says the same: GET /v1/privacy/fields.
TEST_F(PersonalData, IsKeptAsLongAsTheContractSays) {
  std::map<std::string, int> days;
  const auto listed = Ask<v1::ListRetentionRulesResponse>(
      "RetentionRulesService/ListRetentionRules",
      v1::ListRetentionRulesRequest());
  ASSERT_TRUE(listed.ok()) << listed.status();
  for (const v1::RetentionRule& rule : listed->retention_rules()) {
    days[rule.name()] = rule.keep_days();
    EXPECT_NE(rule.legal_basis(), "") << rule.name();
    EXPECT_NE(rule.legal_basis_sv(), "") << rule.name();
  }
  EXPECT_EQ(days["retention-rules/contact-details"], 2 * 365);
  EXPECT_EQ(days["retention-rules/invitations"], 30);
  EXPECT_EQ(days["retention-rules/outbox"], 90);
  EXPECT_EQ(days["retention-rules/sessions"], 30);
}

TEST_F(PersonalData, IsForgottenByItselfWhenItsTimeIsOver) {
  ASSERT_TRUE(CreateNamed("past", "Per", "Past", "per.past@example.se").ok());
  ASSERT_TRUE(CreateNamed("present", "Pia", "Present", "pia@example.se").ok());
  for (const auto& [person, end] :
       std::vector<std::pair<std::string, std::string>>{
           {"people/past", "2021-12-31"}, {"people/present", ""}}) {
    ASSERT_TRUE(Appoint("bodies/erasing-2", person, Appointment::MEMBER,
                        "2020-01-01", end)
                    .ok());
  }
  // All() would start it before the rules are due.
  Suite& suite = All();
  suite.End("membership", SIGTERM);
  suite.Sql(
      "membership",
      "INSERT INTO outbox (name, owners, template, language, title, email,"
      " state, due, etag, create_time) SELECT 'dispatches/past-' || days,"
      " '{}', 'notice', 'sv', 'Prov', 'past-' || days || '@example.se',"
      " 'SENT', NULL, 'e', now() - make_interval(days => days)"
      " FROM unnest(ARRAY[89, 91]) AS days");
  suite.Sql("membership", "UPDATE retention_rules SET last_run_time = NULL");
  suite.Start("membership");
  EXPECT_TRUE(WaitFor(
      [] { return Search("membership", {"per.past@example.se"}).empty(); }));
  EXPECT_FALSE(Search("membership", {"pia@example.se"}).empty());
  // Of letters the address goes, and that there was one stays known.
  EXPECT_TRUE(WaitFor(
      [] { return Search("membership", {"past-91@example.se"}).empty(); }));
  EXPECT_EQ(
      All().Sql("membership",
                "SELECT string_agg(coalesce(email, '-'), ' ' ORDER BY name)"
                " FROM outbox WHERE name LIKE 'dispatches/past-%'"),
      "past-89@example.se -");
  EXPECT_TRUE(WaitFor([] {
    return All().Sql("membership",
                     "SELECT string_agg(DISTINCT name, ' ' ORDER BY name) FROM"
                     " journal WHERE method = '/reglab/retention'") ==
           "people/past retention-rules/contact-details retention-rules/outbox";
  }));
}

}  // namespace
}  // namespace reglab::membership
