#ifndef REGLAB_SERVICES_MEMBERSHIP_RETRY_RULES_H_
#define REGLAB_SERVICES_MEMBERSHIP_RETRY_RULES_H_

#include <optional>

#include "absl/time/time.h"

namespace reglab::membership {

// How long to wait after a failed attempt: exponential, so that what is broken
// for long is not troubled, with jitter, so that what failed together is not
// tried again together.
struct RetryRule {
  absl::Duration first;    // after the first attempt
  double factor = 2;       // from one pause to the next
  absl::Duration most;     // no pause is longer
  int attempts = 0;        // given up after so many; 0: not for their number
  absl::Duration give_up;  // given up so long after it was asked for
};

// 8 attempts within a day.
RetryRule MailRetry();
// For 3 days.
RetryRule WebhookRetry();
// Between attempts at anything of one subscription, whatever is due: a receiver
// that does not answer is asked at most every 10 minutes.
RetryRule SubscriptionRetry();

// The pause after the attempt number `attempt` (from 1), of something that was
// asked for `age` ago; nothing when it is to be given up. `random` from 0 to 1
// makes it up to a fifth shorter.
std::optional<absl::Duration> NextPause(const RetryRule& rule, int attempt,
                                        absl::Duration age, double random);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_RETRY_RULES_H_
