-- The codes of referrals, of what is out, and of a suggestion that is a position.
INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/outstanding-item-kind', 'Slag av det som är ute', 'Kind of what is out', terms(ARRAY[
     ['REFERRAL', 'Skickat vidare', 'Referral'],
     ['ACTION', 'Åtgärd', 'Action']]),
   'm4qx7zt2k5vbn3wy'),
  ('vocabularies/referral-kind', 'Slag av vidareskickning', 'Kind of referral', terms(ARRAY[
     ['ASSIGNED', 'Till eget organ', 'Assigned to an own body'],
     ['FORWARDED', 'Utanför Reglab', 'Forwarded outside']]),
   'r5hj2wq6y3kzt7pd'),
  ('vocabularies/referral-state', 'Läge för det som skickats vidare', 'State of a referral', terms(ARRAY[
     ['DRAFT', 'Utkast', 'Draft'],
     ['SENT', 'Skickat', 'Sent'],
     ['ACKNOWLEDGED', 'Mottaget', 'Acknowledged'],
     ['ANSWERED', 'Besvarat', 'Answered'],
     ['RETURNED', 'Återlämnat', 'Returned'],
     ['CLOSED_WITHOUT_ANSWER', 'Avslutat utan svar', 'Closed without an answer']]),
   'c3vn6xs4m7gtb2lf');
UPDATE vocabularies SET terms = terms || terms(ARRAY[
     ['POSITION', 'Ståndpunkt', 'Position']]),
   etag = 'z7pw3hd5q2jxk4rc'
 WHERE name = 'vocabularies/suggestion-kind';
