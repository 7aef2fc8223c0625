#include "services/membership/mail_template.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/common/embedded.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
extern const EmbeddedFile kMailTemplates[];
}  // namespace reglab

namespace reglab::membership {
namespace {

constexpr std::string_view kTitlePrefix = "Subject: ";
constexpr std::string_view kLayout = "layout.html";

std::optional<std::string_view> Find(std::string_view file) {
  for (const EmbeddedFile* each = kMailTemplates; each->name; ++each) {
    if (file == each->name) return each->text();
  }
  return std::nullopt;
}

// Those that a letter can be made from: not the parts that all have in common.
std::string KnownTemplates() {
  std::set<std::string> names;
  for (const EmbeddedFile* each = kMailTemplates; each->name; ++each) {
    const std::string_view name = each->name;
    if (name.ends_with(".sv.txt") && !name.starts_with("footer")) {
      names.emplace(name.substr(0, name.find('.')));
    }
  }
  std::string list;
  for (const std::string& name : names) {
    absl::StrAppend(&list, list.empty() ? "" : ", ", name);
  }
  return list;
}

absl::Status UnknownTemplate(std::string_view name) {
  return InvalidField(
      "template", {absl::StrCat("There is no template \"", Excerpt(name),
                                "\". Use one of ", KnownTemplates(), "."),
                   absl::StrCat("Det finns ingen mall ”", Excerpt(name),
                                "”. Använd en av ", KnownTemplates(), ".")});
}

absl::Status MissingParameter(std::string_view name) {
  return InvalidField(
      absl::StrCat("parameters.", ForAbsl(name)),
      {absl::StrCat("The template needs ", ForAbsl(name), ". Give it a value."),
       absl::StrCat("Mallen behöver ", ForAbsl(name), ". Ange ett värde.")});
}

// Line breaks as LF, and no other control characters.
std::string Clean(std::string_view value) {
  std::string clean;
  for (const char c : value) {
    if (c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20) {
      if (c != 0x7f) clean.push_back(c);
    }
  }
  return clean;
}

std::string Escape(std::string_view text) {
  return absl::StrReplaceAll(ForAbsl(text), {{"&", "&amp;"},
                                             {"<", "&lt;"},
                                             {">", "&gt;"},
                                             {"\"", "&quot;"},
                                             {"'", "&#39;"}});
}

using Values = std::map<std::string, std::string, std::less<>>;

// The name when `text` is one {{name}} and nothing else.
std::string_view OnlyName(std::string_view text) {
  if (!text.starts_with("{{") || !text.ends_with("}}") ||
      text.find("}}") + 2 != text.size()) {
    return "";
  }
  return text.substr(2, text.size() - 4);
}

absl::StatusOr<std::string> Fill(
    std::string_view pattern, const Values& values,
    const std::function<std::string(std::string_view)>& write) {
  std::string filled;
  for (;;) {
    const size_t begin = pattern.find("{{");
    const size_t end =
        begin == pattern.npos ? pattern.npos : pattern.find("}}", begin);
    if (end == pattern.npos) {
      absl::StrAppend(&filled, write(pattern));
      return filled;
    }
    const std::string_view name = pattern.substr(begin + 2, end - begin - 2);
    const auto value = values.find(name);
    if (value == values.end() || value->second.empty()) {
      return MissingParameter(name);
    }
    absl::StrAppend(&filled, write(pattern.substr(0, begin)),
                    write(value->second));
    pattern.remove_prefix(end + 2);
  }
}

std::string AsItIs(std::string_view text) { return std::string(text); }
std::string OnOneLine(std::string_view text) {
  return absl::StrReplaceAll(ForAbsl(text), {{"\n", " "}, {"\t", " "}});
}
std::string AsHtml(std::string_view text) {
  return absl::StrReplaceAll(Escape(text), {{"\n", "<br>\n"}});
}

}  // namespace

absl::StatusOr<Letter> WriteLetter(std::string_view name,
                                   std::string_view language,
                                   const LetterValues& given) {
  if (language != "sv" && language != "en") {
    return InvalidField("language", {"It must be \"sv\" or \"en\".",
                                     "Det måste vara ”sv” eller ”en”."});
  }
  const auto file = Find(Concat(name, ".", language, ".txt"));
  const auto footer = Find(Concat(given.lead.empty() ? "footer" : "footer-lead",
                                  ".", language, ".txt"));
  const auto layout = Find(kLayout);
  if (name.starts_with("footer") || !file || !footer || !layout ||
      !file->starts_with(kTitlePrefix)) {
    return UnknownTemplate(name);
  }
  Values values;
  for (const auto& [key, value] : given.parameters) {
    values[key] = Clean(value);
  }
  values["lead"] = Clean(given.lead);
  values["link"] = Clean(given.link);

  Letter letter;
  const size_t title_end = file->find('\n');
  ASSIGN_OR_RETURN(
      letter.title,
      Fill(file->substr(kTitlePrefix.size(), title_end - kTitlePrefix.size()),
           values, OnOneLine));
  letter.title = OnOneLine(letter.title);
  const std::string body = Concat(file->substr(title_end), "\n\n", *footer);
  std::string html;
  for (const absl::string_view part :
       std::vector<absl::string_view>(absl::StrSplit(body, "\n\n"))) {
    std::string_view paragraph(part.data(), part.size());
    while (paragraph.starts_with('\n')) paragraph.remove_prefix(1);
    while (paragraph.ends_with('\n')) paragraph.remove_suffix(1);
    if (paragraph.empty()) continue;
    const std::string_view only = OnlyName(paragraph);
    if (!only.empty()) {
      const auto value = values.find(only);
      if (value == values.end() || value->second.empty()) continue;
    }
    ASSIGN_OR_RETURN(const std::string text, Fill(paragraph, values, AsItIs));
    absl::StrAppend(&letter.text, letter.text.empty() ? "" : "\n\n", text);
    if (only == "link") {
      absl::StrAppend(&html, "<p><a href=\"", Escape(text), "\">", Escape(text),
                      "</a></p>\n");
    } else {
      ASSIGN_OR_RETURN(const std::string markup,
                       Fill(paragraph, values, AsHtml));
      absl::StrAppend(&html, "<p>", markup, "</p>\n");
    }
  }
  letter.text.push_back('\n');
  letter.html = absl::StrReplaceAll(ForAbsl(*layout),
                                    {{"{{language}}", ForAbsl(language)},
                                     {"{{title}}", Escape(letter.title)},
                                     {"{{content}}", html}});
  return letter;
}

}  // namespace reglab::membership
