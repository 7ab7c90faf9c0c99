"""A run that has asked goes on when the person answers or the time is over, in another process and after a kill."""

import json
import os
import signal

import pytest

from adaptor.service.store.store import open_service_store
from tests.waiting import wait_until

from .processes import PSID, children_of, family_of, kill_all, message, write_bot


@pytest.fixture
def opened(database):
    """The service's store, on SQLite and PostgreSQL."""
    found = open_service_store(database)
    yield found
    found.close()


def texts(sandbox, psid=PSID):
    return [each.text for each in sandbox.sent_to(psid)]


def write(folder, sandbox, within="2d"):
    write_bot(folder, sandbox, "log(1)\n")
    waits = {"on": "reply", "within": within}
    steps = [
        {"id": "hook", "type": "webhook", "next": "name"},
        {
            "id": "name",
            "expression": 'send_text(state.data.psid, "Your name?")\nfn(lambda state: {**state, "kept": 7})',
            "next": {"age": waits, "late": {"on": "no_reply"}},
        },
        {
            "id": "age",
            "expression": 'send_text(state.data.psid, f"{state.data.text}, your age?")',
            "next": {"bye": waits, "late": {"on": "no_reply"}},
        },
        {"id": "bye", "expression": 'send_text(state.data.psid, f"{state.data.text} it is, {state.kept}.")'},
        {"id": "late", "expression": 'send_text(state.data.recipient_id, "Never mind.")'},
    ]
    (folder / "bot.json").write_text(json.dumps({"id": "bot", "steps": steps}))


@pytest.mark.long
def test_a_dialogue_goes_on_in_one_run_after_a_kill_and_on_another_server(serve, sandbox, tmp_path, database, opened):
    write(tmp_path, sandbox)
    server = serve("--workers", "1", "--database", database)
    assert server.post(message(text="Hi")) == 200
    server.wait_for("hook: waits for an answer")
    (run,) = opened.runs.newest()
    assert (run.status, run.holder) == ("waiting", None)
    server.kill()
    server = serve("--workers", "1", "--database", database)
    again = message(text="Ana")
    assert [server.post(again), server.post(again)] == [200, 200]
    server.wait_for("hook: waits for an answer")
    assert server.post(message(text="30")) == 200
    server.wait_for("hook: succeeded")
    assert texts(sandbox) == ["Your name?", "Ana, your age?", "30 it is, 7."]
    assert [each.status for each in opened.runs.newest()] == ["succeeded"]
    # The dialogue is over: the next message starts a new one.
    assert server.post(message(text="Hi")) == 200
    server.wait_for("hook: waits for an answer", 2)
    assert server.stop() == 0
    assert len(opened.runs.newest()) == 2


@pytest.mark.long
def test_a_run_goes_on_without_an_answer_when_the_time_is_over(serve, sandbox, tmp_path, database, opened):
    write(tmp_path, sandbox, within="1s")
    server = serve("--workers", "1", "--database", database)
    assert server.post(message(text="Hi")) == 200
    server.wait_for("Nobody has answered in time")
    server.wait_for("hook: succeeded")
    assert server.stop() == 0
    assert texts(sandbox) == ["Your name?", "Never mind."]


@pytest.mark.long
def test_a_worker_that_is_killed_after_the_answer_asks_nothing_twice(serve, sandbox, tmp_path, database, opened):
    write(tmp_path, sandbox)
    bot = json.loads((tmp_path / "bot.json").read_text())
    wait = "fn(lambda state: __import__('time').sleep(0.0 if __import__('os').path.exists('go') else 60) or state)\n"
    bot["steps"][2]["expression"] = f'as_("sent", {bot["steps"][2]["expression"]})\n{wait}'
    (tmp_path / "bot.json").write_text(json.dumps(bot))
    server = serve("--workers", "1", "--database", database)
    assert server.post(message(text="Hi")) == 200
    server.wait_for("hook: waits for an answer")
    assert server.post(message(text="Ana")) == 200
    server.wait_for(r"as_\s+1 sent")
    # What is written while the run goes on is the next answer.
    assert server.post(message(text="30")) == 200
    (tmp_path / "go").touch()
    for pid in children_of(server.process.pid):
        os.kill(pid, signal.SIGKILL)
    server.wait_for("hook: succeeded")
    assert server.stop() == 0
    assert texts(sandbox) == ["Your name?", "Ana, your age?", "30 it is, 7."]
    assert sorted(each.status for each in opened.runs.newest()) == ["cancelled", "succeeded"]


@pytest.mark.long
def test_a_question_of_which_nobody_knows_whether_it_arrived_waits_for_its_answer(
    serve, sandbox, tmp_path, database, opened
):
    write(tmp_path, sandbox)
    # The question arrives, and the worker is killed before it hears of that.
    sandbox.faults.next("slow", seconds=60, on="messages")
    server = serve("--workers", "1", "--database", database)
    assert server.post(message(text="Hi")) == 200
    wait_until(lambda: texts(sandbox))
    kill_all(family_of(server.process.pid)[1:])
    server.wait_for("hook: waits for an answer")
    assert server.post(message(text="Ana")) == 200
    server.wait_for("hook: waits for an answer", 2)
    assert server.post(message(text="30")) == 200
    server.wait_for("hook: failed")
    assert server.stop() == 0
    assert texts(sandbox) == ["Your name?", "Ana, your age?", "30 it is, 7."]
    # The end says that one message is unknown.
    (run,) = opened.runs.newest()
    assert (run.status, opened.ledger.writes.counts(run.id)) == ("failed", {"sent": 2, "unknown": 1})


ASK = """
id: ask
steps:
  - {id: name, expression: 'send_text(state.data.psid, "Your name?")', next: {hello: {on: reply, within: 2d}}}
  - {id: hello, expression: 'send_text(state.data.psid, f"Hello {state.data.text}.")'}
"""


@pytest.mark.long
def test_a_run_by_hand_is_answered_on_the_command_line_at_once_or_when_it_is_resumed(forks, sandbox, tmp_path):
    write_bot(tmp_path, sandbox, "log(1)\n")
    (tmp_path / "ask.yaml").write_text(ASK)
    (tmp_path / "s.json").write_text(json.dumps({"data": {"psid": PSID}}))
    words = ["run", "ask.yaml", "-c", "credentials.json"]
    assert forks.run([*words, "-s", "s.json", "--reply", "Ana"], cwd=tmp_path).returncode == 0
    assert texts(sandbox) == ["Your name?", "Hello Ana."]
    waiting = forks.run([*words, "-s", "s.json", "--fresh"], cwd=tmp_path)
    assert (waiting.returncode, "name" in waiting.stderr) == (0, True)
    assert "waits for an answer" in waiting.stderr
    # Nobody has answered: it goes on waiting.
    assert "waits for an answer" in forks.run([*words, "--resume", "last"], cwd=tmp_path).stderr
    resumed = forks.run([*words, "--resume", "last", "--reply", "Ben"], cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert texts(sandbox)[2:] == ["Your name?", "Hello Ben."]


def test_a_reply_by_hand_can_be_a_tap(forks, sandbox, tmp_path):
    write_bot(tmp_path, sandbox, "log(1)\n")
    (tmp_path / "ask.yaml").write_text(
        ASK.replace("Hello {state.data.text}", "{state.data.payload} {state.data.event}")
    )
    (tmp_path / "s.json").write_text(json.dumps({"data": {"psid": PSID}}))
    words = ["run", "ask.yaml", "-c", "credentials.json", "-s", "s.json", "--fresh", "--reply"]
    taps = {"quick_reply": "YES", "text": "Yes"}, {"payload": "MENU", "text": "Menu"}
    for tap in taps:
        done = forks.run([*words, json.dumps(tap)], cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert texts(sandbox)[1::2] == ["YES messages.", "MENU messaging_postbacks."]
    wrong = forks.run([*words, '{"payoad": "YES"}'], cwd=tmp_path)
    assert wrong.returncode == 2
    assert "payload" in wrong.stderr
