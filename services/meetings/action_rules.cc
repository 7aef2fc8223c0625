#include "services/meetings/action_rules.h"

#include <string>

#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/suggestion_parts.h"

namespace reglab::meetings {

using v1::Action;

namespace {

bool IsOpen(const Action& action) {
  return action.state() == Action::OPEN ||
         action.state() == Action::STATE_UNSPECIFIED;
}

}  // namespace

absl::Status SettleAction(std::string_view today, Action& action) {
  RETURN_IF_ERROR(CheckDate("action.done_date", action.done_date()));
  if (IsOpen(action)) {
    action.set_state(Action::OPEN);
    action.clear_done_date();
    action.clear_reason();
    return absl::OkStatus();
  }
  if (action.state() == Action::DROPPED) {
    action.clear_done_date();
    if (!action.reason().empty()) return absl::OkStatus();
    return InvalidField("action.reason",
                        {"What is dropped is dropped for a reason. Say why it "
                         "will not be done.",
                         "Det som avskrivs har ett skäl. Skriv varför det inte "
                         "ska göras."});
  }
  action.clear_reason();
  if (action.done_date().empty()) action.set_done_date(std::string(today));
  if (action.done_date() <= today) return absl::OkStatus();
  return InvalidField(
      "action.done_date",
      {Concat("That day is after today, ", today,
              ". Give the day on which it was done, or leave it open."),
       Concat("Den dagen ligger efter i dag, ", today,
              ". Ange dagen då det blev klart, eller låt det återstå.")});
}

absl::Status CheckOpen(const Action& action) {
  if (IsOpen(action)) return absl::OkStatus();
  const bool done = action.state() == Action::DONE;
  return Refused("ACTION_NOT_OPEN",
                 {Concat("The action is ", done ? "done" : "dropped",
                         " already. Reopen it first if it is not."),
                  Concat("Åtgärden är redan ", done ? "klar" : "avskriven",
                         ". Öppna den igen först om den inte är det.")});
}

absl::Status CheckNotOpen(const Action& action) {
  if (!IsOpen(action)) return absl::OkStatus();
  return Refused("ACTION_OPEN",
                 {"The action is open. Nothing needs to be done.",
                  "Åtgärden återstår. Inget behöver göras."});
}

membership::v1::SendRequest ReminderOf(const Action& action, bool overdue) {
  constexpr size_t kLongestTitle = 100;
  membership::v1::SendRequest letter;
  letter.set_template_("notice");
  letter.add_recipients(action.owner());
  if (action.owner().starts_with("organizations/")) {
    letter.set_organization(action.owner());
  }
  letter.set_subject(action.name());
  letter.set_link(Concat("/v1/", action.name()));
  auto& parameters = *letter.mutable_parameters();
  parameters["title"] = Concat(overdue ? "Skulle vara klart: " : "Snart dags: ",
                               Shortened(action.text(), kLongestTitle));
  parameters["text"] = Concat(action.text(), "\n\nSkulle vara klart senast ",
                              action.due_date(), ".");
  return letter;
}

}  // namespace reglab::meetings
