"""A short soak: the service grows nowhere, and everybody gets everything once, across a restart."""

import importlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


@pytest.fixture
def soak(monkeypatch):
    """The module of the benchmark."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield importlib.import_module("soak")
    for name in ("soak", "traffic"):
        del sys.modules[name]


@pytest.mark.long
def test_a_service_under_traffic_grows_nowhere_and_sends_everything_once():
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "soak.py"), "--minutes", "0.34"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing grows, nobody got anything twice, and nothing was lost." in done.stdout


@pytest.mark.parametrize("grows", ["server_kib", "handles", "workers_handles", "threads"])
def test_the_soak_finds_what_grows(soak, grows, capsys):
    flat = {"server_kib": 45_000, "handles": 27, "workers_handles": 14, "threads": 8}
    found = soak.Soak(1, 1, 1)
    for number in range(200):
        values = {**flat, grows: flat[grows] * (1 + number / 100)}
        sizes = {"workers_kib": [41_000, 41_000], "file": 0, "log": 0, "messages": number}
        found.samples.append(soak.Sample(at=number, began=number, life=number // 100, **values, **sizes))
    found.check_processes()
    assert len(found.problems) == 2
    assert len({problem.partition(": ")[2].partition(":")[0] for problem in found.problems}) == 1


def test_the_soak_finds_what_got_lost_and_what_came_twice(soak):
    lost, twice = soak.compare_messages(Counter({("1", "a"): 1, ("2", "b"): 1}), Counter({("2", "b"): 2}))
    assert lost == "1 messages got lost, such as ('1', 'a')"
    assert twice == "1 messages came twice, or were not asked for, such as ('2', 'b')"
    assert soak.compare_messages(Counter("ab"), Counter("ba")) == []
