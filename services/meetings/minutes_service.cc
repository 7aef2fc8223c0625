#include "services/meetings/minutes_service.h"

#include <string>
#include <vector>

#include "services/common/spelling.h"
#include "services/meetings/meeting_rules.h"
#include "services/meetings/meeting_store.h"
#include "services/meetings/membership_names.h"
#include "services/meetings/minutes_parts.h"
#include "services/meetings/minutes_rules.h"
#include "services/meetings/minutes_store.h"

namespace reglab::meetings {
namespace {

using v1::GetMinutesRequest;
using v1::ImportMinutesRequest;
using v1::ImportMinutesResponse;
using v1::Minutes;

absl::StatusOr<Minutes> GetMinutes(Call& call,
                                   const GetMinutesRequest& request) {
  const auto get = [&](Transaction& tx) {
    return minutes::Get(tx, call.audience(), request.name());
  };
  ASSIGN_OR_RETURN(const minutes::WithMeeting found, call.Read(get));
  if (!found.minutes.markdown().empty()) return found.minutes;
  ASSIGN_OR_RETURN(const minutes::Names names,
                   DisplayNames(call, found.meeting));
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Minutes> {
    ASSIGN_OR_RETURN(minutes::WithMeeting all, get(tx));
    RETURN_IF_ERROR(minutes::WithText(tx, names, all));
    return all.minutes;
  });
}

// Which day and which body: what the request says, else what the document says.
struct Occasion {
  std::string date;
  std::string body;
};

absl::StatusOr<Occasion> OccasionOf(const ImportMinutesRequest& request,
                                    const ParsedMinutes& parsed,
                                    const KnownNames& names) {
  RETURN_IF_ERROR(CheckDate("date", request.date()));
  Occasion occasion;
  std::vector<FieldError> missing;
  if (!request.date().empty()) {
    occasion.date = request.date();
  } else if (IsDate(parsed.date)) {
    occasion.date = parsed.date;
  } else {
    missing.push_back(
        {"date",
         {"The document does not say on which day the meeting was held. Add "
          "it to the request as date: 2022-09-13, or to the document.",
          "Dokumentet säger inte vilken dag mötet hölls. Lägg till dagen i "
          "anropet som date: 2022-09-13, eller i dokumentet."}});
  }
  if (request.body().empty()) {
    occasion.body = BodyNamed(names, parsed.body_id, parsed.body_text);
  } else {
    for (const membership::v1::Body& body : names.bodies) {
      if (body.name() == request.body()) occasion.body = body.name();
    }
  }
  if (occasion.body.empty() && !request.body().empty()) {
    missing.push_back(
        {"body",
         {Concat("There is no ", request.body(),
                 ". Name one of GET /v1/bodies."),
          Concat(request.body(),
                 " finns inte. Ange något av dem i GET /v1/bodies.")}});
  } else if (occasion.body.empty()) {
    missing.push_back(
        {"body",
         {"The document does not say which body met, or names none that "
          "exists. Add it to the request as body: bodies/member-group, or to "
          "the document: Medlemsgruppen.",
          "Dokumentet säger inte vilket organ som möttes, eller nämner inget "
          "som finns. Lägg till det i anropet som body: bodies/member-group, "
          "eller i dokumentet: Medlemsgruppen."}});
  }
  if (!missing.empty()) return InvalidFields(std::move(missing));
  return occasion;
}

// The answer when the document became a meeting before; an empty meeting when
// it did not.
absl::StatusOr<ImportMinutesResponse> Earlier(Transaction& tx,
                                              const Audience& audience,
                                              const std::string& meeting) {
  if (meeting.empty()) return ImportMinutesResponse();
  ASSIGN_OR_RETURN(ImportMinutesResponse response,
                   minutes::Read(tx, audience, meeting));
  response.set_already_imported(true);
  return response;
}

absl::StatusOr<ImportMinutesResponse> ImportMinutes(
    Call& call, const ImportMinutesRequest& request) {
  RETURN_IF_ERROR(CheckSecretariat(call.caller()));
  RETURN_IF_ERROR(CheckDocument(request.document()));
  const std::string digest = DigestOf(request.document());
  ASSIGN_OR_RETURN(
      ImportMinutesResponse earlier,
      call.Read([&](Transaction& tx) -> absl::StatusOr<ImportMinutesResponse> {
        ASSIGN_OR_RETURN(const std::string meeting,
                         minutes::MeetingOf(tx, digest));
        return Earlier(tx, call.audience(), meeting);
      }));
  if (earlier.already_imported()) return earlier;

  const ParsedMinutes parsed = ParseMinutes(request.document());
  KnownNames names;
  ASSIGN_OR_RETURN(names.bodies, AllBodies(call));
  ASSIGN_OR_RETURN(const Occasion occasion, OccasionOf(request, parsed, names));
  ASSIGN_OR_RETURN(names.organizations,
                   ResolveOrganizations(call, OrganizationTexts(parsed)));
  const std::string importer = call.caller().organization.empty()
                                   ? call.caller().name
                                   : call.caller().organization;
  return call.Write(
      [&](Transaction& tx) -> absl::StatusOr<ImportMinutesResponse> {
        ASSIGN_OR_RETURN(const std::string imported,
                         minutes::LockDigest(tx, digest));
        if (!imported.empty()) return Earlier(tx, call.audience(), imported);
        v1::Meeting meeting =
            MeetingFrom(parsed, names, occasion.body, occasion.date);
        ASSIGN_OR_RETURN(
            const std::string name,
            meetings::FreeName(tx, MeetingId(occasion.date, occasion.body)));
        meeting.set_name(name);
        ImportMinutesResponse response;
        ASSIGN_OR_RETURN(*response.mutable_meeting(),
                         meetings::Insert(tx, std::move(meeting), false));
        Layouts layouts;
        AddParts(parsed, names, response, layouts);
        RETURN_IF_ERROR(
            minutes::Insert(tx, parsed, digest, importer, layouts, response));
        return response;
      });
}

}  // namespace

void AddMinutes(Rpcs& rpcs) {
  const std::string service = "reglab.meetings.v1.MinutesService.";
  rpcs.Handle(service + "GetMinutes", GetMinutes);
  rpcs.Handle(service + "ImportMinutes", ImportMinutes);
}

}  // namespace reglab::meetings
