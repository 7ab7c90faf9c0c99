"""Two servers on one PostgreSQL: they share the runs, and one goes on with what the other has left."""

from __future__ import annotations

import json
import os
import signal

import pytest

from adaptor.service.store.records import SUCCEEDED, NewRun
from adaptor.service.store.store import open_service_store
from tests.waiting import wait_until

from .processes import PSID, family_of, message, write_bot

SCRIPT = """
def wait_for_go(state):
    import os, time

    while not os.path.exists("go"):
        time.sleep(0.02)
    return state


as_("sent", send_text(state.data.psid, f"{state.data.text} first"))
fn(wait_for_go)
send_text(state.data.psid, f"{state.data.text} second")
"""


@pytest.fixture
def store(fresh_postgresql):
    opened = open_service_store(fresh_postgresql)
    yield opened
    opened.close()


@pytest.mark.long
def test_a_run_of_a_killed_server_is_finished_by_the_other_one(serve, sandbox, tmp_path, store, fresh_postgresql):
    write_bot(tmp_path, sandbox, SCRIPT)
    first = serve("--workers", "1", "--database", fresh_postgresql)
    assert first.post(message(text="1")) == 200
    first.wait_for(r"as_\s+1 sent")
    other = serve("--workers", "1", "--database", fresh_postgresql)
    # The person's next message waits for the run that the first server holds.
    assert other.post(message(text="2"), message("6543210987654322", text="3")) == 200
    other.wait_for(r"as_\s+1 sent")
    family = family_of(first.process.pid)
    first.kill()
    # Otherwise its run could be in the middle of its second message.
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in family))
    (tmp_path / "go").touch()
    other.wait_for("succeeded", 3)
    assert other.stop() == 0
    sent = [each.text for each in sandbox.sent_to(PSID)]
    assert sent == ["1 first", "1 second", "2 first", "2 second"]
    assert [run.status for run in store.runs.newest()] == [SUCCEEDED] * 3


@pytest.mark.long
def test_an_event_that_both_get_is_answered_once(serve, sandbox, tmp_path, store, fresh_postgresql):
    write_bot(tmp_path, sandbox, 'send_text(state.data.psid, f"{state.data.text}")\n')
    servers = [serve("--workers", "1", "--database", fresh_postgresql) for _ in range(2)]
    events = [message(text=f"{number}") for number in range(6)]
    for event in events:
        for server in servers:
            assert server.post(event) == 200
    wait_until(lambda: not any(store.runs.count_open().values()))
    assert [each.text for each in sandbox.sent_to(PSID)] == [f"{number}" for number in range(6)]


@pytest.mark.long
def test_a_server_that_was_suspended_past_its_lease_sends_nothing_when_it_wakes(
    serve, sandbox, tmp_path, store, fresh_postgresql
):
    write_bot(tmp_path, sandbox, SCRIPT)
    first = serve("--workers", "1", "--database", fresh_postgresql)
    assert first.post(message(text="1")) == 200
    first.wait_for(r"as_\s+1 sent")
    suspended = family_of(first.process.pid)
    for pid in suspended:
        os.kill(pid, signal.SIGSTOP)
        # As if a minute had passed without a renewal.
        store.database.run("UPDATE holders SET expires = expires - 61 WHERE process LIKE ?", (f"{pid}@%",))
    other = serve("--workers", "1", "--database", fresh_postgresql)
    (tmp_path / "go").touch()
    other.wait_for("succeeded")
    for pid in suspended:
        os.kill(pid, signal.SIGCONT)
    first.wait_for("Another process has taken it over")
    assert [each.text for each in sandbox.sent_to(PSID)] == ["1 first", "1 second"]
    assert store.runs.newest()[0].status == SUCCEEDED


@pytest.mark.long
def test_two_files_on_one_database_leave_each_others_runs_alone(serve, sandbox, tmp_path, store, fresh_postgresql):
    write_bot(tmp_path, sandbox, 'send_text(state.data.psid, "of a")\n')
    bot = json.loads((tmp_path / "bot.json").read_text())
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        of = {**bot, "id": name}
        (tmp_path / name / "bot.json").write_text(json.dumps(of))
        (tmp_path / name / "answer.py").write_text(f'send_text(state.data.psid, "of {name}")\n')
    words = ("--database", fresh_postgresql, "--workers", "1")
    first = serve(*words, command=("serve", "a/bot.json", "-c", "credentials.json"))
    assert first.post(message(text="1")) == 200
    first.wait_for("succeeded")
    # A run of a service that has been stopped is left to it, too.
    store.runs.queue([NewRun("left", "", "hook", "digest", f"10/{PSID}", {"data": {"psid": PSID}}, project="a")])
    first.kill()
    store.database.run(
        "UPDATE service_runs SET status = 'queued', holder = NULL, is_open = 1, due = 1 WHERE id = 'left'"
    )
    other = serve(*words, command=("serve", "b/bot.json", "-c", "credentials.json"))
    assert other.post(message("6543210987654322", text="2")) == 200
    other.wait_for("succeeded")
    other.wait_for("1 run waits for the service of `a`, which is another file")
    assert {each.payload["text"] for each in sandbox.sent_to(PSID)} == {"of a"}
    assert [each.payload["text"] for each in sandbox.sent_to("6543210987654322")] == ["of b"]
