#include "services/learning/activity_rules.h"

#include <algorithm>
#include <set>

#include "services/common/access_rules.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::learning {

using v1::Activity;

namespace {

bool IsAnnounced(Activity::State state) {
  return state != Activity::DRAFT && state != Activity::READY;
}

template <class Names>
bool Contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

absl::Status CheckTransition(Activity::State from, Activity::State to) {
  const bool over = from == Activity::COMPLETED || from == Activity::CANCELLED;
  const bool allowed = from == to || (to == Activity::CANCELLED && !over) ||
                       (from == Activity::DRAFT && to == Activity::READY) ||
                       (from == Activity::READY &&
                        (to == Activity::OPEN || to == Activity::DRAFT)) ||
                       (from == Activity::OPEN && to == Activity::RUNNING) ||
                       (from == Activity::RUNNING && to == Activity::COMPLETED);
  if (allowed) return absl::OkStatus();
  const std::string& was = Activity::State_Name(from);
  const std::string& wanted = Activity::State_Name(to);
  const Text text = {
      Concat("An activity does not go from ", was, " to ", wanted,
             ". It goes from DRAFT to READY, OPEN, RUNNING and COMPLETED, one "
             "step at a time, and may be CANCELLED until it is over."),
      Concat("En aktivitet går inte från ", was, " till ", wanted,
             ". Den går från DRAFT till READY, OPEN, RUNNING och COMPLETED, "
             "ett steg i taget, och kan bli CANCELLED tills den är över.")};
  return Refused("STATE_NOT_REACHABLE", text, {{"activity.state", text}});
}

Activity::Visibility DefaultVisibility(Activity::State state) {
  return IsAnnounced(state) ? Activity::PUBLIC : Activity::ORGANIZATION;
}

Activity::Visibility NextVisibility(const Activity& before,
                                    Activity::State state) {
  const bool chosen = before.visibility() != DefaultVisibility(before.state());
  if (chosen || state == Activity::CANCELLED) return before.visibility();
  return DefaultVisibility(state);
}

absl::Status CheckActivity(const Activity& activity) {
  std::vector<FieldError> errors;
  // Both are written YYYY-MM-DD, so that their order is that of their letters.
  if (!activity.start_date().empty() && !activity.end_date().empty() &&
      activity.end_date() < activity.start_date()) {
    errors.push_back(
        {"activity.end_date",
         {"It lies before start_date. Swap them, or correct one.",
          "Det ligger före start_date. Byt plats på dem, eller rätta det "
          "ena."}});
  }
  if (!activity.end_date().empty() && activity.start_date().empty()) {
    errors.push_back({"activity.start_date",
                      {"It is needed when there is an end_date. Give it too.",
                       "Det behövs när det finns ett end_date. Ange det "
                       "också."}});
  }
  if (activity.lead() == Activity::MEMBER && activity.leads().empty()) {
    errors.push_back({"activity.leads",
                      {"Nobody leads it. Name at least one organisation that "
                       "does.",
                       "Ingen leder den. Ange minst en organisation som gör "
                       "det."}});
  }
  for (int i = 0; i < activity.partners_size(); ++i) {
    if (Contains(activity.leads(), activity.partners(i))) {
      errors.push_back({Concat("activity.partners[", i, "]"),
                        {"It leads the activity. Leave it out here.",
                         "Den leder aktiviteten. Utelämna den här."}});
    }
  }
  if (activity.parent_activity() == activity.name() &&
      !activity.name().empty()) {
    errors.push_back({"activity.parent_activity",
                      {"An activity is no part of itself. Choose another, or "
                       "leave the field out.",
                       "En aktivitet ingår inte i sig själv. Välj en annan, "
                       "eller utelämna fältet."}});
  }
  if (!IsAnnounced(activity.state()) &&
      (activity.visibility() == Activity::PUBLIC ||
       activity.visibility() == Activity::MEMBERS)) {
    errors.push_back(
        {"activity.visibility",
         {"What is not open yet is read by its leads alone. Leave the field "
          "out, or open the activity.",
          "Det som inte är öppet än läses bara av dem som leder. Utelämna "
          "fältet, eller öppna aktiviteten."}});
  }
  return errors.empty() ? absl::OkStatus() : InvalidFields(std::move(errors));
}

absl::Status CheckRuns(const Caller& caller, const Activity& activity) {
  return CheckLeads(caller, {activity.leads().begin(), activity.leads().end()},
                    {activity.name(), activity.parent_activity()});
}

std::vector<std::string> NamesIn(const Activity& activity) {
  std::set<std::string> names(activity.leads().begin(), activity.leads().end());
  names.insert(activity.partners().begin(), activity.partners().end());
  for (const Activity::Case& each : activity.cases()) {
    if (!each.organization().empty()) names.insert(each.organization());
  }
  return {names.begin(), names.end()};
}

absl::Status CheckNoneMissing(const Activity& activity,
                              const std::vector<std::string>& missing) {
  std::vector<FieldError> errors;
  const auto check = [&](std::string field, const std::string& name) {
    if (!Contains(missing, name)) return;
    errors.push_back(
        {std::move(field),
         {Concat("There is no ", name,
                 ". Find the right name with GET /v1/organizations or GET "
                 "/v1/bodies."),
          Concat(name,
                 " finns inte. Sök fram rätt namn med GET /v1/organizations "
                 "eller GET /v1/bodies.")}});
  };
  for (int i = 0; i < activity.leads_size(); ++i) {
    check(Concat("activity.leads[", i, "]"), activity.leads(i));
  }
  for (int i = 0; i < activity.partners_size(); ++i) {
    check(Concat("activity.partners[", i, "]"), activity.partners(i));
  }
  for (int i = 0; i < activity.cases_size(); ++i) {
    check(Concat("activity.cases[", i, "].organization"),
          activity.cases(i).organization());
  }
  return errors.empty() ? absl::OkStatus() : InvalidFields(std::move(errors));
}

}  // namespace reglab::learning
