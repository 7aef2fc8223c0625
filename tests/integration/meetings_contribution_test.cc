// What organisations say before a meeting, through the gRPC door of the
// meetings service, on a real PostgreSQL.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/contribution.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "tests/integration/service_fixture.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using reglab::testing::Member;
using reglab::testing::Nobody;
using reglab::testing::Secretariat;
using reglab::testing::Suite;
using v1::Contribution;
using v1::Meeting;

const char kUppsala[] = "organizations/region-uppsala";
const char kSkane[] = "organizations/region-skane";

Suite& Services() { return Suite::With({"membership", "meetings"}); }

template <class Response>
absl::StatusOr<Response> Ask(const std::string& method,
                             const google::protobuf::Message& request,
                             const Caller& caller) {
  return Services().Call<Response>("/reglab.meetings.v1." + method, request,
                                   caller);
}

void Prepare() {
  static const bool prepared = [] {
    membership::v1::CreateBodyRequest body;
    body.set_body_id("member-group");
    body.mutable_body()->set_display_name("Medlemsgruppen");
    body.mutable_body()->set_kind(membership::v1::Body::NETWORK);
    EXPECT_TRUE(Services()
                    .Call<membership::v1::Body>(
                        "/reglab.membership.v1.BodiesService/CreateBody", body,
                        Secretariat())
                    .ok());
    for (const char* id : {"region-uppsala", "region-skane"}) {
      membership::v1::CreateOrganizationRequest request;
      request.set_organization_id(id);
      request.mutable_organization()->set_display_name(id);
      request.mutable_organization()->set_kind(
          membership::v1::Organization::OTHER);
      EXPECT_TRUE(Services()
                      .Call<membership::v1::Organization>(
                          "/reglab.membership.v1.OrganizationsService/"
                          "CreateOrganization",
                          request, Secretariat())
                      .ok());
    }
    return true;
  }();
  (void)prepared;
}

// A meeting that everyone may read, with one agenda item, "mal".
std::string NewMeeting(const std::string& close_date = "") {
  Prepare();
  static int number = 0;
  v1::CreateMeetingRequest request;
  request.set_meeting_id(absl::StrCat("m", ++number));
  request.mutable_meeting()->set_display_name("Möte");
  request.mutable_meeting()->set_body("bodies/member-group");
  request.mutable_meeting()->set_date("2099-12-15");
  request.mutable_meeting()->set_visibility(Meeting::PUBLIC);
  request.mutable_meeting()->set_contributions_close_date(close_date);
  const auto meeting =
      Ask<Meeting>("MeetingsService/CreateMeeting", request, Secretariat());
  EXPECT_TRUE(meeting.ok()) << meeting.status();
  EXPECT_EQ(meeting->contributions_close_date(), close_date);
  v1::CreateAgendaItemRequest item;
  item.set_parent(meeting->name());
  item.set_agenda_item_id("mal");
  item.mutable_agenda_item()->set_display_name("Mål");
  const auto made = Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem",
                                        item, Secretariat());
  EXPECT_TRUE(made.ok()) << made.status();
  return meeting->name();
}

v1::CreateContributionRequest Saying(
    const std::string& meeting,
    Contribution::Source source = Contribution::WRITTEN) {
  v1::CreateContributionRequest request;
  Contribution& contribution = *request.mutable_contribution();
  contribution.set_organization(kUppsala);
  contribution.set_source(source);
  contribution.set_meeting(meeting);
  contribution.set_text("Målen behöver säga mer om kompetensförsörjning.");
  return request;
}

absl::StatusOr<Contribution> Say(const v1::CreateContributionRequest& request,
                                 const Caller& caller = Member(kUppsala)) {
  return Ask<Contribution>("ContributionsService/CreateContribution", request,
                           caller);
}

absl::StatusOr<Contribution> Get(const std::string& name,
                                 const Caller& caller) {
  v1::GetContributionRequest request;
  request.set_name(name);
  return Ask<Contribution>("ContributionsService/GetContribution", request,
                           caller);
}

absl::StatusOr<Contribution> Interpret(const Contribution& contribution,
                                       const std::string& understanding,
                                       const Caller& caller = Secretariat()) {
  v1::InterpretContributionRequest request;
  request.set_name(contribution.name());
  request.set_understanding(understanding);
  request.add_agenda_items(contribution.meeting() + "/agenda-items/mal");
  return Ask<Contribution>("ContributionsService/InterpretContribution",
                           request, caller);
}

absl::StatusOr<Contribution> Confirm(const std::string& name,
                                     const Caller& caller = Member(kUppsala)) {
  v1::ConfirmContributionRequest request;
  request.set_name(name);
  return Ask<Contribution>("ContributionsService/ConfirmContribution", request,
                           caller);
}

absl::StatusOr<Contribution> Correct(const std::string& name,
                                     const Caller& caller = Member(kUppsala)) {
  v1::CorrectContributionRequest request;
  request.set_name(name);
  request.set_correction("Det gäller alla fyra målen.");
  return Ask<Contribution>("ContributionsService/CorrectContribution", request,
                           caller);
}

TEST(Contributions, AreUnderstoodCorrectedAndConfirmed) {
  const auto said = Say(Saying(NewMeeting()));
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(said->state(), Contribution::SUBMITTED);
  EXPECT_EQ(said->author(), "clients/region-uppsala");
  EXPECT_EQ(ReasonOf(Confirm(said->name()).status()), "NOT_INTERPRETED");

  auto understood = Interpret(*said, "Mål 2 ska nämna det.");
  ASSERT_TRUE(understood.ok()) << understood.status();
  EXPECT_EQ(understood->state(), Contribution::INTERPRETED);
  EXPECT_EQ(understood->interpreter(), "clients/secretariat");
  EXPECT_TRUE(understood->has_interpret_time());
  EXPECT_EQ(understood->agenda_items(0), said->meeting() + "/agenda-items/mal");

  const auto corrected = Correct(said->name());
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->state(), Contribution::CORRECTED);
  EXPECT_EQ(corrected->correction(), "Det gäller alla fyra målen.");
  EXPECT_EQ(corrected->respondent(), "clients/region-uppsala");
  EXPECT_EQ(corrected->understanding(), "Mål 2 ska nämna det.");

  understood = Interpret(*said, "Alla mål ska nämna det.");
  ASSERT_TRUE(understood.ok()) << understood.status();
  EXPECT_EQ(understood->correction(), "");
  const auto confirmed = Confirm(said->name());
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_EQ(confirmed->state(), Contribution::CONFIRMED);
  EXPECT_TRUE(confirmed->has_response_time());
}

TEST(Contributions,
     AreConfirmedByTheOrganizationAndInterpretedByTheSecretariat) {
  auto request = Saying(NewMeeting());
  request.mutable_contribution()->set_visibility(Meeting::MEMBERS);
  const auto said = Say(request);
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(ReasonOf(Interpret(*said, "x", Member(kUppsala)).status()),
            "SECRETARIAT_ONLY");
  ASSERT_TRUE(Interpret(*said, "Så.").ok());
  EXPECT_EQ(ReasonOf(Confirm(said->name(), Secretariat()).status()),
            "ORGANIZATION_ONLY");
  EXPECT_EQ(ReasonOf(Confirm(said->name(), Member(kSkane)).status()),
            "OTHER_ORGANIZATION");
  EXPECT_EQ(ReasonOf(Correct(said->name(), Member(kSkane)).status()),
            "OTHER_ORGANIZATION");
}

TEST(Contributions, AreTheOrganizationsOwnUntilTheyAreShared) {
  const auto said = Say(Saying(NewMeeting()));
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_TRUE(Get(said->name(), Member(kUppsala)).ok());
  EXPECT_TRUE(Get(said->name(), Secretariat()).ok());
  EXPECT_TRUE(absl::IsNotFound(Get(said->name(), Member(kSkane)).status()));
  EXPECT_TRUE(absl::IsNotFound(Get(said->name(), Nobody()).status()));
  EXPECT_TRUE(absl::IsNotFound(Confirm(said->name(), Member(kSkane)).status()));
  ASSERT_TRUE(Interpret(*said, "Så.").ok());

  v1::UpdateContributionRequest request;
  request.mutable_contribution()->set_name(said->name());
  request.mutable_contribution()->set_visibility(Meeting::MEMBERS);
  const auto shared = Ask<Contribution>(
      "ContributionsService/UpdateContribution", request, Member(kUppsala));
  ASSERT_TRUE(shared.ok()) << shared.status();
  EXPECT_TRUE(Get(said->name(), Member(kSkane)).ok());
  EXPECT_TRUE(absl::IsNotFound(Get(said->name(), Nobody()).status()));

  request.mutable_contribution()->set_visibility(Meeting::BODY);
  ASSERT_TRUE(Ask<Contribution>("ContributionsService/UpdateContribution",
                                request, Member(kUppsala))
                  .ok());
  Caller seated = Member(kSkane);
  seated.bodies = {"bodies/member-group"};
  EXPECT_TRUE(Get(said->name(), seated).ok());
  EXPECT_TRUE(absl::IsNotFound(Get(said->name(), Member(kSkane)).status()));
}

TEST(Contributions, AreSaidForTheOwnOrganizationInTheOwnMatter) {
  const std::string meeting = NewMeeting();
  EXPECT_EQ(ReasonOf(Say(Saying(meeting), Member(kSkane)).status()),
            "OTHER_ORGANIZATION");
  Caller colleague = Member(kUppsala);
  colleague.scopes.clear();
  colleague.delegations = {{meeting, {"meetings.contributions.write"}}};
  EXPECT_TRUE(Say(Saying(meeting), colleague).ok());
  EXPECT_EQ(ReasonOf(Say(Saying(NewMeeting()), colleague).status()),
            "OTHER_MATTER");
  EXPECT_TRUE(absl::IsUnauthenticated(Say(Saying(meeting), Nobody()).status()));
}

TEST(Contributions, AfterTheLastDayOnlyTheSecretariatMay) {
  const std::string closed = NewMeeting("2020-01-01");
  const auto refused = Say(Saying(closed));
  EXPECT_EQ(ReasonOf(refused.status()), "CONTRIBUTIONS_CLOSED");
  EXPECT_NE(TextOf(refused.status()).sv.find("2020-01-01"), std::string::npos);
  const auto late = Say(Saying(closed), Secretariat());
  ASSERT_TRUE(late.ok()) << late.status();
  // Nor may the organisation change its words any more.
  v1::UpdateContributionRequest request;
  request.mutable_contribution()->set_name(late->name());
  request.mutable_contribution()->set_text("Annat");
  EXPECT_EQ(
      ReasonOf(Ask<Contribution>("ContributionsService/UpdateContribution",
                                 request, Member(kUppsala))
                   .status()),
      "CONTRIBUTIONS_CLOSED");
  EXPECT_TRUE(Say(Saying(NewMeeting("2099-01-01"))).ok());
}

TEST(Contributions, OnADialogueTourAreWrittenDownByTheSecretariat) {
  auto request = Saying("", Contribution::DIALOGUE);
  request.mutable_contribution()->set_dialogue_date("2026-08-27");
  EXPECT_EQ(ReasonOf(Say(request).status()), "SECRETARIAT_ONLY");
  const auto said = Say(request, Secretariat());
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(said->dialogue_date(), "2026-08-27");
  EXPECT_TRUE(Get(said->name(), Member(kUppsala)).ok());
}

TEST(Contributions, NameWhatIsThere) {
  auto request = Saying(NewMeeting());
  request.mutable_contribution()->add_agenda_items(
      request.contribution().meeting() + "/agenda-items/nothing");
  EXPECT_EQ(ReasonOf(Say(request).status()), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Say(Saying("meetings/nothing")).status()),
            "INVALID_FIELD");
  request = Saying(NewMeeting());
  request.mutable_contribution()->set_organization("organizations/nothing");
  EXPECT_EQ(ReasonOf(Say(request, Secretariat()).status()), "INVALID_FIELD");
}

TEST(Contributions, OnceUnderstoodAreNeitherChangedNorTakenBack) {
  const auto said = Say(Saying(NewMeeting()));
  v1::UpdateContributionRequest update;
  update.mutable_contribution()->set_name(said->name());
  update.mutable_contribution()->set_text("Annat");
  ASSERT_TRUE(Ask<Contribution>("ContributionsService/UpdateContribution",
                                update, Member(kUppsala))
                  .ok());
  ASSERT_TRUE(Interpret(*said, "Så.").ok());
  update.mutable_contribution()->set_text("Något tredje");
  EXPECT_EQ(
      ReasonOf(Ask<Contribution>("ContributionsService/UpdateContribution",
                                 update, Member(kUppsala))
                   .status()),
      "CONTRIBUTION_SORTED");
  v1::DeleteContributionRequest remove;
  remove.set_name(said->name());
  EXPECT_EQ(ReasonOf(Ask<Empty>("ContributionsService/DeleteContribution",
                                remove, Member(kUppsala))
                         .status()),
            "CONTRIBUTION_SORTED");
  EXPECT_TRUE(Ask<Empty>("ContributionsService/DeleteContribution", remove,
                         Secretariat())
                  .ok());
}

TEST(Contributions, KeepTheirAgendaItemAndMeeting) {
  const std::string meeting = NewMeeting();
  const auto said = Say(Saying(meeting));
  ASSERT_TRUE(Interpret(*said, "Så.").ok());
  v1::DeleteAgendaItemRequest item;
  item.set_name(meeting + "/agenda-items/mal");
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Ask<Empty>("AgendaItemsService/DeleteAgendaItem", item, Secretariat())
          .status()));
  v1::DeleteMeetingRequest remove;
  remove.set_name(meeting);
  EXPECT_EQ(ReasonOf(Ask<Empty>("MeetingsService/DeleteMeeting", remove,
                                Secretariat())
                         .status()),
            "MEETING_NOT_EMPTY");
}

TEST(Contributions, AreListedByMeetingItemOrganizationAndWords) {
  const std::string meeting = NewMeeting();
  const auto said = Say(Saying(meeting));
  ASSERT_TRUE(Interpret(*said, "Om lärande.").ok());
  ASSERT_TRUE(Say(Saying(meeting)).ok());
  const auto found = [](const v1::ListContributionsRequest& request,
                        const Caller& caller = Secretariat()) {
    const auto page = Ask<v1::ListContributionsResponse>(
        "ContributionsService/ListContributions", request, caller);
    EXPECT_TRUE(page.ok()) << page.status();
    return page->contributions_size();
  };
  v1::ListContributionsRequest request;
  request.set_filter("meeting = \"" + meeting + "\"");
  EXPECT_EQ(found(request), 2);
  EXPECT_EQ(found(request, Member(kSkane)), 0);
  request.set_organization(kSkane);
  EXPECT_EQ(found(request), 0);
  request.set_organization(kUppsala);
  EXPECT_EQ(found(request), 2);
  request.set_q("lärande");
  EXPECT_EQ(found(request), 1);
  request.clear_q();
  request.set_filter("meeting = \"" + meeting + "\" AND agenda_items:\"" +
                     meeting + "/agenda-items/mal\" AND state = INTERPRETED");
  EXPECT_EQ(found(request), 1);
}

TEST(Contributions, TheirLastDayIsNotAfterTheMeeting) {
  Prepare();
  v1::CreateMeetingRequest request;
  request.mutable_meeting()->set_display_name("Möte");
  request.mutable_meeting()->set_body("bodies/member-group");
  request.mutable_meeting()->set_date("2026-12-15");
  request.mutable_meeting()->set_contributions_close_date("2026-12-16");
  EXPECT_EQ(ReasonOf(Ask<Meeting>("MeetingsService/CreateMeeting", request,
                                  Secretariat())
                         .status()),
            "INVALID_FIELD");
}

}  // namespace
}  // namespace reglab::meetings
