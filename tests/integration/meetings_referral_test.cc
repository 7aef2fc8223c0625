// Referrals from the draft to the answer on the next agenda, actions that end,
// the letters about them, and the list of what is out.
#include <algorithm>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/outstanding_item.pb.h"
#include "reglab/meetings/v1/referral.pb.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/membership.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "services/common/errors.h"
#include "services/meetings/reminders.h"
#include "tests/integration/meetings_calls.h"

namespace reglab::meetings {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Action;
using v1::OutstandingItem;
using v1::Referral;

const std::string& Folder() {
  static const auto* folder =
      new std::string(absl::StrCat("/tmp/reglab-mail-", getpid()));
  return *folder;
}

// The suite, which writes letters into Folder().
Suite& Running() {
  static const bool once = [] {
    std::filesystem::create_directory(Folder());
    setenv("REGLAB_SMTP_URL", ("file://" + Folder()).c_str(), 1);
    atexit([] { std::filesystem::remove_all(Folder()); });
    Prepare();
    return true;
  }();
  (void)once;
  return Suite::With({"membership", "learning", "meetings"});
}

template <class Response>
absl::StatusOr<Response> AskMembership(
    const std::string& method, const google::protobuf::Message& request) {
  return Running().Call<Response>("/reglab.membership.v1." + method, request,
                                  Secretariat());
}

// Polls until `condition` holds, for at most 20 seconds.
template <class Condition>
bool Eventually(Condition condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (absl::Now() < deadline) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return false;
}

std::string Day(int from_now) {
  return Running().Sql("meetings", absl::StrCat("SELECT today() + ", from_now));
}

// How many letters about a resource there are, by their title.
int Letters(const std::string& subject, const std::string& title) {
  return std::stoi(Running().Sql(
      "membership",
      absl::StrCat("SELECT count(*) FROM outbox WHERE subject = '", subject,
                   "' AND title LIKE '", title, "%'")));
}

// A person who sits in the body from 2020 on.
void Seat(const std::string& id, const std::string& organization,
          const std::string& body,
          membership::v1::Appointment::Role role =
              membership::v1::Appointment::CHAIR) {
  membership::v1::CreatePersonRequest person;
  person.set_person_id(id);
  person.mutable_person()->set_given_name("Astrid");
  person.mutable_person()->set_family_name("Lindqvist");
  person.mutable_person()->set_organization(organization);
  person.mutable_person()->set_email(id + "@example.se");
  const auto created = AskMembership<membership::v1::Person>(
      "PeopleService/CreatePerson", person);
  ASSERT_TRUE(created.ok()) << created.status();
  membership::v1::CreateAppointmentRequest request;
  request.set_parent(body);
  request.mutable_appointment()->set_person("people/" + id);
  request.mutable_appointment()->set_role(role);
  request.mutable_appointment()->set_start_date("2020-01-01");
  const auto seated = AskMembership<membership::v1::Appointment>(
      "AppointmentsService/CreateAppointment", request);
  ASSERT_TRUE(seated.ok()) << seated.status();
}

// The one who leads the RUS network, who can be written to.
void SeatTheNetwork() {
  static const bool once = [] {
    Running();
    Seat("network-chair", "organizations/region-uppsala", "bodies/rus-network");
    return true;
  }();
  (void)once;
}

Caller Person(const std::string& id, const std::string& organization,
              const std::vector<std::string>& roles,
              const std::vector<std::string>& bodies = {}) {
  Caller caller;
  caller.name = "people/" + id;
  caller.organization = organization;
  caller.roles = roles;
  caller.scopes = {"meetings.referrals.answer", "meetings.actions.complete"};
  caller.bodies = bodies;
  return caller;
}

Caller Guest(const std::string& subject) {
  Caller caller;
  caller.name = "guests/k3m5q7s2u4w6";
  caller.roles = {"GUEST"};
  caller.delegations = {{subject, {"meetings.referrals.answer"}}};
  return caller;
}

v1::CreateReferralRequest Draft(Referral::Kind kind,
                                const std::string& target) {
  v1::CreateReferralRequest request;
  Referral& referral = *request.mutable_referral();
  referral.set_kind(kind);
  referral.set_title("Systemteorin");
  referral.set_text("Hur hänger uppföljningen ihop?");
  referral.set_from_body("bodies/member-group");
  referral.set_target(target);
  return request;
}

absl::StatusOr<Referral> CreateReferral(
    const v1::CreateReferralRequest& request,
    const Caller& caller = Secretariat()) {
  Running();
  return Ask<Referral>("ReferralsService/CreateReferral", request, caller);
}

absl::StatusOr<Referral> GetReferral(const std::string& name,
                                     const Caller& caller = Secretariat()) {
  v1::GetReferralRequest request;
  request.set_name(name);
  return Ask<Referral>("ReferralsService/GetReferral", request, caller);
}

absl::StatusOr<Referral> Send(const std::string& name,
                              const std::string& email = "") {
  v1::SendReferralRequest request;
  request.set_name(name);
  request.set_email(email);
  return Ask<Referral>("ReferralsService/SendReferral", request);
}

absl::StatusOr<Referral> Acknowledge(const std::string& name,
                                     const Caller& caller) {
  v1::AcknowledgeReferralRequest request;
  request.set_name(name);
  return Ask<Referral>("ReferralsService/AcknowledgeReferral", request, caller);
}

absl::StatusOr<Referral> Answer(const std::string& name,
                                const Caller& caller = Secretariat()) {
  v1::AnswerReferralRequest request;
  request.set_name(name);
  request.set_text("Den gör det.");
  return Ask<Referral>("ReferralsService/AnswerReferral", request, caller);
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

// One that is out.
std::string Sent(Referral::Kind kind, const std::string& target) {
  const auto created = CreateReferral(Draft(kind, target));
  EXPECT_TRUE(created.ok()) << created.status();
  const auto sent = Send(created->name());
  EXPECT_TRUE(sent.ok()) << sent.status();
  return created->name();
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
  // The secret of the link is in the letter alone.
  EXPECT_EQ(Running().Sql("meetings",
                          "SELECT count(*) FROM work WHERE subject"
                          " = '" +
                              name + "'"),
            "0");
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

// An open action of a meeting of its own.
absl::StatusOr<Action> NewAction(const std::string& id,
                                 const std::string& owner,
                                 const std::string& due_date = "") {
  Running();
  RETURN_IF_ERROR(Create(id).status());
  v1::CreateActionRequest request;
  request.set_parent("meetings/" + id);
  request.mutable_action()->set_text("Ta fram ett skelett för expeditioner.");
  request.mutable_action()->set_owner(owner);
  request.mutable_action()->set_due_date(due_date);
  request.mutable_action()->set_visibility(v1::Meeting::MEMBERS);
  RETURN_IF_ERROR(Ask<Action>("ActionsService/CreateAction", request).status());
  v1::ConveneMeetingRequest convene;
  convene.set_name("meetings/" + id);
  RETURN_IF_ERROR(
      Ask<v1::Meeting>("MeetingsService/ConveneMeeting", convene).status());
  v1::ListActionsRequest list;
  list.set_parent("meetings/" + id);
  const auto listed =
      Ask<v1::ListActionsResponse>("ActionsService/ListActions", list);
  RETURN_IF_ERROR(listed.status());
  return listed->actions(0);
}

TEST(Actions, AreCompletedByTheirOwnerAndDroppedWithAReason) {
  const auto action = NewAction("owned", "organizations/region-uppsala");
  ASSERT_TRUE(action.ok()) << action.status();
  EXPECT_EQ(action->state(), Action::OPEN);
  v1::CompleteActionRequest complete;
  complete.set_name(action->name());
  const auto with = [&](const Caller& caller) {
    return Ask<Action>("ActionsService/CompleteAction", complete, caller);
  };
  EXPECT_EQ(ReasonOf(with(Member("organizations/region-halland")).status()),
            "OTHER_ORGANIZATION");
  complete.set_done_date(Day(1));
  EXPECT_THAT(Fields(with(Secretariat()).status()),
              ElementsAre("action.done_date"));
  complete.clear_done_date();
  const auto done = with(Person("rep", "organizations/region-uppsala",
                                {"MEMBER", "MEMBER_REPRESENTATIVE"}));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->state(), Action::DONE);
  EXPECT_EQ(done->done_date(), Day(0));
  EXPECT_EQ(ReasonOf(with(Secretariat()).status()), "ACTION_NOT_OPEN");

  v1::ReopenActionRequest reopen;
  reopen.set_name(action->name());
  const auto open = Ask<Action>("ActionsService/ReopenAction", reopen);
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_EQ(open->done_date(), "");
  EXPECT_EQ(
      ReasonOf(Ask<Action>("ActionsService/ReopenAction", reopen).status()),
      "ACTION_OPEN");
  v1::UpdateActionRequest update;
  update.mutable_action()->set_name(action->name());
  update.mutable_action()->set_state(Action::DROPPED);
  EXPECT_THAT(
      Fields(Ask<Action>("ActionsService/UpdateAction", update).status()),
      ElementsAre("action.reason"));
  v1::DropActionRequest drop;
  drop.set_name(action->name());
  drop.set_reason("Ersatt av provrummet.");
  const auto dropped = Ask<Action>("ActionsService/DropAction", drop);
  ASSERT_TRUE(dropped.ok()) << dropped.status();
  EXPECT_EQ(dropped->reason(), "Ersatt av provrummet.");
}

TEST(Actions, AreListedAcrossMeetings) {
  ASSERT_TRUE(NewAction("across-1", "bodies/analyst-network", Day(3)).ok());
  ASSERT_TRUE(NewAction("across-2", "bodies/analyst-network", Day(2)).ok());
  v1::ListActionsRequest list;
  list.set_parent("meetings/-");
  list.set_filter(absl::StrCat(
      "owner = \"bodies/analyst-network\" AND state = OPEN AND due_date <= \"",
      Day(5), "\""));
  const auto listed =
      Ask<v1::ListActionsResponse>("ActionsService/ListActions", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->actions_size(), 2);
  EXPECT_TRUE(listed->actions(0).name().starts_with("meetings/across-2/"));
}

TEST(WhatIsOut, IsListedWithWhomAndForHowLong) {
  const std::string name =
      Sent(Referral::FORWARDED, "organizations/tillvaxtverket");
  Running().Sql("meetings",
                "UPDATE referrals SET send_time = now() - interval '40 days',"
                " due_date = today() - 5 WHERE name = '" +
                    name + "'");
  ASSERT_TRUE(NewAction("out", "organizations/tillvaxtverket", Day(-40)).ok());
  v1::ListOutstandingItemsRequest request;
  request.set_organization("organizations/tillvaxtverket");
  const auto list = [&](const Caller& caller = Secretariat()) {
    return Ask<v1::ListOutstandingItemsResponse>(
        "OutstandingItemsService/ListOutstandingItems", request, caller);
  };
  const auto out = list();
  ASSERT_TRUE(out.ok()) << out.status();
  ASSERT_EQ(out->outstanding_items_size(), 2);
  // By due date.
  EXPECT_EQ(out->outstanding_items(0).kind(), OutstandingItem::ACTION);
  EXPECT_EQ(out->outstanding_items(0).since(), "2026-09-15");
  const OutstandingItem& referral = out->outstanding_items(1);
  EXPECT_EQ(referral.name(), name);
  EXPECT_EQ(referral.days_out(), 40);
  EXPECT_TRUE(referral.overdue());
  EXPECT_EQ(referral.holder(), "organizations/tillvaxtverket");
  EXPECT_EQ(referral.body(), "bodies/member-group");
  // The public sees neither; a page at a time is the same list.
  EXPECT_EQ(list(Nobody())->outstanding_items_size(), 0);
  request.set_page_size(1);
  request.set_order_by("since");
  const auto first = list();
  ASSERT_TRUE(first.ok()) << first.status();
  request.set_page_token(first->next_page_token());
  const auto second = list();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(first->outstanding_items(0).name(),
            second->outstanding_items(0).name());
  EXPECT_EQ(second->next_page_token(), "");
  request.Clear();
  request.set_organization("organizations/tillvaxtverket");
  request.set_filter("kind = REFERRAL AND overdue = true AND days_out > 30");
  EXPECT_EQ(list()->outstanding_items_size(), 1);
  ASSERT_TRUE(Answer(name).ok());
  EXPECT_EQ(list()->outstanding_items_size(), 0);
}

TEST(Reminders, AreSentOnceHoweverManyReplicasThereAre) {
  SeatTheNetwork();
  const std::string soon = Sent(Referral::ASSIGNED, "bodies/rus-network");
  const std::string late = Sent(Referral::ASSIGNED, "bodies/rus-network");
  const std::string old = Sent(Referral::ASSIGNED, "bodies/rus-network");
  Suite& suite = Running();
  for (const auto& [name, days] :
       {std::pair(soon, 3), std::pair(late, -2), std::pair(old, -400)}) {
    suite.Sql("meetings", absl::StrCat("UPDATE referrals SET due_date = today()"
                                       " + ",
                                       days, " WHERE name = '", name, "'"));
  }
  const auto action = NewAction("reminded", "people/network-chair", Day(2));
  ASSERT_TRUE(action.ok()) << action.status();
  auto database =
      Database::Open({suite.Connection("meetings") + " user=meetings", 8});
  ASSERT_TRUE(database.ok()) << database.status();
  const auto run_many = [&] {
    std::vector<std::future<absl::Status>> all;
    for (int i = 0; i < 16; ++i) {
      all.push_back(std::async(std::launch::async,
                               [&] { return SendReminders(**database); }));
    }
    for (auto& one : all) EXPECT_TRUE(one.get().ok());
  };
  run_many();
  EXPECT_TRUE(Eventually([&] {
    return Letters(soon, "Snart dags att svara") == 1 &&
           Letters(late, "Svaret dröjer") == 1 &&
           Letters(action->name(), "Snart dags") == 1;
  }));
  EXPECT_EQ(GetReferral(soon)->reminder_date(), Day(0));
  EXPECT_EQ(GetReferral(old)->reminder_date(), "");
  // Not again today; but again when two weeks have gone by after it was due,
  // and when a day that was moved comes near.
  suite.Sql("meetings",
            "UPDATE referrals SET reminder_date = today() - 14, due_date ="
            " today() - 20 WHERE name = '" +
                late + "'");
  run_many();
  run_many();
  EXPECT_TRUE(Eventually([&] { return Letters(late, "Svaret dröjer") == 2; }));
  EXPECT_TRUE(Eventually([&] {
    return suite.Sql("meetings", "SELECT count(*) FROM work") == "0";
  }));
  EXPECT_EQ(Letters(soon, "Snart dags att svara"), 1);
  EXPECT_EQ(Letters(late, "Svaret dröjer"), 2);
  EXPECT_EQ(Letters(action->name(), "Snart dags"), 1);
}

}  // namespace
}  // namespace reglab::meetings
