"""People and programs that log in with a real provider of identities (npm
oidc-provider): invitation, code flow, sessions, access tokens, new keys."""
import base64
import email
import email.policy
import hashlib
import html
import http.client
import json
import pathlib
import re
import secrets
import subprocess
import threading
import time
import urllib.parse
import uuid

import pytest

from conftest import ROOT, STATE, free_port, lib, wait_for

AUDIENCE = "https://api.reglab.example"
PACKAGE = ROOT / "build/npm/node_modules/oidc-provider"


class Browser:
    """A browser as far as the login needs one: cookies, and redirects one at a time."""

    def __init__(self, language="en"):
        self.cookies = {}
        self.language = language

    def open(self, url, form=None, headers=None):
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        sent = {"Accept-Language": self.language, **(headers or {})}
        if jar:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
            sent.setdefault("Sec-Fetch-Site", "same-origin")
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        target = parts.path or "/"
        connection.request("GET" if form is None else "POST",
                           target + (f"?{parts.query}" if parts.query else ""), body, sent)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        answer.url = url
        answer.location = urllib.parse.urljoin(url, answer.headers.get("Location", ""))
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            value = rest.split(";")[0]
            if not value or "Max-Age=0" in line or "1970" in line:
                jar.pop(name, None)
            else:
                jar[name] = value
        connection.close()
        return answer

    def walk(self, answer, until, account):
        """Follows redirects and fills in the provider's forms, until an answer that is wanted."""
        for _ in range(20):
            if until(answer):
                return answer
            if answer.status in (302, 303):
                answer = self.open(answer.location)
                continue
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert prompt, (answer.url, answer.status, answer.text[:500])
            action = html.unescape(re.search(r'action="([^"]+)"', answer.text)[1])
            answer = self.open(urllib.parse.urljoin(answer.url, action),
                               {"prompt": prompt[1], "login": account, "password": "x"})
        raise AssertionError("no end of redirects")


class Providers:
    def __init__(self, gateway_url):
        self.ports = [free_port(), free_port()]
        self.urls = [f"http://127.0.0.1:{port}" for port in self.ports]
        self.process = subprocess.Popen(
            ["node", pathlib.Path(__file__).parent / "provider.mjs", PACKAGE, AUDIENCE,
             f"{gateway_url}/login/callback", *map(str, self.ports)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(STATE / "log/provider.log", "w"), text=True)
        for _ in self.ports:
            self.wait_to_hear("listening")

    def wait_to_hear(self, word):
        """What stands after the word, in the line that begins with it."""
        for line in self.process.stdout:
            if line.startswith(word + " "):
                return line.split()[1]
        raise AssertionError((STATE / "log/provider.log").read_text())

    def rotate(self, number):
        self.process.stdin.write(f"rotate {number}\n")
        self.process.stdin.flush()
        return self.wait_to_hear("rotated")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)

    def token(self, number, account):
        """An access token for a person, as an app of theirs gets one."""
        verifier = secrets.token_urlsafe(40)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        redirect = "http://127.0.0.1:9/callback"
        query = urllib.parse.urlencode({
            "client_id": "app", "response_type": "code", "redirect_uri": redirect, "scope": "openid api",
            "resource": AUDIENCE, "code_challenge": challenge, "code_challenge_method": "S256"})
        browser = Browser()
        answer = browser.walk(browser.open(f"{self.urls[number]}/auth?{query}"),
                              lambda a: a.location.startswith(redirect), account)
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.location).query)["code"][0]
        return self.ask_for_token(number, "app", {"grant_type": "authorization_code", "code": code,
                                                  "redirect_uri": redirect, "code_verifier": verifier})

    def robot_token(self, number):
        return self.ask_for_token(number, "robot", {"grant_type": "client_credentials", "scope": "api",
                                                    "resource": AUDIENCE})

    def ask_for_token(self, number, client, form):
        basic = base64.b64encode(f"{client}:{client}-secret".encode()).decode()
        answer = Browser().open(f"{self.urls[number]}/token", form, {"Authorization": f"Basic {basic}"})
        assert answer.status == 200, answer.text
        return json.loads(answer.text)


class Member:
    """An organisation that is a member, with a person in it."""

    def __init__(self, suite, provider):
        self.suite = suite
        self.organization = suite.new_organization()["name"]
        answer = suite.post(f"/v1/{self.organization}/memberships", {"category": "MEMBER", "state": "ACTIVE"})
        assert answer.status == 201, answer.body
        self.provider = provider
        self.account = f"user-{uuid.uuid4().hex[:8]}"

    def invite(self):
        """Invites the person, and gives the code of the link in the letter to them."""
        address = f"{self.account}@example.se"
        answer = self.suite.post("/v1/invitations", {
            "email": address, "givenName": "Astrid", "familyName": "Lindqvist", "organization": self.organization})
        assert answer.status == 201, answer.body
        self.person = answer.json["person"]

        def letter():
            for file in (STATE / "mail").glob("*.eml"):
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                if address in message["To"]:
                    return message.get_body(("plain",)).get_content()
            return None

        return re.search(r"/invitation#([\w-]+)", wait_for(letter, what="the letter"))[1]


@pytest.fixture(scope="module")
def members(suite):
    """Two members, each with its own provider, and the gateway told of them."""
    assert PACKAGE.exists(), "tests/run installs oidc-provider into build/npm"
    providers = Providers(suite.url)
    found = [Member(suite, number) for number in (0, 1)]
    secret = STATE / "client-secret"
    secret.write_text("reglab-secret/+\n")
    file = STATE / "issuers.json"
    file.write_text(json.dumps({"issuers": [
        {"issuer": providers.urls[number], "audience": AUDIENCE, "displayName": f"Provider {number}",
         "organizations": [member.organization], "clientId": "reglab", "clientSecretFile": str(secret)}
        for number, member in enumerate(found)]}))
    before = suite.command_of("gateway")
    suite.stop("gateway")
    suite.start("gateway", [*before, f"--issuers_file={file}", f"--public_url={suite.url}"])
    suite.wait_until_healthy()
    for member in found:
        member.providers = providers
    yield found
    suite.stop("gateway")
    suite.start("gateway", before)
    suite.wait_until_healthy()
    providers.stop()


def accept(member, code, number=None, account=None, language="en"):
    """Accepts an invitation in a new browser; returns it and the last answer."""
    number = member.provider if number is None else number
    url = member.suite.url
    browser = Browser(language)
    page = browser.open(f"{url}/invitation")
    assert page.status == 200 and 'name="code"' in page.text
    # Whom it is for is seen first, and whether the link still opens.
    page = browser.open(f"{url}/invitation", {"code": code})
    if page.status != 200:
        return browser, page
    assert "Astrid Lindqvist" in page.text and f"Provider {number}" in page.text
    answer = browser.open(f"{url}/invitation", {"code": code, "issuer": member.providers.urls[number]})
    assert answer.status == 303, answer.text
    return browser, browser.walk(answer, lambda a: a.url.startswith(url) and a.status != 303 or
                                 a.location == f"{url}/login", account or member.account)


def me(member, browser):
    answer = browser.open(f"{member.suite.url}/v1/access/me")
    return answer.status, json.loads(answer.text)


@pytest.fixture(scope="module")
def logged_in(members):
    """Both members' people, who have accepted their invitations."""
    for member in members:
        member.browser, answer = accept(member, member.invite())
        assert answer.status == 303, answer.text
    return members


def test_an_invitation_is_accepted_by_logging_in(logged_in):
    for member in logged_in:
        status, standing = me(member, member.browser)
        assert status == 200
        assert standing["caller"] == member.person
        assert standing["organization"] == member.organization
        assert "MEMBER" in standing["roles"]


def test_the_cookie_is_out_of_reach_for_scripts_and_other_hosts(members):
    member = members[0]
    code = Member(member.suite, 0).invite()
    url = member.suite.url
    browser = Browser()
    answer = browser.open(f"{url}/invitation", {"code": code, "issuer": member.providers.urls[0]})
    line = answer.headers.get_all("Set-Cookie")[0]
    assert line.startswith("__Host-reglab-login=")
    for word in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
        assert word in line
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.location).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["state"] != query["nonce"] and code not in answer.location


def test_an_invitation_works_once(members):
    member = Member(members[0].suite, 0)
    member.providers = members[0].providers
    # Of this organisation no provider may speak: nothing is linked, and the
    # invitation stays as it was.
    code = member.invite()
    _, answer = accept(member, code)
    assert answer.status == 401 and "may not speak for your organisation" in answer.text
    state = member.suite.get(f"/v1/invitations?filter={urllib.parse.quote(f'person = {chr(34)}{member.person}{chr(34)}')}")
    assert state.json["invitations"][0]["state"] == "PENDING"
    # A link that is used up, and one that never was.
    member.organization, member.account = members[0].organization, f"user-{uuid.uuid4().hex[:8]}"
    code = member.invite()
    _, answer = accept(member, code)
    assert answer.status == 303
    for used in (code, "never-was"):
        _, answer = accept(member, used, account="somebody-else", language="sv")
        assert answer.status == 404 and "Länken är använd" in answer.text


def test_another_provider_does_not_speak_for_this_organisation(logged_in):
    first, second = logged_in
    # With the invitation of one and the login of the other.
    other = Member(first.suite, 1)
    other.providers, other.organization = first.providers, first.organization
    _, answer = accept(other, other.invite(), number=1)
    assert answer.status == 401 and "may not speak" in answer.text
    # An access token of the other provider about the same subject.
    token = first.providers.token(1, first.account)["access_token"]
    answer = first.suite.get("/v1/access/me", key=token)
    assert answer.status == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_person_calls_with_an_access_token(logged_in):
    for member in logged_in:
        tokens = member.providers.token(member.provider, member.account)
        answer = member.suite.get("/v1/access/me", key=tokens["access_token"])
        assert answer.status == 200, answer.body
        assert answer.json["caller"] == member.person
        # The ID token says who logged in; it opens nothing.
        answer = member.suite.get("/v1/access/me", key=tokens["id_token"], headers={"Accept-Language": "sv"})
        assert answer.status == 401 and "åtkomsttoken" in answer.json["detail"]
        assert answer.json["reason"] == "TOKEN_TYPE" and answer.json["errors"][0]["field"] == "authorization.typ"
        # Nobody is linked to this one.
        stranger = member.providers.token(member.provider, "stranger")["access_token"]
        assert member.suite.get("/v1/access/me", key=stranger).status == 401


def test_a_cookie_writes_for_pages_of_ours_alone(logged_in):
    member = logged_in[0]
    url = f"{member.suite.url}/v1/access/check"
    body = json.dumps({"questions": [{"permission": "learning.ideas.write"}]})

    def post(**headers):
        cookie = member.browser.cookies[urllib.parse.urlsplit(url).netloc]["__Host-reglab-session"]
        return member.suite.post("/v1/access/check", json.loads(body), key="", headers={
            "Cookie": f"other=1; __Host-reglab-session={cookie}",
            **{name.replace("_", "-"): value for name, value in headers.items()}})

    assert post(Origin=member.suite.url).status == 200
    assert post(Sec_Fetch_Site="same-origin", Origin="null").status == 200
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"},
                    {"Origin": f"{member.suite.url}.evil.example"}, {"Sec_Fetch_Site": "cross-site"},
                    {"Sec_Fetch_Site": "same-site", "Origin": member.suite.url}):
        answer = post(**headers)
        assert answer.status == 403 and answer.json["reason"] == "CROSS_ORIGIN", headers


def test_a_login_that_somebody_else_began_is_not_completed(logged_in):
    member = logged_in[0]
    url = member.suite.url
    attacker, victim = Browser(), Browser()
    begun = attacker.open(f"{url}/login?" + urllib.parse.urlencode({"issuer": member.providers.urls[0]}))
    answer = attacker.walk(begun, lambda a: a.location.startswith(f"{url}/login/callback"), member.account)
    # The victim has no login under way, or another one.
    assert victim.open(answer.location).status == 400
    victim.open(f"{url}/login?" + urllib.parse.urlencode({"issuer": member.providers.urls[0]}))
    assert victim.open(answer.location).status == 400
    assert "__Host-reglab-session" not in victim.cookies[urllib.parse.urlsplit(url).netloc]


def test_after_the_login_only_a_path_here_is_next(logged_in):
    member = logged_in[0]
    url = member.suite.url
    for wanted, led in (("/docs", "/docs"), ("//evil.example", "/login"), ("https://evil.example", "/login"),
                        ("/\\evil.example", "/login"), ("/a\r\nX: y", "/login")):
        browser = Browser()
        begun = browser.open(f"{url}/login?" + urllib.parse.urlencode(
            {"issuer": member.providers.urls[0], "return": wanted}))
        answer = browser.walk(begun, lambda a: "/login/callback" in a.url, member.account)
        assert answer.headers["Location"] == led


def test_new_keys_of_a_provider_fail_no_call(logged_in):
    """Calls go on all the time, with tokens of before and after."""
    failed, calls = [], 0
    for number, member in enumerate(logged_in):
        tokens = [member.providers.token(number, member.account)["access_token"]]
        stop = threading.Event()

        def ask():
            nonlocal calls
            while not stop.is_set():
                for token in list(tokens):
                    answer = member.suite.get("/v1/access/me", key=token)
                    calls += 1
                    if answer.status != 200:
                        failed.append((answer.status, answer.body))
                # A person may ask 600 times a minute.
                time.sleep(0.05)

        asking = threading.Thread(target=ask)
        asking.start()
        algorithm = member.providers.rotate(number)
        fresh = member.providers.token(number, member.account)["access_token"]
        header = json.loads(base64.urlsafe_b64decode(fresh.split(".")[0] + "=="))
        assert header["alg"] == algorithm
        tokens.append(fresh)
        # Longer than the gateway remembers an answer.
        time.sleep(3)
        stop.set()
        asking.join()
    print(f"\n{calls} calls through two rotations (EdDSA to ES256, RS256 to PS256), {len(failed)} failed")
    assert calls > 20 and not failed, failed[:3]


def test_a_session_that_is_revoked_opens_nothing(logged_in):
    member = logged_in[0]
    url = member.suite.url
    browser, other = Browser(), member.browser
    begun = browser.open(f"{url}/login?" + urllib.parse.urlencode({"issuer": member.providers.urls[0]}))
    browser.walk(begun, lambda a: a.location == f"{url}/login", member.account)
    assert me(member, browser)[0] == 200
    listed = json.loads(other.open(f"{url}/v1/{member.person}/sessions").text)["sessions"]
    newest = listed[0]["name"]
    assert len(listed) >= 2 and listed[0]["issuer"] == member.providers.urls[0]
    # Nobody else sees or ends them.
    stranger = logged_in[1].browser.cookies[urllib.parse.urlsplit(url).netloc]["__Host-reglab-session"]
    headers = {"Cookie": f"__Host-reglab-session={stranger}", "Origin": url}
    assert member.suite.get(f"/v1/{member.person}/sessions", key="", headers=headers).status == 404
    assert member.suite.call("DELETE", f"/v1/{newest}", key="", headers=headers).status == 404
    mine = other.cookies[urllib.parse.urlsplit(url).netloc]["__Host-reglab-session"]
    began = time.monotonic()
    assert member.suite.call("DELETE", f"/v1/{newest}", key="", headers={
        "Cookie": f"__Host-reglab-session={mine}", "Origin": url}).status == 204
    wait_for(lambda: me(member, browser)[0] == 401, 5, "the end of the session")
    print(f"\nrevoked session refused after {time.monotonic() - began:.1f} s")
    assert me(member, other)[0] == 200


def test_an_appointment_that_ends_takes_its_rights_within_5_seconds(logged_in):
    member = logged_in[1]
    suite = member.suite

    def roles():
        return me(member, member.browser)[1].get("roles", [])

    assert "MEMBER_REPRESENTATIVE" not in roles()
    seat = suite.post("/v1/bodies/member-group/appointments", {
        "person": member.person, "role": "MEMBER_REPRESENTATIVE", "startDate": "2024-01-01"})
    assert seat.status == 201, seat.body
    wait_for(lambda: "MEMBER_REPRESENTATIVE" in roles(), 5, "the role")
    yesterday = lib("sql membership <<<'SELECT today() - 1'").split()[-1]
    ended = suite.call("PATCH", "/v1/" + seat.json["name"], {"endDate": yesterday})
    assert ended.status == 200, ended.body
    began = time.monotonic()
    wait_for(lambda: "MEMBER_REPRESENTATIVE" not in roles(), 5, "the end of the role")
    print(f"\nthe role was gone {time.monotonic() - began:.1f} s after the appointment ended")
    # What belongs to the membership stays.
    assert "MEMBER" in roles()


def test_who_logs_out_is_out(logged_in):
    member = logged_in[1]
    url = member.suite.url
    browser = Browser("sv")
    begun = browser.open(f"{url}/login?" + urllib.parse.urlencode({"issuer": member.providers.urls[1]}))
    browser.walk(begun, lambda a: a.location == f"{url}/login", member.account)
    page = browser.open(f"{url}/login")
    assert "Logga ut" in page.text
    cookie = browser.cookies[urllib.parse.urlsplit(url).netloc]["__Host-reglab-session"]
    assert browser.open(f"{url}/logout", {}, {"Sec-Fetch-Site": "cross-site"}).status == 403
    answer = browser.open(f"{url}/logout", {})
    assert answer.status == 303
    assert "__Host-reglab-session" not in browser.cookies[urllib.parse.urlsplit(url).netloc]
    wait_for(lambda: member.suite.get("/v1/access/me", key="", headers={
        "Cookie": f"__Host-reglab-session={cookie}"}).status == 401, 5, "the end of the session")


def test_a_program_calls_with_client_credentials(logged_in):
    member = logged_in[1]
    suite = member.suite
    token = member.providers.robot_token(1)["access_token"]
    assert suite.get("/v1/access/me", key=token).status == 401
    answer = suite.post("/v1/clients", {
        "displayName": "Robot", "organization": member.organization, "scopes": ["learning.ideas.write"],
        "issuer": member.providers.urls[1], "subject": "robot"})
    assert answer.status == 201, answer.body
    client = answer.json["name"]
    wait_for(lambda: suite.get("/v1/access/me", key=token).status == 200, 5, "the link")
    standing = suite.get("/v1/access/me", key=token).json
    assert standing["caller"] == client and standing["organization"] == member.organization
    assert standing["scopes"] == ["learning.ideas.write"]
    assert suite.post("/v1/bodies", {"displayName": "Nej", "kind": "NETWORK"}, key=token).status == 403
    # A program has no browser, and its subject nobody else.
    answer = suite.post("/v1/clients", {
        "displayName": "Robot 2", "organization": member.organization,
        "issuer": member.providers.urls[1], "subject": "robot"})
    assert answer.status == 409 and answer.json["reason"] == "IDENTITY_TAKEN"
    assert suite.call("DELETE", f"/v1/{client}").status == 204
    wait_for(lambda: suite.get("/v1/access/me", key=token).status == 401, 5, "the end of the client")


def test_the_pages_run_no_foreign_code(members):
    browser = Browser("sv")
    for path in ("/login", "/invitation", "/guest"):
        page = browser.open(members[0].suite.url + path)
        assert page.status == 200 and 'lang="sv"' in page.text
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert "<script>" not in page.text and "style=" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
