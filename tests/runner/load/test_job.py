"""What is left of a job when its run has ended."""

import subprocess
import sys

from adaptor.runner import run

OPEN_FILES = """\
import csv

plain = open("plain.txt", "w")
rows = csv.writer(open("rows.csv", "w", newline=""))


class Keeper:
    def __init__(self):
        self.file = open("held.txt", "w")


held = Keeper()


def write(state):
    plain.write("plain")
    rows.writerow([1, 2])
    held.file.write("held")
    return state


fn(write)
"""


def test_what_a_job_has_written_to_files_that_it_left_open_is_in_them(tmp_path):
    (tmp_path / "job.py").write_text(OPEN_FILES)
    subprocess.run([sys.executable, "-m", "adaptor", "run", "job.py"], cwd=tmp_path, check=True, capture_output=True)
    texts = [(tmp_path / name).read_text() for name in ("plain.txt", "rows.csv", "held.txt")]
    assert texts == ["plain", "1,2\n", "held"]


LEFT_BEHIND = """\
import atexit

order = open("order.txt", "a")


class Connection:
    def __init__(self, name):
        self.name, self.itself = name, self

    def __del__(self):
        with open("order.txt", "a") as file:
            file.write(f"{self.name} ")


known = Connection("known")


def forget(state):
    Connection("forgotten")
    return state


@atexit.register
def last():
    order.write(f"exit with {known.name} ")
    order.flush()


fn(forget)
"""


def test_objects_that_a_job_leaves_behind_are_finalized_after_its_exit_handlers(tmp_path):
    (tmp_path / "job.py").write_text(LEFT_BEHIND)
    subprocess.run([sys.executable, "-m", "adaptor", "run", "job.py"], cwd=tmp_path, check=True, capture_output=True)
    order = (tmp_path / "order.txt").read_text()
    assert order.startswith("exit with known ")
    assert sorted(order.split()[3:]) == ["forgotten", "known"]


def test_the_module_of_a_job_is_removed(tmp_path):
    (tmp_path / "job.py").write_text("fn(lambda state: {**state, 'data': __name__})")
    done = run(tmp_path / "job.py")
    assert done.state["data"].startswith("adaptor_job")
    assert done.state["data"] not in sys.modules
