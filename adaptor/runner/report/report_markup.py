"""Pieces of HTML that every part of the report page uses. All text is escaped here or where it is put in."""

from __future__ import annotations

import re
from html import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_CODE = re.compile(r"`([^`\n]{1,200})`")


class Sheet:
    """Style rules of single elements. The policy of the page forbids `style` attributes, so each rule gets a class."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def rule(self, declarations: str) -> str:
        """Return the class for declarations, made of numbers and words of this package only."""
        return self._names.setdefault(declarations, f"x{len(self._names)}")

    def text(self) -> str:
        """Return the rules."""
        return "".join(f".{name}{{{declarations}}}\n" for declarations, name in self._names.items())


def badge(text: str, kind: str) -> str:
    """Return a word in a coloured pill: `good`, `bad`, `warn` or `quiet`."""
    return f'<span class="badge {kind}">{escape(text)}</span>'


def prose(text: str) -> str:
    """Return a text as HTML, with what is in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: frozenset[int] = frozenset()) -> str:
    """Return a table whose rows become cards where there is little room.

    Args:
        heads: The titles of the columns.
        rows: The cells of each row, as HTML; an empty cell is left out of a card.
        numbers: The columns that hold numbers.
    """
    # The roles stay where CSS makes blocks of the cells.
    kinds = ["number" if index in numbers else "" for index in range(len(heads))]
    head = "".join(
        f'<th role="columnheader" scope="col"{_class(kind)}>{escape(name)}</th>'
        for name, kind in zip(heads, kinds, strict=True)
    )
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" data-head="{escape(name)}"{_class(f"{kind} none" if not cell else kind)}>'
            f"<div>{cell}</div></td>"
            for cell, name, kind in zip(row, heads, kinds, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _class(kind: str) -> str:
    return f' class="{kind.strip()}"' if kind.strip() else ""


def seconds(value: float) -> str:
    """Return a duration as a person says it."""
    if value < 0.0095:
        return f"{value * 1000:.0f} ms" if value >= 0.0005 else "under 1 ms"
    if value < 0.9995:
        return f"{float(f'{value * 1000:.2g}'):.0f} ms"
    if value < 59.95:
        return f"{value:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
