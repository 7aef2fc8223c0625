#include "services/membership/vocabulary_store.h"

#include "services/common/status_macros.h"

namespace reglab::membership::vocabularies {

using v1::Vocabulary;

namespace {

#define COLUMNS "v.name, v.display_name, v.display_name_en, v.terms, v.etag"

const Statement kGet("SELECT " COLUMNS
                     " FROM vocabularies v WHERE v.name = $1"
                     " AND (v.visibility = ANY($2) OR v.owners && $3)");

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM vocabularies v",
    .visible = "(v.visibility = ANY({v}) OR v.owners && {o})",
    .key = "v.name",
    .fields = {{"name", "v.name", ListField::Type::kText, true, nullptr, true},
               {"display_name", "v.display_name", ListField::Type::kText, true,
                nullptr, true}},
};

absl::StatusOr<Vocabulary> Get(Transaction& tx, const Audience& audience,
                               std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Vocabulary>(rows[0]);
}

}  // namespace reglab::membership::vocabularies
