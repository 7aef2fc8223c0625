#include "services/meetings/personal_tables.h"

#include <string_view>

namespace reglab::meetings {
namespace {

// The minutes are printed from the parts of their meeting: once final, these
// stay as they are.
#define IN_FINAL_MINUTES(table)                           \
  "EXISTS (SELECT FROM minutes d WHERE d.parent = " table \
  ".parent AND d.state IN ('FINAL', 'APPROVED'))"

constexpr std::string_view kPurpose = "Who took part and who said what.";
constexpr std::string_view kRetention = "With the minutes.";
constexpr std::string_view kPublicTask =
    "GDPR, article 6(1)(e): a task in the public interest.";
constexpr std::string_view kKeepRule =
    "Names in final minutes are kept with the minutes.";
constexpr std::string_view kKeepBasis =
    "GDPR, articles 17(3)(d) and 89(1): archiving in the public interest; "
    "arkivlagen (1990:782), section 3.";

// A part of minutes, in whose texts people are named.
PersonalRows Part(std::string_view table, std::string_view kept) {
  return {.table = table,
          .kept = kept,
          .purpose = kPurpose,
          .retention = kRetention,
          .legal_basis = kPublicTask,
          .keep_rule = kKeepRule,
          .keep_basis = kKeepBasis};
}

// What is tried on the members, and what organisations answer: people are named
// in the texts at most, and those are replaced.
PersonalRows Tried(std::string_view table) {
  return {.table = table,
          .purpose =
              "What organisations think of a text that is tried on "
              "them.",
          .retention = "With the decisions of the body.",
          .legal_basis = kPublicTask};
}

}  // namespace

const PersonalTables& kPersonalTables = *new PersonalTables{
    {.table = "attendances",
     .rows = "person = {person} OR lower(guest_email) IN ("
             "SELECT lower(address) FROM unnest({emails}) AS address)",
     .set = "person = NULL, guest_email = NULL, name_text = 'Raderad person'",
     .fields = {"person", "name_text", "guest_email", "organization",
                "organization_text", "role", "status", "answer", "comment"},
     .kept = IN_FINAL_MINUTES("attendances"),
     .purpose = kPurpose,
     .retention = kRetention,
     .legal_basis = kPublicTask,
     .keep_rule = kKeepRule,
     .keep_basis = kKeepBasis},
    {.table = "actions",
     .rows = "owner = {person}",
     .set = "owner = NULL, owner_text = 'Raderad person'",
     .fields = {"owner", "owner_text", "text", "due_date", "state"},
     .kept = IN_FINAL_MINUTES("actions"),
     .purpose = kPurpose,
     .retention = kRetention,
     .legal_basis = kPublicTask,
     .keep_rule = kKeepRule,
     .keep_basis = kKeepBasis},
    {.table = "referrals",
     .rows = "lower(email) IN (SELECT lower(address)"
             " FROM unnest({emails}) AS address)",
     .set = "email = NULL",
     .fields = {"email", "title", "send_time"},
     .purpose = "To send a referral and to remind of it.",
     .retention = "The address until it is answered, returned or closed.",
     .legal_basis = kPublicTask},
    {.table = "referral_steps",
     .rows = "caller = {person}",
     .set = "caller = NULL",
     .fields = {"state", "time", "organization", "text"},
     .resource = "referral",
     .purpose = "Who sent on and who answered what.",
     .retention =
         "With the referral; without a name once the person is erased.",
     .legal_basis = kPublicTask},
    {.table = "agenda_items",
     .rows = "presenter_person = {person}",
     .set = "presenter_person = NULL",
     .fields = {"presenter_person", "presenter", "display_name"},
     .kept = IN_FINAL_MINUTES("agenda_items"),
     .purpose = kPurpose,
     .retention = kRetention,
     .legal_basis = kPublicTask,
     .keep_rule = kKeepRule,
     .keep_basis = kKeepBasis},
    {.table = "contributions",
     .rows = "{person} IN (author, interpreter, respondent)",
     .set = "author = CASE author WHEN {person} THEN 'people/erased' ELSE"
            " author END, interpreter = nullif(interpreter, {person}),"
            " respondent = nullif(respondent, {person})",
     .fields = {"organization", "meeting", "text", "author", "interpreter",
                "respondent", "create_time"},
     .purpose = "Who said something for an organisation, and how it was "
                "understood.",
     .retention = "With the contribution.",
     .legal_basis = kPublicTask},
    {.table = "uploads",
     .rows = "creator = {person}",
     .set = "creator = 'people/erased'",
     .fields = {"file_name", "create_time"},
     .purpose = "Who sends a file.",
     .retention = "24 hours.",
     .legal_basis = kPublicTask},
    Part("notes", IN_FINAL_MINUTES("notes")),
    Part("questions", IN_FINAL_MINUTES("questions")),
    Part("discussions", IN_FINAL_MINUTES("discussions")),
    Part("conclusions", IN_FINAL_MINUTES("conclusions")),
    Part("decisions", IN_FINAL_MINUTES("decisions")),
    Part("suggestions", IN_FINAL_MINUTES("suggestions")),
    Part("meetings",
         "EXISTS (SELECT FROM minutes d WHERE d.parent = meetings.name"
         " AND d.state IN ('FINAL', 'APPROVED'))"),
    {.table = "minutes",
     .rows = "chair = {person} OR {person} = ANY(verifiers)",
     .set = "chair = NULLIF(chair, {person}), verifiers ="
            " array_remove(verifiers, {person})",
     .fields = {"kind", "state", "chair", "verifiers"},
     .kept = "minutes.state IN ('FINAL', 'APPROVED')",
     .purpose = kPurpose,
     .retention = kRetention,
     .legal_basis = kPublicTask,
     .keep_rule = kKeepRule,
     .keep_basis = kKeepBasis},
    {.table = "minutes_approvals",
     .rows = "person = {person}",
     .erase = PersonalRows::Erase::kDelete,
     .fields = {"person", "approve_time"},
     .resource = "minutes",
     .kept = "EXISTS (SELECT FROM minutes d WHERE d.name ="
             " minutes_approvals.minutes AND d.state = 'APPROVED')",
     .purpose = "Who vouches for the record.",
     .retention = kRetention,
     .legal_basis = kPublicTask,
     .keep_rule = kKeepRule,
     .keep_basis = kKeepBasis},
    // Circulated ones as well: they have reached authorities as they are.
    Part("minutes_versions", "true"),
    {.table = "minutes_corrections",
     .rows = "proposer = {person}",
     .set = "proposer = NULL",
     .fields = {"text", "quote", "organization", "proposer", "state", "reason"},
     .purpose = "To answer who proposed a correction.",
     .retention = kRetention,
     .legal_basis = kPublicTask},
    Tried("consultations"),
    Tried("drafts"),
    Tried("draft_paragraphs"),
    Tried("amendments"),
    Tried("positions"),
};

}  // namespace reglab::meetings
