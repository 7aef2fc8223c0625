#include "services/membership/relationship_rules.h"

#include "services/common/errors.h"
#include "services/membership/period_rules.h"

namespace reglab::membership {

absl::Status CheckRelationship(const v1::Relationship& relationship) {
  if (relationship.organization() == relationship.counterpart()) {
    return InvalidField("relationship.counterpart",
                        {"It is the organisation itself. Name another one.",
                         "Det är organisationen själv. Ange en annan."});
  }
  return CheckPeriod("relationship", relationship.start_date(),
                     relationship.end_date());
}

}  // namespace reglab::membership
