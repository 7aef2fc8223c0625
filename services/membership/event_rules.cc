#include "services/membership/event_rules.h"

#include <google/protobuf/descriptor.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab {

extern const void* const kLinkedProtos[];

namespace membership {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr size_t kSecretBytes = 32;
constexpr std::string_view kServices[] = {"membership", "meetings", "learning"};

bool IsKnownType(std::string_view type) {
  if (type == "*") return true;
  const size_t dot = type.find('.');
  const std::string_view service = type.substr(0, dot);
  if (std::find(std::begin(kServices), std::end(kServices), service) ==
      std::end(kServices)) {
    return false;
  }
  const std::string_view resource = type.substr(dot + 1);
  if (resource == "*") return true;
  // Mentioned so that the protos of all services are linked, and so known.
  const Descriptor* message =
      kLinkedProtos[0] == nullptr
          ? nullptr
          : DescriptorPool::generated_pool()->FindMessageTypeByName(
                Concat("reglab.", service, ".v1.", resource));
  // An entry of the change feed has these fields too, and is no resource.
  return message != nullptr && resource != "Change" &&
         message->FindFieldByName("name") != nullptr &&
         message->FindFieldByName("etag") != nullptr &&
         !resource.ends_with("Request");
}

std::string Sign(const std::string& secret, std::string_view content) {
  std::string key;
  absl::Base64Unescape(secret.substr(kSecretPrefix.size()), &key);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(content.data()),
           content.size(), mac, &size) == nullptr) {
    std::abort();
  }
  return absl::Base64Escape(
      absl::string_view(reinterpret_cast<char*>(mac), size));
}

}  // namespace

bool IsWanted(const std::vector<std::string>& event_types,
              std::string_view type) {
  return std::any_of(
      event_types.begin(), event_types.end(), [type](std::string_view wanted) {
        return wanted == "*" || wanted == type ||
               (wanted.ends_with(".*") &&
                type.starts_with(wanted.substr(0, wanted.size() - 1)));
      });
}

absl::Status CheckEventTypes(std::string_view field,
                             const std::vector<std::string>& event_types) {
  for (const std::string& type : event_types) {
    if (IsKnownType(type)) continue;
    return InvalidField(
        field, {absl::StrCat("Nothing has the type \"", Excerpt(type),
                             "\". Write service and resource as in "
                             "\"learning.Activity\", all of a service as in "
                             "\"learning.*\", or \"*\"."),
                absl::StrCat("Ingenting har typen ”", Excerpt(type),
                             "”. Skriv tjänst och resurs som i "
                             "”learning.Activity”, alla i en tjänst som i "
                             "”learning.*”, eller ”*”.")});
  }
  return absl::OkStatus();
}

std::string WriteEvent(const Event& event, std::string_view base,
                       std::string_view id) {
  const bool from_feed = !event.service.empty();
  json::object object = {
      {"specversion", "1.0"},
      {"id", from_feed ? absl::StrCat(event.service, "-", event.seq)
                       : std::string(id)},
      {"source", from_feed ? Concat(base, "/v1/changes/", event.service)
                           : Concat(base, "/v1/", event.resource)},
      {"type", from_feed ? absl::StrCat("se.reglab.", event.type, ".",
                                        absl::AsciiStrToLower(event.kind))
                         : absl::StrCat("se.reglab.", event.type)},
      {"subject", event.resource},
      {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", event.time,
                                absl::UTCTimeZone())},
      {"datacontenttype", "application/json"},
      {"data", json::object{{"name", event.resource},
                            {"type", event.type},
                            {"kind", event.kind},
                            {"etag", event.etag}}}};
  return json::serialize(object);
}

std::string NewWebhookSecret() {
  std::string bytes(kSecretBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(bytes.size())) != 1) {
    std::abort();
  }
  return Concat(kSecretPrefix, absl::Base64Escape(bytes));
}

std::vector<std::string> WebhookHeaders(const std::vector<std::string>& secrets,
                                        std::string_view id, absl::Time time,
                                        std::string_view body) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  const std::string content = Concat(id, ".", seconds, ".", body);
  std::string signatures;
  for (const std::string& secret : secrets) {
    absl::StrAppend(&signatures, signatures.empty() ? "" : " ", "v1,",
                    Sign(secret, content));
  }
  return {"Content-Type: application/cloudevents+json; charset=utf-8",
          Concat("webhook-id: ", id), Concat("webhook-timestamp: ", seconds),
          Concat("webhook-signature: ", signatures)};
}

}  // namespace membership
}  // namespace reglab
