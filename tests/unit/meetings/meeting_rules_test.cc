#include "services/meetings/meeting_rules.h"

#include <gtest/gtest.h>

#include "absl/time/time.h"
#include "services/common/access_rules.h"
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

void Set(const char* text, google::protobuf::Timestamp& field) {
  absl::Time time;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
  field.set_seconds(absl::ToUnixSeconds(time));
}

Meeting At(const char* date, const char* start, const char* end) {
  Meeting meeting = In(Meeting::PLANNED);
  meeting.set_date(date);
  Set(start, *meeting.mutable_start_time());
  Set(end, *meeting.mutable_end_time());
  return meeting;
}

TEST(Meeting, EndsAfterItHasBegun) {
  const char* start = "2026-09-15T08:00:00Z";
  EXPECT_TRUE(
      absl::IsInvalidArgument(CheckMeeting(At("2026-09-15", start, start))));
  EXPECT_TRUE(
      CheckMeeting(At("2026-09-15", start, "2026-09-15T08:00:01Z")).ok());
}

TEST(Meeting, HasNoEndWithoutAStart) {
  Meeting meeting = In(Meeting::PLANNED);
  Set("2026-09-15T14:00:00Z", *meeting.mutable_end_time());
  const absl::Status refusal = CheckMeeting(meeting);
  EXPECT_TRUE(absl::IsInvalidArgument(refusal));
  EXPECT_TRUE(std::string(refusal.message()).starts_with("meeting.start_time"));
}

TEST(Meeting, StartsOnItsDayByTheClockInSweden) {
  // Two hours ahead of UTC in summer, one in winter.
  EXPECT_TRUE(CheckMeeting(At("2026-07-01", "2026-06-30T22:00:00Z",
                              "2026-07-01T10:00:00Z"))
                  .ok());
  EXPECT_FALSE(CheckMeeting(At("2026-07-01", "2026-06-30T21:59:59Z",
                               "2026-07-01T10:00:00Z"))
                   .ok());
  EXPECT_FALSE(CheckMeeting(At("2026-12-01", "2026-11-30T22:30:00Z",
                               "2026-12-01T10:00:00Z"))
                   .ok());
  EXPECT_TRUE(CheckMeeting(At("2026-12-01", "2026-11-30T23:00:00Z",
                              "2026-12-01T10:00:00Z"))
                  .ok());
  const absl::Status refusal = CheckMeeting(
      At("2026-12-01", "2026-12-01T23:00:00Z", "2026-12-02T10:00:00Z"));
  EXPECT_TRUE(std::string(refusal.message()).starts_with("meeting.start_time"));
}

TEST(Meeting, IsToldByTheClockInSwedenOnTheDaysThatItChanges) {
  // Summer time ends in the night to 25 October 2026, at 03.00.
  EXPECT_EQ(WhenText(At("2026-10-24", "2026-10-24T08:00:00Z",
                        "2026-10-24T10:30:00Z")),
            "lördag 24 oktober 2026 kl. 10.00–12.30");
  EXPECT_EQ(WhenText(At("2026-10-25", "2026-10-25T08:00:00Z",
                        "2026-10-25T10:30:00Z")),
            "söndag 25 oktober 2026 kl. 09.00–11.30");
  // And begins in the night to 29 March 2026, at 02.00.
  EXPECT_EQ(WhenText(At("2026-03-29", "2026-03-29T00:59:00Z",
                        "2026-03-29T01:00:00Z")),
            "söndag 29 mars 2026 kl. 01.59–03.00");
  EXPECT_EQ(WhenText(At("2026-11-17", "2026-11-17T09:00:00Z",
                        "2026-11-18T11:00:00Z")),
            "tisdag 17 november 2026 kl. 10.00–2026-11-18 kl. 12.00");
  EXPECT_EQ(WhenText(In(Meeting::PLANNED)), "tisdag 15 september 2026");
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
