"""`adaptor submit` queues a run from outside, and waits for its end where that is wanted."""

from __future__ import annotations

import json
import threading

import pytest

from adaptor.ledger.pace import Slot
from adaptor.service.store.records import FAILED, SUCCEEDED, Event
from adaptor.service.store.store import open_service_store
from adaptor.service.triggers.served_file import serve_alone
from tests.waiting import wait_until

pytestmark = pytest.mark.long

BOT = {
    "id": "bot",
    "steps": [
        {"id": "hook", "type": "webhook", "next": "answer"},
        {"id": "answer", "expression": "log(state.data.text)"},
    ],
}
PERSON = "102030405060708/6543210987654321"


@pytest.fixture
def store(tmp_path):
    opened = open_service_store(str(tmp_path / ".adaptor" / "ledger.db"))
    yield opened
    opened.close()


@pytest.fixture
def submit(forks, tmp_path):
    (tmp_path / "bot.json").write_text(json.dumps(BOT))
    return lambda *words: forks.run(["submit", "bot.json", *words], cwd=tmp_path)


def test_a_run_is_queued_with_what_was_given_and_its_id_printed(submit, store, tmp_path):
    (tmp_path / "state.json").write_text('{"data": {"text": "Hi"}}')
    done = submit("-s", "state.json", "--start", "answer", "--person", PERSON, "--run-id", "appointment-4711")
    assert (done.returncode, done.stdout) == (0, "appointment-4711\n"), done.stderr
    run = store.runs.find("appointment-4711")
    assert (run.workflow, run.start, run.person, run.is_answer) == ("", "answer", PERSON, False)
    assert run.input == {"data": {"text": "Hi"}}
    # A program that has not heard the answer asks again: one run.
    again = submit("--run-id", "appointment-4711")
    assert (again.returncode, again.stdout) == (2, "")
    assert "There is already a run `appointment-4711`" in again.stderr


def test_a_run_starts_not_before_its_time(submit, store):
    assert submit("--not-before", "2d").returncode == 0
    assert store.runs.claim("holder", 1) == []
    store.database.run("UPDATE service_runs SET due = due - 172801")
    assert len(store.runs.claim("holder", 1)) == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-S", '{"configuration": {"access_token": "x"}}'], "each worker has credentials of its own"),
        (["--start", "anser"], "has no step `anser`"),
        (["other"], "has no workflow `other`"),
        (["--person", "6543210987654321"], "Page and person such as"),
        (["--not-before", "9" * 400 + "d"], "time such as 2026-12-01T08:00 or 30m"),
        (["--not-before", "tomorrow"], "time such as 2026-12-01T08:00 or 30m"),
        (["--database", "mysql://x"], "kept in a database of the kind"),
    ],
)
def test_what_cannot_be_queued_is_refused(submit, words, expected):
    done = submit(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr


@pytest.mark.parametrize(("status", "code"), [(SUCCEEDED, 0), (FAILED, 1)])
def test_waiting_ends_with_the_exit_code_of_the_run(submit, store, status, code):
    found = []
    waiting = threading.Thread(target=lambda: found.append(submit("--wait", "--run-id", "a")))
    waiting.start()
    claimed = []
    wait_until(lambda: claimed.extend(store.runs.claim("holder", 1)) or claimed)
    store.runs.end(claimed[0], status, code, None if code == 0 else "It broke.")
    waiting.join()
    assert found[0].returncode == code
    assert f"a  {status}" in found[0].stderr
    assert ("It broke." in found[0].stderr) == bool(code)


def test_the_queue_shows_when_a_run_is_due(submit, store, forks, tmp_path):
    assert submit("--not-before", "2126-12-01T08:00", "--run-id", "later").returncode == 0
    assert submit("--run-id", "now").returncode == 0
    shown = forks.run(["runs", "queue"], cwd=tmp_path).stdout.splitlines()
    assert "DUE" in shown[0]
    assert "2126-12-01 08:00:00" in next(line for line in shown if line.startswith("later"))
    assert "now" in next(line for line in shown if line.startswith("now"))[3:]


def test_of_several_pages_one_has_to_be_named(submit, store, tmp_path):
    for page in ("10", "11"):
        event = Event(page, "messages", "m", "65", 1000.0, {}, opens_window=True)
        store.events.store([(event, [])])
    # What calls nobody needs none.
    assert submit("--run-id", "log").returncode == 0
    bot = {**BOT, "steps": [BOT["steps"][0], {"id": "answer", "expression": "send_text('65', 'Hello')"}]}
    (tmp_path / "bot.json").write_text(json.dumps(bot))
    done = submit("--run-id", "a")
    assert (done.returncode, done.stdout) == (2, "")
    assert "several Pages: 10, 11" in done.stderr
    assert submit("--run-id", "b", "--page", "11").returncode == 0
    assert submit("--run-id", "c", "--person", "10/65").returncode == 0
    found = {run.id: (run.page, run.names_page) for run in store.runs.newest()}
    assert found == {"log": ("", False), "b": ("11", True), "c": ("10", True)}
    assert "is not the Page of" in submit("--page", "11", "--person", "10/65").stderr


def test_a_page_counts_as_known_when_it_has_sent_something(submit, store, tmp_path):
    for page in ("http://127.0.0.1:8611/10", "11"):
        store.ledger.pages.reserve(page, [Slot("messages", 0.1, 0.0)])
    bot = {**BOT, "steps": [BOT["steps"][0], {"id": "answer", "expression": "send_text('65', 'Hello')"}]}
    (tmp_path / "bot.json").write_text(json.dumps(bot))
    done = submit("--run-id", "a")
    assert done.returncode == 2
    assert "several Pages: 10, 11" in done.stderr


def test_a_file_is_refused_whose_database_is_that_of_another_service(submit, store, tmp_path, forks):
    (tmp_path / "other.json").write_text(json.dumps(BOT))
    with serve_alone(str(tmp_path / ".adaptor" / "ledger.db"), str(tmp_path / "other.json")):
        submitted = submit("--start", "answer")
        served = forks.run(["serve", "bot.json", "--port", "0", "--unsigned"], cwd=tmp_path)
    for done in (submitted, served):
        assert done.returncode == 2
        assert "other.json uses the database" in done.stderr
        assert "Nothing was started or queued" in done.stderr
    assert store.runs.claim("holder", 1) == []
