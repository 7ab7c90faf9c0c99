import pytest

from adaptor.runner.checking.check import check_file
from adaptor.runner.checking.planned_requests import planned_requests
from adaptor.runner.load.credentials import Credentials


@pytest.fixture
def drafts(tmp_path):
    def of(script):
        (tmp_path / "job.py").write_text(script, encoding="utf-8")
        prepared = check_file(str(tmp_path / "job.py"), Credentials(is_lenient=True))
        assert prepared.problems == []
        return list(planned_requests(prepared))

    return of


def test_a_literal_message_is_known_whole(drafts):
    (draft,) = drafts("send_text('6543210987654321', 'hello', quick_replies=[quick_reply('Yes')])")
    assert draft["body"] == {
        "recipient": {"id": "6543210987654321"},
        "message": {"text": "hello", "quick_replies": [{"content_type": "text", "title": "Yes", "payload": "Yes"}]},
        "messaging_type": "RESPONSE",
    }
    assert draft["path"].endswith("/messages")


def test_what_is_only_known_later_stands_as_it_is_written(drafts):
    (draft,) = drafts("send_text(state.data.psid, f'Hello {state.data.name}, see you {state.data.day:%d %B}.')")
    assert draft["body"]["recipient"] == {"id": "{state.data.psid}"}
    assert draft["body"]["message"]["text"] == "Hello {state.data.name}, see you {state.data.day}."


def test_messages_inside_loops_and_conditions_are_found(drafts):
    found = drafts(
        "each(state.data.rows, fn_if(state.data.fine == 'yes', send_text(state.data.psid, 'a'),"
        " else_=send_text(state.data.psid, 'b')))"
    )
    assert [draft["body"]["message"]["text"] for draft in found] == ["a", "b"]


def test_a_local_file_is_named(drafts, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (draft,) = drafts(f"from pathlib import Path\nsend_image('1', Path({str(tmp_path / 'a.png')!r}))")
    assert [str(path) for path in draft["files"].values()] == [str(tmp_path / "a.png")]


def test_reads_and_functions_are_left_out(drafts):
    assert drafts("get_user_profile('1')\nfn(lambda state: state)") == []
