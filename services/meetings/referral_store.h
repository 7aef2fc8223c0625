#ifndef REGLAB_SERVICES_MEETINGS_REFERRAL_STORE_H_
#define REGLAB_SERVICES_MEETINGS_REFERRAL_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "reglab/meetings/v1/referral.pb.h"
#include "services/common/listing.h"

namespace reglab::meetings::referrals {

extern const Listing kListing;

// NOT_FOUND, also for what the audience may not read: a draft is read by the
// sending body and the secretariat alone.
absl::StatusOr<v1::Referral> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name);

// As Get, and keeps others from changing it until the transaction ends.
// ABORTED/ETAG_MISMATCH when `etag` is set and not the current one.
absl::StatusOr<v1::Referral> Lock(Transaction& tx, const Audience& audience,
                                  std::string_view name, std::string_view etag);

// ALREADY_EXISTS when the name is taken, or something was made of its
// suggestion.
absl::StatusOr<v1::Referral> Insert(Transaction& tx, v1::Referral referral);

// `changed` are the field paths for the journal.
absl::StatusOr<v1::Referral> Update(Transaction& tx, v1::Referral referral,
                                    std::vector<std::string> changed);

// One step of its life, by whoever calls, and what changed with it.
struct Step {
  v1::Referral::State state;
  std::string caller;        // "people/…", "clients/…", "guests/…"
  std::string organization;  // or ""
  std::string text;          // the answer or the reason, or ""
};
absl::StatusOr<v1::Referral> Take(Transaction& tx, v1::Referral referral,
                                  const Step& step,
                                  std::vector<std::string> changed);

absl::Status Delete(Transaction& tx, const v1::Referral& referral);

// Where its one-time links go; "" when it went to a body or an organisation
// that has access. Never part of the resource.
absl::StatusOr<std::string> EmailOf(Transaction& tx, std::string_view name);
absl::Status SetEmail(Transaction& tx, std::string_view name,
                      std::string_view email);

// Notes whether the last letter reached anyone.
absl::Status SetUnreachable(Transaction& tx, std::string_view name,
                            bool unreachable);

// INVALID_ARGUMENT naming the field when the meeting is none that the audience
// may read, or the agenda item is on another agenda.
absl::Status CheckSource(Transaction& tx, const Audience& audience,
                         const v1::Referral& referral);

// What the next agenda of a body tells: the referrals that it sent and that are
// out, oldest first, and before them those that came back (answered, returned
// or closed) and stand on no agenda yet, or on that of a cancelled meeting.
absl::StatusOr<std::vector<v1::Referral>> ForNextAgenda(Transaction& tx,
                                                        std::string_view body);

// What came back stands on the agenda of `meeting` now, and on no other after
// it.
absl::Status StandsOn(Transaction& tx, std::string_view meeting,
                      const std::vector<std::string>& names);

// All that were made of a meeting, in the order of its minutes, drafts
// included.
absl::StatusOr<std::vector<v1::Referral>> OfMeeting(Transaction& tx,
                                                    std::string_view meeting);

// One that is out and whose reminder is due: a week before its due date, the
// day after, and then every other week for 90 days.
struct Due {
  v1::Referral referral;
  std::string email;  // as EmailOf
  bool overdue = false;
};
// At most 100 of them, which nobody else gets in the meantime; their reminder
// is noted as sent today. None left: all are done, or another replica does
// them.
absl::StatusOr<std::vector<Due>> TakeDue(Transaction& tx);
// Of one that is not due: the day is noted.
absl::StatusOr<v1::Referral> NoteReminder(Transaction& tx,
                                          std::string_view name);

// The next meeting of a body that is planned or convened, from today on, and is
// not `after`; "" when there is none.
absl::StatusOr<std::string> NextMeeting(Transaction& tx, std::string_view body,
                                        std::string_view after);
// The position after everything on its agenda.
absl::StatusOr<int> NextPosition(Transaction& tx, std::string_view meeting);

}  // namespace reglab::meetings::referrals

#endif  // REGLAB_SERVICES_MEETINGS_REFERRAL_STORE_H_
