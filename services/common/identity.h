#ifndef REGLAB_SERVICES_COMMON_IDENTITY_H_
#define REGLAB_SERVICES_COMMON_IDENTITY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace reglab {

// What a member representative lets a colleague of the same organisation do in
// one matter.
struct Delegation {
  std::string subject;                   // a resource name, "meetings/…"
  std::vector<std::string> permissions;  // as declared, without "*"
};

// Who calls, as the gateway resolved it. Nobody has an empty name.
//
// Roles: SECRETARIAT (a seat in the secretariat, or a program of its own),
// MEMBER (its organisation is an active member), MEMBER_REPRESENTATIVE and
// BOARD (such an appointment today), OPERATOR (health and journal, no content),
// GUEST (came by a one-time link), SERVICE (a process).
struct Caller {
  std::string name;  // "clients/…", "people/…"; "" is nobody
  std::string
      organization;  // "organizations/…" that the caller acts for, or ""
  std::vector<std::string> roles;
  std::vector<std::string> scopes;  // permissions, "learning.*", "*" for all
  std::vector<std::string> bodies;  // "bodies/…" in which the caller sits
  std::string
      process;  // which process passed the call on: "gateway", "meetings"
  std::vector<Delegation> delegations;
  // When the credential stops to speak for the caller.
  absl::Time until = absl::InfiniteFuture();
  // Set by ConfineTo: the matters to which the call in progress is confined;
  // empty: it is not. Not part of the assertion.
  std::vector<std::string> matters;

  bool nobody() const { return name.empty(); }
  bool secretariat() const;
  bool HasRole(std::string_view role) const;
  // The one place that decides on a permission declared in the protos: a scope
  // has it, or any delegation. In which matter a delegation counts is decided
  // by ActsFor.
  bool May(std::string_view permission) const;
  // As May, without delegations.
  bool HasScope(std::string_view permission) const;
  // The call in progress needs `permission`: when only delegations give it, the
  // call is confined to their matters.
  void ConfineTo(std::string_view permission);
  // Whether the caller acts for `for_organization` where `subject`, a resource
  // name, is concerned. A matter holds what lies beneath it, and an
  // organisation as matter all that is done for it.
  bool ActsFor(std::string_view for_organization,
               std::string_view subject) const;
};

// What a caller may read, for the visibility clause of every SELECT:
//   (visibility = ANY($v) OR owners && $o)
struct Audience {
  std::vector<std::string> visibilities;
  std::vector<std::string> owners;
};
Audience AudienceOf(const Caller& caller);

// The caller as JSON, for work that is done later on its behalf. Text that is
// no such JSON gives nobody.
std::string CallerToJson(const Caller& caller);
Caller CallerFromJson(std::string_view text);

// Signs and verifies the assertion that accompanies every call between
// processes: a JWT (RFC 7519), Ed25519 (`alg` EdDSA, RFC 8037), one audience,
// `sub` the caller, `act` the calling process, living for a minute.
//
// `private_key_file` is a PKCS#8 PEM; `trusted_dir` holds the public keys of
// all processes as `<process>.<id>.pem`: the file's stem is the `kid`,
// what stands before the first dot the only process it may speak for. Both are
// read again when they change, at most every second: keys rotate without a
// restart. Thread-safe.
class Assertions {
 public:
  static absl::StatusOr<std::unique_ptr<Assertions>> Load(
      std::string process, std::string private_key_file,
      std::string trusted_dir);
  ~Assertions();

  // The assertion for one call to the service `audience`.
  absl::StatusOr<std::string> Sign(const Caller& caller,
                                   std::string_view audience) const;

  // UNAUTHENTICATED unless the token is signed by a trusted key, meant for
  // `audience` and current (5 s of clock skew).
  absl::StatusOr<std::shared_ptr<const Caller>> Verify(
      std::string_view token, std::string_view audience) const;

 private:
  Assertions();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reglab

#endif  // REGLAB_SERVICES_COMMON_IDENTITY_H_
