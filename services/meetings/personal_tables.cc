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
     .rows = "person = {person}",
     .set = "person = NULL, name_text = 'Raderad person'",
     .fields = {"person", "name_text", "organization", "organization_text",
                "role", "status"},
     .kept = IN_FINAL_MINUTES("attendances"),
     .purpose = kPurpose,
     .retention = kRetention,
     .legal_basis = kPublicTask,
     .keep_rule = kKeepRule,
     .keep_basis = kKeepBasis},
    Part("actions", IN_FINAL_MINUTES("actions")),
    Part("agenda_items", IN_FINAL_MINUTES("agenda_items")),
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
