-- Every code of the API with its labels. The codes of enums are those of the
-- contract; perspectives, policy areas and scales are kept here.

CREATE TABLE vocabularies (
  name text COLLATE "C" PRIMARY KEY,
  visibility text NOT NULL DEFAULT 'PUBLIC',
  owners text[] NOT NULL DEFAULT '{}',
  display_name text NOT NULL,
  display_name_en text NOT NULL,
  terms jsonb NOT NULL,
  etag text NOT NULL
);
CREATE INDEX vocabularies_display_name ON vocabularies (display_name, name);

-- The terms in their order; as protobuf JSON, which the service answers with.
CREATE FUNCTION terms(codes text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_agg(jsonb_build_object('code', codes[i][1], 'labelSv', codes[i][2],
                                      'labelEn', codes[i][3]) ORDER BY i)
  FROM generate_subscripts(codes, 1) AS i
$$;

INSERT INTO vocabularies (name, display_name, display_name_en, terms, etag) VALUES
  ('vocabularies/action-state', 'Läge för en åtgärd', 'State of an action', terms(ARRAY[
     ['OPEN', 'Återstår', 'Open'],
     ['DONE', 'Klar', 'Done'],
     ['DROPPED', 'Avskriven', 'Dropped']]),
   'ymy6n5dv6z5spmro'),
  ('vocabularies/activity-breadth', 'Bredd', 'Breadth', terms(ARRAY[
     ['ONE_FIELD', 'Ett sakområde', 'One field'],
     ['BROAD', 'Bred, över flera sakområden', 'Broad, across several fields']]),
   'mcacqcxehgoctjur'),
  ('vocabularies/activity-kind-status', 'Aktivitetstypens ställning', 'Status of a kind of activity', terms(ARRAY[
     ['PILOT', 'På prov', 'Pilot'],
     ['ESTABLISHED', 'Etablerad', 'Established'],
     ['RETIRED', 'Avvecklad', 'Retired']]),
   '74ccyydyr7mhtjqr'),
  ('vocabularies/activity-state', 'Läge för en aktivitet', 'State of an activity', terms(ARRAY[
     ['DRAFT', 'Utkast', 'Draft'],
     ['READY', 'Klar att öppna', 'Ready'],
     ['OPEN', 'Öppen för anmälan', 'Open'],
     ['RUNNING', 'Pågår', 'Running'],
     ['COMPLETED', 'Genomförd', 'Completed'],
     ['CANCELLED', 'Inställd', 'Cancelled']]),
   '3wdgibczlql7laeh'),
  ('vocabularies/agenda-item-kind', 'Typ av dagordningspunkt', 'Kind of agenda item', terms(ARRAY[
     ['INFORMATION', 'Information', 'Information'],
     ['DISCUSSION', 'Diskussion', 'Discussion'],
     ['DECISION', 'Beslut', 'Decision'],
     ['FORMALITY', 'Formalia', 'Formality'],
     ['BREAK', 'Paus', 'Break']]),
   'gz2jzoypkq7s3pxb'),
  ('vocabularies/appointment-role', 'Roll i ett organ', 'Role in a body', terms(ARRAY[
     ['CHAIR', 'Ordförande', 'Chair'],
     ['MEMBER', 'Ledamot', 'Member'],
     ['DEPUTY', 'Ersättare', 'Deputy'],
     ['MEMBER_REPRESENTATIVE', 'Medlemsansvarig', 'Member representative'],
     ['CONVENER', 'Sammankallande', 'Convener']]),
   'zv47vt3ljq7jyfbv'),
  ('vocabularies/attendance-status', 'Närvaro', 'Attendance', terms(ARRAY[
     ['PRESENT', 'Närvarande', 'Present'],
     ['ABSENT', 'Frånvarande', 'Absent']]),
   '4vzdyg56vkzjjs63'),
  ('vocabularies/body-kind', 'Typ av organ', 'Kind of body', terms(ARRAY[
     ['MEMBER_GROUP', 'Medlemsgruppen', 'Member group'],
     ['BOARD', 'Styrelse', 'Board'],
     ['SECRETARIAT', 'Kansli', 'Secretariat'],
     ['NETWORK', 'Nätverk', 'Network'],
     ['OTHER', 'Annat', 'Other']]),
   'qa2mnrjnrt3gqrkc'),
  ('vocabularies/change-kind', 'Slag av ändring', 'Kind of change', terms(ARRAY[
     ['CREATED', 'Ny', 'Created'],
     ['UPDATED', 'Ändrad', 'Updated'],
     ['DELETED', 'Borttagen', 'Deleted']]),
   'rv2y6cckn4tgqgjr'),
  ('vocabularies/governance-level', 'Nivå', 'Level of government', terms(ARRAY[
     ['LOCAL', 'Lokal nivå', 'Local'],
     ['REGIONAL', 'Regional nivå', 'Regional'],
     ['NATIONAL', 'Nationell nivå', 'National'],
     ['EUROPEAN', 'Europeisk nivå', 'European']]),
   'd2ox6zxvsperlzj3'),
  ('vocabularies/idea-state', 'Läge för en idé', 'State of an idea', terms(ARRAY[
     ['PROPOSED', 'Föreslagen', 'Proposed'],
     ['MERGED', 'Sammanförd med en annan', 'Merged'],
     ['DECLINED', 'Avböjd', 'Declined'],
     ['REFERRED', 'Skickad vidare', 'Referred'],
     ['ADOPTED', 'Antagen', 'Adopted']]),
   '65ttyp6fb7rinnea'),
  ('vocabularies/lead', 'Vem som leder', 'Who leads', terms(ARRAY[
     ['REGLAB', 'Reglabledd', 'Led by Reglab'],
     ['MEMBER', 'Medlemsledd', 'Led by members']]),
   '4ncwxqpu2jypjklz'),
  ('vocabularies/meeting-format', 'Mötesform', 'Format of a meeting', terms(ARRAY[
     ['IN_PERSON', 'På plats', 'In person'],
     ['ONLINE', 'Digitalt', 'Online'],
     ['HYBRID', 'På plats och digitalt', 'Hybrid']]),
   'wqfxizmi7pvkz5iq'),
  ('vocabularies/meeting-state', 'Läge för ett möte', 'State of a meeting', terms(ARRAY[
     ['PLANNED', 'Planerat', 'Planned'],
     ['CONVENED', 'Kallat', 'Convened'],
     ['CONCLUDED', 'Avslutat', 'Concluded'],
     ['CANCELLED', 'Inställt', 'Cancelled']]),
   '3vujy5nszjhyia2k'),
  ('vocabularies/membership-category', 'Form av medlemskap', 'Category of membership', terms(ARRAY[
     ['MEMBER', 'Medlem', 'Member'],
     ['PARTNER', 'Partner', 'Partner']]),
   'wiesdk3axtyv6wkj'),
  ('vocabularies/membership-state', 'Läge för ett medlemskap', 'State of a membership', terms(ARRAY[
     ['APPLIED', 'Ansökt', 'Applied'],
     ['ACTIVE', 'Aktivt', 'Active'],
     ['ENDED', 'Avslutat', 'Ended'],
     ['REJECTED', 'Avslaget', 'Rejected']]),
   'fbgjmjc7j77p6hrc'),
  ('vocabularies/minutes-kind', 'Typ av anteckningar', 'Kind of minutes', terms(ARRAY[
     ['NOTES', 'Mötesanteckningar', 'Notes'],
     ['RECORD', 'Protokoll', 'Record']]),
   'bo6jiemw7m2aofq6'),
  ('vocabularies/minutes-state', 'Läge för anteckningar', 'State of minutes', terms(ARRAY[
     ['DRAFT', 'Utkast', 'Draft'],
     ['CIRCULATED', 'Utskickade', 'Circulated'],
     ['FINAL', 'Slutliga', 'Final']]),
   'eier3vztl7wlgmdh'),
  ('vocabularies/organization-kind', 'Typ av organisation', 'Kind of organisation', terms(ARRAY[
     ['REGION', 'Region', 'Region'],
     ['MUNICIPAL_ASSOCIATION', 'Kommunförbund', 'Municipal association'],
     ['MUNICIPALITY', 'Kommun', 'Municipality'],
     ['JOINT_MUNICIPAL_AUTHORITY', 'Kommunalförbund', 'Joint municipal authority'],
     ['COUNTY_ADMINISTRATIVE_BOARD', 'Länsstyrelse', 'County administrative board'],
     ['NATIONAL_AGENCY', 'Statlig myndighet', 'National agency'],
     ['LOCAL_GOVERNMENT_ASSOCIATION', 'Kommunernas och regionernas organisation', 'Association of local government'],
     ['UNIVERSITY', 'Universitet eller högskola', 'University'],
     ['EU_BODY', 'EU-organ', 'Body of the European Union'],
     ['OTHER', 'Annan', 'Other']]),
   'ozkscrgzj3wblrot'),
  ('vocabularies/perspectives', 'Perspektiv', 'Perspectives', terms(ARRAY[
     ['territorial', 'Territoriellt perspektiv', 'Territorial'],
     ['challenge-driven', 'Utmaningsdrivet', 'Challenge-driven'],
     ['challenge-driven', 'Utmaningsdrivet perspektiv', 'Challenge-driven'],
     ['sustainable', 'Hållbarhetsperspektiv', 'Sustainability'],
     ['economic', 'Ekonomisk hållbarhet', 'Economic sustainability'],
     ['social', 'Social hållbarhet', 'Social sustainability'],
     ['environmental', 'Miljömässig hållbarhet', 'Environmental sustainability'],
     ['gender-equality', 'Jämställdhet', 'Gender equality'],
     ['equity', 'Jämlikhet', 'Equity'],
     ['children-and-youth', 'Barn och unga', 'Children and youth'],
     ['rural', 'Landsbygd', 'Rural'],
     ['urban', 'Stad', 'Urban'],
     ['multilevel', 'Flernivåsamverkan', 'Multilevel cooperation'],
     ['cross-sectoral', 'Sektorsövergripande', 'Cross-sectoral'],
     ['european', 'EU och internationellt', 'European and international'],
     ['foresight', 'Framsyn', 'Foresight'],
     ['learning', 'Lärande', 'Learning'],
     ['digital', 'Digitalisering', 'Digital']]),
   '53kk5hfcpipjdd4b'),
  ('vocabularies/policy-areas', 'Sakområden', 'Policy areas', terms(ARRAY[
     ['regional-development', 'Regional utveckling', 'Regional development'],
     ['business', 'Näringsliv', 'Business'],
     ['innovation', 'Innovation', 'Innovation'],
     ['smart-specialisation', 'Smart specialisering', 'Smart specialisation'],
     ['skills', 'Kompetensförsörjning', 'Skills supply'],
     ['labour-market', 'Arbetsmarknad', 'Labour market'],
     ['education', 'Utbildning', 'Education'],
     ['research', 'Forskning', 'Research'],
     ['energy', 'Energi och elförsörjning', 'Energy and electricity supply'],
     ['climate', 'Klimat', 'Climate'],
     ['green-transition', 'Grön omställning', 'Green transition'],
     ['environment', 'Miljö', 'Environment'],
     ['circular-economy', 'Cirkulär ekonomi', 'Circular economy'],
     ['transport', 'Transporter', 'Transport'],
     ['infrastructure', 'Infrastruktur', 'Infrastructure'],
     ['spatial-planning', 'Fysisk planering', 'Spatial planning'],
     ['housing', 'Bostäder', 'Housing'],
     ['digitalisation', 'Digitalisering', 'Digitalisation'],
     ['rural-development', 'Landsbygdsutveckling', 'Rural development'],
     ['urban-development', 'Stadsutveckling', 'Urban development'],
     ['culture', 'Kultur', 'Culture'],
     ['tourism', 'Besöksnäring', 'Tourism'],
     ['food', 'Livsmedel', 'Food'],
     ['public-health', 'Folkhälsa', 'Public health'],
     ['health-care', 'Hälso- och sjukvård', 'Health care'],
     ['welfare', 'Välfärd', 'Welfare'],
     ['social-economy', 'Social ekonomi', 'Social economy'],
     ['integration', 'Integration', 'Integration'],
     ['democracy', 'Demokrati', 'Democracy'],
     ['governance', 'Styrning och ledning', 'Governance'],
     ['cohesion-policy', 'EU:s sammanhållningspolitik', 'EU cohesion policy'],
     ['international', 'Internationellt samarbete', 'International cooperation'],
     ['preparedness', 'Beredskap och trygghet', 'Preparedness'],
     ['demography', 'Demografi', 'Demography'],
     ['analysis', 'Analys och statistik', 'Analysis and statistics'],
     ['evaluation', 'Uppföljning och utvärdering', 'Evaluation'],
     ['procurement', 'Upphandling', 'Procurement'],
     ['finance', 'Finansiering', 'Finance']]),
   'vqjm44arfi6nstol'),
  ('vocabularies/scales', 'Skala', 'Scale', terms(ARRAY[
     ['local', 'Lokal', 'Local'],
     ['municipal', 'Kommunal', 'Municipal'],
     ['functional', 'Funktionell region', 'Functional region'],
     ['regional', 'Regional', 'Regional'],
     ['interregional', 'Mellan regioner', 'Interregional'],
     ['national', 'Nationell', 'National'],
     ['nordic', 'Nordisk', 'Nordic'],
     ['european', 'Europeisk', 'European'],
     ['global', 'Global', 'Global']]),
   'nqama5vmzhbpjnva'),
  ('vocabularies/suggestion-kind', 'Typ av förslag', 'Kind of suggestion', terms(ARRAY[
     ['AMENDMENT', 'Ändringsförslag', 'Amendment'],
     ['REFERRAL', 'Skicka vidare', 'Referral'],
     ['IDEA', 'Idé', 'Idea'],
     ['DECISION', 'Beslut', 'Decision'],
     ['ACTION', 'Åtgärd', 'Action']]),
   'kllaox5yb622gldx'),
  ('vocabularies/suggestion-referral-kind', 'Slag av vidareskickning', 'Kind of referral', terms(ARRAY[
     ['ASSIGNED', 'Till eget organ', 'Assigned to an own body'],
     ['FORWARDED', 'Utanför Reglab', 'Forwarded outside']]),
   'ndgte7gfzkriqflr'),
  ('vocabularies/suggestion-state', 'Läge för ett förslag', 'State of a suggestion', terms(ARRAY[
     ['PROPOSED', 'Föreslaget', 'Proposed'],
     ['CONFIRMED', 'Bekräftat', 'Confirmed'],
     ['DISMISSED', 'Avfärdat', 'Dismissed']]),
   'b6fsr6ddjlrllmxv'),
  ('vocabularies/visibility', 'Vem som ser det', 'Who sees it', terms(ARRAY[
     ['PUBLIC', 'Alla', 'Everyone'],
     ['MEMBERS', 'Medlemmarna', 'Members'],
     ['BODY', 'Organets ledamöter', 'Those who sit in the body'],
     ['ORGANIZATION', 'Den egna organisationen', 'The own organisation']]),
   'pux3hwutuaj44qpe');

DROP FUNCTION terms;
