import ast
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

import adaptor.sandbox
from adaptor.sandbox import Sandbox, SandboxError

ANA = "6543210987654321"
ROOM = Path(adaptor.sandbox.__file__).parent


def test_it_listens_on_the_loopback_interface_only_while_it_runs():
    with Sandbox() as sandbox:
        url = sandbox.url
        assert url.startswith("http://127.0.0.1:")
        assert requests.get(f"{url}/me", timeout=60).status_code == 400
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/me", timeout=60)


def test_it_leaves_no_thread_behind_although_a_connection_is_still_open(visit):
    before = set(threading.enumerate())
    caller = visit()
    caller.send({"text": "hi"})
    assert len(set(threading.enumerate()) - before) == 2
    caller.sandbox.stop()
    assert set(threading.enumerate()) <= before


def test_it_can_be_started_again_and_remembers():
    sandbox = Sandbox()
    for _ in range(2):
        with sandbox, requests.Session() as session:
            session.post(
                f"{sandbox.url}/me/messages",
                json={"recipient": {"id": ANA}, "message": {"text": "hi"}, "access_token": sandbox.access_token},
                timeout=60,
            )
    assert [message.text for message in sandbox.messages] == ["hi", "hi"]


def test_it_listens_where_it_is_told_and_says_when_it_cannot():
    with Sandbox() as one:
        port = int(one.url.rpartition(":")[2])
        with pytest.raises(SandboxError, match=f"cannot listen on port {port}"):
            Sandbox(port=port).start()
    with Sandbox(port=port) as two:
        assert two.url.endswith(f":{port}")


def test_starting_and_stopping_twice_is_harmless():
    sandbox = Sandbox()
    sandbox.start()
    url = sandbox.url
    sandbox.start()
    assert sandbox.url == url
    sandbox.stop()
    sandbox.stop()


def test_asking_for_the_url_before_the_start_says_what_to_write():
    with pytest.raises(SandboxError, match="with sandbox:"):
        Sandbox().url


def test_it_makes_a_new_recognisable_token_each_time_and_never_shows_it():
    one, two = Sandbox(), Sandbox()
    assert one.access_token.startswith("SANDBOX-")
    assert one.access_token != two.access_token
    assert one.access_token not in repr(one)


def test_it_records_what_was_sent_and_to_whom(caller):
    answer = caller.send({"text": "hi", "metadata": "m"}, messaging_type="RESPONSE", persona_id="7").json()
    caller.send({"text": "ho"}, psid="2")
    message = caller.sandbox.sent_to(ANA)[0]
    assert message.id == answer["message_id"]
    assert message.payload == {"text": "hi", "metadata": "m"}
    assert (message.psid, message.messaging_type, message.parameters) == (ANA, "RESPONSE", {"persona_id": "7"})
    assert message.at == caller.sandbox.now()
    assert len(caller.sandbox.messages) == 2


def test_it_records_requests_without_the_token_that_stood_in_the_address(caller):
    caller.get(f"/v26.0/me?access_token={caller.sandbox.access_token}")
    caller.get("/v26.0/me/nothing")
    assert [(each.method, each.path, each.status) for each in caller.sandbox.requests] == [
        ("GET", "/v26.0/me", 200),
        ("GET", "/v26.0/me/nothing", 400),
    ]
    assert caller.sandbox.access_token not in repr(caller.sandbox.requests)


def test_no_record_keeps_a_token_that_came_in_the_body(caller):
    caller.post({"recipient": {"id": ANA}, "message": {"text": "hi"}, "access_token": caller.sandbox.access_token})
    assert caller.sandbox.access_token not in repr(caller.sandbox.messages)


def test_it_records_refusals_with_the_person_who_was_meant(visit):
    caller = visit(people=[])
    caller.send({"text": "hi"})
    (refusal,) = caller.sandbox.refusals
    assert (refusal.psid, refusal.code, refusal.subcode) == (ANA, 100, 2018001)
    assert caller.sandbox.messages == []


def test_bad_settings_are_told_like_those_of_a_file():
    with pytest.raises(SandboxError, match=r"people\[0\]\.id"):
        Sandbox(people=[{"id": "Ana"}])


def test_the_room_imports_nothing_else_of_this_package():
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                top = name.split(".")[0]
                allowed = {*sys.stdlib_module_names, *(["pytest"] if path.name == "pytest_plugin.py" else [])}
                assert name.startswith("adaptor.sandbox") or top in allowed, f"{path.name}: {name}"


def test_importing_the_room_loads_none_of_its_modules():
    script = "import sys, adaptor.sandbox; print([m for m in sys.modules if m.startswith('adaptor.sandbox.')])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOM.parent.parent
    )
    assert done.stdout.strip() == "[]"


def test_the_room_shows_exactly_its_public_names():
    assert dir(adaptor.sandbox) == ["Sandbox", "SandboxError"]
    with pytest.raises(AttributeError, match="Sandbx"):
        adaptor.sandbox.Sandbx
