"""The optional component pdf: what it makes is PDF/A, and only services are answered."""
import io
import pathlib
import shutil
import subprocess
import uuid

import grpc
import pikepdf
import pytest
from conftest import ROOT
from contract import SECRETARIAT, addresses, assertion

pytestmark = pytest.mark.skipif(not (ROOT / "build/pdf/bin/python").exists(),
                                reason="deploy/local/install --pdf has not been run")
CHECK = pathlib.Path(__file__).parent / "pdfa"
METHOD = "/reglab.pdf.v1.PdfService/RenderPdf"


def minutes(suite, text):
    document = f"# Styrelsen 2021-03-04\n\n## Frågor {uuid.uuid4().hex}\n\n{text}\n"
    answer = suite.post("/v1/minutes/import", {"document": document, "body": "bodies/board", "date": "2021-03-04"})
    assert answer.status == 200, answer.body
    return answer.json["meeting"]["name"] + "/minutes"


def fonts_of(pdf):
    """Every font of every page, the ones inside a composite font as well."""
    for page in pdf.pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            yield from font.get("/DescendantFonts", [font])


@pytest.fixture(scope="module")
def verapdf():
    """The class path of veraPDF, from Maven."""
    if not (shutil.which("mvn") and shutil.which("java")):
        pytest.skip("veraPDF needs java and mvn, which are not here")
    jars = ROOT / "build/pdfa"
    if not any(jars.glob("validation-model-*.jar")):
        subprocess.run(["mvn", "-q", "-B", "-f", CHECK / "pom.xml", "dependency:copy-dependencies",
                        f"-DoutputDirectory={jars}"], check=True, capture_output=True, timeout=300)
    return f"{jars}/*"


def test_verapdf_finds_nothing_to_object_to(suite, verapdf, tmp_path):
    name = minutes(suite, "# Rubrik\n\n1. ett\n2. två\n\n> citat\n\n`kod` och [länk](https://example.se) 🙂 ≥ 5 €")
    file = tmp_path / "minutes.pdf"
    file.write_bytes(suite.get(f"/v1/{name}/pdf", timeout=60).body)
    done = subprocess.run(["java", "-cp", verapdf, CHECK / "Validate.java", file], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "3a\n"), done.stdout + done.stderr


def test_minutes_are_pdf_a_3a_with_their_text_and_metadata_inside(suite):
    name = minutes(suite, "Räksmörgås, ”citat” – och § 4. ![bild](http://127.0.0.1:1/x.png)")
    answer = suite.get(f"/v1/{name}/pdf", timeout=60)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.body)) as pdf:
        assert not pdf.is_encrypted
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3" and metadata["pdfaid:conformance"] == "A"
            assert metadata["dc:title"].startswith(("Mötesanteckningar: ", "Protokoll: "))
        intent = pdf.Root.OutputIntents[0]
        assert intent.S == "/GTS_PDFA1" and len(intent.DestOutputProfile.read_bytes()) > 100
        assert str(pdf.Root.Lang).startswith("sv")
        fonts = list(fonts_of(pdf))
        assert fonts
        for font in fonts:
            assert any(key in font.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")), font.BaseFont
        assert "/JavaScript" not in pdf.Root.get("/Names", {}) and "/OpenAction" not in pdf.Root
        assert sorted(file.rsplit(".", 1)[1] for file in pdf.attachments) == ["md", "xml"]
        markdown = next(file for file in pdf.attachments if file.endswith(".md"))
        attached = pdf.attachments[markdown].get_file().read_bytes()
    assert attached == suite.get(f"/v1/{name}/markdown").body


def test_nobody_reads_the_pdf_of_what_is_not_public(suite):
    assert suite.get(f"/v1/{minutes(suite, 'Ord.')}/pdf", key="").status == 404


@pytest.mark.parametrize("token, code", [
    (lambda: None, grpc.StatusCode.UNAUTHENTICATED),
    (lambda: "no.such.token", grpc.StatusCode.UNAUTHENTICATED),
    (lambda: assertion("meetings", SECRETARIAT, process="meetings"), grpc.StatusCode.UNAUTHENTICATED),
    (lambda: assertion("pdf", SECRETARIAT, process="meetings", act={"sub": "gateway"}), grpc.StatusCode.UNAUTHENTICATED),
    (lambda: assertion("pdf", SECRETARIAT, process="meetings", iat=1, exp=60), grpc.StatusCode.UNAUTHENTICATED),
    (lambda: assertion("pdf", SECRETARIAT), grpc.StatusCode.PERMISSION_DENIED),
], ids=["no assertion", "none at all", "for another", "for another process", "expired", "of another process"])
def test_only_the_service_meetings_is_answered(suite, token, code):
    signed = token()
    metadata = [("authorization", f"Bearer {signed}")] if signed else []
    with grpc.insecure_channel(addresses()["pdf"]) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            channel.unary_unary(METHOD)(b"\n\x03<p>", metadata=metadata, timeout=20)
    assert refused.value.code() == code
