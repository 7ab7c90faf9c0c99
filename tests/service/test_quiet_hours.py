"""What nobody waits for is not sent in quiet hours: it waits, and nothing of it is lost or sent twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from adaptor.runner.load.triggers.quiet_hours import QuietHours
from adaptor.service.store.records import NewRun
from adaptor.service.store.store import open_service_store
from adaptor.service.worker.attempt import Settings
from adaptor.service.worker.dispatcher import Dispatcher
from adaptor.service.worker.policy import Policy
from adaptor.service.worker.quiet import quiet_until
from tests.waiting import wait_until

from .processes import PAGE, PSID, Lines, message, write_bot

OTHER = "6543210987654322"
NIGHT = QuietHours(21 * 60, 7 * 60, "UTC")
AT_NIGHT = datetime(2026, 11, 28, 23, tzinfo=UTC).timestamp()
MORNING = datetime(2026, 11, 29, 7, tzinfo=UTC).timestamp()


@pytest.fixture
def opened(tmp_path):
    """The service's store, beside the server's own."""
    found = open_service_store(str(tmp_path / ".adaptor" / "ledger.db"))
    yield found
    found.close()


def row(store, **changes):
    """Return the row of a run."""
    store.runs.queue([NewRun("r", "", "hook", "d", f"{PAGE}/{PSID}", {}, **changes)])
    return store.runs.find("r")


def test_an_answer_waits_only_where_the_file_says_so(store):
    run = row(store)
    assert quiet_until(NIGHT, run, AT_NIGHT, store.ledger.collections) is None
    assert quiet_until(NIGHT._replace(answers=True), run, AT_NIGHT, store.ledger.collections) == (MORNING, "UTC")


def test_what_nobody_waits_for_waits_by_the_zone_of_the_clinic(store):
    run = row(store, is_answer=False)
    assert quiet_until(NIGHT, run, AT_NIGHT, store.ledger.collections) == (MORNING, "UTC")
    assert quiet_until(NIGHT, run, MORNING, store.ledger.collections) is None


def test_a_run_that_nobody_has_answered_waits_by_the_zone_of_its_person(store):
    from dataclasses import replace

    run = replace(row(store), waits={"step": "ask", "arrival": 0, "facts": None})
    collections, hours = store.ledger.collections, NIGHT._replace(people="zones")
    assert quiet_until(hours, run, AT_NIGHT, collections) == (MORNING, "UTC")
    collections.set("zones", {PSID: "Asia/Manila"})
    assert quiet_until(hours, run, AT_NIGHT, collections) is None
    collections.set("zones", {PSID: {"timezone": "Africa/Nairobi"}})
    assert quiet_until(hours, run, AT_NIGHT, collections) == (MORNING - 3 * 3600, "Africa/Nairobi")
    # What is no time zone is not followed.
    collections.set("zones", {PSID: "Nairobi"})
    assert quiet_until(hours, run, AT_NIGHT, collections) == (MORNING, "UTC")


def quiet_now(zone="UTC", **more):
    """Return quiet hours in which the test runs: all day but the hour that begins twelve hours from now."""
    local = datetime.now(UTC) + timedelta(hours=12)
    return {"from": f"{(local.hour + 1) % 24}:00", "to": f"{local.hour}:00", "timezone": zone, **more}


def write(folder, sandbox, script, **more):
    write_bot(folder, sandbox, 'send_text(state.data.psid, f"You said {state.data.text}")\n')
    (folder / "all.py").write_text(script)
    steps = [
        {"id": "hook", "type": "webhook", "next": "answer"},
        {"id": "morning", "type": "cron", "cron_expression": "0 0 29 2 *", "next": "all"},
        {"id": "answer", "expression": "./answer.py"},
        {"id": "all", "expression": "./all.py"},
    ]
    (folder / "bot.json").write_text(json.dumps({"id": "bot", "steps": steps, **more}))


def broadcast_run(id_="night"):
    return NewRun(id_, "", "morning", "d", "schedule /morning", {"data": {}}, is_answer=False)


def texts(sandbox, psid=PSID):
    return [each.text for each in sandbox.sent_to(psid)]


def be_due(store):
    store.database.transact(lambda: store.database.run("UPDATE service_runs SET due = 0"))


@pytest.mark.long
def test_a_broadcast_waits_for_the_end_of_the_quiet_hours_and_an_answer_does_not(serve, sandbox, tmp_path, opened):
    write(tmp_path, sandbox, f'broadcast([{PSID!r}], send_text(state.data, "To all"))', quiet_hours=quiet_now())
    opened.runs.queue([broadcast_run()])
    server = serve()
    server.wait_for("night  It waits for the end of the quiet hours: ")
    assert server.post(message(text="Hi")) == 200
    server.wait_for("hook: succeeded")
    run = opened.runs.find("night")
    assert (run.status, run.failures) == ("queued", 0)
    assert 3600 < run.due - datetime.now(UTC).timestamp() < 13 * 3600
    assert run.error.startswith("It waits for the end of the quiet hours")
    server.stop()
    write(tmp_path, sandbox, f'broadcast([{PSID!r}], send_text(state.data, "To all"))')
    be_due(opened)
    server = serve()
    server.wait_for("morning: succeeded")
    server.stop()
    assert texts(sandbox) == ["You said Hi", "To all"]


@pytest.mark.long
def test_a_run_stops_when_quiet_hours_begin_and_is_resumed_after_them(sandbox, tmp_path, opened):
    go = str(tmp_path / "go")
    wait = f"fn(lambda state: __import__('time').sleep(0.0 if __import__('os').path.exists({go!r}) else 60) or state)"
    script = f'as_("sent", send_text({PSID!r}, "First"))\n{wait}\nsend_text({PSID!r}, "Second")\n'
    write(tmp_path, sandbox, script)
    opened.runs.queue([broadcast_run()])
    lines, hours = Lines(), {}
    settings = Settings(str(tmp_path / "bot.json"), opened.name, str(tmp_path / "credentials.json"))
    store = open_service_store(opened.name)
    dispatcher = Dispatcher(store, settings, 1, lines.add, Policy(store, lambda: hours, "", lines.add))
    dispatcher.start()
    try:
        wait_until(lambda: texts(sandbox) == ["First"])
        far = (datetime.now(UTC).hour + 12) % 24
        hours[""] = QuietHours((far + 1) % 24 * 60, far * 60, "UTC")
        lines.wait_for("It stops. It waits for the end of the quiet hours")
        wait_until(lambda: opened.runs.find("night").status == "queued")
        assert opened.runs.find("night").failures == 0
        (tmp_path / "go").touch()
        hours.clear()
        be_due(opened)
        dispatcher.wake()
        lines.wait_for("morning: succeeded")
    finally:
        dispatcher.stop()
        store.close()
    assert texts(sandbox) == ["First", "Second"]


@pytest.mark.long
def test_people_in_their_own_quiet_hours_are_not_written_to_and_the_rest_follows(serve, sandbox, tmp_path, opened):
    night = quiet_now(people="zones")
    script = f'broadcast([{PSID!r}, {OTHER!r}], send_text(state.data, "To all"), batch_size=1)'
    write(tmp_path, sandbox, script, quiet_hours=night)
    # Where it is now the one hour that is not quiet.
    awake = f"Etc/GMT{-12:+d}"
    opened.ledger.collections.set("zones", {PSID: awake})
    opened.runs.queue([broadcast_run()])
    server = serve()
    server.wait_for("It waits for the end of the quiet hours of a person")
    run = opened.runs.find("night")
    assert (run.status, run.failures) == ("queued", 0)
    assert texts(sandbox, OTHER) == []
    opened.ledger.collections.set("zones", {OTHER: awake})
    be_due(opened)
    server.wait_for("morning: succeeded")
    server.stop()
    assert (texts(sandbox), texts(sandbox, OTHER)) == (["To all"], ["To all"])
