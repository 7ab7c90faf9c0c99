"""A run that stopped goes on, through the real command: nobody is written to twice, whatever stopped it."""

import contextlib
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys

import pytest

from adaptor.ledger.store import open_store
from adaptor.runner import run as run_job

PEOPLE = [str(6543210987654321 + number) for number in range(5)]
JOB = "each(state.data, send_text(state.data, f'Hello {state.data}'))\n"
TOKEN = "EAAG-the-token-of-the-tests"
SECRET = "the-app-secret-of-the-tests"


def hello(*numbers):
    return [(PEOPLE[number], f"Hello {PEOPLE[number]}") for number in numbers]


@pytest.fixture
def job(adaptor, meta, tmp_path):
    """Run `job.py` with a credential that leads to the test's Meta; `job(script, …)` writes it first."""
    credentials = {"access_token": TOKEN, "app_secret": SECRET, "base_url": meta.url, "max_retries": 0}
    (tmp_path / "c.json").write_text(json.dumps(credentials))
    (tmp_path / "s.json").write_text(json.dumps({"data": PEOPLE}))

    def start(script, *arguments, state="s.json", file="job.py", **more):
        (tmp_path / file).write_text(script, encoding="utf-8")
        given = [] if "--resume" in arguments else ["-s", state]
        return adaptor(None, file, "-c", "c.json", *given, *arguments, **more)

    return start


@pytest.fixture
def ledger(tmp_path):
    """Open the ledger beside the job."""
    opened = []

    def look(database=None):
        opened.append(open_store(str(database or tmp_path / ".adaptor" / "ledger.db")))
        return opened[-1]

    yield look
    for store in opened:
        store.close()


def run_id(text):
    return re.search(r"--resume (\S+)", text)[1]


def outcomes(store):
    (record,) = store.runs.newest()
    return record.status, record.outcomes


# --- Stopped midway, and gone on with ---


def test_a_run_that_stopped_with_an_error_goes_on_and_writes_to_nobody_twice(job, meta, ledger):
    meta.at(3, lambda: meta.refusal(190))
    first = job(JOB)
    assert first.code == 1
    assert meta.accepted == hello(0, 1)
    assert outcomes(ledger()) == ("stopped", {"sent": 2, "failed": 1})
    second = job(JOB, "--resume", run_id(first.err), "-O")
    assert second.code == 0, second.err
    assert meta.accepted == hello(0, 1, 2, 3, 4)
    assert second.state["data"]["message_id"] == "m_5"
    assert "2 made before and not again" in second.err
    assert outcomes(ledger()) == ("finished", {"sent": 5})


@pytest.mark.long
def test_last_is_the_newest_run_of_the_job(job, meta, tmp_path):
    assert "There is no ledger" in job(JOB, "--resume", "last").err
    meta.at(2, lambda: meta.refusal(190))
    assert job(JOB, "--run-id", "r1").code == 1
    # Another job's is newer.
    assert job(JOB, "--run-id", "r2", file="other.py").code == 0
    assert "holds no run of" in job(JOB, "--resume", "last", file="third.py").err
    done = job(JOB, "--resume", "last")
    assert done.code == 0, done.err
    assert "Continuing r1" in done.err
    assert "cannot be the name of one" in job(JOB, "--run-id", "last").err


@pytest.mark.long
def test_a_run_that_was_interrupted_waits_for_the_answer_notes_it_and_goes_on(job, meta, ledger, beside, tmp_path):
    (tmp_path / "job.py").write_text(JOB)
    job(JOB, "--dry-run")
    command = beside("run", "job.py", "-c", "c.json", "-s", "s.json")
    meta.at(2, command.interrupt)
    assert command.end() == 130
    # It had its answer before it ended, and says so.
    assert outcomes(ledger()) == ("stopped", {"sent": 2})
    assert job(JOB, "--resume", run_id(command.err)).code == 0
    assert meta.accepted == hello(0, 1, 2, 3, 4)


@pytest.mark.long
def test_an_interrupted_wait_before_a_repeat_leaves_nothing_unknown(job, meta, ledger, beside, tmp_path):
    (tmp_path / "job.py").write_text(JOB)
    facts = json.loads((tmp_path / "c.json").read_text())
    (tmp_path / "patient.json").write_text(json.dumps({**facts, "max_retries": 3}))
    command = beside("run", "job.py", "-c", "patient.json", "-s", "s.json")
    meta.at(2, lambda: meta.refusal(613))
    assert "trying again in" in next(line for line in command.process.stderr if "trying again" in line)
    command.interrupt()
    assert command.end() == 130
    assert outcomes(ledger()) == ("stopped", {"sent": 1, "claimed": 1})
    assert job(JOB, "--resume", run_id(command.err)).code == 0
    assert meta.accepted == hello(0, 1, 2, 3, 4)


@pytest.mark.long
@pytest.mark.parametrize("reached", [False, True], ids=["before it arrived", "after it arrived"])
def test_what_was_under_way_when_the_run_was_killed_is_unknown_and_not_sent_again(
    job, meta, ledger, beside, tmp_path, reached
):
    (tmp_path / "job.py").write_text(JOB)
    command = beside("run", "job.py", "-c", "c.json", "-s", "s.json", "--run-id", "r1")

    def kill():
        command.kill()
        return None if reached else meta.refusal(190)

    meta.at(3, kill)
    command.end()
    second = job(JOB, "--resume", "r1", "-O")
    assert second.code == 1
    assert meta.accepted == (hello(0, 1, 2, 3, 4) if reached else hello(0, 1, 3, 4))
    assert "1 unknown" in second.err
    assert outcomes(ledger()) == ("finished", {"sent": 4, "unknown": 1})


@pytest.mark.long
def test_a_supervised_run_that_was_killed_says_how_to_go_on(job, meta, ledger):
    hangs = "fn(lambda s: time.sleep(60) if os.environ.get('HANGS') else s)\n"
    script = f"import os, time\n{JOB}{hangs}"
    first = job(script, "--timeout", "1.5", env={"HANGS": "1"})
    assert first.code == 4
    assert meta.accepted == hello(0, 1, 2, 3, 4)
    second = job(script, "--resume", run_id(first.err), "--timeout", "30")
    assert second.code == 0, second.err
    assert "5 made before and not again" in second.err
    assert meta.accepted == hello(0, 1, 2, 3, 4)


def test_a_supervised_run_that_lets_nothing_stop_it_says_how_to_go_on_too(job, meta, ledger):
    stubborn = "import os\n" + JOB + "fn(lambda s: os._exit(0) if os.environ.get('ENDS') else s)\n"
    first = job(stubborn, "--timeout", "30", env={"ENDS": "1"})
    assert first.code == 4
    assert "ledger.db" in first.err
    assert job(stubborn, "--resume", run_id(first.err), "--timeout", "30").code == 0
    assert meta.accepted == hello(0, 1, 2, 3, 4)


@pytest.mark.long
def test_the_command_that_is_shown_goes_on_from_any_folder(job, meta, tmp_path, environment):
    meta.at(2, lambda: meta.refusal(190))
    first = job(JOB, "--database", "runs of today.db")
    command = re.search(r"Continue with: adaptor (.*)", first.err)[1]
    done = subprocess.run(f"{sys.executable} -m adaptor {command}", shell=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0
    assert meta.accepted == hello(0, 1, 2, 3, 4)


@pytest.mark.long
@pytest.mark.parametrize("killed", [False, True])
def test_another_system_is_told_once_though_what_it_is_told_changes_with_the_time(job, meta, beside, tmp_path, killed):
    script = f"http.post('{meta.url}/told', body=lambda s: {{'at': __import__('time').time_ns()}})\n" + (
        f"each({PEOPLE!r}, send_text(state.data, f'Hello {{state.data}}'))\n"
    )
    job("log(1)", "--dry-run")
    if killed:
        (tmp_path / "job.py").write_text(script)
        command = beside("run", "job.py", "-c", "c.json", "-s", "s.json", "--run-id", "r1")
        meta.on_told = lambda body: command.kill()
        command.end()
    else:
        meta.at(3, lambda: meta.refusal(190))
        assert job(script, "--run-id", "r1").code == 1
    done = job(script, "--resume", "r1")
    assert done.code == int(killed), done.err
    assert "http.post: made before the run stopped, with other content; it is not made again." in done.err
    assert len(meta.told) == 1
    assert meta.accepted == hello(0, 1, 2, 3, 4)


# --- Workflows ---


@pytest.fixture
def three_steps(tmp_path, meta):
    """A workflow: `load` tells that it runs, `write` sends, `report` tells another system."""
    told = f"http.post('{meta.url}/told', body={{'step': '%s'}})"
    steps = [
        {"id": "load", "expression": f"{told % 'load'}\nfn(lambda s: {{**s, 'data': {PEOPLE}}})", "next": "write"},
        {"id": "write", "expression": JOB, "next": {"report": "on_job_success", "alarm": "on_job_failure"}},
        {"id": "report", "expression": told % "report"},
        {"id": "alarm", "expression": f"{told % 'alarm'}\n{told % 'and again'}"},
    ]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    return ["run", "w.json", "-c", "c.json"]


@pytest.mark.long
def test_completed_steps_are_not_run_again_and_their_output_goes_on(job, meta, beside, three_steps, adaptor):
    job("log(1)", "--dry-run")
    command = beside(*three_steps, "--run-id", "r1")

    def kill():
        command.kill()
        return meta.refusal(190)

    meta.at(3, kill)
    command.end()
    done = adaptor(None, "w.json", "-c", "c.json", "--resume", "r1", "-O", "--report", "r.json")
    assert done.code == 1
    assert "load  (completed before)" in done.err
    assert meta.told == ["load", "report"]
    assert meta.accepted == hello(0, 1, 3, 4)
    assert [step["id"] for step in json.loads((done.folder / "r.json").read_text())["steps"]] == [
        "load",
        "write",
        "report",
    ]


@pytest.mark.long
def test_a_step_that_failed_and_was_taken_up_is_not_come_back_to(job, meta, beside, three_steps, adaptor, httpserver):
    job("log(1)", "--dry-run")
    command = beside(*three_steps, "--run-id", "r1")
    meta.at(3, lambda: meta.refusal(190))
    meta.on_told = lambda body: command.kill() if body == "and again" else None
    command.end()
    meta.on_told = None
    done = adaptor(None, "w.json", "-c", "c.json", "--resume", "r1", "-O")
    assert "write (failed before)" in done.err
    assert done.state["errors"]["write"]["code"] == 190
    assert meta.accepted == hello(0, 1)
    # The last one was under way when the run was killed: nobody knows, and it is not told again.
    assert meta.told == ["load", "alarm", "and again"]
    assert done.code == 1


def test_ways_that_join_are_joined_again_as_they_were(job, meta, adaptor, tmp_path):
    tell = f"http.post('{meta.url}/told', body=state.data)"
    steps = [
        {"id": "a", "expression": "fn(lambda s: {**s, 'data': {}})", "next": {"b": True, "c": True, "never": "False"}},
        {"id": "b", "expression": f"fn(lambda s: {{**s, 'data': {{'b': 1}}}})\n{tell}\nfn(lambda s: {{**s, 'b': 1}})"},
        {"id": "c", "expression": f"fn(lambda s: {{**s, 'data': {{'c': 2}}}})\n{tell}\nfn(lambda s: {{**s, 'c': 2}})"},
        {"id": "never", "expression": tell},
        {"id": "d", "join": "all", "expression": "fn(lambda s: {**s, 'data': [s['b'], s['c']]})\n" + JOB_OF_ONE},
    ]
    steps[1]["next"] = steps[2]["next"] = "d"
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    job("log(1)", "--dry-run")
    meta.at(1, lambda: meta.refusal(190))
    first = adaptor(None, "w.json", "-c", "c.json")
    assert (first.code, meta.told, meta.accepted) == (1, [{"b": 1}, {"c": 2}], [])
    second = adaptor(None, "w.json", "-c", "c.json", "--resume", run_id(first.err), "-O")
    assert second.code == 0, second.err
    assert meta.told == [{"b": 1}, {"c": 2}]
    assert meta.accepted == [(PEOPLE[0], "1 and 2")]


JOB_OF_ONE = f"send_text('{PEOPLE[0]}', f'{{state.data[0]}} and {{state.data[1]}}')"


def test_a_way_that_opens_only_when_the_run_goes_on_is_not_taken_for_another(job, meta, adaptor, tmp_path):
    ana, ben = (f"fn(lambda s: {{**s, 'data': '{person}'}})" for person in PEOPLE[:2])
    steps = [
        {"id": "load", "expression": "fn(lambda s: s)", "next": {"a": True, "b": True}},
        {"id": "a", "expression": f"fn(lambda s: open('ready').close() or s)\n{ana}", "next": {"c": "on_job_success"}},
        {"id": "b", "expression": ben, "next": "c"},
        {"id": "c", "expression": "send_text(state.data, f'Hello {state.data}')"},
    ]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    job("log(1)", "--dry-run")
    assert adaptor(None, "w.json", "-c", "c.json", "--run-id", "r1").code == 1
    assert meta.accepted == hello(1)
    (tmp_path / "ready").touch()
    done = adaptor(None, "w.json", "-c", "c.json", "--resume", "r1", "--report", "-")
    assert done.code == 0, done.err
    assert meta.accepted == hello(1, 0)
    assert [step["arrival"] for step in json.loads(done.out)["steps"] if step["id"] == "c"] == [0, 1]
    shown = json.loads(adaptor(None, "show", "r1", "--format", "json", command="runs").out)
    assert [step["arrival"] for step in shown["steps"] if step["id"] == "c"] == [0, 1]


@pytest.mark.long
def test_a_part_of_a_workflow_goes_on_as_that_part(job, meta, three_steps, adaptor):
    job("log(1)", "--dry-run")
    meta.at(2, lambda: meta.refusal(190))
    first = adaptor(None, "w.json", "-c", "c.json", "-s", "s.json", "--only", "write")
    assert "w.json --only write --resume" in first.err
    name = run_id(first.err)
    refused = adaptor(None, "w.json", "-c", "c.json", "--resume", name)
    assert refused.code == 2
    assert f"--only write --resume {name}" in refused.err
    assert adaptor(None, "w.json", "-c", "c.json", "--only", "write", "--resume", name).code == 0
    assert meta.accepted == hello(0, 1, 2, 3, 4)
    assert meta.told == []


# --- Begun anew after a stop ---


def test_beginning_anew_after_a_stop_is_refused_and_both_ways_are_named(job, meta):
    meta.at(2, lambda: meta.refusal(190))
    first = job(JOB)
    again = job(JOB)
    assert again.code == 2
    assert f"--resume {run_id(first.err)}" in again.err
    assert "--fresh" in again.err
    assert "1 sent" in again.err
    assert meta.accepted == hello(0)


def test_a_job_with_another_input_is_another_matter(job, meta, tmp_path):
    meta.at(2, lambda: meta.refusal(190))
    job(JOB)
    (tmp_path / "other.json").write_text(json.dumps({"data": PEOPLE[3:]}))
    assert job(JOB, state="other.json").code == 0
    assert meta.accepted == hello(0, 3, 4)


def test_a_stop_before_anything_was_sent_is_no_obstacle(job, meta):
    meta.at(1, lambda: meta.refusal(190))
    assert job(JOB).code == 1
    assert job(JOB).code == 0
    assert meta.accepted == hello(0, 1, 2, 3, 4)


@pytest.mark.long
def test_fresh_begins_anew_on_purpose(job, meta):
    meta.at(2, lambda: meta.refusal(190))
    job(JOB)
    assert job(JOB, "--fresh").code == 0
    assert meta.accepted == hello(0, 0, 1, 2, 3, 4)
    # The newest one finished: nothing is left to be asked about.
    assert job(JOB).code == 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("key", "code", "accepted"), [("r", 0, (0, 1, 2, 3, 4)), ("f", 0, (0, 0, 1, 2, 3, 4)), ("x", 2, (0,))]
)
def test_on_a_terminal_it_asks_what_to_do(job, meta, screen, key, code, accepted):
    meta.at(2, lambda: meta.refusal(190))
    job(JOB)
    terminal = screen("adaptor", "run", "job.py", "-c", "c.json", "-s", "s.json")
    assert "stopped before its end: 1 sent" in terminal.read("anything else to stop: ")
    terminal.type(f"{key}\n")
    terminal.read()
    assert terminal.end() == code
    assert meta.accepted == hello(*accepted)


@pytest.mark.long
def test_the_same_job_under_way_elsewhere_is_refused(job, meta, beside, tmp_path):
    (tmp_path / "job.py").write_text(JOB)
    found = []
    # In the middle of the first one, while it waits for its answer.
    meta.at(2, lambda: found.extend([job(JOB), job(JOB, "--resume", "r1")]))
    command = beside("run", "job.py", "-c", "c.json", "-s", "s.json", "--run-id", "r1")
    assert command.end() == 0, command.err
    assert [done.code for done in found] == [2, 2]
    assert "under way in another process, as run `r1`" in found[0].err
    assert "under way in another process" in found[1].err
    assert meta.accepted == hello(0, 1, 2, 3, 4)


@pytest.mark.long
def test_of_two_that_begin_at_once_only_one_sends(job, meta, beside, tmp_path):
    holds = "fn(lambda s: s if 'HOLD' not in os.environ or open(os.environ['HOLD']).read() else s)\n"
    job(f"import os\n{holds}{JOB}", "--dry-run")
    os.mkfifo(tmp_path / "hold")
    words = ["run", "job.py", "-c", "c.json", "-s", "s.json"]
    late = beside(*words, HOLD="hold")
    codes = []
    # It opens the file once it has looked into the ledger, in which nothing stood yet.
    with open(tmp_path / "hold", "w") as hold:

        def let_go():
            hold.close()
            codes.append(late.end())

        meta.at(2, let_go)
        assert beside(*words).end() == 0
    assert codes == [2]
    assert "under way in another process" in late.err
    assert meta.accepted == hello(0, 1, 2, 3, 4)


def test_a_finished_run_that_is_gone_on_with_writes_its_outputs_again_and_sends_nothing(job, meta):
    first = job(JOB, "--run-id", "r1", "-O")
    assert first.code == 0
    done = job(JOB, "--resume", "r1", "-O")
    assert (done.code, done.state) == (0, first.state)
    assert "This run has finished. Nothing is sent; its outputs are written again." in done.err
    assert meta.accepted == hello(0, 1, 2, 3, 4)


def test_a_name_that_another_run_has_is_refused_before_anything_is_sent(job, meta):
    job(JOB, "--run-id", "r1")
    done = job(JOB, "--run-id", "r1")
    assert done.code == 2
    assert "already has a run `r1`" in done.err
    assert len(meta.accepted) == 5


def test_a_run_that_is_not_known_is_bad_input(job, meta):
    assert "There is no ledger" in job(JOB, "--resume", "r1").err
    job(JOB)
    done = job(JOB, "--resume", "r1")
    assert done.code == 2
    assert "There is no run `r1`" in done.err


# --- A job that has changed ---

CHANGED = JOB.replace("Hello {", "Good day {")


def test_a_changed_job_needs_a_word_and_leaves_out_everybody_it_has_written_to(job, meta, ledger):
    meta.at(3, lambda: meta.refusal(190))
    name = run_id(job(JOB).err)
    refused = job(CHANGED, "--resume", name)
    assert refused.code == 2
    assert "--allow-changed" in refused.err
    assert len(meta.accepted) == 2
    assert job(CHANGED, "--resume", name, "--allow-changed").code == 0
    assert meta.accepted[2:] == [(psid, f"Good day {psid}") for psid in PEOPLE[2:]]


def dumped(file):
    with contextlib.closing(sqlite3.connect(file)) as database:
        return list(database.iterdump())


@pytest.mark.long
@pytest.mark.parametrize("script", [JOB, CHANGED], ids=["as it was", "changed"])
def test_a_dry_run_lists_what_going_on_would_send_and_leaves_no_trace(job, meta, ledger, tmp_path, script):
    meta.at(3, lambda: meta.refusal(190))
    name = run_id(job(JOB).err)
    file = tmp_path / ".adaptor" / "ledger.db"
    before = dumped(file)
    done = job(script, "--resume", name, "--allow-changed", "--dry-run")
    assert done.code == 0, done.err
    assert [json.loads(line)["body"]["recipient"]["id"] for line in done.out.splitlines()] == PEOPLE[2:]
    assert "3 described" in done.err
    assert dumped(file) == before
    assert len(meta.accepted) == 2
    assert job(JOB, "--resume", name).code == 0


@pytest.mark.long
def test_a_dry_run_leaves_out_whom_another_run_has_written_to_since(job, meta):
    meta.at(3, lambda: meta.refusal(190))
    meta.at(7, lambda: meta.refusal(190))
    assert job(JOB, "--run-id", "r1").code == 1
    assert job(JOB, "--run-id", "r2", "--fresh").code == 1
    assert [person for person, _ in meta.accepted] == [*PEOPLE[:2], *PEOPLE[:3]]
    done = job(JOB, "--resume", "r1", "--dry-run")
    assert [json.loads(line)["body"]["recipient"]["id"] for line in done.out.splitlines()] == PEOPLE[3:]
    assert job(JOB, "--resume", "r1").code == 0
    assert [person for person, _ in meta.accepted[5:]] == PEOPLE[3:]


def test_a_module_that_lies_beside_the_job_belongs_to_it(job, meta, tmp_path):
    (tmp_path / "words.py").write_text("HELLO = 'Hello'\n")
    script = "from words import HELLO\n" + JOB.replace("Hello {", "{HELLO} {")
    meta.at(2, lambda: meta.refusal(190))
    name = run_id(job(script).err)
    (tmp_path / "words.py").write_text("HELLO = 'Good day'\n")
    assert "The job has changed" in job(script, "--resume", name).err


# --- What nobody knows of ---


@pytest.mark.long
def test_what_is_unknown_is_sent_again_only_on_purpose(job, meta, beside, tmp_path, ledger):
    (tmp_path / "job.py").write_text(JOB)
    command = beside("run", "job.py", "-c", "c.json", "-s", "s.json", "--run-id", "r1")

    def kill():
        command.kill()
        return meta.refusal(190)

    meta.at(3, kill)
    command.end()
    job(JOB, "--resume", "r1")
    assert outcomes(ledger()) == ("finished", {"sent": 4, "unknown": 1})
    refused = job(JOB, "--resume", "r1", "--resend-unknown")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert len(meta.accepted) == 4
    done = job(JOB, "--resume", "r1", "--resend-unknown", "--yes")
    assert done.code == 0, done.err
    assert meta.accepted == hello(0, 1, 3, 4, 2)
    assert outcomes(ledger()) == ("finished", {"sent": 5})


@pytest.mark.long
@pytest.mark.parametrize(("key", "code", "sent"), [("y", 0, (0, 2, 3, 4, 1)), ("n", 2, (0, 2, 3, 4))])
def test_on_a_terminal_it_asks_before_it_sends_that_again(job, meta, beside, screen, tmp_path, key, code, sent):
    job(JOB, "--dry-run")
    command = beside("run", "job.py", "-c", "c.json", "-s", "s.json", "--run-id", "r1")

    def kill():
        command.kill()
        return meta.refusal(190)

    meta.at(2, kill)
    command.end()
    job(JOB, "--resume", "r1")
    terminal = screen("adaptor", "run", "job.py", "-c", "c.json", "--resume", "r1", "--resend-unknown")
    assert "People who got it get it twice" in terminal.read("[y/N] ")
    terminal.type(f"{key}\n")
    terminal.read()
    assert terminal.end() == code
    assert meta.accepted == hello(*sent)


# --- The file ---


def test_a_job_that_sends_nothing_leaves_no_ledger(job, tmp_path):
    assert job("fn(lambda s: s)").code == 0
    assert job(JOB, "--dry-run").code == 0
    assert not (tmp_path / ".adaptor").exists()


def test_a_run_in_the_sandbox_leaves_no_ledger(job, meta, tmp_path):
    assert job(JOB, "--sandbox").code == 0
    assert not (tmp_path / ".adaptor").exists()
    assert job(JOB, "--sandbox", "--resume", "r1").code == 2


def test_the_ledger_is_its_owners_alone_and_its_path_is_told(job, meta, tmp_path):
    file = tmp_path / ".adaptor" / "ledger.db"
    done = job(JOB)
    assert f"{file} as run" in done.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_no_secret_is_in_the_ledger_nor_in_anything_else_that_is_written(job, meta):
    script = "fn(lambda s: {**s, 'copy': [s['configuration'], 'token ' + s['configuration']['access_token']]})\n" + JOB
    meta.at(3, lambda: meta.refusal(190))
    first = job(script, "-l", "debug", "-O")
    second = job(script, "--resume", run_id(first.err), "-l", "debug", "-O")
    assert second.code == 0
    (second.folder / "c.json").unlink()
    assert TOKEN not in first.out + first.err + second.written()
    assert SECRET not in first.out + first.err + second.written()
    assert PEOPLE[0] in second.written()


def test_a_ledger_that_cannot_be_made_stops_before_anything_is_sent(job, meta, tmp_path):
    (tmp_path / ".adaptor").write_text("a file where the folder should be")
    done = job(JOB)
    assert done.code == 2
    assert meta.accepted == []
    assert done.err.count("cannot be used") == 1
    assert "--database" in done.err
    assert "Traceback" not in done.err


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of a file")
def test_a_disk_that_is_full_stops_at_the_write_that_cannot_be_noted(job, meta, tmp_path, environment, ledger):
    names = [str(10**15 + number) for number in range(700)]
    (tmp_path / "job.py").write_text(JOB)
    (tmp_path / "many.json").write_text(json.dumps({"data": names}))
    job("log(1)", "--dry-run")
    (tmp_path / "job.py").write_text(JOB)
    words = [sys.executable, "-m", "adaptor", "run", "job.py", "-c", "c.json", "-s", "many.json"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 350; exec "$@"', "sh", *words], cwd=tmp_path, env=environment, capture_output=True
    )
    assert done.returncode == 1
    assert 0 < len(meta.accepted) < 700
    assert done.stderr.decode().count("cannot be written") <= 2
    assert b"Traceback" not in done.stderr
    before = len(meta.accepted)
    name = run_id(done.stderr.decode())
    again = job(JOB, "--resume", name, "-l", "error")
    assert again.code in (0, 1), again.err
    assert len({psid for psid, _ in meta.accepted}) == len(meta.accepted) >= before
    assert len(meta.accepted) + (outcomes(ledger())[1].get("unknown", 0)) >= 700


# --- Elsewhere ---


@pytest.mark.long
def test_postgresql_does_the_same(job, meta, fresh_postgresql, ledger, tmp_path):
    meta.at(3, lambda: meta.refusal(190))
    first = job(JOB, "--database", fresh_postgresql)
    assert first.code == 1
    name = run_id(first.err)
    refused = job(JOB, env={"ADAPTOR_DATABASE": fresh_postgresql})
    assert refused.code == 2
    dry = job(JOB, "--resume", name, "--database", fresh_postgresql, "--dry-run")
    assert len(dry.out.splitlines()) == 3
    assert job(JOB, "--resume", name, "--database", fresh_postgresql).code == 0
    assert meta.accepted == hello(0, 1, 2, 3, 4)
    assert outcomes(ledger(fresh_postgresql)) == ("finished", {"sent": 5})
    assert not (tmp_path / ".adaptor").exists()


def test_another_program_goes_on_with_a_run_too(meta, tmp_path, plain_environment):
    (tmp_path / "job.py").write_text(JOB)
    database = os.fspath(tmp_path / "runs.db")
    credentials = {"access_token": TOKEN, "base_url": meta.url, "max_retries": 0}
    given = {"credentials": credentials, "database": database}
    meta.at(3, lambda: meta.refusal(190))
    first = run_job(tmp_path / "job.py", {"data": PEOPLE}, **given)
    assert (first.exit_code, first.ledger, first.is_finished) == (1, database, False)
    again = run_job(tmp_path / "job.py", {"data": PEOPLE}, **given)
    assert again.exit_code == 2
    second = run_job(tmp_path / "job.py", resume=first.run_id, **given)
    assert (second.exit_code, second.run_id, second.is_finished) == (0, first.run_id, True)
    assert second.state["data"] == {"recipient_id": PEOPLE[4], "message_id": "m_5"}
    assert meta.accepted == hello(0, 1, 2, 3, 4)


def test_a_time_to_forget_that_is_no_number_is_refused_before_anything_is_sent(job, meta):
    done = job(JOB, env={"ADAPTOR_RETENTION_DAYS": "a month"})
    assert done.code == 2
    assert "ADAPTOR_RETENTION_DAYS is no number of days" in done.err
    assert meta.accepted == []


def test_a_supervised_run_that_is_gone_on_with_and_killed_again_keeps_its_name(job, meta):
    stubborn = "import os\n" + JOB + "fn(lambda s: os._exit(0) if os.environ.get('ENDS') else s)\n"
    first = job(stubborn, "--timeout", "30", env={"ENDS": "1"})
    second = job(stubborn, "--resume", run_id(first.err), "--timeout", "30", env={"ENDS": "1"})
    assert second.code == 4
    assert run_id(second.err) == run_id(first.err)
    assert len(meta.accepted) == 5


def test_runs_that_finished_long_ago_forget_their_people_where_that_is_wished(job, meta, ledger, tmp_path):
    meta.at(6, lambda: meta.refusal(190))
    job(JOB, "--run-id", "old")
    (tmp_path / "other.json").write_text(json.dumps({"data": PEOPLE[:2]}))
    assert job(JOB, "--run-id", "new", state="other.json", env={"ADAPTOR_RETENTION_DAYS": "0"}).code == 1
    store = ledger()
    assert store.runs.find("old").purged is not None
    assert store.runs.find("new").purged is None
    assert {row.write.recipient for row in store.writes.records("old")} == {""}


@pytest.mark.parametrize(
    "script",
    [
        "import json\nfor person in json.load(open('people.json')):\n    send_text(person, f'Hello {person}')\n",
        "import json\ncombine(*[send_text(person, f'Hello {person}') for person in json.load(open('people.json'))])\n",
    ],
    ids=["for", "combine"],
)
def test_people_whom_a_job_goes_through_by_itself_may_come_in_another_order(job, meta, tmp_path, script):
    (tmp_path / "people.json").write_text(json.dumps(PEOPLE))
    meta.at(4, lambda: meta.refusal(190))
    assert job(script, "--run-id", "r1").code == 1
    assert meta.accepted == hello(0, 1, 2)
    (tmp_path / "people.json").write_text(json.dumps([PEOPLE[4], *PEOPLE[:4]]))
    done = job(script, "--resume", "r1")
    assert done.code == 0, done.err
    assert meta.accepted == hello(0, 1, 2, 4, 3)


def test_another_system_that_is_told_in_a_loop_of_the_job_is_told_of_each_row_once(job, meta, tmp_path):
    script = "import json\nfor row in json.load(open('rows.json')):\n"
    script += f"    http.post('{meta.url}/told', body={{'step': row}})\n"
    script += f"send_text('{PEOPLE[0]}', 'hi')\n"
    (tmp_path / "rows.json").write_text(json.dumps(["a", "b", "b"]))
    meta.at(1, lambda: meta.refusal(190))
    assert job(script, "--run-id", "r1").code == 1
    (tmp_path / "rows.json").write_text(json.dumps(["new", "b", "a", "b"]))
    done = job(script, "--resume", "r1")
    assert done.code == 0, done.err
    assert meta.told == ["a", "b", "b", "new"]


def test_another_address_at_the_same_place_is_another_call(job, meta, tmp_path, httpserver):
    httpserver.expect_request("/else", method="POST").respond_with_json({})
    script = f"http.post('{meta.url}/' + open('where').read(), body={{'step': 'x'}})\nsend_text('{PEOPLE[0]}', 'hi')\n"
    (tmp_path / "where").write_text("told")
    meta.at(1, lambda: meta.refusal(190))
    assert job(script, "--run-id", "r1").code == 1
    (tmp_path / "where").write_text("else")
    assert job(script, "--resume", "r1").code == 0
    assert meta.told == ["x"]
    assert [request.path for request, _ in httpserver.log].count("/else") == 1


def test_a_job_that_has_moved_its_lines_does_not_tell_another_system_again(job, meta, tmp_path):
    script = f"http.post('{meta.url}/told', body={{'step': 'x'}})\n" + JOB.replace("state.data,", f"{PEOPLE},", 1)
    meta.at(3, lambda: meta.refusal(190))
    assert job(script, "--run-id", "r1").code == 1
    done = job(f"# A word.\n{script}", "--resume", "r1", "--allow-changed")
    assert meta.told == ["x"]
    assert meta.accepted == hello(0, 1, 2, 3, 4), done.err
