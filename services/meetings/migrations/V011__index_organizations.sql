-- What `organization` asks of meetings and their parts: attendances have an
-- index already.
CREATE INDEX meetings_host_organization ON meetings (host_organization, date, name);
CREATE INDEX discussions_organizations ON discussions USING gin (organizations);
CREATE INDEX actions_owner ON actions (owner, due_date, name);
