// Suggestions of imported minutes: confirmed into what they suggest, once, or
// dismissed.
#include <future>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/position.pb.h"
#include "reglab/meetings/v1/referral.pb.h"
#include "services/common/errors.h"
#include "tests/integration/meetings_calls.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Suggestion;

absl::StatusOr<Suggestion> Confirm(const v1::ConfirmSuggestionRequest& request,
                                   const Caller& caller = Secretariat()) {
  return Ask<Suggestion>("SuggestionsService/ConfirmSuggestion", request,
                         caller);
}

v1::ConfirmSuggestionRequest Confirming(const Suggestion& suggestion) {
  v1::ConfirmSuggestionRequest request;
  request.set_name(suggestion.name());
  return request;
}

// The first suggestion of that kind in the document.
Suggestion FirstOf(const std::string& document, Suggestion::Kind kind) {
  const auto answer = Import(document);
  EXPECT_TRUE(answer.ok()) << answer.status();
  for (const Suggestion& suggestion : answer->suggestions()) {
    if (suggestion.kind() == kind) return suggestion;
  }
  ADD_FAILURE() << "no " << Suggestion::Kind_Name(kind) << " in "
                << answer->DebugString();
  return Suggestion();
}

TEST(Suggestions, AreTheImportersAndConfirmedOnce) {
  const auto answer = Import(
      "# Styrelsen 2024-03-05\n\n## Planer\n\nEtt lärprojekt om vatten vore "
      "bra.\n");
  ASSERT_TRUE(answer.ok()) << answer.status();
  v1::ListSuggestionsRequest list;
  list.set_parent(answer->meeting().name());
  list.set_filter("kind = IDEA");
  const auto hidden = Ask<v1::ListSuggestionsResponse>(
      "SuggestionsService/ListSuggestions", list,
      Member("organizations/region-uppsala"));
  ASSERT_TRUE(hidden.ok()) << hidden.status();
  EXPECT_EQ(hidden->suggestions_size(), 0);
  const auto listed = Ask<v1::ListSuggestionsResponse>(
      "SuggestionsService/ListSuggestions", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_GE(listed->suggestions_size(), 1);
  const std::string name = listed->suggestions(0).name();

  // Learning is away; the idea comes when it is back, once.
  Suite& suite = Suite::With({});
  suite.End("learning", SIGKILL);
  v1::ConfirmSuggestionRequest confirm;
  confirm.set_name(name);
  const auto confirmed =
      Ask<v1::Suggestion>("SuggestionsService/ConfirmSuggestion", confirm);
  Suite::With({"learning"});
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_EQ(confirmed->state(), v1::Suggestion::CONFIRMED);
  EXPECT_EQ(confirmed->created_resource(), "");
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Ask<v1::Suggestion>("SuggestionsService/ConfirmSuggestion", confirm)
          .status()));
  v1::GetSuggestionRequest get;
  get.set_name(name);
  std::string idea;
  for (int i = 0; i < 300 && idea.empty(); ++i) {
    absl::SleepFor(absl::Milliseconds(100));
    const auto read =
        Ask<v1::Suggestion>("SuggestionsService/GetSuggestion", get);
    if (read.ok()) idea = read->created_resource();
  }
  EXPECT_TRUE(idea.starts_with("ideas/")) << idea;
  EXPECT_EQ(suite.Sql("learning",
                      "SELECT count(*) FROM ideas WHERE "
                      "suggestion = '" +
                          name + "'"),
            "1");
}

TEST(Suggestions, AreDismissedWithAReason) {
  const auto answer = Import(RealMinutes());
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_GT(answer->suggestions_size(), 0);
  v1::DismissSuggestionRequest request;
  request.set_name(answer->suggestions(0).name());
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<v1::Suggestion>("SuggestionsService/DismissSuggestion", request)
          .status()));
  request.set_reason("Redan med i utkastet.");
  const auto dismissed =
      Ask<v1::Suggestion>("SuggestionsService/DismissSuggestion", request);
  ASSERT_TRUE(dismissed.ok()) << dismissed.status();
  EXPECT_EQ(dismissed->state(), v1::Suggestion::DISMISSED);
  EXPECT_EQ(dismissed->reason(), "Redan med i utkastet.");
}

TEST(Suggestions, ConfirmedCreateNoActionTwice) {
  const auto answer = Import(
      "# Styrelsen 2024-05-07\n\n## Planer\n\nÅtgärd: Kansliet skickar ut "
      "inbjudan senast den 20 augusti 2024.\n");
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->actions_size(), 1);
  ASSERT_EQ(answer->suggestions_size(), 1);
  v1::ConfirmSuggestionRequest confirm;
  confirm.set_name(answer->suggestions(0).name());
  const auto confirmed =
      Ask<v1::Suggestion>("SuggestionsService/ConfirmSuggestion", confirm);
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_EQ(confirmed->created_resource(), answer->actions(0).name());
  v1::ListActionsRequest list;
  list.set_parent(answer->meeting().name());
  const auto listed =
      Ask<v1::ListActionsResponse>("ActionsService/ListActions", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->actions_size(), 1);
}

TEST(Suggestions, OfAReferralBecomeADraftThatNamesItsLine) {
  const Suggestion suggestion = FirstOf(
      "# Medlemsgruppen 2024-09-03\n\n## Nationella strategin\n\n"
      "Systemteorin ska vi skicka till SKR.\n",
      Suggestion::REFERRAL);
  v1::ConfirmSuggestionRequest request = Confirming(suggestion);
  request.set_text("Hur hänger systemet ihop?");
  request.set_title("Systemteorin");
  request.set_due_date("2024-12-01");
  const auto confirmed = Confirm(request);
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  v1::GetReferralRequest get;
  get.set_name(confirmed->created_resource());
  const auto referral = Ask<v1::Referral>("ReferralsService/GetReferral", get);
  ASSERT_TRUE(referral.ok()) << referral.status();
  EXPECT_EQ(referral->state(), v1::Referral::DRAFT);
  EXPECT_EQ(referral->kind(), v1::Referral::FORWARDED);
  EXPECT_EQ(referral->target(), "organizations/skr");
  EXPECT_EQ(referral->from_body(), "bodies/member-group");
  EXPECT_EQ(referral->text(), "Hur hänger systemet ihop?");
  EXPECT_EQ(referral->title(), "Systemteorin");
  EXPECT_EQ(referral->due_date(), "2024-12-01");
  EXPECT_EQ(referral->meeting(), "meetings/2024-09-03-member-group");
  EXPECT_EQ(referral->agenda_item(), suggestion.agenda_item());
  EXPECT_EQ(referral->suggestion(), suggestion.name());
  EXPECT_EQ(referral->source_line(), suggestion.source_line());
  // The suggestion keeps the words of the minutes.
  EXPECT_EQ(confirmed->text(), suggestion.text());
  EXPECT_EQ(confirmed->title(), "Systemteorin");
}

TEST(Suggestions, OfTheRealMinutesBecomeReferralsToSkrAndTheThreeNetworks) {
  const auto answer = Import(RealMinutes());
  ASSERT_TRUE(answer.ok()) << answer.status();
  std::vector<std::string> targets;
  for (const Suggestion& suggestion : answer->suggestions()) {
    if (suggestion.kind() != Suggestion::REFERRAL ||
        suggestion.state() != Suggestion::PROPOSED) {
      continue;
    }
    const auto confirmed = Confirm(Confirming(suggestion));
    ASSERT_TRUE(confirmed.ok()) << confirmed.status();
    v1::GetReferralRequest get;
    get.set_name(confirmed->created_resource());
    const auto referral =
        Ask<v1::Referral>("ReferralsService/GetReferral", get);
    ASSERT_TRUE(referral.ok()) << referral.status();
    targets.push_back(referral->target());
  }
  for (const char* target :
       {"organizations/skr", "bodies/rus-network", "bodies/analyst-network",
        "bodies/evaluation-network"}) {
    EXPECT_THAT(targets, ::testing::Contains(target));
  }
}

TEST(Suggestions, AreConfirmedOnceBy32AtOnce) {
  const Suggestion suggestion = FirstOf(
      "# Medlemsgruppen 2024-10-01\n\n## Nationella strategin\n\n"
      "Uppföljningen ska vi skicka till SKR.\n",
      Suggestion::REFERRAL);
  std::vector<std::future<absl::Status>> all;
  for (int i = 0; i < 32; ++i) {
    all.push_back(std::async(std::launch::async, [&] {
      return Confirm(Confirming(suggestion)).status();
    }));
  }
  int confirmed = 0;
  for (auto& one : all) {
    const absl::Status status = one.get();
    if (status.ok()) {
      ++confirmed;
    } else {
      EXPECT_EQ(ReasonOf(status), "SUGGESTION_CONFIRMED") << status;
    }
  }
  EXPECT_EQ(confirmed, 1);
  EXPECT_EQ(
      Suite::With({}).Sql("meetings",
                          "SELECT count(*) FROM referrals WHERE suggestion = "
                          "'" +
                              suggestion.name() + "'"),
      "1");
}

TEST(Suggestions, OfAnAmendmentWaitInAConsultationUntilThereIsADraft) {
  const Suggestion suggestion = FirstOf(
      "# Medlemsgruppen 2024-11-05\n\n## Inriktningsmål\n\n"
      "### Gruppernas diskussioner:\n\nÄndra kommunal nivå till lokal "
      "nivå.\n",
      Suggestion::AMENDMENT);
  const auto confirmed = Confirm(Confirming(suggestion));
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_THAT(confirmed->created_resource(), HasSubstr("/amendments/"));
  v1::GetAmendmentRequest get;
  get.set_name(confirmed->created_resource());
  const auto amendment =
      Ask<v1::Amendment>("AmendmentsService/GetAmendment", get);
  ASSERT_TRUE(amendment.ok()) << amendment.status();
  EXPECT_EQ(amendment->quote(), "kommunal nivå");
  EXPECT_EQ(amendment->text(), "lokal nivå");
  EXPECT_EQ(amendment->suggestion(), suggestion.name());
  EXPECT_EQ(amendment->source_line(), suggestion.source_line());
  EXPECT_EQ(amendment->meeting(), "meetings/2024-11-05-member-group");
}

TEST(Suggestions, OfAPositionStandInTheConsultationOfTheirItem) {
  const auto answer = Import(
      "# Medlemsgruppen 2025-05-06\n\n## Strategier\n\n### Gruppernas "
      "diskussioner:\n\nÄndra kommunal nivå till lokal nivå.\n\nEtt lärprojekt "
      "om breda frågor vore bra.\n");
  ASSERT_TRUE(answer.ok()) << answer.status();
  Suggestion amendment;
  Suggestion idea;
  for (const Suggestion& suggestion : answer->suggestions()) {
    if (suggestion.kind() == Suggestion::AMENDMENT) amendment = suggestion;
    if (suggestion.kind() == Suggestion::IDEA) idea = suggestion;
  }
  v1::ConfirmSuggestionRequest request = Confirming(idea);
  request.set_kind(Suggestion::POSITION);
  EXPECT_THAT(Fields(Confirm(request).status()), ElementsAre("consultation"));
  const auto amended = Confirm(Confirming(amendment));
  ASSERT_TRUE(amended.ok()) << amended.status();
  request.set_question("Ska lärprojekt vara breda eller smala?");
  const auto confirmed = Confirm(request);
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  v1::GetPositionRequest get;
  get.set_name(confirmed->created_resource());
  const auto position = Ask<v1::Position>("PositionsService/GetPosition", get);
  ASSERT_TRUE(position.ok()) << position.status();
  EXPECT_EQ(position->question(), "Ska lärprojekt vara breda eller smala?");
  EXPECT_EQ(position->text(), idea.text());
  EXPECT_EQ(position->suggestion(), idea.name());
  EXPECT_EQ(position->source_line(), idea.source_line());
  const std::string& in = amended->created_resource();
  EXPECT_EQ(in.substr(0, in.find("/amendments/")),
            position->name().substr(0, position->name().find("/positions/")));
}

TEST(Suggestions, AreCorrectedWithinTheirKindAndToAnother) {
  const Suggestion suggestion = FirstOf(
      "# Styrelsen 2024-12-03\n\n## Planer\n\nEtt lärprojekt om skog vore "
      "bra.\n",
      Suggestion::IDEA);
  v1::ConfirmSuggestionRequest request = Confirming(suggestion);
  request.set_quote("skog");
  EXPECT_THAT(Fields(Confirm(request).status()), ElementsAre("quote"));
  request = Confirming(suggestion);
  request.set_kind(Suggestion::ACTION);
  request.set_owner("organizations/nowhere");
  EXPECT_THAT(Fields(Confirm(request).status()), ElementsAre("owner"));
  request.set_owner("bodies/secretariat");
  request.set_due_date("2025-02-30");
  EXPECT_THAT(Fields(Confirm(request).status()), ElementsAre("due_date"));
  request.set_due_date("2025-02-28");
  request.set_text("Skissa på ett lärprojekt om skog.");
  request.set_validate_only(true);
  ASSERT_TRUE(Confirm(request).ok());
  request.set_validate_only(false);
  const auto confirmed = Confirm(request);
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_EQ(confirmed->kind(), Suggestion::ACTION);
  v1::GetActionRequest get;
  get.set_name(confirmed->created_resource());
  const auto action = Ask<v1::Action>("ActionsService/GetAction", get);
  ASSERT_TRUE(action.ok()) << action.status();
  EXPECT_EQ(action->text(), "Skissa på ett lärprojekt om skog.");
  EXPECT_EQ(action->owner(), "bodies/secretariat");
  EXPECT_EQ(action->due_date(), "2025-02-28");
  EXPECT_EQ(action->suggestion(), suggestion.name());
  EXPECT_EQ(action->source_line(), suggestion.source_line());
}

TEST(Suggestions, ThatTheMinutesStateOutrightAreNotCorrectedHere) {
  const Suggestion suggestion = FirstOf(
      "# Styrelsen 2025-02-04\n\n## Planer\n\nÅtgärd: Kansliet bokar lokal "
      "senast den 20 augusti 2025.\n",
      Suggestion::ACTION);
  v1::ConfirmSuggestionRequest request = Confirming(suggestion);
  request.set_text("Kansliet bokar två lokaler.");
  EXPECT_EQ(ReasonOf(Confirm(request).status()), "SUGGESTION_STATED");
  EXPECT_TRUE(Confirm(Confirming(suggestion)).ok());
}

TEST(Suggestions, AreTheSecretariatsToConfirm) {
  const Suggestion suggestion = FirstOf(
      "# Styrelsen 2025-03-04\n\n## Planer\n\nEtt lärprojekt om hav vore "
      "bra.\n",
      Suggestion::IDEA);
  EXPECT_TRUE(absl::IsPermissionDenied(
      Confirm(Confirming(suggestion), Member("organizations/skr")).status()));
}

}  // namespace
}  // namespace reglab::meetings
