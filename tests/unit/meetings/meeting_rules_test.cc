#include "services/meetings/meeting_rules.h"

#include <gtest/gtest.h>

#include "services/common/errors.h"

namespace reglab::meetings {
namespace {

using v1::Meeting;

Meeting In(Meeting::State state) {
  Meeting meeting;
  meeting.set_name("meetings/m");
  meeting.set_date("2026-09-15");
  meeting.set_state(state);
  return meeting;
}

TEST(MeetingState, GoesFromPlannedOverConvenedToConcluded) {
  EXPECT_EQ(*NextState(In(Meeting::PLANNED), Transition::kConvene),
            Meeting::CONVENED);
  EXPECT_EQ(*NextState(In(Meeting::CONVENED), Transition::kConclude),
            Meeting::CONCLUDED);
}

TEST(MeetingState, IsNeverLeftOnceConcludedOrCancelled) {
  for (const Meeting::State end : {Meeting::CONCLUDED, Meeting::CANCELLED}) {
    for (const Transition transition :
         {Transition::kConvene, Transition::kConclude, Transition::kCancel}) {
      const absl::Status refusal = NextState(In(end), transition).status();
      EXPECT_TRUE(absl::IsFailedPrecondition(refusal)) << refusal;
      EXPECT_EQ(ReasonOf(refusal), "MEETING_STATE");
    }
  }
}

TEST(MeetingState, ConvenedIsNotConvenedAgain) {
  EXPECT_FALSE(NextState(In(Meeting::CONVENED), Transition::kConvene).ok());
}

TEST(MeetingVisibility, IsTheBodysUntilTheMeetingIsConvened) {
  EXPECT_EQ(VisibilityAfter(Meeting::PLANNED, Meeting::VISIBILITY_UNSPECIFIED),
            Meeting::BODY);
  EXPECT_EQ(VisibilityAfter(Meeting::CONVENED, Meeting::BODY), Meeting::PUBLIC);
  EXPECT_EQ(VisibilityAfter(Meeting::CONCLUDED, Meeting::BODY),
            Meeting::PUBLIC);
}

TEST(MeetingVisibility, OfACancelledMeetingStaysAsItWas) {
  EXPECT_EQ(VisibilityAfter(Meeting::CANCELLED, Meeting::BODY), Meeting::BODY);
  EXPECT_EQ(VisibilityAfter(Meeting::CANCELLED, Meeting::PUBLIC),
            Meeting::PUBLIC);
}

TEST(MeetingVisibility, OfAPartIsNeverWiderThanThatOfItsMeeting) {
  EXPECT_EQ(Narrower(Meeting::PUBLIC, Meeting::BODY), Meeting::BODY);
  EXPECT_EQ(Narrower(Meeting::ORGANIZATION, Meeting::PUBLIC),
            Meeting::ORGANIZATION);
  EXPECT_EQ(Narrower(Meeting::MEMBERS, Meeting::MEMBERS), Meeting::MEMBERS);
}

TEST(MeetingDates, AreDaysOfTheCalendar) {
  EXPECT_TRUE(IsDate("2024-02-29"));
  EXPECT_FALSE(IsDate("2023-02-29"));
  EXPECT_FALSE(IsDate("2022-13-45"));
  EXPECT_FALSE(IsDate("2022-9-13"));
  EXPECT_FALSE(IsDate("2022-09-1x"));
  EXPECT_FALSE(IsDate(""));
}

TEST(MeetingDates, ThatDoNotExistAreRefusedByField) {
  Meeting meeting = In(Meeting::PLANNED);
  meeting.set_date("2026-02-30");
  const absl::Status refusal = CheckMeeting(meeting);
  EXPECT_TRUE(absl::IsInvalidArgument(refusal));
  EXPECT_NE(refusal.message().find("2026-02-30"), absl::string_view::npos);
}

TEST(Meeting, EndsAfterItHasBegun) {
  Meeting meeting = In(Meeting::PLANNED);
  meeting.mutable_start_time()->set_seconds(1000);
  meeting.mutable_end_time()->set_seconds(1000);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckMeeting(meeting)));
  meeting.mutable_end_time()->set_seconds(1001);
  EXPECT_TRUE(CheckMeeting(meeting).ok());
}

TEST(Meeting, DoesNotComeBeforeItself) {
  Meeting meeting = In(Meeting::PLANNED);
  meeting.set_previous_meeting("meetings/m");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckMeeting(meeting)));
}

TEST(Meeting, IsNamedAfterItsDayAndItsBody) {
  EXPECT_EQ(MeetingId("2022-09-13", "bodies/member-group"),
            "2022-09-13-member-group");
  EXPECT_EQ(MeetingId("2022-09-13", "bodies/" + std::string(63, 'a')).size(),
            63u);
  EXPECT_EQ(MeetingTitle("Medlemsgruppen", "2022-09-03"),
            "Medlemsgruppen 3 september 2022");
}

TEST(Secretariat, AloneRunsTheMeetings) {
  Caller caller;
  caller.name = "clients/x";
  caller.roles = {"MEMBER"};
  caller.scopes = {"*"};
  EXPECT_TRUE(absl::IsPermissionDenied(CheckSecretariat(caller)));
  caller.roles = {"SECRETARIAT"};
  EXPECT_TRUE(CheckSecretariat(caller).ok());
}

}  // namespace
}  // namespace reglab::meetings
