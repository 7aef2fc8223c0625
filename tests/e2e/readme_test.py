"""What the README says, done as it says it."""
import re
import subprocess

from conftest import ROOT, STATE

# Written by a reader with what he has.
PEOPLE = STATE / "people.csv"
OURS = {
    "source .local/env": f"source {STATE}/env",
    "@people.csv": f"@{PEOPLE}",
    "PATH…": "deploy/local/sample/minutes-2026-06-09-member-group.md",
}


def blocks(*headings):
    """The commands under these headings, without what starts or asks for another network."""
    text = (ROOT / "README.md").read_text()
    for heading in headings:
        section = re.search(rf"^## {heading}\n(.*?)(?=^## )", text, re.S | re.M)
        assert section, f"the README has no section {heading}"
        for block in re.findall(r"^```sh\n(.*?)^```", section[1], re.S | re.M):
            for word, ours in OURS.items():
                block = block.replace(word, ours)
            yield "".join(line + "\n" for line in block.splitlines() if not line.startswith("npx "))


def test_every_command_of_the_readme_does_what_it_says(suite):
    PEOPLE.write_text("givenName,familyName,organization,email\nEva,Prov,organizations/region-skane,eva.prov@example.se\n")
    script = "".join(blocks("The first ten minutes", "The way of a question", "For a region's intranet",
                            "For an agency's developer"))
    assert script.count("\n") > 50
    # An error of HTTP is one of the command.
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", 'curl() { command curl --fail-with-body "$@"; }\n' + script],
        cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    final = suite.get("/v1/meetings/proving/minutes").json
    assert final["state"] == "FINAL" and "lokal nivå" in final["markdown"]
    referral = suite.get("/v1/referrals/cohesion").json
    assert referral["state"] == "ANSWERED"
    agenda = suite.get(f"/v1/{referral['answerMeeting']}/agenda-items?pageSize=100").json["agendaItems"]
    assert any("referrals/cohesion" in item.get("followsUp", []) for item in agenda)
