// The lives of minutes through the gRPC doors: notes circulated, corrected and
// final, a record approved, versions, documents, archive and search.
#include <gmock/gmock.h>
#include <google/protobuf/empty.pb.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "reglab/meetings/v1/case_number.pb.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "reglab/meetings/v1/minutes_correction.pb.h"
#include "reglab/meetings/v1/minutes_version.pb.h"
#include "reglab/membership/v1/dispatch.pb.h"
#include "services/common/database.h"
#include "services/meetings/minutes_page.h"
#include "services/meetings/minutes_search_store.h"
#include "tests/integration/membership_calls.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using google::protobuf::Empty;
using options::v1::Content;
using testing::Member;
using testing::Nobody;
using testing::Secretariat;
using testing::Suite;
using v1::Minutes;
using v1::MinutesCorrection;
using v1::MinutesVersion;

Suite& Running() {
  static Suite& suite = []() -> Suite& {
    Suite& started = Suite::With({"membership", "learning", "meetings"});
    for (const char* id : {"region-uppsala", "skr", "storsthlm"}) {
      EXPECT_TRUE(
          membership::CreateOrganization(id, "Organisation " + std::string(id))
              .ok());
    }
    EXPECT_TRUE(membership::CreateBody("member-group",
                                       membership::v1::Body::MEMBER_GROUP)
                    .ok());
    EXPECT_TRUE(
        membership::CreateBody("board", membership::v1::Body::BOARD).ok());
    for (const char* id : {"chair", "first", "second", "away"}) {
      EXPECT_TRUE(
          membership::CreatePerson(id, "organizations/region-uppsala").ok());
    }
    return started;
  }();
  return suite;
}

template <class Response>
absl::StatusOr<Response> Ask(const std::string& method,
                             const google::protobuf::Message& request,
                             const Caller& caller = Secretariat()) {
  return Running().Call<Response>("/reglab.meetings.v1." + method, request,
                                  caller);
}

std::string Day(int days) { return membership::DayFromNow(days); }

// A meeting of yesterday, with who was there.
std::string Meeting(const std::string& id, const std::string& body) {
  v1::CreateMeetingRequest request;
  Running();
  request.set_meeting_id(id);
  request.mutable_meeting()->set_display_name("Möte " + id);
  request.mutable_meeting()->set_body(body);
  request.mutable_meeting()->set_date(Day(-1));
  const auto created =
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", request);
  EXPECT_TRUE(created.ok()) << created.status();
  v1::ConcludeMeetingRequest conclude;
  conclude.set_name("meetings/" + id);
  EXPECT_TRUE(
      Ask<v1::Meeting>("MeetingsService/ConcludeMeeting", conclude).ok());
  return "meetings/" + id;
}

std::string Attended(const std::string& meeting,
                     const std::string& organization,
                     const std::string& person = "",
                     v1::Attendance::Status status = v1::Attendance::PRESENT) {
  v1::CreateAttendanceRequest request;
  request.set_parent(meeting);
  request.mutable_attendance()->set_organization(organization);
  request.mutable_attendance()->set_person(person);
  request.mutable_attendance()->set_name_text(
      person.empty() ? "" : "Namn " + person.substr(7));
  request.mutable_attendance()->set_status(status);
  const auto created =
      Ask<v1::Attendance>("AttendancesService/CreateAttendance", request);
  EXPECT_TRUE(created.ok()) << created.status();
  return created.ok() ? created->name() : "";
}

absl::StatusOr<v1::Note> AddNote(const std::string& meeting,
                                 const std::string& text) {
  v1::CreateNoteRequest request;
  request.set_parent(meeting);
  request.mutable_note()->set_text(text);
  return Ask<v1::Note>("NotesService/CreateNote", request);
}

absl::StatusOr<Minutes> Begin(const std::string& meeting,
                              Minutes::Kind kind = Minutes::NOTES,
                              const std::string& chair = "",
                              const std::vector<std::string>& verifiers = {}) {
  v1::CreateMinutesRequest request;
  request.set_parent(meeting);
  request.mutable_minutes()->set_kind(kind);
  request.mutable_minutes()->set_chair(chair);
  for (const std::string& each : verifiers) {
    request.mutable_minutes()->add_verifiers(each);
  }
  return Ask<Minutes>("MinutesService/CreateMinutes", request);
}

absl::StatusOr<Minutes> Get(const std::string& meeting,
                            const Caller& caller = Secretariat()) {
  v1::GetMinutesRequest request;
  request.set_name(meeting + "/minutes");
  return Ask<Minutes>("MinutesService/GetMinutes", request, caller);
}

absl::StatusOr<Minutes> Circulate(const std::string& meeting,
                                  const std::string& until,
                                  bool acknowledged = true) {
  v1::CirculateMinutesRequest request;
  request.set_name(meeting + "/minutes");
  request.set_corrections_until(until);
  request.set_disclosure_acknowledged(acknowledged);
  return Ask<Minutes>("MinutesService/CirculateMinutes", request);
}

absl::StatusOr<Minutes> Finalize(const std::string& meeting) {
  v1::FinalizeMinutesRequest request;
  request.set_name(meeting + "/minutes");
  return Ask<Minutes>("MinutesService/FinalizeMinutes", request);
}

absl::StatusOr<Minutes> Approve(const std::string& meeting,
                                const std::string& person,
                                const std::string& digest) {
  v1::ApproveMinutesRequest request;
  request.set_name(meeting + "/minutes");
  request.set_digest(digest);
  Caller caller = Member("organizations/region-uppsala");
  caller.name = person;
  caller.bodies = {"bodies/board"};
  return Ask<Minutes>("MinutesService/ApproveMinutes", request, caller);
}

absl::StatusOr<MinutesCorrection> Propose(const std::string& meeting,
                                          const std::string& text,
                                          const std::string& quote,
                                          const Caller& caller) {
  v1::CreateMinutesCorrectionRequest request;
  request.set_parent(meeting + "/minutes");
  request.mutable_minutes_correction()->set_text(text);
  request.mutable_minutes_correction()->set_quote(quote);
  return Ask<MinutesCorrection>(
      "MinutesCorrectionsService/CreateMinutesCorrection", request, caller);
}

template <class Request>
absl::StatusOr<Content> Document(const std::string& method,
                                 const std::string& meeting, int version = 0,
                                 const Caller& caller = Secretariat()) {
  Request request;
  request.set_name(meeting + "/minutes");
  request.set_version(version);
  return Ask<Content>("MinutesService/" + method, request, caller);
}

TEST(Minutes, AreBegunOnceAndMadeOfWhatIsKept) {
  const std::string meeting = Meeting("begun", "bodies/member-group");
  Attended(meeting, "organizations/skr", "people/chair");
  const auto begun = Begin(meeting);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->state(), Minutes::DRAFT);
  EXPECT_EQ(begun->notice(), "Mottagare kan behöva lämna ut detta");
  EXPECT_TRUE(absl::IsAlreadyExists(Begin(meeting).status()));
  ASSERT_TRUE(AddNote(meeting, "Vi ses igen i *mars*.").ok());
  const auto read = Get(meeting);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->markdown(), HasSubstr("# Möte begun\n"));
  EXPECT_THAT(read->markdown(), HasSubstr("- Organ: Organ member-group\n"));
  EXPECT_THAT(read->markdown(),
              HasSubstr("- Namn chair, Organisation skr\n"));
  EXPECT_THAT(read->markdown(), HasSubstr("\n\nVi ses igen i *mars*.\n"));
  EXPECT_EQ(read->digest(), Sha256(read->markdown()));
  EXPECT_EQ(read->etag(), begun->etag());
  // A draft is the body's; who sits there and others read the same text.
  EXPECT_TRUE(absl::IsNotFound(
      Get(meeting, Member("organizations/skr")).status()));
  Caller seated = Member("organizations/skr");
  seated.bodies = {"bodies/member-group"};
  const auto seen = Get(meeting, seated);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->digest(), read->digest());
}

TEST(Minutes, ShowOnlyWhatAllTheirReadersMayRead) {
  const std::string meeting = Meeting("hidden", "bodies/member-group");
  ASSERT_TRUE(Begin(meeting).ok());
  v1::CreateNoteRequest request;
  request.set_parent(meeting);
  request.mutable_note()->set_text("Bara för organet.");
  request.mutable_note()->set_visibility(v1::Meeting::BODY);
  ASSERT_TRUE(Ask<v1::Note>("NotesService/CreateNote", request).ok());
  EXPECT_THAT(Get(meeting)->markdown(), Not(HasSubstr("Bara för organet")));
}

TEST(Notes, AreCirculatedCorrectedAndFinal) {
  const std::string meeting = Meeting("notes", "bodies/member-group");
  Attended(meeting, "organizations/skr");
  Attended(meeting, "organizations/region-uppsala", "people/chair");
  const auto note = AddNote(meeting, "Region Kalmar frågade.");
  ASSERT_TRUE(note.ok()) << note.status();
  ASSERT_TRUE(Begin(meeting).ok());

  EXPECT_EQ(ReasonOf(Finalize(meeting).status()), "NOT_CIRCULATED");
  EXPECT_EQ(ReasonOf(Circulate(meeting, Day(0), false).status()),
            "DISCLOSURE_NOT_ACKNOWLEDGED");
  EXPECT_TRUE(
      absl::IsInvalidArgument(Circulate(meeting, Day(-1)).status()));
  const auto out = Circulate(meeting, Day(1));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->state(), Minutes::CIRCULATED);
  EXPECT_EQ(out->version(), 1);
  EXPECT_EQ(ReasonOf(Finalize(meeting).status()), "TOO_EARLY");

  const Caller skr = Member("organizations/skr");
  EXPECT_TRUE(Get(meeting, skr).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      Propose(meeting, "Nej", "", Member("organizations/storsthlm"))
          .status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Propose(meeting, "Det var Kronoberg.", "Region Skåne", skr).status()));
  const auto proposed =
      Propose(meeting, "Det var Kronoberg.", "Region Kalmar", skr);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->version(), 1);
  EXPECT_EQ(proposed->organization(), "organizations/skr");
  const auto other = Propose(meeting, "Lägg till kaffet.", "", skr);
  ASSERT_TRUE(other.ok()) << other.status();
  v1::ListMinutesCorrectionsRequest list;
  list.set_parent(meeting + "/minutes");
  const auto hidden = Ask<v1::ListMinutesCorrectionsResponse>(
      "MinutesCorrectionsService/ListMinutesCorrections", list,
      Member("organizations/storsthlm"));
  ASSERT_TRUE(hidden.ok()) << hidden.status();
  EXPECT_EQ(hidden->minutes_corrections_size(), 0);

  v1::DeclineMinutesCorrectionRequest decline;
  decline.set_name(other->name());
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<MinutesCorrection>(
          "MinutesCorrectionsService/DeclineMinutesCorrection", decline)
          .status()));
  decline.set_reason("Kaffe är ingen fråga för mötet.");
  ASSERT_TRUE(Ask<MinutesCorrection>(
                  "MinutesCorrectionsService/DeclineMinutesCorrection",
                  decline)
                  .ok());
  // Out again with today as the last day.
  ASSERT_TRUE(Circulate(meeting, Day(0)).ok());
  EXPECT_EQ(ReasonOf(Finalize(meeting).status()), "CORRECTIONS_OPEN");
  v1::UpdateNoteRequest update;
  update.mutable_note()->set_name(note->name());
  update.mutable_note()->set_text("Region Kronoberg frågade.");
  ASSERT_TRUE(Ask<v1::Note>("NotesService/UpdateNote", update).ok());
  v1::AcceptMinutesCorrectionRequest accept;
  accept.set_name(proposed->name());
  const auto accepted = Ask<MinutesCorrection>(
      "MinutesCorrectionsService/AcceptMinutesCorrection", accept);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(ReasonOf(Ask<MinutesCorrection>(
                         "MinutesCorrectionsService/AcceptMinutesCorrection",
                         accept)
                         .status()),
            "ALREADY_ANSWERED");

  const auto final = Finalize(meeting);
  ASSERT_TRUE(final.ok()) << final.status();
  EXPECT_EQ(final->state(), Minutes::FINAL);
  EXPECT_EQ(final->version(), 3);
  EXPECT_THAT(final->markdown(), HasSubstr("Region Kronoberg frågade."));
  v1::ListMinutesVersionsRequest versions;
  versions.set_parent(meeting + "/minutes");
  const auto listed = Ask<v1::ListMinutesVersionsResponse>(
      "MinutesVersionsService/ListMinutesVersions", versions, skr);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->minutes_versions_size(), 3);
  EXPECT_EQ(listed->minutes_versions(0).state(), Minutes::CIRCULATED);
  EXPECT_EQ(listed->minutes_versions(0).markdown(), "");
  EXPECT_EQ(listed->minutes_versions(2).digest(), final->digest());
  v1::GetMinutesVersionRequest get;
  get.set_name(meeting + "/minutes/versions/1");
  const auto first =
      Ask<MinutesVersion>("MinutesVersionsService/GetMinutesVersion", get, skr);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(first->markdown(), HasSubstr("Region Kalmar frågade."));
  EXPECT_EQ(first->digest(), Sha256(first->markdown()));
  EXPECT_THAT(first->recipients(), ElementsAre("organizations/skr",
                                               "organizations/region-uppsala"));
  EXPECT_TRUE(absl::IsNotFound(
      Ask<MinutesVersion>("MinutesVersionsService/GetMinutesVersion", get,
                          Nobody())
          .status()));
}

TEST(Notes, NameTheAcceptedCorrectionsInTheNextVersion) {
  const std::string meeting = Meeting("accepted", "bodies/member-group");
  Attended(meeting, "organizations/skr");
  ASSERT_TRUE(Begin(meeting).ok());
  ASSERT_TRUE(Circulate(meeting, Day(0)).ok());
  const auto proposed = Propose(meeting, "Kaffet var gott.", "",
                                Member("organizations/skr"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  v1::AcceptMinutesCorrectionRequest accept;
  accept.set_name(proposed->name());
  ASSERT_TRUE(Ask<MinutesCorrection>(
                  "MinutesCorrectionsService/AcceptMinutesCorrection", accept)
                  .ok());
  ASSERT_TRUE(Finalize(meeting).ok());
  v1::GetMinutesVersionRequest get;
  get.set_name(meeting + "/minutes/versions/2");
  const auto last =
      Ask<MinutesVersion>("MinutesVersionsService/GetMinutesVersion", get);
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_EQ(last->change(), "Godtagna rättelser: Kaffet var gott.");
}

TEST(Circulation, IsADispatchOfTheVersionToEachReceiver) {
  const std::string meeting = Meeting("dispatched", "bodies/member-group");
  ASSERT_TRUE(Begin(meeting).ok());
  v1::CirculateMinutesRequest request;
  request.set_name(meeting + "/minutes");
  request.set_corrections_until(Day(7));
  EXPECT_EQ(ReasonOf(Circulate(meeting, Day(7)).status()), "NO_RECIPIENTS");
  request.set_disclosure_acknowledged(true);
  request.add_recipients("people/first");
  request.add_recipients("gast@example.se");
  request.set_message("Tack för i går.");
  ASSERT_TRUE(Ask<Minutes>("MinutesService/CirculateMinutes", request).ok());
  membership::v1::ListDispatchesRequest list;
  list.set_filter("subject = \"" + meeting + "/minutes\" AND version = \"1\"");
  membership::v1::ListDispatchesResponse sent;
  for (int i = 0; i < 200 && sent.dispatches_size() < 2; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
    const auto answer = membership::Ask<membership::v1::ListDispatchesResponse>(
        "DispatchesService/ListDispatches", list);
    ASSERT_TRUE(answer.ok()) << answer.status();
    sent = *answer;
  }
  ASSERT_EQ(sent.dispatches_size(), 2);
  for (const auto& dispatch : sent.dispatches()) {
    EXPECT_EQ(dispatch.template_(), "circulation");
    EXPECT_EQ(dispatch.title(), "Mötesanteckningar: Möte dispatched");
  }
}

TEST(FinalMinutes, AndAllTheyWereMadeOfStay) {
  const std::string meeting = Meeting("immutable", "bodies/member-group");
  const std::string attendance = Attended(meeting, "organizations/skr");
  const auto note = AddNote(meeting, "Ord.");
  ASSERT_TRUE(note.ok());
  v1::CreateActionRequest create;
  create.set_parent(meeting);
  create.mutable_action()->set_text("Gör.");
  const auto action = Ask<v1::Action>("ActionsService/CreateAction", create);
  ASSERT_TRUE(action.ok()) << action.status();
  ASSERT_TRUE(Begin(meeting).ok());
  ASSERT_TRUE(Circulate(meeting, Day(0)).ok());
  const auto final = Finalize(meeting);
  ASSERT_TRUE(final.ok()) << final.status();

  v1::UpdateNoteRequest update;
  update.mutable_note()->set_name(note->name());
  update.mutable_note()->set_text("Andra ord.");
  const absl::Status refused =
      Ask<v1::Note>("NotesService/UpdateNote", update).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_EQ(ReasonOf(refused), "MINUTES_FINAL");
  EXPECT_THAT(TextOf(refused).sv, HasSubstr("slutliga"));
  EXPECT_EQ(ReasonOf(AddNote(meeting, "Till.").status()), "MINUTES_FINAL");
  v1::DeleteNoteRequest remove;
  remove.set_name(note->name());
  EXPECT_EQ(ReasonOf(Ask<Empty>("NotesService/DeleteNote", remove).status()),
            "MINUTES_FINAL");
  v1::DeleteAttendanceRequest leave;
  leave.set_name(attendance);
  EXPECT_EQ(
      ReasonOf(Ask<Empty>("AttendancesService/DeleteAttendance", leave)
                   .status()),
      "MINUTES_FINAL");
  v1::UpdateActionRequest reword;
  reword.mutable_action()->set_name(action->name());
  reword.mutable_action()->set_text("Gör inte.");
  EXPECT_EQ(
      ReasonOf(Ask<v1::Action>("ActionsService/UpdateAction", reword).status()),
      "MINUTES_FINAL");
  // An action lives on.
  v1::UpdateActionRequest later;
  later.mutable_action()->set_name(action->name());
  later.mutable_action()->set_due_date(Day(30));
  const auto moved = Ask<v1::Action>("ActionsService/UpdateAction", later);
  EXPECT_TRUE(moved.ok()) << moved.status();
  v1::UpdateMinutesRequest rename;
  rename.mutable_minutes()->set_name(meeting + "/minutes");
  rename.mutable_minutes()->set_kind(Minutes::RECORD);
  EXPECT_EQ(
      ReasonOf(Ask<Minutes>("MinutesService/UpdateMinutes", rename).status()),
      "MINUTES_FINAL");
  EXPECT_EQ(ReasonOf(Circulate(meeting, Day(1)).status()), "MINUTES_FINAL");
  EXPECT_EQ(Get(meeting)->digest(), final->digest());

  // Beneath the service too: its role can't.
  PGconn* connection = PQconnectdb(
      (Running().Connection("meetings") + " user=meetings").c_str());
  for (const char* sql :
       {"UPDATE minutes_versions SET markdown = 'x' WHERE parent = "
        "'meetings/immutable/minutes'",
        "DELETE FROM minutes_versions WHERE parent = "
        "'meetings/immutable/minutes'",
        "UPDATE minutes SET state = 'DRAFT' WHERE parent = "
        "'meetings/immutable'",
        "DELETE FROM minutes WHERE parent = 'meetings/immutable'",
        "UPDATE notes SET text = 'x' WHERE parent = 'meetings/immutable'",
        "TRUNCATE minutes_versions"}) {
    PGresult* result = PQexec(connection, sql);
    EXPECT_EQ(PQresultStatus(result), PGRES_FATAL_ERROR) << sql;
    PQclear(result);
  }
  PQfinish(connection);
}

TEST(FinalMinutes, AreCorrectedByANewVersionThatSaysWhy) {
  const std::string meeting = Meeting("corrected", "bodies/member-group");
  Attended(meeting, "organizations/skr");
  ASSERT_TRUE(AddNote(meeting, "Senast den 20 augusti.").ok());
  ASSERT_TRUE(Begin(meeting).ok());
  v1::CorrectMinutesRequest request;
  request.set_name(meeting + "/minutes");
  request.set_quote("20 augusti");
  request.set_replacement("27 augusti");
  request.set_reason("Fel dag i kallelsen.");
  EXPECT_EQ(
      ReasonOf(Ask<Minutes>("MinutesService/CorrectMinutes", request).status()),
      "NOT_FINAL");
  ASSERT_TRUE(Circulate(meeting, Day(0)).ok());
  const auto final = Finalize(meeting);
  ASSERT_TRUE(final.ok()) << final.status();
  request.set_etag("old");
  EXPECT_TRUE(absl::IsAborted(
      Ask<Minutes>("MinutesService/CorrectMinutes", request).status()));
  request.set_etag(final->etag());
  const auto corrected =
      Ask<Minutes>("MinutesService/CorrectMinutes", request);
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->version(), 3);
  EXPECT_THAT(corrected->markdown(), HasSubstr("Senast den 27 augusti."));
  EXPECT_EQ(Get(meeting)->digest(), corrected->digest());
  const auto before =
      Document<v1::GetMinutesMarkdownRequest>("GetMinutesMarkdown", meeting, 2);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->data(), final->markdown());
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<Minutes>("MinutesService/CorrectMinutes",
                   [&] {
                     request.clear_etag();
                     return request;
                   }())
          .status()));
  const auto page =
      Document<v1::GetMinutesHtmlRequest>("GetMinutesHtml", meeting);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->data(), HasSubstr("<td>Fel dag i kallelsen.</td>"));
}

TEST(Record, IsApprovedByChairAndVerifiersWhoWereThere) {
  const std::string meeting = Meeting("record", "bodies/board");
  Attended(meeting, "", "people/chair");
  Attended(meeting, "", "people/first");
  const std::string second = Attended(meeting, "", "people/second");
  Attended(meeting, "", "people/away", v1::Attendance::ABSENT);
  v1::CreateAgendaItemRequest item;
  item.set_parent(meeting);
  item.mutable_agenda_item()->set_display_name("Mötets öppnande");
  ASSERT_TRUE(
      Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem", item).ok());
  EXPECT_EQ(ReasonOf(Begin(meeting, Minutes::RECORD, "people/chair",
                           {"people/away"})
                         .status()),
            "DID_NOT_ATTEND");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Begin(meeting, Minutes::RECORD, "people/nobody").status()));
  const auto begun = Begin(meeting, Minutes::RECORD, "people/chair",
                           {"people/first", "people/second"});
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_THAT(begun->markdown(), HasSubstr("## § 1 Mötets öppnande"));
  EXPECT_THAT(begun->markdown(), HasSubstr("- Justerare: Namn first\n"));

  EXPECT_EQ(
      ReasonOf(Approve(meeting, "people/away", begun->digest()).status()),
      "NOT_A_SIGNATORY");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Approve(meeting, "clients/secretariat", begun->digest()).status()));
  EXPECT_TRUE(absl::IsAborted(
      Approve(meeting, "people/chair", std::string(64, '0')).status()));
  const auto once = Approve(meeting, "people/chair", begun->digest());
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(once->state(), Minutes::DRAFT);
  ASSERT_EQ(once->approvals_size(), 1);

  // Another text is another matter: the approval falls away.
  ASSERT_TRUE(AddNote(meeting, "Tillägg.").ok());
  const auto changed = Get(meeting);
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->approvals_size(), 0);
  EXPECT_TRUE(absl::IsAborted(
      Approve(meeting, "people/first", begun->digest()).status()));
  ASSERT_TRUE(Approve(meeting, "people/first", changed->digest()).ok());
  ASSERT_TRUE(Approve(meeting, "people/chair", changed->digest()).ok());
  // Whoever turns out not to have been there vouches for nothing.
  v1::UpdateAttendanceRequest away;
  away.mutable_attendance()->set_name(second);
  away.mutable_attendance()->set_status(v1::Attendance::ABSENT);
  ASSERT_TRUE(
      Ask<v1::Attendance>("AttendancesService/UpdateAttendance", away).ok());
  EXPECT_EQ(
      ReasonOf(
          Approve(meeting, "people/second", Get(meeting)->digest()).status()),
      "DID_NOT_ATTEND");
  away.mutable_attendance()->set_status(v1::Attendance::PRESENT);
  ASSERT_TRUE(
      Ask<v1::Attendance>("AttendancesService/UpdateAttendance", away).ok());
  const auto approved = Approve(meeting, "people/second", changed->digest());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), Minutes::APPROVED);
  EXPECT_EQ(approved->approvals_size(), 3);
  EXPECT_EQ(approved->version(), 1);
  EXPECT_EQ(
      ReasonOf(
          Approve(meeting, "people/chair", approved->digest()).status()),
      "MINUTES_FINAL");
  EXPECT_EQ(ReasonOf(AddNote(meeting, "Sent.").status()), "MINUTES_FINAL");
  EXPECT_EQ(ReasonOf(Finalize(meeting).status()), "MINUTES_FINAL");
}

TEST(Documents, AreMarkdownPageAndMetadataThatFitTheSchema) {
  const std::string meeting = Meeting("documents", "bodies/member-group");
  Attended(meeting, "organizations/skr");
  ASSERT_TRUE(AddNote(meeting, "<script>alert('å')</script>").ok());
  ASSERT_TRUE(Begin(meeting).ok());
  ASSERT_TRUE(Circulate(meeting, Day(0)).ok());
  ASSERT_TRUE(Finalize(meeting).ok());
  v1::UpdateCaseNumberRequest set;
  set.mutable_case_number()->set_name(meeting +
                                      "/minutes/case-numbers/skr");
  set.mutable_case_number()->set_case_number("SKR 26/00123 <1>");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<v1::CaseNumber>("CaseNumbersService/UpdateCaseNumber", set,
                          Member("organizations/storsthlm"))
          .status()));
  const auto number =
      Ask<v1::CaseNumber>("CaseNumbersService/UpdateCaseNumber", set,
                          Member("organizations/skr"));
  ASSERT_TRUE(number.ok()) << number.status();
  EXPECT_EQ(number->organization(), "organizations/skr");
  set.mutable_case_number()->set_etag("old");
  EXPECT_TRUE(absl::IsAborted(
      Ask<v1::CaseNumber>("CaseNumbersService/UpdateCaseNumber", set,
                          Member("organizations/skr"))
          .status()));

  const auto markdown =
      Document<v1::GetMinutesMarkdownRequest>("GetMinutesMarkdown", meeting);
  ASSERT_TRUE(markdown.ok()) << markdown.status();
  EXPECT_EQ(markdown->content_type(), "text/markdown; charset=utf-8");
  EXPECT_EQ(markdown->file_name(), "documents-v2.md");
  const auto page =
      Document<v1::GetMinutesHtmlRequest>("GetMinutesHtml", meeting);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->content_type(), "text/html; charset=utf-8");
  EXPECT_THAT(page->data(), HasSubstr("&lt;script&gt;alert('å')"));
  EXPECT_THAT(page->data(), Not(HasSubstr("<script")));
  EXPECT_THAT(page->data(),
              HasSubstr("SKR 26/00123 &lt;1&gt; (Organisation skr)"));

  const std::string folder = Running().folder();
  const auto schema = Ask<Content>("MinutesService/GetArchiveSchema",
                                   v1::GetArchiveSchemaRequest(), Nobody());
  ASSERT_TRUE(schema.ok()) << schema.status();
  std::ofstream(folder + "/archive.xsd") << schema->data();
  for (const int version : {0, 1, 2}) {
    const auto archive = Document<v1::GetMinutesArchiveRequest>(
        "GetMinutesArchive", meeting, version);
    ASSERT_TRUE(archive.ok()) << archive.status();
    std::ofstream(folder + "/archive.xml") << archive->data();
    EXPECT_EQ(system(("xmllint --noout --nonet --schema " + folder +
                      "/archive.xsd " + folder + "/archive.xml")
                         .c_str()),
              0)
        << archive->data();
    if (version == 0) {
      EXPECT_THAT(archive->data(), HasSubstr(Sha256(markdown->data())));
      EXPECT_THAT(archive->data(), HasSubstr("SKR 26/00123 &lt;1&gt;"));
    }
  }
  EXPECT_TRUE(absl::IsNotFound(Document<v1::GetMinutesArchiveRequest>(
                                   "GetMinutesArchive", meeting, 9)
                                   .status()));
  EXPECT_TRUE(
      absl::IsNotFound(Document<v1::GetMinutesHtmlRequest>(
                           "GetMinutesHtml", meeting, 0, Nobody())
                           .status()));
  EXPECT_EQ(ReasonOf(Document<v1::GetMinutesPdfRequest>("GetMinutesPdf",
                                                        meeting)
                         .status()),
            "PDF_NOT_INSTALLED");
  v1::DeleteCaseNumberRequest remove;
  remove.set_name(set.case_number().name());
  EXPECT_TRUE(Ask<Empty>("CaseNumbersService/DeleteCaseNumber", remove,
                         Member("organizations/skr"))
                  .ok());
}

TEST(Search, ShowsThePassagesOverTheYears) {
  Running();
  const std::vector<std::pair<std::string, std::string>> documents = {
      {"2019-03-01", "Hemtagning av lärdomar är ett problem."},
      {"2022-09-13",
       "Många tog upp hemtagningen.\n\nDet finns en regional "
       "utvecklingsstrategi."},
      {"2022-11-15", "Vi talade om vädret.\n\nHemtagning igen."}};
  for (const auto& [date, text] : documents) {
    v1::ImportMinutesRequest import;
    import.set_document("# Medlemsgruppen " + date + "\n\n## Dialog\n\n" +
                        text + "\n");
    import.set_body("bodies/member-group");
    import.set_date(date);
    const auto imported = Ask<v1::ImportMinutesResponse>(
        "MinutesService/ImportMinutes", import);
    ASSERT_TRUE(imported.ok()) << imported.status();
  }
  v1::SearchMinutesRequest request;
  request.set_q("hemtagning");
  const auto found = Ask<v1::SearchMinutesResponse>(
      "MinutesService/SearchMinutes", request);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->total_passages(), 3);
  ASSERT_EQ(found->years_size(), 2);
  EXPECT_EQ(found->years(0).year(), 2022);
  EXPECT_EQ(found->years(0).meetings(), 2);
  EXPECT_EQ(found->years(1).year(), 2019);
  ASSERT_EQ(found->meetings_size(), 3);
  EXPECT_EQ(found->meetings(0).date(), "2022-11-15");
  ASSERT_EQ(found->meetings(1).passages_size(), 1);
  EXPECT_THAT(found->meetings(1).passages(0).text(),
              HasSubstr("\u2068hemtagningen\u2069"));
  EXPECT_EQ(found->meetings(1).passages(0).agenda_item_display_name(),
            "Dialog");
  // Another name of the same.
  request.set_q("RUS");
  const auto synonym = Ask<v1::SearchMinutesResponse>(
      "MinutesService/SearchMinutes", request);
  ASSERT_TRUE(synonym.ok()) << synonym.status();
  ASSERT_EQ(synonym->meetings_size(), 1);
  EXPECT_THAT(synonym->meetings(0).passages(0).text(), HasSubstr("\u2068"));

  request.set_q("hemtagning");
  request.set_from("2022-01-01");
  request.set_to("2022-10-01");
  EXPECT_EQ(Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes",
                                           request)
                ->total_passages(),
            1);
  request.set_body("bodies/board");
  EXPECT_EQ(Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes",
                                           request)
                ->total_passages(),
            0);
  request.set_from("2022-02-30");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request)
          .status()));
}

TEST(Search, GoesOnPageByPageAndTellsNobodyMore) {
  v1::SearchMinutesRequest request;
  request.set_q("hemtagning");
  request.set_page_size(1);
  std::vector<std::string> dates;
  do {
    const auto page = Ask<v1::SearchMinutesResponse>(
        "MinutesService/SearchMinutes", request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->total_passages(), 3);
    for (const auto& found : page->meetings()) dates.push_back(found.date());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(dates, ElementsAre("2022-11-15", "2022-09-13", "2019-03-01"));
  request.set_page_token("made-up");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request)
          .status()));
  request.clear_page_token();
  const auto nobody = Ask<v1::SearchMinutesResponse>(
      "MinutesService/SearchMinutes", request, Nobody());
  ASSERT_TRUE(nobody.ok()) << nobody.status();
  EXPECT_EQ(nobody->total_passages(), 0);
  EXPECT_EQ(nobody->years_size(), 0);
}

TEST(Search, UsesTheIndexOfEveryPart) {
  Running().Sql(
      "meetings",
      "INSERT INTO meetings (name, visibility, owners, display_name, body,"
      " date, state, etag) SELECT 'meetings/many' || i, 'MEMBERS', '{}',"
      " 'Möte', 'bodies/b', '2026-01-01', 'CONCLUDED', 'x'"
      " FROM generate_series(1, 2000) i;"
      "INSERT INTO notes (name, parent, position, source_line, visibility,"
      " owners, text, etag) SELECT 'meetings/many' || i % 2000 + 1 ||"
      " '/notes/n' || i, 'meetings/many' || i % 2000 + 1, i, 0, 'MEMBERS',"
      " '{}', 'Ord nummer ' || i, 'x' FROM generate_series(1, 20000) i");
  Running().Sql("meetings", "ANALYZE");
  std::string sql = minutes_search::kPassages.sql();
  const std::vector<std::string> values = {
      "'hemtagning'", "'{PUBLIC,MEMBERS}'", "'{}'",
      "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "21"};
  for (size_t i = values.size(); i-- > 0;) {
    const std::string mark = "$" + std::to_string(i + 1);
    for (size_t at = 0; (at = sql.find(mark, at)) != std::string::npos;
         at += values[i].size()) {
      sql.replace(at, mark.size(), values[i]);
    }
  }
  // The other tables are too small here for an index to pay.
  const std::string plan = Running().Sql(
      "meetings", "SET enable_seqscan = off; EXPLAIN (COSTS OFF) " + sql);
  for (const char* table :
       {"agenda_items", "notes", "questions", "discussions", "conclusions",
        "decisions", "actions", "minutes_versions"}) {
    EXPECT_THAT(plan, HasSubstr("Index Scan on " + std::string(table) +
                                "_search"));
  }
  EXPECT_THAT(Running().Sql("meetings", "EXPLAIN (COSTS OFF) " + sql),
              HasSubstr("Index Scan on notes_search"));
}

}  // namespace
}  // namespace reglab::meetings
