#include "services/membership/person_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/membership/access_rules.h"
#include "services/membership/appointment_store.h"
#include "services/membership/organization_store.h"
#include "services/membership/person_rules.h"
#include "services/membership/person_store.h"

namespace reglab::membership {
namespace {

using google::protobuf::Empty;
using v1::CreatePersonRequest;
using v1::DeletePersonRequest;
using v1::GetPersonRequest;
using v1::ListPeopleRequest;
using v1::ListPeopleResponse;
using v1::Person;
using v1::UpdatePersonRequest;

absl::StatusOr<Person> GetPerson(Call& call, const GetPersonRequest& request) {
  ASSIGN_OR_RETURN(Person person, call.Read([&](Transaction& tx) {
    return people::Get(tx, call.audience(), request.name());
  }));
  return ShownTo(call.caller(), std::move(person));
}

absl::StatusOr<ListPeopleResponse> ListPeople(
    Call& call, const ListPeopleRequest& request) {
  ASSIGN_OR_RETURN(ListPeopleResponse response,
                   List<ListPeopleResponse>(call, people::kListing, request));
  for (Person& person : *response.mutable_people()) {
    person = ShownTo(call.caller(), std::move(person));
  }
  return response;
}

absl::StatusOr<Person> CreatePerson(Call& call,
                                    const CreatePersonRequest& request) {
  Person person = request.person();
  ClearOutputOnly(person);
  FillDefaults(person);
  RETURN_IF_ERROR(CheckActsFor(call.caller(), person.organization()));
  ASSIGN_OR_RETURN(const std::string id,
                   ChooseId("person_id", request.person_id(), RandomId()));
  person.set_name(absl::StrCat("people/", id));
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Person> {
    RETURN_IF_ERROR(organizations::CheckExists(tx, "person.organization",
                                               person.organization()));
    return people::Insert(tx, person);
  });
}

absl::StatusOr<Person> UpdatePerson(Call& call,
                                    const UpdatePersonRequest& request) {
  const Person& patch = request.person();
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Person> {
    ASSIGN_OR_RETURN(Person person, people::Lock(tx, call.audience(),
                                                 patch.name(), patch.etag()));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), person.organization(), person.name()));
    const Person before = person;
    ASSIGN_OR_RETURN(std::vector<std::string> changed,
                     ApplyUpdate(request.update_mask(), patch, person));
    if (changed.empty()) return person;
    FillDefaults(person);
    if (person.organization() != before.organization()) {
      RETURN_IF_ERROR(
          CheckActsFor(call.caller(), person.organization(), person.name()));
      RETURN_IF_ERROR(organizations::CheckExists(tx, "person.organization",
                                                 person.organization()));
    }
    if (person.display_name() != before.display_name()) {
      RETURN_IF_ERROR(
          appointments::Rename(tx, person.name(), person.display_name()));
    }
    return people::Update(tx, person, changed);
  });
}

absl::StatusOr<Empty> DeletePerson(Call& call,
                                   const DeletePersonRequest& request) {
  return call.Write([&](Transaction& tx) -> absl::StatusOr<Empty> {
    ASSIGN_OR_RETURN(
        const Person person,
        people::Lock(tx, call.audience(), request.name(), request.etag()));
    RETURN_IF_ERROR(
        CheckActsFor(call.caller(), person.organization(), person.name()));
    RETURN_IF_ERROR(people::Delete(tx, person));
    return Empty();
  });
}

}  // namespace

void AddPeople(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.PeopleService.";
  rpcs.Handle(service + "GetPerson", GetPerson);
  rpcs.Handle(service + "ListPeople", ListPeople);
  rpcs.Handle(service + "CreatePerson", CreatePerson);
  rpcs.Handle(service + "UpdatePerson", UpdatePerson);
  rpcs.Handle(service + "DeletePerson", DeletePerson);
}

}  // namespace reglab::membership
