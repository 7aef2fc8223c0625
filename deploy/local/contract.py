"""The contract as Python sees it: messages from the descriptor set that the build
makes, and calls of the services' gRPC with an assertion made for the purpose.
Shared by deploy/local/grpc and the tests. Needs grpcio and protobuf."""
import base64
import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STATE = pathlib.Path(os.environ.get("REGLAB_STATE_DIR") or ROOT / ".local")
BUILD = pathlib.Path(os.environ.get("REGLAB_BUILD") or ROOT / "build/release")

SECRETARIAT = {"sub": "clients/tool", "roles": ["SECRETARIAT"], "scopes": ["*"]}
NOBODY = {"sub": "nobody"}


def _base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def assertion(service, caller=SECRETARIAT, process="tool", **changes):
    """A signed assertion for one service: who calls, through which process.
    `changes` replaces claims, for tests of what must be refused."""
    kid = next((STATE / "keys/trusted").glob(f"{process}.*.pem")).stem
    now = int(time.time())
    claims = {
        "iss": "reglab", "aud": service, "organization": "", "roles": [], "scopes": [], "bodies": [],
        **caller,
        "act": {"sub": process}, "iat": now, "exp": now + 60, "jti": secrets.token_hex(16),
        **changes,
    }
    header = {"alg": "EdDSA", "typ": "reglab-assertion+jwt", "kid": kid}
    content = b".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        signature = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", STATE / f"keys/{process}.pem", "-in", file.name],
            check=True, capture_output=True).stdout
    return (content + b"." + _base64(signature)).decode()


class Contract:
    """Every method of the suite by its full name."""

    def __init__(self, file=BUILD / "contract.binpb"):
        self.files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(file).read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        for proto in self.files.file:
            self.pool.Add(proto) if hasattr(self.pool, "Add") else self.pool.AddSerializedFile(proto.SerializeToString())
        self.methods = {}
        for proto in self.files.file:
            for service in self.pool.FindFileByName(proto.name).services_by_name.values():
                # What is optional is asked by the services alone.
                if service.full_name.startswith("reglab.") and not service.full_name.startswith("reglab.pdf."):
                    for method in service.methods:
                        self.methods[f"{service.full_name}/{method.name}"] = method

    def find(self, name):
        """A method by its full name, or by as much of its end as names one alone."""
        name = name.strip("/")
        found = [full for full in self.methods if full == name or full.endswith(("." + name, "/" + name))]
        if len(found) != 1:
            raise LookupError(f"{'several methods are' if found else 'no method is'} called {name}"
                              + "".join("\n  " + full for full in sorted(found)))
        return self.methods[found[0]]

    def message(self, descriptor):
        return message_factory.GetMessageClass(descriptor)

    def options(self, descriptor):
        """The options with our extensions, which the pool knows."""
        cls = self.message(self.pool.FindMessageTypeByName(descriptor.GetOptions().DESCRIPTOR.full_name))
        return cls.FromString(descriptor.GetOptions().SerializeToString())

    def extension(self, descriptor, name):
        return self.options(descriptor).Extensions[self.pool.FindExtensionByName(name)]


def service_of(method):
    """"learning" of a method in reglab.learning.v1."""
    return method.containing_service.full_name.split(".")[1]


def addresses():
    return dict(line.split() for line in (STATE / "run/addresses").read_text().splitlines())


class Services:
    """The running services' gRPC, one channel each."""

    def __init__(self, contract):
        self.contract = contract
        self.channels = {name: grpc.insecure_channel(address) for name, address in addresses().items()}

    def call(self, method, request, token=None, metadata=(), timeout=30):
        """Calls with a message or a dict; for a stream an iterator comes back."""
        if isinstance(method, str):
            method = self.contract.find(method)
        input_class = self.contract.message(method.input_type)
        if isinstance(request, dict):
            request = json_format.ParseDict(request, input_class(), descriptor_pool=self.contract.pool)
        channel = self.channels[service_of(method)]
        make = channel.unary_stream if method.server_streaming else channel.unary_unary
        stub = make(f"/{method.containing_service.full_name}/{method.name}",
                    request_serializer=lambda message: message.SerializeToString(),
                    response_deserializer=self.contract.message(method.output_type).FromString)
        if token:
            metadata = (*metadata, ("authorization", f"Bearer {token}"))
        return stub(request, metadata=metadata, timeout=timeout)


def main(arguments):
    """deploy/local/grpc."""
    contract = Contract()
    if arguments[0] == "--list":
        print("\n".join(sorted(contract.methods)))
        return 0
    caller = SECRETARIAT
    if arguments[0] == "--as-nobody":
        caller = NOBODY
        arguments = arguments[1:]
    if not 1 <= len(arguments) <= 2:
        sys.exit("grpc: give a method and at most one JSON message; deploy/local/grpc --help")
    try:
        method = contract.find(arguments[0])
        request = json_format.Parse(arguments[1] if len(arguments) == 2 else "{}",
                                    contract.message(method.input_type)(), descriptor_pool=contract.pool)
    except (LookupError, json_format.ParseError) as error:
        sys.exit(f"grpc: {error}")
    try:
        answer = Services(contract).call(method, request, assertion(service_of(method), caller))
        for message in answer if method.server_streaming else [answer]:
            print(json_format.MessageToJson(message, preserving_proto_field_name=True, ensure_ascii=False,
                                            descriptor_pool=contract.pool), flush=True)
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
