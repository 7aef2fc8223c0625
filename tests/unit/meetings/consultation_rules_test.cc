#include "services/meetings/consultation_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/common/errors.h"
#include "services/meetings/amendment_rules.h"

namespace reglab::meetings {
namespace {

using ::testing::HasSubstr;
using v1::Amendment;
using v1::Consultation;

Consultation In(Consultation::State state) {
  Consultation consultation;
  consultation.set_state(state);
  consultation.set_body("bodies/board");
  return consultation;
}

TEST(ConsultationLife, OpensOnTheDayAndAgainWithANewLastDay) {
  Consultation consultation = In(Consultation::DRAFT);
  consultation.set_open_date("2026-12-01");
  ASSERT_TRUE(Open("2026-11-24", "", consultation).ok());
  EXPECT_EQ(consultation.state(), Consultation::OPEN);
  EXPECT_EQ(consultation.open_date(), "2026-11-24");
  EXPECT_EQ(ReasonOf(Open("2026-11-24", "", consultation)),
            "CONSULTATION_STATE");
  ASSERT_TRUE(Close("2026-11-25", consultation).ok());
  EXPECT_EQ(consultation.close_date(), "2026-11-25");
  EXPECT_TRUE(absl::IsInvalidArgument(Open("2026-11-26", "", consultation)));
  EXPECT_TRUE(Open("2026-11-26", "2026-11-26", consultation).ok());
  EXPECT_EQ(consultation.open_date(), "2026-11-24");
}

TEST(ConsultationLife, SaysWhyNothingIsTakenIn) {
  EXPECT_TRUE(CheckIsOpen(In(Consultation::OPEN)).ok());
  Consultation closed = In(Consultation::CLOSED);
  closed.set_close_date("2026-11-23");
  for (const Consultation& consultation :
       {In(Consultation::DRAFT), closed, In(Consultation::ADOPTED)}) {
    EXPECT_EQ(ReasonOf(CheckIsOpen(consultation)), "CONSULTATION_NOT_OPEN");
  }
  EXPECT_THAT(TextOf(CheckIsOpen(closed)).en, HasSubstr("2026-11-23"));
}

TEST(ConsultationLife, EndsWithADecisionOfTheDecidingBody) {
  v1::Decision decision;
  decision.set_name("meetings/m/decisions/1");
  v1::Meeting meeting;
  meeting.set_body("bodies/member-group");
  Consultation consultation = In(Consultation::CLOSED);
  EXPECT_EQ(ReasonOf(Adopt("d", decision, meeting, consultation)),
            "DECISION_OF_OTHER_BODY");
  // The board may have decided at a meeting of others.
  decision.set_body("bodies/board");
  ASSERT_TRUE(Adopt("d", decision, meeting, consultation).ok());
  EXPECT_EQ(consultation.decision(), decision.name());
  EXPECT_EQ(ReasonOf(CheckNotAdopted(consultation)), "CONSULTATION_ADOPTED");
  EXPECT_EQ(ReasonOf(Adopt("d", decision, meeting, consultation)),
            "CONSULTATION_STATE");
}

TEST(ConsultationDays, ExistAndComeInOrder) {
  Consultation consultation = In(Consultation::DRAFT);
  consultation.set_open_date("2026-02-30");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckConsultation(consultation)));
  consultation.set_open_date("2026-03-01");
  consultation.set_close_date("2026-02-28");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckConsultation(consultation)));
  consultation.set_close_date("2026-03-01");
  EXPECT_TRUE(CheckConsultation(consultation).ok());
}

Amendment Proposed() {
  Amendment amendment;
  amendment.set_name("consultations/c/amendments/a");
  amendment.set_action(Amendment::REPLACE);
  amendment.set_text("lokal nivå");
  amendment.set_state(Amendment::OPEN);
  amendment.add_organizations("organizations/a");
  return amendment;
}

TEST(AmendmentAuthors, AreOrganisationsOrAGroupOfAMeeting) {
  Amendment amendment = Proposed();
  EXPECT_TRUE(CheckAmendment(amendment).ok());
  amendment.set_group("Grupp 1");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckAmendment(amendment)));
  amendment.clear_organizations();
  EXPECT_TRUE(absl::IsInvalidArgument(CheckAmendment(amendment)));
  amendment.set_meeting("meetings/m");
  EXPECT_TRUE(CheckAmendment(amendment).ok());
  amendment.clear_group();
  EXPECT_TRUE(absl::IsInvalidArgument(CheckAmendment(amendment)));
}

TEST(AmendmentAuthors, MayBeAnsweredForByADelegateInThisMatterAlone) {
  Caller caller;
  caller.name = "people/p";
  caller.organization = "organizations/a";
  caller.matters = {"consultations/c"};
  EXPECT_TRUE(CheckIsAuthor(caller, Proposed()).ok());
  caller.matters = {"consultations/other"};
  EXPECT_EQ(ReasonOf(CheckIsAuthor(caller, Proposed())), "OTHER_MATTER");
  caller.organization = "organizations/b";
  EXPECT_EQ(ReasonOf(CheckIsAuthor(caller, Proposed())), "OTHER_ORGANIZATION");
}

TEST(AmendmentSupport, IsOfOthersOnce) {
  Amendment amendment = Proposed();
  EXPECT_EQ(ReasonOf(Support("organizations/a", amendment).status()),
            "OWN_AMENDMENT");
  EXPECT_TRUE(*Support("organizations/b", amendment));
  EXPECT_FALSE(*Support("organizations/b", amendment));
  EXPECT_EQ(amendment.supporters_size(), 1);
  EXPECT_TRUE(WithdrawSupport("organizations/b", amendment));
  EXPECT_FALSE(WithdrawSupport("organizations/b", amendment));
}

TEST(Disposition, HasAReasonAndEndsWhereTheWordsAreWorkedIn) {
  Amendment amendment = Proposed();
  v1::DisposeAmendmentRequest request;
  request.set_disposition(Amendment::REJECTED);
  request.set_reason(" ");
  const absl::Time now = absl::FromUnixSeconds(1800000000);
  EXPECT_TRUE(absl::IsInvalidArgument(Dispose(request, now, amendment)));
  request.set_reason("Det är sagt redan.");
  request.set_adopted_text("andra ord");
  EXPECT_TRUE(absl::IsInvalidArgument(Dispose(request, now, amendment)));
  request.set_disposition(Amendment::PARTLY);
  ASSERT_TRUE(Dispose(request, now, amendment).ok());
  EXPECT_EQ(amendment.adopted_text(), "andra ord");
  EXPECT_EQ(amendment.dispose_time().seconds(), 1800000000);
  request.set_disposition(Amendment::ANSWERED);
  request.clear_adopted_text();
  EXPECT_TRUE(absl::IsInvalidArgument(Dispose(request, now, amendment)));
  request.set_disposition(Amendment::REJECTED);
  EXPECT_TRUE(Dispose(request, now, amendment).ok());
  amendment.set_applied_draft("consultations/c/drafts/2");
  EXPECT_EQ(ReasonOf(Dispose(request, now, amendment)), "AMENDMENT_STATE");
}

}  // namespace
}  // namespace reglab::meetings
