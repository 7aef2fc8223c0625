#include "services/meetings/referral_rules.h"

#include <algorithm>

#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"

namespace reglab::meetings {
namespace {

using v1::Referral;

// How long a one-time link can be used. A reminder has a new one.
constexpr absl::Duration kLinkLife = absl::Hours(60 * 24);

bool HasEnded(Referral::State state) {
  return state == Referral::ANSWERED || state == Referral::RETURNED ||
         state == Referral::CLOSED_WITHOUT_ANSWER;
}

absl::Status Ended(Referral::State state) {
  const char* en = state == Referral::ANSWERED   ? "was answered"
                   : state == Referral::RETURNED ? "was returned"
                                                 : "was closed";
  const char* sv = state == Referral::ANSWERED   ? "är besvarat"
                   : state == Referral::RETURNED ? "har kommit tillbaka"
                                                 : "är avslutat";
  return Refused("REFERRAL_ENDED",
                 {Concat("The referral ", en,
                         "; nothing changes in it any more. Make a new one if "
                         "there is more to ask."),
                  Concat("Det som skickades vidare ", sv,
                         "; inget ändras i det längre. Gör ett nytt om det "
                         "finns mer att fråga.")});
}

absl::Status NotSent() {
  return Refused("REFERRAL_NOT_SENT",
                 {"The referral is a draft. Send it first.",
                  "Det är ett utkast. Skicka det först."});
}

// Enough to keep a typing error from a mail server; membership checks the rest.
bool LooksLikeAddress(std::string_view email) {
  const size_t at = email.find('@');
  return at != 0 && at != email.npos && at + 1 < email.size() &&
         email.find('@', at + 1) == email.npos &&
         email.find_first_of(" \t\r\n<>,;") == email.npos;
}

std::string CameBack(const Referral& referral) {
  return Concat(referral.state() == Referral::ANSWERED ? "Svar har kommit: "
                : referral.state() == Referral::RETURNED
                    ? "Kom tillbaka utan svar: "
                    : "Avslutat utan svar: ",
                referral.title());
}

const std::string& WhatCameBack(const Referral& referral) {
  return referral.state() == Referral::ANSWERED ? referral.answer()
                                                : referral.reason();
}

std::string TitleOn(const Referral& referral, Occasion occasion) {
  const std::string& title = referral.title();
  switch (occasion) {
    case Occasion::kSent:
      return Concat("En fråga till er: ", title);
    case Occasion::kDueSoon:
      return Concat("Snart dags att svara: ", title);
    case Occasion::kOverdue:
      return Concat("Svaret dröjer: ", title);
    case Occasion::kReminded:
      return Concat("Påminnelse: ", title);
    case Occasion::kCameBack:
      return CameBack(referral);
  }
  return title;
}

}  // namespace

absl::Status CheckReferral(std::string_view prefix, const Referral& referral) {
  RETURN_IF_ERROR(CheckDate(Concat(prefix, "due_date"), referral.due_date()));
  const std::string field = Concat(prefix, "target");
  const std::string& target = referral.target();
  if (target.empty()) return absl::OkStatus();
  if (target == referral.from_body()) {
    return InvalidField(
        field,
        {"A referral goes to another body than the one that sends it. Name "
         "another one.",
         "Det som skickas vidare går till ett annat organ än det som skickar. "
         "Ange ett annat."});
  }
  const bool to_body = target.starts_with("bodies/");
  if (referral.kind() == Referral::ASSIGNED && !to_body) {
    return InvalidField(
        field,
        {"What is ASSIGNED goes to a body. Name one, or make it FORWARDED.",
         "Det som är ASSIGNED går till ett organ. Ange ett, eller gör det "
         "FORWARDED."});
  }
  if (referral.kind() == Referral::FORWARDED && to_body) {
    return InvalidField(
        field,
        {"What is FORWARDED goes to an organisation. Name one, or make it "
         "ASSIGNED.",
         "Det som är FORWARDED går till en organisation. Ange en, eller gör "
         "det ASSIGNED."});
  }
  return absl::OkStatus();
}

absl::Status CheckChange(Referral::State state,
                         const std::vector<std::string>& changed) {
  if (state == Referral::DRAFT) return absl::OkStatus();
  if (HasEnded(state)) return Ended(state);
  const bool small =
      std::all_of(changed.begin(), changed.end(), [](const std::string& field) {
        return field == "due_date" || field == "visibility";
      });
  if (small) return absl::OkStatus();
  return Refused("REFERRAL_SENT",
                 {"The referral was sent; only its due date and its visibility "
                  "change. Close it, or ask for its return, and make a new "
                  "one.",
                  "Det är skickat; bara svarsdagen och synligheten ändras. "
                  "Avsluta det, eller be att få det tillbaka, och gör ett "
                  "nytt."});
}

absl::Status CheckDelete(const Referral& referral) {
  if (referral.state() == Referral::DRAFT) return absl::OkStatus();
  return Refused("REFERRAL_SENT",
                 {"The referral was sent, and what was sent is kept. Close it "
                  "instead.",
                  "Det är skickat, och det som har skickats sparas. Avsluta "
                  "det i stället."});
}

absl::Status CheckSend(const Referral& referral, std::string_view email,
                       std::string_view today) {
  if (referral.state() != Referral::DRAFT) {
    return Refused("REFERRAL_NOT_DRAFT",
                   {"The referral was sent already. Send a reminder instead.",
                    "Det är redan skickat. Skicka en påminnelse i stället."});
  }
  if (!email.empty() && referral.kind() == Referral::ASSIGNED) {
    return InvalidField(
        "email", {"A body is reached through those who lead it. Leave the "
                  "address out.",
                  "Ett organ nås genom dem som leder det. Utelämna adressen."});
  }
  if (!email.empty() && !LooksLikeAddress(email)) {
    return InvalidField(
        "email", {"That is no e-mail address. Give one like name@example.se.",
                  "Det är ingen e-postadress. Ange en som "
                  "namn@example.se."});
  }
  if (referral.target().empty() && email.empty()) {
    return Refused(
        "REFERRAL_WITHOUT_TARGET",
        {"Nobody is named to whom it goes. Set its target first, or for an "
         "organisation give an e-mail address.",
         "Det sägs inte till vem det går. Ange mottagaren (target) först, "
         "eller för en organisation en e-postadress."},
        {{"referral.target", {"It is empty.", "Det är tomt."}}});
  }
  if (!referral.due_date().empty() && referral.due_date() < today) {
    return Refused(
        "REFERRAL_DUE_PAST",
        {Concat("An answer would have been due on ", referral.due_date(),
                ", which is past. Set another due date first."),
         Concat("Svaret skulle ha kommit ", referral.due_date(),
                ", som har passerat. Ange en annan svarsdag först.")},
        {{"referral.due_date", {"It is past.", "Dagen har passerat."}}});
  }
  return absl::OkStatus();
}

absl::Status CheckOut(const Referral& referral) {
  if (referral.state() == Referral::SENT ||
      referral.state() == Referral::ACKNOWLEDGED) {
    return absl::OkStatus();
  }
  return Refused("REFERRAL_NOT_OUT",
                 {"The referral is not out: nobody is to be reminded of it.",
                  "Det är inte ute: ingen ska påminnas om det."});
}

absl::Status CheckStep(const Referral& referral, Referral::State next) {
  if (referral.state() == Referral::DRAFT) return NotSent();
  if (HasEnded(referral.state())) return Ended(referral.state());
  if (next == Referral::ACKNOWLEDGED &&
      referral.state() == Referral::ACKNOWLEDGED) {
    return Refused("REFERRAL_ACKNOWLEDGED",
                   {"The referral was acknowledged before. Answer or return it "
                    "next.",
                    "Det är redan mottaget. Besvara det eller lämna det "
                    "tillbaka härnäst."});
  }
  if (next == Referral::CLOSED_WITHOUT_ANSWER &&
      referral.kind() == Referral::ASSIGNED) {
    return Refused("REFERRAL_ASSIGNED",
                   {"Only what was forwarded to an organisation is closed "
                    "without an answer. A body answers or returns it.",
                    "Bara det som har skickats till en organisation avslutas "
                    "utan svar. Ett organ besvarar det eller lämnar det "
                    "tillbaka."});
  }
  return absl::OkStatus();
}

void HideCallers(const Audience& audience, Referral& referral) {
  const auto has = [](const std::vector<std::string>& all,
                      std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  if (has(audience.visibilities, "ORGANIZATION") ||
      has(audience.owners, referral.from_body()) ||
      has(audience.owners, referral.target())) {
    return;
  }
  for (Referral::Step& step : *referral.mutable_steps()) step.clear_caller();
}

v1::AgendaItem AgendaItemOn(const Referral& referral) {
  v1::AgendaItem item;
  item.set_display_name(CameBack(referral));
  item.set_kind(v1::AgendaItem::INFORMATION);
  item.set_text(WhatCameBack(referral));
  // No more people read it there than the referral itself.
  item.set_visibility(referral.visibility());
  item.add_follows_up(referral.name());
  return item;
}

membership::v1::SendRequest LetterOn(const Referral& referral,
                                     Occasion occasion, std::string_view email,
                                     absl::Time now) {
  const bool came_back = occasion == Occasion::kCameBack;
  membership::v1::SendRequest letter;
  letter.set_subject(referral.name());
  letter.set_version(Referral::State_Name(referral.state()));
  auto& parameters = *letter.mutable_parameters();
  parameters["title"] = TitleOn(referral, occasion);
  std::string text = referral.text();
  if (came_back) {
    text = WhatCameBack(referral);
    letter.add_recipients(referral.from_body());
  } else if (!referral.due_date().empty()) {
    text = Concat(text, "\n\nSvar önskas senast ", referral.due_date(), ".");
  }
  const std::string path = Concat("/v1/", referral.name());
  if (came_back || referral.kind() == Referral::ASSIGNED) {
    letter.set_template_("notice");
    letter.set_link(path);
    if (!came_back) letter.add_recipients(referral.target());
  } else if (email.empty()) {
    // It goes to an authority: the letter says that it is a public record
    // there.
    letter.set_template_("circulation");
    letter.set_link(path);
    letter.set_organization(referral.target());
    letter.add_recipients(referral.target());
  } else {
    const absl::Time until = now + kLinkLife;
    text =
        Concat(text,
               "\n\nMottagare kan behöva lämna ut detta: hos en myndighet är "
               "det en allmän handling.");
    letter.set_template_("one-time-link");
    letter.set_organization(referral.target());
    letter.add_recipients(std::string(email));
    parameters["expires"] =
        absl::FormatTime("%Y-%m-%d", until, absl::UTCTimeZone());
    auto& link = *letter.mutable_guest_link();
    link.set_subject(referral.name());
    link.set_permission(std::string(kAnswerPermission));
    link.set_path(path);
    link.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(until));
  }
  parameters["text"] = std::move(text);
  return letter;
}

}  // namespace reglab::meetings
