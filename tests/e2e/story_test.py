"""The whole way of a question, as it was in the autumn of 2022: a meeting is
planned, convened and held, the goals are tried on the members, wording changes
come back and make the next draft, what is somebody else's is sent on and is
answered at the next meeting, and the minutes assemble themselves."""
import concurrent.futures
import datetime
import re
import urllib.parse
import uuid
import zoneinfo

import pytest
from conftest import SHARED
from contract import assertion

REAL = SHARED / "data/minutes-2022-09-13.md"
STOCKHOLM = zoneinfo.ZoneInfo("Europe/Stockholm")


def today(days=0):
    return (datetime.datetime.now(STOCKHOLM).date() + datetime.timedelta(days)).isoformat()


def at(date, clock):
    """A clock time in Sweden as the API takes it."""
    local = datetime.datetime.fromisoformat(f"{date}T{clock}:00").replace(tzinfo=STOCKHOLM)
    return local.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def text_of(draft):
    return "\n".join(paragraph["text"] for paragraph in draft["paragraphs"])


class House:
    """A body with three member organisations in it, each with a program and a person."""

    def __init__(self, suite, kind="NETWORK"):
        self.suite = suite
        self.mark = uuid.uuid4().hex[:8]
        self.body = self.make(f"bodies?bodyId=test-{self.mark}", displayName=f"Gruppen {self.mark}", kind=kind)["name"]
        self.organizations, self.keys, self.people = [], [], []
        for n in range(3):
            organization = suite.new_organization(kind="REGION" if n else "NATIONAL_AGENCY")["name"]
            self.make(f"{organization}/memberships", category="MEMBER", state="ACTIVE")
            client = self.make(f"clients?clientId=test-{self.mark}-{n}", displayName="Prov", organization=organization,
                               scopes=["*"], requestsPerMinute=60000)
            self.keys.append(self.make(f"{client['name']}/keys")["secret"])
            person = self.make(f"people?personId={uuid.uuid4().hex}", givenName="Ada", familyName=f"Prov{n}",
                               organization=organization, email=f"ada.{self.mark}.{n}@example.se")
            self.make(f"{self.body}/appointments", person=person["name"], role="CHAIR" if n == 0 else "MEMBER",
                      organization=organization, startDate="2020-01-01")
            self.organizations.append(organization)
            self.people.append(person["name"])

    def make(self, path, key=None, expect=(200, 201), **body):
        answer = self.suite.post("/v1/" + path, body, key=key, headers={"Idempotency-Key": str(uuid.uuid4())})
        assert answer.status in expect, (path, answer.status, answer.body)
        return answer.json

    def get(self, path, key=None, status=200):
        answer = self.suite.get("/v1/" + path, key=key)
        assert answer.status == status, (path, answer.body)
        return answer.json

    def change(self, name, key=None, **body):
        answer = self.suite.call("PATCH", "/v1/" + name, body, key=key)
        assert answer.status == 200, (name, answer.body)
        return answer.json

    def reason(self, path, key=None, **body):
        """The reason why it is refused; that nothing is said in vain is seen by the caller."""
        answer = self.suite.post("/v1/" + path, body, key=key)
        assert answer.status >= 400, answer.body
        assert answer.headers["content-type"].startswith("application/problem+json")
        return answer.json["reason"]

    def person(self, n):
        return assertion("meetings", {
            "sub": self.people[n], "organization": self.organizations[n], "roles": ["MEMBER"], "bodies": [self.body],
            "scopes": ["meetings.corrections.propose", "meetings.corrections.read", "meetings.minutes.approve"]})


@pytest.fixture(scope="module")
def house(suite):
    return House(suite)


def test_a_question_lives_from_the_call_to_the_meeting_to_the_answer_at_the_next(suite, services, house):
    make, get = house.make, house.get
    agency, region, other = house.organizations

    # Planned and convened: everyone in the body is asked, and one more.
    day = today()
    meeting = make("meetings", displayName=f"Möte {house.mark}", body=house.body, date=day, hostOrganization=region,
                   startTime=at(day, "09:00"), endTime=at(day, "15:00"), format="HYBRID")["name"]
    items = {}
    for title, minutes in (("Inriktningsmål", 60), ("Strategi", 45), ("Verksamhetsplan", 30)):
        items[title] = make(f"{meeting}/agenda-items", displayName=title, durationMinutes=minutes)["name"]
    make(f"{items['Verksamhetsplan']}/move", before=items["Strategi"])
    agenda = get(f"{meeting}/agenda-items")["agendaItems"]
    assert [item["displayName"] for item in agenda] == ["Inriktningsmål", "Verksamhetsplan", "Strategi"]
    assert [item["startTime"] for item in agenda] == [at(day, "09:00"), at(day, "10:00"), at(day, "10:30")]
    assert house.reason(f"{meeting}/agenda-items", displayName="Långdans", durationMinutes=900)
    convened = make(f"{meeting}/convene", guests=[{"email": f"gast.{house.mark}@example.se", "displayName": "Vera Exempel"}])
    assert convened["state"] == "CONVENED"
    invited = {a.get("organization"): a["name"] for a in get(f"{meeting}/attendances?pageSize=100")["attendances"]}
    assert set(house.organizations) <= set(invited)

    # Each answers for itself, and for nobody else.
    answer = make(f"{invited[region]}/respond", key=house.keys[1], answer="YES",
                  participants=[{"person": house.people[1], "nameText": "Ada Prov1"}, {"nameText": "Bo Exempel", "role": "Strateg"}])
    assert answer["attendance"]["answer"] == "YES" and len(answer["participants"]) == 2
    make(f"{invited[other]}/respond", key=house.keys[2], answer="MAYBE")
    refused = suite.post(f"/v1/{invited[agency]}/respond", {"answer": "NO"}, key=house.keys[1])
    assert refused.status in (403, 404), refused.body
    counts = get(f"{meeting}/representation")
    assert counts["yes"]["organizations"] == 1 and counts["yes"]["regions"] == 1 and counts["invited"]["organizations"] >= 3

    # What an organisation says before the meeting, and how it is understood.
    said = make("contributions", key=house.keys[1], organization=region, source="WRITTEN", meeting=meeting,
                text="Hemtagning av lärdomar är det som fallerar hos oss.")
    understood = make(f"{said['name']}/interpret", understanding="Stödet för att ta hem lärdomar ska bli bättre.",
                      agendaItems=[items["Verksamhetsplan"]])
    assert understood["state"] == "INTERPRETED"
    assert make(f"{said['name']}/correct", key=house.keys[1], correction="Uppföljningen ska bli bättre.")["state"] == "CORRECTED"

    # The goals are tried on the members.
    consultation = make("consultations", title=f"Inriktningsmål {house.mark}", body=house.body, meeting=meeting,
                        agendaItem=items["Inriktningsmål"])["name"]
    draft = make(f"{consultation}/drafts", text=(
        "# Inriktningsmål 2023-2026\n\nReglab ska bidra till kompetensutveckling på kommunal nivå.\n\n"
        "Reglab ska ge stöd för omställning.\n"))
    make(f"{consultation}/open", closeDate=today(7))
    amendments = f"{consultation}/amendments"
    local = make(amendments, key=house.keys[1], action="REPLACE", quote="kommunal nivå", text="lokal nivå",
                 draft=draft["name"], organizations=[region], rationale="Kommunen är inte hela det lokala.")
    group = make(amendments, action="REPLACE", quote="kompetensutveckling", text="lärande", draft=draft["name"],
                 meeting=meeting, group="Grupp 2")
    wide = make(amendments, key=house.keys[2], action="REPLACE", quote="kompetensutveckling på kommunal",
                text="kunskap på lokal", draft=draft["name"], organizations=[other])
    asked = make(amendments, key=house.keys[2], action="QUESTION", text="Var finns EU-nivån?", draft=draft["name"],
                 organizations=[other])
    wrong = suite.post(f"/v1/{amendments}", {"action": "REPLACE", "quote": "regional nivå", "text": "x",
                                             "draft": draft["name"], "organizations": [region]}, key=house.keys[1])
    assert wrong.status == 400 and "quote" in wrong.json["errors"][0]["field"], wrong.body
    for _ in range(2):  # a support that is repeated counts once
        supported = make(f"{local['name']}/support", key=house.keys[2], organization=other)
    assert supported["supporters"] == [other]
    overlaps = get(f"{draft['name']}/overlaps")["overlaps"]
    assert any({wide["name"], local["name"]} <= set(o["amendments"]) for o in overlaps), overlaps
    make(f"{consultation}/positions", key=house.keys[1], organization=region, question="Breda eller smala lärprojekt?", text="Smala.")
    make(f"{consultation}/positions", key=house.keys[2], organization=other, question="Breda eller smala lärprojekt?", text="Breda.")
    assert len(get(f"{consultation}/positions")["positions"]) == 2

    # A disposition has a reason, which the authors read.
    assert house.reason(f"{local['name']}/dispose", disposition="ACCEPTED")
    make(f"{local['name']}/dispose", disposition="ACCEPTED", reason="Det säger vad som menas.", meeting=meeting)
    make(f"{group['name']}/dispose", disposition="ACCEPTED", reason="Lärande är Reglabs grund.", meeting=meeting)
    make(f"{wide['name']}/dispose", disposition="REJECTED", reason="Täcks av de två andra.", meeting=meeting)
    assert get(wide["name"], key=house.keys[2])["dispositionReason"] == "Täcks av de två andra."
    made = make(f"{draft['name']}/next")
    second = made["draft"]["name"]
    assert set(made["applied"]) == {local["name"], group["name"]}
    assert "Reglab ska bidra till lärande på lokal nivå." in text_of(made["draft"])
    assert [p["id"] for p in made["draft"]["paragraphs"]] == [p["id"] for p in draft["paragraphs"]]
    assert asked["name"] in made["carried"] + [w["amendment"] for w in made.get("waiting", [])]
    changed = [p for p in get(f"{second}/diff?against={draft['name']}")["paragraphs"] if p["change"] == "CHANGED"]
    assert len(changed) == 1 and {"REMOVED", "ADDED"} <= {piece["change"] for piece in changed[0]["pieces"]}
    page = suite.get(f"/v1/{second}/diff-document?against={draft['name']}&format=HTML")
    assert page.headers["content-type"].startswith("text/html") and b"<ins>" in page.body and b"<del>" in page.body
    make(f"{consultation}/close")
    late = house.reason(amendments, key=house.keys[1], action="COMMENT", text="För sent", organizations=[region])
    assert late, late

    # At the meeting: who was there, what was said, what was decided.
    for organization in (region, other):
        house.change(invited[organization], status="PRESENT")
    make(f"{meeting}/attendances", person=house.people[0], organization=agency, nameText="Ada Prov0", status="PRESENT", role="Ordförande")
    make(f"{meeting}/notes", text="Ordföranden hälsade välkommen.", agendaItem=items["Inriktningsmål"])
    make(f"{meeting}/questions", text="Finns det något skav?", answer="I planeringen kan det finnas olika intressen.", agendaItem=items["Strategi"])
    make(f"{meeting}/discussions", group="Grupp 2", text="Lärande är bättre än kompetensutveckling.", agendaItem=items["Inriktningsmål"])
    make(f"{meeting}/conclusions", text="Labba kring hållbar utveckling.", agendaItem=items["Verksamhetsplan"])
    decision = make(f"{meeting}/decisions", text="Inriktningsmålen antas.", number="§ 4", body=house.body, agendaItem=items["Inriktningsmål"])
    action = make(f"{meeting}/actions", text="Ta fram ett skelett för expeditioner.", owner=region, dueDate=today(30))
    adopted = make(f"{consultation}/adopt", draft=second, decision=decision["name"])
    assert adopted["state"] == "ADOPTED" and adopted["decision"] == decision["name"]

    # What is not Reglab's to solve is sent on: outside, and to the own networks.
    outside = make("referrals", kind="FORWARDED", title="Systemets sammanhållning", text="Vem sorterar i det systemteoretiska?",
                   fromBody=house.body, target=agency, meeting=meeting, dueDate=today(14))
    networks = [make("referrals", kind="ASSIGNED", title=f"Uppföljning {n}", text="Hur följs den nationella strategin upp?",
                     fromBody=house.body, target=f"bodies/{n}", meeting=meeting)["name"]
                for n in (b["name"].removeprefix("bodies/") for b in get("bodies?filter=kind%20%3D%20NETWORK&pageSize=50")["bodies"]
                          if not b["name"].startswith("bodies/test-"))][:3]
    for name in (outside["name"], *networks):
        assert make(f"{name}/send")["state"] == "SENT"
    out = get(f"outstanding-items?filter=meeting%20%3D%20%22{meeting.replace('/', '%2F')}%22&pageSize=100")["outstandingItems"]
    assert {item["name"] for item in out} >= {outside["name"], action["name"], *networks}
    assert make(f"{outside['name']}/acknowledge", key=house.keys[0])["state"] == "ACKNOWLEDGED"
    assert suite.post(f"/v1/{outside['name']}/answer", {"text": "Nej"}, key=house.keys[2]).status in (403, 404)
    assert make(f"{outside['name']}/answer", key=house.keys[0], text="Det gör SKR, från årsskiftet.")["state"] == "ANSWERED"
    assert house.reason(f"{outside['name']}/answer", key=house.keys[0], text="En gång till")

    # The answer and what is open stand on the next agenda.
    make(f"{meeting}/conclude")
    later = make("meetings", displayName=f"Nästa möte {house.mark}", body=house.body, date=today(60))
    assert later["previousMeeting"] == meeting
    prepared = make(f"{later['name']}/agenda-items/prepare")["agendaItems"]
    followed = {name for item in prepared for name in item.get("followsUp", [])}
    assert {outside["name"], action["name"], *networks} <= followed
    assert any("från årsskiftet" in item.get("text", "") for item in prepared), prepared

    # The minutes assemble themselves, are corrected, and are final for good.
    minutes = make(f"{meeting}/minutes", kind="NOTES")
    for words in ("Ordföranden hälsade välkommen.", "Finns det något skav?", "olika intressen", "Lärande är bättre",
                  "Labba kring", "Inriktningsmålen antas.", "skelett för expeditioner", "lokal nivå", "Systemets sammanhållning"):
        assert words in minutes["markdown"], words
    assert house.reason(f"{minutes['name']}/circulate", correctionsUntil=today())
    circulated = make(f"{minutes['name']}/circulate", correctionsUntil=today(), disclosureAcknowledged=True,
                      recipients=house.organizations)
    assert circulated["state"] == "CIRCULATED" and "lämna ut" in circulated["notice"]
    correction = make(f"{minutes['name']}/corrections", key=house.keys[1], quote="Finns det något skav?",
                      text="Frågan löd: var finns skavet?")
    assert house.reason(f"{minutes['name']}/finalize") == "CORRECTIONS_OPEN"
    make(f"{correction['name']}/decline", reason="Så löd den enligt inspelningen.")
    final = make(f"{minutes['name']}/finalize")
    assert final["state"] == "FINAL" and re.fullmatch("[0-9a-f]{64}", final["digest"])
    assert suite.call("PATCH", f"/v1/{decision['name']}", {"text": "Något annat."}).status == 409
    assert suite.post(f"/v1/{meeting}/notes", {"text": "Efteråt."}).status == 409
    fixed = make(f"{minutes['name']}/correct", quote="hälsade välkommen", replacement="hälsade alla välkomna", reason="Skrivfel.")
    versions = get(f"{minutes['name']}/versions")["minutesVersions"]
    assert len(versions) == 3 and fixed["version"] == 3 and fixed["digest"] != final["digest"]
    html = suite.get(f"/v1/{minutes['name']}/html")
    assert html.status == 200 and b'lang="sv"' in html.body and "hälsade alla välkomna" in html.body.decode()
    assert suite.get(f"/v1/{minutes['name']}/archive").headers["content-type"].startswith("application/xml")
    found = get(f"minutes/search?q=skav&body={house.body.replace('/', '%2F')}")
    assert [m["meeting"] for m in found["meetings"]] == [meeting] and found["years"][0]["meetings"] == 1

    # What calendars show has a stable identity.
    of_body = urllib.parse.quote(f'body = "{house.body}"')
    events = get(f"calendar-events?filter={of_body}&pageSize=50")["calendarEvents"]
    assert [event["meeting"] for event in events] == [meeting, later["name"]]


def test_a_record_is_approved_by_its_chair_and_verifiers(suite, services):
    board = House(suite, kind="NETWORK")
    make = board.make
    meeting = make("meetings", displayName=f"Styrelsen {board.mark}", body=board.body, date=today(-1))["name"]
    for n in range(2):
        make(f"{meeting}/attendances", person=board.people[n], organization=board.organizations[n], nameText=f"Ada Prov{n}", status="PRESENT")
    item = make(f"{meeting}/agenda-items", displayName="Verksamhetsplan", number="§ 1")["name"]
    make(f"{meeting}/decisions", text="Planen fastställs.", number="§ 1", body=board.body, agendaItem=item)
    make(f"{meeting}/conclude")
    absent = board.suite.post(f"/v1/{meeting}/minutes", {"kind": "RECORD", "chair": board.people[0], "verifiers": [board.people[2]]})
    assert absent.json["reason"] == "DID_NOT_ATTEND", absent.body
    record = make(f"{meeting}/minutes", kind="RECORD", chair=board.people[0], verifiers=[board.people[1]])
    record = make(f"{record['name']}/circulate", correctionsUntil=today(), disclosureAcknowledged=True, recipients=board.organizations)

    def approve(n):
        digest = board.get(record["name"])["digest"]
        return services.call("meetings.v1.MinutesService/ApproveMinutes", {"name": record["name"], "digest": digest},
                             token=board.person(n))

    with pytest.raises(Exception):
        approve(2)
    approve(1)
    assert board.get(record["name"])["state"] != "APPROVED"
    approve(0)
    approved = board.get(record["name"])
    assert approved["state"] == "APPROVED" and {a["person"] for a in approved["approvals"]} == set(board.people[:2])
    assert suite.call("DELETE", f"/v1/{item}").status == 409


@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL} is not here")
def test_the_real_minutes_become_amendments_referrals_and_ideas(suite, house):
    """Each suggestion of 13 September 2022 is confirmed into what it is."""
    imported = suite.post("/v1/minutes/import", {"document": REAL.read_text()}, timeout=60).json
    suggestions = house.get(f"{imported['meeting']['name']}/suggestions?pageSize=200")["suggestions"]
    proposed = {kind: [s for s in suggestions if s["kind"] == kind and s["state"] == "PROPOSED"]
                for kind in ("AMENDMENT", "REFERRAL", "IDEA")}
    assert all(proposed.values()), {kind: len(some) for kind, some in proposed.items()}
    for suggestion in proposed["AMENDMENT"]:
        confirmed = house.make(f"{suggestion['name']}/confirm")
        amendment = house.get(confirmed["createdResource"])
        assert amendment["suggestion"] == suggestion["name"] and amendment["sourceLine"] == suggestion["sourceLine"]
    local = next(s for s in proposed["AMENDMENT"] if s.get("replacement") == "lokal nivå")
    waiting = house.get(house.get(local["name"])["createdResource"])
    assert waiting["quote"] == "kommunal nivå" and waiting["waitingReason"] == "NO_DRAFT"
    # A draft that comes is where the waiting ones get their place.
    consultation = waiting["name"].split("/amendments/")[0]
    house.make(f"{consultation}/drafts", text="Kompetensutveckling på kommunal nivå är ett stöd.\n")
    anchored = house.get(waiting["name"])
    assert anchored["anchor"] == "QUOTE" and "waitingReason" not in anchored
    for suggestion in proposed["REFERRAL"]:
        referral = house.get(house.make(f"{suggestion['name']}/confirm", target=suggestion.get("target") or "organizations/skr")["createdResource"])
        assert referral["state"] == "DRAFT" and referral["suggestion"] == suggestion["name"]
    dismissed = house.make(f"{proposed['IDEA'][0]['name']}/dismiss", reason="Finns redan som idé.")
    assert dismissed["state"] == "DISMISSED" and dismissed["reason"] == "Finns redan som idé."
    assert house.reason(f"{proposed['IDEA'][1]['name']}/dismiss")


def test_thirty_two_at_once_on_one_meeting_and_one_consultation(suite, house):
    """Nothing is lost and nothing doubled, however many write at once."""
    meeting = house.make("meetings", displayName=f"Trångt {house.mark}", body=house.body, date=today(20))["name"]
    items = [house.make(f"{meeting}/agenda-items", displayName=f"Punkt {n}", durationMinutes=10)["name"] for n in range(8)]
    consultation = house.make("consultations", title=f"Trångt {house.mark}", body=house.body)["name"]
    draft = house.make(f"{consultation}/drafts", text="\n\n".join(f"Mål {n}: lärande på kommunal nivå." for n in range(40)) + "\n")
    house.make(f"{consultation}/open", closeDate=today(7))
    paragraphs = [p["id"] for p in draft["paragraphs"]]

    def work(n):
        done = []
        # Two requests with one key: one note.
        key = str(uuid.uuid4())
        for _ in range(2):
            note = suite.post(f"/v1/{meeting}/notes", {"text": f"Anteckning {n}"}, headers={"Idempotency-Key": key})
            assert note.status in (200, 201), note.body
            done.append(note.json["name"])
        assert done[0] == done[1]
        moved = suite.post(f"/v1/{items[n % 8]}/move", {"before": items[(n * 3 + 1) % 8]})
        assert moved.status in (200, 400), moved.body
        key = str(uuid.uuid4())
        for _ in range(2):
            made = suite.post(f"/v1/{consultation}/amendments", {
                "action": "REPLACE", "paragraph": paragraphs[n], "quote": "kommunal", "text": "lokal", "draft": draft["name"],
                "organizations": [house.organizations[n % 3]]}, key=house.keys[n % 3], headers={"Idempotency-Key": key})
            assert made.status in (200, 201), made.body
        for _ in range(2):
            answer = suite.post(f"/v1/{made.json['name']}/support", {"organization": house.organizations[(n + 1) % 3]}, key=house.keys[(n + 1) % 3])
            assert answer.status == 200, answer.body
        answer = suite.post(f"/v1/{made.json['name']}/dispose", {"disposition": "ACCEPTED", "reason": "Ja."})
        assert answer.status == 200, answer.body
        return made.json["name"]

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        names = list(pool.map(work, range(32)))
    notes = house.get(f"{meeting}/notes?pageSize=100")["notes"]
    assert sorted(note["text"] for note in notes) == sorted(f"Anteckning {n}" for n in range(32))
    agenda = house.get(f"{meeting}/agenda-items?pageSize=100")["agendaItems"]
    assert sorted(item["name"] for item in agenda) == sorted(items)
    assert len({item["position"] for item in agenda}) == 8
    amendments = house.get(f"{consultation}/amendments?pageSize=100")["amendments"]
    assert sorted(a["name"] for a in amendments) == sorted(names)
    assert all(len(a["supporters"]) == 1 for a in amendments)
    made = house.make(f"{draft['name']}/next")
    assert sorted(made["applied"]) == sorted(names)
    text = text_of(made["draft"])
    assert text.count("på lokal nivå") == 32 and text.count("på kommunal nivå") == 8

    # Two secretaries with the same page: the second learns what the first wrote.
    first = house.get(items[0])
    house.change(items[0], displayName="Skriven först", etag=first["etag"])
    second = suite.call("PATCH", f"/v1/{items[0]}", {"displayName": "Skriven sedan", "etag": first["etag"]})
    assert second.status == 412, second.body
    assert "Skriven först" in second.body.decode()
