#include "services/membership/naming_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace reglab::membership {
namespace {

// Every name of the regions and other members that people's spellings are
// told apart from.
std::vector<NameCandidate> Everyone() {
  const std::vector<std::vector<std::string>> names = {
      {"region-stockholm", "Region Stockholm", "Stockholms läns landsting"},
      {"region-uppsala", "Region Uppsala", "Uppsala län"},
      {"region-sormland", "Region Sörmland", "Region Södermanland", "Sörmland"},
      {"region-ostergotland", "Region Östergötland", "Östergötland"},
      {"region-jonkopings-lan", "Region Jönköpings län", "Region Jönköping"},
      {"region-kronoberg", "Region Kronoberg", "Kronoberg"},
      {"region-kalmar-lan", "Region Kalmar län", "Region Kalmar"},
      {"region-gotland", "Region Gotland", "Gotland"},
      {"region-blekinge", "Region Blekinge", "Blekinge"},
      {"region-skane", "Region Skåne", "Skåne"},
      {"region-halland", "Region Halland", "Halland"},
      {"vastra-gotalandsregionen", "Västra Götalandsregionen", "VGR",
       "Region Västra Götaland"},
      {"region-varmland", "Region Värmland", "Värmland"},
      {"region-orebro-lan", "Region Örebro län", "Region Örebro"},
      {"region-vastmanland", "Region Västmanland", "Västmanland"},
      {"region-dalarna", "Region Dalarna", "Dalarna"},
      {"region-gavleborg", "Region Gävleborg", "Gävleborg"},
      {"region-vasternorrland", "Region Västernorrland", "Västernorrland"},
      {"region-jamtland-harjedalen", "Region Jämtland Härjedalen",
       "Jämtland Härjedalen"},
      {"region-vasterbotten", "Region Västerbotten", "Västerbotten"},
      {"region-norrbotten", "Region Norrbotten", "Norrbotten"},
      {"storsthlm", "Storsthlm", "Storstockholm",
       "Kommunförbundet Stockholms Län"},
      {"skr", "SKR", "Sveriges Kommuner och Regioner", "SKL"},
      {"tillvaxtverket", "Tillväxtverket"},
      {"vinnova", "Vinnova", "Verket för innovationssystem"}};
  std::vector<NameCandidate> candidates;
  for (const auto& organization : names) {
    for (size_t i = 1; i < organization.size(); ++i) {
      candidates.push_back({organization[0], organization[1], organization[i]});
    }
  }
  return candidates;
}

std::string Resolve(const std::string& name) {
  return ChooseOrganization(name, Everyone()).organization;
}

double ScoreOf(const std::string& name) {
  return ChooseOrganization(name, Everyone()).score;
}

TEST(NamingTest, EveryNameAndAliasMeansItsOrganizationForCertain) {
  for (const NameCandidate& candidate : Everyone()) {
    const NameMatch match = ChooseOrganization(candidate.spelling, Everyone());
    EXPECT_EQ(match.organization, candidate.organization) << candidate.spelling;
    EXPECT_EQ(match.display_name, candidate.display_name);
    EXPECT_EQ(match.score, 1) << candidate.spelling;
  }
}

TEST(NamingTest, CaseDoesNotMatter) {
  EXPECT_EQ(Resolve("vgr"), "vastra-gotalandsregionen");
  EXPECT_EQ(ScoreOf("vgr"), 1);
  EXPECT_EQ(ScoreOf("REGION ÖSTERGÖTLAND"), 1);
  EXPECT_EQ(ScoreOf("  region skåne "), 1);
}

TEST(NamingTest, RegionAndCountyAreTheSame) {
  for (const auto& [name, organization] :
       std::vector<std::pair<std::string, std::string>>{
           {"Jönköpings län", "region-jonkopings-lan"},
           {"Jönköping", "region-jonkopings-lan"},
           {"Kalmar län", "region-kalmar-lan"},
           {"Kalmar", "region-kalmar-lan"},
           {"Region Västra Götalands län", "vastra-gotalandsregionen"},
           {"Västra Götaland", "vastra-gotalandsregionen"},
           {"Västra Götalands län", "vastra-gotalandsregionen"},
           {"Hallands län", "region-halland"},
           {"Region Hallands", "region-halland"},
           {"Skåne län", "region-skane"},
           {"Skånes", "region-skane"},
           {"Södermanlands län", "region-sormland"},
           {"Stockholms län", "region-stockholm"},
           {"Stockholm", "region-stockholm"},
           {"Dalarnas län", "region-dalarna"},
           {"Region Uppsala län", "region-uppsala"},
           {"Jämtland-Härjedalen", "region-jamtland-harjedalen"},
           {"\"Region Gotland\"", "region-gotland"},
           {"Örebro läns", "region-orebro-lan"},
           {"Storsthlm:s", "storsthlm"},
           {"SKR:s", "skr"},
           {"Tillväxtverkets", "tillvaxtverket"},
           {"Sveriges kommuner och regioner", "skr"}}) {
    EXPECT_EQ(Resolve(name), organization) << name;
    EXPECT_GE(ScoreOf(name), 0.95) << name;
  }
}

TEST(NamingTest, LikenessScoresLessThanTheLetter) {
  EXPECT_LT(ScoreOf("Jönköpings län"), 1);
  EXPECT_LT(ScoreOf("Region Gävelborg"), ScoreOf("Gävleborgs län"));
}

TEST(NamingTest, SmallTypingErrorsAreForgiven) {
  for (const auto& [name, organization] :
       std::vector<std::pair<std::string, std::string>>{
           {"Region Gävelborg", "region-gavleborg"},
           {"Gävelborg", "region-gavleborg"},
           {"Region Upsala", "region-uppsala"},
           {"Region Kronobergg", "region-kronoberg"},
           {"Region Vesterbotten", "region-vasterbotten"},
           {"Region Ostergotland", "region-ostergotland"},
           {"Tillväxtveket", "tillvaxtverket"},
           {"Vinova", "vinnova"},
           {"Storstokholm", "storsthlm"}}) {
    EXPECT_EQ(Resolve(name), organization) << name;
    EXPECT_GE(ScoreOf(name), 0.5) << name;
    EXPECT_LT(ScoreOf(name), 0.95) << name;
  }
}

TEST(NamingTest, StorstockholmIsNeverRegionStockholm) {
  EXPECT_EQ(Resolve("Storstockholm"), "storsthlm");
  std::vector<NameCandidate> without;
  for (const NameCandidate& candidate : Everyone()) {
    if (candidate.organization != "storsthlm") without.push_back(candidate);
  }
  for (const char* name : {"Storstockholm", "Storstockholms", "Stor-Stockholm",
                           "Region Storstockholm", "Storstokholm"}) {
    EXPECT_EQ(ChooseOrganization(name, without).organization, "") << name;
  }
}

TEST(NamingTest, OthersAreNotTakenForMembers) {
  for (const char* name :
       {"Västergötland", "Österbotten", "Uppsala kommun", "Uppsala universitet",
        "Länsstyrelsen i Uppsala län", "Region Mälardalen", "SKA", "VGK",
        "Reglab", "Region", "län", "", "  ", "!?", "Catarina"}) {
    EXPECT_EQ(Resolve(name), "") << name;
    EXPECT_EQ(ScoreOf(name), 0) << name;
  }
}

TEST(NamingTest, NobodyIsChosenBetweenTwoThatFitEquallyWell) {
  const std::vector<NameCandidate> two = {{"a", "Länsnätverket", "Nätverket"},
                                          {"b", "Riksnätverket", "Nätverket"}};
  EXPECT_EQ(ChooseOrganization("nätverket", two).organization, "");
  EXPECT_EQ(ChooseOrganization("Riksnätverket",
                               {{"a", "Länsnätverket", "Nätverket"},
                                {"b", "Riksnätverket", "Riksnätverket"}})
                .organization,
            "b");
}

TEST(NamingTest, LookupFormDropsWhatTellsNothing) {
  EXPECT_EQ(LookupForm("Region Uppsala"), "uppsala");
  EXPECT_EQ(LookupForm("Uppsala län"), "uppsala");
  EXPECT_EQ(LookupForm("Västra Götalandsregionen"), "västra götaland");
  EXPECT_EQ(LookupForm("Region"), "region");
  EXPECT_EQ(LookupForm("SKR:s"), "skr");
  EXPECT_EQ(LookupForm("!?"), "");
  // Letters with their dots apart.
  EXPECT_EQ(LookupForm("Region Ga\u0308vleborg"), "gävleborg");
}

TEST(NamingTest, DistanceCountsLettersAndSwapsNotBytes) {
  EXPECT_EQ(EditDistance("gävleborg", "gävelborg"), 1);
  EXPECT_EQ(EditDistance("skåne", "skane"), 1);
  EXPECT_EQ(EditDistance("", "åäö"), 3);
  EXPECT_EQ(EditDistance("stockholm", "storstockholm"), 4);
  EXPECT_EQ(EditDistance("vinnova", "vinnova"), 0);
}

}  // namespace
}  // namespace reglab::membership
