"""Who writes STOP gets nothing that was not asked for, and whom a human answers gets no answer of the workflow."""

import json
import time

import pytest

from adaptor.service.store.store import open_service_store

from .processes import PAGE, PSID, message, write_bot

OTHER = "6543210987654322"
OUR_APP = "1020304050607080"
INBOX = 263902037430900


@pytest.fixture
def opened(database):
    """The service's store, on SQLite and PostgreSQL."""
    found = open_service_store(database)
    yield found
    found.close()


def texts(sandbox, psid=PSID):
    return [each.text for each in sandbox.sent_to(psid)]


def echo(text, seconds_ago=0.0, **content):
    """Return the echo of a message of the Page to a person."""
    item = message(text=text)
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    item["timestamp"] -= round(seconds_ago * 1000)
    item["message"].update({"is_echo": True, **content})
    return item


def write(folder, sandbox, cron_script, **more):
    write_bot(folder, sandbox, 'send_text(state.data.psid, f"You said {state.data.text}")\n', app_id=OUR_APP)
    (folder / "cron.py").write_text(cron_script)
    steps = [
        {"id": "hook", "type": "webhook", "next": "answer"},
        {"id": "morning", "type": "cron", "cron_expression": "0 0 29 2 *", "next": "all"},
        {"id": "answer", "expression": "./answer.py"},
        {"id": "all", "expression": "./cron.py"},
    ]
    (folder / "bot.json").write_text(json.dumps({"id": "bot", "steps": steps, **more}))


@pytest.mark.long
def test_stop_is_honoured_by_broadcasts_and_cron_and_start_takes_it_back(serve, sandbox, tmp_path, database, opened):
    script = (
        f'each({[PSID, OTHER]!r}, send_text(state.data, "One by one"))\n'
        f'broadcast({[PSID, OTHER]!r}, send_text(state.data, "To all"))\n'
    )
    write(tmp_path, sandbox, script, stop_words={"en": ["stop"], "sw": ["acha"]}, start_words=["start"])
    server = serve("--workers", "1", "--database", database)
    server.wait_for("Serving")
    assert server.post(message(text="Acha!")) == 200
    server.wait_for("on the stop list")
    server.wait_for("hook: succeeded")
    # They get the answer to what they wrote.
    assert texts(sandbox) == ["You said Acha!"]

    def moment_comes(count):
        opened.schedules.served("bot", "", "morning")
        opened.database.run("UPDATE service_schedules SET served = 0")
        server.stop()
        again = serve("--workers", "1", "--database", database)
        again.wait_for("morning: succeeded", count)
        return again

    server = moment_comes(1)
    assert texts(sandbox)[1:] == []
    assert texts(sandbox, OTHER) == ["One by one", "To all"]
    run = next(each for each in opened.runs.newest() if each.start == "morning")
    assert opened.ledger.writes.counts(run.id) == {"sent": 2, "skipped": 2}
    skipped = [each.write.recipient for each in opened.ledger.writes.records(run.id) if each.outcome == "skipped"]
    assert skipped == [PSID, PSID]
    assert server.post(message(text="START")) == 200
    server.wait_for("off the stop list")
    server.wait_for("hook: succeeded")
    server = moment_comes(1)
    server.stop()
    assert texts(sandbox)[2:] == ["One by one", "To all"]


@pytest.mark.long
def test_a_human_in_the_inbox_pauses_the_workflow_for_that_person_alone(serve, sandbox, tmp_path, database, opened):
    write(tmp_path, sandbox, "log(1)\n", pause="30m")
    server = serve("--workers", "1", "--database", database)
    # What the workflow itself has sent, and what a job has marked, pauses nothing.
    assert server.post(echo("Ours", app_id=int(OUR_APP)), echo("Ours", metadata="mine", app_id=OUR_APP)) == 200
    assert server.post(message(text="1")) == 200
    server.wait_for("hook: succeeded")
    assert server.post(echo("A human", app_id=INBOX)) == 200
    server.wait_for("a human has answered: paused for 1,800 s")
    assert server.post(message(text="2"), message(OTHER, "3")) == 200
    server.wait_for("a human answers this person: nothing is started")
    server.wait_for("hook: succeeded", 2)
    later = message(text="4")
    later["timestamp"] += 1_801_000
    assert server.post(later) == 200
    server.wait_for("hook: succeeded", 3)
    server.stop()
    assert (texts(sandbox), texts(sandbox, OTHER)) == (["You said 1", "You said 4"], ["You said 3"])
    assert sorted(run.status for run in opened.runs.newest()) == ["cancelled", "succeeded", "succeeded", "succeeded"]


def test_answers_that_have_not_begun_are_cancelled_when_a_human_answers_first(opened):
    from dataclasses import replace

    from adaptor.service.inbox.facts import events_in
    from adaptor.service.store.records import NewRun, Stored
    from adaptor.service.store.retention import forget_older

    def arrival(item, **changes):
        (found,) = events_in({"object": "page", "entry": [{"id": PAGE, "messaging": [item]}]})
        run = NewRun(f"run-{found.mid}", "", "hook", "d", found.person, {})
        return replace(found, **changes), [] if found.facts["is_echo"] else [run]

    assert opened.events.store([arrival(message(mid="a")), arrival(message(OTHER, mid="b"))]) == [Stored.NEW] * 2
    opened.runs.queue([NewRun("cron", "", "morning", "d", f"{PAGE}/{PSID}", {}, is_answer=False)])
    opened.events.store([arrival(echo("A human", 60, app_id=INBOX), pauses=90.0)])
    assert {run.id: run.status for run in opened.runs.newest()} == {
        "run-a": "cancelled",
        "run-b": "queued",
        "cron": "queued",
    }
    assert opened.events.store([arrival(message(mid="c")), arrival(message(mid="c"))]) == [Stored.PAUSED, Stored.BEFORE]
    # A pause that is over is forgotten, a stop never.
    opened.events.store([arrival(message(mid="d"), stops=True)])
    opened.database.run("UPDATE service_pauses SET ends = ?", (time.time() - 1,))
    forget_older(opened.database, 0)
    assert opened.database.run("SELECT count(*) FROM service_pauses").fetchone()[0] == 0
    assert opened.people.is_stopped(PAGE, PSID) is True
