#ifndef REGLAB_TESTS_INTEGRATION_MEETINGS_CALLS_H_
#define REGLAB_TESTS_INTEGRATION_MEETINGS_CALLS_H_

// Short calls of the meetings service for its tests, with membership and
// learning beside it and the organisations and bodies that the real minutes
// name.

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "tests/integration/service_fixture.h"

namespace reglab::meetings {

using reglab::testing::Member;
using reglab::testing::Nobody;
using reglab::testing::Secretariat;
using reglab::testing::Suite;

template <class Response>
absl::StatusOr<Response> Ask(const std::string& method,
                             const google::protobuf::Message& request,
                             const Caller& caller = Secretariat()) {
  return Suite::With({"membership", "learning", "meetings"})
      .Call<Response>("/reglab.meetings.v1." + method, request, caller);
}

// The organisations of the reference data and the bodies, once.
inline void Prepare() {
  static const bool prepared = [] {
    Suite& suite = Suite::With({"membership", "learning", "meetings"});
    std::ifstream file(std::string(REGLAB_SHARED_DATA) + "/organizations.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::vector<std::string> cells;
      std::stringstream parts(line);
      for (std::string cell; std::getline(parts, cell, ',');) {
        cells.push_back(cell);
      }
      membership::v1::CreateOrganizationRequest request;
      request.set_organization_id(cells[0]);
      request.mutable_organization()->set_display_name(cells[1]);
      request.mutable_organization()->set_kind(
          membership::v1::Organization::OTHER);
      if (cells[0] == "storsthlm") {
        request.mutable_organization()->add_aliases("Storstockholm");
      }
      if (cells[0] == "vastra-gotalandsregionen") {
        request.mutable_organization()->add_aliases("VGR");
      }
      const auto created = suite.Call<membership::v1::Organization>(
          "/reglab.membership.v1.OrganizationsService/CreateOrganization",
          request, Secretariat());
      EXPECT_TRUE(created.ok()) << created.status();
    }
    const std::vector<std::pair<std::string, std::string>> bodies = {
        {"member-group", "Medlemsgruppen"},
        {"board", "Styrelsen"},
        {"secretariat", "Kansliet"},
        {"rus-network", "RUS-nätverket"},
        {"analyst-network", "Analytikernätverket"},
        {"evaluation-network", "Utvärderingsnätverket"},
        {"international-network", "Internationella nätverket"},
        {"communication-network", "Kommunikationsnätverket"}};
    for (const auto& [id, display_name] : bodies) {
      membership::v1::CreateBodyRequest request;
      request.set_body_id(id);
      request.mutable_body()->set_display_name(display_name);
      request.mutable_body()->set_kind(membership::v1::Body::NETWORK);
      const auto created = suite.Call<membership::v1::Body>(
          "/reglab.membership.v1.BodiesService/CreateBody", request,
          Secretariat());
      EXPECT_TRUE(created.ok()) << created.status();
    }
    return true;
  }();
  (void)prepared;
}

inline v1::CreateMeetingRequest Planned(const std::string& id) {
  v1::CreateMeetingRequest request;
  request.set_meeting_id(id);
  v1::Meeting& meeting = *request.mutable_meeting();
  meeting.set_display_name("Möte " + id);
  meeting.set_body("bodies/member-group");
  meeting.set_date("2026-09-15");
  return request;
}

inline absl::StatusOr<v1::Meeting> Create(const std::string& id) {
  Prepare();
  return Ask<v1::Meeting>("MeetingsService/CreateMeeting", Planned(id));
}

inline absl::StatusOr<v1::Meeting> GetMeeting(const std::string& name,
                                              const Caller& caller) {
  v1::GetMeetingRequest request;
  request.set_name(name);
  return Ask<v1::Meeting>("MeetingsService/GetMeeting", request, caller);
}

inline absl::StatusOr<v1::ImportMinutesResponse> Import(
    const std::string& document, bool validate_only = false,
    const std::string& body = "", const std::string& date = "") {
  Prepare();
  v1::ImportMinutesRequest request;
  request.set_document(document);
  request.set_validate_only(validate_only);
  request.set_body(body);
  request.set_date(date);
  return Ask<v1::ImportMinutesResponse>("MinutesService/ImportMinutes",
                                        request);
}

inline std::string RealMinutes() {
  std::ifstream file(std::string(REGLAB_SHARED_DATA) +
                     "/minutes-2022-09-13.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The words alone, so that emphasis and line breaks make no difference.
inline std::string Words(const std::string& text) {
  std::string words;
  for (const char c : text) {
    if (std::string_view("*#_->\\ \t\r\n").find(c) == std::string_view::npos) {
      words.push_back(c);
    }
  }
  return words;
}

inline std::vector<std::string> Fields(const absl::Status& status) {
  std::vector<std::string> fields;
  const google::rpc::Status proto = ToProto(status, false);
  for (const auto& detail : proto.details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& violation : bad.field_violations()) {
      fields.push_back(violation.field());
    }
  }
  return fields;
}

}  // namespace reglab::meetings

#endif  // REGLAB_TESTS_INTEGRATION_MEETINGS_CALLS_H_
