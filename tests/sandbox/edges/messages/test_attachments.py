import json

import pytest

from adaptor.sandbox.meta.limits import FILE_BYTES, IMAGE_BYTES

ANA = "6543210987654321"
URL = "https://example.com/a.png"


def upload(caller, kind="image", file=None, **payload):
    message = {"attachment": {"type": kind, "payload": payload}}
    if file is None:
        return caller.request("POST", "/v26.0/me/message_attachments", json={"message": message})
    return caller.request(
        "POST", "/me/message_attachments", data={"message": json.dumps(message)}, files={"filedata": file}
    )


def use(caller, attachment, kind="image"):
    return caller.send({"attachment": {"type": kind, "payload": {"attachment_id": attachment}}})


def test_an_upload_gives_an_id_that_can_be_sent(caller, code):
    answer = upload(caller, url=URL, is_reusable=True).json()
    assert list(answer) == ["attachment_id"]
    assert len(answer["attachment_id"]) == 16
    assert code(use(caller, answer["attachment_id"])) == ("ok",)


def test_an_id_lives_for_90_days(caller, code):
    made = upload(caller, url=URL).json()["attachment_id"]
    caller.sandbox.advance(days=90)
    caller.sandbox.person_writes(ANA, "still here")
    assert code(use(caller, made)) == ("ok",)
    caller.sandbox.advance(seconds=1)
    assert code(use(caller, made)) == (100, 2018074)


def test_an_id_is_sent_as_what_it_was_uploaded_as(caller, code):
    assert code(use(caller, upload(caller, url=URL).json()["attachment_id"], "video")) == (100, 2018047)


def test_an_id_from_elsewhere_exists_unless_the_sandbox_knows_better(visit, code):
    assert code(use(visit(), "1900200300400506")) == ("ok",)
    assert code(use(visit(foreign_ids=False), "1900200300400506")) == (100, 2018074)


@pytest.mark.parametrize(
    ("kind", "size", "mime", "expected"),
    [
        ("image", IMAGE_BYTES, "image/png", ("ok",)),
        ("image", IMAGE_BYTES + 1, "image/png", (100, 2018109)),
        ("video", FILE_BYTES + 1, "video/mp4", (100, 2018109)),
        ("audio", 10, "audio/mpeg", ("ok",)),
        ("audio", 10, "application/octet-stream", (100, 2018047)),
        ("image", 10, "text/plain", (100, 2018047)),
        ("file", 10, "text/plain", ("ok",)),
    ],
)
def test_a_file_keeps_to_its_size_and_type(caller, code, kind, size, mime, expected):
    assert code(upload(caller, kind, ("a", bytes(size), mime))) == expected


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": {}},
        {"message": {"attachment": {"type": "template", "payload": {"url": URL}}}},
        {"message": {"attachment": {"type": "image", "payload": {}}}},
        {"message": {"attachment": {"type": "image", "payload": {"url": "a.png"}}}},
        {"message": {"attachment": {"type": "image", "payload": {"url": URL}}}, "platform": "ICQ"},
    ],
)
def test_what_is_no_upload_is_refused(caller, code, body):
    assert code(caller.request("POST", "/me/message_attachments", json=body)) == (100, None)


def test_a_small_file_can_be_looked_at_and_a_large_one_is_only_counted(caller):
    small = upload(caller, file=("a.png", b"bytes", "image/png")).json()["attachment_id"]
    large = upload(caller, "file", ("b.bin", bytes(FILE_BYTES), "a/b")).json()["attachment_id"]
    page = caller.sandbox._page
    assert page.uploads.get(page.attachments[small].file.key) == ("image/png", b"bytes")
    assert page.attachments[large].file.key == ""
    assert page.attachments[large].file.size == FILE_BYTES


def test_an_uploaded_picture_is_found_at_the_address_that_is_told(caller):
    message = json.dumps({"attachment": {"type": "image", "payload": {}}})
    form = {"recipient": json.dumps({"id": ANA}), "message": message}
    mid = caller.request("POST", "/me/messages", data=form, files={"filedata": ("a.png", b"bytes", "image/png")})
    found = caller.get(f"/{mid.json()['message_id']}", params={"fields": "attachments"}).json()
    picture = caller.session.get(found["attachments"]["data"][0]["image_data"]["url"], timeout=60)
    assert (picture.status_code, picture.content) == (200, b"bytes")
    assert picture.headers["Content-Type"] == "image/png"
    assert caller.get("/sandbox/files/nothing").status_code == 404


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/x-sh"])
def test_an_uploaded_file_can_do_nothing_to_a_page(caller, mime):
    made = upload(caller, "file", ("a", b"<script>", mime)).json()["attachment_id"]
    file = caller.sandbox._page.attachments[made].file
    answer = caller.get(f"/sandbox/files/{file.key}")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] in {mime, "application/octet-stream"}
    assert not answer.headers["Content-Type"].startswith("text/")
