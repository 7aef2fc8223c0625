#include "services/membership/client_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::membership::clients {

using v1::Client;

namespace {

// A client is a member's as long as its organisation is one.
#define COLUMNS                                                         \
  "c.name, c.display_name, c.organization, c.scopes, c.roles || ARRAY(" \
  "SELECT 'MEMBER' FROM members_today m"                                \
  " WHERE m.organization = c.organization) AS roles, "                  \
  "c.requests_per_minute, c.for_operations, "                           \
  "c.create_time, c.update_time, c.etag"

#define FROM_READABLE                 \
  " FROM clients c WHERE c.name = $1" \
  " AND (c.visibility = ANY($2) OR c.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE OF c");

// Only the secretariat makes clients that act for no organisation: they act
// for the secretariat, or watch over the suite.
const Statement kInsert(
    "INSERT INTO clients AS c (name, display_name, organization, owners, roles,"
    " scopes, etag, requests_per_minute, for_operations)"
    " VALUES ($1, $2, $3, array_remove(ARRAY[$3], NULL),"
    " CASE WHEN $7 THEN ARRAY['OPERATOR'] WHEN $3 IS NULL"
    "  THEN ARRAY['SECRETARIAT'] ELSE '{}' END, $4, $5, $6, $7)"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE clients c SET display_name = $2, scopes = $4, etag = $5,"
    " requests_per_minute = $6, update_time = now()"
    " WHERE name = $1 AND organization IS NOT DISTINCT FROM $3"
    " AND for_operations = $7 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM clients WHERE name = $1");

const Statement kInsertSecretariat(
    "INSERT INTO clients AS c (name, display_name, owners, roles, scopes,"
    " requests_per_minute, etag)"
    " VALUES ('clients/secretariat', 'Reglabs kansli', '{}', '{SECRETARIAT}',"
    " '{*}', 60000, $1) ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kLockSecretariat(
    "SELECT " COLUMNS
    " FROM clients c WHERE c.name = 'clients/secretariat' FOR UPDATE OF c");

Params ValuesOf(const Client& client) {
  return Fields(client, {"name", "display_name", "organization?", "scopes",
                         "etag", "requests_per_minute", "for_operations"});
}

void RecordChange(Transaction& tx, Change::Kind kind, const Client& client,
                  std::vector<std::string> paths) {
  std::vector<std::string> owners;
  if (!client.organization().empty()) owners.push_back(client.organization());
  tx.Record({.kind = kind,
             .type = "membership.Client",
             .name = client.name(),
             .etag = client.etag(),
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = std::move(owners)});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM clients c",
    .visible = "(c.visibility = ANY({v}) OR c.owners && {o})",
    .key = "c.name",
    .fields = {{"name", "c.name", ListField::Type::kText, true, nullptr, true},
               {"display_name", "c.display_name", ListField::Type::kText, true,
                nullptr, true},
               {"organization", "c.organization", ListField::Type::kText}},
    .default_order = "display_name",
};

absl::StatusOr<Client> Get(Transaction& tx, const Audience& audience,
                           std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Client>(rows[0]);
}

absl::StatusOr<Client> Lock(Transaction& tx, const Audience& audience,
                            std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Client client = ReadRow<Client>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, client.etag()));
  return client;
}

absl::StatusOr<Client> Insert(Transaction& tx, Client client) {
  client.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, ValuesOf(client)));
  if (rows.empty()) return AlreadyExists(client.name());
  Client stored = ReadRow<Client>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Client> Update(Transaction& tx, Client client,
                              std::vector<std::string> changed) {
  client.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate, ValuesOf(client), client.name()));
  Client stored = ReadRow<Client>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Client& client) {
  tx.Send(kDelete, {client.name()});
  RecordChange(tx, Change::Kind::kDeleted, client, {});
  return absl::OkStatus();
}

absl::StatusOr<Client> EnsureSecretariat(Transaction& tx) {
  ASSIGN_OR_RETURN(Rows made, tx.Query(kInsertSecretariat, {NewEtag()}));
  if (!made.empty()) {
    Client client = ReadRow<Client>(made[0]);
    RecordChange(tx, Change::Kind::kCreated, client, {});
    return client;
  }
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kLockSecretariat, {}, "clients/secretariat"));
  return ReadRow<Client>(rows[0]);
}

}  // namespace reglab::membership::clients
