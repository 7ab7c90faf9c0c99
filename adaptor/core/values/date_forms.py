"""What to do about a text that should be a date and is none that ISO 8601 has: the form that it probably has."""

from __future__ import annotations

from ..errors import InvalidValue

#: How a date in ISO form looks.
ISO_FORM = "2026-11-24 or 2026-11-24T09:30"
#: What to do about a number that counts days.
DAY_NUMBER_FIX = (
    "It is probably the number of a day, as spreadsheets count them. Format the column as yyyy-mm-dd and export the "
    "sheet again."
)


def is_day_number(value: float) -> bool:
    """Whether a number counts days since 1900, as spreadsheets do: from 1982 to 2091. As a Unix time it is in 1970."""
    return 30_000 <= value < 70_000


def date_fix(text: str) -> str:
    """Return what to do about a text that is not a date in ISO form.

    Example:
        >>> date_fix("24/11/2026")
        'Read it in an earlier step: datetime.strptime(text, "%d/%m/%Y").isoformat(); see `adaptor docs dates`.'
    """
    import re

    plain = text.strip()
    if not plain:
        return "Leave such rows out: fn_if(state.data.day != '', …); see `adaptor docs dates`."
    if re.fullmatch(r"\d{5}(\.\d+)?", plain) and is_day_number(float(plain)):
        return DAY_NUMBER_FIX
    form = _form_of(plain)
    if form is None and re.match(r"\d{4}-\d\d-\d\d(?!\d)", plain):
        return "There is no such day or time: correct it."
    if form is None:
        return f"A date is written as {ISO_FORM}; see `adaptor docs dates`."
    return f'Read it in an earlier step: datetime.strptime(text, "{form}").isoformat(); see `adaptor docs dates`.'


def not_a_date(reference: object, text: str | None, spec: str) -> InvalidValue:
    """Return the error for a text that is formatted as a date and is none in ISO form.

    Args:
        reference: Where the text comes from.
        text: The text.
        spec: The format.
    """
    what = "it is empty"
    if text is not None and text.strip():
        # Never cut: half a secret would not be redacted.
        what = f"{repr(text) if len(text) <= 60 else 'a long text'} is not a date in ISO form"
    return InvalidValue(
        f"`{reference!r}` is formatted as a date (`{spec}`), but {what}.", fix=date_fix(text or ""), code="NOT_A_DATE"
    )


def _form_of(text: str) -> str | None:
    """Return the format of `strptime` that fits a date, or None; where it is ambiguous, the day comes first."""
    from datetime import datetime

    days = ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y"]
    days += ["%d.%m.%y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%B %d, %Y", "%b %d, %Y", "%Y-%m-%d"]
    for day in days:
        for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", "T%H:%M"):
            try:
                datetime.strptime(text, f"{day}{clock}")
            except ValueError:
                continue
            return f"{day}{clock}"
    return None
