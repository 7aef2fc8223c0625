"""What tests/bench/run stands on: the suite with a state directory of its own,
counters, CPU time, load, and the SQL that a request really runs."""
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/release"
WORK = ROOT / "build/bench"
STATE = WORK / "state"
HERE = ROOT / "tests/bench"
GET_ACTIVITY = "/reglab.learning.v1.ActivitiesService/GetActivity"
CREATE_IDEA = "/reglab.learning.v1.IdeasService/CreateIdea"
LIST_ACTIVITIES = "/reglab.learning.v1.ActivitiesService/ListActivities"


def run(*command, **more):
    return subprocess.run([str(c) for c in command], check=True, text=True, capture_output=True, **more).stdout


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def lib(command):
    return run("bash", "-c", f"set -euo pipefail; source {ROOT}/deploy/local/lib.sh; locate_cluster; {command}",
               env={**os.environ, "REGLAB_STATE_DIR": str(STATE)})


class Void(Exception):
    """A run whose answers were not all right proves nothing."""


class Suite:
    def __init__(self, **flags):
        """Starts everything; flags of the processes come as REGLAB_… variables."""
        # The load comes from one address.
        self.environment = {**os.environ, "REGLAB_STATE_DIR": str(STATE), "REGLAB_BUILD": str(BUILD),
                            "REGLAB_ANONYMOUS_REQUESTS_PER_MINUTE": "0", **flags}
        self.port = free_port()
        run(ROOT / "deploy/local/up", "--detach", "--port", self.port, env=self.environment)
        self.addresses = dict(line.split() for line in (STATE / "run/addresses").read_text().splitlines())
        self.metrics = dict(line.split() for line in (STATE / "run/metrics").read_text().splitlines())
        self.socket = lib('printf %s "$PG_SOCKET"')
        self.kid = next((STATE / "keys/trusted").glob("tool.*.pem")).stem
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def stop(self):
        subprocess.run([ROOT / "deploy/local/down"], env=self.environment, capture_output=True, check=False)

    def get(self, path):
        try:
            self.connection.request("GET", path, headers={"Accept": "application/json"})
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # The gateway closes connections on which nothing was asked for a minute.
            self.connection.close()
            self.connection.request("GET", path, headers={"Accept": "application/json"})
            response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise Void(f"{path}: {response.status} {body[:300]}")
        return body

    def post(self, path, key, body):
        self.connection.request("POST", path, json.dumps(body),
                                {"Content-Type": "application/json", "Authorization": f"Bearer {key}"})
        response = self.connection.getresponse()
        answer = response.read()
        if response.status not in (200, 201):
            raise Void(f"{path}: {response.status} {answer[:300]}")
        return json.loads(answer)

    def get_json(self, path):
        return json.loads(self.get(path))

    def sql(self, text, database="learning", **variables):
        settings = [f"--set={key}={value}" for key, value in variables.items()]
        return run("/usr/lib/postgresql/15/bin/psql", "-XqAt", "--set=ON_ERROR_STOP=1", *settings,
                   "-h", self.socket, "-U", "postgres", "-d", database, input=text)

    def pid(self, name):
        return int((STATE / f"run/{name}.pid").read_text().split()[0])

    def ok_calls(self, method):
        """How many calls of a method the learning service has answered with OK."""
        with urllib.request.urlopen(f"http://{self.metrics['learning']}/metrics") as response:
            text = response.read().decode()
        total = re.search(rf'^reglab_rpc_duration_seconds_count{{method="{method}"}} (\d+)', text, re.M)
        errors = re.findall(rf'^reglab_rpc_errors_total{{[^}}]*method="{method}"[^}}]*}} (\d+)', text, re.M)
        return int(total.group(1)) - sum(map(int, errors))

    def statement(self, path):
        """(SQL, parameters) of the one SELECT that a GET runs, from PostgreSQL's log."""
        log = STATE / "log/postgresql.log"
        self.sql("ALTER SYSTEM SET log_min_duration_statement = 0")
        self.sql("SELECT pg_reload_conf()")
        run("sleep", "0.3")
        size = log.stat().st_size
        self.get(path)
        run("sleep", "0.2")
        self.sql("ALTER SYSTEM RESET log_min_duration_statement")
        self.sql("SELECT pg_reload_conf()")
        with open(log, "rb") as file:
            file.seek(size)
            text = file.read().decode("utf-8", "replace")
        for match in re.finditer(
                r"execute [^:]*: (SELECT .* FROM activities .*)\n(?:.*DETAIL:  parameters: (.*)\n)?", text):
            values = dict(re.findall(r"\$(\d+) = ((?:'(?:[^']|'')*')|NULL)", match.group(2) or ""))
            return match.group(1), values
        raise Void(f"{path} ran no SELECT on activities")


def make_keys(suite, count, clients, role=None, prefix=None):
    """API keys of `clients` programs, straight into the database; a file with one a line."""
    import hashlib
    import secrets
    import zlib
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    prefix = prefix or (role.lower() if role else "member")
    keys, rows = [], []
    for n in range(count):
        key_id, secret = ("".join(secrets.choice(alphabet) for _ in range(length)) for length in (12, 26))
        checked = f"rlk_{key_id}_{secret}"
        keys.append(f"{checked}_{zlib.crc32(checked.encode()):08x}")
        client = f"clients/bench-{prefix}-{n % clients}"
        rows.append(f"('{client}/keys/{key_id}', '{client}', '{key_id}', "
                    f"'{hashlib.sha256(secret.encode()).hexdigest()}', 'bench')")
    organization = "NULL" if role else "'organizations/region-skane'"
    suite.sql(f"""
        INSERT INTO clients (name, display_name, organization, owners, roles, scopes, etag, requests_per_minute)
        SELECT 'clients/bench-{prefix}-' || n, 'Bench ' || n, {organization}, array_remove(ARRAY[{organization}]::text[], NULL),
          '{{{role or ""}}}', '{{*}}', 'bench', 60000 FROM generate_series(0, {clients - 1}) n;
        INSERT INTO keys (name, parent, key_id, secret_sha256, etag) VALUES {", ".join(rows)};
        ANALYZE clients, keys""", database="membership")
    file = WORK / f"{prefix}.keys"
    file.write_text("\n".join(keys) + "\n")
    return file


def with_values(sql, values):
    return re.sub(r"\$(\d+)", lambda m: values[m.group(1)], sql)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(**flags):
    done = subprocess.run([BUILD / "bin/load", *(f"--{key}={value}" for key, value in flags.items())],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Void(done.stderr.strip()[:600])
    return json.loads(done.stdout)


def pgbench(suite, script, clients, seconds):
    """Transactions per second of a script over the suite's own cluster, as the learning service."""
    text = run("/usr/lib/postgresql/15/bin/pgbench", "-n", "-M", "prepared", "-c", clients, "-j", 2, "-T", seconds,
               "-f", script, "-h", suite.socket, "-U", "learning", "learning")
    if "number of failed transactions: 0" not in text:
        raise Void(text)
    return float(re.search(r"tps = ([\d.]+)", text).group(1))


def wrk(url, connections, seconds, *headers):
    text = run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
               *(part for header in headers for part in ("-H", header)), url)
    if "Non-2xx" in text or "Socket errors" in text:
        raise Void(text)
    return float(re.search(r"Requests/sec:\s*([\d.]+)", text).group(1))


def quoted(text):
    return urllib.parse.quote(text, safe="")
