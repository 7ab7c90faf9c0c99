"""Pictures, recordings, films and files: by address, by id, or from this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import (
    DeliveryUnknown,
    InvalidMessage,
    send_audio,
    send_file,
    send_image,
    send_images,
    send_sticker,
    send_video,
    state,
    upload_attachment,
)
from adaptor.core.run.context import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"
SENT = {"recipient_id": ANA, "message_id": "m_1"}
SENDS = {"image": send_image, "audio": send_audio, "video": send_video, "file": send_file}
NAMES = {"image": "map.png", "audio": "hello.mp3", "video": "exercise.mp4", "file": "letter.pdf"}
KINDS = {"image": "image/png", "audio": "audio/mpeg", "video": "video/mp4", "file": "application/pdf"}
MEGABYTE = 1024 * 1024


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., Path]:
    """Make a file of a name and a size; large ones take no room on the disk."""

    def make(name: str, size: int = 7) -> Path:
        path = tmp_path / name
        with path.open("wb") as file:
            file.truncate(size)
        return path

    return make


@pytest.mark.parametrize("kind", SENDS)
def test_an_address_is_fetched_by_meta(sent: Any, kind: str) -> None:
    body = sent(SENDS[kind](ANA, "https://example.org/a", is_reusable=True))
    payload = {"url": "https://example.org/a", "is_reusable": True}
    assert body["message"] == {"attachment": {"type": kind, "payload": payload}}


@pytest.mark.parametrize("kind", SENDS)
def test_an_attachment_id_is_sent_as_such(sent: Any, kind: str) -> None:
    body = sent(SENDS[kind](ANA, state.data.id), data={"id": 190020030040051})
    assert body["message"]["attachment"]["payload"] == {"attachment_id": "190020030040051"}


@pytest.mark.parametrize("kind", SENDS)
def test_a_local_file_goes_along_as_a_form(
    httpserver: HTTPServer, state_for: Any, take_forms: Any, file_of: Any, kind: str
) -> None:
    forms = take_forms("/v26.0/me/messages", SENT)
    after = SENDS[kind](ANA, file_of(NAMES[kind]), messaging_type="UPDATE")(state_for(httpserver.url_for("")))
    ((form, files),) = forms
    assert json.loads(form["recipient"]) == {"id": ANA}
    assert json.loads(form["message"]) == {"attachment": {"type": kind, "payload": {}}}
    assert form["messaging_type"] == "UPDATE"
    assert files == {"filedata": (NAMES[kind], KINDS[kind], bytes(7))}
    assert after["data"] == SENT


def test_a_lazy_path_is_read_when_it_runs(
    httpserver: HTTPServer, state_for: Any, take_forms: Any, file_of: Any
) -> None:
    forms = take_forms("/v26.0/me/messages", SENT)
    folder = file_of("map.png").parent
    operation = send_image(ANA, lambda s: folder / s["data"]["name"], is_reusable=True)
    operation(state_for(httpserver.url_for(""), data={"name": "map.png"}))
    ((form, files),) = forms
    assert json.loads(form["message"])["attachment"]["payload"] == {"is_reusable": True}
    assert files["filedata"][0] == "map.png"
    with pytest.raises(InvalidMessage, match=r"gone\.png does not exist"):
        operation(state_for(httpserver.url_for(""), data={"name": "gone.png"}))
    assert len(forms) == 1


def test_a_text_never_chooses_a_file_of_this_machine(file_of: Any) -> None:
    with pytest.raises(InvalidMessage, match="neither an address nor an attachment id") as raised:
        send_file(ANA, str(file_of("letter.pdf")))
    assert "Path(…)" in raised.value.fix


@pytest.mark.parametrize(
    ("kind", "name", "size", "words"),
    [
        ("image", "large.png", 8 * MEGABYTE + 1, "large.png has 8,388,609 bytes; Meta takes at most 8,388,608"),
        ("video", "large.mp4", 26 * MEGABYTE, "large.mp4 has 27,262,976 bytes; Meta takes at most 26,214,400"),
        ("file", "large.pdf", 26 * MEGABYTE, "Meta takes at most 26,214,400"),
        ("audio", "large.mp3", 26 * MEGABYTE, "Meta takes at most 26,214,400"),
        ("image", "notes.txt", 7, "notes.txt is of the type text/plain"),
        ("audio", "map.png", 7, "map.png is of the type image/png"),
        ("video", "map", 7, "map has an ending that names no type"),
        ("image", "empty.png", 0, "is empty"),
    ],
)
def test_a_file_that_meta_would_refuse_is_refused_when_the_job_is_loaded(
    file_of: Any, kind: str, name: str, size: int, words: str
) -> None:
    file = file_of(name, size)
    for build in (lambda: SENDS[kind](ANA, file), lambda: upload_attachment(kind, file)):
        with pytest.raises(InvalidMessage) as raised:
            build()
        assert words in str(raised.value)
        assert (raised.value.sent, raised.value.details["field"]) == ("no", f"{kind} file")


@pytest.mark.parametrize(("kind", "most"), [("image", 8 * MEGABYTE), ("video", 25 * MEGABYTE)])
def test_a_file_of_the_very_size_that_meta_takes_passes(file_of: Any, kind: str, most: int) -> None:
    SENDS[kind](ANA, file_of(NAMES[kind], most))


@pytest.mark.parametrize("kind", SENDS)
def test_a_folder_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InvalidMessage, match="is a folder"):
        SENDS[kind](ANA, tmp_path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidMessage, match="does not exist"):
        send_image(ANA, tmp_path / "none.png")


def test_a_file_that_vanished_is_refused_before_the_wire(
    httpserver: HTTPServer, state_for: Any, file_of: Any, run: Run
) -> None:
    file = file_of("map.png")
    operation = send_image(ANA, file)
    file.unlink()
    with pytest.raises(InvalidMessage, match="does not exist"):
        operation(state_for(httpserver.url_for("")))
    assert httpserver.log == []
    assert not any(run.outcomes.values())


def test_a_dry_run_shows_the_file_and_refuses_one_that_is_gone(state_for: Any, file_of: Any) -> None:
    file = file_of("map.png")
    operation = send_image(ANA, file, is_reusable=True)
    shown: list[Any] = []
    with Run(dry_run=True, on_request=lambda request: shown.append(request.described())):
        after = operation(state_for("http://localhost:1"))
        assert after["data"]["attachment_id"] == "0"
        file.unlink()
        with pytest.raises(InvalidMessage):
            operation(state_for("http://localhost:1"))
    assert shown[0]["files"] == {"filedata": str(file)}


def test_a_lost_answer_to_an_upload_is_unknown(wire: Any, moves: Any, state_for: Any, file_of: Any, run: Run) -> None:
    server = wire(moves.close)
    with pytest.raises(DeliveryUnknown):
        send_image(ANA, file_of("map.png"))(state_for(server.url))
    assert run.outcomes["unknown"] == 1
    assert server.seen(1) == 1


def test_a_file_is_sent_whole_again_after_a_refused_connection(
    httpserver: HTTPServer, state_for: Any, take_forms: Any, file_of: Any, wire: Any, http: Any, run: Run
) -> None:
    limited = http({"error": {"message": "slow", "code": 613}}, status=400)
    server = wire(limited, http(SENT))
    send_image(ANA, file_of("map.png", 200_000))(state_for(server.url))
    first, second = server.requests
    assert len(first) == len(second) > 200_000


@pytest.mark.long
def test_uploading_25_megabytes_takes_no_more_than_10_of_memory(wire: Any, file_of: Any, http: Any) -> None:
    server = wire(http({"attachment_id": "1"}))
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from adaptor import upload_attachment\n"
        "state = {'data': {}, 'configuration': {'access_token': 'EAAG-token', 'base_url': sys.argv[1]}}\n"
        "def upload(path):\n"
        "    upload_attachment('video', Path(path))(state)\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "base = upload(sys.argv[2])\n"
        "print(upload(sys.argv[3]) - base)\n"
    )
    files = [str(file_of("small.mp4")), str(file_of("large.mp4", 25 * MEGABYTE))]
    done = subprocess.run([sys.executable, "-c", script, server.url, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # Linux tells kilobytes, macOS bytes.
    assert int(done.stdout) * (1 if sys.platform == "darwin" else 1024) < 10 * MEGABYTE
    assert len(server.requests[1]) > 25 * MEGABYTE


# --- Uploads ----------------------------------------------------------------------------------------------------------


def test_an_upload_gives_the_id_to_send_it_with(httpserver: HTTPServer, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/me/message_attachments").respond_with_json({"attachment_id": "16014"})
    after = upload_attachment("image", "https://example.org/a.png")(state_for(httpserver.url_for("")))
    assert after["data"] == {"attachment_id": "16014"}
    payload = {"url": "https://example.org/a.png", "is_reusable": True}
    assert json.loads(httpserver.log[0][0].data) == {"message": {"attachment": {"type": "image", "payload": payload}}}


def test_a_local_upload_is_a_form(httpserver: HTTPServer, state_for: Any, take_forms: Any, file_of: Any) -> None:
    forms = take_forms("/v26.0/me/message_attachments", {"attachment_id": "1"})
    upload_attachment("audio", file_of("hello.mp3"))(state_for(httpserver.url_for("")))
    ((form, files),) = forms
    assert json.loads(form["message"]) == {"attachment": {"type": "audio", "payload": {"is_reusable": True}}}
    assert files["filedata"][:2] == ("hello.mp3", "audio/mpeg")


def test_an_answer_without_an_id_is_not_trusted(httpserver: HTTPServer, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/me/message_attachments").respond_with_json({})
    with pytest.raises(DeliveryUnknown, match="has no `attachment_id`"):
        upload_attachment("image", "https://example.org/a.png")(state_for(httpserver.url_for("")))


@pytest.mark.parametrize("source", ["190020030040051", 190020030040051, "map.png", "", None])
def test_only_addresses_and_files_are_uploaded(source: Any) -> None:
    with pytest.raises(InvalidMessage):
        upload_attachment("image", source)


# --- Several pictures, and stickers -----------------------------------------------------------------------------------


def test_several_pictures_are_one_message(sent: Any) -> None:
    body = sent(send_images(ANA, ["https://example.org/1.png", "190020030040051"], metadata="album"))
    assert body["message"] == {
        "attachments": [
            {"type": "image", "payload": {"url": "https://example.org/1.png"}},
            {"type": "image", "payload": {"attachment_id": "190020030040051"}},
        ],
        "metadata": "album",
    }


@pytest.mark.parametrize(
    "images", [[], ["https://example.org/1.png"] * 31, "https://example.org/1.png", [Path("a.png")]]
)
def test_no_pictures_too_many_and_local_ones_are_refused(images: Any) -> None:
    with pytest.raises(InvalidMessage, match="attachments"):
        send_images(ANA, images)


def test_thirty_pictures_pass_and_lazy_ones_are_checked_when_they_run(sent: Any) -> None:
    addresses = ["https://example.org/1.png"] * 30
    assert len(sent(send_images(ANA, addresses))["message"]["attachments"]) == 30
    with pytest.raises(InvalidMessage):
        sent(send_images(ANA, state.data), data=[*addresses, addresses[0]])


@pytest.mark.parametrize("sticker", [767226160478561, "767226160478561"])
def test_a_sticker_is_sent_by_its_number(sent: Any, sticker: Any) -> None:
    assert sent(send_sticker(ANA, sticker))["message"] == {"sticker_id": 767226160478561}


@pytest.mark.parametrize("sticker", ["smile", True, None, 1.5])
def test_a_sticker_that_is_no_number_is_refused(sticker: Any) -> None:
    with pytest.raises(InvalidMessage, match="sticker_id"):
        send_sticker(ANA, sticker)
