"""One suite for all tests here: every process, started by deploy/local/up with a
state directory of its own on a free port, asked through the public doors."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared"
STATE = pathlib.Path(tempfile.mkdtemp(prefix="reglab-e2e-"))
BUILD = pathlib.Path(os.environ.get("REGLAB_BUILD") or ROOT / "build/dev")
# What is freed is kept a while to find its use; not so much that growth shows.
os.environ["ASAN_OPTIONS"] = ":".join(
    filter(None, (os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=8:thread_local_quarantine_size_kb=64")))
# contract.py, which the tests share with deploy/local/grpc, reads these.
os.environ["REGLAB_STATE_DIR"] = str(STATE)
os.environ["REGLAB_BUILD"] = str(BUILD)
sys.path.insert(0, str(ROOT / "deploy/local"))

import contract as contract_module  # noqa: E402

PROCESSES = ("membership", "meetings", "learning", "gateway")


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def wait_for(condition, seconds=10, what="it"):
    """Polls until `condition` gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def lib(command):
    """Runs a function of deploy/local/lib.sh on this suite."""
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail; source {ROOT}/deploy/local/lib.sh; locate_cluster; {command}"],
        check=True, capture_output=True, text=True).stdout


class Answer(types.SimpleNamespace):
    """A REST answer: status, headers by lower-case name, body, and what its JSON says."""

    @property
    def json(self):
        return json.loads(self.body) if self.body else {}


class Suite:
    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = ""
        self.children = {}

    def up(self):
        done = subprocess.run([ROOT / "deploy/local/up", "--detach", "--port", str(self.port)],
                              capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        values = dict(line.removeprefix("export ").split("=", 1)
                      for line in (STATE / "env").read_text().splitlines())
        self.key = values["REGLAB_API_KEY"].strip('"')
        return done.stdout

    def down(self, *arguments):
        return subprocess.run([ROOT / "deploy/local/down", *arguments], capture_output=True, text=True,
                              timeout=120, check=True).stdout

    # --- REST, by curl -------------------------------------------------------

    def call(self, method, path, body=None, key=None, headers=None, timeout=30):
        """One request. `key` is the secretariat's when left out, "" for nobody."""
        key = self.key if key is None else key
        command = ["curl", "-sS", "--max-time", str(timeout), "--path-as-is", "-g", "-i", "-X", method, self.url + path]
        if method == "HEAD":
            command = [*command[:-3], "--head", command[-1]]
        if key:
            command += ["-H", f"Authorization: Bearer {key}"]
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            command += ["--data-binary", "@-", "-H", "Expect:"]
            if "Content-Type" not in (headers or {}):
                command += ["-H", "Content-Type: application/json"]
        for name, value in (headers or {}).items():
            command += ["-H", f"{name}: {value}"]
        done = subprocess.run(command, input=data, capture_output=True)
        if done.returncode != 0:
            raise ConnectionError(done.stderr.decode())
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        found = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            found[name.strip().lower()] = value.strip()
        return Answer(status=int(lines[0].split()[1]), headers=found, body=rest)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, {} if body is None else body, **more)

    def new_organization(self, **fields):
        """A fresh organisation with a random id, for tests that change something."""
        identifier = "test-" + uuid.uuid4().hex[:12]
        answer = self.post(f"/v1/organizations?organizationId={identifier}",
                           {"displayName": "Prov " + identifier, "kind": "OTHER", **fields})
        assert answer.status == 201, answer.body
        assert answer.headers["location"].endswith("/v1/organizations/" + identifier)
        return answer.json

    # --- Processes ------------------------------------------------------------

    def pid(self, name):
        return int((STATE / f"run/{name}.pid").read_text().split()[0])

    def stop(self, name, with_signal=signal.SIGTERM, seconds=20):
        """Stops a process and returns its exit code, if it was started by restart()."""
        pid = self.pid(name)
        os.kill(pid, with_signal)
        child = self.children.pop(name, None)
        if child:
            return child.wait(seconds)
        wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists() or
                 pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] == "Z",
                 seconds, f"the end of {name}")
        return None

    def command_of(self, name):
        return pathlib.Path(f"/proc/{self.pid(name)}/cmdline").read_bytes().decode().split("\0")[:-1]

    def start(self, name, command):
        with open(STATE / f"log/{name}.log", "ab") as log:
            child = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.children[name] = child
        lib(f"record_process {name} {child.pid}")
        return child

    def wait_until_healthy(self, seconds=30):
        for path in ("/readyz", "/v1/organizations?pageSize=1", "/v1/meetings?pageSize=1", "/v1/activities?pageSize=1"):
            def answers():
                try:
                    # A parameter that changes, so that no cache answers.
                    return self.get(path, key="").status == 200
                except ConnectionError:
                    return False
            wait_for(answers, seconds, f"200 at {path}")


@pytest.fixture(scope="session")
def suite():
    if not (BUILD / "bin/gateway").exists():
        pytest.fail(f"{BUILD}/bin/gateway is missing: tests/run builds it")
    suite = Suite()
    try:
        suite.up()
        yield suite
    finally:
        logs = os.environ.get("REGLAB_KEEP_LOGS")
        if logs:
            shutil.copytree(STATE / "log", logs, dirs_exist_ok=True)
        suite.down("--delete")
        shutil.rmtree(STATE, ignore_errors=True)


@pytest.fixture(scope="session")
def contract():
    return contract_module.Contract()


@pytest.fixture(scope="session")
def services(suite, contract):
    return contract_module.Services(contract)
