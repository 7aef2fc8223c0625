"""A folder of minutes through the local command: one report, whatever becomes of each."""
import json
import shutil
import subprocess
import uuid

import pytest
from conftest import ROOT, SHARED

COMMAND = ROOT / "deploy/local/import"
FOLDER = ROOT / "tests/data/minutes-folder"
REAL = SHARED / "data/minutes-2022-09-13.md"


def run(*arguments):
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120)


@pytest.fixture
def folder(tmp_path):
    """The folder of the tests, with words of its own so that no other test imported it, and a broken file."""
    copy = tmp_path / "minutes"
    shutil.copytree(FOLDER, copy)
    for file in copy.rglob("*.*"):
        file.write_text(file.read_text(encoding="utf-8") + f"\nVi tackar för i dag ({uuid.uuid4().hex[:8]}).\n",
                        encoding="utf-8")
    (copy / "gammal.txt").write_bytes("Styrelsen 2001-02-03, Gävle\n".encode("latin-1"))
    (copy / "bild.png").write_bytes(b"\x89PNG\r\n")
    return copy


def by_file(report):
    return {result["file"]: result for result in report["results"]}


def test_each_document_stands_for_itself_in_one_report(suite, folder):
    tried = run(folder, "--dry-run", "--json")
    assert tried.returncode == 1, tried.stderr
    assert json.loads(tried.stdout)["wouldCreate"] == 3
    done = run(folder, "--json")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (report["created"], report["alreadyImported"], report["refused"]) == (3, 0, 2)
    found = by_file(report)
    assert set(found) == {"2023/analytiker.md", "2023/styrelsen.md", "medlemsgruppen.txt", "utan-dag.txt", "gammal.txt"}
    assert found["gammal.txt"]["reason"] == "NOT_UTF8"
    assert "date" in [error["field"] for error in found["utan-dag.txt"]["errors"]]
    network = found["2023/analytiker.md"]
    assert network["suggestionKinds"] == {"ACTION": 1, "REFERRAL": 1}
    assert network["coverage"]["sourceLines"] == network["coverage"]["placedLines"] > 0
    assert suite.get(f"/v1/{network['meeting']}").json["body"] == "bodies/analyst-network"
    # Again: nothing is created, and what was refused is refused again.
    again = json.loads(run(folder, "--json").stdout)
    assert (again["created"], again["alreadyImported"], again["refused"]) == (0, 3, 2)
    assert by_file(again)["2023/analytiker.md"]["meeting"] == network["meeting"]


def test_the_report_is_read_by_people_too(suite, folder):
    (folder / "gammal.txt").unlink()
    (folder / "utan-dag.txt").unlink()
    done = run(folder)
    assert done.returncode == 0, done.stderr
    assert "3 created." in done.stdout
    line, = [line for line in done.stdout.splitlines() if line.startswith("2023/styrelsen.md")]
    assert "created" in line and "meetings/" in line
    (folder / "utan-dag.txt").write_text("Styrelsen\n\nVi talade om våren.\n", encoding="utf-8")
    done = run(folder)
    assert done.returncode == 1
    assert "3 already imported, 1 refused." in done.stdout
    assert "utan-dag.txt" in done.stderr and "date" in done.stderr


def test_several_files_and_folders_are_named_together(suite, folder):
    done = run(folder / "medlemsgruppen.txt", folder / "2023", folder / "medlemsgruppen.txt", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["results"]) == 3


@pytest.mark.skipif(not REAL.exists(), reason="the shared data are not here")
def test_the_real_minutes_are_one_of_a_folder(suite, tmp_path):
    (tmp_path / "real").mkdir()
    shutil.copy(REAL, tmp_path / "real")
    done = run(tmp_path / "real", "--json")
    assert done.returncode == 0, done.stderr
    result, = json.loads(done.stdout)["results"]
    assert result["coverage"]["sourceLines"] == result["coverage"]["placedLines"] > 0
    assert result["suggestionKinds"]["REFERRAL"] >= 4


def test_a_wrong_call_is_told_from_a_refused_document(suite, tmp_path):
    assert run(tmp_path / "nowhere").returncode == 2
    empty = run(tmp_path)
    assert empty.returncode == 2 and "no .md" in empty.stderr
    assert run(FOLDER, "--date", "2023-01-02").returncode == 2


def test_a_confirmed_referral_of_the_folder_is_sent_answered_and_listed(suite, folder):
    """What the report leads to, through the public door."""
    meeting, = {result["meeting"] for result in json.loads(run(folder / "2023/analytiker.md", "--json").stdout)["results"]}
    suggestion, = suite.get(f"/v1/{meeting}/suggestions?filter=kind%20%3D%20REFERRAL").json["suggestions"]
    confirmed = suite.post(f"/v1/{suggestion['name']}/confirm", {"title": "Gemensamma mått"})
    assert confirmed.status == 200, confirmed.body
    name = confirmed.json["createdResource"]
    assert suite.post(f"/v1/{suggestion['name']}/confirm").json["reason"] == "SUGGESTION_CONFIRMED"
    assert suite.get(f"/v1/{name}", key="").status == 404
    sent = suite.post(f"/v1/{name}/send")
    assert sent.status == 200 and sent.json["state"] == "SENT", sent.body
    out = suite.get("/v1/outstanding-items?filter=kind%20%3D%20REFERRAL&pageSize=100").json["outstandingItems"]
    item, = [item for item in out if item["name"] == name]
    assert item["holder"] == "bodies/evaluation-network" and item.get("daysOut", 0) == 0
    answered = suite.post(f"/v1/{name}/answer", {"text": "Måtten finns i bilagan."})
    assert answered.status == 200 and answered.json["state"] == "ANSWERED", answered.body
    late = suite.post(f"/v1/{name}/return", {"reason": "Ändå inte."}, headers={"Accept-Language": "sv"})
    assert late.status == 409
    assert late.json["reason"] == "REFERRAL_ENDED" and "besvarat" in late.json["detail"]
