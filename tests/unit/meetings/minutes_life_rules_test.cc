// The lives of minutes.
#include "services/meetings/minutes_life_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/common/errors.h"

namespace reglab::meetings {
namespace {

using v1::Minutes;

Minutes Of(Minutes::Kind kind, Minutes::State state) {
  Minutes minutes;
  minutes.set_name("meetings/m/minutes");
  minutes.set_kind(kind);
  minutes.set_state(state);
  minutes.set_corrections_until("2026-10-01");
  minutes.set_digest("d");
  minutes.set_chair("people/chair");
  minutes.add_verifiers("people/verifier");
  return minutes;
}

v1::Attendance Person(const std::string& person,
                      v1::Attendance::Status status) {
  v1::Attendance attendance;
  attendance.set_person(person);
  attendance.set_status(status);
  return attendance;
}

std::vector<v1::Attendance> Both() {
  return {Person("people/chair", v1::Attendance::PRESENT),
          Person("people/verifier", v1::Attendance::PRESENT)};
}

Caller As(const std::string& name) {
  Caller caller;
  caller.name = name;
  caller.roles = {"MEMBER"};
  return caller;
}

v1::CirculateMinutesRequest Circulation() {
  v1::CirculateMinutesRequest request;
  request.set_corrections_until("2026-10-01");
  request.set_disclosure_acknowledged(true);
  return request;
}

TEST(Circulation, NeedsThatTheNoticeIsAcknowledged) {
  const Minutes draft = Of(Minutes::NOTES, Minutes::DRAFT);
  const std::vector<std::string> someone = {"organizations/skr"};
  v1::CirculateMinutesRequest request = Circulation();
  EXPECT_TRUE(CheckCirculation(draft, request, someone, "2026-09-20").ok());
  request.set_disclosure_acknowledged(false);
  const absl::Status refused =
      CheckCirculation(draft, request, someone, "2026-09-20");
  EXPECT_EQ(ReasonOf(refused), "DISCLOSURE_NOT_ACKNOWLEDGED");
  EXPECT_NE(TextOf(refused).sv.find("Mottagare kan behöva lämna ut detta"),
            std::string::npos);
}

TEST(Circulation, HasADayAheadAndSomeoneToSendTo) {
  const Minutes draft = Of(Minutes::NOTES, Minutes::DRAFT);
  const v1::CirculateMinutesRequest request = Circulation();
  const std::vector<std::string> someone = {"organizations/skr"};
  EXPECT_TRUE(CheckCirculation(draft, request, someone, "2026-10-01").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckCirculation(draft, request, someone, "2026-10-02")));
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckCirculation(draft, request, someone, "2025-09-30")));
  EXPECT_EQ(ReasonOf(CheckCirculation(draft, request, {}, "2026-09-20")),
            "NO_RECIPIENTS");
  EXPECT_EQ(ReasonOf(CheckCirculation(Of(Minutes::NOTES, Minutes::FINAL),
                                      request, someone, "2026-09-20")),
            "MINUTES_FINAL");
}

TEST(Circulation, GoesToTheOrganisationsThatWereThere) {
  std::vector<v1::Attendance> attendances = Both();
  attendances[0].set_organization("organizations/skr");
  attendances.push_back(Person("people/late", v1::Attendance::ABSENT));
  v1::Attendance again;
  again.set_organization("organizations/skr");
  attendances.push_back(again);
  EXPECT_EQ(ParticipantsOf(attendances),
            (std::vector<std::string>{"organizations/skr", "people/verifier"}));
}

TEST(Notes, BecomeFinalOnTheSetDayWhenAllCorrectionsAreAnswered) {
  const Minutes out = Of(Minutes::NOTES, Minutes::CIRCULATED);
  EXPECT_EQ(ReasonOf(CheckFinalization(out, 0, "2026-09-30")), "TOO_EARLY");
  EXPECT_TRUE(CheckFinalization(out, 0, "2026-10-01").ok());
  EXPECT_EQ(ReasonOf(CheckFinalization(out, 1, "2026-10-01")),
            "CORRECTIONS_OPEN");
  EXPECT_EQ(ReasonOf(CheckFinalization(Of(Minutes::NOTES, Minutes::DRAFT), 0,
                                       "2026-10-01")),
            "NOT_CIRCULATED");
  EXPECT_EQ(ReasonOf(CheckFinalization(Of(Minutes::NOTES, Minutes::FINAL), 0,
                                       "2026-10-01")),
            "MINUTES_FINAL");
  EXPECT_EQ(ReasonOf(CheckFinalization(Of(Minutes::RECORD, Minutes::CIRCULATED),
                                       0, "2026-10-01")),
            "APPROVED_INSTEAD");
}

TEST(Record, IsApprovedByThoseWhoAreNamedAndWereThere) {
  const Minutes record = Of(Minutes::RECORD, Minutes::DRAFT);
  EXPECT_TRUE(CheckApproval(record, As("people/chair"), Both(), 0, "d").ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      CheckApproval(record, As("people/other"), Both(), 0, "d")));
  std::vector<v1::Attendance> away = Both();
  away[1].set_status(v1::Attendance::ABSENT);
  EXPECT_EQ(
      ReasonOf(CheckApproval(record, As("people/verifier"), away, 0, "d")),
      "DID_NOT_ATTEND");
  // Invited is not there.
  away[1].set_status(v1::Attendance::Status(3));
  EXPECT_EQ(
      ReasonOf(CheckApproval(record, As("people/verifier"), away, 0, "d")),
      "DID_NOT_ATTEND");
}

TEST(Record, IsApprovedAsItWasRead) {
  const Minutes record = Of(Minutes::RECORD, Minutes::DRAFT);
  EXPECT_TRUE(absl::IsAborted(
      CheckApproval(record, As("people/chair"), Both(), 0, "another")));
  EXPECT_EQ(ReasonOf(CheckApproval(Of(Minutes::RECORD, Minutes::APPROVED),
                                   As("people/chair"), Both(), 0, "d")),
            "MINUTES_FINAL");
  EXPECT_EQ(ReasonOf(CheckApproval(Of(Minutes::NOTES, Minutes::DRAFT),
                                   As("people/chair"), Both(), 0, "d")),
            "FINALIZED_INSTEAD");
  Minutes alone = record;
  alone.clear_verifiers();
  EXPECT_EQ(ReasonOf(CheckApproval(alone, As("people/chair"), Both(), 0, "d")),
            "SIGNATORIES_MISSING");
}

TEST(Record, IsApprovedOnceAllHave) {
  Minutes record = Of(Minutes::RECORD, Minutes::DRAFT);
  EXPECT_FALSE(AllApproved(record));
  record.add_approvals()->set_person("people/chair");
  EXPECT_FALSE(AllApproved(record));
  record.add_approvals()->set_person("people/verifier");
  EXPECT_TRUE(AllApproved(record));
}

TEST(Signatories, AreSeveralPeopleWhoWereThere) {
  Minutes record = Of(Minutes::RECORD, Minutes::DRAFT);
  EXPECT_TRUE(CheckSignatories(record, Both()).ok());
  EXPECT_EQ(ReasonOf(CheckSignatories(record, {Both()[0]})), "DID_NOT_ATTEND");
  record.add_verifiers("people/chair");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckSignatories(record, Both())));
}

TEST(Correction, ReplacesOnePassageAndSaysSo) {
  v1::CorrectMinutesRequest request;
  request.set_quote("20 augusti");
  request.set_replacement("27 augusti");
  request.set_reason("Fel dag.");
  const auto once = Correct("# A\n\nDen 20 augusti.\n", request, "2026-11-24");
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(once->change, "”20 augusti” har ändrats till ”27 augusti”.");
  EXPECT_EQ(once->markdown,
            "# A\n\nDen 27 augusti.\n\n## Rättelser efter fastställandet\n\n"
            "- 2026-11-24: ”20 augusti” har ändrats till ”27 augusti”. Skäl: "
            "Fel dag.\n");
  request.set_quote("Den 27");
  request.set_replacement("");
  const auto twice = Correct(once->markdown, request, "2026-11-25");
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_TRUE(twice->markdown.ends_with(
      "Fel dag.\n- 2026-11-25: ”Den 27” har tagits bort. Skäl: Fel dag.\n"));
}

TEST(Correction, IsRefusedWhenItIsNotClearWhere) {
  v1::CorrectMinutesRequest request;
  request.set_quote("a");
  request.set_replacement("b");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Correct("a och a", request, "2026-11-24").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Correct("ingenting", request, "2026-11-24").status()));
}

TEST(Proposal, ComesFromThoseWhoWereThere) {
  v1::Meeting meeting;
  meeting.set_name("meetings/m");
  meeting.set_body("bodies/member-group");
  v1::Attendance attendance;
  attendance.set_organization("organizations/skr");
  Caller member = As("clients/skr");
  member.organization = "organizations/skr";
  EXPECT_TRUE(CheckParticipant(member, meeting, {attendance}).ok());
  member.organization = "organizations/other";
  EXPECT_TRUE(absl::IsPermissionDenied(
      CheckParticipant(member, meeting, {attendance})));
  member.bodies = {"bodies/member-group"};
  EXPECT_TRUE(CheckParticipant(member, meeting, {attendance}).ok());
  attendance.set_status(v1::Attendance::ABSENT);
  Caller absent = As("clients/skr");
  absent.organization = "organizations/skr";
  EXPECT_TRUE(absl::IsPermissionDenied(
      CheckParticipant(absent, meeting, {attendance})));
  EXPECT_TRUE(CheckParticipant(As("people/chair"), meeting, Both()).ok());
}

TEST(Proposal, IsMadeWhileTheyAreOutAndQuotesThem) {
  const Minutes out = Of(Minutes::NOTES, Minutes::CIRCULATED);
  v1::MinutesCorrection correction;
  correction.set_quote("Kalmar");
  EXPECT_TRUE(
      CheckProposal(out, correction, "Kalmar frågade.", 0, "2026-10-01").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckProposal(out, correction, "Annat.", 0, "2026-10-01")));
  EXPECT_EQ(ReasonOf(CheckProposal(out, correction, "Kalmar", 0, "2026-10-02")),
            "CORRECTIONS_CLOSED");
  EXPECT_EQ(ReasonOf(CheckProposal(out, correction, "Kalmar", kMostCorrections,
                                   "2026-10-01")),
            "TOO_MANY_CORRECTIONS");
  EXPECT_EQ(ReasonOf(CheckProposal(Of(Minutes::NOTES, Minutes::DRAFT),
                                   correction, "Kalmar", 0, "2026-10-01")),
            "NOT_CIRCULATED");
}

}  // namespace
}  // namespace reglab::meetings
