#include "services/membership/privacy_service.h"

#include "reglab/membership/v1/privacy.pb.h"
#include "services/membership/privacy_rules.h"

namespace reglab::membership {
namespace {

using v1::GetPrivacyFieldsRequest;
using v1::PrivacyFields;

absl::StatusOr<PrivacyFields> GetPrivacyFields(
    Call& call, const GetPrivacyFieldsRequest& /*request*/) {
  return FieldsOfPeople(call.swedish());
}

}  // namespace

void AddPrivacy(Rpcs& rpcs) {
  rpcs.Handle("reglab.membership.v1.PrivacyService.GetPrivacyFields",
              GetPrivacyFields);
}

}  // namespace reglab::membership
