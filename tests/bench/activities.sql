-- Activities for the measurements: :first to :last, about 1.5 KB each, the same
-- every time.
INSERT INTO activities (name, display_name, kind, lead, leads, partners, perspectives,
  policy_areas, scale, levels, breadth, summary, description, start_date, end_date,
  place, sharing_plan, presentation, website, max_seats, state, visibility, owners, etag)
SELECT 'activities/bench-' || n,
  (ARRAY['Lärprojekt', 'Expedition', 'Nätverksträff', 'Studiecirkel', 'Provrum'])[1 + n % 5] || ' nummer ' || n,
  (SELECT name FROM activity_kinds ORDER BY name LIMIT 1),
  CASE WHEN n % 3 = 0 THEN 'REGLAB' ELSE 'MEMBER' END,
  ARRAY['organizations/region-skane', 'organizations/region-halland'], ARRAY['organizations/tillvaxtverket'],
  ARRAY['territorial'], ARRAY['energy'], 'regional', ARRAY['REGIONAL'], 'BROAD',
  'Två regioner utforskar ' || (ARRAY['elförsörjning', 'kompetensförsörjning', 'omställning', 'innovation'])[1 + n % 4] || '.',
  CASE WHEN n % 100 = 0 THEN 'Vattenfrågor i kustkommunerna. ' ELSE '' END ||
    repeat('Vi besöker platser och möter nätägare, kommuner och företag. ', 5),
  date '2020-01-01' + (n % 3000), date '2020-01-01' + (n % 3000) + 90, 'Luleå',
  'Presenteras på årskonferensen och i en metodhandbok.', 'Årskonferensen', 'https://www.example.se/' || n, 30,
  (ARRAY['OPEN', 'RUNNING', 'COMPLETED', 'READY'])[1 + n % 4], 'PUBLIC',
  ARRAY['organizations/region-skane', 'organizations/region-halland'], md5('bench' || n)
FROM generate_series(:first, :last) n
ON CONFLICT DO NOTHING;
