// The lives of minutes through the gRPC doors: notes circulated, corrected and
// final; a record approved; what is final stays.
#include <gmock/gmock.h>
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "reglab/meetings/v1/minutes_correction.pb.h"
#include "reglab/meetings/v1/minutes_version.pb.h"
#include "reglab/membership/v1/dispatch.pb.h"
#include "services/meetings/minutes_page.h"
#include "tests/integration/minutes_calls.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using v1::MinutesCorrection;
using v1::MinutesVersion;

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
  EXPECT_THAT(read->markdown(), HasSubstr("- Namn chair, Organisation skr\n"));
  EXPECT_THAT(read->markdown(), HasSubstr("\n\nVi ses igen i *mars*.\n"));
  EXPECT_EQ(read->digest(), Sha256(read->markdown()));
  // Whoever holds the text before sees that it is another; its row is not.
  EXPECT_NE(read->etag(), begun->etag());
  v1::UpdateMinutesRequest update;
  update.mutable_minutes()->set_name(meeting + "/minutes");
  update.mutable_minutes()->set_chair("people/chair");
  update.mutable_minutes()->set_etag(begun->etag());
  const auto updated = Ask<Minutes>("MinutesService/UpdateMinutes", update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  update.mutable_minutes()->set_chair("");
  EXPECT_TRUE(absl::IsAborted(
      Ask<Minutes>("MinutesService/UpdateMinutes", update).status()));
  // A draft is the body's; who sits there and others read the same text.
  EXPECT_TRUE(
      absl::IsNotFound(Get(meeting, Member("organizations/skr")).status()));
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
  EXPECT_TRUE(absl::IsInvalidArgument(Circulate(meeting, Day(-1)).status()));
  const auto out = Circulate(meeting, Day(1));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->state(), Minutes::CIRCULATED);
  EXPECT_EQ(out->version(), 1);
  EXPECT_EQ(ReasonOf(Finalize(meeting).status()), "TOO_EARLY");

  const Caller skr = Member("organizations/skr");
  EXPECT_TRUE(Get(meeting, skr).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      Propose(meeting, "Nej", "", Member("organizations/storsthlm")).status()));
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
                  "MinutesCorrectionsService/DeclineMinutesCorrection", decline)
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
  EXPECT_EQ(
      ReasonOf(Ask<MinutesCorrection>(
                   "MinutesCorrectionsService/AcceptMinutesCorrection", accept)
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
  EXPECT_THAT(first->recipients(),
              UnorderedElementsAre("organizations/skr",
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
  const auto proposed =
      Propose(meeting, "Kaffet var gott.", "", Member("organizations/skr"));
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
  EXPECT_THAT(TextOf(refused).en, HasSubstr("are final"));
  EXPECT_EQ(ReasonOf(AddNote(meeting, "Till.").status()), "MINUTES_FINAL");
  v1::DeleteNoteRequest remove;
  remove.set_name(note->name());
  EXPECT_EQ(ReasonOf(Ask<Empty>("NotesService/DeleteNote", remove).status()),
            "MINUTES_FINAL");
  v1::DeleteAttendanceRequest leave;
  leave.set_name(attendance);
  EXPECT_EQ(
      ReasonOf(
          Ask<Empty>("AttendancesService/DeleteAttendance", leave).status()),
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
  const auto corrected = Ask<Minutes>("MinutesService/CorrectMinutes", request);
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->version(), 3);
  EXPECT_THAT(corrected->markdown(), HasSubstr("Senast den 27 augusti."));
  EXPECT_EQ(Get(meeting)->digest(), corrected->digest());
  const auto before =
      Document<v1::GetMinutesMarkdownRequest>("GetMinutesMarkdown", meeting, 2);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->data(), final->markdown());
  EXPECT_TRUE(
      absl::IsInvalidArgument(Ask<Minutes>("MinutesService/CorrectMinutes",
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
  EXPECT_EQ(
      ReasonOf(Begin(meeting, Minutes::RECORD, "people/chair", {"people/away"})
                   .status()),
      "DID_NOT_ATTEND");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Begin(meeting, Minutes::RECORD, "people/nobody").status()));
  const auto begun = Begin(meeting, Minutes::RECORD, "people/chair",
                           {"people/first", "people/second"});
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_THAT(begun->markdown(), HasSubstr("## § 1 Mötets öppnande"));
  EXPECT_THAT(begun->markdown(), HasSubstr("- Justerare: Namn first\n"));

  EXPECT_EQ(ReasonOf(Approve(meeting, "people/away", begun->digest()).status()),
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
      ReasonOf(Approve(meeting, "people/chair", approved->digest()).status()),
      "MINUTES_FINAL");
  EXPECT_EQ(ReasonOf(AddNote(meeting, "Sent.").status()), "MINUTES_FINAL");
  EXPECT_EQ(ReasonOf(Finalize(meeting).status()), "MINUTES_FINAL");
}

}  // namespace
}  // namespace reglab::meetings
