#include "services/membership/body_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/day_store.h"

namespace reglab::membership::bodies {

using v1::Body;

namespace {

#define COLUMNS                                                         \
  "b.name, b.display_name, b.kind, b.description, b.convener, "         \
  "b.seats_per_organization, b.start_date, b.end_date, b.create_time, " \
  "b.update_time, b.etag"

// A day that is not known is open.
#define IN_FORCE(day)                                      \
  day "::date BETWEEN coalesce(b.start_date, '-infinity')" \
      " AND coalesce(b.end_date, 'infinity')"

#define FROM_READABLE                \
  " FROM bodies b WHERE b.name = $1" \
  " AND (b.visibility = ANY($2) OR b.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE
                     " AND ($4::date IS NULL OR " IN_FORCE("$4") ")");

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

// A body owns itself together with its convener, if it has one.
const Statement kInsert(
    "INSERT INTO bodies AS b (name, display_name, kind, description, convener,"
    " owners, seats_per_organization, start_date, end_date, etag)"
    " VALUES ($1, $2, $3, $4, $5, array_remove(ARRAY[$1, $5], NULL), $6, $7, "
    "$8,"
    " $9)"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE bodies b SET display_name = $2, kind = $3, description = $4,"
    " convener = $5, owners = array_remove(ARRAY[$1, $5], NULL),"
    " seats_per_organization = $6, start_date = $7, end_date = $8, etag = $9,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM bodies WHERE name = $1");

const Statement kAppointed(
    "SELECT FROM appointments WHERE parent = $1 LIMIT 1");

Params ValuesOf(const Body& body) {
  return Fields(body,
                {"name", "display_name", "kind", "description", "convener?",
                 "seats_per_organization", "start_date?", "end_date?", "etag"});
}

void RecordChange(Transaction& tx, Change::Kind kind, const Body& body,
                  std::vector<std::string> paths) {
  std::vector<std::string> owners = {body.name()};
  if (!body.convener().empty()) owners.push_back(body.convener());
  tx.Record({.kind = kind,
             .type = "membership.Body",
             .name = body.name(),
             .etag = body.etag(),
             .field_paths = std::move(paths),
             .visibility = "PUBLIC",
             .owners = std::move(owners)});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM bodies b",
    .visible = "(b.visibility = ANY({v}) OR b.owners && {o})",
    .in_force = IN_FORCE("{d}"),
    .key = "b.name",
    .search = "b.search",
    .fields = {{"name", "b.name", ListField::Type::kText, true, nullptr, true},
               {"display_name", "b.display_name", ListField::Type::kText, true,
                nullptr, true},
               {"kind", "b.kind", ListField::Type::kEnum, false,
                Body::Kind_descriptor()},
               {"convener", "b.convener", ListField::Type::kText}},
    .default_order = "display_name",
};

absl::StatusOr<Body> Get(Transaction& tx, const Audience& audience,
                         std::string_view name, std::string_view as_of) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kGet,
                                          {name, audience.visibilities,
                                           audience.owners, DayOrNull(as_of)},
                                          name));
  return ReadRow<Body>(rows[0]);
}

absl::StatusOr<Body> Lock(Transaction& tx, const Audience& audience,
                          std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Body body = ReadRow<Body>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, body.etag()));
  return body;
}

absl::StatusOr<Body> Insert(Transaction& tx, Body body) {
  body.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, ValuesOf(body)));
  if (rows.empty()) return AlreadyExists(body.name());
  Body stored = ReadRow<Body>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Body> Update(Transaction& tx, Body body,
                            std::vector<std::string> changed) {
  body.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate, ValuesOf(body), body.name()));
  Body stored = ReadRow<Body>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Body& body) {
  ASSIGN_OR_RETURN(Rows appointed, tx.Query(kAppointed, {body.name()}));
  if (!appointed.empty()) {
    return Refused("BODY_HAS_APPOINTMENTS",
                   {"The body has appointments. Delete these first.",
                    "Organet har uppdrag. Ta bort dem först."});
  }
  tx.Send(kDelete, {body.name()});
  RecordChange(tx, Change::Kind::kDeleted, body, {});
  return absl::OkStatus();
}

}  // namespace reglab::membership::bodies
