"""The optional component pdf: makes PDF/A-3a of a page, with WeasyPrint.

It keeps nothing, fetches nothing, and answers only to processes whose assertion
it can verify (see protos/reglab/pdf/v1/pdf.proto and services/common/identity.h).
"""
import argparse
import json
import logging
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from concurrent import futures

import grpc
import jwt
import weasyprint
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fontTools.ttLib import TTFont
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

AUDIENCE = "pdf"
METHOD = "reglab.pdf.v1.PdfService"
SKEW_SECONDS = 5
LONGEST_LIFE_SECONDS = 60
RELOAD_SECONDS = 1
MOST_BYTES = 16 << 20
# A page of this size has some thousand sheets; larger ones are no minutes.
MOST_CHARACTERS = 8_000_000
# One at a time is rendered, for one processor; few wait, the others are told.
MOST_CALLS = 4
# Level A: tagged, with its reading order and its language, for those who listen to it.
VARIANT = "pdf/a-3a"


def log(event, **fields):
    """One JSON line, as the other processes write them."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"time": now, "process": AUDIENCE, "event": event, **fields}), file=sys.stderr, flush=True)


class Trusted:
    """The public keys of all processes, "<process>.<id>.pem", read again when they change."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.keys = {}
        self.read_at = 0.0
        self.lock = threading.Lock()

    def key(self, kid):
        with self.lock:
            if time.monotonic() - self.read_at >= RELOAD_SECONDS:
                self.keys = {file.stem: load_pem_public_key(file.read_bytes()) for file in self.folder.glob("*.pem")}
                self.read_at = time.monotonic()
            return self.keys.get(kid)


def process_of(token, trusted):
    """The process that signed the assertion; None unless it is one for us."""
    try:
        header = jwt.get_unverified_header(token)
        key = trusted.key(header.get("kid", ""))
        if key is None or header.get("typ") != "reglab-assertion+jwt":
            return None
        claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=AUDIENCE, issuer="reglab",
                            leeway=SKEW_SECONDS, options={"require": ["exp", "iat", "sub", "aud", "iss"]})
    except (jwt.InvalidTokenError, ValueError):
        return None
    # A key speaks only for the process that it is named after.
    process = header["kid"].split(".")[0]
    act = claims.get("act")
    if not isinstance(act, dict) or act.get("sub") != process:
        return None
    return process if claims["exp"] - claims["iat"] <= LONGEST_LIFE_SECONDS else None


class NothingOutside(weasyprint.urls.URLFetcher):
    """What a page refers to outside of itself is left out."""

    def fetch(self, url, headers=None):
        raise ValueError("the renderer fetches nothing")


class Contract:
    """Messages and options from the descriptor set that the build makes."""

    def __init__(self, file):
        pool = descriptor_pool.DescriptorPool()
        for proto in descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(file).read_bytes()).file:
            pool.AddSerializedFile(proto.SerializeToString())
        method = pool.FindServiceByName(METHOD).methods_by_name["RenderPdf"]
        self.request = message_factory.GetMessageClass(method.input_type)
        self.answer = message_factory.GetMessageClass(method.output_type)
        options = message_factory.GetMessageClass(pool.FindMessageTypeByName("google.protobuf.MethodOptions"))
        read = options.FromString(method.GetOptions().SerializeToString())
        self.processes = set(read.Extensions[pool.FindExtensionByName("reglab.options.v1.access")].processes)


class Letters:
    """What the font can show. PDF/A forbids a letter that has no shape, so any other is written out: "[U+1F642 SLIGHTLY
    SMILING FACE]"; marks that show nothing are left out. The Markdown that is attached has all of them."""

    FAMILY = "DejaVu Sans"

    def __init__(self):
        file = subprocess.run(["fc-match", "-f", "%{file}", self.FAMILY], check=True, capture_output=True, text=True).stdout
        if "DejaVuSans" not in file:
            raise SystemExit(f"pdf: the font {self.FAMILY} is missing: apt-get install fonts-dejavu-core")
        with TTFont(file) as font:
            self.shown = frozenset(font.getBestCmap())

    def of(self, text):
        return re.sub(r"[^\t\n\r -~]", lambda match: self._one(match.group()), text)

    def _one(self, letter):
        category = unicodedata.category(letter)
        if category in ("Cf", "Mn") and not (category == "Mn" and ord(letter) in self.shown):
            return ""
        if ord(letter) in self.shown:
            return letter
        return f"[U+{ord(letter):04X} {unicodedata.name(letter, '')}".rstrip() + "]"


def render(request, letters):
    """The bytes of the PDF."""
    attachments = [
        weasyprint.Attachment(string=file.data, name=file.file_name, description=file.file_name,
                              relationship="Source" if file.content_type.startswith("text/") else "Supplement")
        for file in request.attachments]
    page = weasyprint.HTML(string=letters.of(request.html), base_url=None, url_fetcher=NothingOutside(), media_type="print")
    return page.write_pdf(pdf_variant=VARIANT, attachments=attachments)


class Pdf:
    """The RPC: who calls, then the rendering."""

    def __init__(self, contract, trusted):
        self.contract = contract
        self.trusted = trusted
        self.letters = Letters()
        self.one_at_a_time = threading.Lock()

    def render_pdf(self, request, context):
        token = dict(context.invocation_metadata()).get("authorization", "").removeprefix("Bearer ")
        process = process_of(token, self.trusted)
        if process is None:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "The assertion is missing or not valid.")
        if process not in self.contract.processes:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "This process may not call pdf.documents.render.")
        if not request.html or len(request.html) > MOST_CHARACTERS or len(request.attachments) > 5:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "The page is empty or too large, or has too many attachments.")
        began = time.monotonic()
        with self.one_at_a_time:
            # Whoever asked may have gone while it waited.
            if not context.is_active():
                return None
            data = render(request, self.letters)
        log("render", ms=round((time.monotonic() - began) * 1000), bytes=len(data), act=process)
        return self.contract.answer(content_type="application/pdf", data=data)


def credentials_of(arguments):
    """Mutual TLS when all three files are given, read again at each connection; None otherwise."""
    files = (arguments.tls_key, arguments.tls_certificate, arguments.tls_ca)
    if not all(files):
        return None

    def configuration():
        key, certificate, ca = (pathlib.Path(file).read_bytes() for file in files)
        return grpc.ssl_server_certificate_configuration([(key, certificate)], root_certificates=ca)

    return grpc.dynamic_ssl_server_credentials(configuration(), configuration, require_client_authentication=True)


def serve(arguments):
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    contract = Contract(arguments.contract)
    pdf = Pdf(contract, Trusted(arguments.assertion_trusted_dir))
    server = grpc.server(futures.ThreadPoolExecutor(MOST_CALLS), maximum_concurrent_rpcs=MOST_CALLS, options=[
        ("grpc.max_receive_message_length", MOST_BYTES), ("grpc.max_send_message_length", MOST_BYTES), ("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(METHOD, {
        "RenderPdf": grpc.unary_unary_rpc_method_handler(
            pdf.render_pdf, request_deserializer=contract.request.FromString,
            response_serializer=contract.answer.SerializeToString)})])
    credentials = credentials_of(arguments)
    port = server.add_secure_port(arguments.listen, credentials) if credentials else server.add_insecure_port(arguments.listen)
    server.start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log("serving", port=port)
    stop.wait()
    server.stop(grace=10).wait()
    log("stopped")


def main():
    flags = argparse.ArgumentParser(description=__doc__)
    # Each flag also comes from the environment, as everywhere in the suite.
    for name, default, text in (
            ("listen", "127.0.0.1:0", "address and port of the gRPC door"),
            ("assertion_trusted_dir", "", "directory with the public keys of all processes"),
            ("contract", "", "the descriptor set of the build: contract.binpb"),
            ("tls_certificate", "", "for mutual TLS between processes"),
            ("tls_key", "", "for mutual TLS between processes"),
            ("tls_ca", "", "for mutual TLS between processes")):
        flags.add_argument(f"--{name}", default=os.environ.get(f"REGLAB_{name.upper()}", default), help=text)
    arguments = flags.parse_args()
    if not arguments.assertion_trusted_dir or not arguments.contract:
        flags.error("--assertion_trusted_dir and --contract are needed")
    serve(arguments)


if __name__ == "__main__":
    main()
