"""What a job has started does not outlive its run, whichever of the processes around it is killed."""

import os
import signal
import sys
from pathlib import Path

import pytest

from ..processes import children_of, message, wait_until, write_bot

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="only on Linux what has left the process group is found"),
]

FAMILY = """
import os, subprocess, sys, time
from pathlib import Path

LEAVES = '''
import os, subprocess
os.setsid()
print(subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL).pid, flush=True)
'''

def begin(s):
    if Path("family").exists():
        return s
    plain = subprocess.Popen(["sleep", "60"]).pid
    # A session of its own, and a parent that is gone.
    left = subprocess.run([sys.executable, "-c", LEAVES], stdout=subprocess.PIPE, text=True).stdout
    forked = os.fork()
    if not forked:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    Path("new").write_text(f"{os.getpid()} {plain} {int(left)} {forked}")
    os.rename("new", "family")
    SLEEP
    return s

fn(begin)
"""


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def begun(serve, sandbox, folder, script):
    """Return a server, the processes between it and the job, the job, and what the job has started."""
    write_bot(folder, sandbox, script)
    server = serve("--workers", "1")
    wait_until(lambda: [*children_of(server.process.pid), None][0] is not None)
    (guard,) = children_of(server.process.pid)
    wait_until(lambda: children_of(guard))
    (worker,) = children_of(guard)
    assert server.post(message()) == 200
    wait_until((folder / "family").exists)
    return server, guard, worker, *map(int, (folder / "family").read_text().split())


@pytest.mark.parametrize("who", ["guard", "worker", "job"])
def test_what_a_job_has_started_is_ended_and_the_run_decided_whoever_is_killed(serve, sandbox, tmp_path, store, who):
    server, guard, worker, job, *others = begun(serve, sandbox, tmp_path, FAMILY.replace("SLEEP", "time.sleep(60)"))
    os.kill({"guard": guard, "worker": worker, "job": job}[who], signal.SIGKILL)
    for pid in (job, *others):
        wait_until(lambda pid=pid: is_gone(pid))
    # A job that is killed may do so again; without its worker it is resumed by another one.
    server.wait_for("hook: killed" if who == "job" else "hook: succeeded")
    assert is_gone(worker) == is_gone(guard) == (who != "job")
    server.stop()


def test_nothing_of_a_worker_outlives_a_server_that_is_killed(serve, sandbox, tmp_path):
    server, *pids = begun(serve, sandbox, tmp_path, FAMILY.replace("SLEEP", "time.sleep(60)"))
    server.kill()
    for pid in pids:
        wait_until(lambda pid=pid: is_gone(pid))


def test_nothing_that_a_job_has_started_outlives_a_run_that_ends_well(serve, sandbox, tmp_path):
    server, guard, worker, *rest = begun(serve, sandbox, tmp_path, FAMILY.replace("SLEEP", "pass"))
    server.wait_for("hook: succeeded")
    assert all(map(is_gone, rest))
    assert not is_gone(worker)
    assert not is_gone(guard)
    server.stop()
