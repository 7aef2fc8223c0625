#ifndef REGLAB_GATEWAY_DOCUMENTS_PAGE_H_
#define REGLAB_GATEWAY_DOCUMENTS_PAGE_H_

#include <string>
#include <string_view>

namespace reglab::gateway {

// What a page of HTML is made of; all of it is markup, written as it is.
struct Page {
  std::string_view language = "en";
  std::string_view title;
  std::string_view head = "";  // what stands in its head beside the title
  std::string_view body;
};

std::string WritePage(const Page& page);

// A text as markup, between tags or in a quoted attribute.
std::string Escape(std::string_view text);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_DOCUMENTS_PAGE_H_
