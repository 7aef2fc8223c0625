#include "gateway/documents/page.h"

#include "services/common/spelling.h"

namespace reglab::gateway {

std::string WritePage(const Page& page) {
  return Concat("<!DOCTYPE html>\n<html lang=\"", page.language,
                "\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" "
                "content=\"width=device-width, initial-scale=1\">\n<title>",
                page.title, "</title>\n", page.head, "</head>\n<body>\n",
                page.body, "</body>\n</html>\n");
}

std::string Escape(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

}  // namespace reglab::gateway
