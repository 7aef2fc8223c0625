// Minutes made of what was kept of a meeting.
#include <gmock/gmock.h>

#include "services/meetings/minutes_assembly_rules.h"

namespace reglab::meetings {
namespace {

MinutesContent Meeting() {
  MinutesContent content;
  content.meeting.set_name("meetings/m");
  content.meeting.set_display_name("Medlemsgruppen 15 september 2026");
  content.meeting.set_body("bodies/member-group");
  content.meeting.set_date("2026-09-15");
  content.meeting.set_place("Södermalmsallén 36");
  content.meeting.mutable_start_time()->set_seconds(1789455600);
  content.names = {{"bodies/member-group", "Medlemsgruppen"},
                   {"organizations/region-uppsala", "Region Uppsala"},
                   {"organizations/skr", "SKR"},
                   {"people/astrid", "Astrid Lindqvist"},
                   {"people/bo", "Bo Ek"}};
  return content;
}

v1::AgendaItem Item(const std::string& id, const std::string& title,
                    int position) {
  v1::AgendaItem item;
  item.set_name("meetings/m/agenda-items/" + id);
  item.set_display_name(title);
  item.set_position(position);
  return item;
}

template <class Part>
Part Under(const std::string& item, const std::string& text, int position) {
  Part part;
  part.set_name("meetings/m/parts/" + std::to_string(position));
  if (!item.empty()) part.set_agenda_item("meetings/m/agenda-items/" + item);
  part.set_text(text);
  part.set_position(position);
  return part;
}

TEST(Assembly, SaysWhoMetAndWhoWasThere) {
  MinutesContent content = Meeting();
  v1::Attendance there;
  there.set_organization("organizations/region-uppsala");
  there.set_name_text("Astrid Lindqvist");
  there.set_role("ordförande");
  there.set_status(v1::Attendance::PRESENT);
  content.attendances.push_back(there);
  v1::Attendance missed;
  missed.set_organization_text("SKR");
  missed.set_status(v1::Attendance::ABSENT);
  missed.set_position(1);
  content.attendances.push_back(missed);
  EXPECT_EQ(AssembleMinutes(content),
            "# Medlemsgruppen 15 september 2026\n\n"
            "**Mötesanteckningar**\n\n"
            "- Organ: Medlemsgruppen\n"
            "- Datum: 2026-09-15\n"
            "- Tid: 09.00\n"
            "- Plats: Södermalmsallén 36\n\n"
            "## Närvarande\n\n"
            "- Astrid Lindqvist, Region Uppsala (ordförande)\n\n"
            "## Frånvarande\n\n"
            "- SKR\n");
}

TEST(Assembly, PutsEverythingUnderItsItemInOrder) {
  MinutesContent content = Meeting();
  content.items = {Item("second", "Planen", 20), Item("first", "Öppnande", 1)};
  content.notes = {Under<v1::Note>("first", "Mötet öppnas.", 2)};
  v1::Question question = Under<v1::Question>("second", "Vad kostar den?", 21);
  question.set_answer("Det vet vi i mars.");
  question.set_respondent("Kansliet");
  content.questions = {question};
  v1::Discussion discussion =
      Under<v1::Discussion>("second", "EU-nivån borde involveras.", 22);
  discussion.set_group("Grupp 2");
  discussion.add_organizations("organizations/region-uppsala");
  content.discussions = {discussion};
  v1::Conclusion conclusion = Under<v1::Conclusion>("second", "Konklusion", 23);
  conclusion.add_points("Labba med egna case.");
  content.conclusions = {conclusion};
  content.dispositions = {{.agenda_item = "meetings/m/agenda-items/second",
                           .amendment = "Byt ”stöd” mot ”lärande”.",
                           .paragraph = "Mål 1",
                           .authors = {"organizations/skr", "Grupp 3"},
                           .outcome = "Bifalls",
                           .reason = "Lärande är Reglabs grund."}};
  v1::Decision decision =
      Under<v1::Decision>("second", "Planen fastställs.", 24);
  decision.set_number("§ 4");
  content.decisions = {decision};
  v1::Action action = Under<v1::Action>("second", "Skicka ut planen.", 25);
  action.set_owner("organizations/skr");
  action.set_due_date("2026-12-01");
  content.actions = {action};
  content.referrals = {{.agenda_item = "meetings/m/agenda-items/second",
                        .title = "Systemteori",
                        .text = "Hur hänger det ihop?",
                        .target = "organizations/skr",
                        .due_date = "2026-12-15"}};
  const std::string text = AssembleMinutes(content);
  EXPECT_EQ(text.substr(text.find("## Öppnande")),
            "## Öppnande\n\nMötet öppnas.\n\n"
            "## Planen\n\n"
            "### Frågor och svar\n\n"
            "**Fråga:** Vad kostar den?\n\n"
            "**Svar (Kansliet):** Det vet vi i mars.\n\n"
            "### Diskussion\n\n"
            "**Grupp 2, Region Uppsala:** EU-nivån borde involveras.\n\n"
            "### Slutsatser\n\nKonklusion\n\n- Labba med egna case.\n\n"
            "### Behandlade ändringsförslag\n\n"
            "**SKR, Grupp 3:** Byt ”stöd” mot ”lärande”. (Mål 1)\n\n"
            "**Bifalls** med motiveringen: Lärande är Reglabs grund.\n\n"
            "### Beslut\n\n**§ 4:** Planen fastställs.\n\n"
            "### Åtgärder\n\n"
            "- Skicka ut planen. (ansvarig: SKR, senast 2026-12-01)\n\n"
            "### Skickas vidare\n\n"
            "- **Systemteori** till SKR, svar senast 2026-12-15: Hur hänger "
            "det ihop?\n");
}

TEST(Assembly, NumbersTheParagraphsOfARecordAndNamesWhoVerifies) {
  MinutesContent content = Meeting();
  content.kind = v1::Minutes::RECORD;
  content.items = {Item("a", "Öppnande", 1), Item("b", "Ekonomi", 2),
                   Item("c", "Avslutning", 3)};
  content.items[1].set_number("§ 12");
  content.decisions = {Under<v1::Decision>("c", "Mötet avslutas.", 4)};
  content.chair = "people/astrid";
  content.verifiers = {"people/bo"};
  const std::string text = AssembleMinutes(content);
  EXPECT_NE(text.find("**Protokoll**"), std::string::npos);
  EXPECT_NE(text.find("\n## § 1 Öppnande\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n## § 12 Ekonomi\n"), std::string::npos);
  EXPECT_NE(text.find("\n## § 13 Avslutning\n"), std::string::npos);
  EXPECT_NE(text.find("**§ 13:** Mötet avslutas."), std::string::npos);
  EXPECT_NE(text.find("## Justering\n\n- Ordförande: Astrid Lindqvist\n"
                      "- Justerare: Bo Ek\n"),
            std::string::npos);
}

TEST(Assembly, LosesNothingThatHasNoItem) {
  MinutesContent content = Meeting();
  content.items = {Item("a", "Punkt", 10)};
  content.notes = {Under<v1::Note>("", "Före punkten.", 1),
                   Under<v1::Note>("", "Efter punkten.", 11),
                   Under<v1::Note>("gone", "Av en punkt som inte visas.", 2)};
  const std::string text = AssembleMinutes(content);
  EXPECT_LT(text.find("Före punkten."), text.find("## Punkt"));
  EXPECT_LT(text.find("Av en punkt som inte visas."), text.find("## Punkt"));
  EXPECT_GT(text.find("Efter punkten."), text.find("## Övrigt"));
}

TEST(Assembly, KeepsTextsInTheirPlaceAndNamesAsTheyAre) {
  MinutesContent content = Meeting();
  content.meeting.set_display_name("Möte *5* <b>\n# ny rubrik");
  content.items = {Item("a", "1. Punkt_ett_", 1)};
  content.notes = {
      Under<v1::Note>("a",
                      "# Ingen rubrik\nInte heller\n====\n<!-- början\n"
                      "[a]: b\n```\n# kod",
                      2),
      Under<v1::Note>("a", "Texten efter.", 3)};
  const std::string text = AssembleMinutes(content);
  EXPECT_TRUE(text.starts_with("# Möte \\*5\\* \\<b\\> \\# ny rubrik\n"))
      << text;
  EXPECT_NE(text.find("## 1\\. Punkt\\_ett\\_\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n\n\\# Ingen rubrik\nInte heller\n\\====\n"
                      "\\<!-- början\n\\[a]: b\n```\n# kod\n```\n\n"
                      "Texten efter.\n"),
            std::string::npos)
      << text;
}

TEST(Assembly, SaysWhatBecameOfAnAmendment) {
  v1::Amendment amendment;
  amendment.set_action(v1::Amendment::REPLACE);
  amendment.set_quote("kommunal nivå");
  amendment.set_text("lokal nivå");
  amendment.set_paragraph("p3");
  amendment.set_group("Grupp 2");
  amendment.set_disposition(v1::Amendment::PARTLY);
  amendment.set_adopted_text("lokal och regional nivå");
  amendment.set_disposition_reason("Båda behövs.");
  MinutesContent content = Meeting();
  content.dispositions = {DispositionFrom(amendment)};
  EXPECT_THAT(AssembleMinutes(content),
              ::testing::HasSubstr(
                  "## Behandlade ändringsförslag\n\n**Grupp 2:** Byt "
                  "”kommunal nivå” mot ”lokal nivå”. (p3)\n\n**Bifalls "
                  "delvis: ”lokal och regional nivå”** med motiveringen: Båda "
                  "behövs.\n"));
}

TEST(Assembly, OfNothingButTheMeetingIsItsHead) {
  EXPECT_EQ(AssembleMinutes(Meeting()).find("##"), std::string::npos);
}

}  // namespace
}  // namespace reglab::meetings
