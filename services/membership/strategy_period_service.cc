#include "services/membership/strategy_period_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/strategy_period_rules.h"
#include "services/membership/strategy_period_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::CreateStrategyPeriodRequest;
using v1::DeleteStrategyPeriodRequest;
using v1::GetStrategyPeriodRequest;
using v1::ListStrategyPeriodsRequest;
using v1::ListStrategyPeriodsResponse;
using v1::StrategyPeriod;
using v1::UpdateStrategyPeriodRequest;

absl::StatusOr<StrategyPeriod> GetStrategyPeriod(
    Call& call, const GetStrategyPeriodRequest& request) {
  return call.Read([&](Transaction& tx) {
    return strategy_periods::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListStrategyPeriodsResponse> ListStrategyPeriods(
    Call& call, const ListStrategyPeriodsRequest& request) {
  return List<ListStrategyPeriodsResponse>(call, strategy_periods::kListing,
                                           request);
}

absl::StatusOr<StrategyPeriod> CreateStrategyPeriod(
    Call& call, const CreateStrategyPeriodRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  StrategyPeriod period = request.strategy_period();
  ClearOutputOnly(period);
  RETURN_IF_ERROR(CheckStrategyPeriod(period));
  FillDefaults(period);
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("strategy_period_id", request.strategy_period_id(),
                            period.display_name()));
  period.set_name(absl::StrCat("strategy-periods/", id));
  return call.Write(
      [&](Transaction& tx) { return strategy_periods::Insert(tx, period); });
}

absl::StatusOr<StrategyPeriod> UpdateStrategyPeriod(
    Call& call, const UpdateStrategyPeriodRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const StrategyPeriod& patch = request.strategy_period();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<StrategyPeriod> {
    ASSIGN_OR_RETURN(StrategyPeriod period,
                     strategy_periods::Lock(tx, call.audience(), patch.name(),
                                            patch.etag()));
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, period));
    if (changed.empty()) return period;
    RETURN_IF_ERROR(CheckStrategyPeriod(period));
    FillDefaults(period);
    return strategy_periods::Update(tx, period, changed);
  });
}

absl::StatusOr<Empty> DeleteStrategyPeriod(
    Call& call, const DeleteStrategyPeriodRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(const StrategyPeriod period,
                     strategy_periods::Lock(tx, call.audience(), request.name(),
                                            request.etag()));
    RETURN_IF_ERROR(strategy_periods::Delete(tx, period));
    return Empty();
  });
}

}  // namespace

void AddStrategyPeriods(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.StrategyPeriodsService.";
  rpcs.Handle(service + "GetStrategyPeriod", GetStrategyPeriod);
  rpcs.Handle(service + "ListStrategyPeriods", ListStrategyPeriods);
  rpcs.Handle(service + "CreateStrategyPeriod", CreateStrategyPeriod);
  rpcs.Handle(service + "UpdateStrategyPeriod", UpdateStrategyPeriod);
  rpcs.Handle(service + "DeleteStrategyPeriod", DeleteStrategyPeriod);
}

}  // namespace reglab::membership
