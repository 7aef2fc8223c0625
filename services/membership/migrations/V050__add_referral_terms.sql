-- The codes of referrals, of what is out, and of a suggestion that is a position.
INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/outstanding-item-kind', 'Slag av det som är ute', 'Kind of what is out', '[
     {"code": "REFERRAL", "labelSv": "Skickat vidare", "labelEn": "Referral"},
     {"code": "ACTION", "labelSv": "Åtgärd", "labelEn": "Action"}]',
   'm4qx7zt2k5vbn3wy'),
  ('vocabularies/referral-kind', 'Slag av vidareskickning', 'Kind of referral', '[
     {"code": "ASSIGNED", "labelSv": "Till eget organ", "labelEn": "Assigned to an own body"},
     {"code": "FORWARDED", "labelSv": "Utanför Reglab", "labelEn": "Forwarded outside"}]',
   'r5hj2wq6y3kzt7pd'),
  ('vocabularies/referral-state', 'Läge för det som skickats vidare', 'State of a referral', '[
     {"code": "DRAFT", "labelSv": "Utkast", "labelEn": "Draft"},
     {"code": "SENT", "labelSv": "Skickat", "labelEn": "Sent"},
     {"code": "ACKNOWLEDGED", "labelSv": "Mottaget", "labelEn": "Acknowledged"},
     {"code": "ANSWERED", "labelSv": "Besvarat", "labelEn": "Answered"},
     {"code": "RETURNED", "labelSv": "Återlämnat", "labelEn": "Returned"},
     {"code": "CLOSED_WITHOUT_ANSWER", "labelSv": "Avslutat utan svar", "labelEn": "Closed without an answer"}]',
   'c3vn6xs4m7gtb2lf');
UPDATE vocabularies SET etag = 'z7pw3hd5q2jxk4rc',
  terms = terms || '{"code": "POSITION", "labelSv": "Ståndpunkt", "labelEn": "Position"}'
 WHERE name = 'vocabularies/suggestion-kind';
