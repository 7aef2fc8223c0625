#ifndef REGLAB_SERVICES_MEMBERSHIP_MAIL_TEMPLATE_H_
#define REGLAB_SERVICES_MEMBERSHIP_MAIL_TEMPLATE_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace reglab::membership {

// The text of a letter, as plain text and as HTML. Both come from one file,
// templates/<name>.<language>.txt, so that they never say different things:
//
//   Subject: Inbjudan från {{organization}}
//
//   Paragraphs, with a blank line between them. {{name}} stands for a value.
//
//   {{link}}
//
// Values are text: in HTML they are escaped, and a line break in one is a space
// in the title. A paragraph that is one {{name}} is left out when its value
// is empty. Substituting names is all that is needed; a template language of a
// library (loops, conditions, files) would be one more thing that can be
// injected into.
struct Letter {
  std::string title;
  std::string text;
  std::string html;
};

struct LetterValues {
  std::map<std::string, std::string> parameters;
  // Who leads the work that it is about; named beside Reglab, which sends it.
  std::string lead;
  // A whole URL, or empty.
  std::string link;
};

// INVALID_ARGUMENT names `template`, `language` ("sv" or "en") or the parameter
// that is missing; parameters that the template has no place for are passed
// over.
absl::StatusOr<Letter> WriteLetter(std::string_view name,
                                   std::string_view language,
                                   const LetterValues& values);

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_MAIL_TEMPLATE_H_
