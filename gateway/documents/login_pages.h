#ifndef REGLAB_GATEWAY_DOCUMENTS_LOGIN_PAGES_H_
#define REGLAB_GATEWAY_DOCUMENTS_LOGIN_PAGES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/documents/documents.h"
#include "reglab/membership/v1/invitation.pb.h"

namespace reglab::gateway {

// The few pages that somebody meets on the way in. All text in Swedish or
// English; whatever comes from elsewhere is escaped.

// A provider to choose, and the value or the address that chooses it.
struct LoginChoice {
  std::string display_name;
  std::string target;
};

// Whoever is logged in is told so and may log out; the others choose a
// provider, whose `target` is an address here.
std::string LoginPage(const std::vector<LoginChoice>& choices, bool logged_in,
                      bool swedish);

// The code comes from the fragment of the address, by script, or is pasted.
std::string InvitationPage(bool swedish);

// Whom the invitation with this code is for and who invited, and where to log
// in to accept it; `target` is the provider's URL.
std::string InviteePage(const membership::v1::Invitee& invitee,
                        std::string_view code,
                        const std::vector<LoginChoice>& choices, bool swedish);

// The same for a guest, who needs no provider.
std::string GuestPage(bool swedish);

// What went wrong and what mends it, with a way back to /login.
std::string TroublePage(std::string_view text, bool swedish);

// The stylesheet and the script of these pages, by path.
std::map<std::string, Document> MakeLoginAssets();

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_DOCUMENTS_LOGIN_PAGES_H_
