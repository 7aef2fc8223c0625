// What a member representative gives to colleagues: delegations, invitations.

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/delegation.pb.h"
#include "reglab/membership/v1/invitation.pb.h"
#include "services/common/api_key.h"
#include "services/common/database.h"
#include "services/membership/invitation_store.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using v1::Delegation;
using v1::Invitation;

// An organisation with a representative, "people/<id>-r", and a colleague,
// "people/<id>-c".
struct Home {
  explicit Home(const std::string& id)
      : organization("organizations/" + id),
        representative("people/" + id + "-r"),
        colleague("people/" + id + "-c"),
        caller(Representative(representative, organization)) {
    EXPECT_TRUE(CreateOrganization(id, "Region " + id).ok());
    EXPECT_TRUE(CreatePerson(id + "-r", organization).ok());
    EXPECT_TRUE(CreatePerson(id + "-c", organization).ok());
  }
  std::string organization;
  std::string representative;
  std::string colleague;
  Caller caller;
};

absl::StatusOr<Delegation> Delegate(const std::string& person,
                                    const std::string& permission,
                                    const std::string& end_date,
                                    const Caller& caller) {
  v1::CreateDelegationRequest request;
  Delegation& delegation = *request.mutable_delegation();
  delegation.set_person(person);
  delegation.add_permissions(permission);
  delegation.set_subject("activities/gron-omstallning");
  delegation.set_end_date(end_date);
  return Ask<Delegation>("DelegationsService/CreateDelegation", request,
                         caller);
}

absl::StatusOr<Delegation> RevokeDelegation(const std::string& name,
                                            const Caller& caller) {
  v1::RevokeDelegationRequest request;
  request.set_name(name);
  return Ask<Delegation>("DelegationsService/RevokeDelegation", request,
                         caller);
}

int CountDelegations(const Caller& caller, const std::string& as_of = "") {
  v1::ListDelegationsRequest list;
  list.set_as_of(as_of);
  const auto listed = Ask<v1::ListDelegationsResponse>(
      "DelegationsService/ListDelegations", list, caller);
  EXPECT_TRUE(listed.ok()) << listed.status();
  return listed.ok() ? listed->delegations_size() : -1;
}

TEST(Delegations, LetAColleagueActInOneMatterUntilADate) {
  const Home home("deleg");
  const Home other("deleg-other");
  const auto given = Delegate(home.colleague, "learning.activities.write",
                              DayFromNow(30), home.caller);
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->organization(), home.organization);
  EXPECT_EQ(given->grantor(), home.representative);
  EXPECT_EQ(given->start_date(), DayFromNow(0));
  EXPECT_EQ(CountDelegations(home.caller), 1);
  EXPECT_EQ(CountDelegations(home.caller, DayFromNow(30)), 1);
  EXPECT_EQ(CountDelegations(home.caller, DayFromNow(31)), 0);

  // Another organisation sees and changes nothing of it.
  EXPECT_EQ(CountDelegations(other.caller), 0);
  v1::GetDelegationRequest get;
  get.set_name(given->name());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Delegation>("DelegationsService/GetDelegation", get, other.caller)
          .status()));
  EXPECT_TRUE(
      absl::IsNotFound(RevokeDelegation(given->name(), other.caller).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Delegate(home.colleague,
                                               "learning.activities.write",
                                               DayFromNow(30), other.caller)
                                          .status()));

  v1::UpdateDelegationRequest update;
  update.mutable_delegation()->set_name(given->name());
  update.mutable_delegation()->set_end_date(DayFromNow(367));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<Delegation>("DelegationsService/UpdateDelegation", update,
                      home.caller)
          .status()));
  update.mutable_delegation()->set_end_date(DayFromNow(60));
  const auto longer = Ask<Delegation>("DelegationsService/UpdateDelegation",
                                      update, home.caller);
  ASSERT_TRUE(longer.ok()) << longer.status();
  EXPECT_EQ(longer->end_date(), DayFromNow(60));

  const auto revoked = RevokeDelegation(given->name(), home.caller);
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_TRUE(revoked->has_revoke_time());
  EXPECT_EQ(revoked->revoker(), home.representative);
  EXPECT_EQ(ReasonOf(RevokeDelegation(given->name(), home.caller).status()),
            "DELEGATION_OVER");
  EXPECT_EQ(CountDelegations(home.caller, DayFromNow(0)), 0);
  EXPECT_EQ(CountDelegations(home.caller), 1);
}

TEST(Delegations, GiveNoMoreThanTheGiverHas) {
  const Home home("more");
  EXPECT_EQ(ReasonOf(Delegate(home.colleague, "membership.bodies.write",
                              DayFromNow(1), home.caller)
                         .status()),
            "SCOPE_NOT_HELD");
  // A colleague in whom everything was confided passes nothing on.
  Caller colleague;
  colleague.name = home.colleague;
  colleague.organization = home.organization;
  colleague.roles = {"MEMBER"};
  colleague.delegations = {
      {home.organization,
       {"membership.delegations.write", "learning.activities.write"}}};
  EXPECT_EQ(ReasonOf(Delegate(home.representative, "learning.activities.write",
                              DayFromNow(1), colleague)
                         .status()),
            "SCOPE_NOT_HELD");
  colleague.delegations.clear();
  EXPECT_EQ(ReasonOf(Delegate(home.representative, "learning.activities.write",
                              DayFromNow(1), colleague)
                         .status()),
            "PERMISSION_MISSING");
  EXPECT_TRUE(absl::IsInvalidArgument(Delegate(home.colleague,
                                               "learning.activities.write",
                                               DayFromNow(-1), home.caller)
                                          .status()));
  EXPECT_EQ(CountDelegations(home.caller), 0);
}

TEST(Delegations, AreTwentyAtMost) {
  const Home home("twenty");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(Delegate(home.colleague, "learning.activities.write",
                         DayFromNow(1), home.caller)
                    .ok());
  }
  EXPECT_EQ(ReasonOf(Delegate(home.colleague, "learning.activities.write",
                              DayFromNow(1), home.caller)
                         .status()),
            "TOO_MANY_DELEGATIONS");
}

v1::CreateInvitationRequest InvitationOf(const std::string& email) {
  v1::CreateInvitationRequest request;
  request.mutable_invitation()->set_email(email);
  request.mutable_invitation()->set_given_name("Nils");
  request.mutable_invitation()->set_family_name("Ögren");
  return request;
}

absl::StatusOr<Invitation> Invite(const v1::CreateInvitationRequest& request,
                                  const Caller& caller) {
  return Ask<Invitation>("InvitationsService/CreateInvitation", request,
                         caller);
}

template <class Request>
absl::StatusOr<Invitation> Again(const std::string& method,
                                 const std::string& name,
                                 const Caller& caller) {
  Request request;
  request.set_name(name);
  return Ask<Invitation>("InvitationsService/" + method, request, caller);
}

absl::StatusOr<Invitation> Resend(const std::string& name,
                                  const Caller& caller) {
  return Again<v1::ResendInvitationRequest>("ResendInvitation", name, caller);
}

absl::StatusOr<Invitation> Revoke(const std::string& name,
                                  const Caller& caller) {
  return Again<v1::RevokeInvitationRequest>("RevokeInvitation", name, caller);
}

TEST(Invitations, MakeAPersonOfTheOwnOrganization) {
  const Home home("inviting");
  const Home other("inviting-other");
  const auto invited = Invite(InvitationOf("nils@example.se"), home.caller);
  ASSERT_TRUE(invited.ok()) << invited.status();
  EXPECT_EQ(invited->organization(), home.organization);
  EXPECT_EQ(invited->state(), Invitation::PENDING);
  EXPECT_EQ(invited->inviter(), home.representative);
  EXPECT_EQ(invited->given_name(), "");
  EXPECT_EQ(invited->expire_time().seconds() - invited->create_time().seconds(),
            14 * 24 * 3600);
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT email || ' ' || language FROM outbox"
                          " WHERE template = 'invitation' AND subject = '" +
                              invited->name() + "'"),
            "nils@example.se sv");
  v1::GetPersonRequest get;
  get.set_name(invited->person());
  const auto person = Ask<Person>("PeopleService/GetPerson", get, home.caller);
  ASSERT_TRUE(person.ok()) << person.status();
  EXPECT_EQ(person->display_name(), "Nils Ögren");
  EXPECT_EQ(person->email(), "nils@example.se");
  EXPECT_EQ(person->organization(), home.organization);

  // The address is theirs now, whatever the case of its letters.
  EXPECT_EQ(
      ReasonOf(Invite(InvitationOf("Nils@Example.se"), home.caller).status()),
      "EMAIL_TAKEN");
  v1::CreateInvitationRequest again;
  again.mutable_invitation()->set_person(invited->person());
  EXPECT_EQ(ReasonOf(Invite(again, home.caller).status()), "INVITATION_EXISTS");
  EXPECT_TRUE(absl::IsInvalidArgument(Invite(again, other.caller).status()));
  auto foreign = InvitationOf("foreign@example.se");
  foreign.mutable_invitation()->set_organization(home.organization);
  EXPECT_EQ(ReasonOf(Invite(foreign, other.caller).status()),
            "OTHER_ORGANIZATION");
  EXPECT_TRUE(Invite(foreign, Secretariat()).ok());
  auto nameless = InvitationOf("nameless@example.se");
  nameless.mutable_invitation()->clear_family_name();
  EXPECT_TRUE(absl::IsInvalidArgument(Invite(nameless, home.caller).status()));
  auto endless = InvitationOf("endless@example.se");
  endless.mutable_invitation()->mutable_expire_time()->set_seconds(
      absl::ToUnixSeconds(absl::Now() + absl::Hours(91 * 24)));
  EXPECT_TRUE(absl::IsInvalidArgument(Invite(endless, home.caller).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Invite(InvitationOf("nils@-"), home.caller).status()));
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT count(*) FROM people WHERE email IN"
                          " ('nameless@example.se', 'endless@example.se')"),
            "0");

  EXPECT_TRUE(absl::IsNotFound(Revoke(invited->name(), other.caller).status()));
  const auto revoked = Revoke(invited->name(), home.caller);
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_EQ(revoked->state(), Invitation::REVOKED);
  EXPECT_EQ(ReasonOf(Resend(invited->name(), home.caller).status()),
            "INVITATION_CLOSED");
  EXPECT_TRUE(Invite(again, home.caller).ok());
}

std::string HashOf(const std::string& name) {
  return Running().Sql("membership",
                       "SELECT encode(token_sha256, 'hex') FROM invitations"
                       " WHERE name = '" +
                           name + "'");
}

TEST(Invitations, AreSentAgainWithAnotherLink) {
  const Home home("sent-again");
  const auto invited = Invite(InvitationOf("resend@example.se"), home.caller);
  ASSERT_TRUE(invited.ok()) << invited.status();
  const std::string before = HashOf(invited->name());
  EXPECT_EQ(ReasonOf(Resend(invited->name(), home.caller).status()),
            "INVITATION_JUST_SENT");
  EXPECT_EQ(HashOf(invited->name()), before);
  Running().Sql("membership",
                "UPDATE invitations SET send_time = now() - interval '1 hour',"
                " expire_time = now() - interval '1 second'"
                " WHERE name = '" +
                    invited->name() + "'");
  v1::GetInvitationRequest get;
  get.set_name(invited->name());
  EXPECT_EQ(
      Ask<Invitation>("InvitationsService/GetInvitation", get, home.caller)
          ->state(),
      Invitation::EXPIRED);
  const auto renewed = Resend(invited->name(), home.caller);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(renewed->state(), Invitation::PENDING);
  EXPECT_EQ(renewed->send_count(), 2);
  EXPECT_NE(HashOf(invited->name()), before);
  EXPECT_EQ(Running().Sql("membership",
                          "SELECT count(*) FROM outbox WHERE subject = '" +
                              invited->name() + "'"),
            "2");
}

// The service's own store on a connection of this program.
class Redeeming {
 public:
  Redeeming() {
    auto database = Database::Open(
        {.conninfo = Running().Connection("membership") + " user=membership",
         .connections = 8});
    EXPECT_TRUE(database.ok()) << database.status();
    database_ = std::move(*database);
  }
  absl::StatusOr<Invitation> Redeem(const std::string& token) {
    absl::StatusOr<Invitation> redeemed = absl::UnknownError("not run");
    const absl::Status status = database_->Transact(
        absl::Now() + absl::Seconds(20), {}, false,
        [&](Transaction& tx) -> absl::Status {
          redeemed = invitations::Redeem(tx, HashSecret(token));
          return redeemed.status();
        });
    if (!status.ok()) return status;
    return redeemed;
  }

 private:
  std::unique_ptr<Database> database_;
};

TEST(Invitations, OpenOnceHoweverManyCome) {
  const Home home("redeem");
  const auto invited = Invite(InvitationOf("redeem@example.se"), home.caller);
  ASSERT_TRUE(invited.ok()) << invited.status();
  Running().Sql("membership",
                "UPDATE invitations SET token_sha256 = sha256('the-token')"
                " WHERE name = '" +
                    invited->name() + "'");
  Redeeming redeeming;
  EXPECT_EQ(ReasonOf(redeeming.Redeem("another-token").status()),
            "INVITATION_UNKNOWN");
  std::vector<std::future<absl::StatusOr<Invitation>>> answers;
  for (int i = 0; i < 8; ++i) {
    answers.push_back(std::async(
        std::launch::async, [&] { return redeeming.Redeem("the-token"); }));
  }
  int opened = 0;
  for (auto& answer : answers) {
    const auto redeemed = answer.get();
    if (!redeemed.ok()) {
      EXPECT_EQ(ReasonOf(redeemed.status()), "INVITATION_UNKNOWN");
      continue;
    }
    ++opened;
    EXPECT_EQ(redeemed->person(), invited->person());
    EXPECT_EQ(redeemed->state(), Invitation::ACCEPTED);
  }
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(ReasonOf(Revoke(invited->name(), home.caller).status()),
            "INVITATION_CLOSED");
}

TEST(Invitations, DoNotOpenWhenTheyAreRevokedOrExpired) {
  const Home home("closed");
  Redeeming redeeming;
  for (const char* closing :
       {"revoke_time = now()", "expire_time = now() - interval '1 second'"}) {
    const std::string token = std::string("token ") + closing;
    auto request = InvitationOf("closed@example.se");
    request.mutable_invitation()->set_email(std::to_string(token.size()) +
                                            "@example.se");
    const auto invited = Invite(request, home.caller);
    ASSERT_TRUE(invited.ok()) << invited.status();
    Running().Sql("membership",
                  "UPDATE invitations SET token_sha256 = sha256('" +
                      std::string("closed-") + std::to_string(token.size()) +
                      "'), " + closing + " WHERE name = '" + invited->name() +
                      "'");
    EXPECT_EQ(
        ReasonOf(redeeming.Redeem("closed-" + std::to_string(token.size()))
                     .status()),
        "INVITATION_UNKNOWN");
  }
}

TEST(People, HaveAnAddressOfTheirOwn) {
  const Home home("address");
  v1::UpdatePersonRequest update;
  update.mutable_person()->set_name(home.colleague);
  update.mutable_person()->set_email("Address-R@example.se");
  const auto taken =
      Ask<Person>("PeopleService/UpdatePerson", update, home.caller);
  EXPECT_EQ(ReasonOf(taken.status()), "EMAIL_TAKEN");
  EXPECT_TRUE(absl::IsAlreadyExists(taken.status()));
  update.mutable_person()->set_email("own@example.se");
  EXPECT_TRUE(
      Ask<Person>("PeopleService/UpdatePerson", update, home.caller).ok());
  v1::CreatePersonRequest create;
  create.mutable_person()->set_given_name("Eva");
  create.mutable_person()->set_family_name("Berg");
  create.mutable_person()->set_organization(home.organization);
  create.mutable_person()->set_email("OWN@example.se");
  EXPECT_EQ(
      ReasonOf(Ask<Person>("PeopleService/CreatePerson", create, home.caller)
                   .status()),
      "EMAIL_TAKEN");
  // Several may have none.
  create.mutable_person()->clear_email();
  EXPECT_TRUE(
      Ask<Person>("PeopleService/CreatePerson", create, home.caller).ok());
  EXPECT_TRUE(
      Ask<Person>("PeopleService/CreatePerson", create, home.caller).ok());
}

}  // namespace
}  // namespace reglab::membership
