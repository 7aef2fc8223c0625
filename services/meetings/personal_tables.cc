#include "services/meetings/personal_tables.h"

#include <string_view>

namespace reglab::meetings {
namespace {

// The minutes are printed from the parts of their meeting: once final, these
// stay as they are.
#define IN_FINAL_MINUTES(table)                           \
  "EXISTS (SELECT FROM minutes d WHERE d.parent = " table \
  ".parent AND d.state = 'FINAL')"

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
         " AND d.state = 'FINAL')"),
    Part("minutes", "minutes.state = 'FINAL'"),
};

}  // namespace reglab::meetings
