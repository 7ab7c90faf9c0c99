"""What else can happen to a run: faults on the way, a full disk, two who resume, a process that sleeps, a clock."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    #: See `conftest.py`.
    Job = Any

pytestmark = pytest.mark.long

BROADCAST = (
    "broadcast(Path('people.csv'), send_text(state.data.psid, f'Hello {state.data.name}.'), "
    "batch_size=10, rate=3000, concurrency=4)"
)
EACH = "each(Path('people.csv'), send_text(state.data.psid, f'Hello {state.data.name}.'))"
COUNT = 100


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """A ledger on a server, or None for one in a file beside the job."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("fresh_postgresql"))


@pytest.fixture
def campaign(job: Callable[..., Job]) -> Job:
    """A broadcast to a hundred people."""
    return to_hundred(job)


@pytest.fixture
def campaign_on_both(job: Callable[..., Job], database: str | None) -> Job:
    """The same on each kind of ledger."""
    return to_hundred(job, database)


def to_hundred(job: Callable[..., Job], database: str | None = None) -> Job:
    """Make a broadcast to a hundred people."""
    made = job(BROADCAST, database=database, latency=0.004)
    made.write_people(made.people_of(COUNT))
    return made


def outcomes(job: Job, run: str = "r") -> Counter[str]:
    """Return how many writes of a run stand where, having compared them with what was accepted."""
    return Counter(row.outcome for row in job.check_ledger(run))


@pytest.mark.parametrize(
    ("what", "details", "unknown", "accepted"),
    [
        ("lost", {"delivered": True}, 10, 100),
        ("reset", {"delivered": True}, 10, 100),
        ("reset", {"delivered": False}, 10, 90),
        ("truncated", {}, 10, 100),
        ("invalid_json", {}, 10, 100),
        ("error", {"code": 2, "delivered": True, "status": 503, "on": "batch"}, 10, 100),
        ("error", {"code": 1200, "delivered": True}, 1, 100),
        ("error_in_200", {"code": 1, "delivered": True}, 1, 100),
        ("null_part", {"delivered": True}, 1, 100),
        ("null_part", {"delivered": False}, 1, 99),
    ],
)
def test_what_may_have_arrived_is_unknown_and_stays_unsent(
    campaign: Job, what: str, details: dict[str, Any], unknown: int, accepted: int
) -> None:
    campaign.ask("fault", what, **{"on": "messages", **details})

    code, log = campaign.run("--run-id", "r")
    assert code == 1, log
    assert outcomes(campaign) == {"sent": COUNT - unknown, "unknown": unknown}
    assert len(campaign.accepted()) == accepted

    campaign.run("--resume", "r")
    assert outcomes(campaign) == {"sent": COUNT - unknown, "unknown": unknown}
    assert len(campaign.accepted()) == accepted


@pytest.mark.parametrize("code", [613, 4, 80006])
def test_parts_that_met_a_rate_limit_are_repeated_alone(campaign: Job, code: int) -> None:
    campaign.ask("fault", code, times=3, on="messages", **({"minutes": 0} if code == 80006 else {}))

    status, log = campaign.run("--run-id", "r")
    assert status == 0, log
    assert outcomes(campaign) == {"sent": COUNT}
    assert "were not taken; trying again" in log


def test_a_limit_that_lasts_longer_than_is_waited_for_ends_the_run_which_goes_on_later(campaign: Job) -> None:
    campaign.ask("fault", 80006, minutes=20, on="messages")

    code, log = campaign.run("--run-id", "r", configuration={"max_wait": 5})
    assert code == 1, log
    found = outcomes(campaign)
    assert found["failed"] >= 1
    assert found["unknown"] == 0
    assert found["sent"] < COUNT

    code, log = campaign.run("--resume", "r")
    assert code == 1
    assert "may not send for" in log
    assert outcomes(campaign)["sent"] == found["sent"]


def test_a_dead_token_in_the_middle_ends_the_run_which_goes_on_later(campaign: Job) -> None:
    campaign.ask("fault", 190, times=1, on="batch")
    code, log = campaign.run("--run-id", "r")
    assert code == 1
    assert "TokenInvalid" in log
    assert outcomes(campaign)["sent"] < COUNT

    code, log = campaign.run("--resume", "r")
    assert code == 0, log
    assert outcomes(campaign) == {"sent": COUNT}


def test_two_processes_that_resume_the_same_run_send_nothing_twice(campaign_on_both: Job) -> None:
    process = campaign_on_both.start(
        "--run-id", "r", before=lambda pid: campaign_on_both.ask("arm", pid, "answered", 3)
    )
    assert campaign_on_both.end(process)[0] == -9

    both = [campaign_on_both.start("--resume", "r") for _ in range(2)]
    ended = [campaign_on_both.end(process) for process in both]

    refused = [log for code, log in ended if code == 2]
    assert len(refused) <= 1, ended
    assert all("under way in another process" in log or "has finished" in log for log in refused), ended
    found = outcomes(campaign_on_both)
    assert found["sent"] + found["unknown"] == COUNT


@pytest.mark.parametrize("kind", [BROADCAST, EACH], ids=["broadcast", "each"])
def test_a_process_that_slept_past_its_lease_sends_nothing_more(
    job: Callable[..., Job], database: str | None, go_on: Callable[[int], None], kind: str
) -> None:
    slow = job(kind, database=database, latency=0.02)
    slow.write_people(slow.people_of(COUNT))
    first = slow.start("--run-id", "r", before=lambda pid: slow.ask("arm", pid, "answered", 3, signal=signal.SIGSTOP))
    assert slow.ask("wait_for", "answered", 3)
    _put_to_sleep(slow, first.pid)

    code, log = slow.run("--resume", "r")
    before = outcomes(slow)
    assert before["sent"] + before["unknown"] == COUNT, log

    go_on(first.pid)
    code, log = slow.end(first)
    assert code in (1, 3), log
    assert "has taken over" in log
    after = outcomes(slow)
    # What it learns late of its own may still make the unknown known.
    assert after["sent"] >= before["sent"]
    assert after["sent"] + after["unknown"] == COUNT


def _put_to_sleep(job: Job, pid: int) -> None:
    """Stop a process, and let the time be over in which it is believed to live."""
    for _ in range(200):
        os.kill(pid, signal.SIGSTOP)
        while (state := Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]) != "T":
            assert state != "Z", "it has ended before"
            time.sleep(0.001)
        try:
            _let_leases_end(job.database)
        except (sqlite3.OperationalError, _InTransaction):
            # It sleeps in the middle of a transaction, and would keep everybody waiting.
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.001)
        else:
            return
    raise AssertionError("it is always in a transaction")


class _InTransaction(Exception):
    """PostgreSQL ends such a transaction after 30 s; a test does not wait for that."""


def _let_leases_end(database: str) -> None:
    ended = "UPDATE holders SET expires = expires - 1000"
    if "://" in database:
        import psycopg

        with psycopg.connect(database, options="-c search_path=adaptor") as connection:
            # The server itself may still be at what it was asked last.
            if connection.execute(
                "SELECT 1 FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            ).fetchone():
                raise _InTransaction
            connection.execute(ended)
    else:
        with closing(sqlite3.connect(database, timeout=0)) as file, file:
            file.execute(ended)


@pytest.mark.parametrize("kilobytes", [120, 240])
@pytest.mark.parametrize("kind", [BROADCAST, EACH], ids=["broadcast", "each"])
def test_a_full_disk_ends_the_run_before_anything_leaves_that_could_not_be_noted(
    job: Callable[..., Job], kind: str, kilobytes: int
) -> None:
    full = job(kind, latency=0.002)
    full.write_people(full.people_of(150))

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))
        # Python ignores the signal; a write that is too long fails.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    code, log = full.run("--run-id", "r", preexec_fn=no_room)
    assert code == 1, log
    assert "cannot be written" in log
    assert len(full.accepted()) < 150

    code, log = full.run("--resume", "r")
    found = outcomes(full)
    assert found["sent"] + found["unknown"] == 150, log


@pytest.mark.parametrize("why", ["refused", "not connected"])
@pytest.mark.parametrize("many", [False, True], ids=["one", "batch"])
def test_who_is_killed_while_it_waits_to_repeat_leaves_nothing_unknown(
    job: Callable[..., Job], database: str | None, why: str, many: bool
) -> None:
    send = "send_text('600000000000000{}', 'Hello')".format
    waiting = job(f"batch({send(1)}, {send(2)})" if many else send(1), database=database)
    credentials = waiting.folder / "credentials.json"
    right = credentials.read_text()
    if why == "refused":
        waiting.ask("fault", 613, share=1.0)
    else:
        credentials.write_text(json.dumps({**json.loads(right), "base_url": "http://localhost:1"}))
    process = waiting.start("--run-id", "r", configuration={"max_retries": 10, "max_wait": 60})
    # Each wait is twice as long as the one before.
    while not waiting.status("r") or {row.outcome for row in waiting.rows("r")} != {"claimed"}:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.kill()
    assert waiting.end(process)[0] == -9

    waiting.ask("well")
    credentials.write_text(right)
    code, log = waiting.run("--resume", "r")
    assert code == 0, log
    assert outcomes(waiting) == {"sent": 1 + many}
    assert len(waiting.accepted()) == 1 + many


#: Runs the command under a clock that someone sets while it runs.
CLOCK = """
import sys, time
real, began, calls = time.time, time.monotonic(), 0
def jumping():
    global calls
    calls += 1
    return real() + {offset} * (calls > 20)
time.time = jumping
from adaptor.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("offset", [-86_400, 86_400], ids=["back", "forth"])
def test_a_clock_that_is_set_while_a_run_is_under_way_changes_nothing(campaign_on_both: Job, offset: int) -> None:
    process = campaign_on_both.start(
        "--run-id", "r", before=lambda pid: campaign_on_both.ask("arm", pid, "answered", 3)
    )
    campaign_on_both.end(process)
    command = [sys.executable, "-c", CLOCK.format(offset=offset), "run", "job.py", "-c", "credentials.json"]
    ended = subprocess.run(
        [*command, "--database", campaign_on_both.database, "--resume", "r"],
        cwd=campaign_on_both.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode in (0, 1), ended.stderr
    found = outcomes(campaign_on_both)
    assert found["sent"] + found["unknown"] == COUNT


def test_an_interrupt_awaits_what_is_in_flight_and_the_rest_goes_out_on_resume(campaign: Job) -> None:
    process = campaign.start(
        "--run-id", "r", before=lambda pid: campaign.ask("arm", pid, "request", 3, signal=signal.SIGINT)
    )
    code, log = campaign.end(process)
    assert code == 130, log
    found = outcomes(campaign)
    assert found["unknown"] == 0
    assert 0 < found["sent"] < COUNT
    assert found["sent"] == len(campaign.accepted())

    code, log = campaign.run("--resume", "r")
    assert code == 0, log
    assert outcomes(campaign) == {"sent": COUNT}


def test_a_row_that_breaks_in_the_middle_leaves_nothing_in_flight_unnoted(campaign: Job) -> None:
    with (campaign.folder / "people.csv").open("a") as file:
        file.write("1,2,3,4,5,6,7\n")
    code, log = campaign.run("--run-id", "r")
    assert code == 1, log
    found = outcomes(campaign)
    assert found["unknown"] == 0
    assert found["sent"] == len(campaign.accepted())
