"""REST as api.md promises it, asked with curl through the gateway."""
import gzip
import json
import pathlib
import re
import socket
import subprocess
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ROOT


def problem(answer, status, code=None):
    """The answer is a problem document (RFC 9457) with this status."""
    assert answer.status == status, (answer.status, answer.body)
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json
    assert {"type", "title", "status", "detail", "instance", "code", "reason"} <= set(body), body
    assert body["status"] == status
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*", body["reason"])
    if code:
        assert body["code"] == code
    return body


# --- Reading ---------------------------------------------------------------------

def test_api_info_says_what_the_profile_asks(suite):
    answer = suite.get("/v1/api-info", key="")
    assert answer.status == 200
    assert {"apiName", "apiVersion", "apiReleased", "apiDocumentation", "apiStatus"} <= set(answer.json)


def test_health_and_readiness(suite):
    assert suite.get("/healthz", key="").status == 200
    assert suite.get("/readyz", key="").status == 200


def test_the_documentation_needs_nothing_from_outside(suite):
    page = suite.get("/docs", key="")
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
    assert not [s for s in sources if s.startswith(("http:", "https:", "//"))]
    for source in sources:
        if not source.startswith(("#", "data:")):
            path = urllib.parse.urljoin("/docs", source)
            assert suite.get(path, key="").status == 200, path


def test_openapi_is_3_1_with_licence_and_descriptions(suite):
    document = suite.get("/openapi.json", key="").json
    assert document["openapi"].startswith("3.1")
    assert document["info"]["license"]["identifier"] == "EUPL-1.2"
    for path, operations in document["paths"].items():
        assert re.fullmatch(r"(/([a-z0-9.-]+|\{[A-Za-z0-9-]+\}))+", path)
        for verb, operation in operations.items():
            if verb in ("get", "post", "patch", "delete"):
                assert operation.get("description") or operation.get("summary"), (verb, path)


def test_openapi_is_valid_for_redocly_and_openapi_typescript(suite, tmp_path):
    packages = ROOT / "build/npm/node_modules"
    (tmp_path / "openapi.json").write_bytes(suite.get("/openapi.json", key="").body)
    for command in (["node", pathlib.Path(__file__).parent / "openapi_lint.mjs", packages, "openapi.json"],
                    [packages / ".bin/openapi-typescript", "openapi.json", "-o", "reglab.d.ts"],
                    [packages / ".bin/tsc", "--noEmit", "--strict", "reglab.d.ts"]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (command[0], done.stdout, done.stderr)


def test_a_resource_has_its_name_and_a_strong_etag(suite):
    answer = suite.get("/v1/organizations/region-uppsala", key="")
    assert answer.json["name"] == "organizations/region-uppsala"
    assert answer.json["displayName"] == "Region Uppsala"
    assert re.fullmatch(r'"[^"]+"', answer.headers["etag"])


def test_what_has_not_changed_is_304(suite):
    for path in ("/v1/organizations/region-uppsala", "/v1/organizations?pageSize=3"):
        etag = suite.get(path, key="").headers["etag"]
        again = suite.get(path, key="", headers={"If-None-Match": etag})
        assert again.status == 304 and again.body == b""
        assert suite.get(path, key="", headers={"If-None-Match": f'"x", {etag}'}).status == 304
        assert suite.get(path, key="", headers={"If-None-Match": '"x"'}).status == 200


def test_head_is_get_without_a_body(suite):
    got = suite.get("/v1/organizations/region-uppsala", key="")
    head = suite.call("HEAD", "/v1/organizations/region-uppsala", key="")
    assert head.status == 200 and head.body == b""
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-type"] == got.headers["content-type"]


def test_another_origin_may_ask(suite):
    answer = suite.call("OPTIONS", "/v1/organizations", key="", headers={
        "Origin": "https://intra.example", "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization"})
    assert answer.status in (200, 204) and "access-control-allow-origin" in answer.headers
    assert "access-control-allow-origin" in suite.get("/v1/organizations", key="", headers={"Origin": "https://a.example"}).headers


def test_options_names_the_methods(suite):
    answer = suite.call("OPTIONS", "/v1/organizations", key="")
    assert answer.status in (200, 204)
    assert {"GET", "POST", "HEAD", "OPTIONS"} <= set(re.split(r",\s*", answer.headers["allow"]))


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_answers_are_compressed_on_request(suite, coding):
    plain = suite.get("/v1/organizations?pageSize=25", key="")
    answer = suite.get("/v1/organizations?pageSize=25", key="", headers={"Accept-Encoding": coding})
    assert answer.headers["content-encoding"] == coding
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert len(answer.body) < len(plain.body)
    assert answer.headers["etag"] != plain.headers["etag"], "a strong ETag is of one encoding"
    if coding == "gzip":
        assert gzip.decompress(answer.body) == plain.body


# --- Lists -----------------------------------------------------------------------

def test_pages_follow_each_other_to_the_end(suite):
    everything = [o["name"] for o in suite.get("/v1/organizations?pageSize=500", key="").json["organizations"]]
    seen, path, pages = [], "/v1/organizations?pageSize=7", 0
    while path:
        answer = suite.get(path, key="")
        assert answer.status == 200
        seen += [o["name"] for o in answer.json.get("organizations", [])]
        pages += 1
        link = re.search(r'<([^>]+)>;\s*rel="next"', answer.headers.get("link", ""))
        assert bool(link) == bool(answer.json.get("nextPageToken"))
        path = link and re.sub(r"^https?://[^/]+", "", link.group(1))
    assert seen == everything and len(set(seen)) == len(seen) and pages >= 4


def test_limit_and_offset_are_page_size_and_skip(suite):
    whole = [o["name"] for o in suite.get("/v1/organizations?pageSize=20", key="").json["organizations"]]
    part = suite.get("/v1/organizations?limit=5&offset=5", key="").json["organizations"]
    assert [o["name"] for o in part] == whole[5:10]
    problem(suite.get("/v1/organizations?offset=10001", key=""), 400)


def test_the_token_of_one_page_is_always_the_same(suite):
    tokens = {suite.get("/v1/organizations?pageSize=5", key="").json["nextPageToken"] for _ in range(3)}
    assert len(tokens) == 1


def test_a_page_token_belongs_to_its_query(suite):
    token = suite.get("/v1/organizations?pageSize=5", key="").json["nextPageToken"]
    assert suite.get(f"/v1/organizations?pageSize=5&pageToken={token}", key="").status == 200
    problem(suite.get(f"/v1/organizations?pageSize=5&filter=kind%3DREGION&pageToken={token}", key=""), 400)
    problem(suite.get(f"/v1/activities?pageSize=5&pageToken={token}", key=""), 400)
    changed = ("A" if token[8] != "A" else "B").join((token[:8], token[9:]))
    problem(suite.get(f"/v1/organizations?pageSize=5&pageToken={changed}", key=""), 400)


def test_filter_and_order_understand_lower_camel_case(suite):
    answer = suite.get("/v1/organizations?filter=governanceLevel%20%3D%20NATIONAL&orderBy=displayName%20desc", key="")
    names = [o["displayName"] for o in answer.json["organizations"]]
    assert names == ["Vinnova", "Tillväxtverket", "SKR"]


def test_swedish_letters_come_last(suite):
    names = [o["displayName"] for o in suite.get("/v1/organizations?pageSize=500&orderBy=displayName", key="").json["organizations"]]
    regions = [n for n in names if n.startswith("Region ")]
    assert regions[-2:] == ["Region Örebro län", "Region Östergötland"]
    assert regions.index("Region Västmanland") > regions.index("Region Värmland") > regions.index("Region Uppsala")


def test_an_unknown_filter_field_names_the_nearest(suite):
    body = problem(suite.get("/v1/organizations?filter=kindd%3DREGION", key=""), 400, "INVALID_ARGUMENT")
    assert body["errors"][0]["field"] == "filter"
    assert "kind" in body["errors"][0]["description"]


def test_full_text_search_knows_the_words_of_the_field(suite):
    for one, other in (("l%C3%A4roprojekt", "l%C3%A4rprojekt"), ("RUS", "regional%20utvecklingsstrategi")):
        first = suite.get(f"/v1/activities?q={one}&pageSize=100").json.get("activities", [])
        second = suite.get(f"/v1/activities?q={other}&pageSize=100").json.get("activities", [])
        assert first and [a["name"] for a in first] == [a["name"] for a in second]


# --- Refusals --------------------------------------------------------------------

def test_what_is_not_there_is_404(suite):
    problem(suite.get("/v1/organizations/finns-inte", key=""), 404, "NOT_FOUND")
    problem(suite.get("/v1/finns-inte", key=""), 404)
    problem(suite.get("/utanfor", key=""), 404)


def test_a_wrong_method_is_405_and_says_which_are_right(suite):
    answer = suite.call("DELETE", "/v1/api-info")
    problem(answer, 405)
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", [
    "/v1/organizations?nonsense=1", "/v1/organizations?pageSize=-1", "/v1/organizations?pageSize=x",
    "/v1/organizations?pageSize=5&pageSize=6", "/v1/activities?pageToken=xx", "/v1/activities?filter=nonsense%3D1",
    "/v1/organizations?orderBy=nonsense", "/v1/organizations?page_size=5", "/v1/organizations?filter=kind%3D%22",
    "/v1/organizations?pageSize=99999999999999", "/v1/organizations?pageSize=5&limit=6",
])
def test_bad_parameters_are_400_and_named(suite, path):
    body = problem(suite.get(path, key=""), 400)
    assert body.get("errors") and body["errors"][0]["field"], body


@pytest.mark.parametrize("content", [
    b"{", b"[]", b"1", b'{"displayName": 1}', b'{"displayName": "X", "displayName": "Y"}', b'{"nonsense": 1}',
    b'{"kind": "NONSENSE"}', b'{"kind": "REGION"}', b'\xff\xfe', b'{"displayName": "\xff"}', b"[" * 10000,
    b'{"displayName": "X", "kind": "REGION", "organizationNumber": "232100-0025"}',
])
def test_a_bad_body_is_400_in_our_words(suite, content):
    body = problem(suite.call("POST", "/v1/organizations", content), 400, "INVALID_ARGUMENT")
    assert not re.search(r"protobuf|boost|pqxx|syntax error at|libpq|ERROR:", json.dumps(body))


def test_without_a_key_nobody_writes(suite):
    for key in ("", "rlk_bad", "rlk_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbb_00000000"):
        answer = suite.post("/v1/organizations", {"displayName": "X", "kind": "OTHER"}, key=key)
        problem(answer, 401, "UNAUTHENTICATED")
        assert "www-authenticate" in answer.headers


def test_a_bad_key_is_not_passed_over_when_reading(suite):
    problem(suite.get("/v1/organizations", key="rlk_bad"), 401)


def test_a_body_of_another_type_is_415(suite):
    problem(suite.call("POST", "/v1/organizations", b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"}), 415)


def test_a_large_body_is_413_and_large_headers_are_431(suite):
    problem(suite.call("POST", "/v1/organizations", b'{"displayName": "' + b"a" * (17 << 20) + b'"}'), 413)
    problem(suite.get("/v1/organizations", headers={"X-Big": "a" * 20000}), 431)


def raw(suite, data, seconds=5):
    with socket.create_connection(("127.0.0.1", suite.port), timeout=seconds) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except TimeoutError:
            pass
    return answer


@pytest.mark.parametrize("request_text", [
    b"GET / HTTP/1.1\r\n\r\n",
    b"nonsense\r\n\r\n",
    b"GET /v1/organizations HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /v1/organizations HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /v1/organizations HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: nonsense\r\n\r\n",
    b"GET /v1/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /v1/organizations/%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
])
def test_what_is_no_http_is_refused_with_400(suite, request_text):
    answer = raw(suite, request_text)
    assert re.match(rb"HTTP/1\.[01] (400|404|411|501)", answer), answer[:200]
    assert b"application/problem+json" in answer


def test_two_requests_on_one_connection_get_two_answers(suite):
    one = b"GET /v1/organizations/region-skane HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /v1/organizations/region-halland HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = raw(suite, one + last)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(b"organizations/region-skane") < answer.index(b"organizations/region-halland")


def test_swedish_is_answered_in_swedish(suite):
    swedish = suite.get("/v1/organizations/finns-inte", key="", headers={"Accept-Language": "sv"})
    english = suite.get("/v1/organizations/finns-inte", key="", headers={"Accept-Language": "en"})
    assert swedish.headers["content-language"] == "sv" and english.headers["content-language"] == "en"
    assert swedish.json["detail"] != english.json["detail"]


def test_a_preference_for_english_is_heard(suite):
    answer = suite.get("/v1/organizations/finns-inte", key="", headers={"Accept-Language": "sv;q=0.3, en;q=0.9"})
    assert answer.headers["content-language"] == "en"


# --- Writing ----------------------------------------------------------------------

def test_an_organisation_lives_from_creation_to_undelete(suite):
    made = suite.new_organization(website="https://a.example", aliases=["Provet"])
    path = "/v1/" + made["name"]
    assert suite.get(path, key="").json["website"] == "https://a.example"
    changed = suite.call("PATCH", path, {"website": "https://b.example"})
    assert changed.status == 200 and changed.json["website"] == "https://b.example"
    assert changed.json["displayName"] == made["displayName"] and changed.json["etag"] != made["etag"]
    assert suite.call("DELETE", path).status == 200
    problem(suite.get(path, key=""), 404)
    assert suite.post(path + "/undelete").status == 200
    assert suite.get(path, key="").status == 200


def test_merge_patch_clears_with_null(suite):
    made = suite.new_organization(website="https://a.example", aliases=["Provet"])
    answer = suite.call("PATCH", "/v1/" + made["name"], {"website": None, "aliases": None},
                        headers={"Content-Type": "application/merge-patch+json"})
    assert answer.status == 200
    assert not answer.json.get("website") and not answer.json.get("aliases")
    problem(suite.call("PATCH", "/v1/" + made["name"], {"displayName": None}), 400)


def test_update_mask_says_which_fields_change(suite):
    made = suite.new_organization(website="https://a.example")
    answer = suite.call("PATCH", "/v1/" + made["name"] + "?updateMask=website",
                        {"website": "https://c.example", "displayName": "Ett annat namn"})
    assert answer.json["website"] == "https://c.example" and answer.json["displayName"] == made["displayName"]


def test_if_match_guards_a_change(suite):
    made = suite.new_organization()
    path = "/v1/" + made["name"]
    etag = suite.get(path).headers["etag"]
    compressed = suite.get(path, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    refused = suite.call("PATCH", path, {"website": "https://a.example"}, headers={"If-Match": '"zzz"'})
    assert problem(refused, 412, "ABORTED")["reason"] == "ETAG_MISMATCH"
    assert suite.call("PATCH", path, {"website": "https://a.example"}, headers={"If-Match": etag}).status == 200
    problem(suite.call("PATCH", path, {"website": "https://b.example"}, headers={"If-Match": etag}), 412)
    problem(suite.call("PATCH", path, {"website": "https://b.example"}, headers={"If-Match": compressed}), 412)
    now = suite.get(path, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    assert suite.call("PATCH", path, {"website": "https://b.example"}, headers={"If-Match": now}).status == 200
    problem(suite.call("PATCH", path, {"website": "https://c.example", "etag": "annan"}, headers={"If-Match": now}), 400)


def test_validate_only_changes_nothing(suite):
    identifier = "test-" + uuid.uuid4().hex[:12]
    answer = suite.post(f"/v1/organizations?organizationId={identifier}&validateOnly=true", {"displayName": "Prov", "kind": "OTHER"})
    assert answer.status in (200, 201)
    problem(suite.get(f"/v1/organizations/{identifier}"), 404)


def test_an_id_that_is_taken_is_409(suite):
    problem(suite.post("/v1/organizations?organizationId=storsthlm", {"displayName": "X", "kind": "OTHER"}), 409, "ALREADY_EXISTS")


def test_a_write_is_seen_by_the_next_read(suite):
    made = suite.new_organization()
    path = "/v1/" + made["name"]
    for number in range(10):
        suite.get(path, key="")
        suite.call("PATCH", path, {"website": f"https://{number}.example"})
        assert suite.get(path).json["website"] == f"https://{number}.example"


# --- Once in effect -----------------------------------------------------------------

def test_32_clients_with_one_idempotency_key_make_one_row(suite):
    key, identifier = str(uuid.uuid4()), "Samtidigt " + uuid.uuid4().hex[:8]

    def create(_):
        return suite.post("/v1/organizations", {"displayName": identifier, "kind": "OTHER"},
                          headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(create, range(32)))
    good = [a for a in answers if a.status in (200, 201)]
    assert good and all(a.status in (200, 201, 409) for a in answers), [a.status for a in answers]
    assert len({a.json["name"] for a in good}) == 1
    found = suite.get("/v1/organizations?filter=" + urllib.parse.quote(f'displayName = "{identifier}"')).json
    assert len(found["organizations"]) == 1


def test_a_repetition_gets_the_same_answer_and_another_body_422(suite):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"displayName": "Upprepning " + uuid.uuid4().hex[:8], "kind": "OTHER"}
    first = suite.post("/v1/organizations", body, headers=headers)
    again = suite.post("/v1/organizations", body, headers=headers)
    assert first.status == again.status == 201 and first.json == again.json
    problem(suite.post("/v1/organizations", {**body, "website": "https://a.example"}, headers=headers), 422)


def test_a_refused_request_may_be_sent_again_under_its_key(suite):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    problem(suite.post("/v1/organizations", {"kind": "OTHER"}, headers=headers), 400)
    assert suite.post("/v1/organizations", {"displayName": "Rättad " + uuid.uuid4().hex[:8], "kind": "OTHER"}, headers=headers).status == 201


def test_an_idempotency_key_that_is_no_uuid_is_400(suite):
    problem(suite.post("/v1/organizations", {"displayName": "X", "kind": "OTHER"}, headers={"Idempotency-Key": "x"}), 400)


# --- Who sees what --------------------------------------------------------------------

def test_what_is_for_members_is_not_for_the_public(suite):
    ideas = suite.get("/v1/ideas?pageSize=5").json["ideas"]
    assert ideas
    hidden = [i for i in ideas if i.get("visibility") != "PUBLIC"]
    assert hidden
    for idea in hidden:
        problem(suite.get("/v1/" + idea["name"], key=""), 404)
    listed = suite.get("/v1/ideas?pageSize=500", key="").json.get("ideas", [])
    assert not {i["name"] for i in listed} & {i["name"] for i in hidden}
