// What read minutes and their suggestions become.
#include <gtest/gtest.h>

#include "services/common/errors.h"
#include "services/meetings/minutes_parts.h"
#include "services/meetings/suggestion_parts.h"

namespace reglab::meetings {
namespace {

using Reason = v1::ImportMinutesResponse::Unresolved;

KnownNames Known() {
  KnownNames names;
  names.organizations = {{"Storstockholm", "organizations/storsthlm"},
                         {"SKR", "organizations/skr"}};
  membership::v1::Body body;
  body.set_name("bodies/member-group");
  body.set_display_name("Medlemsgruppen");
  names.bodies.push_back(body);
  body.set_name("bodies/rus-network");
  body.set_display_name("RUS-nätverket");
  names.bodies.push_back(body);
  return names;
}

v1::ImportMinutesResponse PartsOf(const ParsedMinutes& parsed,
                                  Layouts* layouts = nullptr) {
  v1::ImportMinutesResponse response;
  response.mutable_meeting()->set_name("meetings/m");
  response.mutable_meeting()->set_body("bodies/member-group");
  Layouts own;
  AddParts(parsed, Known(), response, layouts == nullptr ? own : *layouts);
  return response;
}

TEST(Document, IsRefusedEmptyBinaryOrTooLarge) {
  EXPECT_TRUE(CheckDocument("Möte").ok());
  for (const std::string& document :
       {std::string(), std::string(" \r\n\t\n"),
        std::string("\xEF\xBB\xBF  \n"), std::string("M\xF6te"),
        std::string("a\0b", 3), std::string(5'000'001, 'a')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckDocument(document)))
        << document.size();
  }
  EXPECT_TRUE(CheckDocument(std::string(5'000'000, 'a')).ok());
}

TEST(Document, OverFiveMegabytesIsToldItsSize) {
  const absl::Status refusal = CheckDocument(std::string(6'240'000, 'a'));
  EXPECT_NE(refusal.message().find("6.3 MB"), absl::string_view::npos)
      << refusal;
}

TEST(Digest, IsThatOfTheWordsAndNotOfTheEditor) {
  const std::string digest = DigestOf("# Möte\n\nText\n");
  EXPECT_EQ(digest.size(), 64u);
  EXPECT_EQ(DigestOf("\xEF\xBB\xBF# Möte\r\n\r\nText  \r\n\r\n"), digest);
  EXPECT_NE(DigestOf("# Möte\n\nText!\n"), digest);
}

TEST(Bodies, AreFoundByIdOrByNameWithoutCase) {
  EXPECT_EQ(BodyNamed(Known(), "member-group", ""), "bodies/member-group");
  EXPECT_EQ(BodyNamed(Known(), "", "medlemsgruppen"), "bodies/member-group");
  EXPECT_EQ(BodyNamed(Known(), "board", "Styrelsen"), "");
  EXPECT_EQ(BodyNamed(Known(), "", ""), "");
}

TEST(ImportedMeeting, HasTheHostAndTheTimesOfTheDocument) {
  ParsedMinutes parsed;
  parsed.title = "Medlemsgruppen 2022-09-13";
  parsed.host_text = "Storstockholm";
  parsed.start_time = "10:00";
  parsed.end_time = "15:30";
  const v1::Meeting meeting =
      MeetingFrom(parsed, Known(), "bodies/member-group", "2022-09-13");
  EXPECT_EQ(meeting.display_name(), "Medlemsgruppen 2022-09-13");
  EXPECT_EQ(meeting.host_organization(), "organizations/storsthlm");
  EXPECT_EQ(meeting.state(), v1::Meeting::CONCLUDED);
  EXPECT_EQ(meeting.visibility(), v1::Meeting::PUBLIC);
  // 10:00 in Swedish summer time is 08:00 UTC.
  EXPECT_EQ(meeting.start_time().seconds(), 1663056000);
  EXPECT_EQ(meeting.end_time().seconds() - meeting.start_time().seconds(),
            5 * 3600 + 1800);
}

TEST(ImportedMeeting, WithoutATitleIsCalledAfterItsBodyAndDay) {
  EXPECT_EQ(MeetingFrom({}, Known(), "bodies/member-group", "2022-09-13")
                .display_name(),
            "Medlemsgruppen 13 september 2022");
}

TEST(Attendances, KeepNamesAsWrittenAndMakeNoPeople) {
  ParsedMinutes parsed;
  parsed.attendances = {
      {.organization_text = "Storstockholm", .line = 3},
      {.organization_text = "Region Ingenstans", .line = 4},
      {.person_text = "Anna Exempel", .role_text = "ordförande", .line = 5},
      {.person_text = "Bo Exempel", .absent = true, .line = 6}};
  const auto response = PartsOf(parsed);
  ASSERT_EQ(response.attendances_size(), 4);
  EXPECT_EQ(response.attendances(0).organization(), "organizations/storsthlm");
  EXPECT_EQ(response.attendances(1).organization(), "");
  EXPECT_EQ(response.attendances(2).person(), "");
  EXPECT_EQ(response.attendances(2).name_text(), "Anna Exempel");
  EXPECT_EQ(response.attendances(3).status(), v1::Attendance::ABSENT);
  ASSERT_EQ(response.unresolved_size(), 1);
  EXPECT_EQ(response.unresolved(0).text(), "Region Ingenstans");
  EXPECT_EQ(response.unresolved(0).line(), 4);
  EXPECT_EQ(response.unresolved(0).reason(), Reason::UNKNOWN_ORGANIZATION);
}

TEST(AgendaItems, OfTheSameTitleHaveNamesOfTheirOwn) {
  ParsedMinutes parsed;
  parsed.items = {{.number = "1", .title = "Ekonomi", .heading = "§ 1 Ekonomi"},
                  {.title = "Ekonomi", .heading = "Ekonomi"},
                  {.title = "***", .heading = "***"}};
  const auto response = PartsOf(parsed);
  EXPECT_EQ(response.agenda_items(0).name(), "meetings/m/agenda-items/ekonomi");
  EXPECT_EQ(response.agenda_items(0).number(), "§ 1");
  EXPECT_EQ(response.agenda_items(1).name(),
            "meetings/m/agenda-items/ekonomi-2");
  EXPECT_EQ(response.agenda_items(2).name(), "meetings/m/agenda-items/item-3");
}

TEST(Parts, StandUnderTheirItemInTheOrderOfTheDocument) {
  ParsedMinutes parsed;
  parsed.items = {{.title = "Ekonomi", .heading = "Ekonomi"}};
  parsed.discussions = {
      {.text = "Vi tycker.",
       .group = "Grupp 2",
       .label = {"Gruppernas diskussioner:", 4, 4},
       .position = {.item = 0, .line = 5, .last_line = 5, .order = 7}}};
  Layouts layouts;
  const auto response = PartsOf(parsed, &layouts);
  const v1::Discussion& discussion = response.discussions(0);
  EXPECT_EQ(discussion.agenda_item(), "meetings/m/agenda-items/ekonomi");
  EXPECT_EQ(discussion.position(), 7);
  EXPECT_EQ(discussion.source_line(), 5);
  EXPECT_EQ(layouts["discussions"][0].fields().at("label").string_value(),
            "Gruppernas diskussioner:");
}

TEST(Referrals, GoToTheBodyOrTheOrganisationThatIsMeant) {
  ParsedMinutes parsed;
  ParsedSuggestion assigned{.kind = ParsedSuggestion::Kind::kReferral,
                            .text = "Sortera till RUS-nätverket"};
  assigned.referral = ParsedSuggestion::Referral::kAssigned;
  assigned.target_text = "RUS-nätverket";
  ParsedSuggestion forwarded = assigned;
  forwarded.referral = ParsedSuggestion::Referral::kForwarded;
  forwarded.target_text = "SKR";
  ParsedSuggestion unknown = forwarded;
  unknown.target_text = "Någon annan";
  parsed.suggestions = {assigned, forwarded, unknown};
  const auto response = PartsOf(parsed);
  EXPECT_EQ(response.suggestions(0).kind(), v1::Suggestion::REFERRAL);
  EXPECT_EQ(response.suggestions(0).referral_kind(), v1::Suggestion::ASSIGNED);
  EXPECT_EQ(response.suggestions(0).target(), "bodies/rus-network");
  EXPECT_EQ(response.suggestions(1).target(), "organizations/skr");
  EXPECT_EQ(response.suggestions(2).target(), "");
  ASSERT_EQ(response.unresolved_size(), 1);
}

TEST(Suggestion, OfWhatTheMinutesStateOutrightNamesWhatIsThere) {
  ParsedMinutes parsed;
  parsed.actions = {{.text = "Skicka.", .position = {.line = 8}}};
  ParsedSuggestion stated{.kind = ParsedSuggestion::Kind::kAction,
                          .text = "Åtgärd: Skicka."};
  stated.position.line = 8;
  ParsedSuggestion loose = stated;
  loose.position.line = 9;
  parsed.suggestions = {stated, loose};
  const auto response = PartsOf(parsed);
  EXPECT_EQ(response.suggestions(0).created_resource(), "meetings/m/actions/1");
  EXPECT_EQ(response.suggestions(1).created_resource(), "");
}

TEST(Unresolved, KeepsTheReasonOfTheReader) {
  ParsedMinutes parsed;
  parsed.unresolved = {{"m.fl.", 9, Unresolved::Reason::kListOpenEnded},
                       {"Reglabben", 2, Unresolved::Reason::kAmbiguousName}};
  const auto response = PartsOf(parsed);
  EXPECT_EQ(response.unresolved(0).reason(), Reason::LIST_OPEN_ENDED);
  EXPECT_EQ(response.unresolved(1).reason(), Reason::AMBIGUOUS_NAME);
}

TEST(OrganizationTexts, AreTheNamesThatMayBeOrganisations) {
  ParsedMinutes parsed;
  parsed.host_text = "Storstockholm";
  parsed.attendances = {{.organization_text = "SKR"},
                        {.person_text = "Anna Exempel"}};
  EXPECT_EQ(OrganizationTexts(parsed),
            (std::vector<std::string>{"SKR", "Storstockholm"}));
}

v1::Suggestion Proposed(v1::Suggestion::Kind kind) {
  v1::Suggestion suggestion;
  suggestion.set_name("meetings/m/suggestions/4");
  suggestion.set_kind(kind);
  suggestion.set_state(v1::Suggestion::PROPOSED);
  suggestion.set_text("Ta fram en modell.");
  suggestion.set_title("Modell");
  suggestion.set_source_line(12);
  return suggestion;
}

TEST(Suggestion, IsConfirmedOrDismissedOnce) {
  v1::Suggestion suggestion = Proposed(v1::Suggestion::IDEA);
  EXPECT_TRUE(CheckProposed(suggestion).ok());
  suggestion.set_state(v1::Suggestion::CONFIRMED);
  EXPECT_EQ(ReasonOf(CheckProposed(suggestion)), "SUGGESTION_CONFIRMED");
  suggestion.set_state(v1::Suggestion::DISMISSED);
  EXPECT_EQ(ReasonOf(CheckProposed(suggestion)), "SUGGESTION_DISMISSED");
}

TEST(Suggestion, BecomesAnIdeaThatKnowsWhereItCameFrom) {
  const auto request = IdeaFrom(Proposed(v1::Suggestion::IDEA));
  EXPECT_EQ(request.idea().title(), "Modell");
  EXPECT_EQ(request.idea().description(), "Ta fram en modell.");
  EXPECT_EQ(request.idea().meeting(), "meetings/m");
  EXPECT_EQ(request.idea().suggestion(), "meetings/m/suggestions/4");
  EXPECT_EQ(request.idea().source_line(), 12);
}

TEST(Suggestion, OfAnyLengthBecomesAnIdeaWithinTheContract) {
  v1::Suggestion suggestion = Proposed(v1::Suggestion::IDEA);
  std::string title;
  for (int i = 0; i < 400; ++i) title += "å";
  suggestion.set_title(title);
  const std::string shortened = IdeaFrom(suggestion).idea().title();
  EXPECT_TRUE(IsUtf8(shortened));
  // 299 letters of two bytes and the sign of three.
  EXPECT_EQ(shortened.size(), 299u * 2 + 3);
  EXPECT_TRUE(shortened.ends_with("…"));
}

TEST(Suggestion, BecomesAnActionWithItsOwnerAndDay) {
  v1::Suggestion suggestion = Proposed(v1::Suggestion::ACTION);
  suggestion.set_owner_text("Kansliet");
  suggestion.set_target("bodies/secretariat");
  suggestion.set_due_date("2026-12-01");
  const v1::Action action = ActionFrom(suggestion);
  EXPECT_EQ(action.owner(), "bodies/secretariat");
  EXPECT_EQ(action.owner_text(), "Kansliet");
  EXPECT_EQ(action.due_date(), "2026-12-01");
  EXPECT_EQ(action.state(), v1::Action::OPEN);
}

}  // namespace
}  // namespace reglab::meetings
