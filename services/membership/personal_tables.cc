#include "services/membership/personal_tables.h"

namespace reglab::membership {
namespace {

using Erase = PersonalRows::Erase;

constexpr std::string_view kPublicTask =
    "GDPR, article 6(1)(e): a task in the public interest.";
constexpr std::string_view kSignIn = "To sign in.";
constexpr std::string_view kToSend = "To send documents and invitations.";
constexpr std::string_view kWhoActs =
    "Who acts in Reglab for which organisation.";

}  // namespace

const PersonalTables& kPersonalTables = *new PersonalTables{
    {.table = "people",
     .rows = "name = {person}",
     .set = "given_name = 'Raderad', family_name = 'person',"
            " display_name = 'Raderad person', title = '', email = '',"
            " visibility = 'ORGANIZATION',"
            " erase_time = coalesce(erase_time, now())",
     .fields = {"given_name", "family_name", "display_name", "title",
                "organization", "email"},
     .purpose = kWhoActs,
     .retention = "Until the person is erased; address and title until two "
                  "years after their last appointment ended.",
     .legal_basis = kPublicTask},
    {.table = "appointments",
     .rows = "person = {person}",
     .set = "person_display_name = 'Raderad person', end_date ="
            " CASE WHEN coalesce(end_date, 'infinity') < today() THEN end_date"
            " ELSE greatest(start_date, today() - 1) END",
     .fields = {"person_display_name", "role", "organization", "start_date",
                "end_date"},
     .purpose = kWhoActs,
     .retention = "The appointment for good; the name until the person is "
                  "erased.",
     .legal_basis = kPublicTask},
    {.table = "delegations",
     .rows = "person = {person}",
     .set = "revoke_time = coalesce(revoke_time, now())",
     .fields = {"organization", "permissions", "subject", "start_date",
                "end_date"},
     .purpose = "Who may act in which matter.",
     .retention = "As long as the matter; without a name.",
     .legal_basis = kPublicTask},
    {.table = "invitations",
     .rows = "person = {person} OR lower(email) IN ("
             "SELECT lower(address) FROM unnest({emails}) AS address)",
     .erase = Erase::kDelete,
     .fields = {"email", "organization", "create_time", "accept_time"},
     .purpose = "To invite a person to act for an organisation.",
     .retention = "30 days after it was accepted, revoked or expired.",
     .legal_basis = kPublicTask},
    // What waits to be sent is not sent any more; of what was sent it stays
    // known that it was, not to which address.
    {.table = "outbox",
     .rows = "state = 'PENDING' AND (person = {person} OR lower(email) IN ("
             "SELECT lower(address) FROM unnest({emails}) AS address))",
     .erase = Erase::kDelete,
     .fields = {"email", "template", "title", "create_time"},
     .purpose = kToSend,
     .retention = "Until it is sent.",
     .legal_basis = kPublicTask},
    {.table = "outbox",
     .rows = "person = {person} OR lower(email) IN ("
             "SELECT lower(address) FROM unnest({emails}) AS address)",
     .set = "email = NULL",
     .fields = {"email", "template", "title", "send_time"},
     .purpose = kToSend,
     .retention = "The address for 90 days after the letter was asked for.",
     .legal_basis = kPublicTask},
    {.table = "sessions",
     .rows = "parent = {person}",
     .erase = Erase::kDelete,
     .fields = {"create_time", "last_use_time", "expire_time"},
     .purpose = kSignIn,
     .retention = "30 days after the session ended.",
     .legal_basis = kPublicTask},
    {.table = "identities",
     .rows = "parent = {person}",
     .erase = Erase::kDelete,
     .fields = {"issuer", "subject", "create_time"},
     .purpose = kSignIn,
     .retention = "Until the person is erased.",
     .legal_basis = kPublicTask},
    {.table = "feed_tokens",
     .rows = "person = {person}",
     .erase = Erase::kDelete,
     .fields = {"display_name", "feed", "organization", "last_use_time"},
     .purpose = "To read one feed in a calendar.",
     .retention = "Until the token is revoked or the person is erased.",
     .legal_basis = kPublicTask},
};

}  // namespace reglab::membership
