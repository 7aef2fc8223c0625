#include "services/meetings/minutes_cues.h"

#include <absl/strings/ascii.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "services/meetings/minutes_dates.h"
#include "services/meetings/minutes_names.h"
#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

constexpr size_t kLongestLabel = 120;
constexpr size_t kLongestSentence = 4000;

enum class Colon { kEither, kNeeded };

// Matched against the whole label, in this order.
struct LabelCue {
  Topic topic;
  Colon colon;
  std::string_view pattern;
};
constexpr LabelCue kLabels[] = {
    {Topic::kAttendance, Colon::kEither,
     "(?:namn på )?(?:närvarande|närvaro(?:lista)?|deltagare|deltagarlista|"
     "mötesdeltagare|deltagande|medverkande|deltog|deltar)"
     "(?: (?:ledamöter|deltagare|medlemmar|organisationer|regioner|myndigheter|"
     "ersättare|på plats|på distans|digitalt|via .*|vid mötet|på mötet|under "
     "mötet|från .*|även|också|och .*))?"},
    {Topic::kAttendance, Colon::kNeeded,
     "(?:med på|närvarande var|(?:följande|på mötet|i mötet|vid mötet) "
     "(?:deltog|närvarade))(?: mötet)?"},
    {Topic::kAttendance, Colon::kNeeded,
     "(?:beslutande|beslutande ledamöter|(?:tjänstgörande |ej tjänstgörande "
     ")?(?:ledamöter|ersättare|suppleanter)|adjungera(?:de|d)|gäste?r?|"
     "inbjudna?(?: gäster)?|övriga?(?: närvarande| deltagare)?|observatörer|"
     "från kansliet|dessutom(?: deltog)?|även närvarande|"
     "på plats|på distans|digitalt|via (?:länk|teams|zoom)|regioner|"
     "myndigheter|medlemmar|partner)"},
    {Topic::kAttendance, Colon::kEither,
     "adjungerade|ej tjänstgörande ersättare"},
    {Topic::kAbsence, Colon::kEither,
     "(?:frånvarande|frånvaro|(?:ej|inte) närvarande|anmäl(?:t|da|d) "
     "(?:förhinder|frånvaro)|förhindrade?|förhinder(?: anmält| "
     "anmälda)?|(?:lämnat |meddelat "
     "|anmält )?återbud|meddelat förhinder|frånvarande (?:ledamöter|medlemmar|"
     "med anmält förhinder))(?: från| av)?"},
    {Topic::kHost, Colon::kNeeded,
     "(?:(?:dagens |mötets )?värd(?:ar|organisation|region)?|mötesvärd|värd "
     "för (?:mötet|dagen))"},
    {Topic::kOfficer, Colon::kNeeded,
     "(?:(?:mötes|vice )?(?:ordförande|ordf\\.?|sekreterare|sekr\\.?)|"
     "protokollförare|(?:protokoll)?justerare|justeringsperson(?:er)?|"
     "justeringsm[aä]n|justera(?:s|t|des)?(?: av)?|vid protokollet|vid "
     "pennan|antecknat av|antecknare|anteckningar(?: av| förda av)|mötesledare|"
     "moderator|sammankallande|föredragande)"},
    {Topic::kOfficer, Colon::kEither,
     "(?:vid protokollet|vid pennan|justera(?:s|t|des)(?: av)?)"},
    {Topic::kAgenda, Colon::kEither,
     "(?:dagordning(?:en)?|agenda|föredragningslista|program|på dagordningen)"},
    {Topic::kQuestions, Colon::kEither,
     "(?:frågor och svar|frågestund|publikfrågor|frågor från (?:publiken|"
     "deltagarna))"},
    {Topic::kQuestions, Colon::kNeeded,
     "(?:några av |bland |ställda )?frågor(?:na)?(?: (?:till|från|som|om|kring|"
     "och) .*)?"},
    {Topic::kQuestion, Colon::kNeeded, "fråga(?: \\d+| från .*)?|f|q"},
    {Topic::kAnswer, Colon::kNeeded, "svar(?: \\d+| från .*)?|s|a"},
    {Topic::kConclusion, Colon::kNeeded,
     "(?:konklusion|slutsats|sammanfattning|sammanfattningsvis|summering|"
     "gemensam(?:ma)? slutsats)(?:en|er|erna)?(?: .*)?"},
    {Topic::kConclusion, Colon::kEither,
     "(?:konklusion|slutsats)(?:en|er|erna)?(?: .*)?|sammanfattning(?:en)?|"
     "summering|sammanfattningsvis"},
    {Topic::kConclusion, Colon::kNeeded,
     "(?:vi|gruppen|grupperna|mötet|medlemmarna|deltagarna|nätverket|"
     "medlemsgruppen)(?: var| är| blev)? (?:enades|eniga|överens|ense|kom "
     "överens|kom fram till|landade i|konstaterade)(?: .*)?"},
    {Topic::kDecision, Colon::kEither,
     "(?:mötets |styrelsens |medlemsgruppens |nätverkets )?beslut(?:en|et)?(?: "
     "\\d+)?|beslutades(?: att)?|förslag till beslut|beslutsförslag"},
    {Topic::kAction, Colon::kEither,
     "åtgärd(?:er|erna)?(?: \\d+)?|åtgärdslista|att[ "
     "-]göra(?:-lista|-listan)?(?: (?:till|före|inför) .*)?|"
     "to ?do|action(?:s| points?)?|nästa steg|uppdrag|arbetsuppgifter|"
     "uppgift(?:er)?(?: till nästa (?:möte|gång))?|att göra till nästa "
     "(?:möte|gång)|kvarstående åtgärder"},
    {Topic::kOwner, Colon::kNeeded, "ansvarig(?:a|t)?|ansvar|utförare|vem"},
    {Topic::kDue, Colon::kNeeded,
     "senast|klart?(?: senast)?|klar(?:t)? (?:till|den)|deadline|slutdatum|"
     "förfallodatum|tidsfrist"},
    {Topic::kDiscussion, Colon::kEither,
     "(?:gruppernas|gruppens|öppen|gemensam|fri|efterföljande) "
     "(?:diskussion|dialog|samtal|synpunkt|reflektion|kommentar)(?:er|erna|en)?"
     "|"
     "(?:diskussion|dialog|gruppdiskussion|gruppdialog|gruppsamtal|gruppövning|"
     "reflektion|synpunkt|kommentar)(?:er|erna|en)?|inspel|medskick|laget "
     "runt|bikupor?|från grupperna|i grupperna"},
    {Topic::kDiscussion, Colon::kEither,
     "grupp(?:en)? (?:\\d{1,2}|[A-ZÅÄÖ])(?: ?[-–:(].*)?"},
    {Topic::kDiscussion, Colon::kNeeded,
     "(?:.* )?[\\pL]*(?:diskussion|dialog|synpunkt|inspel|reflektion|"
     "kommentar|medskick|diskuterade|tankar|grupparbete)[\\pL]*(?: .*)?"},
    {Topic::kFact, Colon::kNeeded,
     "(?:mötes)?(?:datum|dag|tid(?:punkt)?|plats|lokal)|klockan|när|var|tid "
     "(?:och|&|/) plats|(?:dag|datum) och (?:tid|plats)|datum,? tid och plats|"
     "organ|grupp|nätverk|typ av möte|möte|mötestyp|ärende|dnr|diarienummer|"
     "ärendenummer|mötesform|sida|version|paragrafer|§§"},
};

struct BodyCue {
  std::string_view pattern;
  std::string_view name;
  std::string_view id;
};
// The bodies of Reglab and the ways to name them.
constexpr BodyCue kBodies[] = {
    {"<medlems(?:grupp[\\pL]*|möte[\\pL]*)", "Medlemsgruppen", "member-group"},
    {"<(?:reglabs )?(?:[\\pL]*styrelse[\\pL]*)", "Styrelsen", "board"},
    {"<kansli(?:et|ets|möte[\\pL]*)", "Kansliet", "secretariat"},
    {"<rus[ -]?nätverk[\\pL]*", "RUS-nätverket", "rus-network"},
    {"<analytiker(?:na|-)?[ -]?nätverk[\\pL]*|<analysnätverk[\\pL]*",
     "Analytikernätverket", "analyst-network"},
    {"<utvärder(?:ings|ar)[ -]?nätverk[\\pL]*", "Utvärderingsnätverket",
     "evaluation-network"},
    {"<(?:internationella "
     "nätverk[\\pL]*|internationell[\\pL]*nätverk[\\pL]*|eu-"
     "nätverk[\\pL]*)",
     "Internationella nätverket", "international-network"},
    {"<kommunik(?:ations|atörs)[ -]?nätverk[\\pL]*", "Kommunikationsnätverket",
     "communication-network"},
};
// A body that is not known keeps the name that the text gives it.
constexpr std::string_view kOtherBody =
    "<((?:nätverket för [\\pL-]+(?: och [\\pL-]+)?)|[\\pL-]+nätverk(?:et)?|"
    "[\\pL-]*(?:arbets|styr|referens|berednings|lednings|projekt)grupp(?:en)?|"
    "[\\pL]*(?:nämnden|utskottet|kommittén|beredningen))";

// Sentences that tell what was decided.
constexpr std::string_view kDecisionCue =
    "<(?:(?:mötet|styrelsen|medlemsgruppen|gruppen|nätverket|kansliet|"
    "medlemmarna|årsmötet|stämman|ordföranden|vi|man|[\\pL-]+nätverket|"
    "[\\pL-]+gruppen|nämnden|utskottet) "
    "(?:[\\pL]+ "
    ")?(?:beslutade|beslutar|beslöt|fastställde|fastställer|godkände|"
    "godkänner|valde|väljer|utsåg|utser|antog|antar|biföll|bifaller|avslog|"
    "avslår)|beslutades|beslutas att|beslöts|"
    "(?:godkändes|fastställdes|antogs|lades till handlingarna|läggs till "
    "handlingarna|valdes|utsågs|bordlades|bifölls|avslogs|förklarades)|"
    "(?:att|beslutade|beslutar) (?:godkänna|fastställa|anta|bifalla|avslå|"
    "bordlägga))>";
// What makes such a sentence a condition, a plan or a memory.
constexpr std::string_view kNoDecisionCue =
    "<(?:om|när|innan|ifall|huruvida|ska|skulle|kan|bör|borde|måste|inte än|"
    "ännu inte)(?: [\\pL-]+){0,3} (?:beslut|fastställ|godkän|anta|val)";

// Sentences that tell who does what.
constexpr std::string_view kTaskCue =
    "^(?:åtgärd:\\s*)?(.{2,80}?) (?:får i uppdrag|fick i uppdrag|ges i uppdrag|"
    "gavs i uppdrag|åtar sig|åtog sig|tar på sig|tog på sig|lovade? att|"
    "ansvarar för att|återkommer (?:med|till|om|senast|i)|tar fram|"
    "ska ta fram|skickar ut|ska skicka ut|sammanställer|bokar|kallar till|"
    "bjuder in|kontaktar|undersöker|utreder|"
    "ser över|stämmer av|följer upp|uppdaterar|förbereder|skriver ihop|"
    "publicerar|mejlar|samordnar|ska (?:återkomma|undersöka|utreda|"
    "sammanställa|boka|kontakta|kalla|följa upp|se över|uppdatera|förbereda|"
    "presentera|sprida))(?:[^\\pL]|$)";
constexpr std::string_view kTaskGivenCue =
    "<(?:uppdrogs åt|uppdrar åt|uppdrar till|i uppdrag åt|gav|ger) "
    "(.{2,60}?) (?:i uppdrag )?att>";

constexpr std::string_view kOwnerCue =
    "<(?:ansvarig(?:a|t)?(?: för detta)?(?: är)?|ansvar(?:et)? "
    "(?:ligger|vilar) "
    "på|ansvar|utförare)\\s*[:=]?\\s+\\**((?:[^.;,()\\n]|,? (?:och|samt) )+)";
constexpr std::string_view kDueCue =
    "<(?:senast|klart?(?: "
    "senast)?|deadline|före|innan|inom|t\\.?o\\.?m\\.?|till "
    "och med|till den|till|slutdatum|tidsfrist|förfallodatum|för genomförande)"
    "\\s*:?\\s*\\**\\s*";

constexpr std::string_view kHostCue =
    "<(?:dagens värd|mötets värd|värd för (?:mötet|dagen|dagens möte|träffen)|"
    "värdskapet|värdregion|som värd|värd)(?: (?:är|var|hade|hälsade|innehades "
    "av|"
    "stod))?(?:,| är| var|:)? ?"
    "(?:av |som )?([\\pL][^,.;:()\\n]{1,80}?)(?:,|\\.|;|\\(|\\n| som | hälsa| "
    "och | stod|$)";
constexpr std::string_view kHostFirstCue =
    "(?:^|[.!?] )([\\pL][^,.;:()\\n]{1,60}?) (?:var|är|stod som|stod "
    "för|agerade) "
    "(?:dagens |mötets )?värd>";

constexpr std::string_view kPresentCues[] = {
    "^(?:närvarande|deltagande|deltagare|medverkande|på plats)"
    "(?:,? [\\pL ]{0,40}?)? (?:var|är)(?: följande)?:? (.+)$",
    "^(?:(?:på|i|vid|under) (?:mötet|dagens möte|träffen|sammanträdet) )?"
    "(?:deltog|medverkade|närvarade|deltar|deltagare var)"
    "(?: (?:även|också|gjorde|därutöver|dessutom|i mötet|på mötet|vid mötet|"
    "under mötet))*:? (.+)$",
    "^(?:mötet|träffen) (?:besöktes av|samlade) (.+)$",
    "^(?:till|på) mötet kom (.+)$",
    "^(.+?) (?:deltog|närvarade|var närvarande|medverkade|var på plats|fanns "
    "på "
    "plats|var med)(?: (?:i|på|vid|under|digitalt|via) ?[\\pL ]*)?\\.?$",
};
constexpr std::string_view kAbsentCues[] = {
    "^(?:frånvarande|förhindrade?|ej närvarande|inte närvarande)"
    "(?:,? [\\pL ]{0,40}?)? (?:var|är)(?: följande)?:? (.+)$",
    "^(?:förhinder|återbud|frånvaro) (?:hade|har)?(?: ?(?:anmälts|lämnats|"
    "meddelats|anmält|inkommit|kommit|anmäldes|lämnades|av|från))+ (.+)$",
    "^(?:återbud|förhinder)(?: kom)? från (.+)$",
    "^(.+?) (?:hade|har) (?:anmält|lämnat|meddelat) (?:förhinder|återbud|"
    "frånvaro)\\.?$",
    "^(.+?) (?:var|är) (?:frånvarande|förhindrade?)(?: att [\\pL ]+)?\\.?$",
    "^(.+?) (?:kunde|kan) inte (?:delta|närvara|medverka)[\\pL ]*\\.?$",
};

constexpr std::string_view kIdeasHeading =
    "^(?:(?:nya|fler|andra|övriga|inkomna|medlemmarnas|gruppernas) )?"
    "(?:[\\pL]*idéer|idébank|förslag (?:på|till) (?:nya |kommande )?"
    "(?:aktiviteter|teman|ämnen|lärprojekt|verksamhet))>";

const std::vector<std::unique_ptr<RE2>>& LabelPatterns() {
  static const auto& patterns = *new std::vector<std::unique_ptr<RE2>>([] {
    std::vector<std::unique_ptr<RE2>> all;
    for (const LabelCue& label : kLabels) {
      all.push_back(Cue(Concat("^(?:", label.pattern, ")(?: ?\\([^)]*\\))?$")));
    }
    return all;
  }());
  return patterns;
}

Topic TopicOf(std::string_view name, bool colon) {
  // Most lines are no label at all: one pattern tells that of all of them.
  static const RE2& any =
      *[] {
        std::string all;
        for (const LabelCue& label : kLabels) {
          all += Concat(all.empty() ? "" : "|", label.pattern);
        }
        return Cue(Concat("^(?:", all, ")(?: ?\\([^)]*\\))?$"));
      }()
           .release();
  const re2::StringPiece whole(name.data(), name.size());
  if (name.empty() || !RE2::FullMatch(whole, any)) return Topic::kNone;
  const auto& patterns = LabelPatterns();
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (kLabels[i].colon == Colon::kNeeded && !colon) continue;
    if (RE2::FullMatch(re2::StringPiece(name.data(), name.size()),
                       *patterns[i])) {
      return kLabels[i].topic;
    }
  }
  return Topic::kNone;
}

re2::StringPiece Piece(std::string_view text) {
  return {text.data(), std::min(text.size(), kLongestSentence)};
}

// The first group of the match, or empty.
std::string FirstMatch(std::string_view text, const RE2& cue) {
  std::string found;
  if (!RE2::PartialMatch(Piece(text), cue, &found)) return "";
  return Plain(found);
}

}  // namespace

FoundLabel FindLabel(std::string_view line) {
  FoundLabel label;
  std::string_view text = WithoutBullet(line);
  while (text.starts_with("#")) text.remove_prefix(1);
  text = Trimmed(text);
  if (text.empty() || text[0] == '|') return label;
  size_t colon = text.substr(0, kLongestLabel).find(':');
  // "10:00" and "Storsthlm:s" hold no label's colon.
  while (colon != text.npos && colon + 1 < text.size() &&
         (absl::ascii_isalnum(text[colon + 1]))) {
    colon = text.substr(0, kLongestLabel).find(':', colon + 1);
  }
  if (colon != text.npos) {
    const std::string name = Plain(text.substr(0, colon));
    label.topic = TopicOf(name, true);
    if (label.topic != Topic::kNone) {
      label.name = name;
      label.colon = true;
      label.rest = text.substr(colon + 1);
      // The end of the label's own emphasis.
      const bool emphasis = text[0] == '*' || text[0] == '_';
      while (emphasis && !label.rest.empty() &&
             (label.rest[0] == '*' || label.rest[0] == '_')) {
        label.rest.remove_prefix(1);
      }
      label.rest = Trimmed(label.rest);
      if (label.rest.find_first_not_of("*_#") == label.rest.npos) {
        label.rest = {};
      }
      return label;
    }
  }
  if (text.size() > kLongestLabel) return label;
  std::string name = Plain(text);
  while (name.ends_with("#")) name.pop_back();
  name = std::string(Trimmed(name));
  label.topic = TopicOf(name, false);
  if (label.topic != Topic::kNone) label.name = name;
  return label;
}

std::optional<ItemNumber> FindItemNumber(std::string_view line) {
  static const RE2 paragraph(
      "(?i)^(?:§+\\s*(\\d{1,4}[a-z]?)|(\\d{1,4}[a-z]?)\\s*§)[.:)]?(?:\\s*[-–:]?"
      "\\s+(.*)"
      "|())$");
  static const RE2 point(
      "(?i)^(?:punkt|ärende|paragraf|dagordningspunkt|dp)\\s+(\\d{1,3}[a-z]?)"
      "\\s*(?:[:.)–-]\\s*(.*)|\\s+([\\pL].*)|())$");
  static const RE2 plain(
      "^(\\d{1,3}(?:\\.\\d{1,2})*)([.)]?)\\s+([\\pL\"”].*)$");
  // A digit, a paragraph sign, emphasis or the first letter of "Punkt".
  const std::string_view start = Trimmed(line.substr(0, 100));
  if (start.empty() || !Contains("0123456789*_\\\xC2\xC3pPdD", start[0])) {
    return std::nullopt;
  }
  const std::string text = Plain(line.substr(0, 2000));
  ItemNumber item;
  std::string first;
  std::string second;
  std::string title;
  std::string other;
  if (RE2::FullMatch(text, paragraph, &first, &second, &title)) {
    item.number = first.empty() ? second : first;
    item.title = title;
    item.certain = true;
    return item;
  }
  if (RE2::FullMatch(text, point, &first, &title, &other)) {
    item.number = first;
    item.title = title.empty() ? other : title;
    item.certain = true;
    return item;
  }
  if (RE2::FullMatch(text, plain, &first, &second, &title)) {
    item.number = first;
    item.title = title;
    item.dotted = !second.empty() || Contains(first, '.');
    return item;
  }
  return std::nullopt;
}

bool IsBoldLine(std::string_view line) {
  line = Trimmed(line);
  if (line.size() < 5 || line.size() > kLongestLabel) return false;
  for (std::string_view mark : {"**", "__"}) {
    if (line.starts_with(mark) && line.ends_with(mark) &&
        line.substr(2, line.size() - 4).find(mark) == line.npos) {
      return true;
    }
  }
  return false;
}

bool IsCapitalsLine(std::string_view line) {
  line = Trimmed(line);
  if (line.empty() || line.size() > 80 || line.back() == '.' ||
      Contains(line, '|')) {
    return false;
  }
  const std::string lower = Lower(line);
  int letters = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (absl::ascii_islower(line[i])) return false;
    if (absl::ascii_isupper(line[i])) {
      ++letters;
    } else if (line[i] == '\xC3' && i + 1 < line.size()) {
      if (lower[i + 1] == line[i + 1]) return false;  // a small letter
      ++letters;
    }
  }
  // "SKR" and "RISE" are names.
  return letters > 5 || (letters > 3 && Contains(line, ' '));
}

std::string GroupOf(std::string_view text) {
  static const RE2 group(
      "^[*_#\\s-]*((?i:grupp(?:en)?)\\s+(?:\\d{1,2}|[A-ZÅÄÖ])(?:[^\\pL\\d]|$)"
      ")");
  std::string found;
  if (!RE2::PartialMatch(Piece(text.substr(0, 60)), group, &found)) return "";
  found = Plain(found);
  while (!found.empty() && Contains(":.,;()–-", found.back())) {
    found.pop_back();
  }
  while (!found.empty() && static_cast<unsigned char>(found.back()) >= 0x80 &&
         !StartsWithCapital(
             found.substr(found.size() - std::min<size_t>(2, found.size())))) {
    found.pop_back();
  }
  return std::string(Trimmed(found));
}

std::vector<FoundBody> FindBodies(std::string_view text) {
  static const auto& patterns = *new std::vector<std::unique_ptr<RE2>>([] {
    std::vector<std::unique_ptr<RE2>> all;
    for (const BodyCue& body : kBodies) {
      all.push_back(Cue(Concat("(", body.pattern, ")")));
    }
    return all;
  }());
  static const RE2& other = *Cue(kOtherBody).release();
  std::vector<FoundBody> bodies;
  const re2::StringPiece piece = Piece(text);
  for (size_t i = 0; i < patterns.size(); ++i) {
    re2::StringPiece found;
    if (!RE2::PartialMatch(piece, *patterns[i], &found)) continue;
    const size_t begin = found.data() - text.data();
    // "länsstyrelsen" is no board of ours.
    if (kBodies[i].id == "board" &&
        Contains(Lower(std::string_view(found.data(), found.size())),
                 "länsstyrelse")) {
      continue;
    }
    bodies.push_back({std::string(kBodies[i].name), std::string(kBodies[i].id),
                      begin, begin + found.size()});
  }
  re2::StringPiece found;
  if (RE2::PartialMatch(piece, other, &found)) {
    const size_t begin = found.data() - text.data();
    const bool known =
        std::any_of(bodies.begin(), bodies.end(), [&](const FoundBody& body) {
          return body.begin <= begin + found.size() && begin <= body.end;
        });
    if (!known) {
      bodies.push_back({std::string(found.data(), found.size()), "", begin,
                        begin + found.size()});
    }
  }
  std::sort(
      bodies.begin(), bodies.end(),
      [](const FoundBody& a, const FoundBody& b) { return a.begin < b.begin; });
  return bodies;
}

bool NamesMinutes(std::string_view text) {
  static const RE2& cue = *Cue("protokoll|anteckning|<[\\pL]*(?:möte|mötet|"
                               "sammanträde|träff|träffen)>"
                               "|sammanträd|<(?:möttes|träffades|samlades)>")
                               .release();
  return RE2::PartialMatch(Piece(text), cue);
}

bool NamesRecord(std::string_view text) {
  static const RE2& cue = *Cue("<(?:[\\pL]+)?protokoll(?:et)?>").release();
  return RE2::PartialMatch(Piece(text), cue);
}

bool NamesVerifiers(std::string_view text) {
  static const RE2& cue =
      *Cue("<(?:justera(?:s|t|des|re|ren|rna)?|[\\pL]*justerare|"
           "justeringsm[aä]n(?:nen)?|justeringsperson(?:er)?)>")
           .release();
  return RE2::PartialMatch(Piece(text), cue);
}

bool IsDecision(std::string_view sentence) {
  static const RE2& cue = *Cue(kDecisionCue).release();
  static const RE2& none = *Cue(kNoDecisionCue).release();
  if (sentence.size() > kLongestSentence) return false;
  return RE2::PartialMatch(Piece(sentence), cue) &&
         !RE2::PartialMatch(Piece(sentence), none);
}

FoundTask FindTask(std::string_view sentence) {
  static const RE2& cue = *Cue(kTaskCue).release();
  static const RE2& given = *Cue(kTaskGivenCue).release();
  FoundTask task;
  if (sentence.size() > kLongestSentence) return task;
  const std::string plain = Plain(WithoutBullet(sentence));
  std::string owner = FirstMatch(plain, cue);
  if (owner.empty()) owner = FirstMatch(plain, given);
  // Only a name can own a task: "Vi", "Det" and "Regionerna" cannot be asked.
  static const RE2& nobody = *Cue("^(?:vi|det|detta|de|den|man|som|alla|"
                                  "regionerna|medlemmarna|hon|han|"
                                  "detta möte|mötet)$")
                                  .release();
  if (owner.empty() || RE2::FullMatch(owner, nobody)) return task;
  if (AreNames(owner) || FindBodies(owner).size() == 1) {
    task.found = owner.size() <= 80;
    task.owner = owner;
  }
  return task;
}

std::string FindOwner(std::string_view text) {
  static const RE2& cue = *Cue(kOwnerCue).release();
  std::string owner = FirstMatch(text, cue);
  static const RE2& end =
      *Cue("(?:[.,;]|<(?:senast|klart?|deadline|till den)>).*$").release();
  RE2::Replace(&owner, end, "");
  return std::string(Trimmed(owner));
}

std::string FindDue(std::string_view text, std::string_view meeting_date) {
  static const RE2& cue = *Cue(kDueCue).release();
  re2::StringPiece rest = Piece(text);
  while (RE2::FindAndConsume(&rest, cue)) {
    const std::string_view after(rest.data(),
                                 std::min<size_t>(rest.size(), 60));
    const std::vector<FoundDate> dates = FindDates(after);
    if (dates.empty()) continue;
    const std::string between = Plain(after.substr(0, dates[0].begin));
    static const RE2 near(
        "(?i)(?:den|(?:mån|tis|ons|tors|fre|lör|sön)dag(?:en)?|"
        "senast|[\\s:,–-])*");
    if (!RE2::FullMatch(between, near)) continue;
    return DayFrom(dates[0], meeting_date);
  }
  return "";
}

bool AnnouncesIdeas(std::string_view heading) {
  static const RE2& cue = *Cue(kIdeasHeading).release();
  return RE2::PartialMatch(Plain(heading.substr(0, 200)), cue);
}

std::string FindHost(std::string_view text) {
  static const RE2& cue = *Cue(kHostCue).release();
  static const RE2& first = *Cue(kHostFirstCue).release();
  for (const RE2* pattern : {&cue, &first}) {
    const std::string host = FirstMatch(text, *pattern);
    if (!host.empty() && StartsWithCapital(host)) return host;
  }
  return "";
}

std::optional<FoundPresence> FindPresence(std::string_view sentence) {
  static const auto compile = [](const auto& cues) {
    std::vector<std::unique_ptr<RE2>> all;
    for (std::string_view pattern : cues) all.push_back(Cue(pattern));
    return all;
  };
  static const auto& absent =
      *new std::vector<std::unique_ptr<RE2>>(compile(kAbsentCues));
  static const auto& present =
      *new std::vector<std::unique_ptr<RE2>>(compile(kPresentCues));
  if (sentence.size() > kLongestSentence) return std::nullopt;
  const std::string plain = Plain(OnOneLine(sentence));
  for (const auto* cues : {&absent, &present}) {
    for (const auto& cue : *cues) {
      std::string names;
      if (!RE2::PartialMatch(plain, *cue, &names)) continue;
      if (!AreNames(names)) continue;
      return FoundPresence{names, cues == &absent};
    }
  }
  return std::nullopt;
}

}  // namespace reglab::meetings
