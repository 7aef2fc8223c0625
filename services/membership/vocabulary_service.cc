#include "services/membership/vocabulary_service.h"

#include <string>

#include "services/common/listing.h"
#include "services/membership/vocabulary_store.h"

namespace reglab::membership {
namespace {

using v1::GetVocabularyRequest;
using v1::ListVocabulariesRequest;
using v1::ListVocabulariesResponse;
using v1::Vocabulary;

absl::StatusOr<Vocabulary> GetVocabulary(Call& call,
                                         const GetVocabularyRequest& request) {
  return call.Read([&](Transaction& tx) {
    return vocabularies::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListVocabulariesResponse> ListVocabularies(
    Call& call, const ListVocabulariesRequest& request) {
  return List<ListVocabulariesResponse>(call, vocabularies::kListing, request);
}

}  // namespace

void AddVocabularies(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.VocabulariesService.";
  rpcs.Handle(service + "GetVocabulary", GetVocabulary);
  rpcs.Handle(service + "ListVocabularies", ListVocabularies);
}

}  // namespace reglab::membership
