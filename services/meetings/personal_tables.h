#ifndef REGLAB_SERVICES_MEETINGS_PERSONAL_TABLES_H_
#define REGLAB_SERVICES_MEETINGS_PERSONAL_TABLES_H_

#include "services/common/personal_data.h"

namespace reglab::meetings {

// Where meetings has personal data. A new table with any gets a line here.
extern const PersonalTables& kPersonalTables;

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_PERSONAL_TABLES_H_
