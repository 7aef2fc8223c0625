#ifndef REGLAB_SERVICES_LEARNING_PERSONAL_TABLES_H_
#define REGLAB_SERVICES_LEARNING_PERSONAL_TABLES_H_

#include "services/common/personal_data.h"

namespace reglab::learning {

// Where learning has personal data. A new table with any gets a line here.
extern const PersonalTables& kPersonalTables;

}  // namespace reglab::learning

#endif  // REGLAB_SERVICES_LEARNING_PERSONAL_TABLES_H_
