"""The life of a membership through the public door: applied for, approved, ended,
and what ends with it; who sat where on a day; what is kept of people."""
import time
import uuid

from conftest import lib, wait_for


def today(days=0):
    """The day in Sweden, by the clock that decides."""
    return lib(f"sql membership <<<'SELECT today() + {days}'").split()[-1]


def organization_with_key(suite):
    """A fresh organisation and a key of its own with every scope."""
    name = suite.new_organization()["name"]
    client = suite.post("/v1/clients?clientId=test-" + uuid.uuid4().hex[:12],
                        {"displayName": "Prov", "organization": name, "scopes": ["*"]})
    assert client.status == 201, client.body
    key = suite.post(f"/v1/{client.json['name']}/keys")
    assert key.status == 201, key.body
    return name, key.json["secret"]


def roles(suite, key):
    answer = suite.get("/v1/access/me", key=key)
    assert answer.status == 200, answer.body
    return answer.json.get("roles", [])


def test_a_membership_takes_its_rights_with_it_within_five_seconds(suite):
    name, key = organization_with_key(suite)
    applied = suite.post(f"/v1/{name}/memberships", {"category": "MEMBER"}, key=key)
    assert applied.status == 201 and applied.json["state"] == "APPLIED", applied.body
    path = "/v1/" + applied.json["name"]
    assert suite.post(path + "/approve", key=key).status == 403
    assert roles(suite, key) == []

    approved = suite.post(path + "/approve", {"reason": "Beslut i styrelsen"})
    assert approved.status == 200 and approved.json["state"] == "ACTIVE", approved.body
    wait_for(lambda: "MEMBER" in roles(suite, key), 5, "the role of member")

    refused = suite.call("PATCH", path, {"state": "ENDED"})
    assert refused.status == 409 and refused.json["reason"] == "MEMBERSHIP_STATE", refused.body
    assert suite.post(path + "/end").status == 400  # without a reason
    ended = suite.post(path + "/end", {"reason": "Uppsagt"})
    assert ended.status == 200 and ended.json["state"] == "ENDED", ended.body
    began = time.monotonic()
    wait_for(lambda: "MEMBER" not in roles(suite, key), 5, "the end of the role")
    print(f"the role of member was gone {time.monotonic() - began:.1f} s after the end")

    steps = suite.get(path, key=key).json["history"]
    assert [step["state"] for step in steps] == ["APPLIED", "ACTIVE", "ENDED"]
    assert steps[2]["reason"] == "Uppsagt" and steps[2]["actor"].startswith("clients/")
    assert "reason" not in suite.get(path, key="").json["history"][2]


def test_who_belonged_and_who_sat_there_on_a_day(suite):
    name, _ = organization_with_key(suite)
    member = suite.post(f"/v1/{name}/memberships", {"category": "MEMBER", "state": "ENDED",
                                                    "startDate": "2020-01-01", "endDate": "2023-12-31"})
    assert member.status == 201, member.body
    person = suite.post("/v1/people", {"givenName": "Astrid", "familyName": "Prov", "organization": name})
    assert person.status == 201, person.body
    seat = suite.post("/v1/bodies/rus-network/appointments", {
        "person": person.json["name"], "role": "MEMBER", "startDate": "2022-01-01", "endDate": "2022-12-31"})
    assert seat.status == 201, seat.body

    def count(path, day):
        answer = suite.get(f"{path}{'&' if '?' in path else '?'}asOf={day}", key="")
        assert answer.status == 200, answer.body
        return sum(len(value) for value in answer.json.values() if isinstance(value, list))

    seats = f"/v1/bodies/rus-network/appointments?filter=organization%20%3D%20%22{name.replace('/', '%2F')}%22"
    for day, belonged, sat in (("2019-12-31", 0, 0), ("2022-09-13", 1, 1), ("2023-09-13", 1, 0), ("2024-01-01", 0, 0)):
        assert count(f"/v1/{name}/memberships", day) == belonged, day
        assert count(seats, day) == sat, day
    assert suite.get(f"/v1/{seat.json['name']}?asOf=2024-01-01", key="").status == 404
    assert suite.get("/v1/strategy-periods?asOf=2026-02-30", key="").status == 400


def test_everyone_can_read_what_is_kept_of_people(suite):
    answer = suite.get("/v1/privacy/fields", key="")
    assert answer.status == 200, answer.body
    fields = answer.json["fields"]
    assert {field["service"] for field in fields} >= {"membership", "meetings"}
    for field in fields:
        assert field["purpose"] and field["retention"] and field["legalBasis"], field
    swedish = suite.get("/v1/privacy/fields", key="", headers={"Accept-Language": "sv"})
    for english, field in zip(fields, swedish.json["fields"], strict=True):
        assert (field["type"], field["field"]) == (english["type"], english["field"])
        assert field["purpose"] != english["purpose"] and field["legalBasis"].startswith("Artikel 6"), field


def test_a_representative_hands_over_through_the_door(suite):
    name, key = organization_with_key(suite)
    people = []
    for given_name in ("Astrid", "Nils"):
        person = suite.post("/v1/people", {"givenName": given_name, "familyName": "Prov", "organization": name}, key=key)
        assert person.status == 201, person.body
        people.append(person.json["name"])
    member = suite.post(f"/v1/{name}/memberships", {"category": "MEMBER", "state": "ACTIVE"})
    assert member.status == 201, member.body
    seat = suite.post("/v1/bodies/member-group/appointments", {
        "person": people[0], "role": "MEMBER_REPRESENTATIVE", "startDate": "2024-01-01"})
    assert seat.status == 201, seat.body
    path = "/v1/" + seat.json["name"]

    _, foreign = organization_with_key(suite)
    assert suite.post(path + "/hand-over", {"successor": people[1]}, key=foreign).status == 403
    passed = suite.post(path + "/hand-over", {"successor": people[1]}, key=key)
    assert passed.status == 200, passed.body
    assert passed.json["ended"]["endDate"] == today(-1)
    assert passed.json["started"]["startDate"] == today()
    assert suite.get(f"{path}?asOf={today()}", key="").status == 404
