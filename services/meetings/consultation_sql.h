#ifndef REGLAB_SERVICES_MEETINGS_CONSULTATION_SQL_H_
#define REGLAB_SERVICES_MEETINGS_CONSULTATION_SQL_H_

// Pieces of SQL that the stores of a consultation and of what stands under it
// share; the row of consultations is `c`.

// Where it is in its life today.
#define STATE_TODAY "consultation_state(c.state, c.open_date, c.close_date)"

// It may be read, and with it all under it: in preparation by the deciding body
// and whoever reads what a body has for itself.
#define READABLE(visibilities, owners)                       \
  "((c.visibility = ANY(" visibilities ") AND (" STATE_TODAY \
  " <> 'DRAFT' OR 'BODY' = ANY(" visibilities "))) OR c.owners && " owners ")"

#endif  // REGLAB_SERVICES_MEETINGS_CONSULTATION_SQL_H_
