"""What a run has sent, in words: messages, and other calls that change something, each by how they ended."""

from __future__ import annotations

from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...core.context import Run
    from .result import Result

    #: Step, arrival, attempt, whether they are messages, outcome, count: as `Writes.tally` gives them.
    Tally = Iterable[tuple[str, int, int, bool, str, int]]


class Counts:
    """How many messages and other calls ended how.

    Attributes:
        messages: Messages by how they ended.
        others: Other calls that change something, such as a profile, typing or a call to another system.
    """

    def __init__(self, counted: Run | Result) -> None:
        self.messages = _less(counted.messages, {})
        self.others = _less(counted.outcomes, self.messages)

    def since(self, before: Counts) -> Counts:
        """Return what came since then."""
        self.messages, self.others = _less(self.messages, before.messages), _less(self.others, before.others)
        return self

    def words(self) -> list[str]:
        """Return them for one line: `3 sent`, `1 failed`, `2 other calls sent`."""
        return _words(self.messages, self.others)

    def sentence(self, made_before: int = 0, whole: tuple[Mapping[str, int], Mapping[str, int]] | None = None) -> str:
        """Return them as sentences.

        Args:
            made_before: How many more this attempt has come to that were made before.
            whole: How many messages, and how many of all writes, of a run that went on stand where.
        """
        sentences = []
        if self.messages:
            sentences.append(f"Messages: {_list(self.messages)}.")
        if self.others:
            sentences.append(f"Other calls that change something: {_list(self.others)}.")
        if made_before:
            sentences.append(f"{made_before:,} made before and not again.")
        told = in_words(*whole) if whole is not None else []
        if told and told != self.words():
            sentences = [*(sentences or ["Nothing new was sent."]), f"The run as a whole: {', '.join(told)}."]
        return " ".join(sentences) or "Nothing was sent."


#: The order in which outcomes are told.
_ORDER = ("sent", "described", "failed", "unknown", "skipped", "duplicate", "claimed")


def in_words(messages: Mapping[str, int], writes: Mapping[str, int]) -> list[str]:
    """Return how many messages, and how many other calls that are among all `writes`, stand where: `3 sent`."""
    return _words(_less(messages, {}), _less(writes, messages))


def _words(messages: Mapping[str, int], others: Mapping[str, int]) -> list[str]:
    return [
        *(f"{count:,} {outcome}" for outcome, count in messages.items()),
        *(f"{count:,} other call{'' if count == 1 else 's'} {outcome}" for outcome, count in others.items()),
    ]


def _less(counts: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    left = {name: counts.get(name, 0) - before.get(name, 0) for name in _ORDER}
    return {name: count for name, count in left.items() if count}


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())


def recorded_counts(rows: Tally) -> Counter[tuple[bool, str]]:
    """Return how many writes stand where, by whether they are messages and by outcome; what is under way is unknown."""
    counts: Counter[tuple[bool, str]] = Counter()
    for _, _, _, is_message, outcome, count in rows:
        counts[is_message, "unknown" if outcome == "sending" else outcome] += count
    return counts


def made_in(rows: Tally, step: str, arrival: int) -> tuple[int, int, int]:
    """Return what one arrival at a step has made, in all attempts of a run: as `Run.made`."""
    counts = recorded_counts(row for row in rows if row[:2] == (step, arrival))
    return counts[True, "sent"], counts[False, "sent"], counts[True, "unknown"] + counts[False, "unknown"]


def whole(rows: Tally, run: Run) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many messages, and how many of all writes, of a run stand where, whichever attempt made them.

    Args:
        rows: What is recorded of all attempts.
        run: Knows what is never recorded: what was refused before it could be, and the same message once more.
    """
    counts = recorded_counts(rows)
    messages = Counter({outcome: counts[True, outcome] for outcome in _ORDER})
    writes = messages + Counter({outcome: counts[False, outcome] for outcome in _ORDER})
    return dict(messages | Counter(run.messages)), dict(writes | Counter(run.outcomes))
