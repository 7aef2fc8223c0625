"""The contract's promises, for every RPC that the descriptors name."""
import base64
import json
import re

import grpc
import pytest
from contract import NOBODY, STATE, Contract, assertion, service_of

CONTRACT = Contract()
METHODS = sorted(CONTRACT.methods)
ACCESS = "reglab.options.v1.access"
HTTP = "google.api.http"


def access(name):
    return CONTRACT.extension(CONTRACT.methods[name], ACCESS)


def http(name):
    """(verb, path) of a method, or nothing."""
    rule = CONTRACT.extension(CONTRACT.methods[name], HTTP)
    verb = rule.WhichOneof("pattern")
    return (verb, getattr(rule, verb), rule.body) if verb else None


def path_with_values(template):
    """"/v1/{name=meetings/*}/convene" → "/v1/meetings/finns-inte/convene"."""
    path = re.sub(r"\{[a-z_.]+=([^}]*)\}", r"\1", template)
    return re.sub(r"\{[^}]*\}|\*", "finns-inte", path)


def own_files():
    return [f for f in CONTRACT.files.file if f.package.startswith("reglab.")]


def test_the_contract_is_not_empty():
    assert len(METHODS) > 60
    assert {service_of(CONTRACT.methods[name]) for name in METHODS} == {"membership", "meetings", "learning"}


@pytest.mark.parametrize("name", METHODS)
def test_every_rpc_has_a_route_or_is_for_processes(name):
    rule, stream = http(name), CONTRACT.methods[name].server_streaming
    assert rule or access(name).processes or stream
    assert not (rule and access(name).processes), "a method for processes alone has no public route"


@pytest.mark.parametrize("name", METHODS)
def test_every_rpc_has_a_permission_of_its_service(name):
    permission = access(name).permission
    assert re.fullmatch(service_of(CONTRACT.methods[name]) + r"\.[a-z-]+\.[a-z-]+", permission)


@pytest.mark.parametrize("name", [m for m in METHODS if http(m)])
def test_every_route_follows_the_profile(name):
    verb, path, _ = http(name)
    outside = re.sub(r"\{[a-z_.]+=([^}]*)\}", r"\1", path)
    assert re.fullmatch(r"/v1(/([a-z0-9-]+|\*))+", outside), path
    if verb != "get":
        assert not access(name).public, "nobody writes without credentials"


def test_everything_has_a_comment():
    missing = []
    for file in own_files():
        commented = {tuple(l.path) for l in file.source_code_info.location if l.leading_comments.strip()}

        def look(path, what):
            if path not in commented:
                missing.append(f"{file.name}: {what}")

        def message(path, type_):
            look(path, type_.name)
            for i, field in enumerate(type_.field):
                look((*path, 2, i), f"{type_.name}.{field.name}")
            for i, nested in enumerate(type_.nested_type):
                # The entries of a map are nobody's words.
                if not nested.options.map_entry:
                    message((*path, 3, i), nested)
            for i, enum in enumerate(type_.enum_type):
                enumeration((*path, 4, i), enum)

        def enumeration(path, enum):
            look(path, enum.name)
            for i, value in enumerate(enum.value):
                look((*path, 2, i), f"{enum.name}.{value.name}")

        for i, type_ in enumerate(file.message_type):
            message((4, i), type_)
        for i, enum in enumerate(file.enum_type):
            enumeration((5, i), enum)
        for i, service in enumerate(file.service):
            look((6, i), service.name)
            for j, method in enumerate(service.method):
                look((6, i, 2, j), f"{service.name}.{method.name}")
    assert missing == []


@pytest.mark.parametrize("name", [m for m in METHODS if "/List" in m])
def test_every_list_is_paged(name):
    method = CONTRACT.methods[name]
    asked, answered = method.input_type.fields_by_name, method.output_type.fields_by_name
    if "since" in asked:
        assert {"page_size", "since"} <= set(asked) and "next_since" in answered
        return
    assert {"page_size", "page_token", "skip", "filter", "order_by"} <= set(asked)
    assert "next_page_token" in answered


def answer_of(services, name, token, process_metadata=()):
    method = CONTRACT.methods[name]
    request = CONTRACT.message(method.input_type)()
    try:
        answer = services.call(method, request, token, process_metadata, timeout=10)
        if method.server_streaming:
            next(answer)
            answer.cancel()
        return grpc.StatusCode.OK, ""
    except grpc.RpcError as error:
        return error.code(), error.details()


@pytest.mark.parametrize("name", METHODS)
def test_no_rpc_answers_without_an_assertion(services, name):
    assert answer_of(services, name, None)[0] == grpc.StatusCode.UNAUTHENTICATED
    assert answer_of(services, name, "rlk_aaaa_bbbb_cccc")[0] == grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("name", METHODS)
def test_every_rpc_has_a_handler(services, name):
    process = (list(access(name).processes) or ["tool"])[0]
    code, detail = answer_of(services, name, assertion(service_of(CONTRACT.methods[name]), process=process))
    assert code not in (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN,
                        grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED), detail


@pytest.mark.parametrize("name", [m for m in METHODS if access(m).processes])
def test_what_is_for_processes_is_refused_to_others(services, name):
    code, _ = answer_of(services, name, assertion(service_of(CONTRACT.methods[name])))
    assert code == grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("name", [m for m in METHODS if not access(m).public and not access(m).processes])
def test_nobody_may_not_call_what_is_not_public(services, name):
    code, _ = answer_of(services, name, assertion(service_of(CONTRACT.methods[name]), NOBODY))
    assert code in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)


@pytest.mark.parametrize("name", [m for m in METHODS if not access(m).processes and not access(m).public
                                  and not access(m).any_caller])
def test_a_caller_without_the_scope_is_refused(services, name):
    caller = {"sub": "clients/annan", "organization": "organizations/region-skane", "roles": ["MEMBER"],
              "scopes": ["nothing.at.all"]}
    code, _ = answer_of(services, name, assertion(service_of(CONTRACT.methods[name]), caller))
    assert code == grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("name", [m for m in METHODS if http(m)])
def test_every_unknown_field_is_refused(suite, name):
    verb, template, body = http(name)
    path = path_with_values(template)
    unknown_parameter = suite.call(verb.upper(), path + "?nonsense=1", {} if body else None)
    assert unknown_parameter.status == 400, unknown_parameter.body
    assert "nonsense" in unknown_parameter.body.decode()
    fields = CONTRACT.methods[name].input_type.fields_by_name
    # A body that is taken as it is has no fields.
    if body and (body == "*" or fields[body].message_type.full_name != "reglab.options.v1.Content"):
        unknown_field = suite.call(verb.upper(), path, {"nonsense": 1})
        assert unknown_field.status == 400, unknown_field.body
        assert "nonsense" in unknown_field.body.decode()


@pytest.mark.parametrize("name", [m for m in METHODS if http(m)])
def test_every_route_stands_in_the_openapi_document(suite, name):
    document = openapi(suite)
    verb, template, _ = http(name)
    shape = re.sub(r"\{[a-z_.]+=([^}]*)\}", r"\1", template)
    shape = re.sub(r"\{[^}]*\}", "*", shape)
    found = {re.sub(r"\{[^}]*\}", "*", path): operations for path, operations in document["paths"].items()}
    assert verb in found.get(shape, {}), f"{verb} {shape}"


_documents = []


def openapi(suite):
    if not _documents:
        _documents.append(suite.get("/openapi.json", key="").json)
    return _documents[0]


# --- Assertions that must not be believed ---------------------------------------

GET = "reglab.membership.v1.OrganizationsService/GetOrganization"


def refused(services, token):
    return answer_of(services, GET, token)[0] == grpc.StatusCode.UNAUTHENTICATED


def test_a_good_assertion_is_believed(services):
    assert not refused(services, assertion("membership"))


@pytest.mark.parametrize("changes", [
    {"aud": "learning"}, {"aud": ""}, {"iss": "someone"}, {"sub": ""}, {"sub": None},
    {"exp": 1}, {"iat": 9999999999, "exp": 9999999999 + 60}, {"exp": 9999999999}, {"exp": "soon"}, {"iat": None},
    {"act": {"sub": "gateway"}}, {"act": "tool"}, {"act": None},
])
def test_wrong_claims_are_refused(services, changes):
    assert refused(services, assertion("membership", **changes))


def test_changed_tokens_are_refused(services):
    good = assertion("membership")
    header, claims, signature = good.split(".")
    other = assertion("membership", {"sub": "clients/other"}).split(".")[1]
    for bad in (f"{header}.{other}.{signature}", f"{header}.{claims}.", f"{header}.{claims}", f"{header}.{claims}.{signature}A",
                f".{claims}.{signature}", good + "." + signature, "a" * 4000, "...", "null"):
        assert refused(services, bad), bad[:60]
    # Longer than gRPC's own limit of a header: it does not come so far.
    assert answer_of(services, GET, "a" * 20000)[0] != grpc.StatusCode.OK


def test_other_algorithms_and_keys_are_refused(services):
    _, claims, signature = assertion("membership").split(".")
    kid = next((STATE / "keys/trusted").glob("tool.*.pem")).stem
    for header in ({"alg": "none"}, {"alg": "HS256"}, {"alg": "EdDSA"}, {"alg": "EdDSA", "typ": "JWT", "kid": kid},
                   {"alg": "none", "typ": "reglab-assertion+jwt", "kid": kid},
                   {"alg": "EdDSA", "typ": "reglab-assertion+jwt", "kid": "tool.none"},
                   {"alg": "EdDSA", "typ": "reglab-assertion+jwt", "kid": "../tool"},
                   {"alg": "EdDSA", "typ": "reglab-assertion+jwt", "kid": ["x"]}):
        encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
        assert refused(services, f"{encoded}.{claims}.{signature}"), header


def test_an_assertion_in_the_api_key_place_of_rest_is_refused(suite):
    answer = suite.get("/v1/organizations", key=assertion("membership"))
    assert answer.status == 401 and "www-authenticate" in answer.headers
