#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_PAGE_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_PAGE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/case_number.pb.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "reglab/meetings/v1/minutes_version.pb.h"

// Minutes as others read them: a page, and metadata for an archive. Plain
// functions.
namespace reglab::meetings {

// What stands on every page and letter that passes minutes on.
inline constexpr std::string_view kDisclosureNotice =
    "Mottagare kan behöva lämna ut detta";

// SHA-256 in hexadecimal.
std::string Sha256(std::string_view text);

// One document, with what is said about it.
struct MinutesDocumentFacts {
  v1::Meeting meeting;
  v1::Minutes minutes;
  // The version that is shown; number 0 when it is the working text, whose
  // Markdown and digest stand in it all the same.
  v1::MinutesVersion version;
  // All versions up to that, without their text.
  std::vector<v1::MinutesVersion> history;
  std::vector<v1::CaseNumber> case_numbers;
  // The organisations that were there, as resource names.
  std::vector<std::string> organizations;
  // What organisations, bodies and people are called, by resource name.
  std::map<std::string, std::string, std::less<>> names;
};

// "Utskickade för rättelser", "Slutliga", …
std::string StateInSwedish(v1::Minutes::Kind kind, v1::Minutes::State state);

// An HTML5 page in Swedish that stands alone: landmarks, one first heading and
// no level passed over, styles for screen and print, nothing that is fetched.
// HTML in the Markdown is shown as text; a picture becomes a link to it; a link
// that is no web or mail address becomes text.
std::string MinutesPage(const MinutesDocumentFacts& facts);

// XML as minutes-archive-1.xsd describes it.
std::string MinutesArchive(const MinutesDocumentFacts& facts);

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_PAGE_H_
