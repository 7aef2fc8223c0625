#include "services/meetings/paper_service.h"

#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "reglab/options/v1/content.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/content_store.h"
#include "services/meetings/item_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/paper_rules.h"
#include "services/meetings/paper_store.h"
#include "services/meetings/upload_store.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using options::v1::Content;
using papers::Stored;
using v1::CreatePaperRequest;
using v1::DeletePaperRequest;
using v1::GetPaperContentRequest;
using v1::GetPaperRequest;
using v1::ListPapersRequest;
using v1::ListPapersResponse;
using v1::Meeting;
using v1::Paper;
using v1::UpdatePaperRequest;
using v1::Upload;

absl::StatusOr<Paper> GetPaper(Call& call, const GetPaperRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Paper> {
    ASSIGN_OR_RETURN(Stored stored,
                     papers::Get(tx, call.audience(), request.name()));
    return std::move(stored.paper);
  });
}

absl::StatusOr<ListPapersResponse> ListPapers(
    Call& call, const ListPapersRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<ListPapersResponse> {
    // "meetings/-" is every meeting.
    if (!request.parent().ends_with("/-")) {
      RETURN_IF_ERROR(
          meetings::Get(tx, call.audience(), request.parent()).status());
    }
    ListPapersResponse response;
    RETURN_IF_ERROR(
        RunList(tx, papers::kListing, request, call.audience(), response));
    return response;
  });
}

// The parts of the file, each with a look at whether it may still be read. What
// the caller sees is one file: when the paper gets another one meanwhile, the
// stream ends with an error.
absl::StatusOr<Rpcs::Next<Content>> GetPaperContent(
    Call& call, const GetPaperContentRequest& request) {
  ASSIGN_OR_RETURN(const Stored stored, call.Read([&](Transaction& tx) {
    return papers::Get(tx, call.audience(), request.name());
  }));
  RETURN_IF_ERROR(CheckHasFile(stored.paper));
  const auto next = [stored, number = 0](
                        Call& part,
                        Content& content) mutable -> absl::StatusOr<bool> {
    if (int64_t(number) * contents::kPartBytes >= stored.paper.size_bytes()) {
      return false;
    }
    if (number == 0) {
      content.set_content_type(AnsweredType(stored.paper));
      content.set_file_name(stored.paper.file_name());
      content.set_etag(stored.paper.sha256());
      content.set_total_bytes(stored.paper.size_bytes());
    }
    ASSIGN_OR_RETURN(*content.mutable_data(), part.Read([&](Transaction& tx) {
      return papers::ReadPart(tx, part.audience(), stored.paper.name(),
                              stored.content, number);
    }));
    ++number;
    return true;
  };
  return Rpcs::Next<Content>(next);
}

// Ends the upload that the paper names; its bytes become the paper's.
absl::Status Consume(Transaction& tx, const Audience& audience,
                     Stored& stored) {
  ASSIGN_OR_RETURN(const Upload upload,
                   uploads::Lock(tx, audience, stored.paper.upload(), ""));
  RETURN_IF_ERROR(TakeUpload(upload, stored.paper));
  stored.content = uploads::ContentOf(upload);
  return uploads::Delete(tx, upload);
}

absl::StatusOr<Paper> CreatePaper(Call& call,
                                  const CreatePaperRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  Paper wanted = request.paper();
  ClearOutputOnly(wanted);
  ASSIGN_OR_RETURN(
      const std::string id,
      ChooseId("paper_id", request.paper_id(), wanted.display_name()));
  wanted.set_name(Concat(request.parent(), "/papers/", id));
  if (wanted.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
    wanted.set_visibility(Meeting::MEMBERS);
  }
  RETURN_IF_ERROR(CheckSourceOfNew(wanted));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Paper> {
    ASSIGN_OR_RETURN(const Meeting meeting,
                     meetings::Lock(tx, call.audience(), request.parent(), ""));
    RETURN_IF_ERROR(items::CheckAgendaItem(tx, "paper.agenda_item", meeting,
                                           wanted.agenda_item()));
    Stored stored{wanted, ""};
    if (!wanted.upload().empty()) {
      RETURN_IF_ERROR(Consume(tx, call.audience(), stored));
    }
    return papers::Insert(tx, meeting, std::move(stored));
  });
}

absl::StatusOr<Paper> UpdatePaper(Call& call,
                                  const UpdatePaperRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Paper& patch = request.paper();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Paper> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(patch.name()), ""));
    ASSIGN_OR_RETURN(Stored stored, papers::Lock(tx, call.audience(),
                                                 patch.name(), patch.etag()));
    ASSIGN_OR_RETURN(const std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, stored.paper));
    if (changed.empty()) return stored.paper;
    RETURN_IF_ERROR(papers::CheckChangeable(tx, meeting));
    if (stored.paper.visibility() == Meeting::VISIBILITY_UNSPECIFIED) {
      stored.paper.set_visibility(Meeting::MEMBERS);
    }
    RETURN_IF_ERROR(items::CheckAgendaItem(tx, "paper.agenda_item", meeting,
                                           stored.paper.agenda_item()));
    RETURN_IF_ERROR(ChooseSource(changed, stored.paper));
    const std::string before = stored.content;
    if (!stored.paper.upload().empty()) {
      RETURN_IF_ERROR(Consume(tx, call.audience(), stored));
    } else if (!stored.paper.link().empty()) {
      stored.content.clear();
    }
    if (stored.content != before) contents::Delete(tx, before);
    return papers::Update(tx, meeting, std::move(stored), changed);
  });
}

absl::StatusOr<Empty> DeletePaper(Call& call,
                                  const DeletePaperRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Meeting meeting,
        meetings::Lock(tx, call.audience(), ParentOf(request.name()), ""));
    ASSIGN_OR_RETURN(
        const Stored stored,
        papers::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(papers::CheckChangeable(tx, meeting));
    contents::Delete(tx, stored.content);
    RETURN_IF_ERROR(papers::Delete(tx, meeting, stored));
    return Empty();
  });
}

}  // namespace

void AddPapers(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.PapersService.";
  rpcs.Handle(service + "GetPaper", GetPaper);
  rpcs.Handle(service + "ListPapers", ListPapers);
  rpcs.HandleStream(service + "GetPaperContent", GetPaperContent);
  rpcs.Handle(service + "CreatePaper", CreatePaper);
  rpcs.Handle(service + "UpdatePaper", UpdatePaper);
  rpcs.Handle(service + "DeletePaper", DeletePaper);
}

}  // namespace reglab::meetings
