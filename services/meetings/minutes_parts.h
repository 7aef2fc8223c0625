#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_PARTS_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_PARTS_H_

#include <google/protobuf/struct.pb.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "services/meetings/minutes_rules.h"

// From minutes as they were read to the resources that they become, as plain
// functions; what membership knows is given.
namespace reglab::meetings {

struct KnownNames {
  // Text → "organizations/…".
  std::map<std::string, std::string> organizations;
  std::vector<membership::v1::Body> bodies;
};

// INVALID_ARGUMENT naming `document` when it is empty, not UTF-8 or over 5 MB.
absl::Status CheckDocument(std::string_view document);

// SHA-256, in hexadecimal, of the text without what a mail program or an editor
// changes: byte order mark, line ends, spaces at line ends, blank last lines.
std::string DigestOf(std::string_view document);

// The texts that may name organisations: those to ask membership for.
std::vector<std::string> OrganizationTexts(const ParsedMinutes& minutes);

// "bodies/…" with this id or this display name; "" when there is none.
std::string BodyNamed(const KnownNames& names, std::string_view id,
                      std::string_view text);

// The concluded meeting, without a name.
v1::Meeting MeetingFrom(const ParsedMinutes& minutes, const KnownNames& names,
                        std::string_view body, std::string_view date);

// How the document wrote each part, for its hidden columns; by collection, in
// the order of the parts.
using Layouts =
    std::map<std::string, std::vector<google::protobuf::Struct>, std::less<>>;

// Everything that stands under the meeting in the response, whose name is set.
void AddParts(const ParsedMinutes& minutes, const KnownNames& names,
              v1::ImportMinutesResponse& response, Layouts& layouts);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_PARTS_H_
