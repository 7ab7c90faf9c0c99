import sqlite3
import stat

import pytest
import requests

from adaptor.sandbox import Sandbox, SandboxError

ANA = "6543210987654321"


def call(sandbox, method, path, **options):
    headers = {"Authorization": f"Bearer {sandbox.access_token}"}
    return requests.request(method, sandbox.url + path, headers=headers, timeout=60, **options)


def say(sandbox, text="hi", psid=ANA):
    return call(sandbox, "POST", "/me/messages", json={"recipient": {"id": psid}, "message": {"text": text}})


def test_a_sandbox_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "sandbox.db"
    with Sandbox(keep=path) as sandbox:
        sandbox.advance(hours=5)
        ana = sandbox.person(ANA)
        ana.says("helo")
        ana.edits("hello")
        ana.says("oops")
        ana.deletes()
        mid = say(sandbox).json()["message_id"]
        ana.reacts("❤")
        call(sandbox, "POST", "/me/messenger_profile", json={"get_started": {"payload": "GO"}})
        label = call(sandbox, "POST", "/me/custom_labels", params={"name": "vip"}).json()["id"]
        call(sandbox, "POST", f"/{label}/label", params={"user": ANA})
        upload = {"attachment": {"type": "image", "payload": {"url": "https://example.com/a.png"}}}
        picture = call(sandbox, "POST", "/me/message_attachments", json={"message": upload}).json()["attachment_id"]
        form = {"message": '{"attachment":{"type":"file","payload":{}}}'}
        upload = {"filedata": ("a.txt", b"some bytes", "text/plain")}
        file = call(sandbox, "POST", "/me/message_attachments", data=form, files=upload).json()["attachment_id"]
        token, secret, before = sandbox.access_token, sandbox.app_secret, sandbox.now()
        seen = call(sandbox, "GET", "/me/conversations", params={"fields": "messages{message,from}"}).json()
        transcript = sandbox.transcript()
    with Sandbox(keep=path) as again:
        assert (again.access_token, again.app_secret) == (token, secret)
        assert again.now() >= before
        assert again.transcript() == transcript
        assert [message.id for message in again.messages] == [mid]
        assert call(again, "GET", "/me/conversations", params={"fields": "messages{message,from}"}).json() == seen
        assert call(again, "GET", f"/{mid}", params={"fields": "reactions"}).json()["reactions"]
        profile = call(again, "GET", "/me/messenger_profile", params={"fields": "get_started"}).json()
        assert profile == {"data": [{"get_started": {"payload": "GO"}}]}
        assert call(again, "GET", f"/{ANA}/custom_labels").json()["data"][0]["page_label_name"] == "vip"
        assert picture in again._page.attachments
        key = again._page.attachments[file].file.key
        assert call(again, "GET", f"/sandbox/files/{key}").content == b"some bytes"
        say(again, "and on")
    with Sandbox(keep=path) as third:
        assert [message.text for message in third.messages] == ["hi", "and on"]


def test_it_is_written_while_the_sandbox_runs(tmp_path):
    path = tmp_path / "sandbox.db"
    with Sandbox(keep=path) as sandbox:
        say(sandbox)
        sandbox._storage.save()
        with sqlite3.connect(path) as reader:
            assert reader.execute("SELECT count(*) FROM records").fetchone() == (1,)
        reader.close()


def test_nobody_else_can_read_it(tmp_path):
    path = tmp_path / "sandbox.db"
    with Sandbox(keep=path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_token_that_was_given_replaces_the_one_that_was_kept(tmp_path):
    path = tmp_path / "sandbox.db"
    with Sandbox(keep=path):
        pass
    with Sandbox(keep=path, access_token="mine") as sandbox:
        assert sandbox.access_token == "mine"


def test_a_file_that_is_something_else_is_told(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("this is no database, it is text" * 100)
    with pytest.raises(SandboxError, match=r"notes\.txt: cannot store the sandbox in this file"):
        Sandbox(keep=path)
    with pytest.raises(SandboxError, match="cannot store the sandbox in this file"):
        Sandbox(keep=tmp_path / "missing" / "sandbox.db")


def test_a_file_of_another_page_is_told(tmp_path):
    path = tmp_path / "sandbox.db"
    with Sandbox(keep=path):
        pass
    with pytest.raises(SandboxError, match="it holds the Page 102030405060708, not 5"):
        Sandbox(keep=path, page={"id": "5"})
