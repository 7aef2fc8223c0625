#include "services/meetings/consultation_rules.h"

#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"

namespace reglab::meetings {
namespace {

using v1::Consultation;

Text WordFor(Consultation::State state) {
  switch (state) {
    case Consultation::DRAFT:
      return {"in preparation", "under förberedelse"};
    case Consultation::OPEN:
      return {"open", "öppen"};
    case Consultation::CLOSED:
      return {"closed", "stängd"};
    case Consultation::ADOPTED:
      return {"adopted", "antagen"};
    default:
      return {"without a state", "utan läge"};
  }
}

absl::Status WrongState(const Consultation& consultation, const Text& needed) {
  const Text is = WordFor(consultation.state());
  return Refused("CONSULTATION_STATE",
                 {Concat("The consultation is ", is.en, ". ", needed.en),
                  Concat("Provtryckningen är ", is.sv, ". ", needed.sv)});
}

}  // namespace

absl::Status CheckConsultation(const Consultation& consultation) {
  RETURN_IF_ERROR(
      CheckDate("consultation.open_date", consultation.open_date()));
  RETURN_IF_ERROR(
      CheckDate("consultation.close_date", consultation.close_date()));
  if (!consultation.open_date().empty() && !consultation.close_date().empty() &&
      consultation.close_date() < consultation.open_date()) {
    return InvalidField("consultation.close_date",
                        {"The consultation closes before it opens. Choose a "
                         "last day that is not before the first.",
                         "Provtryckningen stänger innan den öppnar. Välj en "
                         "sista dag som inte kommer före den första."});
  }
  if (consultation.meeting().empty() && !consultation.agenda_item().empty()) {
    return InvalidField("consultation.meeting",
                        {"Name the meeting of the agenda item.",
                         "Ange det möte som dagordningspunkten hör till."});
  }
  return absl::OkStatus();
}

absl::Status CheckIsOpen(const Consultation& consultation) {
  if (consultation.state() == Consultation::OPEN) return absl::OkStatus();
  if (consultation.state() == Consultation::DRAFT) {
    return Refused("CONSULTATION_NOT_OPEN",
                   {"The consultation has not opened yet. Come back when it "
                    "has.",
                    "Provtryckningen har inte öppnat än. Kom tillbaka när den "
                    "har gjort det."});
  }
  const std::string& last = consultation.close_date();
  const std::string en =
      last.empty() ? "" : Concat(" Its last day was ", last, ".");
  const std::string sv =
      last.empty() ? "" : Concat(" Sista dagen var ", last, ".");
  return Refused(
      "CONSULTATION_NOT_OPEN",
      {Concat("The consultation is closed.", en,
              " Ask the secretariat whether it can be opened again."),
       Concat("Provtryckningen är stängd.", sv,
              " Fråga kansliet om den kan öppnas igen.")});
}

absl::Status CheckNotAdopted(const Consultation& consultation) {
  if (consultation.state() != Consultation::ADOPTED) return absl::OkStatus();
  return Refused("CONSULTATION_ADOPTED",
                 {"The body has adopted a draft: nothing is changed any more.",
                  "Organet har antagit ett utkast: inget ändras längre."});
}

absl::Status Open(std::string_view today, std::string_view close_date,
                  Consultation& consultation) {
  if (consultation.state() != Consultation::DRAFT &&
      consultation.state() != Consultation::CLOSED) {
    return WrongState(consultation,
                      {"Only one that is in preparation or closed can be "
                       "opened.",
                       "Bara en som är under förberedelse eller stängd kan "
                       "öppnas."});
  }
  RETURN_IF_ERROR(CheckDate("close_date", close_date));
  if (!close_date.empty()) consultation.set_close_date(std::string(close_date));
  const std::string& last = consultation.close_date();
  if (!last.empty() && last < today) {
    return InvalidField("close_date",
                        {Concat("Its last day, ", last,
                                ", is over. Give a new one with close_date."),
                         Concat("Sista dagen, ", last,
                                ", har passerat. Ange en ny med close_date.")});
  }
  if (consultation.open_date().empty() || consultation.open_date() > today) {
    consultation.set_open_date(std::string(today));
  }
  consultation.set_state(Consultation::OPEN);
  return absl::OkStatus();
}

absl::Status Close(std::string_view today, Consultation& consultation) {
  if (consultation.state() != Consultation::OPEN) {
    return WrongState(consultation, {"Only one that is open can be closed.",
                                     "Bara en som är öppen kan stängas."});
  }
  if (consultation.close_date().empty() || consultation.close_date() > today) {
    consultation.set_close_date(std::string(today));
  }
  consultation.set_state(Consultation::CLOSED);
  return absl::OkStatus();
}

absl::Status Adopt(std::string_view draft, const v1::Decision& decision,
                   const v1::Meeting& meeting, Consultation& consultation) {
  if (consultation.state() != Consultation::CLOSED) {
    return WrongState(consultation,
                      {"Only a draft of one that is closed can be adopted.",
                       "Bara utkast i en som är stängd kan antas."});
  }
  const std::string& body =
      decision.body().empty() ? meeting.body() : decision.body();
  if (body != consultation.body()) {
    const Text text = {
        Concat("The decision is of ", body, ", but ", consultation.body(),
               " decides here. Name a decision of that body."),
        Concat("Beslutet är fattat av ", body, ", men här beslutar ",
               consultation.body(), ". Ange ett beslut av det organet.")};
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "DECISION_OF_OTHER_BODY", text, {{"decision", text}});
  }
  consultation.set_adopted_draft(std::string(draft));
  consultation.set_decision(decision.name());
  consultation.set_state(Consultation::ADOPTED);
  return absl::OkStatus();
}

absl::Status CheckIsNewest(const Consultation& consultation,
                           std::string_view draft) {
  if (consultation.draft() == draft) return absl::OkStatus();
  const std::string& newest = consultation.draft();
  return Refused("DRAFT_SUPERSEDED",
                 newest.empty() ? Text{"The consultation has no draft yet.",
                                       "Provtryckningen har inget utkast än."}
                                : Text{Concat("There is a newer draft, ",
                                              newest, ". Read that one first."),
                                       Concat("Det finns ett nyare utkast, ",
                                              newest, ". Läs det först.")});
}

}  // namespace reglab::meetings
