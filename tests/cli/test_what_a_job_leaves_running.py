"""Threads and processes of a job: what they do outside of the run is not sent, and the end of a run is never silent."""

import json

import pytest

TOKEN = {"ADAPTOR_ACCESS_TOKEN": "EAAG-token-of-a-test"}

#: A thread begins when the run is over: then the streams are no longer those of the run.
AFTER = """
import sys, threading
from adaptor import send_text
def after_the_run(act):
    streams = sys.stdout
    def late():
        while sys.stdout is streams:
            threading.Event().wait(0.01)
        act()
    threading.Thread(target=late).start()
"""


@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=["a run", "a dry run"])
def test_a_thread_that_outlives_the_run_sends_nothing(adaptor, meta, options):
    script = f"{AFTER}\nfn(lambda s: (after_the_run(lambda: send_text('11', 'late')(dict(s))), s)[1])"
    credentials = json.dumps({"access_token": "EAAG-token-of-a-test", "base_url": meta.url})
    done = adaptor(script, "-c", "credentials.json", *options, files={"credentials.json": credentials})
    assert "Done. Nothing was sent." in done.err
    assert "A thread of the job has failed after the run: JobError" in done.err
    assert meta.accepted == []


def test_the_error_of_a_thread_after_the_run_shows_no_secret(adaptor):
    script = f"{AFTER}\nfn(lambda s: (after_the_run(lambda: int(s['configuration']['access_token'])), s)[1])"
    done = adaptor(script, env=TOKEN)
    assert done.code == 0
    assert "failed after the run: ValueError in" in done.err
    assert TOKEN["ADAPTOR_ACCESS_TOKEN"] not in done.err


@pytest.mark.long
@pytest.mark.parametrize("limit", [["--timeout", "60"], ["--run-timeout", "60"], ["--memory-limit", "1000"]])
def test_a_run_with_limits_ends_though_a_thread_of_its_job_never_does(adaptor, limit):
    script = "import threading\nthreading.Thread(target=threading.Event().wait, name='endless').start()\nlog('x')"
    done = adaptor(script, *limit)
    assert done.code == 0
    assert "The job has left threads running (endless): they end now, since the run has limits." in done.err
    assert "Done." in done.err


ENDS = {
    "in a step": ("import os\nfn(lambda state: os._exit(0))", 1, "step 1 · fn"),
    "while it is loaded": ("import os\nos._exit(0)", 3, "line 2"),
    "in a thread": (
        "import os, threading\n"
        "def go(state):\n"
        "    thread = threading.Thread(target=os._exit, args=(0,))\n"
        "    thread.start()\n"
        "    threading.Event().wait(30)\n"
        "fn(go)",
        3,
        "A thread of the job has ended the process",
    ),
}


@pytest.mark.parametrize("where", ENDS)
def test_a_job_that_ends_its_process_is_no_success(adaptor, where):
    script, code, words = ENDS[where]
    done = adaptor(script)
    assert done.code == code
    assert "os._exit()" in done.err
    assert words in done.err


def test_a_process_that_the_job_forks_ends_as_it_likes(adaptor):
    script = """
import os
def go(state):
    child = os.fork()
    if not child:
        os._exit(7)
    return {**state, "data": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}
fn(go)
"""
    done = adaptor(script, "-O")
    assert done.code == 0
    assert done.state["data"] == 7


@pytest.mark.long
def test_a_thread_that_never_ends_is_named_and_ctrl_c_ends_it(beside, tmp_path):
    (tmp_path / "job.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, name='ticker').start()\nlog('x')"
    )
    command = beside("run", "job.py")
    assert any("has left threads running (ticker)" in line for line in iter(command.process.stderr.readline, ""))
    command.interrupt()
    assert command.end() == 130
    assert "Traceback" not in command.err


FORKED = {
    "while it is loaded": "import os\n_ = os.fork()\nsend_text('6543210987654321', 'once')",
    "in a step": "import os\nfn(lambda state: (os.fork(), state)[1])\nsend_text('6543210987654321', 'once')\n",
}


@pytest.mark.parametrize("options", [[], ["--timeout", "60"]], ids=["alone", "with a limit"])
@pytest.mark.parametrize("script", FORKED.values(), ids=FORKED)
def test_a_process_that_the_job_has_forked_does_not_go_on_with_the_job(adaptor, sandbox, script, options):
    credentials = json.dumps({"access_token": sandbox.access_token, "base_url": sandbox.url})
    done = adaptor(script, "-c", "credentials.json", *options, files={"credentials.json": credentials})
    assert done.code == 0, done.err
    assert "the new process went on with the job. It ends here." in done.err
    assert done.err.count("Done. Messages: 1 sent.") == 1
    assert [message.payload["text"] for message in sandbox.messages] == ["once"]
