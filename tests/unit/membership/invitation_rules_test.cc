#include "services/membership/invitation_rules.h"

#include "gtest/gtest.h"
#include "services/common/errors.h"

namespace reglab::membership {
namespace {

using v1::Invitation;

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

Invitation Expiring(absl::Time time) {
  Invitation invitation;
  invitation.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(time));
  return invitation;
}

TEST(InvitationTest, LastsForteenDaysUnlessSaidOtherwise) {
  EXPECT_EQ(*LifetimeOf(Invitation(), kNow), absl::Hours(14 * 24));
  EXPECT_EQ(*LifetimeOf(Expiring(kNow + absl::Hours(1)), kNow), absl::Hours(1));
}

TEST(InvitationTest, LastsNinetyDaysAtMost) {
  const absl::Duration most = absl::Hours(90 * 24);
  EXPECT_TRUE(LifetimeOf(Expiring(kNow + most), kNow).ok());
  for (const absl::Time time :
       {kNow, kNow - absl::Seconds(1), kNow + most + absl::Seconds(1)}) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(LifetimeOf(Expiring(time), kNow).status()));
  }
}

TEST(InvitationTest, NamesANewPersonWhole) {
  Invitation invitation;
  invitation.set_email("astrid@example.se");
  invitation.set_given_name("Astrid");
  invitation.set_family_name("Lindqvist");
  invitation.set_organization("organizations/a");
  EXPECT_TRUE(CheckNewPerson(invitation).ok());
  for (void (Invitation::*clear)() :
       {&Invitation::clear_email, &Invitation::clear_given_name,
        &Invitation::clear_family_name, &Invitation::clear_organization}) {
    Invitation part = invitation;
    (part.*clear)();
    EXPECT_TRUE(absl::IsInvalidArgument(CheckNewPerson(part)));
  }
}

TEST(InvitationTest, IsSentAgainWhileItWaits) {
  Invitation invitation;
  invitation.set_send_count(1);
  invitation.mutable_send_time()->set_seconds(absl::ToUnixSeconds(kNow));
  const absl::Time later = kNow + absl::Minutes(1);
  for (const auto state : {Invitation::PENDING, Invitation::EXPIRED}) {
    invitation.set_state(state);
    EXPECT_TRUE(CheckResend(invitation, later).ok());
  }
  EXPECT_EQ(ReasonOf(CheckResend(invitation, later - absl::Seconds(1))),
            "INVITATION_JUST_SENT");
  invitation.set_send_count(10);
  EXPECT_EQ(ReasonOf(CheckResend(invitation, later)),
            "INVITATION_SENT_TOO_OFTEN");
  invitation.set_send_count(1);
  for (const auto state : {Invitation::ACCEPTED, Invitation::REVOKED}) {
    invitation.set_state(state);
    EXPECT_EQ(ReasonOf(CheckResend(invitation, later)), "INVITATION_CLOSED");
  }
}

}  // namespace
}  // namespace reglab::membership
