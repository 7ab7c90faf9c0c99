import base64
import hashlib
import json
import re

from adaptor.sandbox import Sandbox

from .conftest import ANA


def test_the_policy_of_the_file_allows_its_own_scripts_and_nothing_else(visitor):
    html = visitor.sandbox.preview()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts]
    assert len(hashes) == 4
    assert f"script-src {' '.join(hashes)};" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_what_people_wrote_cannot_leave_its_place(visitor):
    for text in ("</script><script>alert(1)</script>", "<!--", "]]>", "\u2028", "\ud800"):
        visitor.sandbox.person(ANA).says(text)
    html = visitor.sandbox.preview(note="</script>")
    html.encode("utf-8")
    assert html.count("<script>") == 4
    assert "alert(1)</script>" not in html
    data = json.loads(re.search(r'id="data">(.*?)</script>', html)[1])
    assert data["rooms"][ANA]["items"][-1]["text"] == "\ud800"


def test_a_long_conversation_is_cut_and_that_is_said(visitor):
    for number in range(520):
        visitor.sandbox.person(ANA).says(str(number))
    data = json.loads(re.search(r'id="data">(.*?)</script>', visitor.sandbox.preview())[1])
    assert [data["rooms"][ANA]["items"][n]["text"] for n in (0, -1)] == ["20", "519"]
    assert "the newest 500 messages" in data["note"]


def test_requests_are_sketched_without_being_judged():
    sandbox = Sandbox(people=[])
    requests = [
        {"method": "POST", "path": "me/messages", "body": {"recipient": {"id": "1"}, "message": {"text": "x" * 3000}}},
        {"method": "POST", "path": "1234/messages", "body": {"recipient": {"id": "1"}, "sender_action": "typing_on"}},
        {
            "method": "POST",
            "path": "me/messages",
            "body": {"recipient": {"comment_id": "5_6"}, "message": {"text": "a"}},
        },
        {"method": "POST", "path": "me/messages", "body": {"message": {"text": "for nobody"}}},
        {"method": "GET", "path": "me/messages"},
        {"method": "POST", "path": "me/labels", "body": {"name": "a"}},
    ]
    assert sandbox.sketch(requests) == 4
    data = json.loads(re.search(r'id="data">(.*?)</script>', sandbox.preview())[1])
    assert sorted(data["rooms"]) == ["", "1", "comment_id 5_6"]
    assert data["sent"] is False
