#include "services/membership/relationship_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/day_store.h"

namespace reglab::membership::relationships {

using v1::Relationship;

namespace {

#define COLUMNS                                                   \
  "r.name, r.organization, r.kind, r.counterpart, r.start_date, " \
  "r.end_date, r.create_time, r.update_time, r.etag"

#define FROM                                         \
  " FROM relationships r"                            \
  " JOIN organizations o ON o.name = r.organization" \
  " JOIN organizations c ON c.name = r.counterpart"

#define NOT_DELETED "o.delete_time IS NULL AND c.delete_time IS NULL"

#define READABLE                        \
  " WHERE r.name = $1 AND " NOT_DELETED \
  " AND (r.visibility = ANY($2) OR r.owners && $3)"

// A day that is not known is open.
#define IN_FORCE(day)                                      \
  day "::date BETWEEN coalesce(r.start_date, '-infinity')" \
      " AND coalesce(r.end_date, 'infinity')"

const Statement kGet("SELECT " COLUMNS FROM READABLE
                     " AND ($4::date IS NULL OR " IN_FORCE("$4") ")");

const Statement kLock("SELECT " COLUMNS FROM READABLE " FOR UPDATE OF r");

const Statement kInsert(
    "INSERT INTO relationships AS r (name, organization, kind, counterpart,"
    " start_date, end_date, etag, owners)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, ARRAY[$2, $4])"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE relationships r SET start_date = $2, end_date = $3, etag = $4,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM relationships WHERE name = $1");

const Statement kOneAtATime(
    "SELECT pg_advisory_xact_lock(hashtext('membership.relationships'))");

// It does not matter who of those who cooperate is named first.
const Statement kSame(
    "SELECT FROM relationships WHERE kind = $3 AND name <> $1"
    " AND ((organization = $2 AND counterpart = $4) OR"
    "   (kind = 'COOPERATES_WITH' AND organization = $4 AND counterpart = $2))"
    " AND coalesce(start_date, '-infinity') <= coalesce($6::date, 'infinity')"
    " AND coalesce(end_date, 'infinity') >= coalesce($5::date, '-infinity')"
    " LIMIT 1");

// Goes from the counterpart to its owners, theirs, and so on, keeping the days
// on which all the steps are in force. Before this row there is no circle on
// any day, so that every way ends.
const Statement kOwnsItself(
    "WITH RECURSIVE owners (organization, days) AS ("
    "  SELECT $4::text COLLATE \"C\", daterange($5::date, $6::date, '[]')"
    "  UNION"
    "  SELECT r.counterpart, o.days * daterange(r.start_date, r.end_date, '[]')"
    "  FROM owners o JOIN relationships r ON r.organization = o.organization"
    "  WHERE r.kind = 'OWNED_BY' AND r.name <> $1 AND o.organization <> $2"
    "  AND o.days && daterange(r.start_date, r.end_date, '[]'))"
    " SELECT FROM owners WHERE organization = $2 AND $3 = 'OWNED_BY' LIMIT 1");

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Relationship& relationship,
                  std::vector<std::string> paths) {
  tx.Record(
      {.kind = kind,
       .type = "membership.Relationship",
       .name = relationship.name(),
       .etag = relationship.etag(),
       .field_paths = std::move(paths),
       .visibility = "PUBLIC",
       .owners = {relationship.organization(), relationship.counterpart()}});
}

absl::Status CheckFits(Transaction& tx, const Relationship& relationship) {
  RETURN_IF_ERROR(tx.Query(kOneAtATime).status());
  const Params params =
      Fields(relationship, {"name", "organization", "kind", "counterpart",
                            "start_date?", "end_date?"});
  ASSIGN_OR_RETURN(Rows same, tx.Query(kSame, params));
  if (!same.empty()) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, "RELATIONSHIP_EXISTS",
        {"The two organisations have the same relationship in that time. "
         "Change "
         "the dates, or change that relationship.",
         "De två organisationerna har samma relation under den tiden. Ändra "
         "datumen, eller ändra den relationen."},
        {{"relationship.counterpart",
          {"The relationship is there already.", "Relationen finns redan."}}});
  }
  if (relationship.kind() != Relationship::OWNED_BY) return absl::OkStatus();
  ASSIGN_OR_RETURN(Rows circle, tx.Query(kOwnsItself, params));
  if (circle.empty()) return absl::OkStatus();
  return Refused(
      "OWNERSHIP_CYCLE",
      {"The organisation would own itself, through others, for some time. "
       "Compare who owns whom, or change the dates.",
       "Organisationen skulle under en tid äga sig själv, genom andra. Jämför "
       "vem som äger vem, eller ändra datumen."},
      {{"relationship.counterpart",
        {"It is owned by the organisation.", "Den ägs av organisationen."}}});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS FROM,
    .where = NOT_DELETED,
    .visible = "(r.visibility = ANY({v}) OR r.owners && {o})",
    .in_force = IN_FORCE("{d}"),
    .key = "r.name",
    .fields = {{"name", "r.name", ListField::Type::kText, true, nullptr, true},
               {"start_date", "r.start_date", ListField::Type::kDate, true},
               {"end_date", "r.end_date", ListField::Type::kDate},
               {"organization", "r.organization", ListField::Type::kText},
               {"counterpart", "r.counterpart", ListField::Type::kText},
               {"kind", "r.kind", ListField::Type::kEnum, false,
                Relationship::Kind_descriptor()}},
    .default_order = "start_date desc",
};

absl::StatusOr<Relationship> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name,
                                 std::string_view as_of) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kGet,
                                          {name, audience.visibilities,
                                           audience.owners, DayOrNull(as_of)},
                                          name));
  return ReadRow<Relationship>(rows[0]);
}

absl::StatusOr<Relationship> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name,
                                  std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Relationship relationship = ReadRow<Relationship>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, relationship.etag()));
  return relationship;
}

absl::StatusOr<Relationship> Insert(Transaction& tx,
                                    Relationship relationship) {
  RETURN_IF_ERROR(CheckFits(tx, relationship));
  relationship.set_etag(NewEtag());
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.Query(kInsert, Fields(relationship,
                               {"name", "organization", "kind", "counterpart",
                                "start_date?", "end_date?", "etag"})));
  if (rows.empty()) return AlreadyExists(relationship.name());
  Relationship stored = ReadRow<Relationship>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Relationship> Update(Transaction& tx, Relationship relationship,
                                    std::vector<std::string> changed) {
  RETURN_IF_ERROR(CheckFits(tx, relationship));
  relationship.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate,
                               Fields(relationship, {"name", "start_date?",
                                                     "end_date?", "etag"}),
                               relationship.name()));
  Relationship stored = ReadRow<Relationship>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Relationship& relationship) {
  tx.Send(kDelete, {relationship.name()});
  RecordChange(tx, Change::Kind::kDeleted, relationship, {});
  return absl::OkStatus();
}

}  // namespace reglab::membership::relationships
