"""How `adaptor docs --format markdown` is laid out: one page for a site, of the same facts as on a terminal."""

from __future__ import annotations

import re

from ...runner.docs.docstring import Described, code_of
from ...runner.docs.reference import DocEntry, codes_by_advice

_HEAD = """\
# What does each operation do?

Everything that a job can call, made from the docstrings by `adaptor docs --format markdown`. On a terminal:
`adaptor docs NAME`.

| Group | Names |
| --- | --- |"""


def markdown(entries: list[DocEntry]) -> str:
    """Return a page with a table of contents, every operation and every error."""
    groups: dict[str, list[DocEntry]] = {}
    for entry in entries:
        if entry.kind not in ("module", "type"):
            groups.setdefault(entry.group, []).append(entry)
    lines = [_HEAD]
    for group, members in groups.items():
        names = " ".join(f"[`{entry.title}`](#{_anchor(entry.title)})" for entry in members)
        lines.append(f"| [{group}](#{_anchor(group)}) | {names} |")
    for group, members in groups.items():
        lines += ["", f"## {group}"]
        for entry in members:
            lines += _error(entry) if entry.kind == "error" else _operation(entry)
    return "\n".join(lines)


def _operation(entry: DocEntry) -> list[str]:
    lines = ["", f"### {entry.title}", "", "```python", *_broken(entry.signature), "```"]
    lines += ["", _safe(entry.doc.summary), *_paragraphs(entry.doc.text)]
    if entry.parameters:
        lines.append("")
        for parameter in entry.parameters:
            star = "*" if parameter.kind == "rest" else ""
            typed = f" (`{parameter.type}`)" if parameter.type else ""
            lines.append(f"* `{star}{parameter.name}`{typed}: {_safe(parameter.description)}")
    if entry.doc.returns:
        lines += ["", f"**Result**: {_safe(entry.doc.returns)}"]
    lines += _described("Errors", entry.doc.raises)
    if entry.doc.example:
        lines += ["", "```python"]
        for text, is_code in code_of(entry.doc.example):
            if is_code:
                lines.append(text)
            elif not text.startswith(f"{entry.name}("):
                lines.append(f"# → {text}")
        lines.append("```")
    if entry.doc.sources:
        lines += ["", f"Source: {', '.join(f'<{source}>' for source in entry.doc.sources)}"]
    return lines


def _error(entry: DocEntry) -> list[str]:
    lines = ["", f"### {entry.name}", "", f"A `{entry.value.__base__.__name__}`. {_safe(entry.doc.summary)}"]
    lines += [*_paragraphs(entry.doc.text), *_described("Attributes", entry.doc.attributes)]
    same = codes_by_advice(entry.value)
    if same:
        lines += ["", "| Meta's codes | What to do |", "| --- | --- |"]
        lines += [f"| {', '.join(numbers)} | {_safe(fix)} |" for fix, numbers in same.items()]
    return lines


def _described(heading: str, rows: list[Described]) -> list[str]:
    lines = ["", f"**{heading}**", ""] if rows else []
    return [*lines, *(f"* `{name}`: {_safe(text)}" for name, text in rows)]


def _paragraphs(text: str) -> list[str]:
    return [line for paragraph in text.split("\n\n") if paragraph for line in ("", _safe(paragraph))]


def _broken(signature: str) -> list[str]:
    """Return a signature with a line for each argument where it is long."""
    name, bracket, rest = signature.partition("(")
    if len(signature) <= 100 or not bracket:
        return [signature]
    return [f"{name}(", *(f"    {part}," for part in re.split(r", (?![^\[(]*[\])])", rest.removesuffix(")"))), ")"]


def _safe(text: str) -> str:
    """Return text in which nothing but code and addresses has a meaning in Markdown."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<|\[\]])", r"\\\1", part) for part in parts)


def _anchor(title: str) -> str:
    """Return the anchor of a heading, as GitHub and site builders make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
