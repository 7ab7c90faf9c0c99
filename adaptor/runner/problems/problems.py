"""Problems that are found before anything runs: each with its place, all in one report."""

from __future__ import annotations

from ...core.errors import AdaptorError, InputError
from ...core.text.harmless import harmless, indented
from .source_lines import place_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A key or a name may be as long as its file.
_MOST_PRINTED = 2000


class FileProblem(InputError):
    """Something in a file that the run is given is wrong, such as a workflow, a state or a test case. Nothing was run.

    Attributes:
        column: The column, counted from 1.
    """

    code = "FILE"
    column: int | None = None

    def report(self) -> str:
        """Return the message for people, with the place as editors take it."""
        lines = [f"{type(self).__name__}: {_printed(self.headline())}"]
        if self.file is not None:
            lines.append(f"  where: {_printed(place_of(self))}")
        lines += _lines_of(self.excerpt, " " * 9)
        return "\n".join([*lines, f"  fix:   {_printed(self.fix)}"] if self.fix else lines)


class Problems(InputError):
    """Several problems at once. Nothing was run.

    Attributes:
        problems: All of them, each an error with its place.
    """

    code = "PROBLEMS"

    def __init__(self, problems: Sequence[AdaptorError]) -> None:
        count = len(problems)
        super().__init__(f"{count} problem{'s' if count > 1 else ''}.")
        self.problems = list(problems)
        self.details = [problem_facts(problem) for problem in problems]

    def report(self) -> str:
        """Return all problems, one after the other, and how many there are."""
        return "\n".join([*(shown(problem) for problem in self.problems), self.description])


def problem_facts(problem: AdaptorError) -> dict[str, object]:
    """Return a problem as JSON: its place, what it is, and what to do."""
    facts = {
        "name": type(problem).__name__,
        "file": problem.file,
        "line": problem.line,
        "column": getattr(problem, "column", None),
        "message": problem.headline(),
        "fix": problem.fix,
    }
    return {key: value for key, value in facts.items() if value not in (None, "")}


def shown(problem: AdaptorError) -> str:
    """Return a problem as text: its place, what is wrong, the line, and what to do."""
    where = place_of(problem)
    what = _printed(problem.headline())
    lines = [f"{_printed(where)}: {what}" if where else what]
    lines += _lines_of(problem.excerpt, " " * 4)
    if problem.fix:
        lines.append(f"    fix: {_printed(problem.fix)}")
    return "\n".join(lines)


def _printed(text: str) -> str:
    return indented(text if len(text) <= _MOST_PRINTED else f"{text[:_MOST_PRINTED]}…")


def _lines_of(text: str | None, indent: str) -> list[str]:
    return [f"{indent}{harmless(line)}" for line in text.split("\n")] if text else []


def all_of(problems: Iterable[AdaptorError]) -> list[AdaptorError]:
    """Return every single problem, those inside `Problems` too."""
    return [each for problem in problems for each in (problem.problems if isinstance(problem, Problems) else [problem])]


def raise_for(problems: Sequence[AdaptorError]) -> None:
    """Raise a single problem as it is, several as `Problems`; do nothing where there is none."""
    found = all_of(problems)
    if len(found) == 1:
        raise found[0]
    if found:
        raise Problems(found)


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "", *, least: float = 0.6) -> str:
    """Return the question that suggests the nearest of the names, or `otherwise`.

    Args:
        name: The name that is not known.
        names: Those that are.
        otherwise: The answer where none is near.
        least: How near it must be, from 0 to 1.
    """
    from difflib import get_close_matches

    known = list(names)
    by_plain = {each.lower(): each for each in known}
    match = get_close_matches(name.lower(), by_plain, n=1, cutoff=least)
    return f"Did you mean `{by_plain[match[0]]}`?" if match else otherwise
