"""F-strings over lazy references: texts whose values are known when the operation runs.

The loader turns each f-string of a job into a call of `text_of`. It returns a `str` if all values are known, and a
`Template` if one is a reference. `text_of_template` does the same for a t-string of Python 3.14.
"""

from __future__ import annotations

from ..errors import InvalidValue, LazyStateError, MissingReference
from ..state import a_kind
from .lazy import Expression, Lazy, Logic, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, TypeAlias

    from ..state import State

    #: A part of a text: literal, or a value with its conversion (`r`, `a`, `s` or nothing) and its format.
    Piece: TypeAlias = str | tuple[Any, str, Any]

#: The name under which a job's module finds `text_of`.
TEXT = "__adaptor_text__"

_CONTAINERS: frozenset[type] = frozenset({list, tuple, dict, set, frozenset})
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "a": ascii, "s": str, "": lambda value: value}
#: Directives of `strftime` for a time of day.
_CLOCK = frozenset("HIMSfpXcrRTzZ")
#: Directives for a day.
_DAY = frozenset("aAdbBmyYjUWuwVGxcDFeCgGh")


def text_of(*pieces: Any) -> Any:
    """Return the text of an f-string: a `str` if all values are known, else a `Template`.

    Args:
        *pieces: Literal text, and for each value `(value, conversion, format)`.

    Raises:
        LazyStateError: The text holds a comparison, which would become "True"; or a list or dict with a reference
            inside, whose name would appear.
    """
    texts: list[Any] = []
    is_lazy = False
    for piece in pieces:
        if piece.__class__ is str:
            texts.append(piece)
            continue
        value, conversion, spec = piece
        # The most frequent case first: functions of a job build thousands of texts.
        if (value.__class__ is str or value.__class__ is int) and spec.__class__ is str and not conversion:
            texts.append(format(value, spec))
        elif isinstance(value, Lazy) or isinstance(spec, Lazy):
            is_lazy = True
            texts.append((_sayable(value), conversion, spec))
        elif value.__class__ is Shown or spec.__class__ is Shown:
            raise shown_too_early(value if value.__class__ is Shown else spec)
        elif value.__class__ in _CONTAINERS and (inside := _lazy_inside(value)) is not None:
            raise _lazy_in_container(value, inside)
        else:
            texts.append(format(_CONVERSIONS[conversion](value), spec))
    return Template(_flat(texts)) if is_lazy else "".join(texts)


def text_of_template(template: Any) -> Any:
    """Return the text of a t-string, as `text_of` does."""
    pieces: list[Any] = []
    for literal, field in zip(template.strings, [*template.interpolations, None], strict=True):
        pieces.append(literal)
        if field is not None:
            value = text_of_template(field.value) if is_template_string(field.value) else field.value
            pieces.append((value, field.conversion or "", field.format_spec))
    return text_of(*pieces)


def is_template_string(value: Any) -> bool:
    """Whether a value is a t-string (Python 3.14)."""
    kind = type(value)
    return kind.__name__ == "Template" and kind.__module__ == "string.templatelib"


def _sayable(value: Any) -> Any:
    if isinstance(value, Logic) and value.__symbol__ == "|":
        return Either(*[_sayable(operand) for operand in value.__operands__])
    if isinstance(value, Logic) or (isinstance(value, Expression) and value.__symbol__ in _COMPARISONS):
        raise LazyStateError(
            f'`{value!r}` is a condition, which would appear in a text as "True" or "False".',
            fix="Choose between two operations with fn_if(condition, …, else_=…), or choose the words in a function: "
            "lambda state: 'yes' if state['data']['n'] > 3 else 'no'.",
        )
    return value


def _lazy_inside(value: Any) -> Lazy | None:
    """Return a reference inside a list or dict, at any depth."""
    for item in value.values() if value.__class__ is dict else value:
        found = item if isinstance(item, Lazy) else _lazy_inside(item) if item.__class__ in _CONTAINERS else None
        if found is not None:
            return found
    return None


def _lazy_in_container(value: Any, inside: Lazy) -> LazyStateError:
    return LazyStateError(
        f"A text cannot hold {a_kind(value)} with `{inside!r}` in it: its value is known only when the operation runs.",
        fix="Name each value in the text, or build the text in a function of the state: "
        "lambda state: ', '.join(state['data']['names']).",
    )


def _flat(pieces: list[Any]) -> tuple[Any, ...]:
    """Return pieces with nested templates replaced by their pieces, and adjacent literals joined."""
    flat: list[Any] = []
    for piece in pieces:
        inside = piece.__class__ is not str and isinstance(piece[0], Template) and not piece[1] and not piece[2]
        for part in piece[0].__pieces__ if inside else (piece,):
            if part.__class__ is str and flat and flat[-1].__class__ is str:
                flat[-1] += part
            elif part != "":
                flat.append(part)
    return tuple(flat)


class Shown(str):
    """The text of a `Template` for `print`, before its values are known. It can never be sent.

    Every method that would build another text from it is refused. Logs and tracebacks may format it.
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise shown_too_early(self)

    __add__ = __radd__ = __mod__ = __mul__ = __rmul__ = __getitem__ = __iter__ = _refuse
    capitalize = casefold = center = encode = endswith = expandtabs = format = format_map = join = ljust = _refuse
    lower = lstrip = partition = removeprefix = removesuffix = replace = rjust = rpartition = rsplit = rstrip = (
        split
    ) = _refuse
    splitlines = startswith = strip = swapcase = title = translate = upper = zfill = _refuse


def shown_too_early(text: str) -> LazyStateError:
    """Return the error for a text that was built from a reference before its value is known."""
    return LazyStateError(
        f"`{str.__str__(text)}` only shows a lazy text: its values are known only when the operation runs.",
        fix="Give the f-string itself, without str(…).",
    )


class Template(Lazy):
    """A text with references in it."""

    __slots__ = ("__pieces__",)
    __pieces__: tuple[Piece, ...]

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self.__pieces__ = pieces

    def __repr__(self) -> str:
        texts = [
            repr(piece)[1:-1].replace("{", "{{").replace("}", "}}") if isinstance(piece, str) else _shown(piece)
            for piece in self.__pieces__
        ]
        return f"f'{''.join(texts)}'"

    def __str__(self) -> str:
        return Shown("".join(piece if isinstance(piece, str) else _shown(piece) for piece in self.__pieces__))

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise LazyStateError(
            f"`{self!r}` is a lazy text: its values are known only when the operation runs, but `.{name}` was used on "
            "it.",
            fix="Change the value where it is known: lambda state: f\"Hello {state['data']['name'].upper()}\".",
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Template, (self.__pieces__,)

    def __resolve__(self, state: State) -> str:
        return "".join(piece if isinstance(piece, str) else _text_of_value(*piece, state) for piece in self.__pieces__)


class Either(Lazy):
    """`{state.data.name | 'friend'}` in a text: the first value, or the second if the first is missing.

    A missing path, None, an empty text and the missing values of data frames count as missing.
    """

    __slots__ = ("__operands__",)
    __operands__: tuple[Any, Any]

    def __init__(self, first: Any, second: Any) -> None:
        self.__operands__ = first, second

    def __repr__(self) -> str:
        first, second = self.__operands__
        return f"{first!r} | {second!r}"

    def __reduce__(self) -> tuple[Any, ...]:
        return Either, self.__operands__

    def __resolve__(self, state: State) -> Any:
        first, second = self.__operands__
        try:
            value = resolve(first, state)
        except MissingReference:
            value = None
        is_missing = not value.strip() if isinstance(value, str) else value is None or _is_missing(value)
        return resolve(second, state) if is_missing else value


def _is_missing(value: Any) -> bool:
    """Whether a value is nan, NaT or <NA>, which stand for a missing value and do not equal themselves."""
    if isinstance(value, bool | int | list | dict):
        return False
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return str(value) == "<NA>"


def _shown(field: Any) -> str:
    value, conversion, spec = field
    what = value if isinstance(value, Lazy) else repr(value)
    of_spec = str.__str__(str(spec)) if isinstance(spec, Template) else spec
    return f"{{{what!r}{'!' + conversion if conversion else ''}{':' + of_spec if of_spec else ''}}}"


def _text_of_value(value: Any, conversion: str, spec: Any, state: State) -> str:
    """Return the text of a value in a template."""
    reference, value, spec = value, resolve(value, state), resolve(spec, state)
    if conversion == "s":
        _refuse_unsayable(reference, value)
    if conversion and value is not None:
        value = _CONVERSIONS[conversion](value)
    if value.__class__ is str and not spec:
        text: str = value
        return text
    directives = _directives(spec) if "%" in spec else set()
    if directives and value is None:
        raise _not_a_date(reference, value, spec)
    _refuse_unsayable(reference, value)
    if directives:
        value = _as_date(reference, value, spec, directives)
    try:
        return format(value, spec)
    except (ValueError, TypeError) as cause:
        raise InvalidValue(
            f"`{reference!r}` is {a_kind(value)}, which cannot be formatted as `{spec}`: {cause}.",
            fix="Numbers from CSV are text: write {float_of_it:.2f} from a function of the state, or drop the format.",
            code="NOT_FORMATTABLE",
        ) from None


def _refuse_unsayable(reference: Any, value: Any) -> None:
    """Refuse a value that a reader could not understand in a text, or could misunderstand.

    Raises:
        MissingReference: It is None.
        InvalidValue: It is neither text, nor a finite number, nor a date or time.
    """
    if value.__class__ is str or value.__class__ is int:
        return
    if value is None:
        raise MissingReference(
            f'`{reference!r}` is None, which would appear in the text as "None".',
            fix=f"Give it a value in an earlier step, or an alternative: {{{reference!r} | 'friend'}}.",
        )
    if isinstance(value, bool):
        raise InvalidValue(
            f'`{reference!r}` is {value}, which would appear in the text as "{value}".',
            fix="Choose the words in a function of the state: lambda state: 'yes' if … else 'no'.",
            code="NOT_SAYABLE",
        )
    from datetime import date, time, timedelta
    from decimal import Decimal

    is_sayable = isinstance(value, str | int | float | Decimal | date | time)
    is_infinite = isinstance(value, float | Decimal) and abs(value) == float("inf")
    if is_infinite or _is_missing(value):
        raise InvalidValue(
            f"`{reference!r}` is {value}, which is no readable value.",
            fix=f"Leave such rows out, or give an alternative: {{{reference!r} | 'friend'}}.",
            code="NOT_SAYABLE",
        )
    if not is_sayable:
        fix = "Convert it to text in a function of the state, or name the part that is meant."
        if isinstance(value, list | tuple):
            fix = f"Join it: array_to_string({reference!r}, ', '); or name one item: {reference!r}[0]."
        elif isinstance(value, dict):
            fix = f"Name the part that is meant: {reference!r}.{next(iter(value), 'name')}."
        elif isinstance(value, bytes):
            fix = "Decode it where it is read: .decode()."
        elif isinstance(value, timedelta):
            fix = "Express it in hours or days: a number from a function of the state."
        raise InvalidValue(
            f"`{reference!r}` is {a_kind(value)}, which a text cannot hold.", fix=fix, code="NOT_SAYABLE"
        )


def _directives(spec: str) -> set[str]:
    """Return the directives of a format for dates; `.0%` has none."""
    import re

    return set(re.findall(r"%[-_0^#]?([a-zA-Z])", spec.replace("%%", "")))


def _as_date(reference: Any, value: Any, spec: str, directives: set[str]) -> Any:
    """Return the date or time of a value that is formatted as one; text is read in ISO form.

    Raises:
        InvalidValue: It is no date or time, or lacks a part that the format shows.
    """
    from datetime import date, datetime, time

    if isinstance(value, int | float):
        from .date_forms import DAY_NUMBER_FIX, is_day_number

        raise InvalidValue(
            f"`{reference!r}` is the number {value}, but it is formatted as a date (`{spec}`).",
            fix=DAY_NUMBER_FIX
            if is_day_number(value)
            else f'Convert Unix time to the time of a place: {{local_time({reference!r}, "Africa/Nairobi"):{spec}}}.',
            code="NOT_A_DATE",
        )
    if isinstance(value, str):
        text = value.strip()
        found: Any = None
        for kind in (date, datetime, time):
            try:
                found = kind.fromisoformat(text)
                break
            except ValueError:
                continue
        if found is None:
            raise _not_a_date(reference, value, spec)
        if text[-1] in "Zz":
            raise InvalidValue(
                f"`{reference!r}` is {_excerpt(value)}: a time in UTC, not the local time of a place.",
                fix=f'Convert it to the time of a place: {{local_time({reference!r}, "Africa/Nairobi"):{spec}}}.',
                code="WHOSE_CLOCK",
            )
        value = found
    if directives & _CLOCK and isinstance(value, date) and not isinstance(value, datetime):
        raise InvalidValue(
            f"`{reference!r}` is the day {value} without a time, but `{spec}` shows a time of day.",
            fix="Leave the time of day out of the format, or give a date with a time: 2026-11-24T09:30:00.",
            code="NO_TIME_OF_DAY",
        )
    if directives & _DAY and isinstance(value, time):
        raise InvalidValue(
            f"`{reference!r}` is the time {value} without a day, but `{spec}` shows a day.",
            fix="Leave the day out of the format, or give a date with a time: 2026-11-24T09:30:00.",
            code="NO_DAY",
        )
    return value


def _not_a_date(reference: Any, value: Any, spec: str) -> InvalidValue:
    from .date_forms import date_fix

    what = "it is empty" if value is None or not value.strip() else f"{_excerpt(value)} is not a date in ISO form"
    return InvalidValue(
        f"`{reference!r}` is formatted as a date (`{spec}`), but {what}.", fix=date_fix(value or ""), code="NOT_A_DATE"
    )


def _excerpt(value: str) -> str:
    # Never cut: half a secret would not be redacted.
    return repr(value) if len(value) <= 60 else "a long text"
