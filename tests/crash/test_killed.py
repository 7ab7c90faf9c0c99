"""Nothing is sent twice, whatever is killed and whenever; nothing unsent is told as sent; nobody is lost."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.digest import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    #: See `conftest.py`.
    Job = Any

PEOPLE = {"broadcast": 120, "single sends": 50}
BATCH = 10
KNOWN = ("sent", "unknown")
MOST_ATTEMPTS = 30
#: How many crash tests are under way at once.
AT_ONCE = 2
TEXT = 'f"Hello {state.data.name}, see you at {state.data.visit}."'
JOBS = {
    "broadcast": f"broadcast(Path('people.csv'), send_text(state.data.psid, {TEXT}), "
    f"batch_size={BATCH}, rate=3000, concurrency=6)",
    "broadcast with keys": f"broadcast(Path('people.csv'), send_text(state.data.psid, {TEXT}), "
    f"key=state.data.visit + state.data.psid, batch_size={BATCH}, rate=3000)",
    "each": f"each(Path('people.csv'), send_text(state.data.psid, {TEXT}))",
    "each with keys": f"each(Path('people.csv'), send_text(state.data.psid, {TEXT}, "
    "key=state.data.visit + state.data.psid))",
}
KINDS = {"broadcast": ("broadcast", "broadcast with keys"), "single sends": ("each", "each with keys")}


def _sent_nothing(log: str) -> bool:
    """Whether this attempt sent nothing; the run as a whole may have."""
    return "Nothing was sent." in log or "Nothing new was sent." in log


class Crash:
    """One job that is killed some times, and resumed until it is done."""

    def __init__(self, seed: int, kind: str, make: Callable[..., Job], database: str | None) -> None:
        self.random = random.Random(seed)
        self.what = self.random.choice(KINDS[kind])
        self.is_broadcast = kind == "broadcast"
        self.seed = seed
        self.count = PEOPLE[kind]
        self.run = f"crash-{kind.replace(' ', '-')}-{seed}"
        is_spoiled = seed % 4 == 3
        # Where a person cannot be reached, `each` would end there.
        text = JOBS[self.what].replace("each(", "try_each(" if is_spoiled else "each(")
        self.job = make(text, database=database, name=f"{kind} {seed}", latency=0.004, seed=seed)
        self.people = self._people()
        self.newcomers = 0
        self.log = ""
        if is_spoiled:
            self._spoil()

    def _people(self) -> list[dict[str, str]]:
        people = self.job.people_of(self.count)
        # Two children, one phone.
        people += [{**each, "visit": f"{each['visit']} of another"} for each in self.random.sample(people, 8)]
        # The same row twice.
        people += self.random.sample(people, 6)
        self.random.shuffle(people)
        return people

    def _spoil(self) -> None:
        for what, share, details in (
            ("lost", 0.03, {"delivered": True}),
            ("reset", 0.02, {"delivered": False}),
            *([("null_part", 0.01, {"delivered": each}) for each in (True, False)] if self.is_broadcast else []),
            ("error_in_200", 0.01, {"delivered": True}),
            (1200, 0.01, {"delivered": True}),
            (551, 0.02, {}),
        ):
            self.job.ask("fault", what, share=share, **details)

    def change_people(self) -> None:
        """Let the source be another one: another order, rows that came, rows that went."""
        rare = Counter(map(tuple, (each.values() for each in self.people)))
        single = [each for each in self.people if rare[tuple(each.values())] == 1 and "another" not in each["visit"]]
        for each in self.random.sample(single, 3):
            self.people.remove(each)
        self.people += self.job.people_of(3, first=1000 + self.newcomers)
        self.newcomers += 3
        if self.random.random() < 0.5:
            # Somebody who may have got something gets something else too.
            known = self.random.choice(self.people)
            self.people.append({**known, "visit": f"{known['visit']} and another {self.newcomers}"})
        self.random.shuffle(self.people)

    def go_through(self) -> None:
        """Kill it, resume it, until it is done; then look at what both sides wrote down."""
        kills = self.random.choice([1, 1, 2, 2, 3])
        before = self.people
        for attempt in range(MOST_ATTEMPTS):
            self.job.write_people(self.people)
            begun = self.job.status(self.run) is not None
            before_it = None
            if attempt < kills:
                event = self.random.choice(["request", "part", "answer", "answered"])
                most = (self.count if event == "part" or not self.is_broadcast else self.count // BATCH) // (
                    attempt + 1
                )
                nth, seconds = self.random.randint(1, most), self.random.choice([0, self.random.uniform(0, 0.01)])
                before_it = partial(self._arm, event, nth, seconds)
            process = self.job.start(
                *(["--resume", self.run] if begun else ["--run-id", self.run, "--fresh"]),
                "--results",
                "results.jsonl",
                configuration={"max_retries": 3, "max_wait": 3},
                before=before_it,
            )
            code, log = self.job.end(process)
            self.log = log
            if self.job.status(self.run) == "finished":
                # It may be killed when there is nothing left to do: its only step had ended, well or with unknowns, and
                # is not run again, or it had finished already. Then nobody who came after that is in the run.
                self.people = before if code == 2 or _sent_nothing(log) else self.people
                break
            if code == -9:
                before = list(self.people)
                self.change_people()
            elif self._is_done():
                break
        else:
            raise AssertionError(f"{self.run} is not done after {MOST_ATTEMPTS} attempts: {log}")
        assert self._is_done(), self.log
        self.check()
        if self.seed % 5 == 0:
            before = len(self.job.accepted())
            self.job.run("--resume", self.run)
            assert len(self.job.accepted()) == before

    def _arm(self, event: str, nth: int, seconds: float, pid: int) -> None:
        self.job.ask("arm", pid, event, nth, seconds)

    def _is_done(self) -> bool:
        return not self._lost()

    def _lost(self) -> list[Any]:
        """Return everybody in the source of whom it is not known what became of them."""
        if self.job.status(self.run) is None:
            return list(self.people)
        told = Counter((row.write.recipient, row.write.text_digest) for row in self.job.rows(self.run) if _is_told(row))
        reasons = {row["row"] for row in self.job.results() if row["error"] and row["message"]}
        wanted = Counter(_known_by(each) for each in self.people)
        # The same message to the same person is sent once.
        wanted = Counter(set(wanted))
        missing = wanted - told
        # `each` ends at the first whom it holds back.
        held_back = self._outdated() if "ReplayMismatch" in self.log else set()
        return [
            each
            for number, each in enumerate(self.people, start=1)
            if _known_by(each) in missing and number not in reasons and each["psid"] not in held_back
        ]

    def _outdated(self) -> set[str]:
        """Return who was told something that nobody asks for any more: what follows may be to replace it."""
        asked = {_known_by(each) for each in self.people}
        told = {(row.write.recipient, row.write.text_digest) for row in self.job.rows(self.run) if row.outcome in KNOWN}
        return {recipient for recipient, _ in told - asked}

    def check(self) -> None:
        """Compare what was accepted with what was written down."""
        self.job.check_ledger(self.run)
        mismatches = [row for row in self.job.results() if row["error"] == "ReplayMismatch"]
        if not mismatches:
            return
        assert "key" not in self.what
        assert {self.people[row["row"] - 1]["psid"] for row in mismatches} <= self._outdated()


def _known_by(person: dict[str, str]) -> tuple[str, str]:
    return person["psid"], digest("text", f"Hello {person['name']}, see you at {person['visit']}.")


def _is_told(row: Any) -> bool:
    return row.outcome in KNOWN or (row.outcome == "failed" and row.about == "person" and row.error)


def crash(seeds: range, kind: str, job: Callable[..., Job], database: str | None) -> None:
    """Go through these crashes, some at once."""

    def one(seed: int) -> None:
        try:
            Crash(seed, kind, job, database).go_through()
        except Exception as error:
            error.add_note(f"seed {seed} of {kind}")
            raise

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(one, seeds):
            pass


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """A ledger for all, or None for one in a file beside each job."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("fresh_postgresql"))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_job_that_is_killed_again_and_again_writes_to_nobody_twice(
    kind: str, job: Callable[..., Job], database: str | None
) -> None:
    crash(range(4), kind, job, database)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_whoever_is_killed_a_hundred_times_writes_to_nobody_twice(
    kind: str, job: Callable[..., Job], database: str | None
) -> None:
    crash(range(100, 200), kind, job, database)
