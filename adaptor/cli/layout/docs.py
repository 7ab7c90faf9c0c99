"""How a page of `adaptor docs` is laid out on a terminal."""

from __future__ import annotations

import re
from textwrap import wrap

from ...core.errors import ABOUT_JOB, ABOUT_PAGE, ABOUT_PERSON, ABOUT_ROW
from ...runner.docs.docstring import Described, code_of
from ...runner.docs.reference import DocEntry, codes_by_advice
from ...runner.output.terminal import Paint

#: What an error is about, and what a loop does then.
ABOUT = {
    ABOUT_PERSON: "It is about the person: `try_each` continues with the next item.",
    ABOUT_ROW: "It is about this item: `try_each` continues with the next one.",
    ABOUT_PAGE: "It is about the Page and its credential: `try_each` stops.",
    ABOUT_JOB: "It is about the job: `try_each` stops.",
}


class Page:
    """Lays out entries of the reference.

    Args:
        width: How many columns there are.
        paint: Makes text bold or coloured.
    """

    def __init__(self, width: int, paint: Paint) -> None:
        self._width = width
        self._paint = paint

    def listing(self, entries: list[DocEntry]) -> str:
        """Return the names by group, each with its first sentence."""
        column = max((len(entry.title) for entry in entries), default=0)
        lines: list[str] = []
        group = None
        for entry in entries:
            if entry.group != group:
                group = entry.group
                lines += ["", self._paint("bold", group)]
            name = entry.title
            first, *rest = self._wrapped(entry.doc.summary, column + 4)
            lines.append(f"  {self._paint('cyan', name)}{' ' * (column - len(name))}{first[column + 2 :]}")
            lines += rest
        return "\n".join(lines[1:])

    def operation(self, entry: DocEntry) -> str:
        """Return the page of an operation, a builder or a value."""
        lines = [*self._signature(entry), "", *self._wrapped(entry.doc.summary, 0), *self._paragraphs(entry.doc.text)]
        if entry.parameters:
            lines += self._heading("Arguments")
            for parameter in entry.parameters:
                typed = str(parameter).removeprefix(parameter.name).removeprefix(f"*{parameter.name}")
                star = "*" if parameter.kind == "rest" else ""
                lines.append(f"  {self._paint('cyan', star + parameter.name)}{self._paint('dim', typed)}")
                lines += self._wrapped(parameter.description, 6)
            if any(parameter.lazy for parameter in entry.parameters):
                lines += ["", *self._wrapped("Any value may also be a lazy reference or a function of the state.", 2)]
        if entry.doc.returns:
            lines += [*self._heading("Result"), *self._wrapped(entry.doc.returns, 2)]
        lines += self._table("Errors", entry.doc.raises)
        lines += self._example(entry)
        if entry.doc.sources:
            lines += [*self._heading("Source"), *(f"  {source}" for source in entry.doc.sources)]
        return "\n".join(lines)

    def error(self, entry: DocEntry, raised_by: list[str]) -> str:
        """Return the page of an error.

        Args:
            entry: The error.
            raised_by: The names of the operations whose pages mention it.
        """
        base = entry.value.__base__.__name__
        lines = [f"{self._paint('bold', entry.name)} {self._paint('dim', f'({base})')}", ""]
        lines += [*self._wrapped(entry.doc.summary, 0), *self._paragraphs(entry.doc.text)]
        if not entry.value.__subclasses__():
            lines += ["", *self._wrapped(ABOUT[entry.value.about], 0)]
        lines += self._table("Attributes", entry.doc.attributes)
        lines += self._codes(entry)
        if raised_by:
            lines += [*self._heading("Raised by"), *self._wrapped(", ".join(raised_by), 2)]
        return "\n".join(lines)

    def _codes(self, entry: DocEntry) -> list[str]:
        same = codes_by_advice(entry.value)
        lines = self._heading("Meta's codes") if same else []
        for fix, numbers in same.items():
            lines += [f"  {self._paint('cyan', line)}" for line in wrap(", ".join(numbers), self._width - 2)]
            lines += self._wrapped(fix, 6)
        return lines

    def _signature(self, entry: DocEntry) -> list[str]:
        name = entry.signature.partition("(")[0]
        # A line breaks between arguments, not inside one.
        glued = re.sub(r"(?<!,) ", "\xa0", entry.signature)
        first, *others = wrap(glued, self._width, subsequent_indent="    ", break_long_words=False) or [""]
        first = self._paint("bold", name) + first[len(name) :]
        return [line.replace("\xa0", " ") for line in (first, *others)]

    def _example(self, entry: DocEntry) -> list[str]:
        if not entry.doc.example:
            return []
        lines = self._heading("Example")
        for text, is_code in code_of(entry.doc.example):
            if is_code:
                lines.append(f"  {text}")
            elif not text.startswith(f"{entry.name}("):
                # The repr of an operation adds nothing to the call.
                lines.append(self._paint("dim", f"  → {text}"))
        return lines

    def _heading(self, text: str) -> list[str]:
        return ["", self._paint("bold", text)]

    def _paragraphs(self, text: str) -> list[str]:
        lines: list[str] = []
        for paragraph in text.split("\n\n") if text else []:
            lines += ["", *self._wrapped(paragraph, 0)]
        return lines

    def _table(self, heading: str, rows: list[Described]) -> list[str]:
        lines = self._heading(heading) if rows else []
        column = min(max((len(name) for name, _ in rows), default=0), 24)
        for name, text in rows:
            lines += self._hanging(name, text, column)
        return lines

    def _hanging(self, name: str, text: str, column: int) -> list[str]:
        first, *rest = self._wrapped(text, column + 4) or [""]
        return [f"  {self._paint('cyan', name)}{' ' * (column - len(name))}{first[column + 2 :]}", *rest]

    def _wrapped(self, text: str, indent: int) -> list[str]:
        margin = " " * indent
        lines = wrap(text, self._width, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
        if not self._paint.colour:
            return lines
        return [re.sub("`([^`]+)`", lambda code: self._paint("cyan", code[1]), line) for line in lines]
