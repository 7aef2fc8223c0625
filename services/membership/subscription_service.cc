#include "services/membership/subscription_service.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/delivery_store.h"
#include "services/membership/event_rules.h"
#include "services/membership/organization_store.h"
#include "services/membership/outbound.h"
#include "services/membership/subscription_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::CreateSubscriptionRequest;
using v1::DeleteSubscriptionRequest;
using v1::Delivery;
using v1::GetSubscriptionRequest;
using v1::ListDeliveriesRequest;
using v1::ListDeliveriesResponse;
using v1::ListSubscriptionsRequest;
using v1::ListSubscriptionsResponse;
using v1::ReplaySubscriptionRequest;
using v1::RotateSubscriptionSecretRequest;
using v1::Subscription;
using v1::TestSubscriptionRequest;
using v1::UpdateSubscriptionRequest;

constexpr absl::Duration kKept = absl::Hours(24 * 30);

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

absl::Status Check(const Subscription& subscription) {
  RETURN_IF_ERROR(CheckWebhookUrl("subscription.url", subscription.url()));
  return CheckEventTypes(
      "subscription.event_types",
      {subscription.event_types().begin(), subscription.event_types().end()});
}

// The subscription that the caller may change, locked.
absl::StatusOr<Subscription> LockOwn(Call& call, Transaction& tx,
                                     const std::string& name,
                                     const std::string& etag) {
  ASSIGN_OR_RETURN(Subscription subscription,
                   subscriptions::Lock(tx, call.audience(), name, etag));
  RETURN_IF_ERROR(CheckActsFor(call.caller(), subscription.organization()));
  return subscription;
}

absl::StatusOr<Subscription> GetSubscription(
    Call& call, const GetSubscriptionRequest& request) {
  return call.Read([&](Transaction& tx) {
    return subscriptions::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListSubscriptionsResponse> ListSubscriptions(
    Call& call, const ListSubscriptionsRequest& request) {
  return List<ListSubscriptionsResponse>(call, subscriptions::kListing,
                                         request);
}

absl::StatusOr<Subscription> CreateSubscription(
    Call& call, const CreateSubscriptionRequest& request) {
  Subscription wanted = request.subscription();
  ClearOutputOnly(wanted);
  RETURN_IF_ERROR(CheckActsFor(call.caller(), wanted.organization()));
  RETURN_IF_ERROR(Check(wanted));
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("subscription_id", request.subscription_id(),
                            wanted.display_name()));
  wanted.set_name(absl::StrCat("subscriptions/", id));
  const std::string secret = NewWebhookSecret();
  ASSIGN_OR_RETURN(
      Subscription subscription,
      call.Write([&](Transaction& tx) -> absl::StatusOr<Subscription> {
        if (!wanted.organization().empty()) {
          RETURN_IF_ERROR(organizations::CheckExists(
              tx, "subscription.organization", wanted.organization()));
        }
        return subscriptions::Insert(tx, wanted, secret);
      }));
  // The stored answer of a request_id never holds the secret.
  if (!request.validate_only() && !call.replayed()) {
    subscription.set_secret(secret);
  }
  return subscription;
}

absl::StatusOr<Subscription> UpdateSubscription(
    Call& call, const UpdateSubscriptionRequest& request) {
  const Subscription& patch = request.subscription();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Subscription> {
    ASSIGN_OR_RETURN(Subscription subscription,
                     LockOwn(call, tx, patch.name(), patch.etag()));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, subscription));
    if (changed.empty()) return subscription;
    RETURN_IF_ERROR(Check(subscription));
    return subscriptions::Update(tx, subscription, std::move(changed));
  });
}

absl::StatusOr<Empty> DeleteSubscription(
    Call& call, const DeleteSubscriptionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(const Subscription subscription,
                     LockOwn(call, tx, request.name(), request.etag()));
    RETURN_IF_ERROR(subscriptions::Delete(tx, subscription));
    return Empty();
  });
}

absl::StatusOr<Subscription> RotateSubscriptionSecret(
    Call& call, const RotateSubscriptionSecretRequest& request) {
  const std::string secret = NewWebhookSecret();
  ASSIGN_OR_RETURN(
      Subscription subscription,
      call.Write([&](Transaction& tx) -> absl::StatusOr<Subscription> {
        ASSIGN_OR_RETURN(const Subscription found,
                         LockOwn(call, tx, request.name(), request.etag()));
        return subscriptions::Rotate(tx, found, secret);
      }));
  if (!request.validate_only() && !call.replayed()) {
    subscription.set_secret(secret);
  }
  return subscription;
}

absl::StatusOr<Delivery> TestSubscription(
    Call& call, const TestSubscriptionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Delivery> {
    ASSIGN_OR_RETURN(const Subscription subscription,
                     LockOwn(call, tx, request.name(), ""));
    if (subscription.paused()) {
      return Refused(
          "SUBSCRIPTION_PAUSED",
          {"The subscription is paused. Turn it on first: set paused to false.",
           "Prenumerationen är pausad. Slå på den först: sätt paused till "
           "false."});
    }
    return deliveries::InsertTest(tx, subscription.name());
  });
}

absl::Status CheckReplay(const ReplaySubscriptionRequest& request) {
  if (request.has_since_time() == !request.since().empty()) {
    return InvalidField("since_time",
                        {"Give either a time, or a token and its service.",
                         "Ange antingen en tid, eller en markör och dess "
                         "tjänst."});
  }
  if (!request.has_since_time()) {
    std::string text;
    if (request.service().empty()) {
      return InvalidField("service",
                          {"Say whose change feed the token comes from.",
                           "Ange vilken tjänsts ändringsflöde markören kommer "
                           "från."});
    }
    if (!absl::WebSafeBase64Unescape(request.since(), &text) ||
        !absl::StartsWith(text, "since:")) {
      return InvalidField("since",
                          {"It is no token of a change feed. Give a "
                           "next_since.",
                           "Det är ingen markör från ett ändringsflöde. Ange "
                           "ett next_since."});
    }
    return absl::OkStatus();
  }
  const absl::Time since = TimeOf(request.since_time());
  const absl::Time now = absl::Now();
  if (since > now || since < now - kKept) {
    return InvalidField("since_time",
                        {"Changes of the last 30 days can be sent again. Give "
                         "a time among them.",
                         "Ändringar från de senaste 30 dagarna kan skickas "
                         "igen. Ange en tid bland dem."});
  }
  return absl::OkStatus();
}

absl::StatusOr<Subscription> ReplaySubscription(
    Call& call, const ReplaySubscriptionRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Subscription> {
    ASSIGN_OR_RETURN(Subscription subscription,
                     LockOwn(call, tx, request.name(), ""));
    RETURN_IF_ERROR(CheckReplay(request));
    if (request.has_since_time()) {
      RETURN_IF_ERROR(subscriptions::ReplayTime(tx, subscription,
                                                TimeOf(request.since_time())));
    } else {
      RETURN_IF_ERROR(subscriptions::ReplayToken(
          tx, subscription, request.service(), request.since()));
    }
    return subscription;
  });
}

absl::StatusOr<ListDeliveriesResponse> ListDeliveries(
    Call& call, const ListDeliveriesRequest& request) {
  return call.Read([&](Transaction& tx)
                       -> absl::StatusOr<ListDeliveriesResponse> {
    if (!request.parent().ends_with("/-")) {
      RETURN_IF_ERROR(
          subscriptions::Get(tx, call.audience(), request.parent()).status());
    }
    ListDeliveriesResponse response;
    RETURN_IF_ERROR(
        RunList(tx, deliveries::kListing, request, call.audience(), response));
    return response;
  });
}

}  // namespace

void AddSubscriptions(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.SubscriptionsService.";
  rpcs.Handle(service + "GetSubscription", GetSubscription);
  rpcs.Handle(service + "ListSubscriptions", ListSubscriptions);
  rpcs.Handle(service + "CreateSubscription", CreateSubscription);
  rpcs.Handle(service + "UpdateSubscription", UpdateSubscription);
  rpcs.Handle(service + "DeleteSubscription", DeleteSubscription);
  rpcs.Handle(service + "RotateSubscriptionSecret", RotateSubscriptionSecret);
  rpcs.Handle(service + "TestSubscription", TestSubscription);
  rpcs.Handle(service + "ReplaySubscription", ReplaySubscription);
  rpcs.Handle(service + "ListDeliveries", ListDeliveries);
}

}  // namespace reglab::membership
