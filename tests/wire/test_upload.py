"""Forms whose files are read while they are sent: their bytes, their length, their digest and what is refused."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from adaptor.core.errors import InvalidMessage
from adaptor.wire.upload import Upload, check_files, names_of, open_file

FIX = 'Give {"photo": Path("photo.jpg")}, {"photo": ("photo.jpg", data)} or {"photo": open("photo.jpg", "rb")}.'


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file with ten bytes."""
    (tmp_path / "photo.png").write_bytes(b"0123456789")
    return tmp_path / "photo.png"


def sent(fields: list[tuple[str, str]], files: dict[str, Any]) -> bytes:
    """Return the bytes of a form with a plain boundary, sent twice to the same end."""
    upload = Upload(fields, files)
    first, second = b"".join(upload), b"".join(upload)
    upload.close()
    assert first == second
    assert len(upload) == len(first)
    return first.replace(upload.boundary.encode(), b"B")


def refused(make: Any) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as raised:
        make()
    assert raised.value.sent == "no"
    return raised.value


def test_a_form_is_written_as_browsers_write_it(photo: Path) -> None:
    files = {"a": photo, "b": [('no"te\r\n.txt', "ü"), ("x.unheard-of", b"\x00")]}
    assert sent([("field", "ü 1")], files) == (
        b'--B\r\nContent-Disposition: form-data; name="field"\r\n\r\n\xc3\xbc 1\r\n'
        b'--B\r\nContent-Disposition: form-data; name="a"; filename="photo.png"\r\nContent-Type: image/png\r\n\r\n'
        b"0123456789\r\n"
        b'--B\r\nContent-Disposition: form-data; name="b"; filename="no%22te%0D%0A.txt"\r\nContent-Type: text/plain'
        b"\r\n\r\n\xc3\xbc\r\n"
        b'--B\r\nContent-Disposition: form-data; name="b"; filename="x.unheard-of"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\x00\r\n--B--\r\n"
    )


def test_a_text_without_a_known_ending_says_its_encoding() -> None:
    assert b"Content-Type: text/plain; charset=utf-8\r\n" in sent([], {"a": ("note", "x")})


def test_each_form_has_a_boundary_of_its_own() -> None:
    first, second = Upload([], {}).boundary, Upload([], {}).boundary
    assert first != second
    assert first.startswith("adaptor-")
    assert len(first) == len("adaptor-") + 32


def test_an_open_file_is_sent_from_where_it_is_and_stays_open(photo: Path) -> None:
    with photo.open("rb") as file:
        file.seek(7)
        assert b"\r\n\r\n789\r\n" in sent([], {"a": file})
        assert not file.closed


def test_what_cannot_be_sent_twice_is_read_at_once() -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert b'filename="a"' in sent([], {"a": Stream(b"once")})


def test_a_file_that_became_shorter_is_noticed_and_not_filled_up(photo: Path) -> None:
    upload = Upload([], {"a": photo})
    photo.write_bytes(b"0")
    with pytest.raises(OSError, match=r"^a file became shorter while it was sent$"):
        b"".join(upload)
    upload.close()


def test_a_large_file_is_read_in_blocks(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 200_000)
    upload = Upload([], {"a": tmp_path / "large"})
    assert max(len(block) for block in upload) == 65_536
    upload.close()


@pytest.mark.parametrize("offset", [0, 4])
def test_a_file_is_opened_from_an_offset_on(photo: Path, offset: int) -> None:
    file = open_file(photo, offset)
    assert b"".join(file) == b"0123456789"[offset:]
    assert len(file) == 10 - offset
    file.close()


# --- The digest: is it the same message? ---


def digest(fields: list[tuple[str, str]], files: dict[str, Any], clean: Any = lambda text: text) -> str:
    upload = Upload(fields, files)
    try:
        return upload.digest(clean)
    finally:
        upload.close()


def test_a_digest_is_of_the_bytes_and_not_of_the_path(photo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "other.png"
    copy.write_bytes(photo.read_bytes())
    base = digest([("f", "1")], {"a": photo})
    assert digest([("f", "1")], {"a": copy}) == base
    copy.write_bytes(b"other")
    different = [
        digest([("f", "1")], {"a": copy}),
        digest([("f", "2")], {"a": photo}),
        digest([("g", "1")], {"a": photo}),
        digest([("f", "1")], {"b": photo}),
        digest([("f", "1")], {"a": ("photo.png", b"0123456789")}),
        digest([("f", "1")], {}),
    ]
    assert len({base, *different}) == 7


def test_a_digest_is_the_same_in_every_version_so_that_a_resume_knows_the_message() -> None:
    found = digest([("recipient", '{"id":"1"}')], {"photo": ("photo.png", b"0123456789"), "note": ("n.txt", "ü")})
    assert found == "753b8b824940715bba07cfd61ddeec3ea6c632544421034bada3a3e4898fe7fa"


def test_a_name_that_the_job_gives_counts() -> None:
    assert digest([], {"a": ("x", b"1")}) != digest([], {"a": ("y", b"1")})


def test_no_secret_counts_in_a_digest() -> None:
    def clean(text: str) -> str:
        return text.replace("secret", "")

    assert digest([("f", "a secret")], {}, clean) == digest([("f", "a ")], {}, clean)
    assert digest([], {"a": ("x", b"\xff")}, clean) != digest([], {"a": ("x", b"\xfe")}, clean)


def test_a_file_that_cannot_be_read_for_its_digest_is_refused(photo: Path) -> None:
    upload = Upload([], {"a": photo})
    photo.write_bytes(b"")
    error = refused(lambda: upload.digest(str))
    upload.close()
    assert error.description == (
        "`files` holds a file under `a` that cannot be read (a file became shorter while it was sent)."
    )
    assert (error.fix, error.details) == ("Check the file.", {"field": "files"})


# --- What is refused before the wire ---


def test_half_a_character_is_refused_in_a_field_and_in_a_name(tmp_path: Path) -> None:
    error = refused(lambda: Upload([("f", "\ud800")], {}))
    assert error.description == "`form` holds half a character, which UTF-8 cannot encode."
    assert error.fix == "Look for cut emojis in the text."
    named = refused(lambda: Upload([], {"photo": ("\udc80.png", b"1")}))
    assert named.description == "`files` holds under `photo` a file whose name ('\\udc80.png') is not UTF-8."
    assert named.fix == 'Rename the file, or give it a name: {"photo": ("photo.jpg", data)}.'


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("gone", "`files` names {}/gone, which does not exist."),
        ("folder", "`files` names {}/folder, which is a folder."),
        ("pipe", "`files` names {}/pipe, which is no plain file."),
        ("photo.png/x", "`files` names {}/photo.png/x, which cannot be read (Not a directory)."),
    ],
)
def test_a_path_that_leads_to_no_file_is_refused(photo: Path, tmp_path: Path, name: str, description: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    error = refused(lambda: open_file(tmp_path / name))
    assert error.description == description.format(tmp_path)
    relative = "Check the path; it is relative to where the job was started."
    assert error.fix == ("Give the path of a file." if name in ("folder", "pipe") else relative)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([1], "is a list, not a dict"),
        ({"a": "photo.jpg"}, "holds a text, which is no path under `a`"),
        ({"a": 5}, "holds an int under `a`"),
        ({"a": [Path("x"), None]}, "holds None under `a`"),
        ({"a": ("x",)}, "holds a tuple under `a`"),
        ({"a": (1, b"x")}, "holds a tuple under `a`"),
        ({"a": ("x", 1)}, "holds a tuple under `a`"),
        ({"a": io.StringIO("x")}, "holds a StringIO under `a`"),
    ],
)
def test_what_is_no_file_is_refused_without_opening_any(files: Any, problem: str) -> None:
    error = refused(lambda: check_files(files))
    assert (error.description, error.fix) == (f"`files` {problem}.", FIX)


def test_paths_open_files_and_named_bytes_are_files() -> None:
    check_files({"a": Path("gone"), "b": [io.BytesIO(b"x"), ("n", b"x"), ("n", "x")]})


def test_files_have_a_name_for_people() -> None:
    class Named(io.BytesIO):
        name = "/tmp/photo.jpg"

    class Numbered(io.BytesIO):
        name = 3

    files = {"a": Path("x/y.png"), "b": [("n.txt", b""), Named(), Numbered(), io.BytesIO()]}
    assert names_of(files) == {"a": ["y.png"], "b": ["n.txt", "photo.jpg", "b", "b"]}
