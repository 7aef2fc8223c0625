# What deploy/local/up, deploy/local/down and the tests share: where things are,
# processes by their recorded ids, and the suite's own PostgreSQL cluster.
# Sourced by bash scripts that have set -euo pipefail.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
STATE=${REGLAB_STATE_DIR:-$ROOT/.local}
BUILD=${REGLAB_BUILD:-$ROOT/build/release}
# The optional component pdf runs where deploy/local/install --pdf has been.
PDF_PYTHON=$ROOT/build/pdf/bin/python
SERVICES=(membership meetings learning)
PG_BIN=/usr/lib/postgresql/15/bin

# The caller's own PostgreSQL settings must not lead us to another database.
unset PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGOPTIONS PGDATA

# The same object files serve every preset and every checkout.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1

say() { printf '%s\n' "$*"; }
step() { printf '%-52s' "$1 …"; }
done_in() { printf '%s\n' "${1:-done}"; }
fail() {
  printf '\n%s: %s\n' "${0##*/}" "$1" >&2
  shift
  local line
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# --- Processes -------------------------------------------------------------

# When a process began, in clock ticks since boot: with its id it names one
# process for certain, where an id alone may have been given to another since.
started_at() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

record_process() { printf '%s %s\n' "$2" "$(started_at "$2")" >"$STATE/run/$1.pid"; }

# Prints the id of the recorded process if it is still that process.
process_of() {
  local pid began
  read -r pid began 2>/dev/null <"$STATE/run/$1.pid" || return 1
  [[ -n ${began:-} && $(started_at "$pid") == "$began" ]] || return 1
  [[ $(sed 's/^.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1) != Z ]] || return 1
  printf '%s' "$pid"
}

# stop_process <name> <signal> <seconds>: asks it to stop, and insists when it
# has not after that many seconds.
stop_process() {
  local pid deadline
  if pid=$(process_of "$1"); then
    kill "-$2" "$pid" 2>/dev/null || true
    deadline=$((SECONDS + $3))
    while process_of "$1" >/dev/null; do
      if ((SECONDS > deadline)); then
        say "$1 did not stop within $3 s and was killed: see $STATE/log/$1.log"
        kill -KILL "$pid" 2>/dev/null || true
      fi
      sleep 0.02
    done
  fi
  rm -f "$STATE/run/$1.pid"
}

stop_services() {
  local name
  for name in gateway learning meetings membership pdf; do stop_process "$name" TERM 20; done
}

# --- PostgreSQL ------------------------------------------------------------

# PostgreSQL refuses to run as root: then it runs as the system's user postgres,
# with its data where that user can reach it.
as_postgres() {
  if [[ $(id -u) == 0 ]]; then
    (cd / && runuser -u postgres -- "$@")
  else
    (cd / && "$@")
  fi
}

# Sets PG_DATA and PG_SOCKET. Both carry a random id that stands in the state
# directory, so that a state directory made anew never meets old data. The
# socket has a short path of its own: the system allows 107 bytes.
locate_cluster() {
  local id
  [[ -s $STATE/cluster ]] || { openssl rand -hex 6 >"$STATE/cluster.new" && mv "$STATE/cluster.new" "$STATE/cluster"; }
  id=$(<"$STATE/cluster")
  [[ $id =~ ^[0-9a-f]{12}$ ]] || fail "$STATE/cluster is damaged" \
    "Start over with an empty database: deploy/local/down --delete; rm $STATE/cluster"
  if [[ $(id -u) == 0 ]]; then
    PG_DATA=/var/lib/postgresql/reglab-$id
  else
    PG_DATA=$STATE/postgresql
  fi
  PG_SOCKET=/tmp/reglab-$id
}

# The directory is the lock on the door: whoever can enter it may connect.
make_socket_directory() {
  local owner=postgres
  [[ $(id -u) == 0 ]] || owner=$(id -un)
  as_postgres mkdir -m 700 "$PG_SOCKET" 2>/dev/null || true
  [[ -d $PG_SOCKET && ! -L $PG_SOCKET && $(stat -c '%U %a' "$PG_SOCKET") == "$owner 700" ]] ||
    fail "$PG_SOCKET is not a directory that only $owner can enter" "Remove it and start again."
}

# Clusters of this very state directory that nothing leads to any more, because
# the directory was removed without deploy/local/down --delete.
delete_orphans() {
  local data
  for data in /var/lib/postgresql/reglab-*; do
    [[ $data != "$PG_DATA" && -f $data/reglab && $(<"$data/reglab") == "$STATE" ]] || continue
    as_postgres "$PG_BIN/pg_ctl" --pgdata="$data" --mode=immediate --silent stop >/dev/null 2>&1 || true
    rm -rf "$data" "/tmp/${data##*/}"
  done
}

make_cluster() {
  as_postgres test -s "$PG_DATA/reglab" && return
  [[ $(id -u) != 0 ]] || delete_orphans
  # What an interrupted start left: a cluster is complete once it has its mark.
  as_postgres rm -rf "$PG_DATA"
  as_postgres "$PG_BIN/initdb" --pgdata="$PG_DATA" --username=postgres --encoding=UTF8 \
    --locale-provider=icu --icu-locale=sv --locale=C.UTF-8 \
    --auth-local=trust --auth-host=reject >"$STATE/log/initdb.log" 2>&1 ||
    fail "PostgreSQL could not make its data directory $PG_DATA" "$(tail -n 3 "$STATE/log/initdb.log")"
  as_postgres tee -a "$PG_DATA/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$PG_SOCKET'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
log_timezone = 'UTC'
timezone = 'UTC'
CONF
  printf '%s\n' "$STATE" | as_postgres tee "$PG_DATA/reglab" >/dev/null
}

# The id of our server, if the one that the lock file names still is ours.
postgres_pid() {
  local pid
  pid=$(as_postgres head -n 1 "$PG_DATA/postmaster.pid" 2>/dev/null) || return 1
  [[ $pid =~ ^[0-9]+$ && $(readlink "/proc/$pid/cwd") == "$(readlink -f "$PG_DATA")" ]] || return 1
  printf '%s' "$pid"
}

start_postgres() {
  local attempt
  make_socket_directory
  postgres_pid >/dev/null && return
  as_postgres rm -f "$PG_DATA/postmaster.pid"
  # After a kill -9 the old server's children may hold its memory for a moment.
  for attempt in 1 2 3 4 5; do
    as_postgres "$PG_BIN/pg_ctl" --pgdata="$PG_DATA" --wait --timeout=60 --silent start \
      >>"$STATE/log/postgresql.log" 2>&1 9>&- </dev/null && return
    sleep "$attempt"
  done
  fail "PostgreSQL does not start: see $STATE/log/postgresql.log" "$(tail -n 4 "$STATE/log/postgresql.log")"
}

stop_postgres() {
  postgres_pid >/dev/null || return 0
  as_postgres "$PG_BIN/pg_ctl" --pgdata="$PG_DATA" --wait --timeout=60 --silent --mode=fast stop \
    >>"$STATE/log/postgresql.log" 2>&1 || say "PostgreSQL did not stop: see $STATE/log/postgresql.log"
}

# sql <database>: runs standard input as the cluster's administrator.
sql() {
  as_postgres "$PG_BIN/psql" --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 \
    --host="$PG_SOCKET" --username=postgres --dbname="$1"
}

# A database per service, with the role that owns it and the one that serves.
make_databases() {
  local service existing
  existing=$(sql postgres <<<"SELECT datname FROM pg_database")
  for service in "${SERVICES[@]}"; do
    grep -qx "$service" <<<"$existing" && continue
    sql postgres >>"$STATE/log/postgresql.log" 2>&1 <<SQL || fail "the database $service could not be made" "See $STATE/log/postgresql.log"
SELECT 'CREATE ROLE ${service}_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${service}_owner') \gexec
SELECT 'CREATE ROLE ${service} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${service}') \gexec
CREATE DATABASE $service OWNER ${service}_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER icu ICU_LOCALE 'sv' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';
REVOKE ALL ON DATABASE $service FROM PUBLIC;
GRANT CONNECT ON DATABASE $service TO $service;
SQL
  done
}

conninfo() { printf 'host=%s dbname=%s user=%s' "$PG_SOCKET" "$1" "$2"; }
