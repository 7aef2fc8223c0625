#ifndef REGLAB_SERVICES_MEMBERSHIP_PERSONAL_TABLES_H_
#define REGLAB_SERVICES_MEMBERSHIP_PERSONAL_TABLES_H_

#include "services/common/personal_data.h"

namespace reglab::membership {

// Where membership has personal data. A new table with any gets a line here.
extern const PersonalTables& kPersonalTables;

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_PERSONAL_TABLES_H_
