#ifndef REGLAB_TESTS_INTEGRATION_CONSULTATION_CALLS_H_
#define REGLAB_TESTS_INTEGRATION_CONSULTATION_CALLS_H_

// How the tests of consultations ask meetings, with membership beside it.

#include <fstream>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/consultation.pb.h"
#include "reglab/meetings/v1/draft.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "tests/integration/service_fixture.h"

namespace reglab::meetings {

using reglab::testing::Member;
using reglab::testing::Nobody;
using reglab::testing::Secretariat;
using reglab::testing::Suite;
using v1::Amendment;
using v1::Consultation;
using v1::Draft;

inline Suite& Running() { return Suite::With({"membership", "meetings"}); }

template <class Response>
absl::StatusOr<Response> Ask(const std::string& method,
                             const google::protobuf::Message& request,
                             const Caller& caller = Secretariat()) {
  return Running().Call<Response>("/reglab.meetings.v1." + method, request,
                                  caller);
}

inline const std::vector<std::string>& Organizations() {
  static const auto& names = *new std::vector<std::string>([] {
    std::vector<std::string> created;
    std::ifstream file(std::string(REGLAB_SHARED_DATA) + "/organizations.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      membership::v1::CreateOrganizationRequest request;
      request.set_organization_id(line.substr(0, line.find(',')));
      request.mutable_organization()->set_display_name(
          request.organization_id());
      request.mutable_organization()->set_kind(
          membership::v1::Organization::OTHER);
      const auto stored = Running().Call<membership::v1::Organization>(
          "/reglab.membership.v1.OrganizationsService/CreateOrganization",
          request, Secretariat());
      EXPECT_TRUE(stored.ok()) << stored.status();
      created.push_back("organizations/" + request.organization_id());
    }
    for (const char* body : {"member-group", "board"}) {
      membership::v1::CreateBodyRequest request;
      request.set_body_id(body);
      request.mutable_body()->set_display_name(body);
      request.mutable_body()->set_kind(membership::v1::Body::NETWORK);
      const auto stored = Running().Call<membership::v1::Body>(
          "/reglab.membership.v1.BodiesService/CreateBody", request,
          Secretariat());
      EXPECT_TRUE(stored.ok()) << stored.status();
    }
    return created;
  }());
  return names;
}

// A day in Sweden, so many days from today.
inline std::string Day(int from_today) {
  absl::TimeZone stockholm;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Stockholm", &stockholm));
  return absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), stockholm) +
                               from_today);
}

inline v1::CreateConsultationRequest Prepared(const std::string& id) {
  Organizations();
  v1::CreateConsultationRequest request;
  request.set_consultation_id(id);
  request.mutable_consultation()->set_title("Inriktningsmål " + id);
  request.mutable_consultation()->set_body("bodies/board");
  return request;
}

inline absl::StatusOr<Consultation> Create(
    v1::CreateConsultationRequest request) {
  return Ask<Consultation>("ConsultationsService/CreateConsultation", request);
}

inline absl::StatusOr<Consultation> Get(const std::string& name,
                                        const Caller& caller = Secretariat()) {
  v1::GetConsultationRequest request;
  request.set_name(name);
  return Ask<Consultation>("ConsultationsService/GetConsultation", request,
                           caller);
}

inline absl::StatusOr<Consultation> Open(const std::string& name) {
  v1::OpenConsultationRequest request;
  request.set_name(name);
  return Ask<Consultation>("ConsultationsService/OpenConsultation", request);
}

inline absl::StatusOr<Consultation> Close(const std::string& name) {
  v1::CloseConsultationRequest request;
  request.set_name(name);
  return Ask<Consultation>("ConsultationsService/CloseConsultation", request);
}

inline absl::StatusOr<Draft> CreateDraft(const std::string& consultation,
                                         const std::string& text) {
  v1::CreateDraftRequest request;
  request.set_parent(consultation);
  request.mutable_draft()->set_text(text);
  return Ask<Draft>("DraftsService/CreateDraft", request);
}

inline constexpr char kText[] =
    "# Inriktningsmål\n\nReglab ska bidra till kompetensutveckling inom "
    "flernivåsamarbete på kommunal nivå.\n\nReglab ska vara ett stöd för "
    "regional utveckling.\n";

// Open, with a draft of three paragraphs.
inline std::string Tried(const std::string& id) {
  const auto created = Create(Prepared(id));
  EXPECT_TRUE(created.ok()) << created.status();
  const auto draft = CreateDraft("consultations/" + id, kText);
  EXPECT_TRUE(draft.ok()) << draft.status();
  EXPECT_TRUE(Open("consultations/" + id).ok());
  return "consultations/" + id;
}

inline v1::CreateAmendmentRequest Replacing(const std::string& consultation,
                                            const std::string& paragraph,
                                            const std::string& quote,
                                            const std::string& text) {
  v1::CreateAmendmentRequest request;
  request.set_parent(consultation);
  Amendment& amendment = *request.mutable_amendment();
  amendment.set_action(Amendment::REPLACE);
  amendment.set_paragraph(paragraph);
  amendment.set_quote(quote);
  amendment.set_text(text);
  return request;
}

inline absl::StatusOr<Amendment> Amend(
    const v1::CreateAmendmentRequest& request, const Caller& caller) {
  return Ask<Amendment>("AmendmentsService/CreateAmendment", request, caller);
}

inline absl::StatusOr<Amendment> Support(const std::string& amendment,
                                         const Caller& caller) {
  v1::SupportAmendmentRequest request;
  request.set_name(amendment);
  return Ask<Amendment>("AmendmentsService/SupportAmendment", request, caller);
}

inline absl::StatusOr<Amendment> Dispose(
    const std::string& amendment, Amendment::Disposition disposition,
    const std::string& reason = "Det är bättre.",
    const std::string& meeting = "") {
  v1::DisposeAmendmentRequest request;
  request.set_name(amendment);
  request.set_disposition(disposition);
  request.set_reason(reason);
  request.set_meeting(meeting);
  return Ask<Amendment>("AmendmentsService/DisposeAmendment", request);
}

inline absl::StatusOr<Amendment> Read(const std::string& name,
                                      const Caller& caller = Secretariat()) {
  v1::GetAmendmentRequest request;
  request.set_name(name);
  return Ask<Amendment>("AmendmentsService/GetAmendment", request, caller);
}

inline absl::StatusOr<v1::NextDraftResponse> Next(const std::string& draft) {
  v1::NextDraftRequest request;
  request.set_name(draft);
  return Ask<v1::NextDraftResponse>("DraftsService/NextDraft", request);
}

inline std::string MeetingOf(const std::string& id, const std::string& body) {
  Organizations();
  v1::CreateMeetingRequest request;
  request.set_meeting_id(id);
  request.mutable_meeting()->set_display_name("Möte " + id);
  request.mutable_meeting()->set_body(body);
  request.mutable_meeting()->set_date("2022-09-13");
  const auto created =
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", request);
  EXPECT_TRUE(created.ok()) << created.status();
  return "meetings/" + id;
}

inline const Caller kUppsala = Member("organizations/region-uppsala");
inline const Caller kHalland = Member("organizations/region-halland");

}  // namespace reglab::meetings

#endif  // REGLAB_TESTS_INTEGRATION_CONSULTATION_CALLS_H_
