#include "services/meetings/suggestion_rules.h"

#include <absl/strings/ascii.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "services/meetings/minutes_cues.h"
#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

// What is longer than this is no sentence that somebody said.
constexpr size_t kLongestSentence = 2000;
// Nor does anybody ask for anything in less.
constexpr size_t kShortestSentence = 8;
constexpr size_t kLongestWording = 300;

// The parts that a cue's groups hold, in their order.
enum class Parts {
  kNone,
  kQuote,
  kReplacement,
  kQuoteReplacement,
  kReplacementQuote,
};

#define REGLAB_OPEN "[\"”“»„']"
#define REGLAB_SHUT "[\"”“«']"
#define REGLAB_WORD                                                    \
  "(?:ordet|ord|begreppet|formuleringen|uttrycket|skrivningen|termen|" \
  "meningen|"                                                          \
  "stycket|texten|rubriken|punkten|målet|från)"
#define REGLAB_QUOTED REGLAB_OPEN "([^\"”“»«]{1,300})" REGLAB_SHUT

// Changes of a wording. The first cues that match give quote and replacement.
struct AmendmentCue {
  Parts parts;
  std::string_view pattern;
};
constexpr AmendmentCue kAmendments[] = {
    {Parts::kQuoteReplacement, REGLAB_QUOTED
     " (?:bör|borde|kan|kunde|ska|måste|behöver) (?:[\\pL]+ )?"
     "(?:bytas(?: ut)?|ändras|ersättas) (?:mot|till|med) " REGLAB_QUOTED},
    {Parts::kQuoteReplacement,
     "^(?:" REGLAB_WORD " )*([^,;.:\"”“]{2,80}?) "
     "(?:bör|borde|kan|kunde|ska|måste|behöver) (?:[\\pL]+ )?"
     "(?:bytas(?: ut)?|ändras|ersättas) (?:mot|till|med) " REGLAB_OPEN
     "?([^,;.\"”“]{1,200}?)(?:" REGLAB_SHUT "|[,;.!]|$)"},
    {Parts::kQuoteReplacement,
     "<(?:ändra[sr]?|byta?s?(?: ut)?|justera[s]?) (?:" REGLAB_WORD
     " )*" REGLAB_QUOTED " (?:till|mot) " REGLAB_QUOTED},
    {Parts::kQuoteReplacement, "<(?:ersätta?s?) (?:" REGLAB_WORD
                               " )*" REGLAB_QUOTED " med " REGLAB_QUOTED},
    {Parts::kQuoteReplacement,
     "<(?:istället för|i stället för) (?:" REGLAB_WORD " )*" REGLAB_QUOTED
     "[^\"”“]{1,60}?" REGLAB_QUOTED},
    {Parts::kReplacementQuote, REGLAB_QUOTED
     "(?: hellre| snarare)?,? (?:istället för|i stället för|än) (?:" REGLAB_WORD
     " )*" REGLAB_QUOTED},
    {Parts::kQuoteReplacement,
     "<(?:ändra[sr]?|byta?s?(?: ut)?) (?:" REGLAB_WORD
     " )*([^,;.:\"”“]{1,120}?) (?:till|mot) " REGLAB_OPEN
     "?([^,;.\"”“]{1,200}?)(?:" REGLAB_SHUT "|[,;.!]|$)"},
    {Parts::kQuoteReplacement,
     "<(?:ersätta?s?) (?:" REGLAB_WORD
     " )*([^,;.:\"”“]{1,120}?) med " REGLAB_OPEN
     "?([^,;.\"”“]{1,200}?)(?:" REGLAB_SHUT "|[,;.!]|$)"},
    {Parts::kReplacementQuote,
     "<(?:skriva?|använda?|säga?|hellre) " REGLAB_OPEN
     "?([^,;.\"”“]{1,120}?)" REGLAB_SHUT
     "?,? (?:istället för|i stället för|hellre än|snarare än) (?:" REGLAB_WORD
     " )*" REGLAB_OPEN "?([^,;.\"”“]{1,120}?)(?:" REGLAB_SHUT "|[,;.!]|$)"},
    {Parts::kReplacement,
     "<(?:ny|ändrad|alternativ|annan|bättre|ändra) "
     "(?:formulering(?:en)?|skrivning(?:en)?|lydelse|text(?:en)?|rubrik(?:en)?)"
     "(?: till| är| vore)?:? ?" REGLAB_QUOTED},
    {Parts::kReplacement,
     "<(?:skriv(?:a|s)?|ange|använda?|säga?)"
     "(?: istället| i stället| hellre| om till| snarare| till "
     "exempel)*:? " REGLAB_QUOTED},
    {Parts::kReplacement,
     "<(?:lägga?s? till|kompletteras?(?: texten)? med|tillägg(?:et)?:?|infoga)"
     "(?: även| också| " REGLAB_WORD ")*:? " REGLAB_QUOTED},
    {Parts::kReplacement,
     "<(?:skriv|skriva|säg|säga) (?:istället|i stället|hellre|om till|snarare) "
     "([^,;.\"”“]{1,200})"},
    {Parts::kQuote, "<(?:stryka?s?|tas? bort|utgå[r]?|slopas?)(?: " REGLAB_WORD
                    ")*:? " REGLAB_QUOTED},
    {Parts::kQuote,
     "<(?:stryka?s?|tas? bort|slopas?) " REGLAB_WORD " ([\\pL -]{2,80})"},
    {Parts::kQuote,
     "<(?:inte|ej|mindre|missnöjda?)(?: [\\pL]+){0,2}? "
     "(?:nöjda?|bekväma?|förtjusta?|missnöjda?|överens) med " REGLAB_WORD
     " " REGLAB_OPEN "?([\\pL-]{2,60})"},
    {Parts::kQuote,
     "<" REGLAB_WORD " " REGLAB_OPEN "?([\\pL-]{2,60})" REGLAB_SHUT
     "?,? som (?:vi|man|gruppen|flera|många) inte"},
    {Parts::kQuote,
     "<" REGLAB_WORD " " REGLAB_QUOTED
     "[^.]{0,40} (?:bör|borde|ska|kan|måste|behöver) (?:bytas|ändras|strykas|"
     "ersättas|utgå|tas bort|förtydligas|omformuleras)"},
    {Parts::kReplacement,
     "^" REGLAB_OPEN "?([\\pL -]{2,60}?)" REGLAB_SHUT
     "? (?:kanske )?(?:är|vore|blir)(?: kanske| nog)? ett (?:bättre|bra|"
     "tydligare) (?:ord|begrepp|uttryck|namn)"},
    {Parts::kReplacement, "^ange ([^,;.\"”“]{2,120}?)(?: utan | i st|[,;.]|$)"},
    {Parts::kNone,
     "<(?:ändra[sr]?|omformuler[\\pL]*|formulera[s]? om|förtydliga[sr]?|"
     "förtydligande av|skriv(?:a|s)? om|skruva på|se över|korta ner|"
     "skärpa?s?|mjuka upp|bredda|snäva in) (?:[\\pL]+ ){0,3}"
     "(?:formulering|skrivning|text|ordval|begrepp|lydelse|mening(?:en|ar)>|"
     "rubrik|ordet|målet|stycke|punkten)[\\pL]*"},
    {Parts::kNone,
     "<bättre att (?:skriva|ändra|säga|formulera|använda ordet|använda "
     "begreppet)"},
    {Parts::kNone,
     "<(?:vidare|tydligare|snävare|bredare|skarpare|starkare|annan|mjukare|"
     "enklare|kortare|mer [\\pL]+) (?:skrivning|formulering|ordval|lydelse)"},
    {Parts::kNone,
     "<(?:formuleringen|skrivningen|ordvalet|lydelsen|rubriken) (?:[\\pL]+ "
     "){0,2}(?:bör|borde|behöver|måste|kan) "},
};
// "Lärande, vår grund, är bättre": the replacement of what was quoted before.
constexpr std::string_view kIsBetter =
    "^([^,.:]{2,60})(?:, [^,.]{1,60},)? (?:är|vore|känns|passar|låter) "
    "(?:mycket |kanske )?bättre";
// Words that look like a change of wording and are none.
constexpr std::string_view kNoAmendment =
    "till handlingarna|<ändra (?:sig|tid|datum|dag)|<(?:mötestid|klockslag)|"
    "<ändra[sr]? (?:på|om)> (?:[\\pL]+ ){0,2}till";

// Ways to send something on; what follows "till" names to whom.
constexpr std::string_view kSend =
    "<(?:(?:skicka|sortera|remittera|överlämna|vidarebefordra|eskalera|hänvisa|"
    "delegera|bolla|kanalisera|adressera|lämna|slussa)(?:s|r|de|des|t|ts)?|"
    "hänskjut(?:a|as|er|s|en|et|its)?|hänsköts?|sänd(?:a|as|er|s|e)?|"
    "lyft(?:a|as|er|s)?|för(?:a|as|s)? (?:[\\pL]+ )?vidare|"
    "ta(?:s|r)? (?:[\\pL]+ )?vidare)(?: [^.;!?]{0,120}?)? "
    "(?:till|åt|med|av|hos) ([^.;!?]{2,160})";
constexpr std::string_view kMailed =
    "<(?:skicka|sänd|mejla|maila|lämna)[\\pL]* (?:[\\pL]+ "
    "){0,4}?[\\pL]*(?:inbjudan|"
    "inbjudning|enkät|mejl|mail|anteckning|protokoll|synpunkt|underlag|anmäl|"
    "material|länk|presentation|kallelse|faktura|inspel|svar|program|"
    "dokument)";
constexpr std::string_view kSentOnUnnamed =
    "<(?:skicka|sänd|lämna|slussa|bolla|för|lyft)[\\pL]* (?:[\\pL]+ "
    "){0,2}vidare>";
// Ways to say whose matter it is.
constexpr std::string_view kBelongs[] = {
    "<(?:är|blir|vore|ser som) (?:en|ett) "
    "([\\pL]+)-(?:uppgift|fråga|sak|uppdrag)>",
    "<(?:är|ligger på|hamnar på|hör till|faller på) ([A-ZÅÄÖ][\\pL -]{1,60}?"
    ":?s) (?:uppgift|ansvar|uppdrag|bord|sak|fråga)>",
    "<(?:hör hemma (?:hos|i)|ligger hos|bör ägas av|bör tas av|tas av|"
    "bör hanteras av|hanteras av) ([^.,;!?]{2,80})",
};
constexpr std::string_view kLookFurther =
    "<(?:titta|arbeta|jobba|gå|utreda?|fördjupa|fundera|ta (?:det|den|detta|"
    "frågan)) vidare>|<(?:lämpligt|passar|fråga|uppgift|något) för (?:[\\pL-]+ "
    ")?[\\pL-]*nätverk";
constexpr std::string_view kNegation = "<(?:inte|aldrig|ej|varken)>";

// Organisations outside, in a sentence.
constexpr std::string_view kOutside =
    "((?:Region|Länsstyrelsen(?: i)?|Högskolan(?: i)?) [A-ZÅÄÖ][\\pL]+"
    "(?: (?:Härjedalen|län))?|Västra Götalandsregionen|"
    "[A-ZÅÄÖ][\\pL-]*(?:verket|myndigheten|departementet|regionen|sthlm|"
    "universitet|högskola|kommunen|kommissionen|delegationen|förbundet)|"
    "[Ll]änsstyrels[\\pL]+|[Rr]egering(?:en|skansliet)|[Kk]ommunerna|"
    "[Rr]egionerna|[Mm]yndigheterna|Vinnova|Storstockholm|Nordregio|Formas|"
    "Tillväxtanalys|[A-ZÅÄÖ]{3,8})s?(?:[^\\pL]|$)";
constexpr std::string_view kNoOrganization = " RUS RUA NUTS PDF OBS VIP ";
constexpr std::string_view kElliptic =
    "((?:[\\pL]+-(?:,|/|\\s|och|samt|eller|till)+)+)"
    "([\\pL-]*?)-?(nätverk(?:et|en|s|ets)?)";

#define REGLAB_ACTIVITY                                                        \
  "(?:lär(?:o|ande)?projekt(?:et)?|expedition(?:er|en)?|studiecirk(?:el|eln|" \
  "lar)|lär(?:o)?labb?(?:ar|et)?|provrum(?:met)?|webbinari(?:um|er|et)|"      \
  "seminari(?:um|er|et)|seminarieserie|workshops?(?:par)?|studiebesök|"       \
  "studieres(?:a|or)|nätverksträff(?:ar)?|temadag(?:ar)?|utbildning(?:ar)?|" \
  "pilot(?:projekt)?|metodverkstad|podd|handbok|verktygslåda|mentorprogram|"  \
  "erfarenhetsutbyte|lärresa)"
constexpr std::string_view kActivityPhrase =
    "<((?:ett|en|nytt|ny|några|två|tre) (?:[\\pL-]+ ){0,2}?" REGLAB_ACTIVITY
    "(?: \\([^)]{1,200}\\)|(?: (?:om|kring|för|på temat|med fokus på) "
    "[\\pL-]+(?: (?:[\\pLåäö-]+)){0,3}?))?)(?: kan | ska | bör | skulle "
    "|[,.;!?)]|"
    "$| där | som | i | och )";

// "Idé: Studieresa om vätgas."; the group is the idea.
constexpr std::string_view kLabelledIdea =
    "^[-*•–_\\s]*(?:idé|idéförslag|projektidé|förslag|aktivitetsförslag)"
    "(?: \\d{1,2})?[*_]*:[*_]*\\s+(\\S.*)$";
// Wishes that are ideas wherever they stand.
constexpr std::string_view kWish =
    "<(?:en idé|idén|idéer (?:om|är|som var)|förslag (?:på|om|är|som)|ett "
    "förslag|föreslår|föreslog|"
    "reglab "
    "(?:bör|borde)|föreslogs|föreslås|önskemål|önskar|önskade|efterfråga[\\pL]*"
    "|"
    "efterlys[\\pL]*|vore (?:[\\pL]+ )?(?:bra|intressant|önskvärt|värdefullt|"
    "spännande|roligt|kul|toppen|relevant|nyttigt|givande)|"
    "skulle (?:[\\pL]+ )?vara (?:[\\pL]+ )?(?:bra|intressant|önskvärt|"
    "värdefullt|spännande|roligt|relevant|nyttigt|givande))>";
// Wishes that are ideas when said in a discussion.
constexpr std::string_view kSaidWish =
    "<(?:skulle (?:[\\pL]+ )?(?:kunna|behöva|vilja)|borde|bör "
    "(?:vi|man|reglab)|"
    "vi bör|reglab (?:bör|borde|kan|ska vara)|behöver (?:finnas|vi)|"
    "kanske (?:kan|ska|vartannat|vi)|område att|labba|provtrycka?|pilota|"
    "testa|varför inte|vi vill (?:se|ha)|tänk om|mer av|satsa på|"
    "ta (?:först )?fram|metod(?:er|ik)? för att|vartannat år|kan kombineras|"
    "koppla (?:ihop|samman|till)|jobba med|få in|bra att (?:ha|få|göra))>";
// Imperatives that begin a sentence.
constexpr std::string_view kImperative =
    "^[-*•–\\s]*(?:identifiera|koppla|labba|utarbeta|ta (?:först )?(?:fram|in|"
    "vara)|håll|skapa|bjud|starta|testa|pröva|prova|anordna|ordna|utveckla|gör|"
    "jobba|arbeta|låt|utforska|kartlägg|inför|arrangera|använd|bygg|samla|"
    "lyft|våga|satsa|fortsätt|metoder för att|hitta|erbjud|sprid|dela|ge|"
    "undersök|planera|genomför|börja|få in) ";
// What points back, and says nothing without the words before.
constexpr std::string_view kPointsBack =
    "^(?:ett |en )?(?:sådan[ta]?|det|den|detta|dessa|de|här|där|så)>";

const RE2& Compiled(std::string_view pattern) {
  return *Cue(pattern).release();
}

const std::vector<std::unique_ptr<RE2>>& AmendmentPatterns() {
  static const auto& patterns = *new std::vector<std::unique_ptr<RE2>>([] {
    std::vector<std::unique_ptr<RE2>> all;
    for (const AmendmentCue& cue : kAmendments) {
      all.push_back(Cue(cue.pattern));
    }
    return all;
  }());
  return patterns;
}

// A sentence on one line, and where it stands.
struct Sentence {
  std::string text;
  std::string_view source;
  int line = 0;
};

std::vector<Sentence> SentencesOf(const SaidText& said) {
  std::vector<Sentence> sentences;
  size_t counted = 0;
  size_t index = 0;
  for (std::string_view source : Sentences(said.text)) {
    const size_t begin = source.data() - said.text.data();
    index += std::count(said.text.begin() + counted, said.text.begin() + begin,
                        '\n');
    counted = begin;
    if (source.size() > kLongestSentence || source.size() < kShortestSentence) {
      continue;
    }
    const int line = said.lines.empty()
                         ? said.position.line
                         : said.lines[std::min(index, said.lines.size() - 1)];
    sentences.push_back({OnOneLine(source), source, line});
  }
  return sentences;
}

ParsedSuggestion Suggest(ParsedSuggestion::Kind kind, const SaidText& said,
                         const Sentence& sentence) {
  ParsedSuggestion suggestion{.kind = kind,
                              .text = sentence.text,
                              .title = TitleOf(sentence.text),
                              .position = said.position};
  suggestion.position.line = sentence.line;
  suggestion.position.last_line = std::max(sentence.line, said.position.line);
  return suggestion;
}

bool FindAmendment(const SaidText& said, const Sentence& sentence,
                   ParsedMinutes& minutes) {
  static const RE2& none = Compiled(kNoAmendment);
  if (RE2::PartialMatch(sentence.text, none)) return false;
  const auto& patterns = AmendmentPatterns();
  ParsedSuggestion suggestion =
      Suggest(ParsedSuggestion::Kind::kAmendment, said, sentence);
  bool found = false;
  for (size_t i = 0; i < patterns.size(); ++i) {
    std::string first;
    std::string second;
    std::string* quote = &suggestion.quote;
    std::string* replacement = &suggestion.replacement;
    const Parts parts = kAmendments[i].parts;
    if (parts == Parts::kNone) {
      found = found || RE2::PartialMatch(sentence.text, *patterns[i]);
      continue;
    }
    const bool two =
        parts == Parts::kQuoteReplacement || parts == Parts::kReplacementQuote;
    const bool matches =
        two ? RE2::PartialMatch(sentence.text, *patterns[i], &first, &second)
            : RE2::PartialMatch(sentence.text, *patterns[i], &first);
    if (!matches) continue;
    found = true;
    if (parts == Parts::kReplacement) std::swap(first, second);
    if (parts == Parts::kReplacementQuote) std::swap(first, second);
    // Both from one cue, or one from each of two; never half of a pair.
    if (two && (!quote->empty() || !replacement->empty())) continue;
    if (quote->empty()) *quote = Plain(first.substr(0, kLongestWording));
    if (replacement->empty()) {
      *replacement = Plain(second.substr(0, kLongestWording));
    }
  }
  if (!found) return false;
  if (!suggestion.quote.empty() && !suggestion.replacement.empty()) {
    suggestion.title = Concat(suggestion.quote, " → ", suggestion.replacement);
  } else if (!suggestion.replacement.empty()) {
    suggestion.title =
        Concat("Ny formulering: ", FirstWords(suggestion.replacement, 8));
  } else if (!suggestion.quote.empty()) {
    suggestion.title = Concat("Annat ord än ", FirstWords(suggestion.quote, 6));
  }
  minutes.suggestions.push_back(std::move(suggestion));
  return true;
}

// The clause that ends where the text does.
std::string_view LastClause(std::string_view text) {
  size_t begin = 0;
  for (std::string_view border : {", ", "; ", " – ", " men ", ": "}) {
    const size_t at = text.rfind(border);
    if (at != text.npos) begin = std::max(begin, at + border.size());
  }
  return text.substr(begin);
}

void AddReferrals(std::vector<ReferralTarget> targets, const SaidText& said,
                  const Sentence& sentence, ParsedMinutes& minutes) {
  for (ReferralTarget& target : targets) {
    ParsedSuggestion suggestion =
        Suggest(ParsedSuggestion::Kind::kReferral, said, sentence);
    suggestion.referral = target.kind;
    suggestion.title = Concat(target.name, ": ", FirstWords(sentence.text, 8));
    suggestion.target_text = std::move(target.name);
    suggestion.target_body_id = std::move(target.body_id);
    minutes.suggestions.push_back(std::move(suggestion));
  }
}

bool FindReferral(const SaidText& said, const Sentence& sentence,
                  ParsedMinutes& minutes) {
  static const RE2& send = Compiled(Concat("(", kSend, ")"));
  static const RE2& mailed = Compiled(kMailed);
  static const RE2& unnamed = Compiled(Concat("(", kSentOnUnnamed, ")"));
  static const RE2& further = Compiled(kLookFurther);
  static const RE2& negation = Compiled(kNegation);
  static const auto& belongs = *new std::vector<std::unique_ptr<RE2>>([] {
    std::vector<std::unique_ptr<RE2>> all;
    for (std::string_view pattern : kBelongs) {
      all.push_back(Cue(Concat("(", pattern, ")")));
    }
    return all;
  }());
  const std::string& text = sentence.text;
  const auto denied = [&](re2::StringPiece at) {
    const std::string_view before = LastClause(
        std::string_view(text).substr(0, at.data() - text.data() + 1));
    return RE2::PartialMatch(re2::StringPiece(before.data(), before.size()),
                             negation);
  };
  re2::StringPiece whole;
  std::string to;
  if (RE2::PartialMatch(text, send, &whole, &to) && !denied(whole) &&
      !RE2::PartialMatch(text, mailed)) {
    std::vector<ReferralTarget> targets = FindTargets(to);
    if (!targets.empty()) {
      AddReferrals(std::move(targets), said, sentence, minutes);
      return true;
    }
  }
  const bool asks = text.ends_with("?");
  for (const auto& cue : belongs) {
    if (asks || !RE2::PartialMatch(text, *cue, &whole, &to) || denied(whole)) {
      continue;
    }
    std::vector<ReferralTarget> targets = FindTargets(Concat(to, " "));
    if (targets.empty()) continue;
    AddReferrals(std::move(targets), said, sentence, minutes);
    return true;
  }
  if (RE2::PartialMatch(text, further)) {
    std::vector<ReferralTarget> targets = FindTargets(text);
    std::erase_if(targets, [](const ReferralTarget& target) {
      return target.kind != ParsedSuggestion::Referral::kAssigned;
    });
    if (!targets.empty()) {
      AddReferrals(std::move(targets), said, sentence, minutes);
      return true;
    }
  }
  if (RE2::PartialMatch(text, unnamed, &whole) && !denied(whole)) {
    minutes.unresolved.push_back(
        {text, sentence.line, Unresolved::Reason::kUnnamedReferral});
  }
  return false;
}

// Several activities in one sentence are as many ideas.
bool FindActivities(const SaidText& said, const Sentence& sentence,
                    ParsedMinutes& minutes) {
  static const RE2& phrase = Compiled(kActivityPhrase);
  static const RE2& coming = Compiled(
      "^(?:kommande|nästa) [\\pL "
      "]{2,30}:|^(?:idéer|förslag|önskemål|tips)[\\pL ]"
      "{0,30}:");
  std::vector<std::string> phrases;
  re2::StringPiece rest(sentence.text);
  re2::StringPiece found;
  while (RE2::PartialMatch(rest, phrase, &found) && phrases.size() < 10) {
    phrases.push_back(Plain(std::string_view(found.data(), found.size())));
    rest.remove_prefix(found.data() + found.size() - rest.data());
  }
  if (phrases.empty() ||
      (phrases.size() < 2 && !RE2::PartialMatch(sentence.text, coming))) {
    return false;
  }
  for (const std::string& title : phrases) {
    ParsedSuggestion idea =
        Suggest(ParsedSuggestion::Kind::kIdea, said, sentence);
    idea.title = FirstWords(title, 14);
    minutes.suggestions.push_back(std::move(idea));
  }
  return true;
}

bool IsIdea(const Sentence& sentence, bool discussed) {
  static const RE2& wish = Compiled(kWish);
  static const RE2& said_wish = Compiled(kSaidWish);
  static const RE2& imperative = Compiled(kImperative);
  static const RE2& activity = Compiled("<" REGLAB_ACTIVITY ">");
  static const RE2& denied = Compiled(
      "<(?:borde|bör|skulle|behöver|kan|ska) (?:[\\pL]+ )?(?:inte|aldrig)>");
  const std::string& text = sentence.text;
  if (text.ends_with("?") && !RE2::PartialMatch(text, activity)) {
    return false;
  }
  if (text.ends_with(":")) return false;
  if (RE2::PartialMatch(text, wish)) return true;
  return discussed && !RE2::PartialMatch(text, denied) &&
         (RE2::PartialMatch(text, imperative) ||
          RE2::PartialMatch(text, said_wish));
}

// What a paragraph is about, when it begins by saying so: "Målkonflikter – …".
std::string Theme(std::string_view text) {
  static const RE2 lead("^[-*•–\\s]*([\\pL][^.:!?–\\n]{2,60}?)(?: –|:) ");
  std::string theme;
  if (FindLabel(text).topic != Topic::kNone) return theme;
  const re2::StringPiece start(text.data(), std::min<size_t>(text.size(), 200));
  return RE2::PartialMatch(start, lead, &theme) ? Plain(theme) : "";
}

}  // namespace

std::vector<ReferralTarget> FindTargets(std::string_view text) {
  static const RE2& elliptic = Compiled(kElliptic);
  static const RE2 outside(std::string(kOutside), RE2::Quiet);
  std::vector<ReferralTarget> targets;
  const auto add = [&](std::string_view name, std::string_view id,
                       ParsedSuggestion::Referral kind) {
    for (const ReferralTarget& target : targets) {
      if (target.name == name) return;
    }
    targets.push_back({std::string(name), std::string(id), kind});
  };
  std::string rest(text.substr(0, kLongestSentence));
  // "RUS-, analytiker- och utvärderingsnätverket" are three names.
  re2::StringPiece heads;
  std::string last;
  std::string noun;
  if (RE2::PartialMatch(rest, elliptic, &heads, &last, &noun)) {
    static const RE2 part("([\\pL]+)-(?:[^\\pL]|$)");
    re2::StringPiece input = heads;
    std::string head;
    while (RE2::FindAndConsume(&input, part, &head)) {
      const bool capitals = head.size() > 1 && absl::ascii_isupper(head[1]);
      const std::string name = Concat(head, capitals ? "-" : "", "nätverket");
      const std::vector<FoundBody> bodies = FindBodies(name);
      add(bodies.empty() ? name : bodies[0].name,
          bodies.empty() ? "" : bodies[0].id,
          ParsedSuggestion::Referral::kAssigned);
    }
    rest.erase(0, heads.data() + heads.size() - rest.data());
  }
  for (const FoundBody& body : FindBodies(rest)) {
    add(body.name, body.id, ParsedSuggestion::Referral::kAssigned);
  }
  re2::StringPiece input(rest);
  std::string name;
  while (RE2::FindAndConsume(&input, outside, &name)) {
    if (Contains(kNoOrganization, Concat(" ", name, " "))) {
      continue;
    }
    add(name, "", ParsedSuggestion::Referral::kForwarded);
  }
  return targets;
}

void FindSuggestions(const SaidText& said, ParsedMinutes& minutes) {
  static const RE2& labelled_idea = Compiled(kLabelledIdea);
  static const RE2& better = Compiled(kIsBetter);
  static const RE2& points_back = Compiled(kPointsBack);
  // An activity that is named is a thought of its own.
  static const RE2& activity = Compiled(kActivityPhrase);
  // The sentence before, when it was an amendment or an idea.
  constexpr size_t none = std::string::npos;
  size_t amendment = none;
  size_t idea = none;
  std::string_view begun;
  const bool ideas =
      said.ideas || AnnouncesIdeas(said.text.substr(0, said.text.find('\n')));
  for (const Sentence& sentence : SentencesOf(said)) {
    const size_t at = minutes.suggestions.size();
    if (amendment != none) {
      ParsedSuggestion& before = minutes.suggestions[amendment];
      std::string replacement;
      if (before.replacement.empty() &&
          RE2::PartialMatch(sentence.text, better, &replacement)) {
        before.replacement = Plain(replacement);
        Append(before.text, " ", sentence.text);
        if (!before.quote.empty()) {
          before.title = Concat(before.quote, " → ", before.replacement);
        }
        amendment = none;
        continue;
      }
    }
    amendment = none;
    if (FindAmendment(said, sentence, minutes)) {
      amendment = at;
      idea = none;
      continue;
    }
    if (FindReferral(said, sentence, minutes) ||
        (said.discussed && FindActivities(said, sentence, minutes))) {
      idea = none;
      continue;
    }
    std::string labelled;
    RE2::PartialMatch(sentence.text, labelled_idea, &labelled);
    const bool point = ideas && HasBullet(sentence.source);
    const bool begins = point || !labelled.empty();
    if (IsDecision(sentence.text) || !(begins || (ideas && idea != none) ||
                                       IsIdea(sentence, said.discussed))) {
      idea = none;
      continue;
    }
    if (idea != none && !begins &&
        !RE2::PartialMatch(sentence.text, activity)) {
      // One thought in several sentences.
      ParsedSuggestion& before = minutes.suggestions[idea];
      const char* end = sentence.source.data() + sentence.source.size();
      if (end - begun.data() > static_cast<ptrdiff_t>(kLongestSentence)) {
        continue;
      }
      begun = std::string_view(begun.data(), end - begun.data());
      before.text = OnOneLine(begun);
      continue;
    }
    ParsedSuggestion suggestion =
        Suggest(ParsedSuggestion::Kind::kIdea, said, sentence);
    begun = sentence.source;
    const std::string theme = Theme(said.text);
    if (!labelled.empty()) {
      suggestion.title = TitleOf(labelled);
    } else if (RE2::PartialMatch(sentence.text, points_back)) {
      const char* end = sentence.source.data() + sentence.source.size();
      const char* from = said.text.data();
      if (end - from > static_cast<ptrdiff_t>(kLongestSentence)) {
        from = sentence.source.data();
      }
      begun = std::string_view(from, end - from);
      suggestion.text = OnOneLine(begun);
      suggestion.title = theme.empty() ? TitleOf(suggestion.text) : theme;
      suggestion.position.line = said.position.line;
    } else if (!theme.empty() && !point &&
               sentence.source.data() == said.text.data()) {
      suggestion.title = TitleOf(theme);
    }
    idea = at;
    minutes.suggestions.push_back(std::move(suggestion));
  }
}

}  // namespace reglab::meetings
