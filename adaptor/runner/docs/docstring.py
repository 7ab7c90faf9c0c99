"""Reading a Google-style docstring into its parts."""

from __future__ import annotations

import re
from inspect import cleandoc
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Described(NamedTuple):
    """An argument, an attribute or an error, with its description."""

    name: str
    text: str


SECTIONS = ("Args", "Attributes", "Example", "Raises", "Returns", "Source")
#: The first line of an attribute, argument or error: a name, a colon, and text. Further lines are indented.
_ITEM = r"(\*{0,2}\w[\w.]*):(?: (.*))?"


class Docstring:
    """A docstring in parts.

    Attributes:
        summary: The first sentence, on one line.
        text: What follows it, each paragraph on one line, with an empty line between them.
        args: The description of each argument, in order; names are without stars.
        attributes: The description of each attribute, in order.
        returns: The description of the result, or empty.
        raises: The description of each error, in order.
        example: The example as a doctest, or empty.
        sources: The addresses of the sources.
    """

    def __init__(self, docstring: str | None) -> None:
        parts = dict(_sections(cleandoc(docstring or "")))
        first, *others = [_one_line(paragraph) for paragraph in re.split(r"\n\s*\n", parts.pop("", "").strip())]
        self.summary, *rest = re.split(r"(?<=\.) (?=[A-Z`])", first, maxsplit=1)
        self.text = "\n\n".join([*rest, *others])
        self.args = [Described(name.lstrip("*"), text) for name, text in _items(parts.get("Args", ""))]
        self.attributes = _items(parts.get("Attributes", ""))
        self.returns = _one_line(parts.get("Returns", ""))
        self.raises = _items(parts.get("Raises", ""))
        self.example = parts.get("Example", "").strip("\n")
        self.sources = re.findall(r"https?://[^\s,;)]+[^\s,;).]", parts.get("Source", ""))


def code_of(example: str) -> list[tuple[str, bool]]:
    """Return the lines of a doctest without its prompts, each with whether it is code and not output."""
    return [
        (line[4:], True) if line.startswith((">>> ", "... ")) else (line, False)
        for line in example.splitlines()
        if line.strip() not in ("", "...")
    ]


def _sections(docstring: str) -> Iterator[tuple[str, str]]:
    """Yield the sections, each with its name; the text before the first has an empty name."""
    name, lines = "", list[str]()
    for line in docstring.splitlines():
        begun = re.match(rf"({'|'.join(SECTIONS)}):(?: (.*)|$)", line)
        if begun is None:
            lines.append(line)
        else:
            yield name, _dedented(lines)
            name, lines = begun[1], [begun[2] or ""]
    yield name, _dedented(lines)


def _dedented(lines: list[str]) -> str:
    return dedent("\n".join(lines)).strip("\n")


def _items(section: str) -> list[Described]:
    items: list[Described] = []
    for line in section.splitlines():
        begun = re.fullmatch(_ITEM, line)
        if begun is not None:
            items.append(Described(begun[1], begun[2] or ""))
        elif items:
            items[-1] = Described(items[-1].name, _one_line(f"{items[-1].text} {line}"))
    return items


def _one_line(text: str) -> str:
    return " ".join(text.split())
