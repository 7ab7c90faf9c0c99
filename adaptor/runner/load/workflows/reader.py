"""Reading parts of a document, such as keys, scripts and edges, and collecting what is wrong with them."""

from __future__ import annotations

import os

from ....core.errors import AdaptorError, InputError
from ...input.document import ENDINGS, KINDS, kind_of, read_object, read_state
from ...problems.problems import did_you_mean
from .conditions import BadCondition, Condition
from .cycles import cycles
from .plan import Script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ...input.document import Document, Path
    from .plan import Plan, Step

SCRIPT_ENDINGS = (".py", ".js")
#: Kinds of triggers, as OpenFn names them.
TRIGGERS = ("webhook", "cron", "manual", "kafka")

_HOW = {
    dict: "Write {…}.",
    list: "Write […].",
    str: 'Put quotes around it: "…".',
    bool: "Write true or false, without quotes.",
}


class Reader:
    """Reads parts of a document and collects what is wrong with them.

    Attributes:
        document: What is read.
        problems: Everything that was found wrong.
        notes: What does not prevent a run.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[AdaptorError] = list(document.problems)
        self.notes: list[InputError] = list(document.notes)

    def refuse(self, path: Path, what: str, *, fix: str = "", key: bool = False) -> None:
        """Add a problem with one part of the document; for the arguments see `Document.problem`."""
        self.problems.append(self.document.problem(path, what, fix=fix, key=key))

    def value(self, holder: dict[str, Any], path: Path, kind: type, *, needed: bool = False, fix: str = "") -> Any:
        """Return the value at a path of the document, or None where it is missing or of another kind.

        Args:
            holder: The object that has the value under the last key of the path.
            path: The keys that lead to the value.
            kind: What it must be.
            needed: It is a problem where it is missing.
            fix: What to write.
        """
        name = str(path[-1])
        found = holder.get(name)
        if found is None:
            if needed:
                self.refuse(path[:-1], f"`{name}` is missing.", fix=fix)
            return None
        if isinstance(found, bool) is not (kind is bool) or not isinstance(found, kind):
            self.refuse(path, f"`{name}` is {kind_of(found)}, not {KINDS[kind]}.", fix=fix or _HOW[kind])
            return None
        return found

    def check_keys(self, holder: dict[str, Any], path: Path, known: Iterable[str], where: str) -> None:
        """Add a problem for each unknown key, which is probably misspelt; keys that begin with `x-` are free."""
        names = list(known)
        for key in _unknown(holder, names):
            fix = did_you_mean(key, names, f"Known are {', '.join(names)}.")
            self.refuse((*path, key), f"`{key}` is not a key of {where}.", fix=fix, key=True)

    def check_foreign_keys(self, holder: dict[str, Any], path: Path, known: Iterable[str], where: str) -> None:
        """Add a problem for each key that is a misspelt one, and a note for each other unknown key.

        For formats that are not ours and grow: a key that we do not know does not prevent a run.
        """
        names = list(known)
        for key in _unknown(holder, names):
            what = f"`{key}` is not a key of {where}."
            if (meant := _misspelt(key, names)) is not None:
                self.refuse((*path, key), what, fix=f"Did you mean `{meant}`?", key=True)
            else:
                note = f"It has no effect. Known are {', '.join(names)}."
                self.notes.append(self.document.problem((*path, key), what, fix=note, key=True))

    # --- Files beside the document ---

    def is_path(self, text: str) -> bool:
        """Whether an expression is the path of a script rather than its text."""
        if "\n" in text or not text.strip():
            return False
        return os.path.isfile(self.beside(text)) or (
            not any(sign in text for sign in "()'\"=") and (text.endswith(SCRIPT_ENDINGS) or "/" in text)
        )

    def beside(self, path: str) -> str:
        """Return a path that is given relative to the document."""
        path = os.path.expanduser(path.strip())
        return path if os.path.isabs(path) else os.path.join(self.document.folder, path)

    def script(self, text: str, path: Path, label: str) -> Script:
        """Return a script that is given by its path, which must exist, or as text.

        Args:
            text: The path or the text.
            path: Where in the document it is.
            label: The name of the script in errors, where it is text.
        """
        if not self.is_path(text):
            return Script(f"{self.document.file}, {label}", None, text, self.document.folder)
        file = self.beside(text)
        if not os.path.isfile(file):
            what = "is a folder" if os.path.isdir(file) else "does not exist"
            self.refuse(path, f"The script {file} {what}.", fix=_nearest(file))
        return Script(file, file, folder=os.path.dirname(file))

    def object_or_file(self, holder: dict[str, Any], path: Path) -> dict[str, Any] | None:
        """Return an object that is given as such, or by the path of a JSON or YAML file that holds it."""
        name, found = str(path[-1]), holder.get(str(path[-1]))
        if found is None or isinstance(found, dict):
            return found
        if not isinstance(found, str):
            self.refuse(path, f"`{name}` is {kind_of(found)}.", fix="Give an object, or the path of a JSON file.")
            return None
        return self.file(found, path, name)

    def file(self, name: str, path: Path, what: str) -> dict[str, Any] | None:
        """Return the object that a JSON or YAML file holds, or None: then the problem is among `problems`.

        Args:
            name: The path of the file, from the folder of the document.
            path: Where the document names it.
            what: `state`, or `configuration`: then no error shows a line of the file.
        """
        file = self.beside(name)
        try:
            if what == "state":
                return read_state(file)
            return read_object(file, f"{what} file", 'Write {"access_token": "…"}.', is_secret=True)
        except InputError as error:
            if error.file is None:
                self.refuse(path, str(error), fix=_nearest(file))
            else:
                self.problems.append(error)
            return None

    # --- Edges ---

    def condition(self, value: str | bool, path: Path) -> Condition | None:
        """Return a condition, or None where it cannot be one."""
        try:
            return Condition(value)
        except BadCondition as bad:
            self.refuse(path, str(bad), fix=bad.fix)
            return None

    def check_edges(self, plan: Plan, places: dict[int, Path]) -> None:
        """Add a problem for each edge whose target does not exist, and for each cycle.

        Args:
            plan: The plan, with all its steps.
            places: Where in the document each edge is, by its `id()`.
        """
        for edge in plan.edges():
            if edge.target not in plan.steps:
                fix = did_you_mean(edge.target, plan.steps, f"The steps are {', '.join(plan.steps)}.")
                path = places[id(edge)]
                self.refuse(
                    path,
                    f"The step `{edge.source}` leads to `{edge.target}`, which does not exist.",
                    fix=fix,
                    key=path[-1] == edge.target,
                )
        for cycle in cycles(plan):
            way = " → ".join([cycle[0].source, *(edge.target for edge in cycle)])
            path = places[id(cycle[-1])]
            self.refuse(
                path,
                f"These steps lead in a circle: {way}.",
                fix="A run must come to an end. Take one of the edges out; to repeat something use each(…) in a job.",
                key=path[-1] == cycle[-1].target,
            )

    def warn_unreachable(self, plan: Plan, places: dict[str, Path]) -> None:
        """Warn of steps that no run can reach."""
        if plan.start not in plan.steps:
            return
        reached = {step for start in plan.starts() for step in plan.reachable(start)}
        for step in plan.steps.values():
            if step.id not in reached and step.kind == "job":
                warning = self.document.problem(
                    places[step.id],
                    f"The step `{step.id}` is never reached from `{plan.start}`.",
                    fix=f"Lead an edge to it, or start there: --start {step.id}.",
                )
                plan.warnings.append(warning)


def _unknown(holder: dict[str, Any], names: list[str]) -> list[str]:
    return [key for key in holder if key not in names and not key.startswith(("x-", "$"))]


def _misspelt(key: str, names: list[str]) -> str | None:
    """Return the name that a key almost is, or None."""
    from difflib import get_close_matches

    near = get_close_matches(key.lower().replace("-", "_"), names, n=1, cutoff=0.75)
    # A longer or shorter name is rather a new key of the format, such as one more `webhook_…`.
    return next((name for name in near if abs(len(name) - len(key)) <= 2), None)


def first_of(steps: dict[str, Step], disabled: set[str]) -> str:
    """Return the id of the step that a run begins with by default."""
    first = next(iter(steps))
    if first in disabled:
        # A trigger that is switched off gives way to one that is not.
        return next((step.id for step in steps.values() if step.kind != "job" and step.id not in disabled), first)
    return first


def _nearest(file: str) -> str:
    try:
        names = os.listdir(os.path.dirname(file) or ".")
    except (OSError, ValueError):
        return f"The folder {os.path.dirname(file)} does not exist."
    return did_you_mean(os.path.basename(file), names, "Paths begin at the folder of the workflow file.")


def looks_like_file(text: str) -> bool:
    """Whether a configuration is the path of a file rather than a name in the credential map."""
    return text.lower().endswith(ENDINGS) or "/" in text
