"""Once per visit, also when between two attempts the world has changed: its hours, its rows, another start."""

from __future__ import annotations

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    #: See `conftest.py`.
    Job = Any

COUNT = 30
MOST_ATTEMPTS = 20
AT_ONCE = 2
LOOK = "fn(lambda s: {**s, 'hours': int(open('hours').read())})\n"
TEXT = 'send_text(state.data.psid, f"Text for {state.data.visit}")'
OTHER = 'send_text(state.data.psid, f"Template for {state.data.visit}")'
#: Of each visit somebody is told in one way or the other.
JOBS = {
    "fn_if": f"{LOOK}try_each(Path('people.csv'), fn_if(state.hours < 24, {TEXT}, else_={OTHER}))",
    "catch": f"try_each(Path('people.csv'), {TEXT}.catch(lambda error, s: {OTHER}(s)))",
    "a function": f"{LOOK}try_each(Path('people.csv'), fn(lambda s: ({TEXT} if s['hours'] < 24 else {OTHER})(s)))",
    "for": "import csv\nhours = int(open('hours').read())\n"
    "for row in csv.DictReader(open('people.csv')):\n"
    "    if hours < 24:\n        send_text(row['psid'], f\"Text for {row['visit']}\")\n"
    "    else:\n        send_text(row['psid'], f\"Template for {row['visit']}\")\n",
}


def _arm(job: Job, event: str, nth: int, seconds: float, pid: int) -> None:
    job.ask("arm", pid, event, nth, seconds)


def go_through(seed: int, make: Callable[..., Job]) -> None:
    """Kill a job some times, with other hours and another order of the rows at each attempt, and see it through."""
    chance = random.Random(seed)
    what = chance.choice(list(JOBS))
    job = make(JOBS[what], name=f"world {seed}", latency=0.004, seed=seed)
    people = job.people_of(COUNT)
    if what == "catch":
        # Some are certainly refused, and then told in the other way.
        job.ask("fault", 613, share=0.2)
    run, kills = f"world-{seed}", chance.choice([1, 2, 3])
    log = ""
    for attempt in range(MOST_ATTEMPTS):
        chance.shuffle(people)
        # A row twice.
        job.write_people([*people, chance.choice(people)])
        (job.folder / "hours").write_text(str(chance.choice([23, 24])))
        begun = job.status(run) is not None
        options = ["--resume", run] if begun else ["--run-id", run, "--fresh"]
        before = None
        if attempt < kills:
            event = chance.choice(["request", "part", "answer", "answered"])
            nth, seconds = chance.randint(1, COUNT // (attempt + 1)), chance.choice([0, 0.005])
            before = partial(_arm, job, event, nth, seconds)
        process = job.start(*options, configuration={"max_retries": 0}, before=before)
        _, log = job.end(process)
        if job.status(run) == "finished":
            break
    # Where the script itself goes through the rows, the first that would be told in another way ends the run.
    assert job.status(run) == "finished" or what == "for", log
    got = Counter((each.recipient, each.text.partition(" for ")[2]) for each in job.accepted())
    twice = {who: count for who, count in got.items() if count > 1}
    assert not twice, f"told in both ways ({what}): {twice}\n{log}"
    job.check_ledger(run)
    if what == "catch":
        # The loop has come to everybody: who was not reached was not refused either.
        told = {row.write.recipient for row in job.rows(run) if row.outcome in ("sent", "unknown")}
        assert told == {each["psid"] for each in people}


def some(seeds: range, job: Callable[..., Job]) -> None:
    def one(seed: int) -> None:
        try:
            go_through(seed, job)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(one, seeds):
            pass


@pytest.mark.long
def test_of_each_visit_is_told_in_one_way_alone_whatever_changes(job: Callable[..., Job]) -> None:
    some(range(5), job)


@pytest.mark.long
def test_of_each_visit_is_told_in_one_way_alone_whatever_changes_100_times(job: Callable[..., Job]) -> None:
    some(range(100, 200), job)


# --- Another start ---


def overlap(seed: int, make: Callable[..., Job]) -> None:
    """Start a job twice; the one that comes first to its first message is killed somewhere, and goes on."""
    chance = random.Random(seed)
    gate = "import os\nfn(lambda s: s if open(os.environ['GATE']).read() else s)\n"
    loop = chance.choice([f"try_each(Path('people.csv'), {TEXT})", f"broadcast(Path('people.csv'), {TEXT}, rate=3000)"])
    job = make(gate + loop, name=f"overlap {seed}", latency=0.004, seed=seed)
    job.write_people(job.people_of(COUNT))
    started = []
    for name in ("first", "second"):
        os.mkfifo(job.folder / name)
        started.append(job.start("--run-id", name, environment={"GATE": name}))
    gates = [(job.folder / name).open("w") for name in ("first", "second")]
    if chance.random() < 0.7:
        job.ask("arm", started[0].pid, "part", chance.randint(1, COUNT), 0)
    codes = []
    for process, gate_of in zip(started, gates, strict=True):
        with gate_of:
            gate_of.write("open")
        codes.append(job.end(process))
    if codes[0][0] != 0:
        # The other one may send what is left, but nothing that the first has sent.
        assert job.status("second") in (None, "stopped", "finished")
        job.run("--resume", "first", environment={"GATE": "people.csv"})
    else:
        assert codes[1][0] == 2, codes[1][1]
    got = Counter((each.recipient, each.text) for each in job.accepted())
    assert not {who: count for who, count in got.items() if count > 1}
    assert len(got) == COUNT


@pytest.mark.long
def test_two_starts_that_overlap_write_to_nobody_twice(job: Callable[..., Job]) -> None:
    for seed in range(6):
        overlap(seed, job)


# --- The day after ---


@pytest.mark.long
def test_the_next_days_run_never_repeats_what_a_run_with_failures_has_sent(job: Callable[..., Job]) -> None:
    for seed in range(4):
        chance = random.Random(seed)
        campaign = job(f"try_each(Path('people.csv'), {TEXT})", name=f"days {seed}", latency=0.002, seed=seed)
        people = campaign.people_of(COUNT)
        campaign.ask("fault", 100, share=0.1)
        for day in range(4):
            # Some of yesterday's rows are still there.
            campaign.write_people(chance.sample(people, COUNT // 2) + campaign.people_of(5, first=1000 * (day + 1)))
            code, log = campaign.run("--run-id", f"day-{day}")
            # 2: yesterday's run was stopped by this very rule, and says so before anything is sent.
            assert code in (0, 1, 2), log
            got = Counter((each.recipient, each.text) for each in campaign.accepted())
            if code == 0:
                # It ended well: from here on a message may be sent anew.
                break
            assert not {who: count for who, count in got.items() if count > 1}, log
