#ifndef REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::appointments {

extern const Listing kListing;

// NOT_FOUND also for what the audience may not read, and for what was not in
// force on the day `as_of`, if one is given.
absl::StatusOr<v1::Appointment> Get(Transaction& tx, const Audience& audience,
                                    std::string_view name,
                                    std::string_view as_of);

// As Get, with the row locked until the transaction ends; ABORTED when `etag`
// is given and not the current one.
absl::StatusOr<v1::Appointment> Lock(Transaction& tx, const Audience& audience,
                                     std::string_view name,
                                     std::string_view etag);

// ALREADY_EXISTS when the name is taken, or the person holds the same role in
// the body in that time.
absl::StatusOr<v1::Appointment> Insert(Transaction& tx,
                                       v1::Appointment appointment);
// `changed` are the paths of the fields that differ from what is stored.
absl::StatusOr<v1::Appointment> Update(Transaction& tx,
                                       v1::Appointment appointment,
                                       std::vector<std::string> changed);
// FAILED_PRECONDITION when the organisation has, on some day of the
// appointment, as many people in the body as one may have (deputies not
// counted). The caller has locked the body.
absl::Status CheckSeats(Transaction& tx, const v1::Body& body,
                        const v1::Appointment& appointment);

// Ends the seats of those who represent the organisation: `end_date` becomes
// their last day, unless they end before or begin after it.
absl::Status EndRepresentatives(Transaction& tx, std::string_view organization,
                                std::string_view end_date);

absl::Status Delete(Transaction& tx, const v1::Appointment& appointment);

// Gives the appointments of a person the name that the person has now.
absl::Status Rename(Transaction& tx, std::string_view person,
                    std::string_view display_name);

}  // namespace reglab::membership::appointments

#endif  // REGLAB_SERVICES_MEMBERSHIP_APPOINTMENT_STORE_H_
