#include "services/meetings/attendance_store.h"

#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::meetings::attendances {

using v1::Attendance;
using v1::MeetingRepresentation;

namespace {

const Statement kInvitations(
    "SELECT a.name, a.organization, a.person, a.guest_email,"
    " ARRAY(SELECT p.person FROM attendances p WHERE p.invitation = a.name"
    " AND p.person IS NOT NULL) FROM attendances a"
    " WHERE a.parent = $1 AND a.invite_time IS NOT NULL ORDER BY a.name");

const Statement kNames("SELECT name FROM attendances WHERE parent = $1");

const Statement kParticipants(
    "SELECT * FROM attendances WHERE invitation = $1 ORDER BY position, name");

// One row for each group that somebody is in.
const Statement kCount(
    "SELECT g.name, count(DISTINCT a.organization),"
    " count(DISTINCT a.organization) FILTER"
    " (WHERE a.organization = ANY($2)),"
    " count(*) FILTER (WHERE a.person IS NOT NULL OR a.name_text <> '')"
    " FROM attendances a CROSS JOIN LATERAL (VALUES"
    " ('invited', a.invite_time IS NOT NULL OR a.invitation IS NOT NULL),"
    " ('yes', a.answer = 'YES'), ('no', a.answer = 'NO'),"
    " ('maybe', a.answer = 'MAYBE'),"
    " ('unanswered', a.invite_time IS NOT NULL AND a.answer IS NULL),"
    " ('present', a.status IS NULL OR a.status = 'PRESENT')"
    ") g (name, holds) WHERE a.parent = $1 AND g.holds GROUP BY g.name");

MeetingRepresentation::Count& Group(MeetingRepresentation& all,
                                    std::string_view name) {
  if (name == "invited") return *all.mutable_invited();
  if (name == "yes") return *all.mutable_yes();
  if (name == "no") return *all.mutable_no();
  if (name == "maybe") return *all.mutable_maybe();
  if (name == "present") return *all.mutable_present();
  return *all.mutable_unanswered();
}

}  // namespace

absl::StatusOr<std::vector<Invitation>> Invitations(Transaction& tx,
                                                    std::string_view meeting) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kInvitations, {meeting}));
  std::vector<Invitation> invitations;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    invitations.push_back({.name = std::string(row.Text(0)),
                           .organization = std::string(row.Text(1)),
                           .person = std::string(row.Text(2)),
                           .email = std::string(row.Text(3)),
                           .people = row.Array(4)});
  }
  return invitations;
}

absl::StatusOr<std::vector<std::string>> Names(Transaction& tx,
                                               std::string_view meeting) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kNames, {meeting}));
  std::vector<std::string> names;
  for (int i = 0; i < rows.size(); ++i) names.emplace_back(rows[i].Text(0));
  return names;
}

absl::StatusOr<std::vector<Attendance>> Participants(
    Transaction& tx, std::string_view invitation) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kParticipants, {invitation}));
  std::vector<Attendance> participants;
  for (int i = 0; i < rows.size(); ++i) {
    participants.push_back(ReadRow<Attendance>(rows[i]));
  }
  return participants;
}

absl::StatusOr<MeetingRepresentation> Count(
    Transaction& tx, std::string_view meeting,
    const std::vector<std::string>& regions) {
  ASSIGN_OR_RETURN(const Rows rows, tx.Query(kCount, {meeting, regions}));
  MeetingRepresentation all;
  all.set_name(Concat(meeting, "/representation"));
  // Groups with nobody in them are there too.
  for (const char* name :
       {"invited", "yes", "no", "maybe", "unanswered", "present"}) {
    Group(all, name);
  }
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    MeetingRepresentation::Count& group = Group(all, row.Text(0));
    group.set_organizations(static_cast<int>(row.Int(1)));
    group.set_regions(static_cast<int>(row.Int(2)));
    group.set_people(static_cast<int>(row.Int(3)));
  }
  return all;
}

}  // namespace reglab::meetings::attendances
