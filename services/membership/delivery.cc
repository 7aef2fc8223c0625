#include "services/membership/delivery.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/process.h"
#include "services/common/runtime.h"
#include "services/common/status_macros.h"
#include "services/membership/delivery_store.h"
#include "services/membership/event_rules.h"
#include "services/membership/feed_reader.h"
#include "services/membership/outbound.h"
#include "services/membership/outbox_store.h"
#include "services/membership/retry_rules.h"
#include "services/membership/sealed.h"
#include "services/membership/stopping.h"
#include "services/membership/subscription_store.h"

ABSL_DECLARE_FLAG(std::string, public_url);

namespace reglab::membership {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(500);
constexpr absl::Duration kDeadline = absl::Seconds(5);
// Longer than all letters of a batch can take.
constexpr int kLetters = 5;
constexpr absl::Duration kLetterLease = absl::Minutes(3);
// A subscription is leased for longer than its batch may go on.
constexpr int kDeliveries = 20;
constexpr absl::Duration kBatch = absl::Seconds(45);
constexpr absl::Duration kSubscriptionLease = absl::Seconds(90);
constexpr int kWebhookThreads = 3;
constexpr absl::Duration kPauseAfter = absl::Hours(72);
constexpr int kGone = 410;
constexpr absl::Duration kHousekeeping = absl::Hours(1);
constexpr absl::Duration kCounting = absl::Seconds(5);

class Delivery {
 public:
  Delivery(Runtime& runtime, ChangeFeed& feed)
      : database_(runtime.database()), reader_(runtime, feed, stopping_) {
    threads_.emplace_back([this] { Repeat([this] { return SendLetters(); }); });
    for (int i = 0; i < kWebhookThreads; ++i) {
      threads_.emplace_back([this] {
        WebhookSender sender;
        Repeat([&] { return SendEvents(sender); });
      });
    }
    threads_.emplace_back([this] { reader_.Loop(); });
    threads_.emplace_back([this] { KeepHouse(); });
  }

  ~Delivery() {
    stopping_.Stop();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  // Does `step` again at once while it finds something to do.
  void Repeat(const std::function<absl::StatusOr<bool>()>& step) {
    while (!stopping_.stopped()) {
      const absl::StatusOr<bool> found = step();
      if (found.ok() && *found) continue;
      if (!stopping_.Sleep(kPoll)) return;
    }
  }

  absl::Status Write(const std::function<absl::Status(Transaction&)>& body) {
    const Database::Actor actor{"", "membership", "/reglab/delivery", ""};
    return database_.Transact(absl::Now() + kDeadline, actor, false, body);
  }

  double Random() {
    thread_local absl::BitGen generator;
    return absl::Uniform(generator, 0.0, 1.0);
  }

  absl::StatusOr<bool> SendLetters();
  Attempt SendLetter(const outbox::Leased& letter);
  absl::StatusOr<bool> SendEvents(WebhookSender& sender);
  // Whether the next delivery may follow at once.
  absl::StatusOr<bool> SendEvent(WebhookSender& sender,
                                 const subscriptions::Leased& subscription,
                                 const std::vector<std::string>& secrets,
                                 const deliveries::Due& due);
  absl::Status NoteFailure(Transaction& tx, const std::string& subscription,
                           const Attempt& attempt);
  void KeepHouse();

  Database& database_;
  Stopping stopping_;
  FeedReader reader_;
  MailSender mail_;
  std::vector<std::thread> threads_;
};

void Count(const char* channel, const char* result) {
  static auto& counters =
      prometheus::BuildCounter()
          .Name("reglab_outbox_attempts_total")
          .Help(
              "Attempts to send, by channel and how they ended: sent, "
              "postponed, failed (given up)")
          .Register(*MetricsRegistry());
  counters.Add({{"channel", channel}, {"result", result}}).Increment();
}

absl::StatusOr<bool> Delivery::SendLetters() {
  std::vector<outbox::Leased> letters;
  RETURN_IF_ERROR(Write([&](Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(letters, outbox::Lease(tx, kLetters, kLetterLease));
    return absl::OkStatus();
  }));
  for (const outbox::Leased& letter : letters) {
    // What is leased and not begun is sent by another replica, or after the
    // next start, when the lease is over.
    if (stopping_.stopped()) return false;
    const Attempt attempt = SendLetter(letter);
    const std::optional<absl::Duration> pause =
        NextPause(MailRetry(), letter.attempts,
                  absl::Now() - letter.create_time, Random());
    const char* result = attempt.done              ? "sent"
                         : attempt.final || !pause ? "failed"
                                                   : "postponed";
    Count("mail", result);
    LogInfo("mail", {{"dispatch", letter.name},
                     {"attempt", int64_t(letter.attempts)},
                     {"result", result},
                     {"error", attempt.error}});
    RETURN_IF_ERROR(Write([&](Transaction& tx) {
      if (attempt.done) return outbox::Sent(tx, letter);
      if (attempt.final || !pause) {
        return outbox::GiveUp(tx, letter, attempt.error);
      }
      return outbox::Postpone(tx, letter, attempt.error, *pause);
    }));
  }
  return !letters.empty();
}

Attempt Delivery::SendLetter(const outbox::Leased& letter) {
  if (!IsAddress(letter.email)) return {.final = true, .error = "NO_ADDRESS"};
  const absl::StatusOr<std::string> content =
      Unseal(letter.content, letter.name);
  boost::system::error_code error;
  const boost::json::value value =
      boost::json::parse(content.ok() ? *content : "", error);
  if (error || !value.is_object()) {
    return {.final = true, .error = "CONTENT_LOST"};
  }
  Letter text{.title = letter.title};
  text.text = std::string(value.at("text").as_string());
  text.html = std::string(value.at("html").as_string());
  const Envelope envelope{.from = MailSender::From(),
                          .to = letter.email,
                          .id = letter.name.substr(letter.name.find('/') + 1),
                          .date = letter.create_time};
  return mail_.Send(envelope, WriteMessage(envelope, text));
}

absl::StatusOr<bool> Delivery::SendEvents(WebhookSender& sender) {
  std::optional<subscriptions::Leased> subscription;
  std::vector<deliveries::Due> due;
  const absl::Status leased = Write([&](Transaction& tx) -> absl::Status {
    due.clear();
    ASSIGN_OR_RETURN(subscription,
                     subscriptions::Lease(tx, kSubscriptionLease));
    if (!subscription) return absl::OkStatus();
    ASSIGN_OR_RETURN(due,
                     deliveries::ListDue(tx, subscription->name, kDeliveries));
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(leased);
  if (!subscription) return false;
  std::vector<std::string> secrets;
  for (const std::string& sealed :
       {subscription->secret, subscription->previous_secret}) {
    if (sealed.empty()) continue;
    absl::StatusOr<std::string> secret = Unseal(sealed, subscription->name);
    if (secret.ok()) secrets.push_back(*std::move(secret));
  }
  const absl::Time until = absl::Now() + kBatch;
  bool more = true;
  for (const deliveries::Due& each : due) {
    if (!more || stopping_.stopped() || absl::Now() > until) break;
    ASSIGN_OR_RETURN(more, SendEvent(sender, *subscription, secrets, each));
  }
  // After a failure its pause has been written.
  if (more) {
    RETURN_IF_ERROR(Write([&](Transaction& tx) {
      return subscriptions::Release(tx, subscription->name,
                                    absl::ZeroDuration());
    }));
  }
  return true;
}

absl::StatusOr<bool> Delivery::SendEvent(
    WebhookSender& sender, const subscriptions::Leased& subscription,
    const std::vector<std::string>& secrets, const deliveries::Due& due) {
  Attempt attempt{.error = "SECRET_LOST"};
  if (!secrets.empty()) {
    const std::string id = due.name.substr(due.name.rfind('/') + 1);
    const std::string body =
        WriteEvent(due.event, absl::GetFlag(FLAGS_public_url), id);
    attempt = sender.Post(subscription.url,
                          WebhookHeaders(secrets, id, absl::Now(), body), body);
  }
  const std::optional<absl::Duration> pause =
      NextPause(WebhookRetry(), due.attempts + 1, absl::Now() - due.create_time,
                Random());
  const char* result = attempt.done ? "sent" : pause ? "postponed" : "failed";
  Count("webhook", result);
  LogInfo("webhook", {{"delivery", due.name},
                      {"attempt", int64_t(due.attempts + 1)},
                      {"result", result},
                      {"status", int64_t(attempt.status)},
                      {"error", attempt.error}});
  bool more = false;
  RETURN_IF_ERROR(Write([&](Transaction& tx) -> absl::Status {
    more = false;
    if (attempt.done) {
      RETURN_IF_ERROR(deliveries::Sent(tx, due.name, attempt.status));
      ASSIGN_OR_RETURN(more, subscriptions::NoteSuccess(tx, subscription.name));
      return absl::OkStatus();
    }
    if (pause) {
      RETURN_IF_ERROR(deliveries::Postpone(tx, due.name, attempt.status,
                                           attempt.error, *pause));
    } else {
      RETURN_IF_ERROR(
          deliveries::GiveUp(tx, due.name, attempt.status, attempt.error));
    }
    return NoteFailure(tx, subscription.name, attempt);
  }));
  return more;
}

absl::Status Delivery::NoteFailure(Transaction& tx,
                                   const std::string& subscription,
                                   const Attempt& attempt) {
  ASSIGN_OR_RETURN(const std::optional<subscriptions::Failing> failing,
                   subscriptions::NoteFailure(tx, subscription));
  if (!failing) return absl::OkStatus();
  // "Gone" asks never to be called again (Standard Webhooks).
  if (attempt.status != kGone && absl::Now() - failing->since < kPauseAfter) {
    const std::optional<absl::Duration> pause = NextPause(
        SubscriptionRetry(), failing->failures, absl::ZeroDuration(), Random());
    return subscriptions::Release(tx, subscription,
                                  pause.value_or(absl::Minutes(10)));
  }
  ASSIGN_OR_RETURN(const v1::Subscription paused,
                   subscriptions::Pause(tx, subscription));
  LogInfo("subscription_paused", {{"subscription", subscription}});
  ASSIGN_OR_RETURN(const std::vector<std::string> people,
                   outbox::FindResponsible(tx, paused.organization()));
  for (const std::string& person : people) {
    RETURN_IF_ERROR(outbox::Enqueue(
        tx,
        {.template_name = "subscription-paused",
         .person = person,
         .parameters = {{"subscription", paused.display_name()},
                        {"url", paused.url()},
                        {"since",
                         absl::FormatTime("%Y-%m-%d %H:%M UTC", failing->since,
                                          absl::UTCTimeZone())},
                        {"error", attempt.error == "STATUS"
                                      ? absl::StrCat("HTTP ", attempt.status)
                                      : attempt.error}},
         .organization = paused.organization(),
         .subject = paused.name()}));
  }
  return absl::OkStatus();
}

// Counts what waits, and once an hour deletes what is kept no longer.
void Delivery::KeepHouse() {
  auto& waiting = prometheus::BuildGauge()
                      .Name("reglab_outbox_pending")
                      .Help("What waits to be sent, by channel")
                      .Register(*MetricsRegistry());
  absl::Time kept = absl::InfinitePast();
  do {
    int64_t letters = 0;
    int64_t events = 0;
    const absl::Status counted = database_.Read(
        absl::Now() + kDeadline, [&](Transaction& tx) -> absl::Status {
          ASSIGN_OR_RETURN(letters, outbox::CountPending(tx));
          ASSIGN_OR_RETURN(events, deliveries::CountPending(tx));
          return absl::OkStatus();
        });
    if (counted.ok()) {
      waiting.Add({{"channel", "mail"}}).Set(double(letters));
      waiting.Add({{"channel", "webhook"}}).Set(double(events));
    }
    if (absl::Now() - kept < kHousekeeping) continue;
    const absl::Status forgotten = Write([](Transaction& tx) -> absl::Status {
      RETURN_IF_ERROR(outbox::Forget(tx));
      return deliveries::Forget(tx);
    });
    if (forgotten.ok()) kept = absl::Now();
  } while (stopping_.Sleep(kCounting));
}

}  // namespace

absl::Status CheckDelivery() {
  RETURN_IF_ERROR(LoadSecretsKey());
  return CheckOutboundFlags();
}

std::shared_ptr<void> StartDelivery(Runtime& runtime, ChangeFeed& feed) {
  return std::make_shared<Delivery>(runtime, feed);
}

}  // namespace reglab::membership
