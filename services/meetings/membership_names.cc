#include "services/meetings/membership_names.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "reglab/membership/v1/appointment.pb.h"
#include "reglab/membership/v1/directory.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "services/common/spelling.h"

namespace reglab::meetings {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The limits of ResolveOrganizations.
constexpr size_t kMostNames = 200;
constexpr size_t kLongestName = 200;

// The fields of the resources of this service that name one of membership's.
constexpr std::string_view kNamingFields[] = {
    "body",  "chair",  "host_organization", "organization", "organizations",
    "owner", "person", "verifiers"};

struct NameInField {
  std::string field;
  std::string name;
};

std::vector<NameInField> NamesIn(const Message& message) {
  std::vector<NameInField> names;
  const auto* reflection = message.GetReflection();
  for (const std::string_view field_name : kNamingFields) {
    const FieldDescriptor* field =
        message.GetDescriptor()->FindFieldByName(std::string(field_name));
    if (field == nullptr) continue;
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        names.push_back(
            {field->name(), reflection->GetRepeatedString(message, field, i)});
      }
    } else if (std::string name = reflection->GetString(message, field);
               !name.empty()) {
      names.push_back({field->name(), std::move(name)});
    }
  }
  return names;
}

}  // namespace

absl::Status CheckNames(Call& call, std::string_view resource,
                        const Message& message) {
  const std::vector<NameInField> names = NamesIn(message);
  if (names.empty()) return absl::OkStatus();
  membership::v1::CheckNamesRequest request;
  for (const NameInField& named : names) request.add_names(named.name);
  ASSIGN_OR_RETURN(
      const membership::v1::CheckNamesResponse answer,
      call.Ask<membership::v1::CheckNamesResponse>(
          "/reglab.membership.v1.DirectoryService/CheckNames", request));
  std::vector<FieldError> errors;
  for (const NameInField& named : names) {
    if (std::find(answer.missing().begin(), answer.missing().end(),
                  named.name) == answer.missing().end()) {
      continue;
    }
    errors.push_back(
        {resource.empty() ? named.field : Concat(resource, ".", named.field),
         {absl::StrCat("There is no ", named.name,
                       ". Name one that exists, or create it first."),
          absl::StrCat(named.name,
                       " finns inte. Ange ett namn som finns, eller lägg upp "
                       "det först.")}});
  }
  return errors.empty() ? absl::OkStatus() : InvalidFields(std::move(errors));
}

absl::StatusOr<std::map<std::string, std::string>> ResolveOrganizations(
    Call& call, const std::vector<std::string>& texts) {
  std::vector<std::string> asked;
  for (const std::string& text : texts) {
    // Longer than that it is no name, and the limit counts characters.
    if (!text.empty() && text.size() <= kLongestName) asked.push_back(text);
  }
  std::sort(asked.begin(), asked.end());
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  std::map<std::string, std::string> found;
  for (size_t start = 0; start < asked.size(); start += kMostNames) {
    membership::v1::ResolveOrganizationsRequest request;
    const size_t end = std::min(asked.size(), start + kMostNames);
    for (size_t i = start; i < end; ++i) request.add_names(asked[i]);
    ASSIGN_OR_RETURN(
        const membership::v1::ResolveOrganizationsResponse answer,
        call.Ask<membership::v1::ResolveOrganizationsResponse>(
            "/reglab.membership.v1.OrganizationsService/ResolveOrganizations",
            request));
    for (const auto& resolution : answer.resolutions()) {
      if (!resolution.organization().empty()) {
        found[resolution.query()] = resolution.organization();
      }
    }
  }
  return found;
}

absl::StatusOr<std::vector<membership::v1::Body>> AllBodies(Call& call) {
  std::vector<membership::v1::Body> bodies;
  membership::v1::ListBodiesRequest request;
  request.set_page_size(500);
  do {
    ASSIGN_OR_RETURN(
        const membership::v1::ListBodiesResponse page,
        call.Ask<membership::v1::ListBodiesResponse>(
            "/reglab.membership.v1.BodiesService/ListBodies", request));
    bodies.insert(bodies.end(), page.bodies().begin(), page.bodies().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return bodies;
}

absl::StatusOr<std::map<std::string, std::string, std::less<>>> DisplayNames(
    Call& call, const v1::Meeting& meeting) {
  std::map<std::string, std::string, std::less<>> names;
  membership::v1::ListOrganizationsRequest organizations;
  organizations.set_page_size(500);
  do {
    ASSIGN_OR_RETURN(
        const membership::v1::ListOrganizationsResponse page,
        call.Ask<membership::v1::ListOrganizationsResponse>(
            "/reglab.membership.v1.OrganizationsService/ListOrganizations",
            organizations));
    for (const auto& organization : page.organizations()) {
      names[organization.name()] = organization.display_name();
    }
    organizations.set_page_token(page.next_page_token());
  } while (!organizations.page_token().empty());
  ASSIGN_OR_RETURN(const std::vector<membership::v1::Body> bodies,
                   AllBodies(call));
  for (const membership::v1::Body& body : bodies) {
    names[body.name()] = body.display_name();
  }
  if (names.count(meeting.body()) == 0) return names;
  membership::v1::ListAppointmentsRequest appointments;
  appointments.set_parent(meeting.body());
  appointments.set_as_of(meeting.date());
  appointments.set_page_size(500);
  do {
    ASSIGN_OR_RETURN(
        const membership::v1::ListAppointmentsResponse page,
        call.Ask<membership::v1::ListAppointmentsResponse>(
            "/reglab.membership.v1.AppointmentsService/ListAppointments",
            appointments));
    for (const auto& appointment : page.appointments()) {
      names[appointment.person()] = appointment.person_display_name();
    }
    appointments.set_page_token(page.next_page_token());
  } while (!appointments.page_token().empty());
  return names;
}

}  // namespace reglab::meetings
