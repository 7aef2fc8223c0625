-- The codes of invitations, of calendars and of what agendas can have now.
INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/attendance-answer', 'Svar på en inbjudan', 'Answer to an invitation', '[
     {"code": "YES", "labelSv": "Ja", "labelEn": "Yes"},
     {"code": "NO", "labelSv": "Nej", "labelEn": "No"},
     {"code": "MAYBE", "labelSv": "Kanske", "labelEn": "Maybe"}]',
   'h3wq6zt4m2xvk7pd'),
  ('vocabularies/calendar-event-state', 'Läge i kalendern', 'State in the calendar', '[
     {"code": "TENTATIVE", "labelSv": "Preliminärt", "labelEn": "Tentative"},
     {"code": "CONFIRMED", "labelSv": "Bekräftat", "labelEn": "Confirmed"},
     {"code": "CANCELLED", "labelSv": "Inställt", "labelEn": "Cancelled"}]',
   'b5nj2ry7c4gtq6xs');
UPDATE vocabularies SET etag = 'k4hd3mw6z2jxv7qt',
  terms = terms || '{"code": "INVITED", "labelSv": "Inbjuden", "labelEn": "Invited"}'
 WHERE name = 'vocabularies/attendance-status';
UPDATE vocabularies SET etag = 'p6xs4vn2t7gbc3lf',
  terms = terms || '[
     {"code": "FOLLOW_UP", "labelSv": "Uppföljning", "labelEn": "Follow-up"},
     {"code": "CONSULTATION", "labelSv": "Provtryckning", "labelEn": "Consultation"}]'
 WHERE name = 'vocabularies/agenda-item-kind';
