"""The rows of a CSV text, line by line: a row that cannot be read does not affect the others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ...core.errors import JobError, UnreadableRow
from ...core.text.number_of import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The longest value, in characters. Python's own limit of 131,072 is less than a picture in base64.
LONGEST_VALUE = 16 * 1024 * 1024
#: Delimiters that spreadsheets write instead of the comma.
_OTHER_DELIMITERS = (";", "\t", "|")
#: So long a number is no name of a column.
_DIGITS_OF_AN_ID = 10
#: What bytes that are no UTF-8 are read as.
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


class _Source:
    """Lines that can be given back, and how many were taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        """Read these lines again."""
        self._again += reversed(lines)
        self.number -= len(lines)


def rows_of(lines: Iterable[str], name: str, settings: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """Yield rows, each with the line on which it begins; an `UnreadableRow` in the place of one that cannot be read.

    Args:
        lines: The lines, with their ends.
        name: What the source is called in errors.
        settings: The options of `parse_csv`.

    Raises:
        JobError: The names of the columns cannot be used.
    """
    source = _Source(lines)
    settings = _with_separator(source, settings)
    columns = settings["columns"]
    names: list[str] | None = None if isinstance(columns, bool) else list(columns)
    for line, values in _values(source, name, settings):
        if isinstance(values, UnreadableRow):
            if names is None and columns is True:
                raise JobError(str(values), fix=values.fix)
            yield line, values
        elif settings["skip_empty_lines"] and (not values or (len(values) == 1 and not values[0])):
            continue
        elif columns is False:
            yield line, values
        elif names is None:
            names = _names(values, name, line, settings)
        elif len(values) == len(names) and "" not in names:
            yield line, dict(zip(names, values, strict=True))
        else:
            yield line, _row(names, values, f"{name}, line {line}", len(source.taken))


def _with_separator(source: _Source, settings: dict[str, Any]) -> dict[str, Any]:
    """Heed a first line `sep=;`, as Excel writes it."""
    first = next(source, None)
    if first is None:
        return settings
    found = re.fullmatch(r'"?sep=(.)"?\s*', first.removeprefix("\ufeff"), re.IGNORECASE)
    if found is None:
        source.give_back([first])
        return settings
    return {**settings, "delimiter": found[1]}


def _values(source: _Source, name: str, settings: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """Yield the values of each row, or the error of a broken one; the lines after it are read again."""
    import csv

    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_VALUE))
    reader = _reader(source, settings)
    spaces = _spaces_behind_quotes(settings) if settings["trim"] else None
    while True:
        source.taken.clear()
        starts_at = source.number + 1
        try:
            values = next(reader, None)
        except csv.Error as cause:
            reader = _reader(source, settings)
            if spaces is not None and "expected after" in str(cause):
                mended = _without_spaces(source.taken, spaces)
                if mended != source.taken:
                    source.give_back(mended)
                    continue
            source.give_back(source.taken[1:])
            yield (
                starts_at,
                UnreadableRow(
                    f"{name}, line {starts_at}: {_words(str(cause))}.",
                    fix="Look at the quotes in this line: a quote inside a value is written twice.",
                ),
            )
            continue
        if values is None:
            return
        strange = _NOT_UTF8.search("".join(values))
        if strange is not None:
            yield (
                starts_at,
                UnreadableRow(
                    f"{name}, line {starts_at}: the byte {ord(strange[0]) - 0xDC00:#04x} is not UTF-8.",
                    fix="Save the file as “CSV UTF-8” in the program that wrote it.",
                ),
            )
            continue
        yield starts_at, [value.strip() for value in values] if settings["trim"] else values


def _reader(source: _Source, settings: dict[str, Any]) -> Any:
    import csv

    doubled = settings["escape"] == settings["quote"]
    return csv.reader(
        source,
        delimiter=settings["delimiter"],
        quotechar=settings["quote"],
        doublequote=doubled,
        escapechar=None if doubled else settings["escape"],
        skipinitialspace=settings["trim"],
        strict=True,
    )


def _spaces_behind_quotes(settings: dict[str, Any]) -> re.Pattern[str]:
    """Return what matches each value in quotes, whole or still open, with the spaces that follow it."""
    quote, delimiter, escape = (re.escape(settings[key]) for key in ("quote", "delimiter", "escape"))
    # Possessive: to be able to go back on a value of megabytes takes gigabytes.
    inside = f"[^{quote}]++|{quote}{quote}" if quote == escape else f"[^{quote}{escape}]++|{escape}."
    opened = rf"(?:\A|{delimiter}) *{quote}(?:{inside})*+"
    spaces = rf"(?:(?!{delimiter})[^\S\r\n])*(?={delimiter}|[\r\n]*\Z)"
    return re.compile(rf"(?P<value>{opened}{quote}){spaces}|{opened}\Z", re.DOTALL)


def _without_spaces(lines: list[str], spaces: re.Pattern[str]) -> list[str]:
    """Return the lines of a row without the spaces behind closing quotes.

    All but the last one were read without an error, so that they hold none.
    """
    mended = spaces.sub(lambda found: found["value"] or found[0], "".join(lines))
    return [*lines[:-1], mended[sum(map(len, lines[:-1])) :]]


def _names(values: list[str], name: str, line: int, settings: dict[str, Any]) -> list[str]:
    """Return the names of the columns, without signs around them that nobody sees.

    Raises:
        JobError: A name occurs twice, or all of them are one name since the delimiter is another one; or the line
            holds no names at all.
    """
    if values[0].lstrip("\ufeff").lower().startswith(("<!doctype html", "<html")):
        raise JobError(
            f"{name} is a web page, not CSV.",
            fix="Open it in a text editor: perhaps the site it was downloaded from asks for a login.",
        )
    if any(value.isdecimal() and len(value) >= _DIGITS_OF_AN_ID for value in values):
        raise JobError(
            f"{name}, line {line}: the line with the names of the columns seems to be missing.",
            fix="Write it above the rows, or give the names: csv={'columns': ['psid', 'name']} in the loop, "
            "columns=[…] in parse_csv().",
        )
    if "\0" in "".join(values):
        raise JobError(
            f"{name}, line {line}: there are NUL signs in the names of the columns, as in UTF-16 without a mark.",
            fix="Save the file as “CSV UTF-8” in the program that wrote it.",
        )
    names = [_visible(value) for value in values] if settings["bom"] else values
    if len(names) == 1 and not settings["is_sure"]:
        others = (each for each in _OTHER_DELIMITERS if each != settings["delimiter"] and each in names[0])
        other = next(others, None)
        if other is not None:
            shown = "\\t" if other == "\t" else other
            raise JobError(
                f"{name}, line {line}: there is one column, named {names[0]!r}. The delimiter seems to be `{shown}`.",
                fix=f"Write csv={{'delimiter': '{shown}'}} in the loop, or parse_csv(…, delimiter='{shown}').",
                code="DELIMITER",
                details={"delimiter": other},
            )
    for column in names:
        if column and names.count(column) > 1:
            raise JobError(f"{name}, line {line}: the column {column!r} is named twice.", fix="Rename one.")
    return names


def _visible(name: str) -> str:
    """Return a name without the signs around it that nobody sees, such as a second byte order mark."""
    start, end = 0, len(name)
    while start < end and _is_invisible(name[start]):
        start += 1
    while start < end and _is_invisible(name[end - 1]):
        end -= 1
    return name[start:end]


def _is_invisible(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Cf", "Cc")


def _row(names: list[str], values: list[str], where: str, lines: int) -> dict[str, str] | UnreadableRow:
    # Spreadsheets write empty values behind the last one.
    while len(values) > len(names) and not values[-1]:
        values = values[:-1]
    last = max((place for place, name in enumerate(names) if name), default=-1)
    if not last < len(values) <= len(names):
        # The people in the lines that it has swallowed are missing.
        open_quote = f" The row has {lines} lines: perhaps a quote is never closed." if lines > 1 else ""
        return UnreadableRow(
            f"{where}: {number_of(len(values), 'values')}, but there {'is' if len(names) == 1 else 'are'} "
            f"{number_of(len(names), 'columns')}.{open_quote}",
            fix="A value that holds the delimiter must be in quotes; check that `delimiter` is right.",
        )
    for place, (name, value) in enumerate(zip(names, values, strict=False), start=1):
        if not name and value:
            return UnreadableRow(
                f"{where}: column {place} has no name, but holds a value.", fix="Name the column in the first line."
            )
    return {name: value for name, value in zip(names, values, strict=False) if name}


def _words(cause: str) -> str:
    if "unexpected end" in cause:
        return "a quote is opened here and never closed"
    if "expected after" in cause:
        return "there is text between a closing quote and the delimiter"
    if "field larger" in cause:
        return f"a value is longer than {LONGEST_VALUE:,} characters: perhaps a quote is opened here and never closed"
    return cause
