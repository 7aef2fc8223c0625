#include "services/meetings/minutes_page.h"

#include <cmark.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "services/common/embedded.h"
#include "services/common/spelling.h"
#include "services/meetings/minutes_assembly_rules.h"

namespace reglab {
extern const EmbeddedFile kMinutesStyle[];
}  // namespace reglab

namespace reglab::meetings {

using v1::Minutes;

namespace {

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        // No XML or HTML may hold other control characters.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') {
          escaped += c;
        }
    }
  }
  return escaped;
}

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
using Document = std::unique_ptr<cmark_node, FreeNode>;

// Puts `fresh` in the place of `node`, which is freed.
void Replace(cmark_node* node, cmark_node* fresh) {
  cmark_node_replace(node, fresh);
  cmark_node_free(node);
}

cmark_node* TextNode(std::string_view text) {
  cmark_node* node = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(node, std::string(text).c_str());
  return node;
}

void MoveChildren(cmark_node* from, cmark_node* to) {
  while (cmark_node* child = cmark_node_first_child(from)) {
    cmark_node_append_child(to, child);
  }
}

bool IsAddress(std::string_view url) {
  const std::string lower =
      absl::AsciiStrToLower(ForAbsl(url.substr(0, url.find(':') + 1)));
  return lower == "https:" || lower == "http:" || lower == "mailto:";
}

// A picture would be fetched, and a link may do what it likes: only what leads
// to a page or a letter stays one.
void ReplaceLink(cmark_node* node) {
  const char* url = cmark_node_get_url(node);
  const bool picture = cmark_node_get_type(node) == CMARK_NODE_IMAGE;
  const bool address = url != nullptr && IsAddress(url);
  if (!picture && address) return;
  cmark_node* fresh =
      cmark_node_new(address ? CMARK_NODE_LINK : CMARK_NODE_CUSTOM_INLINE);
  if (address) cmark_node_set_url(fresh, url);
  MoveChildren(node, fresh);
  if (address && cmark_node_first_child(fresh) == nullptr) {
    cmark_node_append_child(fresh, TextNode(url));
  }
  Replace(node, fresh);
}

void ReplaceHtml(cmark_node* node) {
  const char* literal = cmark_node_get_literal(node);
  cmark_node* text = TextNode(literal == nullptr ? "" : literal);
  if (cmark_node_get_type(node) == CMARK_NODE_HTML_INLINE) {
    Replace(node, text);
    return;
  }
  cmark_node* paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
  cmark_node_append_child(paragraph, text);
  Replace(node, paragraph);
}

// The nodes of some types, so that they can be replaced while none is walked.
std::vector<cmark_node*> NodesOf(cmark_node* root,
                                 std::initializer_list<cmark_node_type> types,
                                 cmark_event_type event) {
  std::vector<cmark_node*> nodes;
  cmark_iter* walk = cmark_iter_new(root);
  for (cmark_event_type at = cmark_iter_next(walk); at != CMARK_EVENT_DONE;
       at = cmark_iter_next(walk)) {
    cmark_node* node = cmark_iter_get_node(walk);
    const cmark_node_type type = cmark_node_get_type(node);
    if (at == event &&
        std::find(types.begin(), types.end(), type) != types.end()) {
      nodes.push_back(node);
    }
  }
  cmark_iter_free(walk);
  return nodes;
}

// One heading of the first level, the first one, and none that passes over a
// level.
void OrderHeadings(cmark_node* root) {
  int level = 0;
  for (cmark_node* heading :
       NodesOf(root, {CMARK_NODE_HEADING}, CMARK_EVENT_ENTER)) {
    const int wanted = cmark_node_get_heading_level(heading);
    level = level == 0 ? 1 : std::clamp(wanted, 2, std::min(level + 1, 6));
    cmark_node_set_heading_level(heading, level);
  }
}

std::string ToHtml(const std::string& markdown, bool& has_heading) {
  const Document document(cmark_parse_document(markdown.data(), markdown.size(),
                                               CMARK_OPT_VALIDATE_UTF8));
  for (cmark_node* node :
       NodesOf(document.get(), {CMARK_NODE_HTML_BLOCK, CMARK_NODE_HTML_INLINE},
               CMARK_EVENT_ENTER)) {
    ReplaceHtml(node);
  }
  // From the inside out: a picture may stand in a link.
  for (cmark_node* node :
       NodesOf(document.get(), {CMARK_NODE_LINK, CMARK_NODE_IMAGE},
               CMARK_EVENT_EXIT)) {
    ReplaceLink(node);
  }
  OrderHeadings(document.get());
  has_heading =
      !NodesOf(document.get(), {CMARK_NODE_HEADING}, CMARK_EVENT_ENTER).empty();
  char* html = cmark_render_html(document.get(), CMARK_OPT_DEFAULT);
  std::string text = html;
  free(html);
  return text;
}

std::string DayOf(const google::protobuf::Timestamp& time) {
  absl::TimeZone stockholm;
  absl::LoadTimeZone("Europe/Stockholm", &stockholm);
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(time.seconds()),
                          stockholm);
}

std::string InstantOf(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

std::string NameOf(const MinutesDocumentFacts& facts,
                   std::string_view resource) {
  const auto found = facts.names.find(resource);
  return std::string(found == facts.names.end() ? resource : found->second);
}

void Row(std::string& page, std::initializer_list<std::string_view> cells) {
  page += "<tr>";
  bool first = true;
  for (const std::string_view cell : cells) {
    page += Concat(first ? "<th scope=\"row\">" : "<td>", Escaped(cell),
                   first ? "</th>" : "</td>");
    first = false;
  }
  page += "</tr>\n";
}

std::string Foot(const MinutesDocumentFacts& facts) {
  const v1::MinutesVersion& version = facts.version;
  std::string page = "<footer>\n<table>\n<caption>Om dokumentet</caption>\n";
  page +=
      "<thead><tr><th scope=\"col\">Uppgift</th><th "
      "scope=\"col\">Värde</th></tr></thead>\n<tbody>\n";
  Row(page, {"Läge", StateInSwedish(facts.minutes.kind(), version.state())});
  if (version.number() > 0) {
    Row(page, {"Version",
               Concat(version.number(), ", ", DayOf(version.create_time()))});
  }
  if (!version.corrections_until().empty()) {
    Row(page, {"Rättelser senast", version.corrections_until()});
  }
  for (const Minutes::Approval& approval : facts.minutes.approvals()) {
    Row(page, {"Justerat av", Concat(NameOf(facts, approval.person()), ", ",
                                     DayOf(approval.approve_time()))});
  }
  for (const v1::CaseNumber& number : facts.case_numbers) {
    Row(page,
        {"Diarienummer", Concat(number.case_number(), " (",
                                NameOf(facts, number.organization()), ")")});
  }
  Row(page, {"Kontrollsumma (SHA-256)", version.digest()});
  page += "</tbody>\n</table>\n";
  const bool changed =
      std::any_of(facts.history.begin(), facts.history.end(),
                  [](const auto& each) { return !each.change().empty(); });
  if (changed) {
    page +=
        "<table>\n<caption>Versioner</caption>\n<thead><tr><th "
        "scope=\"col\">Version</th><th scope=\"col\">Datum</th><th "
        "scope=\"col\">Ändring</th><th scope=\"col\">Skäl</th></tr></thead>\n"
        "<tbody>\n";
    for (const v1::MinutesVersion& each : facts.history) {
      Row(page, {Concat(each.number()), DayOf(each.create_time()),
                 each.change(), each.reason()});
    }
    page += "</tbody>\n</table>\n";
  }
  return page + "</footer>\n";
}

// Elements are written one after the other; a value that is empty has none.
class Xml {
 public:
  void Open(std::string_view name, std::string_view attributes = "") {
    Line(Concat("<", name, attributes, ">"));
    depth_ += 2;
  }
  void Close(std::string_view name) {
    depth_ -= 2;
    Line(Concat("</", name, ">"));
  }
  void Value(std::string_view name, std::string_view value,
             std::string_view attributes = "") {
    if (value.empty()) return;
    Line(Concat("<", name, attributes, ">", Escaped(value), "</", name, ">"));
  }
  static std::string Attribute(std::string_view name, std::string_view value) {
    return value.empty() ? "" : Concat(" ", name, "=\"", Escaped(value), "\"");
  }
  std::string Take() { return std::move(out_); }

 private:
  void Line(std::string_view text) {
    out_ += Concat(std::string(depth_, ' '), text, "\n");
  }
  std::string out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  size_t depth_ = 0;
};

}  // namespace

std::string Sha256(std::string_view text) {
  unsigned char digest[32];
  EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha256(), nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<char*>(digest), sizeof(digest)));
}

std::string StateInSwedish(Minutes::Kind kind, Minutes::State state) {
  switch (state) {
    case Minutes::CIRCULATED:
      return kind == Minutes::RECORD ? "Utskickat för rättelser"
                                     : "Utskickade för rättelser";
    case Minutes::FINAL:
      return kind == Minutes::RECORD ? "Slutligt" : "Slutliga";
    case Minutes::APPROVED:
      return "Justerat";
    default:
      return "Utkast";
  }
}

std::string MinutesPage(const MinutesDocumentFacts& facts) {
  bool has_heading = false;
  const std::string body = ToHtml(facts.version.markdown(), has_heading);
  const std::string title = Concat(KindInSwedish(facts.minutes.kind()), ": ",
                                   facts.meeting.display_name());
  std::string page = Concat(
      "<!DOCTYPE html>\n<html lang=\"sv\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>",
      Escaped(title), "</title>\n<meta name=\"author\" content=\"Reglab\">\n",
      "<meta name=\"description\" content=\"",
      Escaped(Concat(KindInSwedish(facts.minutes.kind()), " från ",
                     facts.meeting.date())),
      "\">\n<style>", kMinutesStyle[0].text(),
      "</style>\n</head>\n<body>\n<header>\n");
  page += Concat("<p class=\"notice\" role=\"note\">", kDisclosureNotice,
                 ": hos en myndighet är det en allmän handling.</p>\n",
                 "</header>\n<main>\n");
  if (!has_heading) {
    page += Concat("<h1>", Escaped(facts.meeting.display_name()), "</h1>\n");
  }
  page += Concat(body, "</main>\n", Foot(facts), "</body>\n</html>\n");
  return page;
}

std::string MinutesArchive(const MinutesDocumentFacts& facts) {
  const v1::MinutesVersion& version = facts.version;
  Xml xml;
  xml.Open("minutes", " xmlns=\"urn:reglab:minutes-archive:1\"");
  xml.Value("identifier", facts.minutes.name());
  xml.Value("title", facts.meeting.display_name());
  xml.Value("type", Minutes::Kind_Name(facts.minutes.kind()));
  xml.Value("state", Minutes::State_Name(version.state()));
  xml.Value("version", Concat(version.number()));
  xml.Value("date", facts.meeting.date());
  if (version.has_create_time()) {
    xml.Value("created", InstantOf(version.create_time()));
  }
  xml.Value("creator", NameOf(facts, facts.meeting.body()),
            Xml::Attribute("resource", facts.meeting.body()));
  xml.Value("publisher", "Reglab");
  xml.Value("language", "sv");
  xml.Value("spatial", facts.meeting.place());
  xml.Value("rights", kDisclosureNotice);
  xml.Value("digest", version.digest(),
            Concat(" algorithm=\"SHA-256\" format=\"text/markdown\" size=\"",
                   version.markdown().size(), "\""));
  xml.Open("contributors");
  for (const std::string& organization : facts.organizations) {
    xml.Value("organization", NameOf(facts, organization),
              Xml::Attribute("resource", organization));
  }
  xml.Close("contributors");
  xml.Open("approvals");
  for (const Minutes::Approval& approval : facts.minutes.approvals()) {
    xml.Value("approval", NameOf(facts, approval.person()),
              Xml::Attribute("time", InstantOf(approval.approve_time())));
  }
  xml.Close("approvals");
  xml.Open("caseNumbers");
  for (const v1::CaseNumber& number : facts.case_numbers) {
    xml.Value("caseNumber", number.case_number(),
              Concat(Xml::Attribute("resource", number.organization()),
                     Xml::Attribute("organization",
                                    NameOf(facts, number.organization()))));
  }
  xml.Close("caseNumbers");
  xml.Open("history");
  for (const v1::MinutesVersion& each : facts.history) {
    xml.Open("event",
             Concat(" version=\"", each.number(), "\" state=\"",
                    Minutes::State_Name(each.state()), "\"",
                    Xml::Attribute("time", InstantOf(each.create_time())),
                    Xml::Attribute("digest", each.digest())));
    xml.Value("change", each.change());
    xml.Value("reason", each.reason());
    xml.Close("event");
  }
  xml.Close("history");
  xml.Close("minutes");
  return xml.Take();
}

}  // namespace reglab::meetings
