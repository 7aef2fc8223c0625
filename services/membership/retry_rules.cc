#include "services/membership/retry_rules.h"

#include <algorithm>
#include <cmath>

namespace reglab::membership {
namespace {

constexpr double kJitter = 0.2;

}  // namespace

RetryRule MailRetry() {
  return {.first = absl::Seconds(75),
          .factor = 3,
          .most = absl::Hours(16),
          .attempts = 8,
          .give_up = absl::Hours(24)};
}

RetryRule WebhookRetry() {
  return {.first = absl::Seconds(5),
          .factor = 2,
          .most = absl::Hours(3),
          .give_up = absl::Hours(72)};
}

RetryRule SubscriptionRetry() {
  return {.first = absl::Seconds(5),
          .factor = 2,
          .most = absl::Minutes(10),
          .give_up = absl::InfiniteDuration()};
}

std::optional<absl::Duration> NextPause(const RetryRule& rule, int attempt,
                                        absl::Duration age, double random) {
  if (age >= rule.give_up) return std::nullopt;
  if (rule.attempts > 0 && attempt >= rule.attempts) return std::nullopt;
  const double factor = std::pow(rule.factor, std::max(0, attempt - 1));
  // Compared as numbers: a duration would overflow first.
  const double seconds = std::min(absl::ToDoubleSeconds(rule.first) * factor,
                                  absl::ToDoubleSeconds(rule.most));
  return absl::Seconds(seconds * (1 - kJitter * std::clamp(random, 0.0, 1.0)));
}

}  // namespace reglab::membership
