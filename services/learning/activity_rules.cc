#include "services/learning/activity_rules.h"

#include <algorithm>
#include <set>

#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab::learning {

using v1::Activity;

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
  return Refused(
      "STATE_NOT_REACHABLE",
      {Concat("An activity does not go from ", was, " to ", wanted,
              ": the order is DRAFT, READY, OPEN, RUNNING, COMPLETED."),
       Concat("En aktivitet går inte från ", was, " till ", wanted,
              ": ordningen är DRAFT, READY, OPEN, RUNNING, COMPLETED.")},
      {{"activity.state",
        {Concat("can't follow ", was), Concat("kan inte följa på ", was)}}});
}

Activity::Visibility DefaultVisibility(Activity::State state) {
  return state == Activity::DRAFT || state == Activity::READY
             ? Activity::ORGANIZATION
             : Activity::PUBLIC;
}

absl::Status CheckActivity(const Activity& activity) {
  std::vector<FieldError> errors;
  // Both are written YYYY-MM-DD, so that their order is that of their letters.
  if (!activity.start_date().empty() && !activity.end_date().empty() &&
      activity.end_date() < activity.start_date()) {
    errors.push_back({"activity.end_date",
                      {"is before start_date; swap them or correct one",
                       "ligger före start_date; byt plats på dem eller rätta "
                       "den ena"}});
  }
  if (!activity.end_date().empty() && activity.start_date().empty()) {
    errors.push_back({"activity.start_date",
                      {"is needed when there is an end_date",
                       "behövs när det finns ett end_date"}});
  }
  if (activity.lead() == Activity::MEMBER && activity.leads().empty()) {
    errors.push_back({"activity.leads",
                      {"a member-led activity names at least one organisation "
                       "that leads it",
                       "en medlemsledd aktivitet anger minst en organisation "
                       "som leder den"}});
  }
  for (int i = 0; i < activity.partners_size(); ++i) {
    if (std::find(activity.leads().begin(), activity.leads().end(),
                  activity.partners(i)) != activity.leads().end()) {
      errors.push_back({Concat("activity.partners[", i, "]"),
                        {"leads the activity already; leave it out here",
                         "leder redan aktiviteten; utelämna den här"}});
    }
  }
  if (activity.parent_activity() == activity.name() &&
      !activity.name().empty()) {
    errors.push_back({"activity.parent_activity",
                      {"an activity is no part of itself",
                       "en aktivitet är inte en del av sig själv"}});
  }
  if (DefaultVisibility(activity.state()) == Activity::ORGANIZATION &&
      activity.visibility() != Activity::ORGANIZATION) {
    errors.push_back(
        {"activity.visibility",
         {"what is not open yet is read by its leads alone; leave the field "
          "out, or open the activity",
          "det som inte är öppet än läses bara av dem som leder; utelämna "
          "fältet eller öppna aktiviteten"}});
  }
  return errors.empty() ? absl::OkStatus() : InvalidFields(std::move(errors));
}

absl::Status CheckRuns(const Caller& caller, const Activity& activity) {
  if (caller.secretariat()) return absl::OkStatus();
  for (const std::string& lead : activity.leads()) {
    if (!caller.organization.empty() && lead == caller.organization) {
      return absl::OkStatus();
    }
    if (std::find(caller.bodies.begin(), caller.bodies.end(), lead) !=
        caller.bodies.end()) {
      return absl::OkStatus();
    }
  }
  return PermissionMissing("learning.activities.write");
}

std::vector<std::string> NamesIn(const Activity& activity) {
  std::set<std::string> names(activity.leads().begin(), activity.leads().end());
  names.insert(activity.partners().begin(), activity.partners().end());
  for (const Activity::Case& each : activity.cases()) {
    if (!each.organization().empty()) names.insert(each.organization());
  }
  return {names.begin(), names.end()};
}

}  // namespace reglab::learning
