#ifndef REGLAB_SERVICES_COMMON_PERSONAL_READS_H_
#define REGLAB_SERVICES_COMMON_PERSONAL_READS_H_

#include <optional>

#include "services/common/database.h"
#include "services/common/identity.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace reglab {

// Which fields of a message, and of the messages in it, have the option
// personal_data.
struct PersonalFields;

// Found once, before serving; null when there are none. Kept for the life of
// the process. Not thread-safe.
const PersonalFields* PreparePersonalFields(
    const google::protobuf::Descriptor* type);

// The journal entry of what `answer` shows the caller that the public does not
// see; nothing when there is none. A field counts when it has a value and the
// method is not public, the resource is not PUBLIC, or the field is restricted.
// What callers read of themselves does not count, unless the method is not
// public.
//
// One entry for each call, with the names of the resources (at most 500, a page
// is never longer), not one for each resource: a list is then one row and one
// place in the chain, and an intranet that reads the same list every minute
// fills the journal 500 times slower.
std::optional<Change> PersonalDataShown(const PersonalFields& fields,
                                        const google::protobuf::Message& answer,
                                        bool method_is_public,
                                        const Caller& caller);

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_PERSONAL_READS_H_
