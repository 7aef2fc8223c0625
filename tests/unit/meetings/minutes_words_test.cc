// Names, days and wishes by themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/meetings/minutes_cues.h"
#include "services/meetings/minutes_dates.h"
#include "services/meetings/minutes_names.h"
#include "services/meetings/minutes_rules.h"
#include "services/meetings/minutes_text.h"
#include "services/meetings/suggestion_rules.h"
#include "tests/unit/meetings/minutes_documents.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;

std::string FirstDate(std::string_view text) {
  const auto dates = FindDates(text);
  return dates.empty() ? "none" : dates[0].Iso();
}

TEST(Dates, AreReadInEveryWayOfWriting) {
  for (const char* text :
       {"2015-02-04", "20150204", "den 4 februari 2015",
        "torsdagen den 4 februari 2015", "4 feb 2015", "4 feb. 2015",
        "4/2 2015", "4/2-2015", "4.2.2015", "2015/02/04", "4 FEBRUARI 2015",
        "den 4:e februari 2015", "4–5 februari 2015", "4 och 5 februari 2015",
        "4 februari–1 mars 2015", "2015-02-04 kl. 10.00–12.00",
        "Medlemsgruppen 2015-02-04"}) {
    EXPECT_EQ(FirstDate(text), "2015-02-04") << text;
  }
  EXPECT_EQ(FirstDate("telefon 08-452 71 00, rum 2015"), "none");
  EXPECT_EQ(FirstDate("Inriktningsmål 2023-2026"), "none");
  EXPECT_EQ(FirstDate("perioden 2023-26"), "none");
}

TEST(Dates, WithoutYearFallOnTheNextSuchDay) {
  const auto day = [](std::string_view text, std::string_view from) {
    return DayFrom(FindDates(text).at(0), from);
  };
  EXPECT_EQ(day("1 mars", "2024-02-20"), "2024-03-01");
  EXPECT_EQ(day("1 mars", "2024-03-01"), "2024-03-01");
  EXPECT_EQ(day("1 mars", "2024-03-02"), "2025-03-01");
  EXPECT_EQ(day("29 februari", "2023-01-01"), "2024-02-29");
  EXPECT_EQ(day("15/3", "2024-02-20"), "2024-03-15");
  EXPECT_EQ(day("1 mars", ""), "");
}

TEST(Times, AreReadWithTheirEnd) {
  const auto time = [](std::string_view text) {
    const FoundTime found = FindTime(text);
    return found.start + "-" + found.end;
  };
  EXPECT_EQ(time("kl. 10.00–12.00"), "10:00-12:00");
  EXPECT_EQ(time("kl 9-15"), "09:00-15:00");
  EXPECT_EQ(time("klockan 13:30"), "13:30-");
  EXPECT_EQ(time("09:30-15:00"), "09:30-15:00");
  EXPECT_EQ(time("kl. 27"), "-");
  EXPECT_EQ(time("2015-02-04"), "-");
}

TEST(Names, AreToldByWhatTheyLookLike) {
  for (const char* name :
       {"Region Uppsala", "SKR", "Tillväxtverket", "Vinnova", "Storsthlm",
        "Västra Götalandsregionen", "Region Jämtland Härjedalen",
        "Länsstyrelsen i Skåne", "Uppsala universitet", "Norrbotten",
        "Sveriges Kommuner och Regioner", "Luleå kommun"}) {
    EXPECT_EQ(KindOfName(name), NameKind::kOrganization) << name;
  }
  for (const char* name : {"Johan von Sydow", "Catarina", "Anna-Karin Åkesson",
                           "Bo Ek", "Carin af Ekenstam", "A. Lindqvist"}) {
    EXPECT_EQ(KindOfName(name), NameKind::kPerson) << name;
  }
  for (const char* name : {"", "ordförande", "Reglabben", "vi alla"}) {
    EXPECT_EQ(KindOfName(name), NameKind::kUnknown) << name;
  }
}

std::vector<std::string> Read(std::string_view line, bool one_per_line) {
  ParsedMinutes minutes;
  ReadNames({{1, line}}, {.one_per_line = one_per_line}, minutes);
  return Attending(minutes);
}

TEST(NameLists, KeepPersonOrganizationAndRoleTogether) {
  EXPECT_THAT(Read("Anna Andersson, Region Uppsala (ordförande)", true),
              ElementsAre("Region Uppsala | Anna Andersson | ordförande"));
  EXPECT_THAT(Read("Anna Andersson (Region Uppsala)", true),
              ElementsAre("Region Uppsala | Anna Andersson | "));
  EXPECT_THAT(Read("Region Uppsala: Anna Andersson och Bo Berg", true),
              ElementsAre("Region Uppsala | Anna Andersson | ",
                          "Region Uppsala | Bo Berg | "));
  EXPECT_THAT(Read("Region Uppsala (Anna Andersson, Bo Berg), SKR", false),
              ElementsAre("Region Uppsala | Anna Andersson | ",
                          "Region Uppsala | Bo Berg | ", "SKR |  | "));
  EXPECT_THAT(Read("Anna Andersson – Region Uppsala", true),
              ElementsAre("Region Uppsala | Anna Andersson | "));
}

TEST(NameLists, PairPeopleWithOrganizationsOnlyWhenEveryoneHasOne) {
  EXPECT_THAT(Read("Anna Andersson, SKR, Bo Berg, Vinnova", false),
              ElementsAre("SKR | Anna Andersson | ", "Vinnova | Bo Berg | "));
  EXPECT_THAT(Read("Anna Andersson, Bo Berg, SKR och Vinnova.", false),
              ElementsAre(" | Anna Andersson | ", " | Bo Berg | ", "SKR |  | ",
                          "Vinnova |  | "));
  EXPECT_THAT(
      Read("*Storsthlm; SKR samt Region Örebro län*", false),
      ElementsAre("Storsthlm |  | ", "SKR |  | ", "Region Örebro län |  | "));
}

TEST(Labels, AreToldFromSentences) {
  EXPECT_EQ(FindLabel("**Beslut:** att gå vidare").topic, Topic::kDecision);
  EXPECT_EQ(FindLabel("**Beslut:** att gå vidare").rest, "att gå vidare");
  EXPECT_EQ(FindLabel("Närvarande (21 st):").topic, Topic::kAttendance);
  EXPECT_EQ(FindLabel("Anmält förhinder: SKR").topic, Topic::kAbsence);
  EXPECT_EQ(FindLabel("Gruppernas diskussioner:").topic, Topic::kDiscussion);
  EXPECT_EQ(FindLabel("Konklusion nationella strategin:").topic,
            Topic::kConclusion);
  EXPECT_EQ(FindLabel("Beslutet väntar på regeringen.").topic, Topic::kNone);
  EXPECT_EQ(FindLabel("Mötet börjar 10:00 och slutar 12:00").topic,
            Topic::kNone);
}

TEST(ItemNumbers, AreReadInEveryWayOfWriting) {
  const auto read = [](std::string_view line) {
    const auto item = FindItemNumber(line);
    return item ? item->number + " " + item->title : std::string("none");
  };
  EXPECT_EQ(read("1. Mötets öppnande"), "1 Mötets öppnande");
  EXPECT_EQ(read("§ 4 Ekonomi"), "4 Ekonomi");
  EXPECT_EQ(read("§4."), "4 ");
  EXPECT_EQ(read("12 § Val"), "12 Val");
  EXPECT_EQ(read("Punkt 3: Nästa möte"), "3 Nästa möte");
  EXPECT_EQ(read("2) Val"), "2 Val");
  EXPECT_EQ(read("Vi sågs 2015"), "none");
}

TEST(Sentences, DoNotEndAtAbbreviations) {
  EXPECT_THAT(
      Sentences("Vi ses t.ex. Måndag kl. 10. Kom då! (Ja? Nej.) Hej"),
      ElementsAre("Vi ses t.ex. Måndag kl. 10.", "Kom då!", "(Ja? Nej.) Hej"));
}

TEST(Targets, OfOneShortenedWordAreSeveral) {
  std::vector<std::string> names;
  for (const ReferralTarget& target :
       FindTargets("RUS-, analytiker- och till utvärderingsnätverket")) {
    names.push_back(target.name + "=" + target.body_id);
  }
  EXPECT_THAT(names, ElementsAre("RUS-nätverket=rus-network",
                                 "Analytikernätverket=analyst-network",
                                 "Utvärderingsnätverket=evaluation-network"));
}

TEST(Decisions, AreNotPlansOrConditions) {
  EXPECT_TRUE(IsDecision("Mötet beslutade att godkänna planen."));
  EXPECT_TRUE(IsDecision("Dagordningen godkändes."));
  EXPECT_FALSE(IsDecision("Dokumenten ska beslutas av Reglabs styrelse."));
  EXPECT_FALSE(IsDecision("Vi får se om styrelsen beslutar något."));
}

TEST(Hosts, AreNamedInSeveralWays) {
  EXPECT_EQ(FindHost("Johan presenterar dagens värd, Storstockholm, som är "
                     "ett kommunförbund."),
            "Storstockholm");
  EXPECT_EQ(FindHost("Värd för mötet var Region Gotland."), "Region Gotland");
  EXPECT_EQ(FindHost("Region Skåne var värd för mötet."), "Region Skåne");
  EXPECT_EQ(FindHost("Det är värdefullt att ses."), "");
}

}  // namespace
}  // namespace reglab::meetings
