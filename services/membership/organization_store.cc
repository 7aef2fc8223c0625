#include "services/membership/organization_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::membership::organizations {

using v1::Organization;

namespace {

#define COLUMNS                                                            \
  "o.name, o.display_name, o.aliases, o.kind, o.governance_level, "        \
  "o.organization_number, o.organization_number_verified, o.county_code, " \
  "o.nuts_code, o.population, o.website, o.registrar_email, "              \
  "o.create_time, o.update_time, o.delete_time, o.etag"

#define READABLE "(o.visibility = ANY($2) OR o.owners && $3)"

const Statement kGet(
    "SELECT " COLUMNS
    " FROM organizations o"
    " WHERE o.name = $1 AND o.delete_time IS NULL AND " READABLE);

const Statement kLock(
    "SELECT " COLUMNS
    " FROM organizations o"
    " WHERE o.name = $1 AND (o.delete_time IS NULL OR $4) AND " READABLE
    " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO organizations AS o"
    " (name, owners, display_name, aliases, kind, governance_level,"
    " organization_number, organization_number_verified, county_code,"
    " nuts_code, population, website, registrar_email, etag)"
    " VALUES ($1, ARRAY[$1], $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
    " $13) ON CONFLICT DO NOTHING RETURNING " COLUMNS);

// $1 is not changed; it stands where kInsert has it, so that both take the same
// parameters.
const Statement kUpdate(
    "UPDATE organizations o SET display_name = $2, aliases = $3, kind = $4,"
    " governance_level = $5, organization_number = $6,"
    " organization_number_verified = $7, county_code = $8, nuts_code = $9,"
    " population = $10, website = $11, registrar_email = $12, etag = $13,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kSetDeleted(
    "UPDATE organizations o SET"
    " delete_time = CASE WHEN $2 THEN now() END, update_time = now(), etag = $3"
    " WHERE name = $1 RETURNING " COLUMNS);

const Statement kTaken("SELECT FROM organizations WHERE name = $1");

const Statement kNumberTaken(
    "SELECT FROM organizations WHERE organization_number = $1 AND name <> $2");

const Statement kExists(
    "SELECT FROM organizations WHERE name = $1 AND delete_time IS NULL");

const Statement kForgetNames(
    "DELETE FROM organization_names WHERE organization = $1");

const Statement kInsertNames(
    "INSERT INTO organization_names (organization, spelling, lookup)"
    " SELECT $1, spelling, lookup FROM unnest($2::text[], $3::text[])"
    " AS n (spelling, lookup) ON CONFLICT DO NOTHING");

// The index on trigrams finds what is near; how near it must be is for
// naming_rules to say.
const Statement kFindCandidates(
    "SELECT q.position, n.organization, o.display_name, n.spelling"
    " FROM unnest($1::text[]) WITH ORDINALITY AS q (lookup, position)"
    " CROSS JOIN LATERAL ("
    "   SELECT organization, spelling, similarity(lookup, q.lookup) AS nearness"
    "   FROM organization_names WHERE lookup % q.lookup"
    "   ORDER BY nearness DESC, organization, spelling LIMIT 20) n"
    " JOIN organizations o ON o.name = n.organization"
    " WHERE o.delete_time IS NULL AND " READABLE
    " ORDER BY q.position, n.nearness DESC, n.organization, n.spelling");

absl::Status NumberTaken() {
  return MakeError(
      absl::StatusCode::kAlreadyExists, "ORGANIZATION_NUMBER_TAKEN",
      {"Another organisation, perhaps a deleted one, has this organisation "
       "number. Change that one, or compare the number with the register.",
       "En annan organisation, kanske en borttagen, har det här "
       "organisationsnumret. Ändra den, eller jämför numret med registret."},
      {{"organization.organization_number",
        {"The number is taken.", "Numret är upptaget."}}});
}

Params ValuesOf(const Organization& organization) {
  return Fields(
      organization,
      {"name", "display_name", "aliases", "kind", "governance_level",
       "organization_number?", "organization_number_verified", "county_code",
       "nuts_code", "population", "website", "registrar_email", "etag"});
}

void KeepNames(Transaction& tx, const Organization& organization) {
  std::vector<std::string> spellings = {organization.display_name()};
  spellings.insert(spellings.end(), organization.aliases().begin(),
                   organization.aliases().end());
  std::vector<std::string> lookups;
  for (const std::string& spelling : spellings) {
    lookups.push_back(LookupForm(spelling));
  }
  tx.Send(kForgetNames, {organization.name()});
  tx.Send(kInsertNames, {organization.name(), spellings, lookups});
}

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Organization& organization,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "membership.Organization",
             .name = organization.name(),
             .etag = organization.etag(),
             .field_paths = std::move(paths),
             .visibility = "PUBLIC",
             .owners = {organization.name()}});
}

absl::StatusOr<Organization> LockRow(Transaction& tx, const Audience& audience,
                                     std::string_view name,
                                     std::string_view etag, bool with_deleted) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kLock,
                                          {name, audience.visibilities,
                                           audience.owners, with_deleted},
                                          name));
  Organization organization = ReadRow<Organization>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, organization.etag()));
  return organization;
}

absl::StatusOr<Organization> SetDeleted(Transaction& tx,
                                        const Organization& organization,
                                        bool deleted) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kSetDeleted, {organization.name(), deleted, NewEtag()},
                  organization.name()));
  Organization stored = ReadRow<Organization>(rows[0]);
  RecordChange(tx, deleted ? Change::Kind::kDeleted : Change::Kind::kCreated,
               stored, {"delete_time"});
  return stored;
}

// A day that is not known is open.
constexpr std::string_view kBelonged =
    "EXISTS (SELECT FROM memberships m WHERE m.parent = o.name"
    " AND m.state IN ('ACTIVE', 'ENDED') AND {d}::date BETWEEN"
    " coalesce(m.start_date, '-infinity') AND coalesce(m.end_date,"
    " 'infinity'))";

std::vector<ListField> ListFields() {
  using Type = ListField::Type;
  return {
      {"name", "o.name", Type::kText, true, nullptr, true},
      {"display_name", "o.display_name", Type::kText, true, nullptr, true},
      {"population", "o.population", Type::kInt, true, nullptr, true},
      {"kind", "o.kind", Type::kEnum, false, Organization::Kind_descriptor()},
      {"governance_level", "o.governance_level", Type::kEnum, false,
       Organization::GovernanceLevel_descriptor()},
      {"county_code", "o.county_code", Type::kText},
      {"nuts_code", "o.nuts_code", Type::kText}};
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM organizations o",
    .where = "o.delete_time IS NULL",
    .visible = "(o.visibility = ANY({v}) OR o.owners && {o})",
    .in_force = kBelonged,
    .key = "o.name",
    .search = "o.search",
    .fields = ListFields(),
    .default_order = "display_name",
};

const Listing kListingWithDeleted = {
    .select = kListing.select,
    .visible = kListing.visible,
    .in_force = kBelonged,
    .key = kListing.key,
    .search = kListing.search,
    .fields = ListFields(),
    .default_order = kListing.default_order,
};

absl::StatusOr<Organization> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Organization>(rows[0]);
}

absl::StatusOr<Organization> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name,
                                  std::string_view etag) {
  return LockRow(tx, audience, name, etag, false);
}

absl::StatusOr<Organization> LockWithDeleted(Transaction& tx,
                                             const Audience& audience,
                                             std::string_view name,
                                             std::string_view etag) {
  return LockRow(tx, audience, name, etag, true);
}

absl::StatusOr<Organization> Insert(Transaction& tx,
                                    Organization organization) {
  organization.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, ValuesOf(organization)));
  if (rows.empty()) {
    ASSIGN_OR_RETURN(Rows taken, tx.Query(kTaken, {organization.name()}));
    return taken.empty() ? NumberTaken() : AlreadyExists(organization.name());
  }
  Organization stored = ReadRow<Organization>(rows[0]);
  KeepNames(tx, stored);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Organization> Update(Transaction& tx, Organization organization,
                                    std::vector<std::string> changed) {
  if (!organization.organization_number().empty()) {
    ASSIGN_OR_RETURN(Rows taken,
                     tx.Query(kNumberTaken, {organization.organization_number(),
                                             organization.name()}));
    if (!taken.empty()) return NumberTaken();
  }
  organization.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kUpdate, ValuesOf(organization),
                                          organization.name()));
  Organization stored = ReadRow<Organization>(rows[0]);
  KeepNames(tx, stored);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::StatusOr<Organization> Delete(Transaction& tx,
                                    Organization organization) {
  return SetDeleted(tx, organization, true);
}

absl::StatusOr<Organization> Undelete(Transaction& tx,
                                      Organization organization) {
  return SetDeleted(tx, organization, false);
}

absl::Status CheckExists(Transaction& tx, std::string_view field,
                         std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kExists, {name}));
  if (!rows.empty()) return absl::OkStatus();
  return InvalidField(
      field,
      {"There is no such organisation. Create it first, or find its name "
       "with organizations/resolve.",
       "Det finns ingen sådan organisation. Lägg upp den först, eller sök "
       "fram dess namn med organizations/resolve."});
}

absl::StatusOr<std::vector<std::vector<NameCandidate>>> FindCandidates(
    Transaction& tx, const Audience& audience,
    const std::vector<std::string>& lookup_forms) {
  ASSIGN_OR_RETURN(
      Rows rows, tx.Query(kFindCandidates, {lookup_forms, audience.visibilities,
                                            audience.owners}));
  std::vector<std::vector<NameCandidate>> found(lookup_forms.size());
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    found[row.Int(0) - 1].push_back({std::string(row.Text(1)),
                                     std::string(row.Text(2)),
                                     std::string(row.Text(3))});
  }
  return found;
}

}  // namespace reglab::membership::organizations
