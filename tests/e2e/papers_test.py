"""Papers and uploads through the public door, by curl: 20 MB in chunks in and as a
stream out, in constant memory, interrupted and resumed, by many at once."""
import concurrent.futures
import hashlib
import pathlib
import random
import subprocess
import time
import uuid

import pytest

MEGABYTE = 1 << 20
SIZE = 20 * MEGABYTE


def pdf(size, seed=1):
    return b"%PDF-1.7\n" + random.Random(seed).randbytes(size - 9)


def memory_of(suite, name):
    """Resident memory in KiB."""
    status = pathlib.Path(f"/proc/{suite.pid(name)}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def announce(suite, data, name="Underlag mål.pdf", kind="application/pdf", **fields):
    made = suite.post("/v1/uploads", {"fileName": name, "contentType": kind, "sizeBytes": len(data), **fields})
    assert made.status == 201, made.body
    return made.json


def append(suite, upload, offset, data):
    return suite.call("POST", f"/v1/{upload}/append?offset={offset}", data,
                      headers={"Content-Type": "application/octet-stream"})


def send(suite, data, **fields):
    upload = announce(suite, data, **fields)["name"]
    for at in range(0, len(data), MEGABYTE):
        sent = append(suite, upload, at, data[at:at + MEGABYTE])
        assert sent.status == 200, sent.body
    done = suite.post(f"/v1/{upload}/complete")
    assert done.status == 200, done.body
    return done.json


@pytest.fixture(scope="module")
def meeting(suite):
    body = suite.get("/v1/bodies?pageSize=1").json["bodies"][0]["name"]
    made = suite.post(f"/v1/meetings?meetingId=papers-{uuid.uuid4().hex[:8]}", {
        "displayName": "Möte med underlag", "body": body, "date": "2026-12-15", "visibility": "PUBLIC"})
    assert made.status == 201, made.body
    return made.json["name"]


def new_paper(suite, meeting, upload, visibility="PUBLIC"):
    made = suite.post(f"/v1/{meeting}/papers?paperId=p-{uuid.uuid4().hex[:12]}",
                      {"displayName": "Underlag", "upload": upload, "visibility": visibility})
    assert made.status == 201, made.body
    return made.json["name"]


@pytest.fixture(scope="module")
def large(suite, meeting):
    """A paper of 20 MB, and its bytes."""
    data = pdf(SIZE)
    done = send(suite, data, sha256=hashlib.sha256(data).hexdigest())
    assert done["state"] == "COMPLETE" and done["receivedBytes"] == SIZE
    return new_paper(suite, meeting, done["name"]), data


def download(suite, paper, *more):
    """curl's own output of one download: status, bytes and seconds; the file."""
    done = subprocess.run(["curl", "-sS", "--max-time", "120", *more, "-o", "-", f"{suite.url}/v1/{paper}/content"],
                          capture_output=True)
    return done.returncode, done.stdout


def test_a_file_of_20_mb_goes_in_and_out_in_constant_memory(suite, meeting, capsys):
    processes = ("gateway", "meetings")
    warm = send(suite, pdf(MEGABYTE, 2))
    download(suite, new_paper(suite, meeting, warm["name"]))
    before = {name: memory_of(suite, name) for name in processes}
    data = pdf(SIZE, 3)
    began = time.monotonic()
    done = send(suite, data)
    paper = new_paper(suite, meeting, done["name"])
    sent = time.monotonic() - began
    between = {name: memory_of(suite, name) for name in processes}
    began = time.monotonic()
    code, got = download(suite, paper)
    took = time.monotonic() - began
    after = {name: memory_of(suite, name) for name in processes}
    assert code == 0 and hashlib.sha256(got).digest() == hashlib.sha256(data).digest()
    with capsys.disabled():
        print(f"\n20 MiB up in {sent:.1f} s, down in {took:.1f} s; resident KiB before, after upload, after download: " +
              "; ".join(f"{name} {before[name]} {between[name]} {after[name]}" for name in processes))
    # A chunk and what is on its way of it, never the file; with room for the sanitizers.
    for name in processes:
        assert after[name] - before[name] < 30_000, (name, before, after)


def test_32_clients_at_once_get_it_whole(suite, large, capsys):
    paper, data = large
    before = {name: memory_of(suite, name) for name in ("gateway", "meetings")}
    digest = hashlib.sha256(data).hexdigest()
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        codes = list(pool.map(lambda _: (lambda code, got: (code, hashlib.sha256(got).hexdigest()))(*download(suite, paper)),
                              range(32)))
    took = time.monotonic() - began
    after = {name: memory_of(suite, name) for name in before}
    with capsys.disabled():
        print(f"\n32 downloads of 20 MiB at once in {took:.1f} s; resident KiB before and after: " +
              "; ".join(f"{name} {before[name]} {after[name]}" for name in before))
    assert codes == [(0, digest)] * 32
    # A window for each is what is kept, not 32 files (640 MiB).
    for name in before:
        assert after[name] - before[name] < 160_000, (name, before, after)


def test_32_uploads_at_once_are_32_files(suite):
    def one(seed):
        data = pdf(300_000, seed)
        upload = announce(suite, data, f"fil-{seed}.pdf")["name"]
        for at in range(0, len(data), 100_000):
            assert append(suite, upload, at, data[at:at + 100_000]).status == 200
        done = suite.post(f"/v1/{upload}/complete")
        assert done.status == 200, done.body
        assert done.json["sha256"] == hashlib.sha256(data).hexdigest()
        assert suite.call("DELETE", f"/v1/{upload}").status == 204
        return upload

    # One caller has 20 of them at most.
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(one, range(100, 132)))) == 32


def test_an_interrupted_upload_goes_on_where_it_stopped(suite, meeting):
    data = pdf(3 * MEGABYTE, 5)
    upload = announce(suite, data)["name"]
    assert append(suite, upload, 0, data[:MEGABYTE]).status == 200
    # A client that is cut off within a chunk: nothing of it counts.
    cut = subprocess.run(
        ["curl", "-sS", "--max-time", "1", "--limit-rate", "50k", "-H", f"Authorization: Bearer {suite.key}",
         "--data-binary", "@-", "-H", "Expect:", f"{suite.url}/v1/{upload}/append?offset={MEGABYTE}"],
        input=data[MEGABYTE:2 * MEGABYTE], capture_output=True)
    assert cut.returncode != 0
    assert suite.get(f"/v1/{upload}").json["receivedBytes"] == MEGABYTE
    wrong = append(suite, upload, 2 * MEGABYTE, data[2 * MEGABYTE:])
    assert wrong.status == 409 and wrong.json["reason"] == "UPLOAD_OFFSET"
    assert str(MEGABYTE) in wrong.json["detail"] and wrong.json["errors"][0]["field"] == "offset"
    early = suite.post(f"/v1/{upload}/complete")
    assert early.status == 409 and early.json["reason"] == "UPLOAD_INCOMPLETE"
    for at in (0, MEGABYTE, MEGABYTE, 2 * MEGABYTE):  # some of it again
        assert append(suite, upload, at, data[at:at + MEGABYTE]).status == 200
    assert suite.post(f"/v1/{upload}/complete").status == 200
    assert download(suite, new_paper(suite, meeting, upload))[1] == data


def test_a_document_is_answered_with_its_own_headers(suite, large):
    paper, data = large
    head = suite.call("HEAD", f"/v1/{paper}/content", key="")
    assert head.status == 200 and head.headers["content-length"] == str(SIZE)
    assert head.headers["content-type"] == "application/pdf"
    assert head.headers["x-content-type-options"] == "nosniff"
    assert head.headers["content-disposition"] == "inline; filename=\"Underlag m_l.pdf\"; filename*=UTF-8''Underlag%20m%c3%a5l.pdf"
    assert head.headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    again = suite.get(f"/v1/{paper}/content", key="", headers={"If-None-Match": head.headers["etag"]})
    assert again.status == 304 and again.body == b""


def test_a_client_that_leaves_frees_what_it_used(suite, large):
    paper, _ = large
    for _ in range(140):  # more than the streams that may be open at once
        code, _ = download(suite, paper, "--max-filesize", "1000")
        assert code != 0
    code, got = download(suite, paper)
    assert code == 0 and len(got) == SIZE


def test_a_lie_about_the_type_is_named_and_changes_nothing(suite, meeting):
    lies = {
        "application/pdf": b"MZ\x90\x00" + bytes(range(256)) * 20,
        "image/png": b"%PDF-1.7\n" + bytes(500),
        "text/plain": b"<!DOCTYPE html><script>alert(1)</script>",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
            b"PK\x03\x04" + bytes(26) + b"a.exe" + bytes(200),
    }
    for kind, data in lies.items():
        upload = announce(suite, data, "fil", kind)["name"]
        assert append(suite, upload, 0, data).status == 200
        before = suite.get(f"/v1/{upload}").json
        for language, word in (("en", "announced as"), ("sv", "anmäldes som")):
            refused = suite.post(f"/v1/{upload}/complete", headers={"Accept-Language": language})
            assert refused.status == 409 and refused.json["reason"] == "CONTENT_TYPE_MISMATCH", (kind, refused.body)
            assert word in refused.json["detail"]
        assert suite.get(f"/v1/{upload}").json == before
        paper = suite.post(f"/v1/{meeting}/papers", {"displayName": "Fel", "upload": upload})
        assert paper.status == 409 and paper.json["reason"] == "UPLOAD_NOT_COMPLETE"
        assert suite.call("DELETE", f"/v1/{upload}").status == 204
    zipped = suite.post("/v1/uploads", {"fileName": "a.zip", "contentType": "application/zip", "sizeBytes": 10})
    assert zipped.status == 400 and zipped.json["errors"][0]["field"] == "contentType"


def test_too_much_is_refused(suite):
    upload = announce(suite, b"x" * 100, "a.txt", "text/plain")["name"]
    large = append(suite, upload, 0, bytes(MEGABYTE + 1))
    assert large.status == 413 and large.json["reason"] == "BODY_TOO_LARGE"
    long = append(suite, upload, 0, b"x" * 101)
    assert long.status == 409 and long.json["reason"] == "UPLOAD_TOO_LONG"
    huge = suite.post("/v1/uploads", {"fileName": "a.pdf", "contentType": "application/pdf", "sizeBytes": SIZE + 1})
    assert huge.status == 400 and huge.json["errors"][0]["field"] == "sizeBytes"
    folder = suite.post("/v1/uploads", {"fileName": "../a.pdf", "contentType": "application/pdf", "sizeBytes": 1})
    assert folder.status == 400 and folder.json["errors"][0]["field"] == "fileName"
    assert suite.call("DELETE", f"/v1/{upload}").status == 204


def test_a_paper_that_is_not_for_all_is_not_there_for_others(suite, meeting):
    done = send(suite, "Hemligt\n".encode(), name="a.txt", kind="text/plain")
    paper = new_paper(suite, meeting, done["name"], "MEMBERS")
    refused = suite.get(f"/v1/{paper}/content", key="")
    assert refused.status == 404 and refused.headers["content-type"] == "application/problem+json"
    shown = suite.get(f"/v1/{paper}/content")
    assert shown.status == 200 and shown.body.decode() == "Hemligt\n"
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    assert shown.headers["cache-control"] == "private, no-cache"


def test_a_contribution_is_said_understood_and_confirmed(suite, meeting):
    organization = suite.new_organization()["name"]
    made = suite.post(f"/v1/{organization}/memberships", {"category": "MEMBER", "state": "ACTIVE"})
    assert made.status == 201, made.body
    client = suite.post("/v1/clients", {"displayName": "Prov " + uuid.uuid4().hex, "organization": organization,
                                        "scopes": ["meetings.contributions.*"]}).json["name"]
    key = suite.post(f"/v1/{client}/keys", {}).json["secret"]
    item = suite.post(f"/v1/{meeting}/agenda-items", {"displayName": "Mål " + uuid.uuid4().hex[:6]}).json["name"]
    said = suite.post("/v1/contributions", {"organization": organization, "source": "WRITTEN", "meeting": meeting,
                                            "text": "Målen behöver säga mer."}, key=key)
    assert said.status == 201 and said.json["state"] == "SUBMITTED", said.body
    name = said.json["name"]
    assert suite.get(f"/v1/{name}", key="").status == 404
    refused = suite.post(f"/v1/{name}/interpret", {"understanding": "x"}, key=key)
    assert refused.status == 403
    understood = suite.post(f"/v1/{name}/interpret", {"understanding": "Mål 2 ska säga mer.", "agendaItems": [item]})
    assert understood.status == 200 and understood.json["state"] == "INTERPRETED", understood.body
    corrected = suite.post(f"/v1/{name}/correct", {"correction": "Alla mål."}, key=key)
    assert corrected.status == 200 and corrected.json["state"] == "CORRECTED"
    assert suite.post(f"/v1/{name}/interpret", {"understanding": "Alla mål ska säga mer.", "agendaItems": [item]}).status == 200
    assert suite.post(f"/v1/{name}/confirm").json["reason"] == "ORGANIZATION_ONLY"
    confirmed = suite.post(f"/v1/{name}/confirm", key=key)
    assert confirmed.status == 200 and confirmed.json["state"] == "CONFIRMED"
    listed = suite.get(f"/v1/contributions?organization={organization}&filter=state%20%3D%20CONFIRMED", key=key)
    assert [one["name"] for one in listed.json["contributions"]] == [name]
    changed = suite.call("PATCH", f"/v1/{meeting}", {"contributionsCloseDate": "2020-01-01"})
    assert changed.status == 200, changed.body
    late = suite.post("/v1/contributions", {"organization": organization, "source": "WRITTEN", "meeting": meeting,
                                            "text": "För sent."}, key=key, headers={"Accept-Language": "sv"})
    assert late.status == 409 and late.json["reason"] == "CONTRIBUTIONS_CLOSED" and "2020-01-01" in late.json["detail"]
