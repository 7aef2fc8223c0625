"""What is sent, received by programs that others wrote: letters by aiosmtpd,
webhooks verified by standardwebhooks; also while the sender is killed."""
import datetime
import email
import email.policy
import http.server
import ipaddress
import json
import signal
import socket
import socketserver
import ssl
import threading
import time
import urllib.request
import uuid

import pytest
from aiosmtpd.controller import Controller
from conftest import STATE, free_port, lib, wait_for
from contract import Services, assertion
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook, WebhookVerificationError


class Mailbox:
    """A mail server that keeps what it gets, and refuses some receivers."""

    def __init__(self):
        self.letters = []
        self.refusals = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope.mail_from, envelope.rcpt_tos,
                             email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 OK"

    def to(self, address):
        return [letter for _, receivers, letter in self.letters if receivers == [address]]


class Receiver(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """An HTTPS server that keeps what is posted to it."""
    daemon_threads = True

    def __init__(self, context):
        super().__init__(("127.0.0.1", 0), Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.got = []
        self.status = 204
        self.location = None
        self.url = f"https://localhost:{self.server_port}/hooks"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def events(self, resource):
        return [event for _, event in self.got if event["subject"] == resource]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        server = self.server
        server.got.append((dict(self.headers) | {"body": body}, json.loads(body)))
        self.send_response(server.status)
        if server.location:
            self.send_header("Location", server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Proxy(socketserver.ThreadingTCPServer):
    """An HTTP proxy that leads every CONNECT to one place, and keeps where to it was asked."""
    daemon_threads = True

    def __init__(self, place):
        self.place, self.asked = place, []
        super().__init__(("127.0.0.1", 0), Tunnel)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Tunnel(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.asked.append(self.rfile.readline().decode().split()[:2])
        while self.rfile.readline().strip():
            pass
        with socket.create_connection(self.server.place) as onward:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=self.copy, args=(onward, self.connection), daemon=True)
            back.start()
            self.copy(self.connection, onward)
            back.join(5)

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def authority(folder):
    """A certificate for localhost that signs itself: its file, and a server context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(now - datetime.timedelta(hours=1))
                   .not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.DNSName("hooks.example.se"),
                                                               x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
                   .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
                   .sign(key, hashes.SHA256()))
    chain, private = folder / "receiver.pem", folder / "receiver.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    return chain, context


class Outside:
    """The mail server and two receivers, with membership told of the first of them."""

    def __init__(self, suite, folder):
        self.suite = suite
        self.mailbox = Mailbox()
        port = free_port()
        self.server = Controller(self.mailbox, hostname="127.0.0.1", port=port)
        self.server.start()
        chain, context = authority(folder)
        self.receiver, self.secret_place = Receiver(context), Receiver(context)
        self.before = suite.command_of("membership")
        kept = [word for word in self.before if not word.startswith("--smtp_url=")]
        self.command = [*kept, f"--smtp_url=smtp://127.0.0.1:{port}", "--mail_from=reglab@example.se",
                        f"--webhook_allow=localhost:{self.receiver.server_port}", f"--outbound_ca_file={chain}"]
        self.restart(signal.SIGTERM)

    def restart(self, with_signal, *more):
        self.suite.stop("membership", with_signal)
        self.suite.start("membership", [*self.command, *more])
        self.suite.wait_until_healthy()

    def close(self):
        self.suite.stop("membership")
        self.suite.start("membership", self.before)
        self.suite.wait_until_healthy()
        self.server.stop()
        self.receiver.shutdown()
        self.secret_place.shutdown()


@pytest.fixture(scope="module")
def outside(suite, tmp_path_factory):
    outside = Outside(suite, tmp_path_factory.mktemp("outside"))
    yield outside
    outside.close()


@pytest.fixture(scope="module")
def send(contract):
    """Asks for letters as meetings does."""
    services = Services(contract)

    def ask(*recipients, **fields):
        from_meetings = assertion("membership", process="meetings")
        answer = services.call("membership.v1.DeliveryService/Send", {
            "template": "notice", "recipients": recipients, "subject": "meetings/prov",
            "parameters": {"title": "Kallelse – årsmöte på Öland", "text": "Vi ses.\n<b>Välkommen</b>"}, **fields}, from_meetings)
        return list(answer.dispatches)
    return ask


@pytest.fixture
def subscription(suite, outside):
    outside.receiver.status, outside.receiver.location = 204, None
    outside.receiver.got.clear()
    made = suite.post(f"/v1/subscriptions?subscriptionId=test-{uuid.uuid4().hex[:12]}",
                      {"displayName": "Prov", "url": outside.receiver.url, "eventTypes": ["*"]})
    assert made.status == 201, made.body
    yield made.json
    assert suite.call("DELETE", "/v1/" + made.json["name"]).status in (200, 204)


def test_a_letter_arrives_as_it_was_written(suite, outside, send):
    name, = send("astrid@example.se", lead="Region Örebro län", link="/meetings#token=abc=1")
    letter, = wait_for(lambda: outside.mailbox.to("astrid@example.se"), what="the letter")
    assert letter["Subject"] == "Kallelse – årsmöte på Öland"
    assert letter["From"] == "Reglab <reglab@example.se>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == f"<{name.split('/')[1]}@example.se>"
    assert abs(letter["Date"].datetime.timestamp() - time.time()) < 60
    plain, html = letter.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "<b>Välkommen</b>" in plain.get_content()
    assert "&lt;b&gt;Välkommen&lt;/b&gt;" in html.get_content()
    assert f"{suite.url}/meetings#token=abc=1" in plain.get_content().splitlines()
    assert "Region Örebro län leder" in plain.get_content()
    sent = wait_for(lambda: suite.get(f"/v1/{name}").json.get("state") == "SENT" and suite.get(f"/v1/{name}").json, what="SENT")
    assert sent["email"] == "astrid@example.se" and sent["subject"] == "meetings/prov"


def test_a_refusal_for_good_is_not_tried_again_and_another_is(suite, outside, send):
    outside.mailbox.refusals = {"gone@example.se": "550 no such user", "busy@example.se": "450 later"}
    gone, = send("gone@example.se")
    busy, = send("busy@example.se")
    failed = wait_for(lambda: (answer := suite.get(f"/v1/{gone}").json)["state"] == "FAILED" and answer, what="FAILED")
    assert (failed["lastError"], failed["attempts"]) == ("SMTP_550", 1)
    waiting = wait_for(lambda: (answer := suite.get(f"/v1/{busy}").json).get("lastError") and answer, what="an error")
    assert (waiting["state"], waiting["lastError"]) == ("PENDING", "SMTP_450")
    assert "nextAttemptTime" in waiting


def test_letters_arrive_though_the_sender_is_killed(suite, outside, send):
    before = len(outside.mailbox.letters)
    expected = [f"kill-{number}@example.se" for number in range(40)]
    names = [name for address in expected for name in send(address)]
    outside.restart(signal.SIGKILL)
    # What had been taken is free again in 3 minutes, which the test does not wait for.
    lib("sql membership <<<\"UPDATE outbox SET due = now() WHERE state = 'PENDING' AND due > now()\"")
    wait_for(lambda: all(outside.mailbox.to(address) for address in expected), 60, "all letters")
    twice = [address for address in expected if len(outside.mailbox.to(address)) > 1]
    for address in twice:
        assert len({letter["Message-ID"] for letter in outside.mailbox.to(address)}) == 1
    wait_for(lambda: all(suite.get(f"/v1/{name}").json["state"] == "SENT" for name in names), what="SENT")
    print(f"{len(outside.mailbox.letters) - before} letters for {len(expected)}, {len(twice)} of them twice, 0 lost")


def test_a_webhook_is_signed_as_standard_webhooks_says(suite, outside, subscription):
    made = suite.post(f"/v1/{subscription['name']}/test")
    assert made.status in (200, 201), made.body
    headers, event = wait_for(lambda: outside.receiver.got and outside.receiver.got[0], what="the test event")
    verified = Webhook(subscription["secret"]).verify(headers["body"], {name.lower(): value for name, value in headers.items() if name != "body"})
    assert verified == event
    assert headers["webhook-id"] == made.json["name"].split("/")[-1]
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(headers["body"], {name.lower(): value for name, value in headers.items() if name != "body"})
    assert headers["Content-Type"].startswith("application/cloudevents+json")
    assert (event["specversion"], event["type"]) == ("1.0", "se.reglab.test")


def test_a_rotated_secret_signs_beside_the_one_before(suite, outside, subscription):
    rotated = suite.post(f"/v1/{subscription['name']}/rotate-secret").json
    suite.post(f"/v1/{subscription['name']}/test")
    headers, _ = wait_for(lambda: outside.receiver.got and outside.receiver.got[0], what="the test event")
    lower = {name.lower(): value for name, value in headers.items() if name != "body"}
    for secret in (subscription["secret"], rotated["secret"]):
        Webhook(secret).verify(headers["body"], lower)


def test_changes_of_all_three_services_are_told(suite, outside, subscription):
    began = time.monotonic()
    organization = suite.new_organization()
    idea = suite.post("/v1/ideas", {"title": "Händelse " + uuid.uuid4().hex[:8], "description": "Prov."}).json
    meeting = suite.post("/v1/meetings", {"displayName": "Händelsemöte", "body": "bodies/member-group", "date": "2026-12-01"})
    assert meeting.status == 201, meeting.body
    for resource, kind in ((organization["name"], "membership.Organization"), (idea["name"], "learning.Idea"),
                           (meeting.json["name"], "meetings.Meeting")):
        event = wait_for(lambda: outside.receiver.events(resource), 20, f"the event of {resource}")[0]
        assert event["type"] == f"se.reglab.{kind}.created"
        assert event["source"] == f"{suite.url}/v1/changes/{kind.split('.')[0]}"
        assert set(event["data"]) == {"name", "type", "kind", "etag"}
    print(f"events of three services within {time.monotonic() - began:.1f} s")


def test_events_arrive_though_the_sender_is_killed(suite, outside, subscription):
    names = []
    for number in range(30):
        names.append(suite.new_organization()["name"])
        if number == 15:
            outside.restart(signal.SIGKILL)
            # What had been taken is free again after a while, which the test does not wait for.
            lib("sql membership <<<\"UPDATE subscriptions SET due = now() WHERE due > now(); UPDATE feed_cursors SET due = now()\"")
    wait_for(lambda: all(outside.receiver.events(name) for name in names), 60, "all events")
    identifiers = [headers["webhook-id"] for headers, event in outside.receiver.got if event["subject"] in names]
    assert len(set(identifiers)) == len(names)
    print(f"{len(identifiers)} posts for {len(names)} changes, 0 lost")


def test_a_receiver_that_fails_is_tried_again_and_then_gets_everything(suite, outside, subscription):
    outside.receiver.status = 503
    name = suite.new_organization()["name"]
    wait_for(lambda: outside.receiver.events(name), 20, "the first attempt")
    failing = wait_for(lambda: (answer := suite.get(f"/v1/{subscription['name']}").json)["state"] == "FAILING" and answer, what="FAILING")
    assert "failingSince" in failing
    outside.receiver.status = 204
    wait_for(lambda: suite.get(f"/v1/{subscription['name']}").json["state"] == "ACTIVE", 40, "ACTIVE")
    log = suite.get(f"/v1/{subscription['name']}/deliveries?pageSize=100").json["deliveries"]
    entry, = [each for each in log if each["resource"] == name]
    assert entry["state"] == "SENT" and entry["attempts"] >= 2 and entry["lastStatus"] == 204
    # Among those of all subscriptions too; it is no organisation's.
    for query, found in (("", True), ("&organization=organizations/region-uppsala", False)):
        every = suite.get(f"/v1/subscriptions/-/deliveries?pageSize=500{query}").json["deliveries"]
        assert (entry["name"] in [each["name"] for each in every]) is found, query
    assert suite.get("/v1/subscriptions/-/deliveries", key="").status == 401
    posts = [headers["webhook-id"] for headers, event in outside.receiver.got if event["subject"] == name]
    assert len(posts) >= 2 and len(set(posts)) == 1


def test_a_receiver_that_is_gone_is_left_alone(suite, outside, subscription):
    outside.receiver.status = 410
    suite.post(f"/v1/{subscription['name']}/test")
    wait_for(lambda: suite.get(f"/v1/{subscription['name']}").json["state"] == "PAUSED", what="PAUSED")
    resumed = suite.call("PATCH", f"/v1/{subscription['name']}", {"paused": False})
    assert resumed.status == 200 and resumed.json["state"] == "ACTIVE", resumed.body


def test_a_redirect_leads_nowhere(suite, outside, subscription):
    outside.receiver.status, outside.receiver.location = 302, outside.secret_place.url
    suite.post(f"/v1/{subscription['name']}/test")
    wait_for(lambda: outside.receiver.got, what="the attempt")
    wait_for(lambda: suite.get(f"/v1/{subscription['name']}").json["state"] == "FAILING", what="FAILING")
    assert outside.secret_place.got == []


def test_a_replay_sends_again_what_was(suite, outside, subscription):
    name = suite.new_organization()["name"]
    wait_for(lambda: outside.receiver.events(name), 20, "the event")
    answer = suite.post(f"/v1/{subscription['name']}/replay", {"sinceTime": subscription["createTime"]})
    assert answer.status == 200, answer.body
    wait_for(lambda: len(outside.receiver.events(name)) >= 2, 20, "the event again")
    first, again = [headers["webhook-id"] for headers, event in outside.receiver.got if event["subject"] == name][:2]
    assert first == again


def test_an_organisation_is_not_told_of_what_it_may_not_read(suite, outside):
    outside.receiver.got.clear()
    organization = suite.new_organization()["name"]
    made = suite.post("/v1/subscriptions", {"displayName": "Främmande " + uuid.uuid4().hex[:8], "organization": organization,
                                            "url": outside.receiver.url, "eventTypes": ["*"]})
    assert made.status == 201, made.body
    secret_idea = suite.post("/v1/ideas", {"title": "För medlemmar " + uuid.uuid4().hex[:8], "description": "Prov."}).json["name"]
    public = suite.new_organization()["name"]
    wait_for(lambda: outside.receiver.events(public), 20, "what is public")
    time.sleep(3)  # longer than a feed takes to be read
    assert outside.receiver.events(secret_idea) == []
    suite.call("DELETE", "/v1/" + made.json["name"])


def test_webhooks_leave_by_the_proxy(suite, outside, subscription):
    proxy = Proxy(outside.receiver.server_address)
    outside.restart(signal.SIGTERM, f"--outbound_proxy=http://127.0.0.1:{proxy.server_address[1]}")
    try:
        moved = suite.call("PATCH", f"/v1/{subscription['name']}", {"url": "https://hooks.example.se/reglab"})
        assert moved.status == 200, moved.body
        suite.post(f"/v1/{subscription['name']}/test")
        wait_for(lambda: any(event["type"] == "se.reglab.test" for _, event in outside.receiver.got), what="the event")
        assert ["CONNECT", "hooks.example.se:443"] in proxy.asked
    finally:
        outside.restart(signal.SIGTERM)
        proxy.shutdown()


def test_internal_addresses_are_refused_with_a_reason(suite):
    for url in ("https://127.0.0.1/", "https://localhost:1/", "https://[::ffff:10.0.0.1]/", "http://example.se/"):
        answer = suite.post("/v1/subscriptions", {"displayName": "Fel", "url": url, "eventTypes": ["*"]},
                            headers={"Accept-Language": "sv"})
        assert answer.status == 400, url
        assert answer.json["errors"][0]["field"] == "url", answer.body


def test_what_waits_and_what_was_sent_can_be_measured(suite):
    address = dict(line.split() for line in (STATE / "run/metrics").read_text().splitlines())["membership"]
    text = urllib.request.urlopen(f"http://{address}/metrics", timeout=5).read().decode()
    assert 'reglab_outbox_pending{channel="mail"}' in text
    assert "reglab_outbox_attempts_total" in text
