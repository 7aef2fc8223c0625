// The page and the metadata of minutes.
#include "services/meetings/minutes_page.h"

#include <gtest/gtest.h>

#include <string>

namespace reglab::meetings {
namespace {

MinutesDocumentFacts Facts(const std::string& markdown) {
  MinutesDocumentFacts facts;
  facts.meeting.set_name("meetings/m");
  facts.meeting.set_display_name("Styrelsen <b>5 maj</b> & \"andra\"");
  facts.meeting.set_body("bodies/board");
  facts.meeting.set_date("2026-05-05");
  facts.minutes.set_name("meetings/m/minutes");
  facts.minutes.set_kind(v1::Minutes::RECORD);
  facts.version.set_number(2);
  facts.version.set_state(v1::Minutes::APPROVED);
  facts.version.set_markdown(markdown);
  facts.version.set_digest(Sha256(markdown));
  facts.version.mutable_create_time()->set_seconds(1780000000);
  facts.names = {{"bodies/board", "Styrelsen"}};
  return facts;
}

std::string Main(const std::string& markdown) {
  const std::string page = MinutesPage(Facts(markdown));
  const size_t begin = page.find("<main>\n") + 7;
  return page.substr(begin, page.find("</main>") - begin);
}

TEST(Page, HasLanguageTitleLandmarksAndPrintStyles) {
  const std::string page = MinutesPage(Facts("# Möte\n\nText\n"));
  for (const char* part :
       {"<!DOCTYPE html>\n<html lang=\"sv\">", "<meta charset=\"utf-8\">",
        "<title>Protokoll: Styrelsen &lt;b&gt;5 maj&lt;/b&gt; &amp; "
        "&quot;andra&quot;</title>",
        "<header>", "<main>", "</main>", "<footer>", "@page", "@media print",
        "Mottagare kan behöva lämna ut detta", "<th scope=\"row\">Läge</th>",
        "<td>Justerat</td>"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(page.find("<b>"), std::string::npos);
}

TEST(Page, PutsHeadingsInOrder) {
  EXPECT_EQ(Main("### Möte\n\n##### Punkt\n\n# Annan\n\n#### Djup\n"),
            "<h1>Möte</h1>\n<h2>Punkt</h2>\n<h2>Annan</h2>\n<h3>Djup</h3>\n");
  EXPECT_TRUE(Main("Bara text\n").starts_with("<h1>Styrelsen &lt;b&gt;"));
}

TEST(Page, ShowsHtmlAsText) {
  const std::string html = Main(
      "# A\n\n<script>alert(1)</script>\n\nText <img src=x onerror=y> slut\n");
  EXPECT_EQ(html.find("<script"), std::string::npos) << html;
  EXPECT_EQ(html.find("<img"), std::string::npos) << html;
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;"),
            std::string::npos);
  EXPECT_NE(html.find("Text &lt;img src=x onerror=y&gt; slut"),
            std::string::npos);
}

TEST(Page, FetchesNothingAndLeadsToAddressesAlone) {
  const std::string html = Main(
      "# A\n\n![En bild](https://evil.example/x.png) "
      "[klicka](javascript:alert(1)) [fil](file:///etc/passwd) "
      "[sida](https://reglab.se) "
      "[![inne](http://a.example/b.png)](https://reglab.se/c)\n");
  EXPECT_EQ(html.find("<img"), std::string::npos) << html;
  EXPECT_EQ(html.find("javascript"), std::string::npos) << html;
  EXPECT_EQ(html.find("file:"), std::string::npos) << html;
  EXPECT_NE(html.find("<a href=\"https://evil.example/x.png\">En bild</a>"),
            std::string::npos)
      << html;
  EXPECT_NE(html.find("<a href=\"https://reglab.se\">sida</a>"),
            std::string::npos);
  const std::string page = MinutesPage(Facts("# A\n"));
  for (const char* fetched : {"src=", "@import", "url(", "<link", "<script"}) {
    EXPECT_EQ(page.find(fetched), std::string::npos) << fetched;
  }
}

TEST(Archive, EscapesWhatItSaysAndNamesTheDigest) {
  MinutesDocumentFacts facts = Facts("# Möte\n");
  v1::CaseNumber number;
  number.set_organization("organizations/skr");
  number.set_case_number("A&B <1>");
  facts.case_numbers.push_back(number);
  const std::string xml = MinutesArchive(facts);
  EXPECT_NE(xml.find("<title>Styrelsen &lt;b&gt;5 maj&lt;/b&gt; &amp; "
                     "&quot;andra&quot;</title>"),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find(">A&amp;B &lt;1&gt;</caseNumber>"), std::string::npos);
  EXPECT_NE(xml.find(Sha256("# Möte\n")), std::string::npos);
  EXPECT_EQ(Sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace reglab::meetings
