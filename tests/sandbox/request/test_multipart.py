import io
import json

import pytest
import requests
from hypothesis import given, strategies as st

from adaptor.sandbox.meta.errors import Refused
from adaptor.sandbox.meta.limits import FILE_BYTES, IMAGE_BYTES
from adaptor.sandbox.request.multipart import read_header, read_multipart
from adaptor.sandbox.state.uploads import Uploads
from tests.growth import grows_with_its_input


class Trickle:
    """A stream that gives a few bytes at a time."""

    def __init__(self, data, step):
        self.stream = io.BytesIO(data)
        self.step = step

    def read(self, size=-1):
        return self.stream.read(min(self.step, size))


def upload(caller, kind, name, size, mime):
    message = json.dumps({"attachment": {"type": kind, "payload": {}}})
    return caller.request(
        "POST",
        "/v26.0/me/messages",
        data={"recipient": '{"id":"1"}', "message": message},
        files={"filedata": (name, bytes(size), mime)},
    )


@given(
    fields=st.dictionaries(st.text("abcdefö", min_size=1), st.text(), max_size=3),
    content=st.binary(max_size=300),
    step=st.integers(1, 50),
)
def test_whatever_a_client_encodes_is_read_however_it_is_cut(fields, content, step):
    request = requests.Request(
        "POST", "http://x/", data=fields, files={"filedata": ("a.bin", content, "text/plain")}
    ).prepare()
    read, files = read_multipart(Trickle(request.body, step), request.headers["Content-Type"], Uploads())
    assert read == fields
    assert (files["filedata"].name, files["filedata"].type, files["filedata"].size) == (
        "a.bin",
        "text/plain",
        len(content),
    )


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (f"multipart/form-data; boundary={'x' * 71}", b"--x--"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nhalf"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a" * 20_000 + b"\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n" * 101 + b"--x--"),
    ],
)
def test_a_broken_form_is_refused(content_type, body):
    with pytest.raises(Refused):
        read_multipart(io.BytesIO(body), content_type, Uploads())


def test_a_file_is_noted_by_name_type_and_size(caller):
    assert upload(caller, "image", "plän.png", 1234, "image/png").status_code == 200
    (file,) = caller.sandbox.messages[0].files
    assert (file.name, file.type, file.size) == ("plän.png", "image/png", 1234)


@pytest.mark.parametrize(
    ("kind", "mime", "size", "expected"),
    [
        ("image", "image/png", IMAGE_BYTES, ("ok",)),
        ("image", "image/png", IMAGE_BYTES + 1, (100, 2018109)),
        ("file", "application/pdf", FILE_BYTES, ("ok",)),
        ("video", "video/mp4", FILE_BYTES + 1, (100, 2018109)),
        ("image", "application/pdf", 10, (100, 2018047)),
        ("audio", "application/octet-stream", 10, (100, 2018047)),
        ("audio", "audio/mpeg", 10, ("ok",)),
        ("video", "application/octet-stream", 10, ("ok",)),
    ],
)
def test_files_keep_to_their_size_and_type(caller, code, kind, mime, size, expected):
    assert code(upload(caller, kind, "a", size, mime)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('form-data; name="a;b"; filename="x \\"y\\".png"', {"name": "a;b", "filename": 'x "y".png'}),
        ("form-data;name=a ; NAME=b", {"name": "a"}),
        ("form-data; filename*=utf-8''%C3%A4; name*=iso-8859-1'de'%E4", {"filename": "ä", "name": "ä"}),
        ("form-data; name*=x\x00''a; filename*=idna''%ff", {"name": "a", "filename": "\ufffd"}),
        ("form-data; name*0*=a; name*=b; name=", {"name*0": "", "name": ""}),
        ('form-data; name="a', {"name": "a"}),
        ("; = ;;=a; ;", {}),
    ],
)
def test_the_parameters_of_a_header_are_read_whatever_they_are(value, expected):
    assert read_header(value) == expected


@pytest.mark.parametrize("part", [';a="', ";"])
def test_the_time_for_quotes_that_do_not_end_grows_with_the_header(part):
    assert grows_with_its_input(lambda size: read_header(part * size), 1_000)
