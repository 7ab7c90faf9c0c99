"""Runs that take too long or too much memory are ended, whatever they are doing, and what is known is told."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

FIRST = {"id": "first", "expression": "fn(lambda s: {**s, 'data': {'n': 1}})", "next": "slow"}


def job(body):
    return f"import os, signal, socket, subprocess, sys, time\n\ndef slow(s):\n    {body}\n    return s\n\nfn(slow)\n"


@pytest.fixture
def supervised(adaptor, tmp_path):
    def start(body, *arguments, **more):
        (tmp_path / "slow.py").write_text(job(body))
        steps = [FIRST, {"id": "slow", "name": "The slow one", "expression": "./slow.py"}]
        (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
        return adaptor(None, "w.json", "-O", *arguments, **more)

    return start


HANG = "a, b = socket.socketpair(); a.recv(1)"


@pytest.mark.long
@pytest.mark.parametrize("body", ["while True: pass", "time.sleep(60)", HANG, "sum(range(10**12))", "signal.pause()"])
def test_a_step_that_takes_too_long_is_stopped_whatever_it_is_doing(supervised, body):
    done = supervised(body, "--timeout", "0.4")
    assert done.code == 4, done.err
    error = done.state["errors"]["slow"]
    assert (error["code"], error["severity"]) == ("TIMEOUT", "kill")
    assert done.state["data"] == {"n": 1}
    assert done.err.count("longer than --timeout allows") == 1
    assert "The slow one" in done.err
    assert "Traceback" not in done.err


@pytest.mark.long
def test_a_job_that_lets_nothing_stop_it_is_killed(supervised):
    body = "\n    ".join(["while True:", "    try: time.sleep(60)", "    except BaseException: pass"])
    done = supervised(body, "--timeout", "0.4", "--report", "r.json")
    assert done.code == 4
    assert done.state["errors"]["slow"]["code"] == "TIMEOUT"
    report = json.loads((done.folder / "r.json").read_text())
    assert [(step["id"], step["outcome"]) for step in report["steps"]] == [("first", "success"), ("slow", "kill")]


@pytest.mark.long
def test_the_time_of_a_step_begins_anew_with_each_step(adaptor, tmp_path):
    steps = [{"id": f"s{n}", "expression": job("time.sleep(1)"), "next": f"s{n + 1}"} for n in range(3)]
    del steps[-1]["next"]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    assert adaptor(None, "w.json", "--timeout", "2.9").code == 0
    done = adaptor(None, "w.json", "--run-timeout", "0.5", "-O")
    assert done.code == 4
    assert "longer than --run-timeout allows" in done.err


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses the memory itself")
def test_memory_beyond_the_limit_is_refused_and_ends_the_run(supervised):
    done = supervised("bytearray(500_000_000)", "--memory-limit", "100")
    assert done.code == 4
    assert done.state["errors"]["slow"]["code"] == "MEMORY"
    assert supervised("bytearray(5_000_000)", "--memory-limit", "100").code == 0


@pytest.mark.parametrize(("body", "words"), [("os._exit(0)", "os._exit()"), ("os.kill(os.getpid(), 11)", "SIGSEGV")])
def test_a_process_that_dies_by_itself_is_told_and_is_no_success(supervised, body, words):
    done = supervised(body, "--timeout", "30")
    assert done.code == 4
    assert words in done.err
    assert done.state["errors"]["slow"]["code"] == "KILLED"


@pytest.mark.long
def test_what_a_killed_job_had_started_does_not_outlive_it(supervised, tmp_path):
    body = "open('child', 'w').write(str(subprocess.Popen(['sleep', '60']).pid)); sum(range(10**12))"
    assert supervised(body, "--timeout", "0.4").code == 4
    wait_until(lambda: has_ended(int((tmp_path / "child").read_text())))


def has_ended(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split()[2] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def started(tmp_path, environment):
    """Start a command that is not waited for."""
    running = []

    def start(script, *arguments):
        (tmp_path / "job.py").write_text(script)
        process = subprocess.Popen(
            [sys.executable, "-m", "adaptor", "run", "job.py", "-o", "out.json", *arguments],
            cwd=tmp_path,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stderr.close()


def wait_for(file):
    wait_until(lambda: file.exists() and file.read_text())
    return file.read_text()


SAY_PID = "import os, time\nfn(lambda s: (open('pid', 'w').write(str(os.getpid())), time.sleep(60), s)[2])"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_run_does_not_outlive_a_supervisor_that_is_killed(started, tmp_path):
    process = started(SAY_PID, "--timeout", "50")
    child = int(wait_for(tmp_path / "pid"))
    assert child != process.pid
    process.kill()
    wait_until(lambda: has_ended(child))


@pytest.mark.parametrize("arguments", [[], ["--timeout", "50"]])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_and_the_output_is_written(started, tmp_path, arguments, number):
    process = started(SAY_PID, *arguments)
    wait_for(tmp_path / "pid")
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The run was interrupted." in err
    assert err.count("interrupted") == 1
    assert "Nothing was sent." in err
    assert json.loads((tmp_path / "out.json").read_text())["errors"]["job-1"]["code"] == "INTERRUPTED"


def test_a_signal_that_is_ignored_stays_so(tmp_path, environment):
    (tmp_path / "job.py").write_text("import os, signal\nfn(lambda s: (os.kill(os.getpid(), signal.SIGHUP), s)[1])")
    command = f'trap "" HUP; exec "{sys.executable}" -m adaptor run job.py'
    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True).returncode == 0


class SlowGraph:
    """A Graph API that answers when it is told to."""

    def __init__(self, httpserver):
        self.arrived, self.go_on = threading.Event(), threading.Event()
        self.calls = 0
        httpserver.expect_request("/v26.0/me/messages").respond_with_handler(self.answer)
        self.state = json.dumps({"configuration": {"access_token": "secret-token", "base_url": httpserver.url_for("")}})

    def answer(self, request):
        from werkzeug import Response

        self.calls += 1
        self.arrived.set()
        self.go_on.wait(PATIENCE)
        return Response('{"recipient_id": "1", "message_id": "m_1"}', content_type="application/json")


@pytest.fixture
def slow_graph(httpserver):
    graph = SlowGraph(httpserver)
    yield graph
    graph.go_on.set()
    # The server is the same for all tests: a late answer would stand in the log of the next one.
    wait_until(lambda: len(httpserver.log) >= graph.calls)


SEND_TWICE = 'send_text("1", "a")\nsend_text("2", "b")'


@pytest.mark.long
@pytest.mark.parametrize("arguments", [[], ["--timeout", "50"]])
def test_an_answer_that_comes_after_ctrl_c_is_counted_and_nothing_more_is_sent(
    started, tmp_path, slow_graph, httpserver, arguments
):
    process = started(SEND_TWICE, "-S", slow_graph.state, *arguments)
    assert slow_graph.arrived.wait(PATIENCE)
    process.send_signal(signal.SIGINT)
    assert "Waiting up to 10 s for the answer" in next(line for line in process.stderr if "Waiting" in line)
    slow_graph.go_on.set()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "1 sent." in err
    assert "unknown" not in err
    assert len(httpserver.log) == 1
    assert json.loads((tmp_path / "out.json").read_text())["errors"]["job-1"]["code"] == "INTERRUPTED"


@pytest.mark.long
@pytest.mark.parametrize("arguments", [[], ["--timeout", "50"]])
def test_a_second_ctrl_c_stops_at_once_and_the_outcome_is_unknown(started, slow_graph, arguments):
    process = started(SEND_TWICE, "-S", slow_graph.state, *arguments)
    assert slow_graph.arrived.wait(PATIENCE)
    process.send_signal(signal.SIGINT)
    next(line for line in process.stderr if "Waiting" in line)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "1 unknown" in err


@pytest.mark.long
def test_a_request_that_hangs_is_stopped_by_a_timeout_and_its_outcome_is_unknown(adaptor, tmp_path, slow_graph):
    done = adaptor(SEND_TWICE, "-S", slow_graph.state, "--timeout", "1", "-o", "out.json")
    assert done.code == 4
    assert slow_graph.arrived.is_set()
    assert "1 unknown" in done.err
    assert json.loads((tmp_path / "out.json").read_text())["errors"]["job-1"]["code"] == "TIMEOUT"


def test_a_signal_between_two_steps_ends_the_run_before_the_next(adaptor, tmp_path):
    # The cache is written between the steps: it is a moment that a test can hit.
    (tmp_path / "w.json").write_text(
        json.dumps(
            {
                "steps": [
                    {"id": "a", "expression": "fn(lambda s: {**s, 'data': 1})", "next": {"b": "hit()"}},
                    {"id": "b", "expression": "fn(lambda s: {**s, 'data': 2})"},
                ]
            }
        ).replace("hit()", "__import__('os').kill(__import__('os').getpid(), 15) is None")
    )
    done = adaptor(None, "w.json", "-O")
    assert done.code == 130
    assert done.state["data"] == 1
    assert done.state["errors"]["b"]["code"] == "INTERRUPTED"


@pytest.mark.long
def test_a_repeat_is_not_waited_for_once_the_run_is_to_end(started, tmp_path, httpserver):
    from werkzeug import Response

    arrived, go_on = threading.Event(), threading.Event()

    def busy(request):
        arrived.set()
        go_on.wait(PATIENCE)
        error = {"error": {"message": "(#613) Calls to this API have exceeded the rate limit.", "code": 613}}
        return Response(json.dumps(error), status=400, content_type="application/json")

    httpserver.expect_request("/v26.0/me/messages").respond_with_handler(busy)
    configuration = {"access_token": "secret-token", "base_url": httpserver.url_for("")}
    process = started('send_text("1", "a")', "-S", json.dumps({"configuration": configuration}))
    assert arrived.wait(PATIENCE)
    process.send_signal(signal.SIGINT)
    process.stderr.readline()
    go_on.set()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert len(httpserver.log) == 1
    assert "unknown" not in err


# --- What is told of a run that was killed ---

ENDS = "import os\n\ndef end(s):\n    os._exit(0)\n"
ROWS = [str(6543210987654321 + number) for number in range(6)]


@pytest.fixture
def counted(adaptor, meta, tmp_path):
    """Run a job under a supervisor, and return what came of it with its report."""
    (tmp_path / "c.json").write_text(json.dumps({"access_token": "EAAG-token", "base_url": meta.url, "max_retries": 0}))

    def start(script, *arguments, **more):
        words = ("-c", "c.json", "--timeout", "50", "--report", "r.json", "-o", "out.json")
        done = adaptor(script, *words, *arguments, **more)
        done.report = json.loads((tmp_path / "r.json").read_text())
        done.sent = done.report["errors"][0]["sent"]
        return done

    return start


def test_all_that_a_run_counts_is_told_by_its_supervisor_too(counted):
    script = (
        f"{ENDS}try_each({[*ROWS, ROWS[0]]}, combine(typing_on(state.data), send_text(state.data, 'Hello')))\nfn(end)"
    )
    script = script.replace("typing_on(state.data)", "as_('t', typing_on(state.data))")
    done = counted(script, "--limit", "2", "--results", "results.jsonl")
    assert done.code == 4
    assert "Messages: 2 sent, 4 skipped, 1 duplicate. Other calls that change something: 3 sent." in done.err
    assert done.report["messages"] == {"sent": 2, "skipped": 4, "duplicate": 1}
    assert done.sent == "partly"
    rows = (done.folder / "results.jsonl").read_text().splitlines()
    assert [json.loads(row)["outcome"] for row in rows] == ["sent"] * 2 + ["skipped"] * 4 + ["duplicate"]


@pytest.mark.long
def test_what_an_earlier_attempt_has_sent_counts_for_a_step_that_is_killed(counted, meta):
    script = f"{ENDS}each({ROWS}, send_text(state.data, 'Hello'))\nfn(end)"
    assert counted(script, "--run-id", "r1").sent == "partly"
    again = counted(script, "--resume", "r1")
    assert again.sent == "partly"
    assert "6 messages were sent before that." in again.err
    assert "Nothing new was sent. The run as a whole: 6 sent." in again.err
    assert len(meta.accepted) == 6


@pytest.mark.long
@pytest.mark.parametrize("ledger", [[], ["--database", ":memory:"]])
def test_a_broadcast_that_is_killed_is_counted_in_messages(counted, meta, httpserver, tmp_path, ledger):
    from werkzeug import Response

    calls = []

    def take(request):
        calls.append(request)
        if len(calls) == 4:
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        part = {"code": 200, "body": json.dumps({"recipient_id": "1", "message_id": f"m_{len(calls)}"})}
        return Response(json.dumps([part] * 10), content_type="application/json")

    httpserver.expect_request("/v26.0/", method="POST").respond_with_handler(take)
    people = [str(6543210987654321 + number) for number in range(100)]
    script = (
        "import os\nfn(lambda s: (open('pid', 'w').write(str(os.getpid())), s)[1])\n"
        f"broadcast({people}, send_text(state.data, f'Hello {{state.data}}'), batch_size=10, concurrency=1)"
    )
    done = counted(script, *ledger, "--results", "out.csv")
    assert done.code == 4
    assert "Messages: 30 sent, 10 unknown." in done.err
    with open(tmp_path / "out.csv", newline="") as file:
        rows = [(row["recipient"], row["outcome"]) for row in csv.DictReader(file)]
    # Without a ledger that is kept nobody knows who the others are.
    in_flight = [] if ledger else people[30:40]
    assert rows[:30] == [(psid, "sent") for psid in people[:30]]
    assert sorted(rows[30:]) == [(psid, "unknown") for psid in in_flight]
    assert done.report["messages"] == {"sent": 30, "unknown": 10}
    assert done.sent == "unknown"


@pytest.mark.parametrize("ledger", [[], ["--database", ":memory:"]])
def test_a_read_that_is_killed_leaves_nothing_unknown(counted, meta, httpserver, tmp_path, ledger):
    from werkzeug import Response

    def die(request):
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        return Response("{}")

    httpserver.expect_request("/slow").respond_with_handler(die)
    script = (
        f"import os\nfn(lambda s: (open('pid', 'w').write(str(os.getpid())), s)[1])\nsend_text('{ROWS[0]}', 'Hello')\n"
        f"http.get('{meta.url}/slow')"
    )
    done = counted(script, *ledger)
    assert "Messages: 1 sent." in done.err
    assert done.report["outcomes"]["unknown"] == 0
    assert done.sent == "partly"


FAMILY = """
import os, subprocess, sys, time
from pathlib import Path

LEAVES = '''
import os, subprocess
os.setsid()
print(subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL).pid, flush=True)
'''

def slow(s):
    plain = subprocess.Popen(["sleep", "60"]).pid
    # A session of its own, and a parent that is gone.
    left = subprocess.run([sys.executable, "-c", LEAVES], stdout=subprocess.PIPE, text=True).stdout
    forked = os.fork()
    if not forked:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    Path("new").write_text(f"{os.getpid()} {os.getppid()} {plain} {int(left)} {forked}")
    os.rename("new", "family")
    SLEEP
    return s

fn(slow)
"""
ENDINGS = [
    *((who, name) for who in ("supervisor",) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGKILL")),
    ("guard", "SIGKILL"),
    ("job", "SIGKILL"),
    ("job", "SIGQUIT"),
]


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux what has left the process group is found")
@pytest.mark.parametrize(("who", "name"), ENDINGS)
def test_nothing_that_the_job_has_started_outlives_the_run_whatever_ends_it(started, tmp_path, who, name):
    process = started(FAMILY.replace("SLEEP", "time.sleep(60)"), "--timeout", "60")
    job, guard, *others = family(tmp_path)
    os.kill({"supervisor": process.pid, "guard": guard, "job": job}[who], getattr(signal, name))
    code = process.wait(PATIENCE)
    assert code in ((-9,) if (who, name) == ("supervisor", "SIGKILL") else (4, 130))
    wait_until(lambda: all(map(has_ended, (job, guard, *others))))


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux what has left the process group is found")
def test_nothing_that_the_job_has_started_outlives_a_run_that_ends_well(started, tmp_path):
    process = started(FAMILY.replace("SLEEP", "pass"), "--timeout", "60")
    assert process.wait(PATIENCE) == 0
    wait_until(lambda: all(map(has_ended, family(tmp_path))))


def family(folder):
    wait_until((folder / "family").exists)
    return [int(pid) for pid in (folder / "family").read_text().split()]
