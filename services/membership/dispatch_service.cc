#include "services/membership/dispatch_service.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/api_key.h"
#include "services/common/errors.h"
#include "services/common/listing.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/membership/guest_link_store.h"
#include "services/membership/login_rules.h"
#include "services/membership/mail_message.h"
#include "services/membership/organization_store.h"
#include "services/membership/outbox_store.h"

namespace reglab::membership {
namespace {

using v1::Dispatch;
using v1::GetDispatchRequest;
using v1::ListDispatchesRequest;
using v1::ListDispatchesResponse;
using v1::SendRequest;
using v1::SendResponse;

constexpr size_t kMostLetters = 1000;

absl::StatusOr<Dispatch> GetDispatch(Call& call,
                                     const GetDispatchRequest& request) {
  return call.Read([&](Transaction& tx) {
    return outbox::Get(tx, call.audience(), request.name());
  });
}

absl::StatusOr<ListDispatchesResponse> ListDispatches(
    Call& call, const ListDispatchesRequest& request) {
  return List<ListDispatchesResponse>(call, outbox::kListing, request);
}

bool IsName(std::string_view recipient) {
  return recipient.starts_with("people/") ||
         recipient.starts_with("organizations/") ||
         recipient.starts_with("bodies/");
}

absl::Status CheckRecipients(const SendRequest& request) {
  for (const std::string& recipient : request.recipients()) {
    if (IsName(recipient) || IsAddress(recipient)) continue;
    return InvalidField(
        "recipients",
        {absl::StrCat("\"", Excerpt(recipient),
                      "\" is no receiver. Give \"people/…\", "
                      "\"organizations/…\", \"bodies/…\" or an e-mail "
                      "address."),
         absl::StrCat("”", Excerpt(recipient),
                      "” är ingen mottagare. Ange ”people/…”, "
                      "”organizations/…”, ”bodies/…” eller en "
                      "e-postadress.")});
  }
  return absl::OkStatus();
}

// The link of one letter: each has its own, and the secret of it is in the letter
// alone.
absl::StatusOr<std::string> LinkOf(Transaction& tx,
                                   const SendRequest& request) {
  if (!request.has_guest_link()) return request.link();
  v1::GuestLink link = request.guest_link();
  link.set_name(absl::StrCat("guests/", RandomId()));
  const std::string token = NewSecret();
  RETURN_IF_ERROR(guest_links::Insert(tx, link, HashSecret(token)).status());
  return absl::StrCat("/guest#", token);
}

// Each person and each address gets one letter, however often they are meant.
absl::StatusOr<SendResponse> Send(Call& call, const SendRequest& request) {
  RETURN_IF_ERROR(CheckRecipients(request));
  if (request.has_guest_link()) {
    RETURN_IF_ERROR(CheckGuestLink(request.guest_link(), absl::Now()));
  }
  return call.Write([&](Transaction& tx) -> absl::StatusOr<SendResponse> {
    if (!request.organization().empty()) {
      RETURN_IF_ERROR(organizations::CheckExists(tx, "organization",
                                                 request.organization()));
    }
    std::vector<std::string> names;
    std::set<std::string> addresses;
    for (const std::string& recipient : request.recipients()) {
      if (IsName(recipient)) {
        names.push_back(recipient);
      } else {
        addresses.insert(recipient);
      }
    }
    ASSIGN_OR_RETURN(const std::vector<outbox::Receiver> receivers,
                     outbox::FindReceivers(tx, names));
    std::set<std::string> people;
    std::set<std::string> reached;
    for (const outbox::Receiver& receiver : receivers) {
      people.insert(receiver.person);
      reached.insert(receiver.given);
    }
    if (people.size() + addresses.size() > kMostLetters) {
      return InvalidField("recipients",
                          {absl::StrCat("These are more than ", kMostLetters,
                                        " letters. Send them in parts."),
                           absl::StrCat("Det är fler än ", kMostLetters,
                                        " brev. Skicka dem i omgångar.")});
    }
    outbox::Mail mail{.template_name = request.template_(),
                      .organization = request.organization(),
                      .subject = request.subject(),
                      .version = request.version(),
                      .lead = request.lead()};
    for (const auto& [key, value] : request.parameters()) {
      mail.parameters[key] = value;
    }
    if (!request.language().empty()) mail.language = request.language();
    SendResponse response;
    for (const std::string& person : people) {
      mail.person = person;
      ASSIGN_OR_RETURN(mail.link, LinkOf(tx, request));
      RETURN_IF_ERROR(outbox::Enqueue(tx, mail, response.add_dispatches()));
    }
    mail.person.clear();
    for (const std::string& address : addresses) {
      mail.email = address;
      ASSIGN_OR_RETURN(mail.link, LinkOf(tx, request));
      RETURN_IF_ERROR(outbox::Enqueue(tx, mail, response.add_dispatches()));
    }
    for (const std::string& name : std::set(names.begin(), names.end())) {
      if (reached.count(name) == 0) response.add_unreachable(name);
    }
    return response;
  });
}

}  // namespace

void AddDispatches(Rpcs& rpcs) {
  const std::string package = "reglab.membership.v1.";
  rpcs.Handle(package + "DispatchesService.GetDispatch", GetDispatch);
  rpcs.Handle(package + "DispatchesService.ListDispatches", ListDispatches);
  rpcs.Handle(package + "DeliveryService.Send", Send);
}

}  // namespace reglab::membership
