#ifndef REGLAB_GATEWAY_RAW_CONTENT_H_
#define REGLAB_GATEWAY_RAW_CONTENT_H_

#include <string>
#include <string_view>

#include "gateway/representation.h"
#include "reglab/options/v1/content.pb.h"

namespace reglab::gateway {

// What HTTP says of a document (reglab.options.v1.Content): its media type,
// Content-Disposition when it has a file name, its etag, and a policy under
// which nothing in it runs. `cache_control` is that field's value. The body is
// left empty, and so is an etag that the service did not give.
Content HeadOfContent(const options::v1::Content& document,
                      std::string_view cache_control);

// The value of Content-Disposition (RFC 6266) for a file of this media type:
// "inline" for what browsers show without running it, else "attachment"; with
// the name in ASCII, and as it is (RFC 8187) where it has other letters.
std::string DispositionOf(std::string_view content_type,
                          std::string_view file_name);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_RAW_CONTENT_H_
