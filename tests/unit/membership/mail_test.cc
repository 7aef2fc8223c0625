#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/common/errors.h"
#include "services/membership/mail_message.h"
#include "services/membership/mail_template.h"
#include "services/membership/sealed.h"

namespace reglab::membership {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LetterValues Invitation() {
  return {.parameters = {{"organization", "Region Örebro län"},
                         {"inviter", "Astrid Lindqvist"},
                         {"expires", "2026-12-01"}},
          .lead = "",
          .link = "https://reglab.example/join#token=abc&x=1"};
}

Envelope ToAstrid() {
  return {.from = "reglab@example.se",
          .to = "astrid@example.se",
          .id = "k3m5q7s2",
          .date = absl::FromUnixSeconds(1795500000)};
}

TEST(Letters, ExistInBothLanguagesWithTheSameNames) {
  const LetterValues everything = {.parameters = {{"organization", "O"},
                                                  {"inviter", "I"},
                                                  {"expires", "E"},
                                                  {"title", "T"},
                                                  {"text", "X"},
                                                  {"subscription", "S"},
                                                  {"url", "U"},
                                                  {"when", "W"},
                                                  {"place", "P"},
                                                  {"since", "N"},
                                                  {"error", "R"}},
                                   .lead = "L",
                                   .link = "https://a.example/"};
  for (const char* name : {"invitation", "meeting-invitation", "one-time-link",
                           "circulation", "notice", "subscription-paused"}) {
    for (const char* language : {"sv", "en"}) {
      const auto letter = WriteLetter(name, language, everything);
      ASSERT_TRUE(letter.ok()) << name << language << letter.status();
      EXPECT_FALSE(letter->title.empty());
      EXPECT_THAT(letter->text, HasSubstr("Reglab"));
      EXPECT_THAT(letter->text, Not(HasSubstr("{{")));
      EXPECT_THAT(letter->html, Not(HasSubstr("{{")));
      EXPECT_THAT(letter->html,
                  HasSubstr(absl::StrCat("<html lang=\"", language, "\">")));
    }
  }
}

TEST(Letters, SayInPlainTextAndInHtmlTheSame) {
  const auto letter = WriteLetter("invitation", "sv", Invitation());
  ASSERT_TRUE(letter.ok()) << letter.status();
  EXPECT_EQ(letter->title, "Inbjudan till Reglab från Region Örebro län");
  EXPECT_THAT(letter->text, HasSubstr("Astrid Lindqvist bjuder in dig"));
  EXPECT_THAT(letter->text,
              HasSubstr("\n\nhttps://reglab.example/join#token=abc&x=1\n\n"));
  EXPECT_THAT(letter->html,
              HasSubstr("<a href=\"https://reglab.example/join#token=abc&amp;"
                        "x=1\">"));
}

TEST(Letters, EscapeWhatIsNotTheirs) {
  LetterValues values = Invitation();
  values.parameters["inviter"] =
      "<script>alert(\"1\")</script>&'{{expires}}\r\n\x01";
  const auto letter = WriteLetter("invitation", "en", values);
  ASSERT_TRUE(letter.ok()) << letter.status();
  EXPECT_THAT(letter->html, Not(HasSubstr("<script>")));
  EXPECT_THAT(letter->html, HasSubstr("&lt;script&gt;alert(&quot;1&quot;)"
                                      "&lt;/script&gt;&amp;&#39;{{expires}}"));
  // A value is no template.
  EXPECT_THAT(letter->text, HasSubstr("{{expires}}\n"));
  EXPECT_THAT(letter->text, Not(HasSubstr("\x01")));
}

TEST(Letters, SayBeforeACirculationThatItMayBeDisclosed) {
  const LetterValues values = {.parameters = {{"title", "Anteckningar"}}};
  for (const char* language : {"sv", "en"}) {
    const auto letter = WriteLetter("circulation", language, values);
    ASSERT_TRUE(letter.ok()) << letter.status();
    EXPECT_TRUE(
        absl::StartsWith(letter->text, "Mottagare kan behöva lämna ut detta"));
  }
}

TEST(Letters, NameTheLeadBesideReglab) {
  LetterValues values = {.parameters = {{"title", "T"}, {"text", "X"}},
                         .lead = "Region Uppsala"};
  const auto with = WriteLetter("notice", "sv", values);
  ASSERT_TRUE(with.ok());
  EXPECT_THAT(with->text, HasSubstr("Skickat av Reglab"));
  EXPECT_THAT(with->text, HasSubstr("Region Uppsala leder"));
  values.lead.clear();
  EXPECT_THAT(WriteLetter("notice", "sv", values)->text,
              Not(HasSubstr("leder")));
}

TEST(Letters, NameWhatIsMissing) {
  LetterValues values = Invitation();
  values.parameters.erase("inviter");
  const auto missing = WriteLetter("invitation", "sv", values);
  EXPECT_TRUE(absl::IsInvalidArgument(missing.status()));
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("inviter"));
  const auto unknown = WriteLetter("footer", "sv", values);
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("circulation, invitation, meeting-invitation, notice, "
                        "one-time-link, subscription-paused"));
  EXPECT_FALSE(WriteLetter("notice", "de", values).ok());
  EXPECT_FALSE(WriteLetter("../notice", "sv", values).ok());
}

TEST(Messages, HaveTheHeadersThatMailNeeds) {
  const std::string message = WriteMessage(
      ToAstrid(), {.title = "Hej", .text = "Rad\n", .html = "<p>Rad</p>\n"});
  EXPECT_TRUE(absl::StartsWith(
      message,
      "From: Reglab <reglab@example.se>\r\nTo: <astrid@example.se>\r\n"
      "Subject: Hej\r\nDate: "));
  EXPECT_THAT(message, HasSubstr("\r\nMessage-ID: <k3m5q7s2@example.se>\r\n"));
  EXPECT_THAT(message, HasSubstr("\r\nAuto-Submitted: auto-generated\r\n"));
  EXPECT_EQ(message, WriteMessage(ToAstrid(), {.title = "Hej",
                                               .text = "Rad\n",
                                               .html = "<p>Rad</p>\n"}));
}

TEST(Messages, EncodeLettersOutsideAscii) {
  std::string title;
  for (int i = 0; i < 20; ++i) title += "smörgåsbord ";
  const std::string message = WriteMessage(
      ToAstrid(), {.title = title, .text = "åäö = 1\n.\nslut \n", .html = ""});
  for (const absl::string_view line :
       std::vector<absl::string_view>(absl::StrSplit(message, "\r\n"))) {
    EXPECT_LE(line.size(), 78u) << line;
    for (const char c : line) {
      EXPECT_TRUE(c >= 0x20 && c < 0x7f) << line;
    }
  }
  EXPECT_THAT(message, HasSubstr("Subject: =?UTF-8?B?"));
  // "=" and the space before the end of a line are encoded, and no line is a
  // lone dot, which would end the letter.
  EXPECT_THAT(message,
              HasSubstr("=C3=A5=C3=A4=C3=B6 =3D 1\r\n=2E\r\nslut=20\r\n"));
}

TEST(Messages, LetNoValueAddAHeader) {
  const std::string message =
      WriteMessage(ToAstrid(), {.title = "Hej\r\nBcc: all@example.se\nX: y",
                                .text = "\r\n.\r\nMAIL FROM:<x>\r\n",
                                .html = ""});
  EXPECT_THAT(message, HasSubstr("Subject: Hej  Bcc: all@example.se X: y\r\n"));
  EXPECT_THAT(message, Not(HasSubstr("\nBcc:")));
  // Every LF belongs to a CRLF.
  EXPECT_EQ(absl::StrReplaceAll(message, {{"\r\n", ""}}).find('\n'),
            std::string::npos);
}

TEST(Addresses, AreThoseThatAnEnvelopeCanHold) {
  for (const char* address : {"a@b.se", "astrid.lindqvist@example.se",
                              "a+b_c-d@x.example", "o'neill@example.se"}) {
    EXPECT_TRUE(IsAddress(address)) << address;
  }
  const std::string long_local(65, 'a');
  for (const std::string& address :
       {std::string(), std::string("a"), std::string("@b.se"),
        std::string("a@"), std::string("a@b@c.se"), std::string("a b@c.se"),
        std::string("a@b.se\r\nRCPT TO:<x@y.se>"), std::string("<a@b.se>"),
        std::string("a@b..se"), std::string("a@.se"), std::string("å@b.se"),
        std::string("a@[127.0.0.1]"), std::string("\"a\"@b.se"),
        long_local + "@b.se"}) {
    EXPECT_FALSE(IsAddress(address)) << address;
  }
}

TEST(Secrets, OpenOnlyWhereTheyWereSealed) {
  const std::string sealed = Seal("whsec_åäö", "subscriptions/a");
  EXPECT_EQ(sealed.find("whsec"), std::string::npos);
  EXPECT_NE(sealed, Seal("whsec_åäö", "subscriptions/a"));
  EXPECT_EQ(*Unseal(sealed, "subscriptions/a"), "whsec_åäö");
  EXPECT_FALSE(Unseal(sealed, "subscriptions/b").ok());
  EXPECT_FALSE(Unseal("", "subscriptions/a").ok());
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = char(changed[i] ^ 1);
    EXPECT_FALSE(Unseal(changed, "subscriptions/a").ok()) << i;
  }
}

}  // namespace
}  // namespace reglab::membership
