"""Who may do what, through the public door with real keys: every RPC of the
descriptors x every kind of caller, and that nothing of others opens anything."""
import json
import re
import time
import types
import uuid

import grpc
import pytest
from conftest import STATE, wait_for
from contract import NOBODY, Contract, assertion, service_of
from google.protobuf.descriptor import FieldDescriptor

CONTRACT = Contract()
ACCESS = "reglab.options.v1.access"
RULES = "reglab.options.v1.rules"
HTTP = "google.api.http"
CALLERS = ("nobody", "foreign", "wrong scope", "expired", "revoked", "own", "right")
DENIED = (401, 403, 404)


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


class Call(types.SimpleNamespace):
    """One RPC as it is asked here: verb, path, body, and whether it names what is the owner's."""


class Owner:
    """An organisation with something of every collection, and callers of every kind.

    All of it is made by the contract: a new collection or method needs no line here."""

    def __init__(self, suite):
        self.suite = suite
        self.organization = self.member(suite)
        self.stranger = self.member(suite)
        self.known = [self.organization]  # the owner's things, the newest first
        self.others = []  # of what the owner has none, somebody else's
        self.private = set()  # those that only the owner and the secretariat may see
        # By method: fields that do not go with the others, and such as are needed with them.
        self.not_fitting, self.needed = {}, {}
        self.methods = {name: method for name, method in sorted(CONTRACT.methods.items())}
        self.make_everything()
        self.keys = {
            "nobody": "",
            "foreign": self.key(self.client(self.stranger, ["*"])),
            "wrong scope": self.key(self.client(self.organization, ["membership.organizations.resolve"])),
            "other scope": self.key(self.client(self.organization, ["learning.ideas.write"])),
            "own": self.key(self.client(self.organization, ["*"])),
            "right": suite.key,
        }
        short = self.client(self.organization, ["*"])
        self.keys["expired"] = self.key(short, seconds=2)
        self.keys["revoked"] = self.key(short, revoke=True)
        for kind in ("expired", "revoked"):
            wait_for(lambda: suite.get("/v1/organizations?pageSize=1", key=self.keys[kind]).status == 401, 10, kind)

    @staticmethod
    def member(suite):
        name = suite.new_organization()["name"]
        made = suite.post(f"/v1/{name}/memberships", {"category": "MEMBER", "state": "ACTIVE"})
        assert made.status == 201, made.body
        return name

    def client(self, organization, scopes, **fields):
        made = self.suite.post("/v1/clients?clientId=test-" + uuid.uuid4().hex[:12], {
            "displayName": "Prov", "organization": organization, "scopes": scopes, "requestsPerMinute": 60000, **fields})
        assert made.status == 201, made.body
        return made.json["name"]

    def key(self, client, seconds=None, revoke=False):
        body = {}
        if seconds:
            body["expireTime"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        made = self.suite.post(f"/v1/{client}/keys", body)
        assert made.status == 201, made.body
        if revoke:
            assert self.suite.call("DELETE", "/v1/" + made.json["name"]).status == 204
        return made.json["secret"]

    # --- Requests made of the contract -----------------------------------------

    def fitting(self, pattern):
        for name in (self.organization, *self.known, *self.others):
            if pattern and re.fullmatch(pattern, name):
                return name
        return None

    def value(self, field):
        """A value that is right, the owner's where it is a reference."""
        rules = CONTRACT.extension(field, RULES)
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            if field.message_type.full_name.startswith("google.protobuf."):
                return None
            return self.body(field.message_type)
        if field.type == FieldDescriptor.TYPE_ENUM:
            names = [value.name for value in field.enum_type.values]
            return "ORGANIZATION" if "ORGANIZATION" in names and field.name == "visibility" else names[1]
        if field.type == FieldDescriptor.TYPE_STRING:
            found = self.fitting(rules.pattern)
            if not found and field.name in ("display_name", "title"):
                found = "Prov " + uuid.uuid4().hex  # of which an id is made
            return found or rules.example or "prov-" + uuid.uuid4().hex[:8]
        if field.type == FieldDescriptor.TYPE_BYTES:
            return "AAAA"
        return json.loads(rules.example) if rules.example else 1

    def body(self, message, leave_out=(), more=()):
        """The fields that are needed, and all that can name something of the owner's."""
        body = {}
        for field in message.fields:
            rules = CONTRACT.extension(field, RULES)
            if rules.output_only or field.name in ("name", "etag", "request_id", "validate_only", *leave_out):
                continue
            owned = field.type == FieldDescriptor.TYPE_STRING and re.match(r"\(?(organizations|people)", rules.pattern)
            secret = field.name == "visibility"
            if not (rules.required or owned or secret or field.name in more):
                continue
            value = self.value(field)
            if value is not None:
                body[camel(field.name)] = [value] if field.is_repeated else value
        return body

    def change(self, message):
        for field in message.fields:
            rules = CONTRACT.extension(field, RULES)
            if (field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated
                    and not (rules.output_only or rules.immutable or rules.pattern) and field.name not in ("name", "etag")):
                return {camel(field.name): "Prov"}
        return {}

    def request(self, method):
        """How REST asks it, about something of the owner's where there is something."""
        rule = CONTRACT.extension(method, HTTP)
        verb = rule.WhichOneof("pattern")
        if not verb:
            return None
        template, variables = getattr(rule, verb), []

        def fill(found):
            name, _, shape = found[1].partition("=")
            variables.append(name)
            pattern = (shape or "*").replace("*", "[a-z0-9-]+")
            return self.fitting(pattern) or (shape or "*").replace("*", "finns-inte")

        path = re.sub(r"\{([^}]*)\}", fill, template)
        body = None
        fields = {field.name: field for field in method.input_type.fields}
        if rule.body == "*":
            left_out = [name.split(".")[0] for name in variables]
            body = self.body(method.input_type, left_out, self.needed.get(method.full_name, ()))
            if "validate_only" in fields:
                body["validateOnly"] = True
        elif rule.body:
            message = fields[rule.body].message_type
            more = self.needed.get(method.full_name, ())
            body = self.change(message) if verb == "patch" else self.body(message, (), more)
        for field in self.not_fitting.get(method.full_name, ()):
            body.pop(field, None)
        if rule.body != "*" and "validate_only" in fields:
            path += "?validateOnly=true"
        text = path + json.dumps(body)
        # What is public may be answered to by others; changed by others nothing may be.
        names = self.known if verb in ("patch", "delete") else [self.organization, *self.private]
        return Call(verb=verb.upper(), path=path, body=body,
                    owned=any(f"{name}\"" in text or re.search(re.escape(name) + r"(/|\?|$)", path) for name in names))

    def make(self, method):
        """The answer to a Create. What the service says does not fit is left out, what it misses added."""
        rule = CONTRACT.extension(method, HTTP)
        message = method.input_type.fields_by_name[rule.body].message_type if rule.body not in ("", "*") else method.input_type
        left_out, needed = set(), set()
        for _ in range(5):
            self.not_fitting[method.full_name], self.needed[method.full_name] = left_out, needed
            call = self.request(method)
            if not call or "finns-inte" in call.path:
                return None
            body = {field: value for field, value in call.body.items() if field != "validateOnly"}
            answer = self.suite.call("POST", call.path.partition("?")[0], body)
            if answer.status != 400:
                break
            named = {re.split(r"[.\[]", error["field"])[0] for error in answer.json.get("errors", [])}
            for field in message.fields:
                if camel(field.name) not in named:
                    continue
                if camel(field.name) not in body:
                    needed.add(field.name)
                elif not CONTRACT.extension(field, RULES).required:
                    left_out.add(camel(field.name))
        return answer

    def make_everything(self):
        """One of each collection, those in front that others refer to."""
        creations = [method for name, method in self.methods.items() if "/Create" in name]
        for _ in range(3):
            for method in list(creations):
                answer = self.make(method)
                if answer is None or answer.status != 201:
                    continue
                creations.remove(method)
                made = answer.json
                if "name" not in made or made["name"].count("/") == 1 and made["name"].startswith("organizations/"):
                    continue
                self.known.insert(0, made["name"])
                read = self.methods.get(f"{method.containing_service.full_name}/{method.name.replace('Create', 'Get')}")
                if made.get("visibility") == "ORGANIZATION" or (read and not CONTRACT.extension(read, ACCESS).public):
                    self.private.add(made["name"])
        self.not_made = [method.full_name for method in creations]
        # Of the rest, what is there already.
        for name, method in self.methods.items():
            call = self.request(method) if "/List" in name else None
            if call and "finns-inte" not in call.path:
                for rows in self.suite.get(call.path).json.values():
                    if isinstance(rows, list) and rows and isinstance(rows[0], dict) and rows[0].get("name"):
                        self.others.append(rows[0]["name"])


@pytest.fixture(scope="module")
def owner(suite):
    return Owner(suite)


def verdict(kind, access, call, answer, owner):
    """What is wrong with the answer; "" when nothing is."""
    status = answer.status
    if status >= 500:
        return "failed"
    if kind in ("expired", "revoked"):
        return "" if status == 401 else "not refused"
    if status < 300 and kind in ("nobody", "foreign", "wrong scope"):
        hidden = owner.private if kind != "wrong scope" else ()
        # By its own name; that a public appointment names a person is meant so.
        if any(f'"name":"{name}"' in answer.body.decode().replace(": ", ":") for name in hidden):
            return "shows what is private"
    if access.public:
        return "" if status not in (401, 403) else "refused"
    if kind == "nobody":
        return "" if status == 401 else "not refused"
    if kind == "wrong scope" and not access.any_caller:
        return "" if status == 403 else "not refused"
    if kind == "foreign" and call.owned and call.verb != "GET":
        # What is wrong for everyone says nothing of whether it would be allowed.
        return "" if status in DENIED or status == 400 else "not refused"
    if kind == "foreign" and call.owned and "page" not in call.path and call.path.count("/") > 2:
        return "" if status in DENIED else "not refused"
    if kind == "right":
        return "" if status not in (401, 403) else "refused"
    return ""


def asked_of_check(suite, owner, name, call, kind):
    """What POST /v1/access/check says of the same."""
    question = {"method": name}
    resource = call.path.removeprefix("/v1/").partition("?")[0]
    found = [known for known in owner.known if resource == known or resource.startswith(known + "/")]
    if found:
        question["resource"] = max(found, key=len)
    if call.owned:
        question["organization"] = owner.organization
    answer = suite.post("/v1/access/check", {"questions": [question]}, key=owner.keys[kind])
    assert answer.status == 200, (name, answer.body)
    return answer.json["answers"][0]


def test_every_rpc_is_open_to_whom_it_should_be(suite, owner, capsys):
    rows, wrong, unproven, checked = [], [], [], 0
    for name, method in owner.methods.items():
        access, call = CONTRACT.extension(method, ACCESS), owner.request(method)
        if call is None:
            continue
        cells = []
        for kind in CALLERS:
            key = owner.keys[kind]
            if kind == "wrong scope" and access.permission == "membership.organizations.resolve":
                key = owner.keys["other scope"]
            if kind in ("own", "right") and "validate" not in call.path + json.dumps(call.body) and call.verb != "GET":
                cells.append("  -")
                continue
            answer = suite.call(call.verb, call.path, call.body, key=key)
            problem = verdict(kind, access, call, answer, owner)
            cells.append(f"{answer.status}{'!' if problem else ''}")
            if problem:
                wrong.append(f"{name} as {kind}: {problem}: {call.verb} {call.path} {call.body} -> {answer.status} {answer.body[:300]}")
            if kind == "foreign" and call.owned and call.verb != "GET" and answer.status == 400:
                unproven.append(name)
            # What is said of the call is what the call does. (Whose a thing of another service is,
            # only that service knows, so it is asked of the owner's own.)
            somebodys = any(f"/{other}" in call.path for other in owner.others)
            if kind in ("own", "foreign") and answer.status != 400 and not access.any_caller and not somebodys:
                said = asked_of_check(suite, owner, name, call, kind)
                checked += 1
                if said.get("allowed", False) and answer.status in (401, 403) or (
                        not said.get("allowed", False) and answer.status < 300):
                    wrong.append(f"{name} as {kind}: access/check says {said}, the call {answer.status} {answer.body[:300]}")
        rows.append((name.removeprefix("reglab."), cells))
    with capsys.disabled():
        print("\n" + f"{'':64}" + "".join(f"{kind:>12}" for kind in CALLERS))
        for name, cells in rows:
            print(f"{name:64}" + "".join(f"{cell:>12}" for cell in cells))
        print(f"{len(rows)} RPCs x {len(CALLERS)} callers: {len(wrong)} wrong cells; {checked} answers of access/check compared; "
              f"the request is not right for anybody: {unproven or 'none'}; nothing there of: {owner.not_made or 'none'}")
    assert len(rows) > 100
    assert wrong == [], "\n".join(wrong)


def test_what_has_no_route_is_open_to_its_processes_alone(services, owner):
    rows = 0
    for name, method in owner.methods.items():
        access = CONTRACT.extension(method, ACCESS)
        if owner.request(method) is not None or not access.processes:
            continue
        rows += 1
        request, service = CONTRACT.message(method.input_type)(), service_of(method)
        stranger = {"sub": "clients/x", "organization": owner.stranger, "roles": ["MEMBER"], "scopes": ["*"]}
        for token, expected in ((None, grpc.StatusCode.UNAUTHENTICATED),
                                (assertion(service, NOBODY), grpc.StatusCode.PERMISSION_DENIED),
                                (assertion(service, stranger), grpc.StatusCode.PERMISSION_DENIED),
                                (assertion(service), grpc.StatusCode.PERMISSION_DENIED),
                                (assertion(service, exp=1, iat=0), grpc.StatusCode.UNAUTHENTICATED)):
            with pytest.raises(grpc.RpcError) as refused:
                services.call(method, request, token)
            assert refused.value.code() == expected, name
    assert rows > 0


# --- What belongs to others opens nothing ------------------------------------------


def test_page_tokens_of_others_give_nothing(suite, owner):
    page = suite.get("/v1/clients?pageSize=1", key=owner.keys["own"])
    token = page.json["nextPageToken"]
    answer = suite.get(f"/v1/clients?pageSize=1&pageToken={token}", key=owner.keys["foreign"])
    assert answer.status in (200, 400)
    assert all(client["organization"] == owner.stranger for client in answer.json.get("clients", []))
    assert suite.get(f"/v1/clients?pageSize=1&pageToken={token}", key="").status == 401


def test_etags_of_others_give_nothing(suite, owner):
    for name in [known for known in owner.known if known in owner.private]:
        read = suite.get("/v1/" + name)
        if read.status != 200 or "etag" not in read.json:
            continue
        for key in (owner.keys["foreign"], ""):
            for verb, body in (("GET", None), ("PATCH", {"displayName": "Tagen"}), ("DELETE", None)):
                headers = {"If-None-Match" if verb == "GET" else "If-Match": read.headers["etag"]}
                answer = suite.call(verb, "/v1/" + name, body, key=key, headers=headers)
                assert answer.status in (400, 401, 403, 404, 405), (name, verb, answer.status)


def test_idempotency_keys_of_others_give_nothing(suite, owner):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"displayName": "Prov", "organization": owner.organization, "scopes": []}
    path = "/v1/clients?clientId=test-" + uuid.uuid4().hex[:12]
    made = suite.post(path, body, key=owner.keys["own"], headers=headers)
    assert made.status == 201, made.body
    answer = suite.post(path, body, key=owner.keys["foreign"], headers=headers)
    assert answer.status == 403 and made.json["name"] not in answer.body.decode()
    # Nor one's own, once the permission is gone.
    again = suite.post(path, body, key=owner.keys["wrong scope"], headers=headers)
    assert again.status == 403


# --- What has ended opens nothing within 5 seconds ----------------------------------


def seconds_until(condition):
    began = time.monotonic()
    wait_for(condition, 10)
    return time.monotonic() - began


def test_a_revoked_key_is_refused_within_5_seconds(suite, owner):
    client = owner.client(owner.organization, ["learning.*"])
    made = suite.post(f"/v1/{client}/keys", {}).json
    assert suite.get("/v1/access/me", key=made["secret"]).json["caller"] == client
    assert suite.call("DELETE", "/v1/" + made["name"]).status == 204
    assert seconds_until(lambda: suite.get("/v1/access/me", key=made["secret"]).status == 401) < 5


def test_an_ended_membership_takes_its_rights_within_5_seconds(suite):
    organization = Owner.member(suite)
    client = Owner.client(types.SimpleNamespace(suite=suite), organization, ["learning.*"])
    key = suite.post(f"/v1/{client}/keys", {}).json["secret"]
    idea = {"title": "Prov " + uuid.uuid4().hex}
    assert suite.post("/v1/ideas", idea, key=key).status == 201
    membership = suite.get(f"/v1/{organization}/memberships").json["memberships"][0]["name"]
    ended = suite.post(f"/v1/{membership}/end", {"reason": "Prov"})
    if ended.status != 200:
        ended = suite.call("PATCH", f"/v1/{membership}", {"state": "ENDED", "endDate": "2020-01-01"})
    assert ended.status == 200, ended.body
    assert seconds_until(lambda: suite.post("/v1/ideas?validateOnly=true", idea, key=key).status == 403) < 5
    assert "MEMBER" not in suite.get("/v1/access/me", key=key).json.get("roles", [])


# --- Keys, quota, feed tokens --------------------------------------------------------


def test_a_mistyped_key_is_called_that(suite, owner):
    key = owner.keys["own"]
    mistyped = key[:8] + ("a" if key[8] != "a" else "b") + key[9:]
    for language, word in (("sv", "felskriven"), ("en", "mistyped")):
        answer = suite.get("/v1/access/me", key=mistyped, headers={"Accept-Language": language})
        assert answer.status == 401 and answer.json["reason"] == "KEY_MISTYPED"
        assert word in answer.json["detail"] and "www-authenticate" in answer.headers
        assert [error["field"] for error in answer.json["errors"]] == ["authorization"]


def test_an_unknown_scope_is_refused_with_the_nearest(suite, owner):
    answer = suite.post("/v1/clients", {"displayName": "Prov", "organization": owner.organization,
                                        "scopes": ["learning.ideas.wrte"]})
    assert answer.status == 400 and answer.json["reason"] == "UNKNOWN_PERMISSION"
    assert answer.json["errors"][0]["field"] == "client.scopes[0]" or answer.json["errors"][0]["field"] == "scopes[0]"
    assert "learning.ideas.write" in answer.json["errors"][0]["description"]


def test_a_client_that_asks_too_much_is_told_when_to_come_back(suite, owner):
    key = owner.key(owner.client(owner.organization, [], requestsPerMinute=5))
    answers = [suite.get("/v1/access/me", key=key) for _ in range(7)]
    assert [answer.status for answer in answers].count(200) in (5, 6)
    assert answers[0].headers["ratelimit-policy"] == '"minute";q=5;w=60'
    assert answers[0].headers["ratelimit"].startswith('"minute";r=4;t=')
    refused = answers[-1]
    assert refused.status == 429 and refused.json["reason"] == "RATE_LIMITED"
    assert 1 <= int(refused.headers["retry-after"]) <= 12
    assert refused.headers["content-type"] == "application/problem+json"
    # Others are not held up.
    assert suite.get("/v1/access/me", key=owner.keys["own"]).status == 200


def test_a_feed_token_opens_its_feed_and_nothing_else(suite, owner):
    feed = "/v1/activities?orderBy=displayName&pageSize=2"
    made = suite.post("/v1/feed-tokens", {"displayName": "Kalender", "feed": feed, "organization": owner.organization},
                      key=owner.keys["own"])
    assert made.status == 201, made.body
    secret = made.json["secret"]
    page = suite.get(f"{feed}&token={secret}", key="")
    assert page.status == 200 and page.headers["cache-control"].startswith("private")
    # Its further pages are the feed as well.
    following = re.match("<(.*)>", page.headers["link"])[1]
    assert suite.get(following, key="").status == 200
    for other in ("/v1/activities?", "/v1/people?", "/v1/clients?", "/v1/access/me?", f"{feed}&filter=state%20%3D%20OPEN&"):
        assert suite.get(f"{other}token={secret}", key="").status == 403, other
    for verb in ("POST", "PATCH", "DELETE"):
        assert suite.call(verb, f"/v1/activities/x?token={secret}", {}, key="").status in (401, 405)
    assert suite.post(f"/v1/activities?token={secret}", {}, key="").status == 401
    assert suite.get("/v1/access/me", key=secret).status == 401
    # Not the secret, nor its hash's like, stands in any log or answer.
    listed = suite.get("/v1/feed-tokens", key=owner.keys["own"])
    assert secret not in listed.body.decode() and made.json["name"] in listed.body.decode()
    middle = secret.split("_")[2]
    for log in (STATE / "log").glob("*.log"):
        assert middle not in log.read_text(errors="replace"), log
    assert suite.call("DELETE", "/v1/" + made.json["name"], key=owner.keys["own"]).status == 204
    assert seconds_until(lambda: suite.get(f"{feed}&token={secret}", key="").status == 401) < 5


def test_the_caller_is_told_who_he_is_and_why_not(suite, owner):
    me = suite.get("/v1/access/me", key=owner.keys["own"])
    assert me.status == 200 and me.json["organization"] == owner.organization
    assert "MEMBER" in me.json["roles"] and "membership.people.write" in me.json["scopes"]
    assert suite.get("/v1/access/me", key="").status == 401
    asked = suite.post("/v1/access/check", {"questions": [
        {"method": "POST /v1/ideas"}, {"method": "POST /v1/meetings"}, {"permission": "learning.ideas.write",
                                                                         "organization": owner.stranger}]},
                       key=owner.keys["own"])
    assert asked.status == 200, asked.body
    first, second, third = asked.json["answers"]
    assert first["allowed"]
    assert not second.get("allowed") and "meetings.meetings.write" in second["whyEn"] and "kansliet" in second["whySv"]
    assert second["heldBy"] == ["SECRETARIAT"]
    assert not third.get("allowed") and third["reason"] == "OTHER_ORGANIZATION"
