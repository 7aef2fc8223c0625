#include "services/membership/membership_rules.h"

#include <string>

#include "gtest/gtest.h"
#include "services/common/errors.h"
#include "services/membership/appointment_rules.h"
#include "services/membership/organization_rules.h"
#include "services/membership/period_rules.h"
#include "services/membership/relationship_rules.h"
#include "services/membership/strategy_period_rules.h"

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
  EXPECT_FALSE(CheckTransition(Membership::ACTIVE, Membership::ACTIVE).ok());
  EXPECT_FALSE(CheckTransition(Membership::APPLIED, Membership::ENDED).ok());
}

TEST(MembershipTest, SaysWhenItEnded) {
  Membership membership;
  membership.set_state(Membership::ENDED);
  EXPECT_TRUE(
      absl::IsInvalidArgument(CheckMembership(membership, "2026-11-24")));
  membership.set_end_date("2026-11-24");
  EXPECT_TRUE(CheckMembership(membership, "2026-11-24").ok());
  membership.set_end_date("2026-11-25");
  EXPECT_TRUE(
      absl::IsInvalidArgument(CheckMembership(membership, "2026-11-24")));
}

TEST(MembershipTest, IsNotDecidedOnByAnUpdate) {
  Membership before;
  before.set_state(Membership::ACTIVE);
  Membership after = before;
  after.set_category(Membership::PARTNER);
  after.set_start_date("2019-01-01");
  EXPECT_TRUE(CheckUpdate(before, after).ok());
  after.set_end_date("2020-12-31");
  EXPECT_EQ(ReasonOf(CheckUpdate(before, after)), "MEMBERSHIP_STATE");
  after = before;
  after.set_state(Membership::ENDED);
  EXPECT_EQ(ReasonOf(CheckUpdate(before, after)), "MEMBERSHIP_STATE");
  // What is over may have been entered with a wrong day.
  before.set_state(Membership::ENDED);
  before.set_end_date("2020-12-31");
  after = before;
  after.set_end_date("2020-06-30");
  EXPECT_TRUE(CheckUpdate(before, after).ok());
}

TEST(MembershipTest, EndsAtOnceOrAfterADayToCome) {
  Membership membership;
  membership.set_state(Membership::ACTIVE);
  EndOn(membership, "2026-12-31", "2026-11-24");
  EXPECT_EQ(membership.state(), Membership::ACTIVE);
  EXPECT_EQ(membership.end_date(), "2026-12-31");
  EndOn(membership, "2026-11-24", "2026-11-24");
  EXPECT_EQ(membership.state(), Membership::ENDED);
}

TEST(MembershipTest, ShowsReasonsToTheOrganizationAndTheSecretariatAlone) {
  Membership membership;
  membership.set_name("organizations/a/memberships/member");
  AddStep(membership, Membership::REJECTED, "2026-11-24", "Saknar uppdrag",
          "people/x");
  Caller own;
  own.name = "people/y";
  own.organization = "organizations/a";
  Caller other = own;
  other.organization = "organizations/b";
  EXPECT_EQ(ShownTo(own, membership).history(0).reason(), "Saknar uppdrag");
  const Membership shown = ShownTo(other, membership);
  EXPECT_EQ(shown.history(0).reason(), "");
  EXPECT_EQ(shown.history(0).actor(), "");
  EXPECT_EQ(shown.history(0).date(), "2026-11-24");
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

TEST(AppointmentTest, LastsLongerWhenItBeginsEarlierOrEndsLater) {
  Appointment before;
  before.set_start_date("2024-01-01");
  before.set_end_date("2025-12-31");
  Appointment after = before;
  EXPECT_FALSE(LastsLonger(before, after));
  after.set_end_date("2025-06-30");
  EXPECT_FALSE(LastsLonger(before, after));
  after.set_end_date("");
  EXPECT_TRUE(LastsLonger(before, after));
  EXPECT_FALSE(LastsLonger(after, before));
  after = before;
  after.set_start_date("2023-12-31");
  EXPECT_TRUE(LastsLonger(before, after));
}

// Handing over on 2026-11-24.
class HandOverTest : public ::testing::Test {
 protected:
  HandOverTest() {
    appointment_.set_name("bodies/group/appointments/a");
    appointment_.set_person("people/holder");
    appointment_.set_organization("organizations/a");
    appointment_.set_role(Appointment::MEMBER_REPRESENTATIVE);
    appointment_.set_start_date("2024-01-01");
    successor_.set_name("people/successor");
    successor_.set_organization("organizations/a");
    caller_.name = "people/holder";
    caller_.organization = "organizations/a";
  }
  absl::Status Check(std::string_view start_date) {
    return CheckHandOver(caller_, appointment_, successor_, start_date,
                         "2026-11-24");
  }

  Appointment appointment_;
  v1::Person successor_;
  Caller caller_;
};

TEST_F(HandOverTest, IsForAColleague) {
  EXPECT_TRUE(Check("2026-11-24").ok());
  successor_.set_organization("organizations/b");
  EXPECT_TRUE(absl::IsInvalidArgument(Check("2026-11-24")));
  successor_.set_organization("organizations/a");
  successor_.set_name("people/holder");
  EXPECT_TRUE(absl::IsInvalidArgument(Check("2026-11-24")));
}

TEST_F(HandOverTest, DoesNotChangeWhatHasBeen) {
  EXPECT_TRUE(absl::IsInvalidArgument(Check("2026-11-23")));
  caller_.roles = {"SECRETARIAT"};
  EXPECT_TRUE(Check("2026-11-23").ok());
  EXPECT_TRUE(absl::IsInvalidArgument(Check("2024-01-01")));
  EXPECT_TRUE(absl::IsInvalidArgument(Check("2026-02-30")));
}

TEST_F(HandOverTest, NeedsAnAppointmentThatLasts) {
  appointment_.set_end_date("2026-12-31");
  EXPECT_TRUE(Check("2026-12-31").ok());
  EXPECT_EQ(ReasonOf(Check("2027-01-01")), "APPOINTMENT_OVER");
}

TEST_F(HandOverTest, IsDoneByTheHolderTheirOrganizationOrTheSecretariat) {
  EXPECT_TRUE(CheckMayHandOver(caller_, appointment_).ok());
  Caller colleague = caller_;
  colleague.name = "people/colleague";
  EXPECT_TRUE(CheckMayHandOver(colleague, appointment_).ok());
  colleague.organization = "organizations/b";
  EXPECT_TRUE(
      absl::IsPermissionDenied(CheckMayHandOver(colleague, appointment_)));
  colleague.roles = {"SECRETARIAT"};
  EXPECT_TRUE(CheckMayHandOver(colleague, appointment_).ok());
}

TEST(PeriodTest, CountsDaysAcrossLeapDays) {
  EXPECT_EQ(DayBefore("2024-03-01"), "2024-02-29");
  EXPECT_EQ(DayBefore("2027-01-01"), "2026-12-31");
  EXPECT_EQ(DaysBetween("2024-02-28", "2024-03-01"), 2);
  EXPECT_EQ(DaysBetween("2026-01-01", "2026-01-01"), 0);
}

TEST(RelationshipTest, IsBetweenTwoOrganizationsAndEndsAfterItBegan) {
  v1::Relationship relationship;
  relationship.set_organization("organizations/a");
  relationship.set_counterpart("organizations/a");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckRelationship(relationship)));
  relationship.set_counterpart("organizations/b");
  EXPECT_TRUE(CheckRelationship(relationship).ok());
  relationship.set_start_date("2024-01-02");
  relationship.set_end_date("2024-01-01");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckRelationship(relationship)));
}

TEST(StrategyPeriodTest, IsCalledByItsYears) {
  v1::StrategyPeriod period;
  period.set_start_year(2023);
  period.set_end_year(2026);
  FillDefaults(period);
  EXPECT_EQ(period.display_name(), "2023–2026");
  EXPECT_TRUE(CheckStrategyPeriod(period).ok());
  period.set_end_year(2022);
  EXPECT_TRUE(absl::IsInvalidArgument(CheckStrategyPeriod(period)));
  v1::StrategyPeriod year;
  year.set_start_year(2027);
  year.set_end_year(2027);
  FillDefaults(year);
  EXPECT_EQ(year.display_name(), "2027");
}

}  // namespace
}  // namespace reglab::membership
