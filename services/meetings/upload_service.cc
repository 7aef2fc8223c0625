#include "services/meetings/upload_service.h"

#include <string>
#include <string_view>

#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/content_check.h"
#include "services/meetings/content_store.h"
#include "services/meetings/upload_rules.h"
#include "services/meetings/upload_store.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using v1::AppendUploadRequest;
using v1::CompleteUploadRequest;
using v1::CreateUploadRequest;
using v1::DeleteUploadRequest;
using v1::GetUploadRequest;
using v1::ListUploadsRequest;
using v1::ListUploadsResponse;
using v1::Upload;

absl::StatusOr<Upload> GetUpload(Call& call, const GetUploadRequest& request) {
  return call.Read([&](Transaction& tx) {
    return uploads::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListUploadsResponse> ListUploads(
    Call& call, const ListUploadsRequest& request) {
  return List<ListUploadsResponse>(call, uploads::kListing, request);
}

absl::StatusOr<Upload> CreateUpload(Call& call,
                                    const CreateUploadRequest& request) {
  Upload upload = request.upload();
  ClearOutputOnly(upload);
  RETURN_IF_ERROR(CheckAnnounced(upload));
  upload.set_name(Concat("uploads/", RandomId()));
  upload.set_state(Upload::OPEN);
  upload.set_creator(call.caller().name);
  return call.Write([&](Transaction& tx) {
    return uploads::Insert(tx, upload, call.caller().organization);
  });
}

absl::StatusOr<Upload> AppendUpload(Call& call,
                                    const AppendUploadRequest& request) {
  const std::string_view bytes = request.content().data();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Upload> {
    ASSIGN_OR_RETURN(Upload upload,
                     uploads::Lock(tx, call.audience(), request.name(), ""));
    ASSIGN_OR_RETURN(const int again, AlreadyReceived(upload, request.offset(),
                                                      int(bytes.size())));
    const std::string_view more = bytes.substr(size_t(again));
    if (more.empty()) return upload;
    contents::Append(tx, uploads::ContentOf(upload), upload.received_bytes(),
                     more);
    upload.set_received_bytes(upload.received_bytes() + int(more.size()));
    return uploads::Update(tx, upload, {"received_bytes"});
  });
}

absl::StatusOr<Upload> CompleteUpload(Call& call,
                                      const CompleteUploadRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Upload> {
    ASSIGN_OR_RETURN(
        Upload upload,
        uploads::Lock(tx, call.audience(), request.name(), request.etag()));
    if (upload.state() == Upload::COMPLETE) return upload;
    RETURN_IF_ERROR(CheckReceived(upload));
    ContentCheck check(upload.content_type());
    RETURN_IF_ERROR(
        contents::Read(tx, uploads::ContentOf(upload),
                       [&](std::string_view bytes) { check.Add(bytes); }));
    const std::string sha256 = check.Sha256();
    RETURN_IF_ERROR(CheckDigest(upload, sha256));
    RETURN_IF_ERROR(check.CheckType());
    upload.set_sha256(sha256);
    upload.set_state(Upload::COMPLETE);
    return uploads::Update(tx, upload, {"sha256", "state"});
  });
}

absl::StatusOr<Empty> DeleteUpload(Call& call,
                                   const DeleteUploadRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Upload upload,
        uploads::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(uploads::Delete(tx, upload));
    contents::Delete(tx, uploads::ContentOf(upload));
    return Empty();
  });
}

}  // namespace

void AddUploads(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.UploadsService.";
  rpcs.Handle(service + "GetUpload", GetUpload);
  rpcs.Handle(service + "ListUploads", ListUploads);
  rpcs.Handle(service + "CreateUpload", CreateUpload);
  rpcs.Handle(service + "AppendUpload", AppendUpload);
  rpcs.Handle(service + "CompleteUpload", CompleteUpload);
  rpcs.Handle(service + "DeleteUpload", DeleteUpload);
  rpcs.Every(absl::Minutes(10), "uploads", uploads::Sweep);
}

}  // namespace reglab::meetings
