"""F-strings over lazy references: what they say, what they refuse to say, and that they are no text before that."""

import copy
import hashlib
import json
import pickle
import threading
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from adaptor import (
    InvalidValue,
    LazyStateError,
    MissingReference,
    data_value,
    each,
    execute,
    expand_references,
    fn,
    log,
    send_text,
    state,
)
from adaptor.core.values.arguments import same
from adaptor.core.values.date_forms import DAY_NUMBER_FIX, date_fix
from adaptor.core.values.template import Template, text_of
from tests.thorough import examples

STATE = {
    "data": {"name": "Ana", "day": "2026-11-24", "time": "2026-11-24T09:30:00", "price": 2.5, "n": 7, "none": None}
    | {"nan": float("nan"), "blank": " ", "zero": 0, "share": 0.25}
}
relaxed = settings(max_examples=examples(150))


def value_of(argument, given=STATE):
    (value,) = expand_references(given, argument)
    return value


WIDTH = 6
SAYINGS = [
    (f"Hello {state.data.name}.", "Hello Ana."),
    (f"{state.data.name}", "Ana"),
    (f"{state.data.name}{state.data.n}{state.data.name}", "Ana7Ana"),
    (f"{{{state.data.name}}}", "{Ana}"),
    (f"{state.data.price:.2f} €", "2.50 €"),
    (f"[{state.data.name:>6}]", "[   Ana]"),
    (f"[{state.data.name:>{WIDTH}}]", "[   Ana]"),
    (f"[{state.data.name:>{state.data.n}}]", "[    Ana]"),
    (f"[{WIDTH:>{state.data.n}}]", "[      6]"),
    (f"{state.data.n:03d}", "007"),
    (f"{state.data.day:%d.%m.%Y}", "24.11.2026"),
    (f"{state.data.time:%H:%M}", "09:30"),
    (f"{state.data.n + 1} of {state.data['n']}", "8 of 7"),
    (f"{state.data.name[0]}. {state.data.day[:4]}", "A. 2026"),
    (f"{data_value('missing', default='friend')}", "friend"),
    (f"outer {f'inner {state.data.name}'}", "outer inner Ana"),
    (f"{state.data.name!r} {state.data.name!s}", "'Ana' Ana"),
    (f"{state.data.n=}", "state.data.n=7"),
    (f"a\nb {state.data.name}\n", "a\nb Ana\n"),
    ("Dr " + f"{state.data.name}" + "!", "Dr Ana!"),
    (f"{state.data.name | 'friend'}", "Ana"),
    (f"{state.data.none | 'friend'}", "friend"),
    (f"{state.data.nmae | 'friend'}", "friend"),
    (f"{state.data.nmae | state.data.none | 'friend'}!", "friend!"),
    (f"{state.data.nan | 'friend'}", "friend"),
    (f"{state.data.blank | 'friend'}", "friend"),
    (f"{state.data.zero | 'friend'}", "0"),
    (f"{state.data.share:.0%}", "25%"),
]


@pytest.mark.parametrize(("text", "said"), SAYINGS, ids=[row[1] for row in SAYINGS])
def test_an_f_string_says_what_the_state_holds(text, said):
    assert value_of({"body": [text]}) == {"body": [said]}


def test_an_f_string_whose_values_are_known_is_a_plain_text():
    name, n = "Ana", 2.345
    texts = [f"Hello {name}", f"{name!r:>8}|{n:.{1 + 1}f}", f"{n=}", f"{{}}{'x'}", f"{None} {True} {[1]}"]
    assert texts == ["Hello Ana", "   'Ana'|2.35", "n=2.345", "{}x", "None True [1]"]
    assert {type(text) for text in texts} == {str}


def test_an_operation_prints_the_f_string_as_it_was_written():
    assert repr(log(f"{{Hello}} {state.data.name}, {state.data.day:%d %B}")) == (
        "log(f'{{Hello}} {state.data.name}, {state.data.day:%d %B}')"
    )


def test_a_printed_text_shows_where_its_values_stand():
    assert str(f"Hello {state.data.name}, {state.data.day:%d %B} {state.data.n!r}") == (
        "Hello {state.data.name}, {state.data.day:%d %B} {state.data.n!r}"
    )


@pytest.mark.parametrize(
    "use",
    [lambda text: send_text("1", str(text)), lambda text: "Dr " + str(text), lambda text: str(text) + "!"],
    ids=["an argument", "after a text", "before a text"],
)
def test_how_a_text_looks_is_never_sent(use):
    with pytest.raises(LazyStateError, match="only shows a lazy text"):
        use(f"Hello {state.data.name}")


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_of_an_operation_says_the_same(duplicate):
    said = log(f"Hello {state.data.name:>5} {state.data.nmae | 'friend'}")
    twin = duplicate(said)
    assert twin == said
    assert repr(twin) == repr(said)


def test_the_same_f_string_written_twice_is_the_same():
    assert log(f"Hello {state.data.name}") == log(f"Hello {state.data.name}")
    assert log(f"Hello {state.data.name}") != log(f"Hello {state.data.day}")
    assert log(f"Hello {state.data.name}") != log(f"Hello {state.data.name:>5}")
    assert same(log(f"{state.data.n + 1}").args, log(f"{state.data.n + 1}").args)


# --- values that cannot be said ---


class Missing:
    """What a data frame leaves for a missing cell."""

    def __str__(self):
        return "<NA>"


class NotKnown:
    """Another one: whether it is itself is not known either."""

    def __ne__(self, other):
        return self

    __hash__ = None

    def __bool__(self):
        raise TypeError("it is not known")

    def __str__(self):
        return "<NA>"


class Never(datetime):
    """What a data frame leaves for a missing date: it is not even itself."""

    __hash__ = None

    def __ne__(self, other):
        return True


SAID = {
    "whole": (7, "7"),
    "a fraction": (2.5, "2.5"),
    "a decimal": (Decimal("1.10"), "1.10"),
    "a day": (date(2026, 11, 24), "2026-11-24"),
    "a moment": (datetime(2026, 11, 24, 9, 30), "2026-11-24 09:30:00"),
    "a time": (time(9, 30), "09:30:00"),
}


@pytest.mark.parametrize(("value", "said"), SAID.values(), ids=SAID)
def test_text_numbers_and_dates_are_said(value, said):
    assert value_of(f"{state.data.x}", {"data": {"x": value}}) == said


UNSAID = {
    "nan": (float("nan"), "is nan"),
    "infinity": (float("-inf"), "is -inf"),
    "a decimal that is none": (Decimal("NaN"), "is NaN"),
    "a missing date": (Never(2026, 1, 1), "no readable value"),
    "a missing cell": (Missing(), "is a Missing, which a text cannot hold"),
    "a cell that is not known": (NotKnown(), "is <NA>, which is no readable value"),
    "true": (True, 'is True, which would appear in the text as "True"'),
    "bytes": (b"Ana", "is a bytes, which a text cannot hold"),
    "a list": (["a"], "is a list, which a text cannot hold"),
    "an object": ({"a": 1}, "is a dict, which a text cannot hold"),
    "a set": ({1}, "is a set"),
    "an exception": (ValueError("x"), "is a ValueError"),
}


@pytest.mark.parametrize(("value", "words"), UNSAID.values(), ids=UNSAID)
@pytest.mark.parametrize("text", [f"Hello {state.data.x}", f"Hello {state.data.x:>5}", f"Hello {state.data.x!s}"])
def test_anything_else_is_refused_with_its_path(value, words, text):
    with pytest.raises(InvalidValue) as caught:
        value_of(text, {"data": {"x": value}})
    assert str(caught.value).startswith("`state.data.x` ")
    assert words in str(caught.value)
    assert caught.value.about == "row"
    assert caught.value.fix


UNSAYABLE = {
    "None": (f"Hello {state.data.none}", MissingReference, "`state.data.none` is None"),
    "a missing path": (f"Hello {state.data.nmae}", MissingReference, "`state.data.nmae` does not exist"),
    "a missing value by JSONPath": (f"Hello {data_value('nmae')}", MissingReference, "is None"),
    "a date that is none": (f"{state.data.name:%d %B}", InvalidValue, "but 'Ana' is not a date in ISO form"),
    "a number format on text": (f"{state.data.name:.2f}", InvalidValue, "is a str, which cannot be formatted as"),
    "a share of text": (f"{state.data.name:.0%}", InvalidValue, "is a str, which cannot be formatted as `.0%`"),
    "an unknown format": (f"{state.data.n:zz}", InvalidValue, "is an int, which cannot be formatted as `zz`"),
}


@pytest.mark.parametrize("case", UNSAYABLE)
def test_a_value_that_cannot_be_said_is_an_error_about_the_row(case):
    text, kind, words = UNSAYABLE[case]
    with pytest.raises(kind) as caught:
        value_of(text)
    assert words in str(caught.value)
    assert caught.value.about == "row"
    assert caught.value.fix


CONDITIONS = [lambda: state.n > 3, lambda: ~state.n, lambda: (state.a == 1) & (state.b == 2), lambda: state.a == "x"]


@pytest.mark.parametrize("make", CONDITIONS)
def test_a_condition_in_a_text_is_refused_when_the_text_is_built(make):
    with pytest.raises(LazyStateError, match='would appear in a text as "True" or "False"'):
        f"so it is {make()}"
    with pytest.raises(LazyStateError, match='would appear in a text as "True" or "False"'):
        f"so it is {make() | 'friend'}"


# --- dates ---

DATES = [
    ("2026-11-30T23:30:00Z", "%H:%M", "a time in UTC, not the local time of a place"),
    ("2026-11-30T23:30Z", "%A", "a time in UTC"),
    ("2026-11-30", "%d %B %H:%M", "is the day 2026-11-30 without a time"),
    ("23:30", "%d %B", "is the time 23:30:00 without a day"),
    ("30.11.2026", "%d %B", "'30.11.2026' is not a date in ISO form"),
    (date(2026, 11, 30), "%H:%M", "without a time"),
]


@pytest.mark.parametrize(("value", "spec", "words"), DATES)
def test_a_date_does_not_say_what_it_does_not_hold(value, spec, words):
    with pytest.raises(InvalidValue) as caught:
        value_of(f"{state.data.when:{spec}}", {"data": {"when": value}})
    assert words in str(caught.value)


PLACE = '{local_time(state.data.when, "Africa/Nairobi"):%H:%M}'
JOIN = "Join it: array_to_string(state.data.when, ', ');"
WITH_TIME = "give a date with a time: 2026-11-24T09:30:00."


@pytest.mark.parametrize(
    ("value", "spec", "code", "fix"),
    [
        ("2026-11-30T23:30:00Z", "%H:%M", "WHOSE_CLOCK", f"Convert it to the time of a place: {PLACE}."),
        ("2026-11-30", "%H:%M", "NO_TIME_OF_DAY", f"Leave the time of day out of the format, or {WITH_TIME}"),
        ("23:30", "%d %B", "NO_DAY", f"Leave the day out of the format, or {WITH_TIME}"),
        (1796081400, "%H:%M", "NOT_A_DATE", f"Convert Unix time to the time of a place: {PLACE}."),
        (45985, "%H:%M", "NOT_A_DATE", DAY_NUMBER_FIX),
        ("tomorrow", "%d", "NOT_A_DATE", date_fix("tomorrow")),
        ("30.11.2026", "%d", "NOT_A_DATE", date_fix("30.11.2026")),
        (" ", "%d", "NOT_A_DATE", date_fix("")),
        (None, "%d", "NOT_A_DATE", date_fix("")),
        ("x", "d", "NOT_FORMATTABLE", None),
        (True, "", "NOT_SAYABLE", "Choose the words in a function of the state: lambda state: 'yes' if … else 'no'."),
        (float("inf"), "", "NOT_SAYABLE", "Leave such rows out, or give an alternative: {state.data.when | 'friend'}."),
        ([1], "", "NOT_SAYABLE", f"{JOIN} or name one item: state.data.when[0]."),
        ({"a": 1}, "", "NOT_SAYABLE", "Name the part that is meant: state.data.when.a."),
        ({}, "", "NOT_SAYABLE", "Name the part that is meant: state.data.when.name."),
        (b"x", "", "NOT_SAYABLE", "Decode it where it is read: .decode()."),
        (timedelta(1), "", "NOT_SAYABLE", "Express it in hours or days: a number from a function of the state."),
        (object(), "", "NOT_SAYABLE", "Convert it to text in a function of the state, or name the part that is meant."),
    ],
)
def test_what_a_text_cannot_hold_says_what_to_do(value, spec, code, fix):
    with pytest.raises(InvalidValue) as caught:
        value_of(f"{state.data.when:{spec}}", {"data": {"when": value}})
    assert caught.value.code == code
    assert fix is None or caught.value.fix == fix


@pytest.mark.parametrize(
    ("value", "spec", "said"),
    [
        ("2026-11-30", "%d/%m", "30/11"),
        (" 2026-11-30 ", "%d/%m", "30/11"),
        ("23:30", "%H.%M", "23.30"),
        (time(23, 30), "%H.%M", "23.30"),
        (datetime(2026, 11, 30, 23, 30), "%d %H", "30 23"),
        (0.25, ".0%", "25%"),
        (7, "03d", "007"),
    ],
)
def test_dates_times_and_numbers_take_their_formats(value, spec, said):
    assert value_of(f"{state.data.when:{spec}}", {"data": {"when": value}}) == said


def test_a_moment_in_utc_names_what_tells_it_by_somebodys_clock():
    with pytest.raises(InvalidValue) as caught:
        value_of(f"{state.data.when:%H:%M}", {"data": {"when": "2026-11-30T23:30:00Z"}})
    assert 'local_time(state.data.when, "Africa/Nairobi")' in caught.value.fix


@pytest.mark.parametrize("value", [1796081400, 1796081400000.0])
def test_unix_time_is_told_by_somebodys_clock(value):
    with pytest.raises(InvalidValue, match="is the number 1796081400") as caught:
        value_of(f"{state.data.when:%H:%M}", {"data": {"when": value}})
    assert '{local_time(state.data.when, "Africa/Nairobi"):%H:%M}' in caught.value.fix


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-11-30T23:30:00+03:00", "Monday 23:30"),
        ("2026-11-30 23:30", "Monday 23:30"),
        (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "Monday 23:30"),
    ],
)
def test_a_time_with_an_offset_is_told_by_the_clock_that_it_states(value, said):
    assert value_of(f"{state.data.when:%A %H:%M}", {"data": {"when": value}}) == said


# --- a text is no text until its values are known ---

USES = {
    "upper": lambda text: text.upper(),
    "encode": lambda text: text.encode(),
    "strip": lambda text: text.strip(),
    "startswith": lambda text: text.startswith("H"),
    "len": len,
    "in": lambda text: "a" in text,
    "if": lambda text: "a" if text else "b",
    "==": lambda text: "Dear" if text == "Dr" else "Hello",
    "a letter for each": list,
    "a key": lambda text: {text: 1},
    "a member of a set": lambda text: {text},
    "a digest": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "int": int,
    "how it looks, in capitals": lambda text: str(text).upper(),
    "a digest of how it looks": lambda text: hashlib.sha256(str(text).encode()).hexdigest(),
    "how it looks, in a text": lambda text: f"Dear {str(text)}",  # noqa: RUF010
    "how it looks, as a width": lambda text: f"{1:{str(text)}}",
    "how it looks, letter by letter": lambda text: list(str(text)),
    "a list in a text": lambda text: f"Dear {[text]}",
    "a list in a dict in a text": lambda text: f"Dear { ({'all': (1, [text])})!r}",
    "format": lambda text: "{}!".format(text),  # noqa: UP032
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize(
    "text", [f"Hello {state.data.name}", f"{state.data.title}"], ids=["a text", "a reference alone"]
)
def test_what_a_text_cannot_do_before_its_values_are_known_is_refused(use, text):
    with pytest.raises(LazyStateError):
        use(text)


def test_joining_texts_is_an_error_of_python():
    with pytest.raises(TypeError):
        ", ".join([f"{state.data.name}", "x"])
    with pytest.raises(TypeError):
        json.dumps(f"{state.data.name}")


def test_a_slice_of_a_text_is_read_when_its_values_are_known():
    assert value_of(f"Hello {state.data.name}"[:3]) == "Hel"


def test_outside_a_script_a_reference_in_a_text_is_refused_at_once():
    names = {"state": state}
    for source in ("f'Hello {state.data.name}'", "'{}'.format(state.data.name)", "'%s' % state.data.name"):
        with pytest.raises(LazyStateError) as caught:
            eval(source, names)
        assert "lambda state:" in caught.value.fix
        assert "t-string" in caught.value.fix
    with pytest.raises(LazyStateError):
        str(state.data.name)


def test_many_threads_make_texts_of_their_own():
    made = {}

    def make(number):
        made[number] = [f"{number}: {state.data[str(step)]}" for step in range(200)]

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = {"data": {str(step): step for step in range(200)}}
    for number, texts in made.items():
        assert [value_of(text, given) for text in texts] == [f"{number}: {step}" for step in range(200)]


# --- t-strings ---


class Interpolation:
    def __init__(self, value, conversion=None, format_spec=""):
        self.value, self.conversion, self.format_spec = value, conversion, format_spec


#: What Python 3.14 makes of t"…", for a Python that has none.
TString = type("Template", (), {"__module__": "string.templatelib"})


def t_string(strings, *interpolations):
    made = TString()
    made.strings, made.interpolations = strings, interpolations
    return made


def test_a_t_string_is_taken_wherever_a_value_is():
    text = t_string(("Hello ", ", ", ""), Interpolation(state.data.name), Interpolation(state.data.day, None, "%d %B"))
    assert value_of({"body": [text]}) == {"body": ["Hello Ana, 24 November"]}
    assert value_of(t_string(("n=", "!"), Interpolation(7, "r"))) == "n=7!"
    inside = t_string(("<", ">"), Interpolation(text))
    assert value_of(inside) == "<Hello Ana, 24 November>"


# --- text from the state is never interpreted ---

LOOKALIKES = [
    "{state.data.name}",
    "{{0}} %s %(name)s $name ${name}",
    "$.data.name",
    "state.data.name",
    "lambda state: 1",
    "f'{state.data.name}'",
    "\u1680\u2000\u2001\u2004\u205f\u00a0\u3000",
    "\u200bzero\u200b width\ufeff",
    "",
    " ",
    "no",
    "\x00\x1b[31m",
]


@pytest.mark.parametrize("text", LOOKALIKES)
def test_text_from_the_state_is_said_as_it_is(text):
    assert value_of(f"<{state.data.text}>", {"data": {"text": text}}) == f"<{text}>"
    assert value_of(state.data.text, {"data": {"text": text}}) == text
    assert value_of(text) == text


@relaxed
@given(st.text())
def test_any_text_is_said_as_it_is(text):
    assert value_of(f"<{state.data.text}|{state.data.text}>", {"data": {"text": text}}) == f"<{text}|{text}>"
    assert value_of([text, {text: text}]) == [text, {text: text}]


@relaxed
@given(
    st.lists(
        st.one_of(st.text("abc {}%\u2005é", max_size=4), st.sampled_from(["name", "n", "day"]).map(lambda key: (key,)))
    )
)
def test_texts_and_references_in_any_order_are_said_in_that_order(pieces):
    spoken = text_of(*[piece if isinstance(piece, str) else (state.data[piece[0]], "", "") for piece in pieces])
    said = "".join(piece if isinstance(piece, str) else str(STATE["data"][piece[0]]) for piece in pieces)
    assert isinstance(spoken, Template) == any(isinstance(piece, tuple) for piece in pieces)
    assert value_of(spoken) == said


def test_an_f_string_inside_each_reads_the_item():
    said = []
    keep = fn(lambda given: said.append(given["line"]) or given)
    line = execute(lambda given: {**given, "line": value_of(f"{state.data.n}!", given)}, keep)
    each([{"n": 1}, {"n": 2}], line)({})
    assert said == ["1!", "2!"]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("2026-11-31", "no such day or time"),
        ("2026-13-01T09:30", "no such day or time"),
        ("11/30/26", "%m/%d/%y"),
        ("30/11/26", "%d/%m/%y"),
    ],
)
def test_a_date_that_cannot_be_read_says_why(text, fix):
    said = text_of("On ", (state.data.day, "", "%d %B"))
    with pytest.raises(InvalidValue) as caught:
        said.__resolve__({"data": {"day": text}})
    assert fix in caught.value.fix
