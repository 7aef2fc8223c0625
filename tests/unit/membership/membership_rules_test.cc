#include "services/membership/membership_rules.h"

#include <string>

#include "gtest/gtest.h"
#include "services/common/errors.h"
#include "services/membership/appointment_rules.h"
#include "services/membership/organization_rules.h"
#include "services/membership/period_rules.h"

namespace reglab::membership {
namespace {

using v1::Appointment;
using v1::Body;
using v1::Membership;

TEST(OrganizationNumberTest, EndsInItsCheckDigit) {
  for (const char* number :
       {"232100-0016", "232100-0255", "212000-0803", "222000-0448",
        "202100-6164", "202100-5216", "222000-0315"}) {
    EXPECT_TRUE(CheckOrganizationNumber(number).ok()) << number;
  }
}

TEST(OrganizationNumberTest, IsRefusedWithAWrongOrSwappedDigit) {
  for (const char* number : {"232100-0017", "232100-0061", "232100-001",
                             "232100-00166", "23210a-0016"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckOrganizationNumber(number)))
        << number;
  }
}

TEST(OrganizationNumberTest, MayBeLeftOut) {
  EXPECT_TRUE(CheckOrganizationNumber("").ok());
}

TEST(PeriodTest, IsOpenAtBothEnds) {
  EXPECT_TRUE(CheckPeriod("membership", "", "").ok());
  EXPECT_TRUE(CheckPeriod("membership", "2024-02-29", "").ok());
  EXPECT_TRUE(CheckPeriod("membership", "", "2024-12-31").ok());
  EXPECT_TRUE(CheckPeriod("membership", "2024-02-29", "2024-02-29").ok());
}

TEST(PeriodTest, RefusesDaysThatAreNotInTheCalendar) {
  for (const char* day : {"2023-02-29", "2023-13-01", "2023-00-10",
                          "2023-04-31", "2023-1-1", "13 september"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckPeriod("membership", day, "")))
        << day;
    EXPECT_TRUE(absl::IsInvalidArgument(CheckPeriod("membership", "", day)))
        << day;
  }
}

TEST(PeriodTest, CannotEndBeforeItStarts) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      CheckPeriod("membership", "2024-01-02", "2024-01-01")));
}

TEST(MembershipTest, GoesFromApplicationToActiveToEnded) {
  EXPECT_TRUE(CheckTransition(Membership::APPLIED, Membership::ACTIVE).ok());
  EXPECT_TRUE(CheckTransition(Membership::APPLIED, Membership::REJECTED).ok());
  EXPECT_TRUE(CheckTransition(Membership::ACTIVE, Membership::ENDED).ok());
  EXPECT_TRUE(CheckTransition(Membership::ACTIVE, Membership::ACTIVE).ok());
}

TEST(MembershipTest, NeverComesBack) {
  const Membership::State states[] = {Membership::APPLIED, Membership::ACTIVE,
                                      Membership::ENDED, Membership::REJECTED};
  for (const Membership::State to : states) {
    for (const Membership::State from :
         {Membership::ENDED, Membership::REJECTED}) {
      if (from == to) continue;
      const absl::Status status = CheckTransition(from, to);
      EXPECT_TRUE(absl::IsFailedPrecondition(status)) << from << " to " << to;
      EXPECT_EQ(ReasonOf(status), "MEMBERSHIP_STATE");
    }
  }
  EXPECT_FALSE(CheckTransition(Membership::ACTIVE, Membership::APPLIED).ok());
  EXPECT_FALSE(CheckTransition(Membership::APPLIED, Membership::ENDED).ok());
}

TEST(MembershipTest, SaysWhenItEnded) {
  Membership membership;
  membership.set_state(Membership::ENDED);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckMembership(membership)));
  membership.set_end_date("2024-12-31");
  EXPECT_TRUE(CheckMembership(membership).ok());
}

TEST(AppointmentTest, RepresentativesSitInTheMemberGroupAlone) {
  Appointment appointment;
  appointment.set_role(Appointment::MEMBER_REPRESENTATIVE);
  appointment.set_start_date("2026-01-01");
  EXPECT_TRUE(CheckAppointment(appointment, Body::MEMBER_GROUP).ok());
  EXPECT_TRUE(
      absl::IsInvalidArgument(CheckAppointment(appointment, Body::BOARD)));
  appointment.set_role(Appointment::CHAIR);
  EXPECT_TRUE(CheckAppointment(appointment, Body::BOARD).ok());
}

}  // namespace
}  // namespace reglab::membership
