"""A server that only takes in, and workers that perform its runs, on one PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
from collections import defaultdict

import pytest

from adaptor.runner.execution.recording.run_id import new_run_id
from adaptor.runner.load.credentials import Credentials
from adaptor.service.store.records import CANCELLED, QUEUED, SUCCEEDED, NewRun
from adaptor.service.store.store import SHARED_LEASE_SECONDS, open_service_store
from adaptor.service.triggers.project import load_project
from adaptor.service.worker.dispatcher import LOOK_SECONDS, LOST_SECONDS
from tests.waiting import wait_until

from .processes import PAGE, PSID, SECRET, TOKEN, children_of, family_of, kill_all, message, write_bot

ANSWER = 'send_text(state.data.psid, f"You said {state.data.text}")\n'
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


@pytest.fixture
def shared(fresh_postgresql):
    return ["--database", fresh_postgresql]


def texts(sandbox, psid=PSID):
    return [each.text for each in sandbox.sent_to(psid)]


@pytest.mark.long
def test_what_a_server_takes_in_is_performed_by_workers(serve, work, sandbox, tmp_path, store, shared):
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve("--no-workers", *shared)
    people = [str(int(PSID) + number) for number in range(6)]
    # The server dies between storage and answer, before there is any worker.
    assert server.post(*(message(psid, f"{number}") for number in range(2) for psid in people)) == 200
    assert children_of(server.process.pid) == []
    server.kill()
    workers = [work("--workers", "1", *shared) for _ in range(2)]
    wait_until(lambda: not any(store.runs.count_open().values()))
    for psid in people:
        assert texts(sandbox, psid) == ["You said 0", "You said 1"]
    # Jobs only wake somebody up: none is left behind.
    wait_until(lambda: store.database.run("SELECT count(*) FROM procrastinate_jobs").fetchone()[0] == 0)
    assert [worker.stop() for worker in workers] == [0, 0]


@pytest.mark.long
def test_a_server_with_workers_of_its_own_shares_its_runs_with_others(serve, work, sandbox, tmp_path, store, shared):
    write_bot(tmp_path, sandbox, SCRIPT)
    other = work("--workers", "1", *shared)
    server = serve("--workers", "1", *shared)
    people = [str(int(PSID) + number) for number in range(2)]
    assert server.post(*(message(psid, "1") for psid in people)) == 200
    # Each run waits until somebody lets it go on: they are performed at the same time, by both.
    server.wait_for(r"as_\s+1 sent")
    other.wait_for(r"as_\s+1 sent")
    (tmp_path / "go").touch()
    wait_until(lambda: not any(store.runs.count_open().values()))
    for psid in people:
        assert texts(sandbox, psid) == ["1 first", "1 second"]
    assert [server.stop(), other.stop()] == [0, 0]


@pytest.mark.long
def test_a_run_of_another_version_waits_for_a_worker_that_has_it(
    work, forks, sandbox, tmp_path, store, shared, fresh_postgresql
):
    write_bot(tmp_path, sandbox, ANSWER)
    write_bot(tmp_path / "new", sandbox, 'send_text(state.data.psid, "new")\n')
    state = json.dumps({"data": {"psid": PSID, "text": "Hi"}})
    old = work("--workers", "1", *shared)
    done = forks.run(["submit", "bot.json", "-S", state, *shared], cwd=tmp_path / "new")
    assert done.returncode == 0, done.stderr
    id_ = done.stdout.strip()
    store.database.run("UPDATE service_runs SET due = due - 5")
    old.wait_for(r"1 run waits for version \w{12}, which is not deployed here")
    shown = forks.run(["runs", "show", id_, *shared], cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "It waits for a worker that has version" in shown.stdout
    assert store.runs.find(id_).status == QUEUED
    # The files are deployed to it.
    (tmp_path / "answer.py").write_text((tmp_path / "new" / "answer.py").read_text())
    old.wait_for("bot.json was read again")
    old.wait_for("hook: succeeded")
    assert texts(sandbox) == ["new"]
    assert store.runs.find(id_).error is None


@pytest.mark.long
def test_a_worker_that_stops_hands_its_run_back(work, forks, sandbox, tmp_path, store, shared):
    write_bot(tmp_path, sandbox, SCRIPT)
    first = work("--workers", "1", *shared)
    state = json.dumps({"data": {"psid": PSID, "text": "1"}})
    id_ = forks.run(["submit", "bot.json", "-S", state, *shared], cwd=tmp_path).stdout.strip()
    first.wait_for(r"as_\s+1 sent")
    first.process.send_signal(signal.SIGTERM)
    first.wait_for("Runs that are under way may end")
    assert first.stop() == 0
    run = store.runs.find(id_)
    assert (run.status, run.failures) == (QUEUED, 0)
    (tmp_path / "go").touch()
    work("--workers", "1", *shared).wait_for("hook: succeeded")
    assert texts(sandbox) == ["1 first", "1 second"]


@pytest.mark.long
def test_a_run_whose_epoch_has_changed_sends_nothing_more(work, forks, sandbox, tmp_path, store, shared):
    write_bot(tmp_path, sandbox, SCRIPT)
    worker = work("--workers", "1", *shared)
    state = json.dumps({"data": {"psid": PSID, "text": "1"}})
    id_ = forks.run(["submit", "bot.json", "-S", state, *shared], cwd=tmp_path).stdout.strip()
    worker.wait_for(r"as_\s+1 sent")
    # As if another machine had taken the run over: this process lives, and its lease is valid.
    store.database.run("UPDATE service_runs SET epoch = epoch + 1, holder = 'another' WHERE id = ?", (id_,))
    (tmp_path / "go").touch()
    worker.wait_for("Another process has taken it over")
    assert texts(sandbox) == ["1 first"]


@pytest.mark.long
def test_jobs_that_end_badly_end_alone(serve, work, sandbox, tmp_path, store, shared):
    script = (
        'fn(lambda state: sum(iter(int, 1)) if state["data"]["text"] == "loop" else state)\n'
        'fn(lambda state: bytearray(900_000_000) and state if state["data"]["text"] == "memory" else state)\n'
        'fn(lambda state: 1 / 0 if state["data"]["text"] == "raise" else state)\n' + ANSWER
    )
    write_bot(tmp_path, sandbox, script)
    server = serve("--no-workers", *shared)
    worker = work("--workers", "1", "--run-timeout", "5", "--memory-limit", "256", *shared)
    assert server.post(*(message(text=text) for text in ("loop", "memory", "raise", "fine"))) == 200
    worker.wait_for("succeeded")
    assert [run.status for run in reversed(store.runs.newest())] == ["killed", "killed", "failed", "succeeded"]
    assert texts(sandbox) == ["You said fine"]


def test_a_dead_machine_is_noticed_within_15_seconds():
    assert SHARED_LEASE_SECONDS + LOST_SECONDS + LOOK_SECONDS <= 15


@pytest.mark.long
def test_the_broadcast_of_a_killed_machine_is_taken_over(serve, work, forks, sandbox, tmp_path, store, shared):
    people = [sandbox.add_person(str(6_000_000_000_000_000 + number)).id for number in range(400)]
    script = f'broadcast({people!r}, send_text(state.data, "Hello"), max_in_flight=1, rate=40)\n'
    write_bot(tmp_path, sandbox, script)
    workers = [work("--workers", "1", *shared) for _ in range(3)]
    id_ = forks.run(["submit", "bot.json", *shared], cwd=tmp_path).stdout.strip()
    wait_until(lambda: len(sandbox.messages) >= 40)
    busy = next(worker for worker in workers if any(id_ in line for line in worker.lines))
    family = family_of(busy.process.pid)
    # On one machine the end of a process is seen at once. This one is far away.
    store.database.run("UPDATE holders SET machine = 'far away'")
    kill_all(family)
    sent = len(sandbox.messages)
    wait_until(lambda: len(sandbox.messages) > sent + 2)
    wait_until(lambda: not any(store.runs.count_open().values()))
    found = [len(sandbox.sent_to(psid)) for psid in people]
    # One was in flight: nobody knows whether it arrived, so it is not repeated.
    assert max(found) == 1
    assert found.count(0) <= 1
    assert store.ledger.writes.counts(id_).get("unknown", 0) <= 1


@pytest.mark.long
def test_who_says_stop_during_a_broadcast_gets_nothing_more_though_its_worker_is_killed(
    serve, work, forks, sandbox, tmp_path, store, shared
):
    people = [sandbox.add_person(str(6_000_000_000_000_000 + number)).id for number in range(120)]
    write_bot(tmp_path, sandbox, ANSWER, page_id=PAGE)
    bot = json.loads((tmp_path / "bot.json").read_text())
    all_of_them = f"broadcast({people!r}, send_text(state.data, 'News'), max_in_flight=1, rate=20)"
    bot = {**bot, "stop_words": ["stop"], "steps": [*bot["steps"], {"id": "all", "expression": all_of_them}]}
    (tmp_path / "bot.json").write_text(json.dumps(bot))
    server = serve("--no-workers", *shared)
    workers = [work("--workers", "2", *shared) for _ in range(2)]
    id_ = forks.run(["submit", "bot.json", "--start", "all", *shared], cwd=tmp_path).stdout.strip()
    wait_until(lambda: len(sandbox.messages) >= 10)
    assert server.post(message(people[100], "STOP")) == 200
    kill_all(family_of(next(each for each in workers if any(id_ in line for line in each.lines)).process.pid))
    assert server.post(message(people[110], "stop!")) == 200
    wait_until(lambda: not any(store.runs.count_open().values()))
    assert store.ledger.writes.counts(id_)["skipped"] == 2
    found = {psid: texts(sandbox, psid) for psid in people}
    assert (found.pop(people[100]), found.pop(people[110])) == (["You said STOP"], ["You said stop!"])
    # One was in flight, perhaps.
    assert sum(each != ["News"] for each in found.values()) <= 1
    assert max(map(len, found.values())) == 1


@pytest.mark.long
def test_a_suspended_machine_that_wakes_sends_nothing_more(work, forks, sandbox, tmp_path, store, shared):
    write_bot(tmp_path, sandbox, SCRIPT)
    first = work("--workers", "1", *shared)
    state = json.dumps({"data": {"psid": PSID, "text": "1"}})
    id_ = forks.run(["submit", "bot.json", "-S", state, *shared], cwd=tmp_path).stdout.strip()
    first.wait_for(r"as_\s+1 sent")
    suspended = family_of(first.process.pid)
    store.database.run("UPDATE holders SET machine = 'far away'")
    for pid in suspended:
        os.kill(pid, signal.SIGSTOP)
    other = work("--workers", "1", *shared)
    other.wait_for("The process that ran it has ended")
    (tmp_path / "go").touch()
    other.wait_for("hook: succeeded")
    for pid in suspended:
        os.kill(pid, signal.SIGCONT)
    first.wait_for("Another process has taken it over")
    assert texts(sandbox) == ["1 first", "1 second"]
    assert store.runs.find(id_).status == SUCCEEDED


@pytest.mark.long
def test_a_run_is_cancelled_while_it_waits(forks, sandbox, tmp_path, store, shared):
    write_bot(tmp_path, sandbox, ANSWER)
    id_ = forks.run(["submit", "bot.json", "--not-before", "1d", *shared], cwd=tmp_path).stdout.strip()
    assert store.runs.claim("h", 1) == []
    assert forks.run(["runs", "cancel", id_, *shared], cwd=tmp_path).returncode == 0
    assert store.runs.find(id_).status == CANCELLED


@pytest.mark.long
def test_deliveries_that_are_doubled_late_and_in_disorder_are_answered_once(
    serve, work, start_sandbox, tmp_path, store, shared
):
    sandbox = start_sandbox(app_secret=SECRET)
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve("--no-workers", *shared)
    for _ in range(2):
        work("--workers", "1", *shared)
    sandbox.subscribe(server.url, verify_token=TOKEN)
    sandbox.webhooks.duplicates, sandbox.webhooks.disorder, sandbox.webhooks.batch = 0.5, 4, 3
    people = [sandbox.add_person(str(6_000_000_000_000_000 + number)).id for number in range(10)]
    for number in range(5):
        for psid in people:
            sandbox.person_writes(psid, f"{number}")
    assert sandbox.webhooks.wait()
    wait_until(lambda: [run.status for run in store.runs.newest(99)] == [SUCCEEDED] * 50)
    for psid in people:
        assert sorted(texts(sandbox, psid)) == [f"You said {number}" for number in range(5)]


@pytest.mark.long
def test_four_workers_keep_the_pace_of_20_pages_and_the_order_of_their_people(
    work, start_sandbox, tmp_path, store, shared
):
    pages, runs = [], []
    for number in range(20):
        # As strict as Meta is with audio and video: ten a second for each Page.
        page = {"id": str(10**14 + number), "name": f"Page {number}"}
        pages.append(start_sandbox(page=page, rate_limits={"media_per_second": 10}))
    people = {number: [str(6 * 10**15 + number * 100 + each) for each in range(100)] for number in range(20)}
    workflows = {
        f"page-{number}": {
            "steps": [
                {
                    "id": "all",
                    "configuration": f"page-{number}",
                    "expression": "broadcast(state.people, send_audio(state.data, 'https://example.com/a.mp3'))",
                },
                {"id": "one", "configuration": f"page-{number}", "expression": ANSWER},
            ]
        }
        for number in range(20)
    }
    (tmp_path / "bot.json").write_text(json.dumps({"name": "country", "workflows": workflows}))
    credentials = {
        f"page-{number}": {"access_token": page.access_token, "base_url": page.url} for number, page in enumerate(pages)
    }
    (tmp_path / "credentials.json").write_text(json.dumps(credentials))
    (tmp_path / "credentials.json").chmod(0o600)
    digests = load_project(str(tmp_path / "bot.json"), Credentials(is_lenient=True), needs_trigger=False).versions
    for number in range(20):
        name = f"page-{number}"
        for half in (people[number][:50], people[number][50:]):
            runs.append(NewRun(new_run_id(10), name, "all", digests[name], None, {"people": half}, is_answer=False))
        for round_ in range(2):
            for psid in people[number]:
                state = {"data": {"psid": psid, "text": f"{round_}"}}
                person = f"{pages[number].page_id}/{psid}"
                runs.append(NewRun(new_run_id(10), name, "one", digests[name], person, state))
    store.runs.queue(runs)
    for _ in range(4):
        work("--workers", "1", *shared)
    wait_until(lambda: not any(store.runs.count_open().values()), 900)
    assert {run.status for run in store.runs.newest(10_000)} == {SUCCEEDED}
    for number, page in enumerate(pages):
        # Together the four have kept to the pace of the Page; a few come late by as much as the machine is busy.
        moments = sorted(
            [each.at.timestamp() for each in page.messages if each.text is None]
            + [each.at.timestamp() for each in page.refusals]
        )
        most = max(sum(begin <= each < begin + 1 for each in moments) for begin in moments)
        print(page.page_id, most, len(page.refusals), moments[-1] - moments[0])
        assert most <= 15
        assert sorted(each.psid for each in page.messages if each.text is None) == people[number]
        answers = defaultdict(list)
        for each in page.messages:
            if each.text is not None:
                answers[each.psid].append(each.text)
        assert answers == {psid: ["You said 0", "You said 1"] for psid in people[number]}
