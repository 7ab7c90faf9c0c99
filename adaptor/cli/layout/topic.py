"""How a page in Markdown is laid out on a terminal: headings, paragraphs, lists and code."""

from __future__ import annotations

import re
from textwrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...runner.docs.reference import DocEntry
    from ...runner.output.terminal import Paint

_FENCE = "```"


def laid_out(text: str, width: int, paint: Paint) -> str:
    """Return a page as it is shown.

    Args:
        text: The page in Markdown: headings with `##`, lists with `*`, code between fences.
        width: How many columns there are.
        paint: Makes text bold or coloured.
    """
    lines: list[str] = []
    was_item = False
    for block in _blocks(text):
        is_item = block[0].startswith("* ")
        if lines and not (is_item and was_item):
            lines.append("")
        was_item = is_item
        lines += _shown(block, width, paint)
    return "\n".join(lines)


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the blocks of a page: a heading, a paragraph, an item of a list, or code with its fences."""
    block: list[str] = []
    is_code = False
    for line in text.splitlines():
        begins = line.startswith((_FENCE, "* ", "#")) and not is_code
        if block and (begins or (not line.strip() and not is_code)):
            yield block
            block = []
        if line.strip() or is_code:
            block.append(line)
        if line.startswith(_FENCE):
            is_code = not is_code
            if not is_code:
                yield block
                block = []
    if block:
        yield block


def _shown(block: list[str], width: int, paint: Paint) -> list[str]:
    first = block[0]
    if first.startswith(_FENCE):
        return [f"  {line}".rstrip() for line in block[1:-1]]
    if first.startswith("#"):
        return [paint("bold", first.lstrip("# "))]
    joined = " ".join(line.strip() for line in block)
    is_item = joined.startswith("* ")
    text = joined.removeprefix("* ")
    head, rest = ("  • ", "    ") if is_item else ("", "")
    lines = wrap(
        text, width, initial_indent=head, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )
    return _coloured(lines, paint) if paint.colour else lines


def _coloured(lines: list[str], paint: Paint) -> list[str]:
    """Return lines with code in colour, also where it goes on in the next line."""
    text = re.sub(
        "`([^`]+)`", lambda code: "\n".join(paint("cyan", part) for part in code[1].split("\n")), "\n".join(lines)
    )
    return text.split("\n")


def code_table(entries: Iterable[DocEntry], width: int, paint: Paint) -> str:
    """Return Meta's codes by the error that each becomes, each with what to do."""
    from ...core.errors import SENT_UNKNOWN
    from ...runner.docs.reference import codes

    lines: list[str] = []
    for entry in entries:
        found = codes(entry.value)
        lines += ["", paint("bold", entry.name)] if found else []
        for code in found:
            number = f"{code['code']}/{code['subcode']}" if code["subcode"] else str(code["code"])
            unknown = " It may have been sent." if code["sent"] == SENT_UNKNOWN else ""
            first, *rest = wrap(f"{number:<14}{code['fix']}{unknown}", width - 2, subsequent_indent=" " * 14)
            lines += [f"  {paint('cyan', first[: len(number)])}{first[len(number) :]}", *(f"  {line}" for line in rest)]
    return "\n".join(lines[1:])
