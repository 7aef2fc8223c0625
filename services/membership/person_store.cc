#include "services/membership/person_store.h"

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

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

absl::Status EmailTaken(std::string_view field) {
  return MakeError(
      absl::StatusCode::kAlreadyExists, "EMAIL_TAKEN",
      {"Another person has this e-mail address. Use that person, or give an "
       "address of their own.",
       "En annan person har den här e-postadressen. Använd den personen, eller "
       "ange en egen adress."},
      {{std::string(field),
        {"The e-mail address is taken.", "E-postadressen är upptagen."}}});
}

Params ValuesOf(const Person& person) {
  return Fields(person,
                {"name", "given_name", "family_name", "display_name", "title",
                 "organization", "email", "visibility", "etag"});
}

void RecordChange(Transaction& tx, Change::Kind kind, const Person& person,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "membership.Person",
             .name = person.name(),
             .etag = person.etag(),
             .field_paths = std::move(paths),
             .visibility = Person::Visibility_Name(person.visibility()),
             .owners = {person.organization()}});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM people p",
    .visible = "(p.visibility = ANY({v}) OR p.owners && {o})",
    .key = "p.name",
    .search = "p.search",
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

}  // namespace reglab::membership::people
