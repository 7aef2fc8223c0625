-- What `organization` asks of activities: leads have an index already.
CREATE INDEX activities_by_partners ON activities USING gin (partners);
CREATE INDEX activities_by_cases ON activities USING gin (cases jsonb_path_ops);
