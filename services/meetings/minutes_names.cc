#include "services/meetings/minutes_names.h"

#include <absl/strings/ascii.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "services/meetings/minutes_text.h"

namespace reglab::meetings {
namespace {

// A name is short; what is longer is a sentence.
constexpr size_t kLongestName = 100;

// What makes a name that of an organisation, as cues.
constexpr std::string_view kOrganizationCue =
    "<(?:region(?:en|erna)?|länsstyrelsen?|kommunförbundet?|förbundet|"
    "stiftelsen|föreningen|högskolan?|universitetet|institutet|myndigheten|"
    "sveriges|svenska|kungliga|statens|verket|riksdagen|regeringen|"
    "(?:[\\pL-]+)?(?:verket|regionen|kommun(?:en|er|erna)?|myndigheten|"
    "universitet(?:et)?|högskolan?|institutet|rådet|styrelsen|kansliet|"
    "sekretariatet|förbundet?|nätverket|departementet|landsting(?:et)?|"
    "inspektionen|delegationen|stiftelsen|bolaget|akademin|fonden|banken|"
    "kommittén?|kommissionen|centralen|sthlm|gruppen|län|företagen|handeln|"
    "näringslivet|näringsliv)|"
    "ab|ek\\. för|science park|university|institute|network|agency)>";

// Organisations and counties that no cue tells.
constexpr std::string_view kKnownOrganization =
    "(?:vinnova|storsthlm|storstockholm|reglab|tillväxtanalys|almi|nordregio|"
    "formas|forte|energikontoret|mistra|sida|ramboll|kontigo|sweco|oxford "
    "research|visita|svenskt näringsliv|coompanion|drivhuset|business sweden|"
    "jämtland härjedalen|jämtland och härjedalen|västra götaland|blekinge|"
    "dalarna|gotland|gävleborg|halland|jämtland|jönköping|kalmar|kronoberg|"
    "norrbotten|skåne|stockholm|sörmland|södermanland|uppsala|värmland|"
    "västerbotten|västernorrland|västmanland|örebro|östergötland)s?";

// What tells the part that somebody has.
constexpr std::string_view kRoleCue =
    "^(?:vice |1:e |2:e |t\\.?f\\.? |tillförordnad |bitr\\.? |biträdande )*"
    "(?:(?:mötes|avgående |tillträdande )?(?:ordf(?:\\.|örande)?|"
    "sekr(?:\\.|eterare)?)|(?:tjänstgörande )?(?:ledamot|ledamöter|ersättare|"
    "suppleant)|adj(?:\\.|ungerad)?|justerare|justeringsperson|protokollförare|"
    "föredragande|observatör|gäst|värd|moderator|praktikant|handläggare|"
    "projektledare|medlemsansvarig|verksamhetsledare|kassör|revisor|"
    "valberedning|direktör|vd|chef|strateg|analytiker|utvecklare|koordinator|"
    "processledare|konsult|forskare|professor|kommunalråd|regionråd|"
    "[\\pL -]*(?:direktör|chef|strateg|ledare|analytiker|utvecklare|"
    "samordnare|koordinator|ansvarig|sekreterare|ordförande|handläggare|"
    "råd|rapportör))(?: .*)?$";

// What is said about how somebody attends; begins with a small letter.
constexpr std::string_view kMannerCue =
    "^(?:via |på |digitalt|från |fr\\.?o\\.?m|t\\.?o\\.?m|till och med|§|punkt|"
    "del av|delvis|förmiddag|eftermiddag|kl |lämnade|anslöt|distans|länk|"
    "teams|zoom|närvarande|deltog|m\\.? ?fl).*$";

// A given name alone is still a person.
constexpr std::string_view kGivenNames =
    " anders andreas anna anne anneli annika arne barbro birgitta björn bo "
    "britt britta camilla carina carl carina catarina cecilia charlotta "
    "charlotte christer christian christina claes dan daniel david elin "
    "elisabet "
    "elisabeth emil emma erik eva fredrik gabriella gunilla gunnar gustav "
    "hanna "
    "hans helena helen henrik håkan ida inger ingrid jan jenny jens jessica "
    "joakim johan johanna johannes jonas josefin jörgen kajsa karin karl "
    "karolina katarina kenneth kerstin kjell klas kristian kristina lars lena "
    "lennart lina linda lisa lotta louise magdalena magnus malin marcus "
    "margareta "
    "maria marianne marie martin mats mattias maud mikael monica monika nils "
    "nina olle olof ove patrik per pernilla peter petra pia pär rickard robert "
    "roger sara sofia sofie staffan stefan stina susanne sven tomas tommy "
    "torbjörn torsten ulf ulla ulrika urban viktoria ylva åke åsa ";

// Between the words of a person's name.
constexpr std::string_view kParticles = " von af de van der la da di al el ";

// "och" inside a name is no border between two.
constexpr std::string_view kNamesWithAnd =
    "kommuner och regioner|kommuner och landsting|jämtland och härjedalen|"
    "jord- och|hav och|skogs- och|energi och|samhällsskydd och|bygg- och|"
    "forskning och|arbets- och";

const RE2& OrganizationCue() {
  static const RE2& cue = *Cue(kOrganizationCue).release();
  return cue;
}
const RE2& KnownOrganization() {
  static const RE2& cue = *Cue(kKnownOrganization).release();
  return cue;
}
const RE2& RoleCue() {
  static const RE2& cue =
      *std::make_unique<RE2>(Concat("(?i)", kRoleCue), RE2::Quiet).release();
  return cue;
}
const RE2& MannerCue() {
  static const RE2& cue =
      *std::make_unique<RE2>(Concat("(?i)", kMannerCue), RE2::Quiet).release();
  return cue;
}
const RE2& NamesWithAnd() {
  static const RE2& cue = *Cue(kNamesWithAnd).release();
  return cue;
}

bool IsRole(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  if (RE2::FullMatch(std::string(text), MannerCue())) return true;
  if (!RE2::FullMatch(std::string(text), RoleCue())) return false;
  // "Landshövding Anna Andersson" and "Energirådet" are no roles.
  return !StartsWithCapital(text) || text.find(' ') == text.npos ||
         !StartsWithCapital(text.substr(text.rfind(' ') + 1));
}

bool IsPersonWord(std::string_view word) {
  if (!StartsWithCapital(word)) return false;
  return std::all_of(word.begin(), word.end(), [](char c) {
    return absl::ascii_isalpha(c) || static_cast<unsigned char>(c) >= 0x80 ||
           c == '-' || c == '.' || c == '\'';
  });
}

// A part of a list of names, with what stands in parentheses after it.
struct Token {
  enum class Kind { kPerson, kOrganization, kRole, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string text;
  std::string inside;
  // Stands after a dash or colon that ties it to the token before.
  bool tied = false;
};

Token::Kind KindOfToken(std::string_view text) {
  if (IsRole(text)) return Token::Kind::kRole;
  switch (KindOfName(text)) {
    case NameKind::kOrganization:
      return Token::Kind::kOrganization;
    case NameKind::kPerson:
      return Token::Kind::kPerson;
    case NameKind::kUnknown:
      break;
  }
  // What begins with a small letter says something of the one before.
  return !StartsWithCapital(text) && !text.empty() &&
                 absl::ascii_isalpha(text[0])
             ? Token::Kind::kRole
             : Token::Kind::kUnknown;
}

// Length of a border between two names at the beginning of the text: comma,
// semicolon, "och", "samt", "&", colon, dash.
size_t Border(std::string_view rest, std::string_view before, bool& tied) {
  tied = false;
  if (rest[0] == ',' || rest[0] == ';' || rest[0] == '\n' || rest[0] == '|' ||
      rest[0] == '\t') {
    return 1;
  }
  if (rest[0] == ':' && rest.size() > 1 && absl::ascii_isspace(rest[1])) {
    tied = true;
    return 1;
  }
  // "…, Hans Roos. Region Skåne: …", but not "A. Andersson".
  if (rest[0] == '.' && rest.size() > 2 && rest[1] == ' ' &&
      StartsWithCapital(rest.substr(2)) && before.size() > 4 &&
      before.find_last_of(". ", before.size() - 1) < before.size() - 3 &&
      !before.ends_with("ordf") && !before.ends_with("sekr")) {
    return 2;
  }
  if (rest[0] != ' ') return 0;
  for (std::string_view dash : {" – ", " - ", " — ", " / "}) {
    if (rest.starts_with(dash)) {
      tied = true;
      return dash.size();
    }
  }
  // "Anna Ek från Tillväxtverket".
  constexpr std::string_view from_where = " från ";
  if (rest.starts_with(from_where) &&
      StartsWithCapital(rest.substr(from_where.size())) &&
      KindOfName(before) == NameKind::kPerson) {
    tied = true;
    return from_where.size();
  }
  for (std::string_view word : {" och ", " samt ", " & ", " respektive "}) {
    if (Lower(rest.substr(0, word.size())) != word) continue;
    const std::string_view next = rest.substr(word.size());
    if (!StartsWithCapital(next) || before.ends_with("-")) return 0;
    // "Kommuner och Regioner" is one name.
    const size_t from = before.size() > 20 ? before.size() - 20 : 0;
    const std::string around =
        Concat(before.substr(from), rest.substr(0, word.size() + 12));
    if (RE2::PartialMatch(around, NamesWithAnd())) return 0;
    return word.size();
  }
  return 0;
}

std::vector<Token> Tokens(std::string_view text) {
  std::vector<Token> tokens;
  bool tied = false;
  const auto add = [&](std::string_view part) {
    Token token;
    token.tied = tied && !tokens.empty();
    std::string plain = Plain(part);
    const size_t open = plain.find('(');
    if (open != plain.npos) {
      const size_t close = plain.rfind(')');
      token.inside = std::string(Trimmed(std::string_view(plain).substr(
          open + 1, close == plain.npos || close < open ? std::string_view::npos
                                                        : close - open - 1)));
      plain.resize(open);
    }
    std::string_view name = WithoutBullet(plain);
    while (name.ends_with(".") && !name.ends_with("ordf.") &&
           !name.ends_with("sekr.") && !name.ends_with("adj.")) {
      name = Trimmed(name.substr(0, name.size() - 1));
    }
    while (name.starts_with("och ") || name.starts_with("samt ") ||
           name.starts_with("från ")) {
      name = Trimmed(name.substr(name.find(' ')));
    }
    if (name.empty() && token.inside.empty()) return;
    token.text = std::string(name);
    token.kind = KindOfToken(name);
    if (name.empty() && !tokens.empty()) {
      tokens.back().inside = token.inside;
      return;
    }
    tokens.push_back(std::move(token));
  };
  size_t begin = 0;
  int open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++open;
    if (text[i] == ')' && open > 0) --open;
    if (open > 0) continue;
    bool next_tied = false;
    const size_t border =
        Border(text.substr(i), text.substr(begin, i - begin), next_tied);
    if (border == 0) continue;
    add(text.substr(begin, i - begin));
    tied = next_tied;
    begin = i + border;
    i = begin - 1;
  }
  add(text.substr(begin));
  return tokens;
}

void AddRole(std::string_view role, ParsedAttendance& attendance) {
  if (role.empty()) return;
  if (!attendance.role_text.empty()) attendance.role_text += ", ";
  attendance.role_text += role;
}

// Puts what stands in parentheses where it belongs; several people of one
// organisation become several attendances.
void AddInside(std::string_view inside,
               std::vector<ParsedAttendance>& entries) {
  if (inside.empty()) return;
  ParsedAttendance& entry = entries.back();
  const std::vector<Token> tokens = Tokens(inside);
  const bool of_organization = entry.person_text.empty();
  std::vector<std::string> people;
  for (const Token& token : tokens) {
    if (token.kind == Token::Kind::kRole) {
      AddRole(token.text, entry);
    } else if (of_organization && token.kind == Token::Kind::kPerson) {
      people.push_back(token.text);
    } else if (!of_organization && entry.organization_text.empty()) {
      entry.organization_text = token.text;
    } else {
      AddRole(token.text, entry);
    }
  }
  for (size_t i = 0; i < people.size(); ++i) {
    if (i > 0) {
      ParsedAttendance colleague = entries.back();
      colleague.person_text.clear();
      entries.push_back(colleague);
    }
    entries.back().person_text = people[i];
  }
}

// Whether organisations belong to the people before them: the list begins with
// a person and every person is followed by an organisation.
bool AreInPairs(const std::vector<Token>& tokens) {
  bool waiting = false;
  bool any = false;
  for (const Token& token : tokens) {
    if (token.kind == Token::Kind::kRole) continue;
    const bool organization = token.kind == Token::Kind::kOrganization;
    if (!any && organization) return false;
    if (!organization && waiting) return false;
    waiting = !organization;
    any = true;
  }
  return any && !waiting;
}

}  // namespace

NameKind KindOfName(std::string_view name) {
  const std::string plain = Plain(name.substr(0, 2 * kLongestName));
  if (plain.empty() || plain.size() > kLongestName) return NameKind::kUnknown;
  if (RE2::FullMatch(plain, KnownOrganization()) ||
      RE2::PartialMatch(plain, OrganizationCue())) {
    return NameKind::kOrganization;
  }
  std::vector<std::string_view> words;
  for (std::string_view word : Split(plain, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  if (words.size() == 1) {
    const bool capitals =
        plain.size() >= 2 && plain.size() <= 5 && Lower(plain) != plain &&
        std::all_of(plain.begin(), plain.end(), [](char c) {
          return absl::ascii_isupper(c) || absl::ascii_isdigit(c) ||
                 static_cast<unsigned char>(c) >= 0x80 || c == '&' || c == '-';
        });
    if (capitals && absl::ascii_isalpha(plain[0])) {
      return NameKind::kOrganization;
    }
    const std::string given =
        Concat(" ", Lower(plain.substr(0, plain.find('-'))), " ");
    return StartsWithCapital(plain) && Contains(kGivenNames, given)
               ? NameKind::kPerson
               : NameKind::kUnknown;
  }
  if (words.size() > 5) return NameKind::kUnknown;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool particle = i > 0 && i + 1 < words.size() &&
                          Contains(kParticles, Concat(" ", words[i], " "));
    if (!particle && !IsPersonWord(words[i])) return NameKind::kUnknown;
  }
  return NameKind::kPerson;
}

bool AreNames(std::string_view text) {
  text = Trimmed(text);
  if (text.empty()) return false;
  int names = 0;
  for (const Token& token : Tokens(text)) {
    if (token.text.size() > kLongestName) return false;
    if (token.kind == Token::Kind::kUnknown) {
      const auto spaces = std::count(token.text.begin(), token.text.end(), ' ');
      if (spaces > 3 || !StartsWithCapital(token.text)) return false;
    }
    if (token.kind == Token::Kind::kRole && names == 0 && token.text != "") {
      return false;
    }
    if (token.kind == Token::Kind::kPerson ||
        token.kind == Token::Kind::kOrganization) {
      ++names;
    }
  }
  return names > 0;
}

namespace {

void ReadLine(std::string_view text, int line, const NameList& list,
              bool people_expected, ParsedMinutes& minutes) {
  std::vector<Token> tokens = Tokens(text);
  std::vector<ParsedAttendance> entries;
  int people = 0;
  int organizations = 0;
  for (Token& token : tokens) {
    if (token.kind == Token::Kind::kUnknown &&
        Tokens(token.inside).size() == 1 &&
        KindOfName(token.inside) == NameKind::kOrganization) {
      token.kind = Token::Kind::kPerson;
    }
    people += token.kind == Token::Kind::kPerson;
    organizations += token.kind == Token::Kind::kOrganization;
  }
  const bool pairs = AreInPairs(tokens);
  // "Region Uppsala: Anna Andersson, Bo Berg".
  const bool one_organization =
      organizations == 1 && !tokens.empty() &&
      tokens[0].kind == Token::Kind::kOrganization &&
      (list.one_per_line || (tokens.size() > 1 && tokens[1].tied));
  // The organisation before a colon is everyone's that follows, until the next.
  std::string group;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind == Token::Kind::kOrganization) {
      const bool begins = i + 1 < tokens.size() && tokens[i + 1].tied &&
                          tokens[i + 1].kind != Token::Kind::kOrganization;
      group = begins ? token.text : "";
    }
    ParsedAttendance entry{
        .role_text = list.role, .absent = list.absent, .line = line};
    switch (token.kind) {
      case Token::Kind::kRole:
        if (entries.empty()) {
          // "Ordförande: Anna Andersson" gives its role to what follows.
          entry.role_text = token.text;
          entries.push_back(entry);
        } else {
          AddRole(token.text, entries.back());
        }
        continue;
      case Token::Kind::kOrganization:
        if (!entries.empty() && entries.back().organization_text.empty() &&
            (!entries.back().person_text.empty() ||
             !entries.back().role_text.empty()) &&
            ((pairs && group.empty()) || token.tied ||
             (list.one_per_line && organizations == 1))) {
          if (list.one_per_line && organizations == 1 && people > 1) {
            for (ParsedAttendance& other : entries) {
              other.organization_text = token.text;
            }
          }
          entries.back().organization_text = token.text;
        } else {
          entry.organization_text = token.text;
          entries.push_back(entry);
        }
        break;
      case Token::Kind::kUnknown:
      case Token::Kind::kPerson: {
        const bool person = token.kind == Token::Kind::kPerson ||
                            people_expected ||
                            (list.one_per_line && organizations == 1) || pairs;
        if (!entries.empty() && entries.back().person_text.empty() &&
            (one_organization || !group.empty() ||
             entries.back().organization_text.empty())) {
          entries.back().person_text = token.text;
        } else if (person) {
          entry.person_text = token.text;
          if (!group.empty()) entry.organization_text = group;
          if (one_organization && !entries.empty()) {
            entry.organization_text = entries[0].organization_text;
          }
          entries.push_back(entry);
        } else {
          entry.organization_text = token.text;
          entries.push_back(entry);
          minutes.unresolved.push_back(
              {token.text, line, Unresolved::Reason::kAmbiguousName});
        }
        break;
      }
    }
    AddInside(token.inside, entries);
  }
  for (ParsedAttendance& entry : entries) {
    if (entry.person_text.empty() && entry.organization_text.empty()) continue;
    minutes.attendances.push_back(std::move(entry));
  }
}

}  // namespace

void ReadNames(const std::vector<SourceLine>& lines, const NameList& list,
               ParsedMinutes& minutes) {
  static const RE2& open_ended = *Cue("<m\\.? ?fl\\.?>").release();
  // A line that the next one goes on from is one with it.
  std::vector<std::pair<std::string, int>> entries;
  bool goes_on = false;
  for (const SourceLine& line : lines) {
    std::string text = Plain(WithoutBullet(line.text));
    static const RE2 number("^(?:\\d{1,3}\\s?[.)]\\s+|\\[[ xX]\\]\\s*)");
    RE2::Replace(&text, number, "");
    if (text.empty()) continue;
    if (RE2::PartialMatch(text, open_ended)) {
      minutes.unresolved.push_back(
          {text, line.number, Unresolved::Reason::kListOpenEnded});
      static const RE2 others("(?i),?\\s*m\\.? ?fl\\.?\\s*$");
      RE2::Replace(&text, others, "");
    }
    if (goes_on && !entries.empty()) {
      entries.back().first += ' ';
      entries.back().first += text;
    } else {
      entries.emplace_back(text, line.number);
    }
    goes_on = text.ends_with(",") || text.ends_with(" och") ||
              text.ends_with(" samt") ||
              (!list.one_per_line && text.size() > 50 && Contains(text, ','));
  }
  int people = 0;
  int organizations = 0;
  for (const auto& [text, line] : entries) {
    for (const Token& token : Tokens(text)) {
      people += token.kind == Token::Kind::kPerson;
      organizations += token.kind == Token::Kind::kOrganization;
    }
  }
  for (const auto& [text, line] : entries) {
    if (!Contains(text, ';')) {
      ReadLine(text, line, list, people > organizations, minutes);
      continue;
    }
    // Semicolons part the entries, so that commas part what is in one.
    NameList one = list;
    one.one_per_line = true;
    for (std::string_view part : Split(text, ';')) {
      ReadLine(part, line, one, people > organizations, minutes);
    }
  }
}

std::vector<std::string> Cells(std::string_view row) {
  row = Trimmed(row);
  if (row.starts_with("|")) row.remove_prefix(1);
  if (row.ends_with("|")) row.remove_suffix(1);
  std::vector<std::string> cells;
  for (std::string_view cell : Split(row, '|')) cells.push_back(Plain(cell));
  return cells;
}

bool IsTable(const std::vector<SourceLine>& lines) {
  if (lines.size() < 2) return false;
  const std::string_view second = lines[1].text;
  return Contains(lines[0].text, '|') && Contains(second, '-') &&
         Contains(second, '|') &&
         second.find_first_not_of("|-: \t") == second.npos;
}

bool ReadNameTable(const std::vector<SourceLine>& lines, bool absent,
                   ParsedMinutes& minutes) {
  static const RE2 person("(?i)(?:namn|name|person|deltagare|ledamot).*");
  static const RE2 organization(
      "(?i)(?:org|region|myndighet|medlem|från|företräder).*");
  static const RE2 role("(?i)(?:roll|funktion|titel|uppdrag|befattning).*");
  static const RE2 presence("(?i)(?:närva|deltog|status|när).*");
  static const RE2 no("(?i)(?:nej|frånv.*|förhind.*|återbud.*|–|-|ej.*)");
  const std::vector<std::string> head = Cells(lines[0].text);
  const auto column = [&](const RE2& pattern) {
    for (size_t i = 0; i < head.size(); ++i) {
      if (RE2::FullMatch(head[i], pattern)) return i;
    }
    return head.size();
  };
  const size_t person_at = column(person);
  const size_t organization_at = column(organization);
  const size_t role_at = column(role);
  const size_t presence_at = column(presence);
  if (person_at == head.size() && organization_at == head.size()) return false;
  for (size_t row = 2; row < lines.size(); ++row) {
    const std::vector<std::string> cells = Cells(lines[row].text);
    const auto cell = [&](size_t i) {
      return i < head.size() && i < cells.size() ? cells[i] : std::string();
    };
    ParsedAttendance entry{
        .organization_text = cell(organization_at),
        .person_text = cell(person_at),
        .role_text = cell(role_at),
        .absent = absent || RE2::FullMatch(cell(presence_at), no),
        .line = lines[row].number};
    // A column "Deltagare" may hold organisations.
    if (entry.organization_text.empty() &&
        KindOfName(entry.person_text) == NameKind::kOrganization) {
      std::swap(entry.organization_text, entry.person_text);
    }
    if (entry.person_text.empty() && entry.organization_text.empty()) continue;
    minutes.attendances.push_back(std::move(entry));
  }
  return true;
}

void GiveRole(std::string_view person, std::string_view role, int line,
              bool add, ParsedMinutes& minutes) {
  ParsedMinutes read;
  ReadNames({{line, person}}, {.one_per_line = true}, read);
  for (ParsedAttendance& entry : read.attendances) {
    if (entry.person_text.empty()) continue;
    const auto known =
        std::find_if(minutes.attendances.begin(), minutes.attendances.end(),
                     [&](const ParsedAttendance& other) {
                       return other.person_text == entry.person_text;
                     });
    if (known != minutes.attendances.end()) {
      if (known->role_text.empty()) known->role_text = role;
      continue;
    }
    if (!add || KindOfName(entry.person_text) != NameKind::kPerson) continue;
    const std::string also = entry.role_text;
    entry.role_text = role;
    AddRole(also, entry);
    minutes.attendances.push_back(std::move(entry));
  }
}

}  // namespace reglab::meetings
