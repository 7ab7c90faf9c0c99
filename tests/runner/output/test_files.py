"""Outputs are written whole or not at all, readable by the owner alone."""

import contextlib
import io
import os
import socket
import stat

import pytest

from adaptor.core.errors import InputError
from adaptor.runner.output.files import check_output, print_out, streamed, write_output


def test_a_new_file_is_the_owners_alone_and_an_old_one_keeps_its_mode(tmp_path):
    new, old = tmp_path / "new.json", tmp_path / "old.json"
    old.write_text("before")
    old.chmod(0o644)
    for file in (new, old):
        write_output('{"a": "é"}', str(file))
        assert file.read_text(encoding="utf-8") == '{"a": "é"}'
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert stat.S_IMODE(old.stat().st_mode) == 0o644


def test_a_mode_that_is_asked_for_holds_for_an_old_file_too(tmp_path):
    file = tmp_path / "secret.json"
    file.write_text("before")
    file.chmod(0o644)
    write_output("after", str(file), mode=0o600)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_completed_stays_as_it_was(tmp_path):
    file = tmp_path / "out.json"
    file.write_text("before")
    with contextlib.suppress(RuntimeError), streamed(str(file)) as stream:
        stream.write(b"half")
        raise RuntimeError
    assert file.read_text() == "before"
    assert os.listdir(tmp_path) == ["out.json"]


def test_a_link_is_followed(tmp_path):
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("before")
    link.symlink_to(target)
    write_output("after", str(link))
    assert (target.read_text(), link.is_symlink()) == ("after", True)


def test_an_output_that_cannot_be_written_is_refused_before(tmp_path):
    check_output(str(tmp_path / "out.json"))
    with pytest.raises(InputError, match="its folder does not exist"):
        check_output(str(tmp_path / "no" / "out.json"))
    with pytest.raises(InputError, match="it is a folder"):
        check_output(str(tmp_path))


def test_a_socket_is_refused_before_anything_is_sent(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("there")
        with pytest.raises(InputError, match="it is a socket"):
            check_output("there")


def test_standard_output_is_utf_8_whatever_its_encoding():
    raw = io.BytesIO()
    stdout = io.TextIOWrapper(raw, encoding="ascii")
    print_out("é\n", stdout)
    assert raw.getvalue() == "é\n".encode()
