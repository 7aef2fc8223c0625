#include "services/membership/guest_link_store.h"

#include <utility>

#include "services/common/errors.h"
#include "services/common/resource.h"
#include "services/common/status_macros.h"

namespace reglab::membership::guest_links {

using v1::GuestLink;

namespace {

#define COLUMNS "g.name, g.subject, g.permission, g.path, g.expire_time"

const Statement kInsert(
    "INSERT INTO guest_links AS g (name, subject, permission, path,"
    " expire_time, token_sha256) VALUES ($1, $2, $3, $4, $5, $6)"
    " RETURNING " COLUMNS);

const Statement kRedeem(
    "UPDATE guest_links g SET use_time = now() WHERE token_sha256 = $1"
    " AND use_time IS NULL AND expire_time > now() RETURNING " COLUMNS);

void RecordChange(Transaction& tx, Change::Kind kind, const GuestLink& link,
                  std::vector<std::string> paths) {
  tx.Record({.kind = kind,
             .type = "membership.GuestLink",
             .name = link.name(),
             .etag = "",
             .field_paths = std::move(paths),
             .visibility = "ORGANIZATION",
             .owners = {}});
}

}  // namespace

absl::StatusOr<GuestLink> Insert(Transaction& tx, const GuestLink& link,
                                 std::string_view token_sha256) {
  Params values =
      Fields(link, {"name", "subject", "permission", "path", "expire_time"});
  values.push_back(Param::Bytes(token_sha256));
  ASSIGN_OR_RETURN(Rows rows, tx.QueryOne(kInsert, values, link.name()));
  GuestLink stored = ReadRow<GuestLink>(rows[0]);
  RecordChange(tx, Change::Kind::kCreated, stored, {});
  return stored;
}

absl::StatusOr<GuestLink> Redeem(Transaction& tx,
                                 std::string_view token_sha256) {
  ASSIGN_OR_RETURN(Rows rows, tx.Query(kRedeem, {Param::Bytes(token_sha256)}));
  if (rows.empty()) {
    return MakeError(
        absl::StatusCode::kNotFound, "LINK_UNKNOWN",
        {"The link is used, expired or incomplete. Ask who sent it for a new "
         "one.",
         "Länken är använd, har gått ut eller är ofullständig. Be den som "
         "skickade den om en ny."});
  }
  GuestLink stored = ReadRow<GuestLink>(rows[0]);
  RecordChange(tx, Change::Kind::kUpdated, stored, {"use_time"});
  return stored;
}

}  // namespace reglab::membership::guest_links
