#include "services/membership/personal_data_service.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/personal_data.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/membership/erasure_ledger.h"
#include "services/membership/erasure_rules.h"
#include "services/membership/erasure_store.h"
#include "services/membership/person_store.h"
#include "services/membership/personal_tables.h"
#include "services/membership/privacy_texts.h"
#include "services/membership/retention_store.h"

namespace reglab::membership {
namespace {

using v1::ErasePersonRequest;
using v1::Erasure;
using v1::ExportPersonalDataRequest;
using v1::ExportPersonalDataResponse;
using v1::ExportPersonRequest;
using v1::GetErasureRequest;
using v1::ListErasuresRequest;
using v1::ListErasuresResponse;
using v1::Person;
using v1::PersonExport;
using v1::VerifyErasureRequest;
using v1::VerifyErasureResponse;

absl::StatusOr<PersonExport> ExportPerson(Call& call,
                                          const ExportPersonRequest& request) {
  ExportPersonalDataRequest ask;
  PersonExport all;
  const auto add = [&](ExportPersonalDataResponse part) {
    for (v1::PersonalDataItem& item : *part.mutable_items()) {
      item.set_purpose(PrivacyText(item.purpose(), call.swedish()));
      item.set_retention(PrivacyText(item.retention(), call.swedish()));
      item.set_legal_basis(PrivacyText(item.legal_basis(), call.swedish()));
      *all.add_items() = std::move(item);
    }
    all.set_omitted(all.omitted() + part.omitted());
  };
  ASSIGN_OR_RETURN(
      ExportPersonalDataResponse own,
      call.Read(
          [&](Transaction& tx) -> absl::StatusOr<ExportPersonalDataResponse> {
            ASSIGN_OR_RETURN(const Person person,
                             people::Get(tx, call.audience(), request.name()));
            RETURN_IF_ERROR(
                CheckThemselfOrSecretariat(call.caller(), person.name()));
            ASSIGN_OR_RETURN(*ask.mutable_subject(),
                             erasures::FindSubject(tx, person));
            return ExportPersonalData(tx, "membership", kPersonalTables,
                                      ask.subject());
          }));
  add(std::move(own));
  all.set_unsearched_names(ask.subject().unsearched_names());
  for (const char* service : {"meetings", "learning"}) {
    ASSIGN_OR_RETURN(ExportPersonalDataResponse part,
                     call.Ask<ExportPersonalDataResponse>(
                         absl::StrCat("/reglab.", service,
                                      ".v1.RecordsService/ExportPersonalData"),
                         ask));
    add(std::move(part));
  }
  all.set_name(request.name());
  all.mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  return all;
}

absl::StatusOr<Erasure> ErasePerson(Call& call,
                                    const ErasePersonRequest& request) {
  ASSIGN_OR_RETURN(Erasure erasure, call.Write([&](Transaction& tx)
                                                   -> absl::StatusOr<Erasure> {
    ASSIGN_OR_RETURN(const Person person,
                     people::Lock(tx, call.audience(), request.name(), ""));
    RETURN_IF_ERROR(CheckThemselfOrSecretariat(call.caller(), person.name()));
    return erasures::Begin(tx, person);
  }));
  if (!request.validate_only()) NoteErasure(request.name());
  return erasure;
}

absl::StatusOr<Erasure> GetErasure(Call& call,
                                   const GetErasureRequest& request) {
  const std::string person = request.name().substr(
      0, request.name().find('/', std::string_view("people/").size()));
  return call.Read([&](Transaction& tx) -> absl::StatusOr<Erasure> {
    // Whoever may not read the person is not told of an erasure either.
    RETURN_IF_ERROR(people::Get(tx, call.audience(), person).status());
    RETURN_IF_ERROR(CheckThemselfOrSecretariat(call.caller(), person));
    return erasures::Get(tx, request.name());
  });
}

absl::StatusOr<ListErasuresResponse> ListErasures(
    Call& call, const ListErasuresRequest& request) {
  RETURN_IF_ERROR(CheckThemselfOrSecretariat(call.caller(), request.parent()));
  return List<ListErasuresResponse>(call, erasures::kListing, request);
}

absl::StatusOr<VerifyErasureResponse> VerifyErasure(
    Call& call, const VerifyErasureRequest& request) {
  const Erasure& erasure = request.erasure();
  VerifyErasureResponse response;
  if (erasure.state() != Erasure::COMPLETED || erasure.digest().empty()) {
    response.set_verdict(VerifyErasureResponse::NOT_COMPLETED);
    return response;
  }
  if (DigestOf(erasure) != erasure.digest()) {
    response.set_verdict(VerifyErasureResponse::ALTERED);
    return response;
  }
  ASSIGN_OR_RETURN(const erasures::Seal seal, call.Read([&](Transaction& tx) {
    return erasures::FindSeal(tx, erasure);
  }));
  if (seal.seq == 0) {
    response.set_verdict(VerifyErasureResponse::NOT_SEALED);
    return response;
  }
  response.set_verdict(seal.holds ? VerifyErasureResponse::VALID
                                  : VerifyErasureResponse::JOURNAL_BROKEN);
  response.set_journal_entry(
      absl::StrCat("journal-entries/membership-", seal.seq));
  return response;
}

absl::StatusOr<v1::RetentionRule> GetRetentionRule(
    Call& call, const v1::GetRetentionRuleRequest& request) {
  return call.Read(
      [&](Transaction& tx) { return retention::Get(tx, request.name()); });
}

absl::StatusOr<v1::ListRetentionRulesResponse> ListRetentionRules(
    Call& call, const v1::ListRetentionRulesRequest& request) {
  return List<v1::ListRetentionRulesResponse>(call, retention::kListing,
                                              request);
}

}  // namespace

void AddPersonalData(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.PersonalDataService.";
  rpcs.Handle(service + "ExportPerson", ExportPerson);
  rpcs.Handle(service + "ErasePerson", ErasePerson);
  rpcs.Handle(service + "GetErasure", GetErasure);
  rpcs.Handle(service + "ListErasures", ListErasures);
  rpcs.Handle(service + "VerifyErasure", VerifyErasure);
  for (const char* other : {"meetings", "learning"}) {
    rpcs.OnWorkDone(
        absl::StrCat("/reglab.", other, ".v1.RecordsService/ErasePersonalData"),
        [other](Transaction& tx, const std::string& erasure,
                const std::string& response, const absl::Status& error) {
          return erasures::Finish(tx, other, erasure, response, error);
        });
  }
  rpcs.Every(absl::Minutes(1), "erasures", KeepErasures);
  rpcs.Every(absl::Minutes(10), "retention", retention::Apply);
  const std::string rules = "reglab.membership.v1.RetentionRulesService.";
  rpcs.Handle(rules + "GetRetentionRule", GetRetentionRule);
  rpcs.Handle(rules + "ListRetentionRules", ListRetentionRules);
}

}  // namespace reglab::membership
