#include "gateway/documents/docs.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <iterator>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "gateway/documents/page.h"
#include "gateway/problem.h"

ABSL_FLAG(std::string, docs_assets, "",
          "The folder of the npm package swagger-ui-dist, which shows /docs; "
          "without it /docs is a plain list of the operations.");

namespace reglab::gateway {
namespace {

namespace json = boost::json;

constexpr char kHtml[] = "text/html; charset=utf-8";
// Nothing from anywhere else; the pages' own style stands in their head.
constexpr char kPlainPolicy[] =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";
constexpr char kViewerPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr char kViewerHead[] =
    "<link rel=\"stylesheet\" href=\"/docs/swagger-ui.css\">\n";
constexpr char kViewerBody[] = R"(<main id="viewer"></main>
<noscript>The same without scripts: <a href="/docs/operations">the operations</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
)";

constexpr char kViewerStart[] = R"(SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
});
)";

constexpr char kStyle[] = R"(<style>
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1,h2{line-height:1.2}code{font-size:.95em;background:#f0f0f0;padding:.1em .3em}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem;border-bottom:1px solid #ccc;vertical-align:top}
</style>
)";

std::string PlainPage(const std::string& title, const std::string& content) {
  return WritePage(
      {.title = title,
       .head = kStyle,
       .body = "<main>\n<h1>" + title + "</h1>\n" + content + "</main>\n"});
}

std::string TextOf(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return "";
  return std::string(value->get_string().data(), value->get_string().size());
}

std::string OperationsPage(const json::object& openapi) {
  std::string content =
      "<p>The whole description, for programs: <a "
      "href=\"/openapi.json\">/openapi.json</a>. Errors: <a "
      "href=\"/docs/problems\">the kinds of problems</a>.</p>\n";
  for (const json::value& tag : openapi.at("tags").as_array()) {
    const std::string name = TextOf(tag.as_object(), "name");
    content += "<h2>" + Escape(name) + "</h2>\n<p>" +
               Escape(TextOf(tag.as_object(), "description")) +
               "</p>\n<table>\n<thead><tr><th scope=\"col\">Request</th><th "
               "scope=\"col\">What it does</th></tr></thead>\n<tbody>\n";
    for (const auto& path : openapi.at("paths").as_object()) {
      for (const auto& operation : path.value().as_object()) {
        const json::object& about = operation.value().as_object();
        if (about.at("tags").as_array()[0] != tag.as_object().at("name")) {
          continue;
        }
        std::string verb(operation.key());
        for (char& c : verb) c = absl::ascii_toupper(c);
        content += "<tr><td><code>" + verb + " " +
                   Escape(std::string(path.key())) + "</code></td><td>" +
                   Escape(TextOf(about, "description")) + "</td></tr>\n";
      }
    }
    content += "</tbody>\n</table>\n";
  }
  return PlainPage("Reglab API", content);
}

std::string ProblemsPage() {
  std::string content =
      "<p>Every error is <code>application/problem+json</code>. Its "
      "<code>reason</code> is one of these, or one that the operation itself "
      "explains; its <code>detail</code> says what mends it.</p>\n<table>\n"
      "<thead><tr><th scope=\"col\">Reason</th><th scope=\"col\">Status</th>"
      "<th scope=\"col\">What it means</th></tr></thead>\n<tbody>\n";
  for (const ProblemReason& problem : ProblemReasons()) {
    content += "<tr id=\"" + problem.reason + "\"><td><code>" + problem.reason +
               "</code></td><td>" + std::to_string(problem.http_status) +
               "</td><td>" + Escape(problem.title_en) +
               "<br><span lang=\"sv\">" + Escape(problem.title_sv) +
               "</span></td></tr>\n";
  }
  content += "</tbody>\n</table>\n";
  return PlainPage("Problems", content);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::FailedPreconditionError(
        "--docs_assets: this file can't be read: " + path);
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

absl::StatusOr<std::map<std::string, Document>> MakeDocs(
    const json::object& openapi) {
  std::map<std::string, Document> pages;
  pages["/docs/operations"] = {kHtml, OperationsPage(openapi), "",
                               kPlainPolicy};
  pages["/docs/problems"] = {kHtml, ProblemsPage(), "", kPlainPolicy};
  pages["/docs"] = pages["/docs/operations"];
  const std::string assets = absl::GetFlag(FLAGS_docs_assets);
  if (assets.empty()) return pages;
  pages["/docs"] = {
      kHtml,
      WritePage(
          {.title = "Reglab API", .head = kViewerHead, .body = kViewerBody}),
      "", kViewerPolicy};
  pages["/docs/start.js"] = {"text/javascript; charset=utf-8", kViewerStart, "",
                             ""};
  const std::pair<const char*, const char*> files[] = {
      {"swagger-ui-bundle.js", "text/javascript; charset=utf-8"},
      {"swagger-ui.css", "text/css; charset=utf-8"}};
  for (const auto& [name, content_type] : files) {
    absl::StatusOr<std::string> body = ReadFile(assets + "/" + name);
    if (!body.ok()) return body.status();
    pages[std::string("/docs/") + name] = {content_type, *std::move(body), "",
                                           ""};
  }
  return pages;
}

}  // namespace reglab::gateway
