// Referrals from the draft to the answer on the next agenda, with the letters
// about them.
#include <future>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "services/common/errors.h"
#include "tests/integration/referral_calls.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;

Caller Guest(const std::string& subject) {
  Caller caller;
  caller.name = "guests/k3m5q7s2u4w6";
  caller.roles = {"GUEST"};
  caller.delegations = {{subject, {"meetings.referrals.answer"}}};
  return caller;
}

absl::StatusOr<Referral> Acknowledge(const std::string& name,
                                     const Caller& caller) {
  v1::AcknowledgeReferralRequest request;
  request.set_name(name);
  return Ask<Referral>("ReferralsService/AcknowledgeReferral", request, caller);
}

absl::StatusOr<Referral> Return(const std::string& name,
                                const Caller& caller = Secretariat()) {
  v1::ReturnReferralRequest request;
  request.set_name(name);
  request.set_reason("Frågan är inte vår.");
  return Ask<Referral>("ReferralsService/ReturnReferral", request, caller);
}

absl::StatusOr<Referral> Close(const std::string& name) {
  v1::CloseReferralRequest request;
  request.set_name(name);
  request.set_reason("Inget svar.");
  return Ask<Referral>("ReferralsService/CloseReferral", request);
}

TEST(Referrals, GoToTheBodyAndComeBackWithEveryStepDated) {
  SeatTheNetwork();
  v1::CreateReferralRequest draft =
      Draft(Referral::ASSIGNED, "bodies/rus-network");
  draft.mutable_referral()->set_due_date(Day(30));
  // What the service gives is not the caller's to choose.
  draft.mutable_referral()->set_state(Referral::ANSWERED);
  draft.mutable_referral()->set_answer("Inget.");
  const auto created = CreateReferral(draft);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->state(), Referral::DRAFT);
  EXPECT_EQ(created->answer(), "");
  const std::string name = created->name();
  // A draft is the sending body's.
  const Caller member = Member("organizations/region-halland");
  EXPECT_TRUE(absl::IsNotFound(GetReferral(name, member).status()));
  EXPECT_EQ(ReasonOf(Answer(name).status()), "REFERRAL_NOT_SENT");
  const auto sent = Send(name);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->state(), Referral::SENT);
  EXPECT_TRUE(sent->has_send_time());
  EXPECT_TRUE(GetReferral(name, member).ok());
  EXPECT_TRUE(Eventually([&] { return Letters(name, "En fråga") == 1; }));
  EXPECT_FALSE(GetReferral(name)->unreachable());

  const Caller seated = Person("network-chair", "organizations/region-uppsala",
                               {"MEMBER"}, {"bodies/rus-network"});
  EXPECT_EQ(ReasonOf(Answer(name, member).status()), "NOT_HOLDER");
  ASSERT_TRUE(Acknowledge(name, seated).ok());
  EXPECT_EQ(ReasonOf(Acknowledge(name, seated).status()),
            "REFERRAL_ACKNOWLEDGED");
  const auto answered = Answer(name, seated);
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->answer(), "Den gör det.");
  ASSERT_EQ(answered->steps_size(), 3);
  EXPECT_EQ(answered->steps(0).state(), Referral::SENT);
  EXPECT_EQ(answered->steps(0).caller(), "clients/secretariat");
  EXPECT_EQ(answered->steps(1).state(), Referral::ACKNOWLEDGED);
  EXPECT_EQ(answered->steps(2).state(), Referral::ANSWERED);
  EXPECT_EQ(answered->steps(2).caller(), "people/network-chair");
  EXPECT_EQ(answered->steps(2).organization(), "organizations/region-uppsala");
  EXPECT_EQ(answered->steps(2).text(), "Den gör det.");
  EXPECT_TRUE(answered->steps(2).has_time());
  // Others learn what was answered, not by whom.
  const auto read = GetReferral(name, member);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->steps(2).text(), "Den gör det.");
  EXPECT_EQ(read->steps(2).caller(), "");
}

TEST(Referrals, ThatHaveEndedTakeNoFurtherStep) {
  SeatTheNetwork();
  const std::string name = Sent(Referral::ASSIGNED, "bodies/rus-network");
  EXPECT_EQ(ReasonOf(Close(name).status()), "REFERRAL_ASSIGNED");
  const auto returned = Return(name);
  ASSERT_TRUE(returned.ok()) << returned.status();
  EXPECT_EQ(returned->state(), Referral::RETURNED);
  EXPECT_EQ(returned->reason(), "Frågan är inte vår.");
  for (const auto& again : {Answer(name), Return(name), Close(name),
                            Acknowledge(name, Secretariat())}) {
    EXPECT_EQ(ReasonOf(again.status()), "REFERRAL_ENDED") << again.status();
  }
  EXPECT_EQ(ReasonOf(Send(name).status()), "REFERRAL_NOT_DRAFT");
  v1::RemindReferralRequest remind;
  remind.set_name(name);
  EXPECT_EQ(
      ReasonOf(
          Ask<Referral>("ReferralsService/RemindReferral", remind).status()),
      "REFERRAL_NOT_OUT");
  v1::DeleteReferralRequest remove;
  remove.set_name(name);
  EXPECT_EQ(ReasonOf(Ask<google::protobuf::Empty>(
                         "ReferralsService/DeleteReferral", remove)
                         .status()),
            "REFERRAL_SENT");
}

TEST(Referrals, GoToOneOfTheRightKindThatExists) {
  Running();
  EXPECT_THAT(
      Fields(CreateReferral(Draft(Referral::ASSIGNED, "organizations/skr"))
                 .status()),
      ElementsAre("referral.target"));
  EXPECT_THAT(
      Fields(CreateReferral(Draft(Referral::FORWARDED, "bodies/rus-network"))
                 .status()),
      ElementsAre("referral.target"));
  EXPECT_THAT(
      Fields(CreateReferral(Draft(Referral::ASSIGNED, "bodies/member-group"))
                 .status()),
      ElementsAre("referral.target"));
  EXPECT_THAT(
      Fields(CreateReferral(Draft(Referral::FORWARDED, "organizations/nowhere"))
                 .status()),
      ElementsAre("referral.target"));
  v1::CreateReferralRequest late =
      Draft(Referral::FORWARDED, "organizations/skr");
  late.mutable_referral()->set_due_date("2026-02-30");
  EXPECT_THAT(Fields(CreateReferral(late).status()),
              ElementsAre("referral.due_date"));
  late.mutable_referral()->set_due_date("2020-02-01");
  const auto created = CreateReferral(late);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(ReasonOf(Send(created->name()).status()), "REFERRAL_DUE_PAST");
  const auto nobody = CreateReferral(Draft(Referral::FORWARDED, ""));
  ASSERT_TRUE(nobody.ok()) << nobody.status();
  EXPECT_EQ(ReasonOf(Send(nobody->name()).status()), "REFERRAL_WITHOUT_TARGET");
  EXPECT_THAT(Fields(Send(nobody->name(), "ingen adress").status()),
              ElementsAre("email"));
  const auto body =
      CreateReferral(Draft(Referral::ASSIGNED, "bodies/evaluation-network"));
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_THAT(Fields(Send(body->name(), "a@example.se").status()),
              ElementsAre("email"));
  EXPECT_EQ(GetReferral(body->name())->state(), Referral::DRAFT);
  EXPECT_TRUE(absl::IsPermissionDenied(
      CreateReferral(Draft(Referral::FORWARDED, "organizations/skr"),
                     Member("organizations/skr"))
          .status()));
}

TEST(Referrals, ToAnOrganisationAreAnsweredByThoseWhoRepresentIt) {
  const std::string name = Sent(Referral::FORWARDED, "organizations/skr");
  const Caller colleague = Person("colleague", "organizations/skr", {"MEMBER"});
  EXPECT_EQ(ReasonOf(Answer(name, colleague).status()), "NOT_REPRESENTATIVE");
  EXPECT_EQ(
      ReasonOf(Answer(name, Member("organizations/region-halland")).status()),
      "OTHER_ORGANIZATION");
  Caller delegate = colleague;
  delegate.delegations = {{"referrals/another", {"meetings.referrals.answer"}}};
  EXPECT_EQ(ReasonOf(Acknowledge(name, delegate).status()), "OTHER_MATTER");
  delegate.delegations = {{name, {"meetings.referrals.answer"}}};
  ASSERT_TRUE(Acknowledge(name, delegate).ok());
  const auto answered = Answer(name, Member("organizations/skr"));
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->state(), Referral::ANSWERED);
  // Nobody with an address represents it here: that is told.
  EXPECT_TRUE(Eventually([&] { return GetReferral(name)->unreachable(); }));
}

TEST(Referrals, AreAnsweredByAGuestWithTheLinkAndNothingElseIs) {
  const auto created = CreateReferral(Draft(Referral::FORWARDED, ""));
  ASSERT_TRUE(created.ok()) << created.status();
  v1::UpdateReferralRequest hide;
  hide.mutable_referral()->set_name(created->name());
  hide.mutable_referral()->set_visibility(v1::Meeting::ORGANIZATION);
  ASSERT_TRUE(Ask<Referral>("ReferralsService/UpdateReferral", hide).ok());
  const std::string name = created->name();
  ASSERT_TRUE(Send(name, "registrator@example.org").ok());
  ASSERT_TRUE(Eventually([&] {
    return Letters(name, "Din länk till Reglab: En fråga till er") == 1;
  }));
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT permission FROM guest_links WHERE subject = "
                          "'" +
                              name + "'"),
            "meetings.referrals.answer");
  EXPECT_TRUE(
      absl::IsNotFound(GetReferral(name, Guest("referrals/another")).status()));
  EXPECT_TRUE(
      absl::IsNotFound(Answer(name, Guest("referrals/another")).status()));
  ASSERT_TRUE(GetReferral(name, Guest(name)).ok());
  const auto answered = Answer(name, Guest(name));
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->steps(1).caller(), "guests/k3m5q7s2u4w6");
  EXPECT_EQ(Running().Sql("meetings",
                          "SELECT email IS NULL FROM referrals "
                          "WHERE name = '" +
                              name + "'"),
            "t");
}

TEST(Referrals, StandOnTheNextAgendaOfTheBodyThatSentThem) {
  Running();
  v1::CreateMeetingRequest planned = Planned("next-agenda");
  planned.mutable_meeting()->set_body("bodies/international-network");
  planned.mutable_meeting()->set_date(Day(10));
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/CreateMeeting", planned).ok());
  v1::CreateReferralRequest draft =
      Draft(Referral::FORWARDED, "organizations/skr");
  draft.mutable_referral()->set_from_body("bodies/international-network");
  const auto created = CreateReferral(draft);
  ASSERT_TRUE(created.ok()) << created.status();
  ASSERT_TRUE(Send(created->name()).ok());
  const auto answered = Answer(created->name());
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_EQ(answered->answer_meeting(), "meetings/next-agenda");
  v1::ListAgendaItemsRequest list;
  list.set_parent("meetings/next-agenda");
  const auto agenda = Ask<v1::ListAgendaItemsResponse>(
      "AgendaItemsService/ListAgendaItems", list);
  ASSERT_TRUE(agenda.ok()) << agenda.status();
  ASSERT_EQ(agenda->agenda_items_size(), 1);
  EXPECT_EQ(agenda->agenda_items(0).display_name(),
            "Svar har kommit: Systemteorin");
  EXPECT_EQ(agenda->agenda_items(0).text(), "Den gör det.");
}

TEST(Referrals, AreChangedByTwoAtOnceOnlyOnce) {
  SeatTheNetwork();
  const std::string name = Sent(Referral::ASSIGNED, "bodies/rus-network");
  std::vector<std::future<absl::Status>> all;
  for (int i = 0; i < 32; ++i) {
    all.push_back(
        std::async(std::launch::async, [&] { return Answer(name).status(); }));
  }
  int answered = 0;
  for (auto& one : all) {
    const absl::Status status = one.get();
    if (status.ok()) {
      ++answered;
    } else {
      EXPECT_EQ(ReasonOf(status), "REFERRAL_ENDED") << status;
    }
  }
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(GetReferral(name)->steps_size(), 2);
}

TEST(Referrals, ThatWereSentChangeInDueDateAndVisibilityAlone) {
  SeatTheNetwork();
  const std::string name = Sent(Referral::ASSIGNED, "bodies/rus-network");
  v1::UpdateReferralRequest update;
  update.mutable_referral()->set_name(name);
  update.mutable_referral()->set_text("Något annat?");
  EXPECT_EQ(
      ReasonOf(
          Ask<Referral>("ReferralsService/UpdateReferral", update).status()),
      "REFERRAL_SENT");
  update.mutable_referral()->clear_text();
  update.mutable_referral()->set_due_date(Day(20));
  const auto updated = Ask<Referral>("ReferralsService/UpdateReferral", update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->due_date(), Day(20));
  update.mutable_referral()->set_etag("old");
  EXPECT_EQ(
      ReasonOf(
          Ask<Referral>("ReferralsService/UpdateReferral", update).status()),
      "ETAG_MISMATCH");
}

}  // namespace
}  // namespace reglab::meetings
