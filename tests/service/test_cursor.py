"""A run of a schedule begins with what the last one left: its final state, or the output of one of its steps."""

from __future__ import annotations

import json
import stat

import pytest

from adaptor.service.store.records import NewRun
from adaptor.service.store.retention import forget_older
from adaptor.service.store.store import open_service_store
from tests.waiting import wait_until

from .processes import write_bot


@pytest.fixture
def opened(tmp_path):
    """The service's store, beside the server's own."""
    found = open_service_store(str(tmp_path / ".adaptor" / "ledger.db"))
    found.schedules.served("bot", "", "cron")
    yield found
    found.close()


#: Writes what the run begins with, counts, and leaves something.
COUNT = """
fn(lambda state: open("seen.jsonl", "a").write(__import__("json").dumps(
    {key: state[key] for key in state if key not in ("configuration", "response")}) + "\\n") and state)
fn(lambda state: {**state, "cursor": state.get("cursor", 0) + 1, "data": {"rows": [1]}})
"""
FAIL = "fn(lambda state: 1 / 0 if __import__('os').path.exists('fail') else {**state, 'cursor': 100})\n"


def write(folder, sandbox, steps, **trigger):
    write_bot(folder, sandbox, "log(1)\n")
    cron = {"id": "cron", "type": "cron", "cron_expression": "0 0 29 2 *", "next": "count", **trigger}
    (folder / "bot.json").write_text(json.dumps({"id": "bot", "steps": [cron, *steps]}))


@pytest.fixture
def seen(serve, tmp_path, opened):
    """Let the schedule come so often; return what its runs began with."""

    def perform(count):
        server = serve("--workers", "1")
        for number in range(count):
            moment = {"data": {"event": "cron", "moment": f"{number}"}}
            opened.runs.queue(
                [NewRun(f"c{number}", "", "cron", "d", "schedule /cron", moment, is_answer=False, project="bot")]
            )
        server.wait_for("cron: (succeeded|failed)", count)
        server.stop()
        return [json.loads(line) for line in (tmp_path / "seen.jsonl").read_text().splitlines()]

    return perform


@pytest.mark.long
def test_a_run_begins_with_the_final_state_of_the_last_one(sandbox, tmp_path, seen):
    write(tmp_path, sandbox, [{"id": "count", "expression": COUNT}])
    first, second, third = seen(3)
    assert first == {"data": {"event": "cron", "moment": "0"}}
    # The earlier `data` is in `references`, and these do not grow from run to run.
    assert second == {"data": {"event": "cron", "moment": "1"}, "cursor": 1, "references": [{"rows": [1]}]}
    assert third == {"data": {"event": "cron", "moment": "2"}, "cursor": 2, "references": [{"rows": [1]}]}


@pytest.mark.long
def test_a_secret_comes_back_and_is_not_stored(sandbox, tmp_path, seen, opened):
    keep = """
fn(lambda state: open("same", "a").write(f"{state.get('kept') == state['configuration']['access_token']} ") and state)
fn(lambda state: open("seen.jsonl", "a").write("1\\n") and {**state, "kept": state["configuration"]["access_token"]})
"""
    write(tmp_path, sandbox, [{"id": "count", "expression": keep}])
    seen(3)
    assert (tmp_path / "same").read_text() == "False True True "
    assert sandbox.access_token not in str(opened.schedules.state("bot", "", "cron"))


@pytest.mark.long
def test_a_run_that_failed_leaves_nothing(sandbox, tmp_path, seen, opened):
    (tmp_path / "fail").touch()
    opened.schedules.keep_state("bot", "", "cron", {"cursor": 40})
    write(tmp_path, sandbox, [{"id": "count", "expression": COUNT, "next": "b"}, {"id": "b", "expression": FAIL}])
    assert [each["cursor"] for each in seen(2)] == [40, 40]
    assert opened.schedules.state("bot", "", "cron") == {"cursor": 40}


@pytest.mark.long
def test_the_output_of_a_named_step_counts_though_the_run_failed_after_it(sandbox, tmp_path, seen):
    (tmp_path / "fail").touch()
    steps = [{"id": "count", "expression": COUNT, "next": "b"}, {"id": "b", "expression": FAIL}]
    write(tmp_path, sandbox, steps, cron_cursor_job_id="count")
    assert [each.get("cursor") for each in seen(3)] == [None, 1, 2]


@pytest.mark.long
def test_the_states_of_several_last_steps_are_not_put_into_each_other(sandbox, tmp_path, seen, opened):
    steps = [
        {"id": "count", "expression": COUNT, "next": {"a": True, "b": True}},
        {"id": "a", "expression": "log(1)"},
        {"id": "b", "expression": "log(1)"},
    ]
    write(tmp_path, sandbox, steps)
    seen(3)
    left = opened.schedules.state("bot", "", "cron")
    assert set(left) == {"a", "b"}
    assert set(left["a"]) == {"cursor", "references"}


def test_the_retention_time_removes_data_and_keeps_the_cursor(opened):
    opened.schedules.keep_state("bot", "", "cron", {"cursor": 7, "references": [{"name": "Ana"}]})
    forget_older(opened.database, 3600)
    assert opened.schedules.state("bot", "", "cron") == {"cursor": 7, "references": [{"name": "Ana"}]}
    forget_older(opened.database, -1)
    assert opened.schedules.state("bot", "", "cron") == {"cursor": 7}


@pytest.mark.long
def test_a_failure_is_noted_by_the_command_that_the_command_line_names(serve, sandbox, tmp_path, opened):
    (tmp_path / "fail").touch()
    write(tmp_path, sandbox, [{"id": "count", "expression": FAIL}])
    alert = tmp_path / "alert.sh"
    alert.write_text(f"#!/bin/sh\ncat > {tmp_path}/new && mv {tmp_path}/new {tmp_path}/notice.json\n")
    alert.chmod(alert.stat().st_mode | stat.S_IXUSR)
    server = serve("--workers", "1", "--notify", "./alert.sh")
    opened.runs.queue([NewRun("c", "", "cron", "d", "schedule /cron", {"data": {}}, is_answer=False)])
    server.wait_for("cron: failed")
    wait_until((tmp_path / "notice.json").exists)
    server.stop()
    notice = json.loads((tmp_path / "notice.json").read_text())
    assert (notice["run"], notice["status"], notice["project"]) == ("c", "failed", "bot.json")
    assert "ZeroDivisionError" not in str(notice)
