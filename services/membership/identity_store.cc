#include "services/membership/identity_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::membership::identities {
namespace {

// A subject is a person's before it is a client's; Link and the clients' store
// see to it that it is never both.
const Statement kFind(
    "SELECT i.name, i.parent FROM identities i"
    " WHERE i.issuer = $1 AND i.subject = $2"
    " UNION ALL SELECT '', c.name FROM clients c"
    " WHERE c.issuer = $1 AND c.subject = $2 LIMIT 1");

const Statement kInsert(
    "INSERT INTO identities (name, parent, issuer, subject)"
    " SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM clients"
    " WHERE issuer = $3 AND subject = $4) ON CONFLICT DO NOTHING RETURNING 1");

const Statement kDelete("DELETE FROM identities WHERE name = $1 RETURNING 1");

// Whose login it is, is told to nobody but them and the secretariat.
void RecordChange(Transaction& tx, Change::Kind kind, std::string name) {
  tx.Record({.kind = kind,
             .type = "membership.Identity",
             .name = std::move(name),
             .etag = "",
             .field_paths = {},
             .visibility = "ORGANIZATION",
             .owners = {}});
}

}  // namespace

const Listing kListing = {
    .select =
        "SELECT i.name, i.issuer, i.subject, i.create_time"
        " FROM identities i",
    .parent = "i.parent",
    .key = "i.name",
    .fields = {{"name", "i.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "i.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"issuer", "i.issuer", ListField::Type::kText},
               {"subject", "i.subject", ListField::Type::kText}},
    .default_order = "create_time desc",
};

absl::StatusOr<std::optional<Linked>> Find(Transaction& tx,
                                           std::string_view issuer,
                                           std::string_view subject) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFind, {issuer, subject}));
  if (rows.empty()) return std::nullopt;
  return Linked{std::string(rows[0].Text(0)), std::string(rows[0].Text(1))};
}

absl::StatusOr<Linked> Link(Transaction& tx, std::string_view person,
                            std::string_view issuer, std::string_view subject) {
  Linked linked{Concat(person, "/identities/", RandomId()),
                std::string(person)};
  ASSIGN_OR_RETURN(
      Rows made, tx.Query(kInsert, {linked.identity, person, issuer, subject}));
  if (!made.empty()) {
    RecordChange(tx, Change::Kind::kCreated, linked.identity);
    return linked;
  }
  ASSIGN_OR_RETURN(const std::optional<Linked> found,
                   Find(tx, issuer, subject));
  if (found && found->caller == person) return *found;
  return Refused(
      "IDENTITY_TAKEN",
      {"This login belongs to somebody else here. Log out at the provider, log "
       "in as yourself and open the link again.",
       "Inloggningen hör till någon annan här. Logga ut hos den du loggade in "
       "hos, logga in som dig själv och öppna länken igen."});
}

absl::Status CheckFree(Transaction& tx, const v1::Client& client) {
  if (client.issuer().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<Linked> found,
                   Find(tx, client.issuer(), client.subject()));
  if (!found || found->caller == client.name()) return absl::OkStatus();
  return Refused("IDENTITY_TAKEN",
                 {"The subject is linked to somebody else. Check it with the "
                  "provider.",
                  "Subjektet är kopplat till någon annan. Kontrollera det hos "
                  "utfärdaren."},
                 {{"client.subject",
                   {"It is linked to somebody else.",
                    "Det är kopplat till någon annan."}}});
}

absl::Status Delete(Transaction& tx, std::string_view name) {
  RETURN_IF_ERROR(tx.QueryOne(kDelete, {name}, name).status());
  RecordChange(tx, Change::Kind::kDeleted, std::string(name));
  return absl::OkStatus();
}

}  // namespace reglab::membership::identities
