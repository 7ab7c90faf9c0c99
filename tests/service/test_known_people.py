"""What the service knows of people reaches the sends of its runs: no call for whom it is too late."""

import json
import os
import signal
import time

import pytest

from adaptor.service.store.store import open_service_store

from .processes import PAGE, PSID, children_of, message, write_bot

LATE = "6543210987654322"
UNKNOWN = "6543210987654323"
DAY = 86_400


@pytest.fixture
def store(tmp_path):
    """The service's store, beside the server's own."""
    opened = open_service_store(str(tmp_path / ".adaptor" / "ledger.db"))
    yield opened
    opened.close()


def wrote(seconds_ago, psid=PSID, **content):
    """Return a message of a person as an event, so many seconds old."""
    return {**message(psid, **content), "timestamp": round((time.time() - seconds_ago) * 1000)}


def texts(sandbox, psid=PSID):
    return [each.text for each in sandbox.sent_to(psid)]


def write_cron(folder, sandbox, script, **more):
    """Write a bot whose script runs by a cron trigger, and by each message that says `now`."""
    write_bot(folder, sandbox, script)
    steps = [
        {"id": "hook", "type": "webhook", "filter": {"text": "now"}, "next": "answer"},
        {"id": "morning", "type": "cron", "cron_expression": "0 0 29 2 *", "next": "answer"},
        {"id": "answer", "expression": "./answer.py"},
    ]
    (folder / "bot.json").write_text(json.dumps({"id": "bot", "steps": steps, **more}))


def moment_has_come(store):
    """Let a moment of the cron trigger have been missed: it is served at once."""
    store.schedules.served("bot", "", "morning")
    store.database.run("UPDATE service_schedules SET served = 0")


@pytest.mark.long
def test_a_message_that_comes_too_late_makes_no_call_and_its_handler_gets_it(serve, sandbox, tmp_path):
    script = (
        'send_text(state.data.psid, "late")'
        '.catch(WindowClosed, send_text(state.data.psid, "tagged", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT"))\n'
    )
    write_bot(tmp_path, sandbox, script)
    server = serve("--workers", "1")
    assert server.post(wrote(3 * DAY)) == 200
    server.wait_for("succeeded")
    assert server.post(wrote(60)) == 200
    server.wait_for("succeeded", 2)
    assert server.stop() == 0
    assert texts(sandbox) == ["tagged", "late"]
    assert len([each for each in sandbox.requests if each.path.endswith("/messages")]) == 2


@pytest.mark.long
def test_a_broadcast_started_by_cron_makes_no_call_for_whom_it_is_too_late(serve, sandbox, tmp_path, store):
    script = f'broadcast({[PSID, LATE, UNKNOWN]!r}, send_text(state.data, "Hello"))\n'
    write_cron(tmp_path, sandbox, script)
    moment_has_come(store)
    for psid, seconds in ((PSID, 60), (LATE, 2 * DAY)):
        store.database.run("INSERT INTO service_people VALUES (?, ?, ?)", (PAGE, psid, time.time() - seconds))
    server = serve("--workers", "1")
    server.wait_for(r"morning: succeeded")
    assert server.stop() == 0
    # Of the third nothing is known: Meta decides.
    assert (texts(sandbox), texts(sandbox, LATE), texts(sandbox, UNKNOWN)) == (["Hello"], [], ["Hello"])
    (run,) = store.runs.newest()
    assert store.ledger.writes.counts(run.id) == {"sent": 2}


@pytest.mark.long
def test_what_was_sent_in_time_is_not_refused_when_its_run_is_resumed_too_late(serve, sandbox, tmp_path, store):
    script = (
        'as_("sent", send_text(state.data.psid, "First"))\n'
        "fn(lambda state: __import__('time').sleep(0.0 if __import__('os').path.exists('go') else 60) or state)\n"
        'send_text(state.data.psid, "Second")\n'
    )
    write_bot(tmp_path, sandbox, script)
    server = serve("--workers", "1")
    assert server.post(message()) == 200
    server.wait_for(r"as_\s+1 sent")
    store.database.run("UPDATE service_people SET last_message = last_message - 90000")
    (tmp_path / "go").touch()
    for pid in children_of(server.process.pid):
        os.kill(pid, signal.SIGKILL)
    server.wait_for("hook: failed")
    server.stop()
    assert texts(sandbox) == ["First"]
    assert "The person last wrote" in store.runs.newest()[0].error
