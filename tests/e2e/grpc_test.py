"""The services' gRPC, asked with python grpcio, with buf curl and with deploy/local/grpc."""
import glob
import json
import subprocess

import grpc
import pytest
from conftest import BUILD, ROOT, STATE, wait_for
from contract import NOBODY, addresses, assertion


def test_grpcio_reads_an_organisation(services):
    answer = services.call("GetOrganization", {"name": "organizations/storsthlm"}, assertion("membership"))
    assert answer.display_name == "Storsthlm"


def test_names_in_free_text_are_resolved(services):
    names = ["VGR", "uppsala län", "Region Gävelborg", "Storstockholm", "Ingenting alls"]
    answer = services.call("ResolveOrganizations", {"names": names}, assertion("membership"))
    assert [r.organization for r in answer.resolutions] == [
        "organizations/vastra-gotalandsregionen", "organizations/region-uppsala",
        "organizations/region-gavleborg", "organizations/storsthlm", ""]
    assert answer.resolutions[0].score == 1 and 0.5 <= answer.resolutions[2].score < 1


def test_an_error_has_its_details_in_both_languages(services):
    found = []
    for language in ("sv", "en"):
        with pytest.raises(grpc.RpcError) as refused:
            services.call("GetOrganization", {"name": "organizations/finns-inte"}, assertion("membership"),
                          metadata=(("accept-language", language),))
        assert refused.value.code() == grpc.StatusCode.NOT_FOUND
        assert "grpc-status-details-bin" in dict(refused.value.trailing_metadata())
        found.append(dict(refused.value.trailing_metadata())["grpc-status-details-bin"].decode("utf-8", "replace"))
    assert "finns inte" in found[0] and "does not exist" in found[1]


def test_a_field_rule_is_checked_before_the_handler(services):
    with pytest.raises(grpc.RpcError) as refused:
        services.call("GetOrganization", {"name": "Organizations/X"}, assertion("membership"))
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "name" in refused.value.details() or refused.value.trailing_metadata()


def test_nobody_sees_only_what_is_public(services):
    everything = services.call("ListIdeas", {"page_size": 500}, assertion("learning"))
    public = services.call("ListIdeas", {"page_size": 500}, assertion("learning", NOBODY))
    assert len(public.ideas) < len(everything.ideas)


def test_the_change_feed_tells_what_was_written(suite, services):
    start = services.call("membership.v1.ChangesService/ListChanges", {"page_size": 1}, assertion("membership"))
    since = start.next_since
    while True:
        page = services.call("membership.v1.ChangesService/ListChanges", {"since": since, "page_size": 500}, assertion("membership"))
        since = page.next_since
        if not page.changes:
            break
    made = suite.new_organization()
    page = services.call("membership.v1.ChangesService/ListChanges", {"since": since, "wait_seconds": 5}, assertion("membership"))
    assert [c.name for c in page.changes] == [made["name"]] and page.changes[0].etag == made["etag"]


def test_the_change_feed_streams(suite, services):
    stream = services.call("membership.v1.ChangesService/WatchChanges", {}, assertion("membership"))
    next(stream)  # the stream has begun: what is complete so far
    made = suite.new_organization()
    for batch in stream:
        if any(change.name == made["name"] for change in batch.changes):
            break
    stream.cancel()


def test_buf_curl_calls_a_service():
    found = glob.glob(str(ROOT / "build/npm/node_modules/@bufbuild/buf-linux-*/bin/buf"))
    if not found:
        pytest.skip("buf is not installed; tests/run does it")
    done = subprocess.run(
        [found[0], "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--schema", BUILD / "contract.binpb",
         "-H", "Authorization: Bearer " + assertion("learning"), "-d", '{"page_size": 2}',
         f"http://{addresses()['learning']}/reglab.learning.v1.ActivitiesService/ListActivities"],
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["activities"]) == 2


def test_buf_curl_finds_the_contract_by_reflection():
    found = glob.glob(str(ROOT / "build/npm/node_modules/@bufbuild/buf-linux-*/bin/buf"))
    if not found:
        pytest.skip("buf is not installed; tests/run does it")
    for protocol in ("grpc-v1", "grpc-v1alpha"):
        done = subprocess.run(
            [found[0], "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--reflect-protocol", protocol,
             "-H", "Authorization: Bearer " + assertion("membership"), "-d", '{"name": "organizations/skr"}',
             f"http://{addresses()['membership']}/reglab.membership.v1.OrganizationsService/GetOrganization"],
            capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, (protocol, done.stderr)
        assert json.loads(done.stdout)["displayName"] == "SKR"


def local_grpc(*arguments):
    return subprocess.run([ROOT / "deploy/local/grpc", *arguments], capture_output=True, text=True, timeout=60)


def test_the_local_command_answers_json(suite):
    done = local_grpc("GetOrganization", '{"name": "organizations/storsthlm"}')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["display_name"] == "Storsthlm"


def test_the_local_command_says_what_is_wrong(suite):
    assert "no method is called" in local_grpc("GetNonsense").stderr
    assert "several methods" in local_grpc("ListChanges").stderr
    assert "nonsense" in local_grpc("GetOrganization", '{"nonsense": 1}').stderr
    assert local_grpc("GetOrganization", '{"name": "organizations/finns-inte"}').stderr.startswith("NOT_FOUND")
    assert local_grpc("--as-nobody", "ListClients").returncode != 0


def test_the_service_writes_json_lines_with_the_trace(suite, services):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    services.call("GetOrganization", {"name": "organizations/skr"}, assertion("membership"),
                  metadata=(("traceparent", f"00-{trace}-00f067aa0ba902b7-01"),))
    wait_for(lambda: trace in (STATE / "log/membership.log").read_text(), 5, "the log line")
    for line in (STATE / "log/membership.log").read_text().splitlines()[-50:]:
        json.loads(line)
