#include "services/learning/personal_tables.h"

namespace reglab::learning {

// Ideas and activities belong to organisations: of people there is only what
// their texts say.
const PersonalTables& kPersonalTables = *new PersonalTables;

}  // namespace reglab::learning
