#include "services/membership/organization_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/day_store.h"

namespace reglab::membership::organizations {

using v1::Organization;

namespace {

#define COLUMNS                                                            \
  "o.name, o.display_name, o.aliases, o.kind, o.governance_level, "        \
  "o.organization_number, o.organization_number_verified, o.county_code, " \
  "o.nuts_code, o.population, o.website, o.registrar_email, "              \
  "o.create_time, o.update_time, o.delete_time, o.etag"

#define READABLE "(o.visibility = ANY($2) OR o.owners && $3)"

// It belonged to Reglab on that day. A day that is not known is open.
#define BELONGED(day)                                         \
  "EXISTS (SELECT FROM memberships m WHERE m.parent = o.name" \
  " AND m.state IN ('ACTIVE', 'ENDED') AND " day              \
  "::date BETWEEN coalesce(m.start_date, '-infinity')"        \
  " AND coalesce(m.end_date, 'infinity'))"

const Statement kGet(
    "SELECT " COLUMNS
    " FROM organizations o"
    " WHERE o.name = $1 AND o.delete_time IS NULL AND " READABLE
    " AND ($4::date IS NULL OR " BELONGED("$4") ")");

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

const Statement kFindExisting(
    "SELECT name FROM organizations"
    " WHERE name = ANY($1) AND delete_time IS NULL");

const Statement kFindByKeys(
    "SELECT " COLUMNS
    " FROM organizations o"
    " WHERE o.name = ANY($1) OR o.organization_number = ANY($2)");

#define VALUES_OF_MANY                                                       \
  " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]," \
  " $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],"            \
  " $11::text[], $12::text[], $13::text[]"
#define NAMES_OF_MANY                                                \
  ") AS r (name, display_name, aliases, kind, governance_level,"     \
  " organization_number, organization_number_verified, county_code," \
  " nuts_code, population, website, registrar_email, etag"

const Statement kInsertAll(
    "INSERT INTO organizations (name, owners, display_name, aliases, kind,"
    " governance_level, organization_number, organization_number_verified,"
    " county_code, nuts_code, population, website, registrar_email, etag)"
    " SELECT name, ARRAY[name], display_name, aliases::text[], kind,"
    " governance_level, organization_number,"
    " organization_number_verified::boolean, county_code, nuts_code,"
    " population::integer, website, registrar_email, etag" VALUES_OF_MANY
        NAMES_OF_MANY ")");

const Statement kUpdateAll(
    "UPDATE organizations o SET display_name = r.display_name,"
    " aliases = r.aliases::text[], kind = r.kind,"
    " governance_level = r.governance_level,"
    " organization_number = r.organization_number,"
    " organization_number_verified = r.organization_number_verified::boolean,"
    " county_code = r.county_code, nuts_code = r.nuts_code,"
    " population = r.population::integer, website = r.website,"
    " registrar_email = r.registrar_email, etag = r.etag, update_time = "
    "now()" VALUES_OF_MANY ", $14::text[]" NAMES_OF_MANY
    ", etag_before) WHERE o.name = r.name AND o.etag = r.etag_before");

const Statement kForgetNames(
    "DELETE FROM organization_names WHERE organization = ANY($1)");

const Statement kInsertNames(
    "INSERT INTO organization_names (organization, spelling, lookup)"
    " SELECT organization, spelling, lookup"
    " FROM unnest($1::text[], $2::text[], $3::text[])"
    " AS n (organization, spelling, lookup) ON CONFLICT DO NOTHING");

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

#define FIELDS                                                                 \
  {                                                                            \
    "name", "display_name", "aliases", "kind", "governance_level",             \
        "organization_number?", "organization_number_verified", "county_code", \
        "nuts_code", "population", "website", "registrar_email", "etag"        \
  }

Params ValuesOf(const Organization& organization) {
  return Fields(organization, FIELDS);
}

void KeepNames(Transaction& tx, const std::vector<Organization>& of) {
  std::vector<std::string> names, holders, spellings, lookups;
  const auto add = [&](const std::string& name, const std::string& spelling) {
    holders.push_back(name);
    spellings.push_back(spelling);
    lookups.push_back(LookupForm(spelling));
  };
  for (const Organization& organization : of) {
    names.push_back(organization.name());
    add(organization.name(), organization.display_name());
    for (const std::string& alias : organization.aliases()) {
      add(organization.name(), alias);
    }
  }
  tx.Send(kForgetNames, {names});
  tx.Send(kInsertNames, {holders, spellings, lookups});
}

Change ChangeOf(Change::Kind kind, const Organization& organization,
                std::vector<std::string> paths) {
  return {.kind = kind,
          .type = "membership.Organization",
          .name = organization.name(),
          .etag = organization.etag(),
          .field_paths = std::move(paths),
          .visibility = "PUBLIC",
          .owners = {organization.name()}};
}

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Organization& organization,
                  std::vector<std::string> paths) {
  tx.Record(ChangeOf(kind, organization, std::move(paths)));
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
    .in_force = BELONGED("{d}"),
    .key = "o.name",
    .search = "o.search",
    .word = "o.words LIKE {p} OR o.words %>> {w}",
    .fields = ListFields(),
    .default_order = "display_name",
};

const Listing kListingWithDeleted = {
    .select = kListing.select,
    .visible = kListing.visible,
    .in_force = BELONGED("{d}"),
    .key = kListing.key,
    .search = kListing.search,
    .word = kListing.word,
    .fields = ListFields(),
    .default_order = kListing.default_order,
};

absl::StatusOr<Organization> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name,
                                 std::string_view as_of) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kGet,
                                          {name, audience.visibilities,
                                           audience.owners, DayOrNull(as_of)},
                                          name));
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
  KeepNames(tx, {stored});
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
  KeepNames(tx, {stored});
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

absl::StatusOr<std::vector<std::string>> FindExisting(
    Transaction& tx, const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindExisting, {names}));
  std::vector<std::string> found;
  for (int i = 0; i < rows.size(); ++i) found.emplace_back(rows[i].Text(0));
  return found;
}

absl::StatusOr<std::vector<Organization>> FindByKeys(
    Transaction& tx, const std::vector<std::string>& names,
    const std::vector<std::string>& numbers) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindByKeys, {names, numbers}));
  std::vector<Organization> found;
  for (int i = 0; i < rows.size(); ++i) {
    found.push_back(ReadRow<Organization>(rows[i]));
  }
  return found;
}

absl::Status InsertAll(Transaction& tx,
                       std::vector<Organization> organizations) {
  std::vector<const google::protobuf::Message*> messages;
  std::vector<Change> changes;
  for (Organization& organization : organizations) {
    organization.set_etag(NewEtag());
    messages.push_back(&organization);
    changes.push_back(ChangeOf(Change::Kind::kCreated, organization, {}));
  }
  RETURN_IF_ERROR(tx.Query(kInsertAll, FieldArrays(messages, FIELDS)).status());
  KeepNames(tx, organizations);
  tx.Record(changes);
  return absl::OkStatus();
}

absl::Status UpdateAll(Transaction& tx, std::vector<Organization> organizations,
                       std::vector<std::vector<std::string>> changed) {
  std::vector<const google::protobuf::Message*> messages;
  std::vector<std::string> etags_before;
  std::vector<Change> changes;
  for (size_t i = 0; i < organizations.size(); ++i) {
    etags_before.push_back(organizations[i].etag());
    organizations[i].set_etag(NewEtag());
    messages.push_back(&organizations[i]);
    changes.push_back(ChangeOf(Change::Kind::kUpdated, organizations[i],
                               std::move(changed[i])));
  }
  Params params = FieldArrays(messages, FIELDS);
  params.emplace_back(etags_before);
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kUpdateAll, params));
  if (rows.affected() != int64_t(organizations.size())) {
    return ChangedMeanwhile();
  }
  KeepNames(tx, organizations);
  tx.Record(changes);
  return absl::OkStatus();
}

}  // namespace reglab::membership::organizations
