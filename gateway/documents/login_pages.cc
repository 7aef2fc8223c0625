#include "gateway/documents/login_pages.h"

#include "gateway/documents/page.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

constexpr char kStyle[] =
    R"(body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{line-height:1.2}
a{color:#00508f}
label{display:block;font-weight:600}
input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #595959}
ul{list-style:none;padding:0}
.choice{display:block;width:100%;box-sizing:border-box;margin:.5rem 0;padding:.75rem 1rem;font:inherit;text-align:left;color:#fff;background:#00508f;border:0;text-decoration:none;cursor:pointer}
:focus-visible{outline:3px solid #1b1b1b;outline-offset:2px}
)";

// The fragment never goes to a server; it is put into the form, and out of the
// address, before anything is sent.
constexpr char kScript[] = R"("use strict";
const code = location.hash.slice(1);
const field = document.getElementById("code");
if (code && field) {
  history.replaceState(null, "", location.pathname);
  field.value = code;
  document.getElementById("by-hand").hidden = true;
}
)";

// Its forms say where they come from, which no-referrer would keep back.
constexpr char kHead[] =
    R"(<meta name="referrer" content="same-origin">
<link rel="stylesheet" href="/login/pages.css">
)";

std::string LoginPageOf(std::string_view title, std::string_view content,
                        bool swedish) {
  return WritePage(
      {.language = swedish ? "sv" : "en",
       .title = Concat(title, " – Reglab"),
       .head = kHead,
       .body = Concat("<main>\n<h1>", title, "</h1>\n", content, "</main>\n")});
}

std::string NoProvider(bool swedish) {
  return Concat("<p>",
                swedish ? "Ingen inloggning är ännu inställd här. Fråga den "
                          "som driver tjänsten."
                        : "No login has been set up here yet. Ask whoever "
                          "runs the service.",
                "</p>\n");
}

// The form into which the script, or a person, puts the code.
std::string CodeForm(std::string_view path, std::string_view buttons,
                     bool swedish) {
  return Concat(
      "<form method=\"post\" action=\"", path, "\">\n<div id=\"by-hand\">\n",
      "<label for=\"code\">",
      swedish ? "Koden ur länken, efter tecknet #"
              : "The code from the link, after the character #",
      "</label>\n<input id=\"code\" name=\"code\" required maxlength=\"100\" "
      "autocomplete=\"off\" spellcheck=\"false\">\n</div>\n",
      buttons, "</form>\n<script src=\"/login/fragment.js\"></script>\n");
}

}  // namespace

std::string LoginPage(const std::vector<LoginChoice>& choices, bool logged_in,
                      bool swedish) {
  std::string content;
  if (logged_in) {
    content = Concat("<p>", swedish ? "Du är inloggad." : "You are logged in.",
                     "</p>\n<form method=\"post\" action=\"/logout\">\n"
                     "<button class=\"choice\">",
                     swedish ? "Logga ut" : "Log out", "</button>\n</form>\n");
  } else if (choices.empty()) {
    content = NoProvider(swedish);
  } else {
    content = Concat(
        "<p>", swedish ? "Välj var du loggar in:" : "Choose where you log in:",
        "</p>\n<ul>\n");
    for (const LoginChoice& choice : choices) {
      content +=
          Concat("<li><a class=\"choice\" href=\"", Escape(choice.target),
                 "\">", Escape(choice.display_name), "</a></li>\n");
    }
    content += "</ul>\n";
  }
  return LoginPageOf(swedish ? "Logga in" : "Log in", content, swedish);
}

std::string InvitationPage(bool swedish) {
  const std::string button =
      Concat("<button class=\"choice\">",
             swedish ? "Visa inbjudan" : "Show the invitation", "</button>\n");
  return LoginPageOf(swedish ? "Din inbjudan" : "Your invitation",
                     CodeForm("/invitation", button, swedish), swedish);
}

std::string InviteePage(const membership::v1::Invitee& invitee,
                        std::string_view code,
                        const std::vector<LoginChoice>& choices, bool swedish) {
  const std::string person = Escape(invitee.person_display_name());
  const std::string organization = Escape(invitee.organization_display_name());
  const std::string inviter = Escape(invitee.inviter_display_name());
  std::string content =
      swedish ? Concat("<p>Inbjudan är till <strong>", person,
                       "</strong>, som handlar för ", organization,
                       " i Reglab. Den kommer från ",
                       inviter.empty() ? "Reglabs kansli" : inviter,
                       ".</p>\n<p>Är det inte du? Stäng sidan; länken är kvar "
                       "åt den som den är till.</p>\n")
              : Concat("<p>The invitation is for <strong>", person,
                       "</strong>, who acts for ", organization,
                       " in Reglab. It comes from ",
                       inviter.empty() ? "Reglab's secretariat" : inviter,
                       ".</p>\n<p>Is that not you? Close the page; the link "
                       "stays for whom it is for.</p>\n");
  if (choices.empty()) {
    content += NoProvider(swedish);
  } else {
    content += Concat(
        "<form method=\"post\" action=\"/invitation\">\n"
        "<input type=\"hidden\" name=\"code\" value=\"",
        Escape(code), "\">\n<p>",
        swedish ? "Logga in hos din organisation för att ta emot inbjudan:"
                : "Log in with your organisation to accept the invitation:",
        "</p>\n");
    for (const LoginChoice& choice : choices) {
      content += Concat("<button class=\"choice\" name=\"issuer\" value=\"",
                        Escape(choice.target), "\">",
                        Escape(choice.display_name), "</button>\n");
    }
    content += "</form>\n";
  }
  return LoginPageOf(swedish ? "Din inbjudan" : "Your invitation", content,
                     swedish);
}

std::string GuestPage(bool swedish) {
  const std::string button =
      Concat("<button class=\"choice\">", swedish ? "Fortsätt" : "Continue",
             "</button>\n");
  return LoginPageOf(swedish ? "Välkommen som gäst" : "Welcome as a guest",
                     CodeForm("/guest", button, swedish), swedish);
}

std::string TroublePage(std::string_view text, bool swedish) {
  return LoginPageOf(
      swedish ? "Det gick inte" : "That did not work",
      Concat("<p>", Escape(text), "</p>\n<p><a href=\"/login\">",
             swedish ? "Till inloggningen" : "To the login", "</a></p>\n"),
      swedish);
}

std::map<std::string, Document> MakeLoginAssets() {
  return {{"/login/pages.css", {"text/css; charset=utf-8", kStyle, "", ""}},
          {"/login/fragment.js",
           {"text/javascript; charset=utf-8", kScript, "", ""}}};
}

}  // namespace reglab::gateway
