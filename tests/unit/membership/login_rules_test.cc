#include "services/membership/login_rules.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"

namespace reglab::membership {
namespace {

TEST(Logins, AreTheBusinessOfTheirPersonAndTheSecretariat) {
  const Caller astrid{.name = "people/astrid"};
  const Caller secretariat{.name = "people/b", .roles = {"SECRETARIAT"}};
  EXPECT_TRUE(CheckOwnLogin(astrid, "people/astrid", "n").ok());
  EXPECT_TRUE(CheckOwnLogin(secretariat, "people/astrid", "n").ok());
  EXPECT_TRUE(absl::IsNotFound(CheckOwnLogin(astrid, "people/berit", "n")));
  EXPECT_TRUE(absl::IsNotFound(CheckOwnLogin(astrid, "people/-", "n")));
}

TEST(Logins, NeedAProviderOfTheOwnOrganisation) {
  v1::Standing standing;
  standing.set_organization("organizations/a");
  google::protobuf::RepeatedPtrField<std::string> organizations;
  EXPECT_TRUE(absl::IsUnauthenticated(CheckSpeaksFor(standing, organizations)));
  *organizations.Add() = "organizations/b";
  EXPECT_TRUE(absl::IsUnauthenticated(CheckSpeaksFor(standing, organizations)));
  *organizations.Add() = "organizations/a";
  EXPECT_TRUE(CheckSpeaksFor(standing, organizations).ok());
}

TEST(GuestLinks, OpenOneThingForATimeThatIsBounded) {
  v1::GuestLink link;
  link.set_name("guests/x");
  link.set_subject("activities/x");
  link.set_permission("learning.registrations.write");
  const v1::Standing standing = StandingOfGuest(link);
  EXPECT_EQ(standing.caller(), "guests/x");
  EXPECT_EQ(standing.scopes_size(), 0);
  ASSERT_EQ(standing.delegations_size(), 1);
  EXPECT_EQ(standing.delegations(0).subject(), "activities/x");
  const absl::Time now = absl::Now();
  const auto check = [&](absl::Duration left) {
    *link.mutable_expire_time() =
        google::protobuf::util::TimeUtil::SecondsToTimestamp(
            absl::ToUnixSeconds(now + left));
    return CheckGuestLink(link, now).ok();
  };
  EXPECT_FALSE(check(-absl::Seconds(2)));
  EXPECT_TRUE(check(absl::Hours(1)));
  EXPECT_TRUE(check(kLongestGuestLink - absl::Hours(1)));
  EXPECT_FALSE(check(kLongestGuestLink + absl::Hours(1)));
}

}  // namespace
}  // namespace reglab::membership
