-- The codes of consultations, contributions, uploads and corrections.
INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/amendment-action', 'Vad ett ändringsförslag gör', 'What an amendment does', '[
     {"code": "REPLACE", "labelSv": "Ersätter", "labelEn": "Replaces"},
     {"code": "INSERT", "labelSv": "Lägger till", "labelEn": "Inserts"},
     {"code": "DELETE", "labelSv": "Stryker", "labelEn": "Deletes"},
     {"code": "COMMENT", "labelSv": "Kommenterar", "labelEn": "Comments"},
     {"code": "QUESTION", "labelSv": "Frågar", "labelEn": "Asks"}]',
   'vtcwfzzsltv45rtq'),
  ('vocabularies/amendment-anchor', 'Vad ett ändringsförslag gäller', 'What an amendment is anchored to', '[
     {"code": "QUOTE", "labelSv": "Ett citat", "labelEn": "A quote"},
     {"code": "PARAGRAPH", "labelSv": "Ett stycke", "labelEn": "A paragraph"},
     {"code": "WHOLE_DRAFT", "labelSv": "Hela utkastet", "labelEn": "The whole draft"}]',
   '2tq3rdjifux3loap'),
  ('vocabularies/amendment-disposition', 'Ställningstagande till ett ändringsförslag', 'Disposition of an amendment', '[
     {"code": "ACCEPTED", "labelSv": "Godtaget", "labelEn": "Accepted"},
     {"code": "PARTLY", "labelSv": "Delvis godtaget", "labelEn": "Partly accepted"},
     {"code": "REJECTED", "labelSv": "Avvisat", "labelEn": "Rejected"},
     {"code": "NOTED", "labelSv": "Noterat", "labelEn": "Noted"},
     {"code": "ANSWERED", "labelSv": "Besvarat", "labelEn": "Answered"}]',
   'wjcnk76kc4kwylce'),
  ('vocabularies/amendment-state', 'Läge för ett ändringsförslag', 'State of an amendment', '[
     {"code": "OPEN", "labelSv": "Öppet", "labelEn": "Open"},
     {"code": "DISPOSED", "labelSv": "Avgjort", "labelEn": "Disposed of"},
     {"code": "WITHDRAWN", "labelSv": "Återtaget", "labelEn": "Withdrawn"}]',
   'r66h3tb6nbzxcelt'),
  ('vocabularies/consultation-state', 'Läge för en provtryckning', 'State of a consultation', '[
     {"code": "DRAFT", "labelSv": "Förbereds", "labelEn": "Prepared"},
     {"code": "OPEN", "labelSv": "Öppen", "labelEn": "Open"},
     {"code": "CLOSED", "labelSv": "Stängd", "labelEn": "Closed"},
     {"code": "ADOPTED", "labelSv": "Antagen", "labelEn": "Adopted"}]',
   'jcp56bxjfxgzsm24'),
  ('vocabularies/contribution-source', 'Hur ett inspel har lämnats', 'How a contribution was made', '[
     {"code": "WRITTEN", "labelSv": "Skriftligt", "labelEn": "In writing"},
     {"code": "MEETING", "labelSv": "På ett möte", "labelEn": "At a meeting"},
     {"code": "DIALOGUE", "labelSv": "På en dialogturné", "labelEn": "On a dialogue tour"}]',
   '4j3satkykkuosp4h'),
  ('vocabularies/contribution-state', 'Läge för ett inspel', 'State of a contribution', '[
     {"code": "SUBMITTED", "labelSv": "Lämnat", "labelEn": "Submitted"},
     {"code": "INTERPRETED", "labelSv": "Tolkat", "labelEn": "Interpreted"},
     {"code": "CONFIRMED", "labelSv": "Tolkningen bekräftad", "labelEn": "Confirmed"},
     {"code": "CORRECTED", "labelSv": "Tolkningen rättad", "labelEn": "Corrected"}]',
   'tk2w5dd3aj4a4vnt'),
  ('vocabularies/draft-state', 'Läge för ett utkast', 'State of a draft', '[
     {"code": "PREPARED", "labelSv": "Förbereds", "labelEn": "Prepared"},
     {"code": "OUT", "labelSv": "Utskickat", "labelEn": "Out"},
     {"code": "ADOPTED", "labelSv": "Antaget", "labelEn": "Adopted"}]',
   'jsocbcljmpsbnb6p'),
  ('vocabularies/minutes-correction-state', 'Läge för en föreslagen rättelse', 'State of a proposed correction', '[
     {"code": "PROPOSED", "labelSv": "Föreslagen", "labelEn": "Proposed"},
     {"code": "ACCEPTED", "labelSv": "Godtagen", "labelEn": "Accepted"},
     {"code": "DECLINED", "labelSv": "Avböjd", "labelEn": "Declined"}]',
   'afgmfnq6zweeobpb'),
  ('vocabularies/paragraph-kind', 'Slag av stycke', 'Kind of paragraph', '[
     {"code": "HEADING", "labelSv": "Rubrik", "labelEn": "Heading"},
     {"code": "PARAGRAPH", "labelSv": "Stycke", "labelEn": "Paragraph"}]',
   'v5funuyjyzl4wm36'),
  ('vocabularies/upload-state', 'Läge för en uppladdning', 'State of an upload', '[
     {"code": "OPEN", "labelSv": "Pågår", "labelEn": "Under way"},
     {"code": "COMPLETE", "labelSv": "Klar", "labelEn": "Complete"}]',
   'hg5nkizbfqupssvm'),
  ('vocabularies/waiting-amendment-reason', 'Varför ett ändringsförslag väntar', 'Why an amendment waits', '[
     {"code": "NO_DRAFT", "labelSv": "Det finns inget utkast", "labelEn": "There is no draft"},
     {"code": "QUOTE_NOT_FOUND", "labelSv": "Citatet finns inte", "labelEn": "The quote is not found"},
     {"code": "QUOTE_AMBIGUOUS", "labelSv": "Citatet finns flera gånger", "labelEn": "The quote stands several times"},
     {"code": "TEXT_CHANGED", "labelSv": "Texten har ändrats", "labelEn": "The text has changed"},
     {"code": "PARAGRAPH_REMOVED", "labelSv": "Stycket är borttaget", "labelEn": "The paragraph is removed"}]',
   'hsin4sh27i3q47uf');
UPDATE vocabularies SET etag = 'q5tz2mv7hx4kwn6p',
  terms = terms || '{"code": "APPROVED", "labelSv": "Justerat", "labelEn": "Approved"}'
 WHERE name = 'vocabularies/minutes-state';
