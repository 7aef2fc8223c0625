#ifndef REGLAB_SERVICES_MEMBERSHIP_EVENT_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_EVENT_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace reglab::membership {

// What a webhook tells: which resource changed, never its content.
struct Event {
  std::string service;   // whose feed; "" for a test
  int64_t seq = 0;       // its number there
  std::string kind;      // CREATED, UPDATED, DELETED, TEST
  std::string type;      // "learning.Activity"; "test"
  std::string resource;  // "activities/…"
  std::string etag;
  absl::Time time;
};

// Whether a change of `type` is among the wanted: "learning.Activity",
// "learning.*", "*".
bool IsWanted(const std::vector<std::string>& event_types,
              std::string_view type);

// INVALID_ARGUMENT names `field` and the first that no resource of the contract
// has.
absl::Status CheckEventTypes(std::string_view field,
                             const std::vector<std::string>& event_types);

// The event as CloudEvents 1.0 in structured JSON mode. `base` is the public
// address of the suite; `id` is the event's, unless it comes from a feed.
std::string WriteEvent(const Event& event, std::string_view base,
                       std::string_view id);

// A new secret of Standard Webhooks: "whsec_" and 32 random bytes in base64.
std::string NewWebhookSecret();

// The headers of Standard Webhooks for this message and time, and the content
// type; signed with each of `secrets`.
std::vector<std::string> WebhookHeaders(const std::vector<std::string>& secrets,
                                        std::string_view id, absl::Time time,
                                        std::string_view body);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_EVENT_RULES_H_
