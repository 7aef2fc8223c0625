#include "services/meetings/draft_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "reglab/options/v1/content.pb.h"
#include "services/common/access_rules.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/amendment_store.h"
#include "services/meetings/consultation_rules.h"
#include "services/meetings/consultation_store.h"
#include "services/meetings/diff_rules.h"
#include "services/meetings/draft_rules.h"
#include "services/meetings/draft_store.h"
#include "services/meetings/next_draft_rules.h"
#include "services/meetings/overlap_rules.h"

namespace reglab::meetings {
namespace {

using options::v1::Content;
using v1::Amendment;
using v1::Consultation;
using v1::CreateDraftRequest;
using v1::DiffDraftRequest;
using v1::DiffDraftResponse;
using v1::Draft;
using v1::FindOverlapsRequest;
using v1::FindOverlapsResponse;
using v1::GetDraftRequest;
using v1::ListDraftsRequest;
using v1::ListDraftsResponse;
using v1::NextDraftRequest;
using v1::NextDraftResponse;
using v1::Paragraph;
using v1::RenderDiffRequest;
using v1::UpdateDraftRequest;

constexpr int kMostDrafts = 9999;

// The fields of an amendment that change when it follows to another text.
const std::vector<std::string>& PlaceFields() {
  static const auto& fields = *new std::vector<std::string>{
      "anchor",     "applied_draft", "draft",        "end_offset",
      "occurrence", "paragraph",     "start_offset", "waiting_reason"};
  return fields;
}

std::vector<Paragraph> ParagraphsIn(const Draft& draft) {
  return {draft.paragraphs().begin(), draft.paragraphs().end()};
}

void SetParagraphs(const std::vector<Paragraph>& paragraphs, Draft& draft) {
  draft.clear_paragraphs();
  draft.mutable_paragraphs()->Add(paragraphs.begin(), paragraphs.end());
}

absl::StatusOr<Draft> GetDraft(Call& call, const GetDraftRequest& request) {
  return call.Read([&](Transaction& tx) {
    return drafts::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListDraftsResponse> ListDrafts(
    Call& call, const ListDraftsRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<ListDraftsResponse> {
    // "consultations/-" is all.
    if (!request.parent().ends_with("/-")) {
      RETURN_IF_ERROR(
          consultations::Get(tx, call.audience(), request.parent()).status());
    }
    ListDraftsResponse response;
    RETURN_IF_ERROR(
        RunList(tx, drafts::kListing, request, call.audience(), response));
    return response;
  });
}

absl::StatusOr<Draft> CreateDraft(Call& call,
                                  const CreateDraftRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  ASSIGN_OR_RETURN(std::vector<Paragraph> paragraphs,
                   ParagraphsOf(request.draft()));
  int last = 0;
  RETURN_IF_ERROR(GiveIds({}, paragraphs, last));
  Draft draft;
  draft.set_name(Concat(request.parent(), "/drafts/1"));
  draft.set_number(1);
  draft.set_note(request.draft().note());
  SetParagraphs(paragraphs, draft);
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Draft> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Lock(tx, call.audience(), request.parent(), ""));
    RETURN_IF_ERROR(CheckNotAdopted(consultation));
    if (!consultation.draft().empty()) {
      return Refused(
          "DRAFT_EXISTS",
          {Concat("There is ", consultation.draft(),
                  " already. Make the next one of it."),
           Concat(consultation.draft(), " finns redan. Gör nästa av det.")});
    }
    ASSIGN_OR_RETURN(const Draft stored,
                     drafts::Insert(tx, consultation, draft));
    ASSIGN_OR_RETURN(std::vector<Amendment> waiting,
                     amendments::LockPending(tx, consultation.name()));
    std::vector<Amendment> placed =
        FollowText({}, paragraphs, draft.name(), std::move(waiting));
    RETURN_IF_ERROR(
        amendments::UpdateAll(tx, consultation, placed, PlaceFields()));
    RETURN_IF_ERROR(
        consultations::SetDraft(tx, consultation, draft.name(), last).status());
    return stored;
  });
}

// The text that a patch puts in the place of the draft's; `draft` has it
// applied.
absl::StatusOr<std::vector<Paragraph>> NewText(
    const std::vector<std::string>& changed, const Draft& draft) {
  Draft sent;
  for (const std::string& path : changed) {
    if (path == "text") sent.set_text(draft.text());
    if (path == "paragraphs") *sent.mutable_paragraphs() = draft.paragraphs();
  }
  return ParagraphsOf(sent);
}

absl::StatusOr<Draft> UpdateDraft(Call& call,
                                  const UpdateDraftRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  const Draft& patch = request.draft();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Draft> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Lock(tx, call.audience(), ParentOf(patch.name()), ""));
    ASSIGN_OR_RETURN(const Draft before,
                     drafts::Get(tx, call.audience(), patch.name()));
    RETURN_IF_ERROR(CheckEtag(patch.name(), patch.etag(), before.etag()));
    Draft draft = before;
    ASSIGN_OR_RETURN(const std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, draft));
    if (changed.empty()) return before;
    if (before.state() != Draft::PREPARED) {
      return Refused("DRAFT_IS_OUT",
                     {"Members have this draft: it is never changed again. "
                      "Make the next one of it.",
                      "Medlemmarna har fått utkastet: det ändras inte längre. "
                      "Gör nästa av det."});
    }
    RETURN_IF_ERROR(CheckIsNewest(consultation, draft.name()));
    if (changed == std::vector<std::string>{"note"}) {
      return drafts::Update(tx, consultation, draft, changed);
    }
    ASSIGN_OR_RETURN(std::vector<Paragraph> paragraphs,
                     NewText(changed, draft));
    draft.clear_text();
    ASSIGN_OR_RETURN(int last,
                     consultations::LastParagraph(tx, consultation.name()));
    RETURN_IF_ERROR(GiveIds(ParagraphsIn(before), paragraphs, last));
    SetParagraphs(paragraphs, draft);
    ASSIGN_OR_RETURN(
        const Draft stored,
        drafts::Update(tx, consultation, draft, {"note", "paragraphs"}));
    ASSIGN_OR_RETURN(std::vector<Amendment> pending,
                     amendments::LockPending(tx, consultation.name()));
    std::vector<Amendment> followed = FollowText(
        ParagraphsIn(before), paragraphs, draft.name(), std::move(pending));
    RETURN_IF_ERROR(
        amendments::UpdateAll(tx, consultation, followed, PlaceFields()));
    RETURN_IF_ERROR(
        consultations::SetDraft(tx, consultation, draft.name(), last).status());
    return stored;
  });
}

absl::StatusOr<NextDraftResponse> NextDraft(Call& call,
                                            const NextDraftRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<NextDraftResponse> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Lock(tx, call.audience(), ParentOf(request.name()), ""));
    ASSIGN_OR_RETURN(const Draft before,
                     drafts::Get(tx, call.audience(), request.name()));
    RETURN_IF_ERROR(CheckEtag(before.name(), request.etag(), before.etag()));
    RETURN_IF_ERROR(CheckNotAdopted(consultation));
    RETURN_IF_ERROR(CheckIsNewest(consultation, before.name()));
    if (before.number() >= kMostDrafts) {
      return Refused("TOO_MANY_DRAFTS",
                     {"The consultation has 9,999 drafts, and takes no more.",
                      "Provtryckningen har 9 999 utkast och tar inte emot "
                      "fler."});
    }
    Draft draft;
    draft.set_number(before.number() + 1);
    draft.set_name(Concat(consultation.name(), "/drafts/", draft.number()));
    draft.set_note(request.note());
    draft.set_previous_draft(before.name());
    NextInput input;
    input.paragraphs = ParagraphsIn(before);
    input.edits = {request.edits().begin(), request.edits().end()};
    input.worked_in = {request.worked_in().begin(), request.worked_in().end()};
    ASSIGN_OR_RETURN(input.amendments,
                     amendments::LockPending(tx, consultation.name()));
    ASSIGN_OR_RETURN(input.last_id,
                     consultations::LastParagraph(tx, consultation.name()));
    input.draft = draft.name();
    ASSIGN_OR_RETURN(NextText next, MakeNext(std::move(input)));
    SetParagraphs(next.paragraphs, draft);
    NextDraftResponse response = std::move(next.report);
    ASSIGN_OR_RETURN(*response.mutable_draft(),
                     drafts::Insert(tx, consultation, draft));
    RETURN_IF_ERROR(amendments::UpdateAll(tx, consultation, next.amendments,
                                          PlaceFields()));
    RETURN_IF_ERROR(
        consultations::SetDraft(tx, consultation, draft.name(), next.last_id)
            .status());
    return response;
  });
}

absl::StatusOr<FindOverlapsResponse> FindOverlaps(
    Call& call, const FindOverlapsRequest& request) {
  return call.Read(
      [&](Transaction& tx) -> absl::StatusOr<FindOverlapsResponse> {
        ASSIGN_OR_RETURN(const Draft draft,
                         drafts::Get(tx, call.audience(), request.name()));
        ASSIGN_OR_RETURN(const std::vector<Amendment> amendments,
                         amendments::InDraft(tx, draft.name()));
        FindOverlapsResponse response;
        for (v1::Overlap& overlap :
             OverlapsIn(ParagraphsIn(draft), amendments)) {
          *response.add_overlaps() = std::move(overlap);
        }
        return response;
      });
}

// Two drafts, and what differs between them.
struct Comparison {
  Draft from;
  Draft to;
  std::vector<v1::ParagraphDiff> paragraphs;
};

template <class Request>
absl::StatusOr<Comparison> Compare(Transaction& tx, const Audience& audience,
                                   const Request& request) {
  Comparison comparison;
  ASSIGN_OR_RETURN(comparison.to, drafts::Get(tx, audience, request.name()));
  const std::string against = request.against().empty()
                                  ? comparison.to.previous_draft()
                                  : request.against();
  const bool fits = against != request.name() &&
                    ParentOf(against) == ParentOf(request.name());
  absl::StatusOr<Draft> from =
      fits ? drafts::Get(tx, audience, against) : NotFound(against);
  if (absl::IsNotFound(from.status())) {
    return InvalidField(
        "against",
        {"There is no other such draft of this consultation to compare with. "
         "Name one that it has.",
         "Det finns inget sådant annat utkast i provtryckningen att jämföra "
         "med. Ange ett som finns."});
  }
  ASSIGN_OR_RETURN(comparison.from, std::move(from));
  comparison.paragraphs = DiffParagraphs(ParagraphsIn(comparison.from),
                                         ParagraphsIn(comparison.to));
  return comparison;
}

absl::StatusOr<DiffDraftResponse> DiffDraft(Call& call,
                                            const DiffDraftRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<DiffDraftResponse> {
    ASSIGN_OR_RETURN(Comparison comparison,
                     Compare(tx, call.audience(), request));
    DiffDraftResponse response;
    response.set_from_draft(comparison.from.name());
    response.set_to_draft(comparison.to.name());
    for (v1::ParagraphDiff& paragraph : comparison.paragraphs) {
      *response.add_paragraphs() = std::move(paragraph);
    }
    return response;
  });
}

absl::StatusOr<Content> RenderDiff(Call& call,
                                   const RenderDiffRequest& request) {
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Content> {
    ASSIGN_OR_RETURN(
        const Consultation consultation,
        consultations::Get(tx, call.audience(), ParentOf(request.name())));
    ASSIGN_OR_RETURN(const Comparison comparison,
                     Compare(tx, call.audience(), request));
    const bool markdown = request.format() == RenderDiffRequest::MARKDOWN;
    const auto render = markdown ? DiffMarkdown : DiffHtml;
    Content content;
    content.set_content_type(markdown ? "text/markdown; charset=utf-8"
                                      : "text/html; charset=utf-8");
    content.set_file_name(Concat("utkast-", comparison.from.number(), "-",
                                 comparison.to.number(),
                                 markdown ? ".md" : ".html"));
    content.set_data(render(consultation.title(), comparison.from.number(),
                            comparison.to.number(), comparison.paragraphs));
    return content;
  });
}

}  // namespace

void AddDrafts(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.DraftsService.";
  rpcs.Handle(service + "GetDraft", GetDraft);
  rpcs.Handle(service + "ListDrafts", ListDrafts);
  rpcs.Handle(service + "CreateDraft", CreateDraft);
  rpcs.Handle(service + "UpdateDraft", UpdateDraft);
  rpcs.Handle(service + "NextDraft", NextDraft);
  rpcs.Handle(service + "FindOverlaps", FindOverlaps);
  rpcs.Handle(service + "DiffDraft", DiffDraft);
  rpcs.Handle(service + "RenderDiff", RenderDiff);
}

}  // namespace reglab::meetings
