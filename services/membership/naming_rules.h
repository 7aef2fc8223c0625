#ifndef REGLAB_SERVICES_MEMBERSHIP_NAMING_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_NAMING_RULES_H_

#include <string>
#include <string_view>
#include <vector>

namespace reglab::membership {

// Small letters, å ä ö é included, whether composed or not, without spaces
// around.
std::string FoldCase(std::string_view text);

// The form in which names of organisations are compared: small letters, without
// punctuation, genitive s and the words that say region: "Uppsala län",
// "Region Uppsala" and "Uppsalas" are all "uppsala", "Västra Götalandsregionen"
// is "västra götaland". Never empty for a text with letters or digits.
std::string LookupForm(std::string_view name);

// The least number of letters to change, insert, remove or swap with their
// neighbour to make one text of the other.
int EditDistance(std::string_view a, std::string_view b);

// One name of one organisation, found near the name that was asked for.
struct NameCandidate {
  std::string organization;
  std::string display_name;
  std::string spelling;  // the display name or an alias
};

struct NameMatch {
  std::string organization;  // "" when none is near enough
  std::string display_name;
  double score = 0;
};

// Which of the candidates the name means. To the letter (but for case) is 1, in
// the same lookup form 0.95, small typing errors less: at most one in four to
// seven letters, two in eight to nineteen and three in more, never in the first
// letter, so that "Storstockholm" is not Stockholm and "Västergötland" not
// Östergötland. None when two organisations fit equally well.
NameMatch ChooseOrganization(std::string_view name,
                             const std::vector<NameCandidate>& candidates);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_NAMING_RULES_H_
