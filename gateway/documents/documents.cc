#include "gateway/documents/documents.h"

#include <openssl/sha.h>

#include <boost/json/serialize.hpp>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "gateway/documents/api_info.h"
#include "gateway/documents/docs.h"
#include "gateway/documents/login_pages.h"
#include "gateway/documents/openapi.h"
#include "services/common/status_macros.h"

namespace reglab::gateway {
namespace {

// Written once, before serving.
std::map<std::string, Document, std::less<>>& All() {
  static auto* documents = new std::map<std::string, Document, std::less<>>;
  return *documents;
}

// The same in every replica, and new with every change of the document.
std::string EtagOf(const std::string& body) {
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(),
         hash);
  return "\"" +
         absl::BytesToHexString(
             absl::string_view(reinterpret_cast<const char*>(hash), 12)) +
         "\"";
}

}  // namespace

absl::Status MakeDocuments(const Routes& routes) {
  ASSIGN_OR_RETURN(boost::json::object openapi, MakeOpenApi(routes));
  std::map<std::string, Document> documents;
  ASSIGN_OR_RETURN(documents, MakeDocs(openapi));
  documents["/openapi.json"] = {"application/json",
                                boost::json::serialize(openapi), "", ""};
  documents["/v1/api-info"] = {"application/json",
                               boost::json::serialize(MakeApiInfo()), "", ""};
  documents.merge(MakeLoginAssets());
  for (auto& [path, document] : documents) {
    document.etag = EtagOf(document.body);
    All()[path] = std::move(document);
  }
  return absl::OkStatus();
}

const Document* FindDocument(std::string_view path) {
  const auto found = All().find(path);
  return found == All().end() ? nullptr : &found->second;
}

}  // namespace reglab::gateway
