"""A job that is begun again after a run that did not end well: nobody is written to twice, whatever came between."""

import json
import os
import stat
import subprocess

import pytest

from adaptor.ledger.store import open_store

pytestmark = pytest.mark.long

ANA, BEN, CID = "6543210987654321", "6543210987654322", "6543210987654323"
ROWS = [{"psid": ANA, "name": "Ana"}, {"psid": BEN, "name": "Ben"}, {"psid": CID, "name": "Cid"}]
SEND = 'send_text(state.data.psid, f"Hello {state.data.name}")'
JOB = f"try_each(state.data.rows, {SEND})\n"


@pytest.fixture
def job(adaptor, meta, tmp_path):
    """Run `job.py` over the three people; `job(script, …)` writes it first, `job(None, …)` names what to run."""
    (tmp_path / "c.json").write_text(json.dumps({"access_token": "EAAG-token", "base_url": meta.url, "max_retries": 0}))
    (tmp_path / "s.json").write_text(json.dumps({"data": {"rows": ROWS}}))

    def start(script, *arguments, path=("job.py",), state="s.json", **more):
        if script is not None:
            (tmp_path / path[0]).write_text(script)
        given = [] if "--resume" in arguments else ["-s", state]
        return adaptor(None, *path, "-c", "c.json", *given, *arguments, **more)

    return start


@pytest.fixture
def store(tmp_path):
    opened = []

    def look():
        opened.append(open_store(str(tmp_path / ".adaptor" / "ledger.db")))
        return opened[-1]

    yield look
    for each in opened:
        each.close()


def names(meta):
    """Who was written to, in order."""
    return [text.removeprefix("Hello ") for _, text in meta.accepted]


def refuse_ben(meta):
    meta.at(2, lambda: meta.refusal(100))


# --- The guard holds until a run ends well ---


def test_it_holds_however_often_the_job_is_begun_again(job, meta, store):
    refuse_ben(meta)
    assert job(JOB, "--run-id", "r1").code == 1
    for number in range(23):
        done = job(None)
        assert (done.code, "`r1`" in done.err) == (1, True), (number, done.err)
    assert names(meta) == ["Ana", "Cid"]
    # A run that was refused before it had sent anything is none to go on with.
    assert [each.id for each in store().runs.newest()] == ["r1"]


PROJECT = f"""
workflows:
  alpha:
    jobs:
      tell:
        body: |
          {JOB.strip()}
  beta:
    jobs:
      greet:
        body: |
          import os
          send_text(state.data.rows[0].psid, lambda state: f"Hello {{os.urandom(4).hex()}}")
"""


def test_it_holds_for_one_workflow_of_a_project_while_another_one_runs(job, meta, tmp_path, store):
    (tmp_path / "project.yaml").write_text(PROJECT)
    refuse_ben(meta)
    assert job(None, "--run-id", "r1", path=("project.yaml", "alpha")).code == 1
    for _ in range(21):
        done = job(None, path=("project.yaml", "beta"))
        assert done.code == 0, done.err
    sent = len(meta.accepted)
    done = job(None, path=("project.yaml", "alpha"))
    assert (done.code, "`r1`" in done.err) == (1, True)
    assert len(meta.accepted) == sent
    # The last run is the workflow's own.
    done = job(None, "--resume", "last", path=("project.yaml", "alpha"))
    assert "Continuing r1" in done.err
    assert done.code == 0, done.err


def test_it_holds_for_a_single_step_that_is_begun_after_the_whole(job, meta, tmp_path):
    steps = [{"id": "load", "expression": "log(1)", "next": "tell"}, {"id": "tell", "expression": JOB}]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    refuse_ben(meta)
    assert job(None, "--run-id", "r1", path=("w.json",)).code == 1
    assert job(None, "--only", "load", path=("w.json",)).code == 0
    assert "`r1`" in job(None, "--start", "tell", path=("w.json",)).err
    assert names(meta) == ["Ana", "Cid"]


def test_it_ends_where_a_run_of_the_job_ends_well(job, meta):
    refuse_ben(meta)
    job(JOB, "--run-id", "r1")
    assert job(None, "--resume", "r1").code == 0
    done = job(None)
    assert (done.code, len(meta.accepted)) == (0, 6), done.err


# --- Continuing the refused one ---


def test_only_the_earlier_run_is_offered_to_go_on_with(job, meta):
    refuse_ben(meta)
    job(JOB, "--run-id", "r1")
    done = job(None, "--run-id", "r2")
    assert "--resume r1" in done.err
    assert "Continue with:" not in done.err
    assert "--resume r2" not in done.err
    assert "Continuing r1" in job(None, "--resume", "last").err
    assert names(meta) == ["Ana", "Cid", "Ben"]


@pytest.mark.parametrize("first", ["r1", "r2"])
def test_going_on_with_both_writes_to_nobody_twice(job, meta, tmp_path, first):
    """The second one has written to somebody new before it was refused, so it stays."""
    new = {"psid": "6543210987650001", "name": "Dan"}
    (tmp_path / "more.json").write_text(json.dumps({"data": {"rows": [new, *ROWS]}}))
    refuse_ben(meta)
    job(JOB, "--run-id", "r1")
    done = job(None, "--run-id", "r2", state="more.json")
    assert (done.code, names(meta)) == (1, ["Ana", "Cid", "Dan"])
    assert "Continue with:" not in done.err
    for run in (first, {"r1": "r2", "r2": "r1"}[first]):
        done = job(None, "--resume", run)
        assert done.code == 0, done.err
    assert sorted(names(meta)) == ["Ana", "Ben", "Cid", "Dan"]


def test_a_run_that_was_begun_anew_on_purpose_goes_on_to_everybody(job, meta):
    refuse_ben(meta)
    job(JOB, "--run-id", "r1")
    meta.at(5, lambda: meta.refusal(190))
    assert job(None, "--fresh", "--run-id", "r2").code == 1
    assert job(None, "--resume", "r2").code == 0
    assert names(meta) == ["Ana", "Cid", "Ana", "Ben", "Cid"]


@pytest.mark.parametrize("handler", ["lambda error, state: state", "lambda error, state: log('passed over')(state)"])
def test_a_handler_that_catches_the_refusal_does_not_make_the_run_end_well(job, meta, handler):
    script = JOB.replace(SEND, f"{SEND}.catch(WindowClosed, {handler})")
    caught = JOB.replace(SEND, f"{SEND}.catch({handler})")
    refuse_ben(meta)
    assert job(script, "--run-id", "r1").code == 1
    for _ in range(2):
        done = job(caught)
        assert (done.code, "`r1`" in done.err) == (1, True), done.err
    assert names(meta) == ["Ana", "Cid"]


# --- A job that was mended ---

MENDED = {
    "an empty line above": f"\n\n{JOB}",
    "a comment above": f"# Mended.\n{JOB}",
    "another loop": JOB.replace("try_each", "each"),
    "a broadcast": f"broadcast(state.data.rows, {SEND})\n",
    "a condition around it": f"try_each(state.data.rows, fn_if(state.data.name != 'Eve', {SEND}))\n",
    "another operation before it": f"log('begin')\n{JOB}",
}


@pytest.mark.parametrize("mended", MENDED.values(), ids=MENDED)
def test_a_job_that_was_mended_writes_to_nobody_again(job, meta, mended):
    refuse_ben(meta)
    assert job(JOB, "--run-id", "r1").code == 1
    done = job(mended)
    assert (done.code, "`r1`" in done.err) == (1, True), done.err
    assert names(meta) == ["Ana", "Cid"]
    done = job(None, "--resume", "r1", "--allow-changed")
    assert len(meta.accepted) == len({to for to, _ in meta.accepted}), done.err


def test_a_job_that_was_mended_says_something_else_on_purpose(job, meta):
    refuse_ben(meta)
    job(JOB, "--run-id", "r1")
    assert job(JOB.replace("Hello", "Good morning")).code == 0
    assert len(meta.accepted) == 5


# --- Outputs that cannot be written ---


@pytest.fixture
def full(tmp_path):
    """A file that nothing can be written to, as on a full disk."""
    os.mknod(tmp_path / "full", stat.S_IFCHR | 0o600, os.makedev(1, 7))
    return "full"


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a device")


@pytest.fixture
def vanishing(tmp_path):
    """A folder that the job takes away before it ends."""
    (tmp_path / "gone").mkdir()
    return f"""\
import os

def vanish(state):
    if os.path.exists("gone") and not os.path.exists("elsewhere.was"):
        os.rename("gone", "elsewhere")
        open("elsewhere.was", "w").close()
    return state

{JOB}fn(vanish)
"""


@pytest.mark.parametrize("option", ["-o", "--report", "--results"])
def test_an_output_that_cannot_be_written_fails_the_run(job, meta, tmp_path, store, vanishing, option):
    if option == "--results":
        # Its file is begun with the first message.
        vanishing = vanishing.replace(JOB, "").replace("fn(vanish)", f"fn(vanish)\n{JOB}")
    done = job(vanishing, "--run-id", "r1", option, "gone/out.json")
    assert done.code == 1, done.err
    assert "gone/out.json cannot be written" in done.err
    assert "Messages: 3 sent." in done.err
    assert "Write the outputs again, and send nothing, with: adaptor run job.py --resume r1" in done.err
    record = store().runs.find("r1")
    assert record.exit_code == 1
    (tmp_path / "elsewhere").rename(tmp_path / "gone")
    assert "`r1`" in job(None, "--run-id", "r2").err
    done = job(None, "--resume", "r1", option, "gone/out.json")
    assert done.code == 0, done.err
    assert (tmp_path / "gone" / "out.json").stat().st_size
    assert len(meta.accepted) == 3


def test_the_other_outputs_are_written_all_the_same(job, tmp_path, vanishing):
    done = job(vanishing, "-o", "gone/out.json", "--report", "report.json", "--results", "results.jsonl")
    assert done.code == 1
    assert json.loads((tmp_path / "report.json").read_text())["run"]["exit_code"] == 1
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 3


@needs_root
@pytest.mark.parametrize("loop", [JOB, f"broadcast(state.data.rows, {SEND}, batch_size=1)\n"])
def test_results_that_cannot_be_written_lose_no_outcome(job, meta, store, full, loop):
    done = job(loop, "--run-id", "r1", "--results", full)
    assert (done.code, len(meta.accepted)) == (1, 3), done.err
    assert "The results full cannot be written: No space left on device." in done.err
    assert "Messages: 3 sent." in done.err
    assert "--resume r1" in done.err
    assert store().runs.find("r1").outcomes == {"sent": 3}


# --- What is no regular file ---


@pytest.mark.parametrize("option", ["-o", "--report", "--results", "--preview", "--transcript"])
def test_a_pipe_is_written_to_and_stays(job, tmp_path, option):
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE)
    try:
        sandbox = ["--sandbox"] if option in ("--preview", "--transcript") else []
        done = job(JOB, option, "pipe", *sandbox)
        assert done.code == 0, done.err
        out, _ = reader.communicate(timeout=60)
    finally:
        reader.kill()
    assert out
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@needs_root
@pytest.mark.parametrize("option", ["-o", "--report", "--results"])
def test_a_device_is_written_to_and_stays(job, tmp_path, option):
    os.mknod(tmp_path / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    done = job(JOB, option, "null")
    assert done.code == 0, done.err
    assert stat.S_ISCHR((tmp_path / "null").stat().st_mode)


# --- What ran before ---


def test_the_newest_run_that_sent_something_is_told_of(job, meta):
    assert job(JOB, "--run-id", "r1").code == 0
    meta.at(4, lambda: meta.refusal(190))
    assert job(None, "--run-id", "r2").code == 1
    done = job(None)
    assert "run `r1`, less than a minute ago, sent 3 messages to 3 people" in done.err


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        ([2], "sent 2 messages to 2 people; of 1 more it is not known whether it arrived."),
        ([1, 2], "sent 1 message to 1 person; of 2 more it is not known whether they arrived."),
    ],
)
def test_what_nobody_knows_of_is_not_told_as_sent(job, meta, lost, words):
    for number in lost:
        meta.at(number, meta.broken)
    assert job(JOB, "--run-id", "r1").code == 1
    assert words in job(None).err


def test_messages_are_counted_apart_from_other_calls(job, meta, adaptor):
    script = f"each({ROWS}, typing_on(state.data.psid))\n{JOB.replace('state.data.rows', str(ROWS))}"
    meta.at(2, lambda: meta.refusal(190))
    assert job(script, "--run-id", "r1").code == 1
    shown = adaptor(None, "show", "r1", command="runs").out
    assert "writes:   1 sent, 1 failed, 3 other calls sent" in shown
    head, line = adaptor(None, "list", command="runs").out.splitlines()
    assert head.split()[-4:] == ["SENT", "FAILED", "OTHER", "EXIT"]
    assert line.split()[-4:] == ["1", "1", "3", "1"]
    refused = job(None)
    assert (
        "stopped before its end: 1 sent, 3 other calls sent. A new run would send those messages again." in refused.err
    )
    assert ": 1 sent, 1 failed, 3 other calls sent." in job(None, "--resume", "r1").err


def test_where_there_was_only_another_call_nobody_was_written_to(job, meta):
    meta.at(1, lambda: meta.refusal(190))
    job("typing_on('6543210987654321')\nsend_text('6543210987654321', 'Hello')\n", "--run-id", "r1")
    refused = job(None)
    assert "stopped before its end: 1 other call sent. A new run would make those calls again." in refused.err


def test_it_holds_where_the_folder_was_moved_with_its_ledger(job, meta, tmp_path, forks):
    refuse_ben(meta)
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "job.py").write_text(f"{JOB}fn(lambda state: 1 / 0)\n")
    first = job(None, "--run-id", "r1", path=("first/job.py",))
    assert first.code == 1
    (tmp_path / "first").rename(tmp_path / "second")
    done = job(None, path=("second/job.py",))
    assert (done.code, "`r1`" in done.err) == (1, True), done.err
    assert job(None, "--resume", "last", path=("second/job.py",)).code == 1
    assert names(meta) == ["Ana", "Cid", "Ben"]
