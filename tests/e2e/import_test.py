"""Files of many rows through the public door, as curl sends them."""
import json
import subprocess
import time
import urllib.parse
UPPSALA = "organizations/region-uppsala"


def curl(suite, path, file, media_type, **headers):
    """(status, JSON) of a file sent as it is."""
    answer = suite.post(path, file.read_bytes(), timeout=90,
                        headers={"Content-Type": media_type, **headers})
    return answer.status, answer.json


def test_a_csv_file_is_tried_then_imported_once(suite, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(
        "\ufeffgivenName;familyName;organization;email;title\r\n"
        f"Åsa;Ödman;{UPPSALA};asa.odman@e2e.example;\"Strateg;\r\nRUS\"\r\n"
        f"Bo;Berg;{UPPSALA};bo.berg@e2e.example;\r\n", encoding="utf-8")
    status, tried = curl(suite, "/v1/people/import?validateOnly=true", file, "text/csv; charset=utf-8")
    assert status == 200
    assert tried["created"] == 2 and "refused" not in tried
    assert [row["line"] for row in tried["results"]] == [2, 4]
    assert [row["key"] for row in tried["results"]] == ["asa.odman@e2e.example", "bo.berg@e2e.example"]
    for expected in ({"created": 2}, {"unchanged": 2}):
        status, done = curl(suite, "/v1/people/import", file, "text/csv")
        assert status == 200, done
        assert done == {**expected, "results": []}
    found = suite.get("/v1/people?q=odman").json["people"]
    assert [person["displayName"] for person in found] == ["Åsa Ödman"]
    assert found[0]["title"] == "Strateg;\r\nRUS"


def test_ndjson_and_json_say_the_same(suite, tmp_path):
    rows = [{"displayName": "E2e Nämnden", "kind": "OTHER", "aliases": ["Nämnden"]}]
    file = tmp_path / "organizations.ndjson"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    status, done = curl(suite, "/v1/organizations/import", file, "application/x-ndjson")
    assert (status, done["created"]) == (200, 1)
    again = suite.post("/v1/organizations/import", {"content": file.read_text(), "format": "NDJSON"})
    assert again.json["unchanged"] == 1


def test_a_bad_row_refuses_the_file_in_swedish(suite, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text("displayName,kind,organizationNumber\nE2e Bra,OTHER,\nE2e Fel,OTHER,232100-0025\n")
    status, problem = curl(suite, "/v1/organizations/import", file, "text/csv", **{"Accept-Language": "sv"})
    assert status == 400
    assert problem["reason"] == "ROWS_REFUSED"
    assert "1 av 2 rader" in problem["detail"]
    assert problem["errors"][0]["field"] == "line 3: organizationNumber"
    assert suite.get("/v1/organizations?q=" + urllib.parse.quote("E2e Bra")).json["organizations"] == []


def test_what_is_no_utf8_says_how_to_save_it(suite, tmp_path):
    file = tmp_path / "latin1.csv"
    file.write_bytes("displayName,kind\nGävle,OTHER\n".encode("latin-1"))
    status, problem = curl(suite, "/v1/organizations/import", file, "text/csv")
    assert (status, problem["reason"]) == (400, "INVALID_TEXT")


def test_other_types_and_other_methods_take_no_csv(suite, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("email\na@b.example\n")
    assert curl(suite, "/v1/people/import", file, "text/plain")[0] == 415
    assert curl(suite, "/v1/people", file, "text/csv")[0] == 415


def test_a_large_body_is_for_imports_only(suite, tmp_path):
    file = tmp_path / "large.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("email,givenName,familyName,organization,title\n")
        for number in range(20_000):
            out.write(f"l{number}@e2e.example,,Large,{UPPSALA},{'x' * 400}\n")
    assert file.stat().st_size > 8_000_000
    status, tried = curl(suite, "/v1/people/import?validateOnly=true", file, "text/csv")
    assert status == 200, tried
    assert tried["refused"] == 20_000
    assert len(tried["results"]) == 20_000
    assert curl(suite, "/v1/people", file, "application/json")[0] == 413
    with file.open("a", encoding="utf-8") as out:
        out.write("x" * 33_554_432)
    assert curl(suite, "/v1/people/import", file, "text/csv")[0] == 413


def test_others_are_served_while_a_file_is_imported(suite, tmp_path):
    """Reads, and the feed of another writer's change, during an import."""
    file = tmp_path / "many.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("email,givenName,familyName,organization\n")
        for number in range(20_000):
            out.write(f"m{number}@e2e.example,Många,Nummer {number},{UPPSALA}\n")
    running = subprocess.Popen(
        ["curl", "-s", "-X", "POST", "-H", "Content-Type: text/csv",
         "-H", f"Authorization: Bearer {suite.key}", "--data-binary", f"@{file}",
         suite.url + "/v1/people/import"], stdout=subprocess.PIPE, text=True)
    reads, lags = [], []
    while running.poll() is None:
        began = time.monotonic()
        assert suite.get("/v1/organizations?pageSize=5").status == 200
        reads.append(time.monotonic() - began)
        since = suite.get("/v1/changes/membership?pageSize=500").json["nextSince"]
        while True:
            page = suite.get(f"/v1/changes/membership?pageSize=500&since={since}").json
            since = page["nextSince"]
            if page["complete"]:
                break
        began = time.monotonic()
        made = suite.post("/v1/bodies", {"displayName": f"E2e under import {len(lags)}", "kind": "OTHER"}).json
        names = []
        while made["name"] not in names and time.monotonic() - began < 60:
            page = suite.get(f"/v1/changes/membership?pageSize=500&waitSeconds=5&since={since}").json
            names += [change["name"] for change in page["changes"]]
            since = page["nextSince"]
        lags.append(time.monotonic() - began)
    done = json.loads(running.stdout.read())
    assert done["created"] == 20_000, done
    print(f"reads at most {max(reads):.3f} s, the feed at most {max(lags):.3f} s behind")
    assert max(reads) < 5
    assert max(lags) < 20
