"""How many messages and other writes a run has made, by outcome, in words."""

from __future__ import annotations

from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...core.run.context import Run
    from .result import Result

    #: Step, arrival, attempt, whether they are messages, outcome, count: as `Writes.tally` gives them.
    Tally = Iterable[tuple[str, int, int, bool, str, int]]


class Counts:
    """Messages and other writes, counted by outcome.

    Attributes:
        messages: The messages.
        others: Other calls that change something, such as the profile, typing, or another system.
    """

    def __init__(self, counted: Run | Result) -> None:
        self.messages = _less(counted.messages, {})
        self.others = _less(counted.outcomes, self.messages)

    def since(self, before: Counts) -> Counts:
        """Return the counts since earlier ones; these are changed."""
        self.messages, self.others = _less(self.messages, before.messages), _less(self.others, before.others)
        return self

    def words(self) -> list[str]:
        """Return the counts for a log line: `3 sent`, `1 failed`, `2 other calls sent`."""
        return _words(self.messages, self.others)

    def sentence(self, made_before: int = 0, whole: tuple[Mapping[str, int], Mapping[str, int]] | None = None) -> str:
        """Return the counts as sentences.

        Args:
            made_before: How many writes were given back that an earlier attempt or another run had made.
            whole: The messages, and all writes, of a run that was resumed, by outcome.
        """
        sentences = []
        if self.messages:
            sentences.append(f"Messages: {_list(self.messages)}.")
        if self.others:
            sentences.append(f"Other calls that change something: {_list(self.others)}.")
        if made_before:
            sentences.append(f"{made_before:,} made before and not again.")
        of_whole = in_words(*whole) if whole is not None else []
        if of_whole and of_whole != self.words():
            sentences = [*(sentences or ["Nothing new was sent."]), f"The run as a whole: {', '.join(of_whole)}."]
        return " ".join(sentences) or "Nothing was sent."


#: The order in which outcomes are listed.
_ORDER = ("sent", "described", "failed", "unknown", "skipped", "duplicate", "claimed")


def in_words(messages: Mapping[str, int], writes: Mapping[str, int]) -> list[str]:
    """Return messages, and the other calls among all `writes`, by outcome: `3 sent`, `2 other calls sent`."""
    return _words(_less(messages, {}), _less(writes, messages))


def recorded_counts(rows: Tally) -> Counter[tuple[bool, str]]:
    """Return recorded writes by whether they are messages and by outcome; what was being sent is unknown."""
    counts: Counter[tuple[bool, str]] = Counter()
    for _, _, _, is_message, outcome, count in rows:
        counts[is_message, "unknown" if outcome == "sending" else outcome] += count
    return counts


def made_in(rows: Tally, step: str, arrival: int) -> tuple[int, int, int]:
    """Return what one arrival at a step has made, in all attempts of a run: as `Run.made`."""
    counts = recorded_counts(row for row in rows if row[:2] == (step, arrival))
    return counts[True, "sent"], counts[False, "sent"], counts[True, "unknown"] + counts[False, "unknown"]


def whole(rows: Tally, run: Run) -> tuple[dict[str, int], dict[str, int]]:
    """Return the messages, and all writes, of a run by outcome, whichever attempt made them.

    Args:
        rows: The recorded writes of all attempts.
        run: Counts what is never recorded: what was refused before that, and duplicates.
    """
    counts = recorded_counts(rows)
    messages = Counter({outcome: counts[True, outcome] for outcome in _ORDER})
    writes = messages + Counter({outcome: counts[False, outcome] for outcome in _ORDER})
    return dict(messages | Counter(run.messages)), dict(writes | Counter(run.outcomes))


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
