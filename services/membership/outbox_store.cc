#include "services/membership/outbox_store.h"

#include <boost/json.hpp>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/mail_message.h"
#include "services/membership/mail_template.h"
#include "services/membership/sealed.h"

ABSL_FLAG(std::string, public_url, "http://127.0.0.1:8080",
          "Where readers of letters reach the suite: links in them begin so");

namespace reglab::membership::outbox {

using v1::Dispatch;

namespace {

#define COLUMNS                                                            \
  "b.name, b.template, b.language, b.title, b.person, b.email,"            \
  " b.organization, b.subject, b.version, b.lead, b.state, b.attempts,"    \
  " b.last_error, b.due AS next_attempt_time, b.send_time, b.create_time," \
  " b.etag"

const Statement kGet("SELECT " COLUMNS
                     " FROM outbox b WHERE b.name = $1"
                     " AND (b.visibility = ANY($2) OR b.owners && $3)");

const Statement kInsert(
    "INSERT INTO outbox (name, owners, template, language, title, person,"
    " email, organization, subject, version, lead, content, etag)"
    " VALUES ($1, array_remove(ARRAY[$7], NULL), $2, $3, $4, $5, $6, $7, $8,"
    " $9, $10, $11, $12)");

// Dates of appointments are days in Sweden.
#define APPOINTED_TODAY                            \
  " (now() AT TIME ZONE 'Europe/Stockholm')::date" \
  " BETWEEN a.start_date AND coalesce(a.end_date, 'infinity')"

const Statement kFindReceivers(
    "SELECT p.name AS given, p.name FROM people p"
    " WHERE p.name = ANY($1) AND p.email <> ''"
    " UNION SELECT a.organization, p.name FROM appointments a"
    " JOIN people p ON p.name = a.person"
    " WHERE a.organization = ANY($1) AND a.role = 'MEMBER_REPRESENTATIVE'"
    " AND p.email <> '' AND" APPOINTED_TODAY
    // Who leads the body; everyone in it when nobody does.
    " UNION SELECT a.parent, p.name FROM appointments_today a"
    " JOIN people p ON p.name = a.person WHERE a.parent = ANY($1)"
    " AND p.email <> '' AND (a.role IN ('CHAIR', 'CONVENER') OR NOT EXISTS ("
    "SELECT FROM appointments_today l WHERE l.parent = a.parent"
    " AND l.role IN ('CHAIR', 'CONVENER'))) ORDER BY 1, 2");

const Statement kFindResponsible(
    "SELECT DISTINCT p.name FROM appointments a"
    " JOIN people p ON p.name = a.person JOIN bodies b ON b.name = a.parent"
    " WHERE p.email <> '' AND" APPOINTED_TODAY
    " AND CASE WHEN $1 = '' THEN b.kind = 'SECRETARIAT'"
    " ELSE a.organization = $1 AND a.role = 'MEMBER_REPRESENTATIVE' END"
    " ORDER BY 1 LIMIT 20");

const Statement kLease(
    "UPDATE outbox o SET attempts = attempts + 1,"
    " due = now() + make_interval(secs => $2) WHERE name IN ("
    "SELECT name FROM outbox WHERE state = 'PENDING' AND due <= now()"
    " ORDER BY due LIMIT $1 FOR UPDATE SKIP LOCKED)"
    " RETURNING name, coalesce(email, (SELECT p.email FROM people p"
    " WHERE p.name = o.person), ''), title, content, attempts, create_time,"
    " owners");

const Statement kFinish(
    "UPDATE outbox SET state = $2, last_error = $3, etag = $4, due = NULL,"
    " content = NULL, send_time = CASE WHEN $2 = 'SENT' THEN now() END"
    " WHERE name = $1 AND state = 'PENDING' RETURNING 1");

const Statement kPostpone(
    "UPDATE outbox SET last_error = $2,"
    " due = now() + make_interval(secs => $3)"
    " WHERE name = $1 AND state = 'PENDING'");

const Statement kCountPending(
    "SELECT count(*) FROM outbox WHERE state = 'PENDING'");

void RecordChange(Transaction& tx, Change::Kind kind, const std::string& name,
                  const std::string& etag, std::vector<std::string> paths,
                  std::vector<std::string> owners) {
  tx.Record({.kind = kind,
             .type = "membership.Dispatch",
             .name = name,
             .etag = etag,
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = std::move(owners)});
}

absl::Status Finish(Transaction& tx, const Leased& letter,
                    std::string_view state, std::string_view error) {
  const std::string etag = NewEtag();
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kFinish, {letter.name, state, error, etag}));
  if (!rows.empty()) {
    RecordChange(tx, Change::Kind::kUpdated, letter.name, etag, {"state"},
                 letter.owners);
  }
  return absl::OkStatus();
}

std::optional<std::string> OrNull(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM outbox b",
    .visible = "(b.visibility = ANY({v}) OR b.owners && {o})",
    .key = "b.name",
    .organization = "b.organization = {n}",
    .fields = {{"name", "b.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "b.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"send_time", "b.send_time", ListField::Type::kTime},
               {"template", "b.template", ListField::Type::kText},
               {"person", "b.person", ListField::Type::kText},
               {"organization", "b.organization", ListField::Type::kText},
               {"subject", "b.subject", ListField::Type::kText},
               {"version", "b.version", ListField::Type::kText},
               {"state", "b.state", ListField::Type::kEnum, false,
                Dispatch::State_descriptor()}},
    .default_order = "create_time desc",
};

absl::Status Enqueue(Transaction& tx, const Mail& mail, std::string* name) {
  if (mail.email.empty() ? !absl::StartsWith(mail.person, "people/")
                         : !IsAddress(mail.email)) {
    return InvalidField(
        "recipient",
        {"It is neither a person nor an e-mail address that can be written to. "
         "Give \"people/…\", or an address like name@example.se.",
         "Det är varken en person eller en e-postadress som går att skriva "
         "till. Ange ”people/…” eller en adress som namn@example.se."});
  }
  LetterValues values{mail.parameters, mail.lead, ""};
  if (!mail.link.empty()) {
    values.link = absl::StrCat(absl::GetFlag(FLAGS_public_url), mail.link);
  }
  ASSIGN_OR_RETURN(const Letter letter,
                   WriteLetter(mail.template_name, mail.language, values));
  const std::string dispatch = absl::StrCat("dispatches/", RandomId());
  const std::string etag = NewEtag();
  const std::string content = boost::json::serialize(
      boost::json::object{{"text", letter.text}, {"html", letter.html}});
  tx.Send(kInsert, {dispatch, mail.template_name, mail.language, letter.title,
                    OrNull(mail.person), OrNull(mail.email),
                    OrNull(mail.organization), mail.subject, mail.version,
                    mail.lead, Param::Bytes(Seal(content, dispatch)), etag});
  std::vector<std::string> owners;
  if (!mail.organization.empty()) owners.push_back(mail.organization);
  RecordChange(tx, Change::Kind::kCreated, dispatch, etag, {},
               std::move(owners));
  if (name != nullptr) *name = dispatch;
  return absl::OkStatus();
}

absl::StatusOr<Dispatch> Get(Transaction& tx, const Audience& audience,
                             std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Dispatch>(rows[0]);
}

absl::StatusOr<std::vector<Receiver>> FindReceivers(
    Transaction& tx, const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindReceivers, {names}));
  std::vector<Receiver> receivers;
  for (int i = 0; i < rows.size(); ++i) {
    receivers.push_back(
        {std::string(rows[i].Text(0)), std::string(rows[i].Text(1))});
  }
  return receivers;
}

absl::StatusOr<std::vector<std::string>> FindResponsible(
    Transaction& tx, std::string_view organization) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kFindResponsible, {organization}));
  std::vector<std::string> people;
  for (int i = 0; i < rows.size(); ++i) people.emplace_back(rows[i].Text(0));
  return people;
}

absl::StatusOr<std::vector<Leased>> Lease(Transaction& tx, int count,
                                          absl::Duration lease) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kLease, {count, absl::ToDoubleSeconds(lease)}));
  std::vector<Leased> letters;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    letters.push_back({.name = std::string(row.Text(0)),
                       .email = std::string(row.Text(1)),
                       .title = std::string(row.Text(2)),
                       .content = row.Bytes(3),
                       .attempts = static_cast<int>(row.Int(4)),
                       .create_time = row.Time(5),
                       .owners = row.Array(6)});
  }
  return letters;
}

absl::Status Sent(Transaction& tx, const Leased& letter) {
  return Finish(tx, letter, "SENT", "");
}

absl::Status GiveUp(Transaction& tx, const Leased& letter,
                    std::string_view error) {
  return Finish(tx, letter, "FAILED", error);
}

absl::Status Postpone(Transaction& tx, const Leased& letter,
                      std::string_view error, absl::Duration pause) {
  tx.Send(kPostpone, {letter.name, error, absl::ToDoubleSeconds(pause)});
  return absl::OkStatus();
}

absl::StatusOr<int64_t> CountPending(Transaction& tx) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kCountPending));
  return rows[0].Int(0);
}

}  // namespace reglab::membership::outbox
