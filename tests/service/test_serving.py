"""The service as a whole: what comes in is answered, once, whatever is killed and whenever."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter

import pytest
import requests

from adaptor.service.store.records import SUCCEEDED
from adaptor.service.store.store import open_service_store
from tests.waiting import wait_until

from .processes import PSID, SECRET, TOKEN, body_of, children_of, family_of, message, signed, write_bot

ANSWER = 'send_text(state.data.psid, f"You said {state.data.text}")\n'


@pytest.fixture
def store(tmp_path):
    """The service's store, beside the server's own."""
    opened = open_service_store(str(tmp_path / ".adaptor" / "ledger.db"))
    yield opened
    opened.close()


def texts(sandbox, psid=PSID):
    return [each.text for each in sandbox.sent_to(psid)]


@pytest.mark.long
def test_a_signed_message_is_answered_and_a_redelivery_is_not(serve, sandbox, tmp_path):
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve()
    again = message(text="Hi")
    assert [server.post(again), server.post(again, message(text="Bye")), server.post(again)] == [200] * 3
    server.wait_for("succeeded", 2)
    assert server.stop() == 0
    assert texts(sandbox) == ["You said Hi", "You said Bye"]
    assert not any("Traceback" in line or SECRET in line or sandbox.access_token in line for line in server.lines)


@pytest.mark.long
def test_nothing_unsigned_runs_and_only_the_right_handshake_is_answered(serve, sandbox, tmp_path, store):
    write_bot(tmp_path, sandbox, ANSWER, previous_app_secret="the-one-before")
    server = serve()
    body = body_of(message())
    assert requests.post(server.url, data=body, timeout=60).status_code == 403
    assert requests.post(server.url, data=body + b" ", headers=signed(body), timeout=60).status_code == 403
    assert server.post(message(), secret="another") == 403
    assert server.post(message(), secret="the-one-before") == 200
    query = {"hub.mode": "subscribe", "hub.challenge": "17", "hub.verify_token": TOKEN}
    right = requests.get(server.url, params=query, timeout=60)
    assert (right.status_code, right.text) == (200, "17")
    assert requests.get(server.url, params={**query, "hub.verify_token": "x"}, timeout=60).status_code == 403
    home = server.url.removesuffix("/webhook")
    server.wait_for("succeeded")
    assert requests.get(f"{home}/healthz", timeout=60).status_code == 200
    assert requests.get(f"{home}/readyz", timeout=60).json() == {"ready": True, "problems": []}
    assert store.events.count() == 1


@pytest.mark.long
def test_what_was_stored_is_answered_after_a_kill_of_the_server(serve, sandbox, tmp_path):
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve()
    ready = server.url.replace("webhook", "readyz")
    wait_until(lambda: requests.get(ready, timeout=60).json()["ready"])
    # No worker takes a run: the server dies between storage and answer.
    suspended = family_of(server.process.pid)[1:]
    for pid in suspended:
        os.kill(pid, signal.SIGSTOP)
    for number in range(5):
        assert server.post(message(text=f"{number}")) == 200
    server.kill()
    for pid in suspended:
        os.kill(pid, signal.SIGKILL)
    again = serve()
    again.wait_for("succeeded", 5)
    again.stop()
    assert texts(sandbox) == [f"You said {number}" for number in range(5)]


@pytest.mark.long
def test_a_run_whose_server_was_killed_is_resumed_and_sends_nothing_twice(serve, sandbox, tmp_path, store):
    script = (
        'fn(lambda state: {**state, "psid": state["data"]["psid"]})\n'
        'each(list(range(30)), execute(as_("sent", send_text(state.psid, f"Part {state.data}")), '
        'fn(lambda state: __import__("time").sleep(0.02) or state)))\n'
    )
    write_bot(tmp_path, sandbox, script)
    server = serve()
    assert server.post(message()) == 200
    wait_until(lambda: len(texts(sandbox)) >= 5)
    server.kill()
    assert 5 <= len(texts(sandbox)) < 30
    again = serve()
    again.wait_for(r"hook: (succeeded|failed)")
    again.stop()
    counts = Counter(texts(sandbox))
    (run,) = store.runs.newest()
    # One may have been in flight: it is unknown then, and was not sent again.
    assert set(counts.values()) == {1}
    assert len(counts) == 30 or (len(counts) == 29 and run.status != SUCCEEDED)
    assert run.epoch == 2


@pytest.mark.long
def test_a_run_whose_worker_was_killed_is_resumed_by_another(serve, sandbox, tmp_path, store):
    script = (
        'as_("sent", send_text(state.data.psid, "First"))\n'
        "fn(lambda state: __import__('time').sleep(0.0 if __import__('os').path.exists('go') else 60) or state)\n"
        'send_text(state.data.psid, "Second")\n'
    )
    write_bot(tmp_path, sandbox, script)
    server = serve("--workers", "1")
    assert server.post(message()) == 200
    server.wait_for(r"as_\s+1 sent")
    (tmp_path / "go").touch()
    for pid in children_of(server.process.pid):
        os.kill(pid, signal.SIGKILL)
    server.wait_for("succeeded")
    server.stop()
    assert texts(sandbox) == ["First", "Second"]
    (run,) = store.runs.newest()
    assert (run.status, run.epoch, run.failures) == (SUCCEEDED, 2, 1)


@pytest.mark.long
def test_the_messages_of_a_person_are_answered_in_their_order(serve, sandbox, tmp_path):
    script = (
        'fn(lambda state: __import__("time").sleep(0.2 if state["data"]["text"] == "0" else 0) or state)\n' + ANSWER
    )
    write_bot(tmp_path, sandbox, script)
    server = serve("--workers", "3")
    people = [PSID, "6543210987654322", "6543210987654323"]
    assert server.post(*(message(psid, str(number)) for number in range(4) for psid in people)) == 200
    server.wait_for("succeeded", 12)
    server.stop()
    for psid in people:
        assert texts(sandbox, psid) == [f"You said {number}" for number in range(4)]


@pytest.mark.long
def test_a_run_is_handed_back_when_the_service_stops(serve, sandbox, tmp_path, store):
    script = (
        "fn(lambda state: __import__('time').sleep(0.0 if __import__('os').path.exists('go') else 60) or state)\n"
        + ANSWER
    )
    write_bot(tmp_path, sandbox, script)
    server = serve("--workers", "1")
    assert server.post(message(text="Hi")) == 200
    wait_until(lambda: store.runs.count_open()["running"])
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: server.process.poll() is None and is_closed(server.url))
    # The second signal says that nobody wants to wait for the run.
    assert server.stop() == 0
    (run,) = store.runs.newest()
    assert (run.status, run.failures) == ("queued", 0)
    (tmp_path / "go").touch()
    again = serve("--workers", "1")
    again.wait_for("succeeded")
    assert texts(sandbox) == ["You said Hi"]


@pytest.mark.long
def test_a_run_that_fails_by_something_that_passes_is_tried_again(serve, sandbox, tmp_path, store):
    write_bot(tmp_path, sandbox, ANSWER, max_retries=0)
    sandbox.faults.next(613, on="messages")
    server = serve("--workers", "1")
    assert server.post(message(text="Hi")) == 200
    server.wait_for("It goes on in 2 s")
    server.wait_for("succeeded")
    assert texts(sandbox) == ["You said Hi"]
    assert store.runs.newest()[0].failures == 1


@pytest.mark.long
def test_the_echo_of_a_message_whose_answer_was_lost_settles_it(serve, start_sandbox, tmp_path, store):
    sandbox = start_sandbox(app_secret=SECRET)
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve("--workers", "1")
    sandbox.webhooks.hold()
    sandbox.subscribe(server.url, verify_token=TOKEN)
    sandbox.faults.next("lost", on="messages", delivered=True)
    assert server.post(message(text="Hi")) == 200
    server.wait_for(r"hook: failed\. Messages: 1 unknown")
    (run,) = store.runs.newest()
    assert store.ledger.writes.counts(run.id) == {"unknown": 1}
    sandbox.webhooks.release()
    assert sandbox.webhooks.wait()
    assert store.ledger.writes.counts(run.id) == {"sent": 1}
    (write,) = store.ledger.writes.records(run.id)
    assert write.result["message_id"] == sandbox.messages[0].id
    assert server.stop() == 0


@pytest.mark.long
def test_webhooks_that_come_twice_in_batches_and_out_of_order_are_answered_once(serve, start_sandbox, tmp_path):
    sandbox = start_sandbox(app_secret=SECRET)
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve()
    sandbox.subscribe(server.url, verify_token=TOKEN)
    sandbox.webhooks.duplicates, sandbox.webhooks.disorder, sandbox.webhooks.batch = 0.5, 4, 3
    people = [sandbox.add_person(str(6_000_000_000_000_000 + number)).id for number in range(3)]
    for number in range(4):
        for psid in people:
            sandbox.person_writes(psid, f"{number}")
    server.wait_for("succeeded", 12)
    assert sandbox.webhooks.wait()
    server.stop()
    for psid in people:
        assert sorted(texts(sandbox, psid)) == [f"You said {number}" for number in range(4)]


@pytest.mark.long
def test_a_run_that_failed_is_listed_and_goes_on_when_it_is_retried(serve, forks, sandbox, tmp_path, store):
    script = (
        'as_("sent", send_text(state.data.psid, "First"))\n'
        "fn(lambda state: state if __import__('os').path.exists('go') else 1 / 0)\n" + ANSWER
    )
    write_bot(tmp_path, sandbox, script)
    server = serve("--workers", "1")
    assert server.post(message(text="Hi")) == 200
    server.wait_for("hook: failed")
    listed = forks.run(["runs", "queue", "--status", "failed"], cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    (run,) = store.runs.newest()
    assert run.id in listed.stdout
    assert "ZeroDivisionError" in listed.stdout
    assert PSID not in listed.stdout
    (tmp_path / "go").touch()
    assert forks.run(["runs", "retry", run.id], cwd=tmp_path).returncode == 0
    server.wait_for("hook: succeeded")
    server.stop()
    assert texts(sandbox) == ["First", "You said Hi"]
    for words, expected in ((["retry", run.id], "is succeeded"), (["cancel", "x"], "has no run `x`")):
        done = forks.run(["runs", *words], cwd=tmp_path)
        assert (done.returncode, expected in done.stderr) == (2, True), done.stderr


@pytest.mark.long
def test_a_run_that_never_ends_is_killed_and_others_are_answered(serve, sandbox, tmp_path, store):
    script = (
        'fn(lambda state: sum(iter(int, 1)) if state["data"]["text"] == "loop" else state)\n'
        'fn(lambda state: bytearray(900_000_000) and state if state["data"]["text"] == "memory" else state)\n'
        'fn(lambda state: 1 / 0 if state["data"]["text"] == "raise" else state)\n'
        'fn(lambda state: __import__("os")._exit(0) if state["data"]["text"] == "exit" else state)\n'
        'fn(lambda state: __import__("signal").raise_signal(15) if state["data"]["text"] == "signal" else state)\n'
        + ANSWER
    )
    write_bot(tmp_path, sandbox, script)
    server = serve("--workers", "1", "--run-timeout", "5", "--memory-limit", "256")
    assert server.post(*(message(text=text) for text in ("loop", "memory", "raise", "exit", "signal", "fine"))) == 200
    server.wait_for("succeeded")
    server.stop()
    found = [run.status for run in reversed(store.runs.newest())]
    assert found == ["killed", "killed", "failed", "killed", "killed", "succeeded"]
    assert texts(sandbox) == ["You said fine"]


@pytest.mark.parametrize(
    ("words", "credentials", "expected"),
    [
        ([], {"app_secret": None}, "anybody could send webhooks in Meta's name"),
        (["--unsigned"], {}, "--unsigned does not go with"),
        (["--database", "mysql://x"], {}, "kept in a database of the kind"),
    ],
)
def test_what_cannot_be_served_safely_is_refused(forks, sandbox, tmp_path, words, credentials, expected):
    write_bot(tmp_path, sandbox, ANSWER, **credentials)
    done = forks.run(["serve", "bot.json", "-c", "credentials.json", "--port", "0", *words], cwd=tmp_path)
    assert done.returncode == 2
    assert expected in done.stderr


def is_closed(url):
    try:
        requests.get(url, timeout=60)
    except requests.ConnectionError:
        return True
    return False


@pytest.mark.long
def test_a_moment_that_was_missed_is_served_after_the_start(serve, sandbox, tmp_path, store):
    write_bot(tmp_path, sandbox, f'send_text("{PSID}", f"It is {{state.data.moment}}")\n')
    bot = json.loads((tmp_path / "bot.json").read_text())
    bot["steps"][0] = {"id": "clock", "type": "cron", "cron_expression": "0 * * * *", "next": "answer"}
    (tmp_path / "bot.json").write_text(json.dumps(bot))
    store.schedules.served("bot", "", "clock")
    store.database.run("UPDATE service_schedules SET served = served - 7200")
    server = serve("--workers", "1")
    server.wait_for("clock: succeeded")
    server.stop()
    (text,) = texts(sandbox)
    assert text.startswith("It is 20")
