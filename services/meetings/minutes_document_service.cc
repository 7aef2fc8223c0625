#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reglab/pdf/v1/pdf.pb.h"
#include "services/common/embedded.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/meetings/case_number_store.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/membership_names.h"
#include "services/meetings/minutes_life_rules.h"
#include "services/meetings/minutes_page.h"
#include "services/meetings/minutes_search_store.h"
#include "services/meetings/minutes_service.h"
#include "services/meetings/minutes_store.h"
#include "services/meetings/minutes_text_store.h"
#include "services/meetings/minutes_version_store.h"

namespace reglab {
extern const EmbeddedFile kArchiveSchema[];
}  // namespace reglab

namespace reglab::meetings {
namespace {

using options::v1::Content;
using v1::CaseNumber;
using v1::MinutesVersion;

constexpr char kRenderPdf[] = "/reglab.pdf.v1.PdfService/RenderPdf";
constexpr char kXml[] = "application/xml; charset=utf-8";

absl::StatusOr<MinutesVersion> GetMinutesVersion(
    Call& call, const v1::GetMinutesVersionRequest& request) {
  return call.Read([&](Transaction& tx) {
    return minutes_versions::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<v1::ListMinutesVersionsResponse> ListMinutesVersions(
    Call& call, const v1::ListMinutesVersionsRequest& request) {
  return List<v1::ListMinutesVersionsResponse>(call, minutes_versions::kListing,
                                               request);
}

// The version that was asked for, or the current document: the last version of
// what is final, the text as it stands of what is not.
absl::StatusOr<MinutesVersion> VersionOf(Transaction& tx,
                                         const Audience& audience,
                                         const minutes::WithMeeting& all,
                                         int number) {
  const v1::Minutes& minutes = all.minutes;
  if (number == 0 && IsFinal(minutes.state())) number = minutes.version();
  if (number > 0) {
    return minutes_versions::Get(tx, audience,
                                 Concat(minutes.name(), "/versions/", number));
  }
  MinutesVersion working;
  working.set_state(minutes.state());
  working.set_markdown(minutes.markdown());
  working.set_digest(minutes.digest());
  return working;
}

// All that a page or the metadata say.
template <class Request>
absl::StatusOr<MinutesDocumentFacts> FactsOf(Call& call,
                                             const Request& request) {
  const auto get = [&](Transaction& tx) {
    return minutes::Get(tx, call.audience(), request.name());
  };
  ASSIGN_OR_RETURN(const minutes::WithMeeting found, call.Read(get));
  ASSIGN_OR_RETURN(minutes::Names names, DisplayNames(call, found.meeting));
  return call.Read(
      [&](Transaction& tx) -> absl::StatusOr<MinutesDocumentFacts> {
        MinutesDocumentFacts facts;
        ASSIGN_OR_RETURN(minutes::WithMeeting all, get(tx));
        RETURN_IF_ERROR(minutes::WithText(tx, names, all));
        ASSIGN_OR_RETURN(facts.version, VersionOf(tx, call.audience(), all,
                                                  request.version()));
        const bool current = facts.version.digest() == all.minutes.digest();
        if (!current && facts.version.state() != v1::Minutes::APPROVED) {
          all.minutes.clear_approvals();
        }
        ASSIGN_OR_RETURN(facts.history, minutes_versions::History(
                                            tx, all.minutes.name(),
                                            facts.version.number() > 0
                                                ? facts.version.number()
                                                : all.minutes.version()));
        ASSIGN_OR_RETURN(facts.case_numbers,
                         case_numbers::Of(tx, all.minutes.name()));
        ASSIGN_OR_RETURN(const std::vector<v1::Attendance> attendances,
                         minutes::PrintedAttendances(tx, all.meeting));
        for (const v1::Attendance& attendance : attendances) {
          if (!attendance.person().empty() && !attendance.name_text().empty()) {
            names[attendance.person()] = attendance.name_text();
          }
        }
        for (const std::string& name : ParticipantsOf(attendances)) {
          if (name.starts_with("organizations/")) {
            facts.organizations.push_back(name);
          }
        }
        facts.meeting = std::move(all.meeting);
        facts.minutes = std::move(all.minutes);
        facts.names = names;
        return facts;
      });
}

// "2026-09-15-member-group" and "html" → "2026-09-15-member-group.html".
std::string FileName(const MinutesDocumentFacts& facts,
                     std::string_view extension) {
  const std::string_view meeting = facts.meeting.name();
  return Concat(
      meeting.substr(meeting.find('/') + 1),
      facts.version.number() > 0 ? Concat("-v", facts.version.number()) : "",
      ".", extension);
}

Content Document(std::string content_type, std::string file_name,
                 std::string data) {
  Content content;
  content.set_content_type(std::move(content_type));
  content.set_file_name(std::move(file_name));
  content.set_data(std::move(data));
  return content;
}

Content MarkdownOf(const MinutesDocumentFacts& facts) {
  return Document("text/markdown; charset=utf-8", FileName(facts, "md"),
                  facts.version.markdown());
}

absl::StatusOr<Content> GetMinutesMarkdown(
    Call& call, const v1::GetMinutesMarkdownRequest& request) {
  ASSIGN_OR_RETURN(const MinutesDocumentFacts facts, FactsOf(call, request));
  return MarkdownOf(facts);
}

absl::StatusOr<Content> GetMinutesHtml(
    Call& call, const v1::GetMinutesHtmlRequest& request) {
  ASSIGN_OR_RETURN(const MinutesDocumentFacts facts, FactsOf(call, request));
  return Document("text/html; charset=utf-8", FileName(facts, "html"),
                  MinutesPage(facts));
}

absl::StatusOr<Content> GetMinutesArchive(
    Call& call, const v1::GetMinutesArchiveRequest& request) {
  ASSIGN_OR_RETURN(const MinutesDocumentFacts facts, FactsOf(call, request));
  return Document(kXml, FileName(facts, "xml"), MinutesArchive(facts));
}

absl::StatusOr<Content> GetMinutesPdf(Call& call,
                                      const v1::GetMinutesPdfRequest& request) {
  if (!call.Knows("pdf")) {
    return Refused(
        "PDF_NOT_INSTALLED",
        {"The component that makes PDF is not installed here. Read the page "
         "(…/minutes/html) or ask the operator to install it: deploy/local/"
         "install --pdf.",
         "Komponenten som gör PDF är inte installerad här. Läs sidan "
         "(…/minutes/html) eller be driften att installera den: deploy/local/"
         "install --pdf."});
  }
  ASSIGN_OR_RETURN(const MinutesDocumentFacts facts, FactsOf(call, request));
  pdf::v1::RenderPdfRequest render;
  render.set_html(MinutesPage(facts));
  *render.add_attachments() = MarkdownOf(facts);
  *render.add_attachments() =
      Document(kXml, FileName(facts, "xml"), MinutesArchive(facts));
  ASSIGN_OR_RETURN(Content content, call.Ask<Content>(kRenderPdf, render));
  content.set_file_name(FileName(facts, "pdf"));
  return content;
}

absl::StatusOr<Content> GetArchiveSchema(Call&,
                                         const v1::GetArchiveSchemaRequest&) {
  return Document(kXml, kArchiveSchema[0].name,
                  std::string(kArchiveSchema[0].text()));
}

absl::StatusOr<v1::SearchMinutesResponse> SearchMinutes(
    Call& call, const v1::SearchMinutesRequest& request) {
  RETURN_IF_ERROR(CheckDate("from", request.from()));
  RETURN_IF_ERROR(CheckDate("to", request.to()));
  return call.Read([&](Transaction& tx) {
    return minutes_search::Search(tx, call.audience(), request);
  });
}

absl::StatusOr<CaseNumber> GetCaseNumber(
    Call& call, const v1::GetCaseNumberRequest& request) {
  return call.Read([&](Transaction& tx) {
    return case_numbers::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<v1::ListCaseNumbersResponse> ListCaseNumbers(
    Call& call, const v1::ListCaseNumbersRequest& request) {
  return List<v1::ListCaseNumbersResponse>(call, case_numbers::kListing,
                                           request);
}

// "meetings/m/minutes/case-numbers/o" → "organizations/o".
std::string OrganizationOf(std::string_view name) {
  return Concat("organizations/", name.substr(name.rfind('/') + 1));
}

absl::StatusOr<CaseNumber> UpdateCaseNumber(
    Call& call, const v1::UpdateCaseNumberRequest& request) {
  const CaseNumber& patch = request.case_number();
  const std::string organization = OrganizationOf(patch.name());
  const std::string minutes_name(
      patch.name().substr(0, patch.name().find("/case-numbers/")));
  CaseNumber named;
  named.set_organization(organization);
  RETURN_IF_ERROR(CheckNames(call, "case_number", named));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<CaseNumber> {
    ASSIGN_OR_RETURN(const minutes::WithMeeting all,
                     minutes::Get(tx, call.audience(), minutes_name));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), organization, all.meeting.name()));
    ASSIGN_OR_RETURN(const std::optional<CaseNumber> before,
                     case_numbers::Lock(tx, patch.name(), patch.etag()));
    CaseNumber number = before.value_or(CaseNumber());
    number.set_name(patch.name());
    number.set_organization(organization);
    ASSIGN_OR_RETURN(const std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, number));
    if (changed.empty() && before) return number;
    return case_numbers::Set(tx, all.meeting, all.minutes, std::move(number));
  });
}

absl::StatusOr<google::protobuf::Empty> DeleteCaseNumber(
    Call& call, const v1::DeleteCaseNumberRequest& request) {
  const std::string minutes_name(
      request.name().substr(0, request.name().find("/case-numbers/")));
  return call.Write(
      [&](Transaction& tx) -> absl::StatusOr<google::protobuf::Empty> {
        ASSIGN_OR_RETURN(const minutes::WithMeeting all,
                         minutes::Get(tx, call.audience(), minutes_name));
        RETURN_IF_ERROR(CheckActsFor(
            call.caller(), OrganizationOf(request.name()), all.meeting.name()));
        ASSIGN_OR_RETURN(
            const std::optional<CaseNumber> number,
            case_numbers::Lock(tx, request.name(), request.etag()));
        if (!number) return NotFound(request.name());
        RETURN_IF_ERROR(
            case_numbers::Delete(tx, all.meeting, all.minutes, *number));
        return google::protobuf::Empty();
      });
}

}  // namespace

void AddMinutesDocuments(Rpcs& rpcs) {
  const std::string package = "reglab.meetings.v1.";
  rpcs.Handle(package + "MinutesService.GetMinutesMarkdown",
              GetMinutesMarkdown);
  rpcs.Handle(package + "MinutesService.GetMinutesHtml", GetMinutesHtml);
  rpcs.Handle(package + "MinutesService.GetMinutesPdf", GetMinutesPdf);
  rpcs.Handle(package + "MinutesService.GetMinutesArchive", GetMinutesArchive);
  rpcs.Handle(package + "MinutesService.GetArchiveSchema", GetArchiveSchema);
  rpcs.Handle(package + "MinutesService.SearchMinutes", SearchMinutes);
  rpcs.Handle(package + "MinutesVersionsService.GetMinutesVersion",
              GetMinutesVersion);
  rpcs.Handle(package + "MinutesVersionsService.ListMinutesVersions",
              ListMinutesVersions);
  rpcs.Handle(package + "CaseNumbersService.GetCaseNumber", GetCaseNumber);
  rpcs.Handle(package + "CaseNumbersService.ListCaseNumbers", ListCaseNumbers);
  rpcs.Handle(package + "CaseNumbersService.UpdateCaseNumber",
              UpdateCaseNumber);
  rpcs.Handle(package + "CaseNumbersService.DeleteCaseNumber",
              DeleteCaseNumber);
}

}  // namespace reglab::meetings
