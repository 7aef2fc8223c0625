#include "services/membership/invitation_store.h"

#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"
#include "services/membership/invitation_rules.h"

namespace reglab::membership::invitations {

using v1::Invitation;

namespace {

#define STATE                                           \
  "CASE WHEN i.accept_time IS NOT NULL THEN 'ACCEPTED'" \
  " WHEN i.revoke_time IS NOT NULL THEN 'REVOKED'"      \
  " WHEN i.expire_time <= now() THEN 'EXPIRED' ELSE 'PENDING' END"

#define COLUMNS                                                      \
  "i.name, i.email, i.person, i.organization, i.language, "          \
  "i.expire_time, " STATE                                            \
  " AS state, i.inviter, i.send_time, i.send_count, i.accept_time, " \
  "i.revoke_time, i.create_time, i.update_time, i.etag"

#define FROM_READABLE                     \
  " FROM invitations i WHERE i.name = $1" \
  " AND (i.visibility = ANY($2) OR i.owners && $3)"

const Statement kGet("SELECT " COLUMNS FROM_READABLE);

const Statement kLock("SELECT " COLUMNS FROM_READABLE " FOR UPDATE");

const Statement kInsert(
    "INSERT INTO invitations AS i (name, email, person, organization, owners,"
    " language, inviter, etag, token_sha256, lifetime, expire_time)"
    " VALUES ($1, $2, $3, $4, ARRAY[$4], $5, $6, $7, $8,"
    " make_interval(secs => $9), now() + make_interval(secs => $9))"
    " ON CONFLICT DO NOTHING RETURNING " COLUMNS);

const Statement kRenew(
    "UPDATE invitations i SET token_sha256 = $2, expire_time = now() + "
    "lifetime,"
    " send_time = now(), send_count = send_count + 1, etag = $3,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

const Statement kRevoke(
    "UPDATE invitations i SET revoke_time = now(), etag = $2,"
    " update_time = now() WHERE name = $1 RETURNING " COLUMNS);

#define OPENS                                     \
  "i.token_sha256 = $1 AND i.accept_time IS NULL" \
  " AND i.revoke_time IS NULL AND i.expire_time > now()"

const Statement kRedeem(
    "UPDATE invitations i SET accept_time = now(), etag = $2,"
    " update_time = now() WHERE " OPENS " RETURNING " COLUMNS);

const Statement kPreview(
    "SELECT p.name, p.display_name AS person_display_name,"
    " o.name AS organization, o.display_name AS organization_display_name,"
    " coalesce(q.display_name, '') AS inviter_display_name"
    " FROM invitations i JOIN people p ON p.name = i.person"
    " JOIN organizations o ON o.name = i.organization"
    " LEFT JOIN people q ON q.name = i.inviter WHERE " OPENS);

const Statement kCountWaiting(
    "SELECT count(*) FROM invitations WHERE organization = $1"
    " AND accept_time IS NULL AND revoke_time IS NULL AND expire_time > now()");

const Statement kLetterNames(
    "SELECT o.display_name, coalesce(p.display_name, ''),"
    " to_char(i.expire_time AT TIME ZONE 'Europe/Stockholm',"
    "   'YYYY-MM-DD HH24:MI')"
    " FROM invitations i JOIN organizations o ON o.name = i.organization"
    " LEFT JOIN people p ON p.name = i.inviter WHERE i.name = $1");

void RecordChange(Transaction& tx, Change::Kind kind,
                  const Invitation& invitation,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "membership.Invitation",
             .name = invitation.name(),
             .etag = invitation.etag(),
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = {invitation.organization()}});
}

absl::Status InvitationUnknown() {
  return MakeError(
      absl::StatusCode::kNotFound, "INVITATION_UNKNOWN",
      {"The link is used, revoked, expired or incomplete. Ask who invited "
       "you to send a new one.",
       "Länken är använd, återkallad, har gått ut eller är ofullständig. Be "
       "den som bjöd in dig att skicka en ny."});
}

}  // namespace

const Listing kListing = {
    .select = "SELECT " COLUMNS " FROM invitations i",
    .visible = "(i.visibility = ANY({v}) OR i.owners && {o})",
    .key = "i.name",
    .organization = "i.organization = {n}",
    .fields = {{"name", "i.name", ListField::Type::kText, true, nullptr, true},
               {"create_time", "i.create_time", ListField::Type::kTime, true,
                nullptr, true},
               {"expire_time", "i.expire_time", ListField::Type::kTime},
               {"organization", "i.organization", ListField::Type::kText},
               {"person", "i.person", ListField::Type::kText},
               {"state", STATE, ListField::Type::kEnum, false,
                Invitation::State_descriptor()}},
    .default_order = "create_time desc",
};

absl::StatusOr<Invitation> Get(Transaction& tx, const Audience& audience,
                               std::string_view name) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kGet, {name, audience.visibilities, audience.owners}, name));
  return ReadRow<Invitation>(rows[0]);
}

absl::StatusOr<Invitation> Lock(Transaction& tx, const Audience& audience,
                                std::string_view name, std::string_view etag) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kLock, {name, audience.visibilities, audience.owners}, name));
  Invitation invitation = ReadRow<Invitation>(rows[0]);
  RETURN_IF_ERROR(CheckEtag(name, etag, invitation.etag()));
  return invitation;
}

absl::StatusOr<Invitation> Insert(Transaction& tx, Invitation invitation,
                                  absl::Duration lifetime,
                                  std::string_view token_sha256) {
  ASSIGN_OR_RETURN(Rows waiting,
                   tx.Query(kCountWaiting, {invitation.organization()}));
  if (waiting[0].Int(0) >= kMostInvitations) {
    return Refused(
        "TOO_MANY_INVITATIONS",
        {absl::StrCat("The organisation has ", kMostInvitations,
                      " invitations that wait. Revoke some first."),
         absl::StrCat("Organisationen har ", kMostInvitations,
                      " inbjudningar som väntar. Återkalla några först.")});
  }
  invitation.set_etag(NewEtag());
  Params values = Fields(invitation, {"name", "email", "person", "organization",
                                      "language", "inviter", "etag"});
  values.push_back(Param::Bytes(token_sha256));
  values.push_back(absl::ToDoubleSeconds(lifetime));
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kInsert, values));
  if (rows.empty()) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, "INVITATION_EXISTS",
        {"The person has an invitation that waits. Send that one again, or "
         "revoke it first.",
         "Personen har en inbjudan som väntar. Skicka den igen, eller "
         "återkalla den först."},
        {{"invitation.person",
          {"They are invited already.", "Personen är redan inbjuden."}}});
  }
  Invitation stored = ReadRow<Invitation>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<Invitation> Renew(Transaction& tx, const Invitation& invitation,
                                 std::string_view token_sha256) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kRenew,
                  {invitation.name(), Param::Bytes(token_sha256), NewEtag()},
                  invitation.name()));
  Invitation stored = ReadRow<Invitation>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored,
               {"expire_time", "send_time", "send_count"});
  return stored;
}

absl::StatusOr<Invitation> Revoke(Transaction& tx,
                                  const Invitation& invitation) {
  ASSIGN_OR_RETURN(
      Rows rows,
      tx.QueryOne(kRevoke, {invitation.name(), NewEtag()}, invitation.name()));
  Invitation stored = ReadRow<Invitation>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, {"revoke_time"});
  return stored;
}

absl::StatusOr<LetterNames> FindLetterNames(Transaction& tx,
                                            const Invitation& invitation) {
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kLetterNames, {invitation.name()},
                                          invitation.name()));
  const Row row = rows[0];
  return LetterNames{std::string(row.Text(0)), std::string(row.Text(1)),
                     std::string(row.Text(2))};
}

absl::StatusOr<Invitation> Redeem(Transaction& tx,
                                  std::string_view token_sha256) {
  ASSIGN_OR_RETURN(Rows rows,
                   tx.Query(kRedeem, {Param::Bytes(token_sha256), NewEtag()}));
  if (rows.empty()) return InvitationUnknown();
  Invitation stored = ReadRow<Invitation>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, {"accept_time"});
  return stored;
}

absl::StatusOr<v1::Invitee> Preview(Transaction& tx,
                                    std::string_view token_sha256) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kPreview, {Param::Bytes(token_sha256)}));
  if (rows.empty()) return InvitationUnknown();
  return ReadRow<v1::Invitee>(rows[0]);
}

}  // namespace reglab::membership::invitations
