"""A person's rights through the public door: export, erasure while a service is
down, the receipt; and the journal of the whole suite."""
import json
import uuid

from conftest import STATE, lib, wait_for

DATABASES = ("membership", "meetings", "learning")


def sql(database, statement):
    return lib(f"sql {database} <<'SQL'\n{statement}\nSQL")


def search(database, words):
    """Where one of the words stands, in any column of any table: "table column resource"."""
    columns = [line.split("|") for line in sql(database, """
        SELECT c.relname, a.attname, a.atttypid = 'bytea'::regtype FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
        AND NOT a.attisdropped""").splitlines()]
    parts = []
    for table, column, is_bytes in columns:
        found = " OR ".join(
            f"position(convert_to('{word}', 'UTF8') IN t.\"{column}\") > 0" if is_bytes == "t"
            else f"t.\"{column}\"::text ILIKE '%{word}%'" for word in words)
        parts.append(f"SELECT '{table} {column} ' || coalesce(to_jsonb(t)->>'name', '') FROM public.\"{table}\" t WHERE {found}")
    return sorted(set(sql(database, " UNION ALL ".join(parts)).splitlines()))


def new_person(suite, name, organization, **fields):
    given, family = name.split()
    identifier = uuid.uuid4().hex
    answer = suite.post(f"/v1/people?personId={identifier}",
                        {"givenName": given, "familyName": family, "organization": organization,
                         "email": f"{given}.{family}@example.se".lower(), **fields},
                        headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status == 201, answer.body
    return answer.json


def test_a_person_is_exported_and_erased_while_learning_is_down(suite):
    family = "Prov" + "".join(chr(ord("a") + int(d, 16)) for d in uuid.uuid4().hex[:10])
    name, email = f"Asta {family}", f"asta.{family}@example.se".lower()
    organization = suite.new_organization()["name"]
    person = new_person(suite, name, organization)
    body = "bodies/test-" + uuid.uuid4().hex[:10]
    assert suite.post(f"/v1/bodies?bodyId={body[7:]}", {"displayName": "Provorgan", "kind": "NETWORK"}).status == 201
    assert suite.post(f"/v1/{body}/appointments", {"person": person["name"], "role": "CHAIR", "startDate": "2020-01-01"}).status == 201
    idea = suite.post("/v1/ideas", {"title": f"Studiebesök {uuid.uuid4().hex[:8]}", "description": f"Fråga {name}, {email}."})
    assert idea.status == 201, idea.body
    # Final minutes that print the name, and a meeting to come with the person.
    minutes = f"# Möte med medlemsgruppen 2026-05-05\n\nNärvarande: {name} (Region Uppsala)\n\n## 1. Öppnande\n\n{name} öppnade mötet.\n"
    imported = suite.post("/v1/minutes/import", {"document": minutes})
    assert imported.status == 200, imported.body
    meeting = suite.post("/v1/meetings", {"displayName": "Kommande", "body": body, "date": "2027-01-15"})
    assert meeting.status == 201, meeting.body
    attendance = suite.post(f"/v1/{meeting.json['name']}/attendances", {"person": person["name"], "nameText": name})
    assert attendance.status == 201, attendance.body

    export = suite.post(f"/v1/{person['name']}/export")
    assert export.status == 200, export.body
    items = export.json["items"]
    assert {item["service"] for item in items} == set(DATABASES)
    assert all(item.get("purpose") and item.get("retention") and item.get("legalBasis") and item.get("resource") for item in items)
    assert any(item["field"] == "email" and item["value"] == email for item in items)
    assert suite.post(f"/v1/{person['name']}/export", key="").status == 401
    english = {item[text] for item in items for text in ("purpose", "retention", "legalBasis")}
    swedish = suite.post(f"/v1/{person['name']}/export", headers={"Accept-Language": "sv"}).json["items"]
    left = {item[text] for item in swedish for text in ("purpose", "retention", "legalBasis")} & english
    assert not left, f"say in services/membership/privacy_texts.cc what this is in Swedish: {left}"

    command = suite.command_of("learning")
    suite.stop("learning")
    begun = suite.post(f"/v1/{person['name']}/erase", headers={"Idempotency-Key": str(uuid.uuid4())})
    assert begun.status == 200, begun.body
    assert begun.json["state"] == "RUNNING"
    path = "/v1/" + begun.json["name"]

    def states():
        return {service["service"]: service["state"] for service in suite.get(path).json["services"]}

    wait_for(lambda: states()["meetings"] == "COMPLETED", 20, "the erasure in meetings")
    assert states() == {"membership": "COMPLETED", "meetings": "COMPLETED", "learning": "REQUESTED"}
    assert search("learning", [name, email])
    suite.start("learning", command)
    suite.wait_until_healthy()
    wait_for(lambda: suite.get(path).json["state"] == "COMPLETED", 60, "the erasure in learning")

    receipt = suite.get(path).json
    assert name not in json.dumps(receipt, ensure_ascii=False) and email not in json.dumps(receipt)
    wait_for(lambda: suite.post("/v1/erasures/verify", {"erasure": receipt}).json["verdict"] == "VALID", 10, "the sealed receipt")
    altered = json.loads(json.dumps(receipt))
    altered["services"][0]["items"] = []
    assert suite.post("/v1/erasures/verify", {"erasure": altered}).json["verdict"] == "ALTERED"

    kept = {(service["service"], f"{item['table']} {field} {resource}")
            for service in receipt["services"] for item in service.get("items", []) if item["outcome"] == "KEPT"
            for resource in item["resources"] for field in item["fields"]}
    left = {(database, place) for database in DATABASES for place in search(database, [name, email])}
    assert left <= kept, left - kept
    assert left, "the final minutes still print the name"
    assert email not in str(left)
    assert suite.get(f"/v1/{person['name']}").json["displayName"] == "Raderad person"
    ledger = (STATE / "erasures.ndjson").read_text()
    assert person["name"] in ledger and family not in ledger


def test_the_journal_of_the_suite_is_one_list_and_whole(suite):
    made = suite.new_organization()
    entries = wait_for(lambda: suite.get(f"/v1/journal-entries?filter=resource%20%3D%20%22{made['name']}%22").json.get("journalEntries"), 5, "the entry")
    assert entries[0]["kind"] == "CREATED" and entries[0]["caller"] == "clients/secretariat"
    services, token, seen = set(), "", []
    for _ in range(1000):
        page = suite.get(f"/v1/journal-entries?pageSize=200&pageToken={token}").json
        services |= {entry["service"] for entry in page["journalEntries"]}
        seen += [entry["name"] for entry in page["journalEntries"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert services == set(DATABASES) and len(seen) == len(set(seen))
    heads = wait_for(lambda: [STATE / f"journal-heads/{name}.ndjson" for name in DATABASES
                              if (STATE / f"journal-heads/{name}.ndjson").exists()], 10, "the exported heads")
    assert heads
    checked = suite.post("/v1/journal-entries/verify").json
    assert checked["intact"] is True, checked
    assert sum(int(check.get("headsCompared", 0)) for check in checked["checks"]) >= 1
    assert suite.get("/v1/journal-entries", key="").status == 401
