#include "services/membership/person_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/person_rules.h"

namespace reglab::membership::people {

using v1::Person;

namespace {

#define COLUMNS                                                           \
  "p.name, p.given_name, p.family_name, p.display_name, p.title, "        \
  "p.organization, p.email, p.visibility, p.create_time, p.update_time, " \
  "p.etag"

#define FROM_READABLE                \
  " FROM people p WHERE p.name = $1" \
  " AND (p.visibility = ANY($2) OR p.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO people AS p (name, given_name, family_name, display_name,"
    " title, organization, owners, email, visibility, etag)"
    " VALUES ($1, $2, $3, $4, $5, $6, ARRAY[$6], $7, $8, $9)"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kUpdate(
    "UPDATE people p SET given_name = $2, family_name = $3, display_name = $4,"
    " title = $5, organization = $6, owners = ARRAY[$6], email = $7,"
    " visibility = $8, etag = $9, update_time = now()"
    " WHERE name = $1 RETURNING " COLUMNS);

const Statement kDelete("DELETE FROM people WHERE name = $1");

const Statement kAppointed(
    "SELECT FROM appointments WHERE person = $1 LIMIT 1");

const Statement kTaken("SELECT FROM people WHERE name = $1");

const Statement kEmailTaken(
    "SELECT FROM people WHERE lower(email) = lower($1) AND email <> ''"
    " AND name <> $2");

const Statement kFindByKeys("SELECT " COLUMNS
                            " FROM people p WHERE p.name = ANY($1)"
                            " UNION ALL SELECT " COLUMNS
                            " FROM people p WHERE p.email <> ''"
                            " AND lower(p.email) = ANY(ARRAY(SELECT lower(e)"
                            " FROM unnest($2::text[]) AS e))");

#define VALUES_OF_MANY                                                       \
  " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]," \
  " $6::text[], $7::text[], $8::text[], $9::text[]"

const Statement kInsertAll(
    "INSERT INTO people (name, given_name, family_name, display_name, title,"
    " organization, owners, email, visibility, etag)"
    " SELECT name, given_name, family_name, display_name, title, organization,"
    " ARRAY[organization], email, visibility, etag" VALUES_OF_MANY
    ") AS r (name, given_name, family_name, display_name, title, organization,"
    " email, visibility, etag)");

const Statement kUpdateAll(
    "UPDATE people p SET given_name = r.given_name,"
    " family_name = r.family_name, display_name = r.display_name,"
    " title = r.title, organization = r.organization,"
    " owners = ARRAY[r.organization], email = r.email,"
    " visibility = r.visibility, etag = r.etag, update_time = "
    "now()" VALUES_OF_MANY
    ", $10::text[]) AS r (name, given_name, family_name, display_name, title,"
    " organization, email, visibility, etag, etag_before)"
    " WHERE p.name = r.name AND p.etag = r.etag_before");

#define FIELDS                                                    \
  {                                                               \
    "name", "given_name", "family_name", "display_name", "title", \
        "organization", "email", "visibility", "etag"             \
  }

Params ValuesOf(const Person& person) { return Fields(person, FIELDS); }

Change ChangeOf(Change::Kind kind, const Person& person,
                std::vector<std::string> paths) {
  return {.kind = kind,
          .type = "membership.Person",
          .name = person.name(),
          .etag = person.etag(),
          .field_paths = std::move(paths),
          .visibility = Person::Visibility_Name(person.visibility()),
          .owners = {person.organization()}};
}

void RecordChange(Transaction& tx, Change::Kind kind, const Person& person,
                  std::vector<std::string> paths) {
  tx.Record(ChangeOf(kind, person, std::move(paths)));
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM people p",
    .visible = "(p.visibility = ANY({v}) OR p.owners && {o})",
    .key = "p.name",
    .organization = "p.organization = {n}",
    .search = "p.search",
    .word =
        "p.words LIKE {p} OR p.words %>> {w}"
        " OR p.organization = ANY(ARRAY(SELECT o.name FROM organizations o"
        " WHERE o.words LIKE {p} OR o.words %>> {w}))",
    .fields = {{"name", "p.name", ListField::Type::kText, true, nullptr, true},
               {"family_name", "p.family_name", ListField::Type::kText, true,
                nullptr, true},
               {"display_name", "p.display_name", ListField::Type::kText, true,
                nullptr, true},
               {"given_name", "p.given_name", ListField::Type::kText},
               {"title", "p.title", ListField::Type::kText},
               {"organization", "p.organization", ListField::Type::kText}},
    .default_order = "family_name",
};

absl::StatusOr<Person> Get(Transaction& tx, const Audience& audience,
                           std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Person>(rows[0]);
}

absl::StatusOr<Person> Lock(Transaction& tx, const Audience& audience,
                            std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Person person = ReadRow<Person>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, person.etag()));
  return person;
}

absl::StatusOr<Person> LockNamed(Transaction& tx, const Audience& audience,
                                 std::string_view field,
                                 std::string_view name) {
  absl::StatusOr<Person> person = Lock(tx, audience, name, "");
  if (!absl::IsNotFound(person.status())) return person;
  return InvalidField(
      field, {"There is no such person. Create the person first.",
              "Det finns ingen sådan person. Lägg upp personen först."});
}

absl::Status CheckEmailIsFree(Transaction& tx, std::string_view field,
                              std::string_view email, std::string_view person) {
  ASSIGN_OR_RETURN(Rows taken, tx.Query(kEmailTaken, {email, person}));
  return taken.empty() ? absl::OkStatus() : EmailTaken(field);
}

absl::StatusOr<Person> Insert(Transaction& tx, Person person) {
  person.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, ValuesOf(person)));
  if (rows.empty()) {
    ASSIGN_OR_RETURN(Rows taken, tx.Query(kTaken, {person.name()}));
    return taken.empty() ? EmailTaken("person.email")
                         : AlreadyExists(person.name());
  }
  Person stored = ReadRow<Person>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Person> Update(Transaction& tx, Person person,
                              std::vector<std::string> changed) {
  RETURN_IF_ERROR(
      CheckEmailIsFree(tx, "person.email", person.email(), person.name()));
  person.set_etag(NewEtag());
  ASSIGN_OR_RETURN(Rows rows,
                   tx.QueryOne(kUpdate, ValuesOf(person), person.name()));
  Person stored = ReadRow<Person>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, std::move(changed));
  return stored;
}

absl::Status Delete(Transaction& tx, const Person& person) {
  ASSIGN_OR_RETURN(Rows appointed, tx.Query(kAppointed, {person.name()}));
  if (!appointed.empty()) {
    return Refused("PERSON_HAS_APPOINTMENTS",
                   {"The person holds appointments. Delete these first.",
                    "Personen har uppdrag. Ta bort dem först."});
  }
  tx.Send(kDelete, {person.name()});
  RecordChange(tx, Change::Kind::kDeleted, person, {});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Person>> FindByKeys(
    Transaction& tx, const std::vector<std::string>& names,
    const std::vector<std::string>& emails) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindByKeys, {names, emails}));
  std::vector<Person> found;
  found.reserve(rows.size());
  for (int i = 0; i < rows.size(); ++i) {
    found.push_back(ReadRow<Person>(rows[i]));
  }
  return found;
}

absl::Status InsertAll(Transaction& tx, std::vector<Person> people) {
  std::vector<const google::protobuf::Message*> messages;
  std::vector<Change> changes;
  for (Person& person : people) {
    person.set_etag(NewEtag());
    messages.push_back(&person);
    changes.push_back(ChangeOf(Change::Kind::kCreated, person, {}));
  }
  RETURN_IF_ERROR(tx.Query(kInsertAll, FieldArrays(messages, FIELDS)).status());
  tx.Record(changes);
  return absl::OkStatus();
}

absl::Status UpdateAll(Transaction& tx, std::vector<Person> people,
                       std::vector<std::vector<std::string>> changed) {
  std::vector<const google::protobuf::Message*> messages;
  std::vector<std::string> etags_before;
  std::vector<Change> changes;
  for (size_t i = 0; i < people.size(); ++i) {
    etags_before.push_back(people[i].etag());
    people[i].set_etag(NewEtag());
    messages.push_back(&people[i]);
    changes.push_back(
        ChangeOf(Change::Kind::kUpdated, people[i], std::move(changed[i])));
  }
  Params params = FieldArrays(messages, FIELDS);
  params.emplace_back(etags_before);
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kUpdateAll, params));
  if (rows.affected() != int64_t(people.size())) return ChangedMeanwhile();
  tx.Record(changes);
  return absl::OkStatus();
}

}  // namespace reglab::membership::people
