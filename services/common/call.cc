#include "services/common/call.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <openssl/evp.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/common/runtime.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

const Statement kClaim(
    "INSERT INTO idempotency (caller, method, request_id, body_sha256) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1");
const Statement kStored(
    "SELECT body_sha256 = $4, response FROM idempotency "
    "WHERE caller = $1 AND method = $2 AND request_id = $3");
const Statement kStore(
    "UPDATE idempotency SET response = $4 "
    "WHERE caller = $1 AND method = $2 AND request_id = $3");

std::string Sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(),
             reinterpret_cast<unsigned char*>(&digest[0]), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

std::string Deterministic(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

absl::Status Call::ReadStatus(
    const std::function<absl::Status(Transaction&)>& body) {
  return runtime_->database().Read(deadline_, body);
}

absl::Status Call::WriteMessage(
    const std::function<absl::Status(Transaction&)>& body,
    google::protobuf::Message& response) {
  const google::protobuf::Reflection* reflection = request_->GetReflection();
  const bool dry_run =
      descriptor_->validate_only != nullptr &&
      reflection->GetBool(*request_, descriptor_->validate_only);
  std::string request_id;
  if (!dry_run && descriptor_->request_id != nullptr) {
    // A UUID is the same in upper and in lower case (RFC 9562, section 4).
    request_id = absl::AsciiStrToLower(
        reflection->GetString(*request_, descriptor_->request_id));
  }
  const Database::Actor actor{caller().name,
                              caller().process,
                              method_,
                              trace_id_,
                              [this] { return CallerToJson(caller()); },
                              caller().organization};
  wrote_ = true;
  absl::Status status;
  if (request_id.empty()) {
    status = runtime_->database().Transact(deadline_, actor, dry_run, body);
  } else {
    std::unique_ptr<google::protobuf::Message> content(request_->New());
    content->CopyFrom(*request_);
    reflection->ClearField(content.get(), descriptor_->request_id);
    const Param digest = Param::Bytes(Sha256(Deterministic(*content)));
    status = runtime_->database().Transact(
        deadline_, actor, false, [&](Transaction& tx) -> absl::Status {
          replayed_ = false;
          // A concurrent twin waits here until the first one has ended.
          ASSIGN_OR_RETURN(
              Rows claimed,
              tx.Query(kClaim, {caller().name, method_, request_id, digest}));
          if (claimed.empty()) {
            ASSIGN_OR_RETURN(Rows stored,
                             tx.Query(kStored, {caller().name, method_,
                                                request_id, digest}));
            if (stored.empty() || !stored[0].Bool(0)) {
              return MakeError(
                  absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
                  {"This request id was used for another request; choose a new "
                   "one.",
                   "Detta request id har använts för en annan begäran; välj "
                   "ett "
                   "nytt."},
                  {{"request_id",
                    {"It was used for another request.",
                     "Det har använts för en annan begäran."}}});
            }
            replayed_ = true;
            if (!response.ParseFromString(stored[0].Bytes(1))) {
              return InternalError();
            }
            return absl::OkStatus();
          }
          RETURN_IF_ERROR(body(tx));
          tx.Send(kStore, {caller().name, method_, request_id,
                           Param::Bytes(response.SerializeAsString())});
          return absl::OkStatus();
        });
  }
  return status;
}

absl::Status Call::AskMessage(std::string_view method,
                              const google::protobuf::Message& request,
                              google::protobuf::Message& response) {
  ASSIGN_OR_RETURN(std::string bytes,
                   runtime_->CallUpstream(method, request.SerializeAsString(),
                                          caller(), traceparent_, deadline_));
  if (!response.ParseFromString(bytes)) return InternalError();
  return absl::OkStatus();
}

}  // namespace reglab
