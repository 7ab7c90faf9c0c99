"""A page of the documentation as a list of code blocks, with the marks that stand above them.

A fence says the language and, where the reader is to save it, the file: ```` ```python title="job.py" ````. A mark is
an HTML comment on the line above, which readers do not see:

* `<!-- exit: 1 -->`: the exit code of the last command, where it is not 0.
* `<!-- ctrl-c -->`: the command goes on until Ctrl-C, and says so.
* `<!-- compile -->`: code that needs what these tests do not have; it is compiled, and what it imports of ours exists.
  Of commands only the options are looked at.
* `<!-- run -->` and `<!-- test -->`: the two commands of the README.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
_FENCE = re.compile(r"^(?P<ticks>`{3,}|~{3,})(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?[ ]*$")
_MARK = re.compile(r"^<!-- (?P<name>[\w-]+)(?:: (?P<value>.+))? -->$")


@dataclass(frozen=True)
class Block:
    """One code block.

    Attributes:
        place: The page and the line of its fence.
        language: What the fence says.
        title: The file that the reader saves it as, if any.
        text: The code.
        marks: The marks above it.
    """

    place: str
    language: str
    title: str | None
    text: str
    marks: dict[str, str] = field(default_factory=dict)


def blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page in order."""
    found: list[Block] = []
    marks: dict[str, str] = {}
    lines = page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        if mark := _MARK.match(line):
            marks[mark["name"]] = mark["value"] or ""
        elif line.lstrip().startswith(("```", "~~~")):
            place = f"{page.name}:{number + 1}"
            fence = _FENCE.match(line)
            assert fence, f'{place}: a fence is ```language or ```language title="file", not indented'
            end = lines.index(fence["ticks"], number + 1)
            text = "".join(f"{each}\n" for each in lines[number + 1 : end])
            found.append(Block(place, fence["language"], fence["title"], text, marks))
            marks, number = {}, end
        else:
            marks = {}
        number += 1
    return found
