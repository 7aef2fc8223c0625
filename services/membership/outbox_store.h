#ifndef REGLAB_SERVICES_MEMBERSHIP_OUTBOX_STORE_H_
#define REGLAB_SERVICES_MEMBERSHIP_OUTBOX_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "reglab/membership/v1/dispatch.pb.h"
#include "services/common/database.h"
#include "services/common/listing.h"

namespace reglab::membership::outbox {

extern const Listing kListing;

// A letter to one receiver.
struct Mail {
  // A file of templates/: "invitation", "one-time-link", "circulation",
  // "notice", "subscription-paused".
  std::string template_name;
  std::string language = "sv";  // or "en"
  // Who gets it: an address, or "people/…", whose address is read when it is
  // sent. One of them; the address counts when both are given.
  std::string email;
  std::string person;
  // The value of each {{name}} in the template; plain text.
  std::map<std::string, std::string> parameters;
  // "organizations/…" that may see that this was sent; empty: the secretariat
  // alone.
  std::string organization;
  // What it is about, "meetings/…", and in which version.
  std::string subject;
  std::string version;
  // Who leads the work that it is about, as readers know them ("Region
  // Uppsala"); Reglab is always the sender.
  std::string lead;
  // A path below --public_url, "/join#token=…". A secret stands behind the "#":
  // that part is never sent to a server by a browser, nor logged.
  std::string link;
};

// Puts the letter into the outbox in this transaction; it is sent after the
// commit by any replica, at least once, and its text is deleted then.
// `name`, when given, becomes the dispatch that tells of it. INVALID_ARGUMENT
// names `template`, `language`, `recipient` or the parameter that is missing.
absl::Status Enqueue(Transaction& tx, const Mail& mail,
                     std::string* name = nullptr);

// NOT_FOUND also for what the audience may not read.
absl::StatusOr<v1::Dispatch> Get(Transaction& tx, const Audience& audience,
                                 std::string_view name);

// Who can be written to.
struct Receiver {
  std::string given;   // as in the request
  std::string person;  // "people/…"
};
// The people with an e-mail address that `names` ("people/…", "organizations/…"
// for those who represent it today, or "bodies/…" for those who lead it) stand
// for, in one query.
absl::StatusOr<std::vector<Receiver>> FindReceivers(
    Transaction& tx, const std::vector<std::string>& names);
// Those who are told what concerns the organisation's programs: its
// representatives of today, or for "" the secretariat.
absl::StatusOr<std::vector<std::string>> FindResponsible(
    Transaction& tx, std::string_view organization);

// A letter to be sent now.
struct Leased {
  std::string name;
  std::string email;  // "" when the person is gone or has none
  std::string title;
  std::string content;  // sealed
  int attempts = 0;     // this one included
  absl::Time create_time;
  std::vector<std::string> owners;
};
// Takes up to `count` letters that are due, for `lease`; nobody else gets them
// before it is over.
absl::StatusOr<std::vector<Leased>> Lease(Transaction& tx, int count,
                                          absl::Duration lease);
// What became of an attempt. Without effect on a letter that another replica
// finished. A letter that is sent, or given up, loses its content.
absl::Status Sent(Transaction& tx, const Leased& letter);
absl::Status GiveUp(Transaction& tx, const Leased& letter,
                    std::string_view error);
absl::Status Postpone(Transaction& tx, const Leased& letter,
                      std::string_view error, absl::Duration pause);

// How many letters wait.
absl::StatusOr<int64_t> CountPending(Transaction& tx);

}  // namespace reglab::membership::outbox

#endif  // REGLAB_SERVICES_MEMBERSHIP_OUTBOX_STORE_H_
