"""F-strings over lazy references: what they say, and that no changed token ever gets through."""

import base64
import copy
import html
import json
import pickle
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptor import (
    InvalidMessage,
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
from adaptor.core.arguments import same
from adaptor.core.template import holds_token, stray_token

STATE = {
    "data": {"name": "Ana", "day": "2026-11-24", "time": "2026-11-24T09:30:00", "price": 2.5, "n": 7, "none": None}
}
relaxed = settings(deadline=None, database=None, max_examples=150)


def value_of(argument, given=STATE):
    (value,) = expand_references(given, argument)
    return value


SAYINGS = [
    (f"Hello {state.data.name}.", "Hello Ana."),
    (f"{state.data.name}", "Ana"),
    (f"{state.data.name}{state.data.n}{state.data.name}", "Ana7Ana"),
    (f"{{{state.data.name}}}", "{Ana}"),
    (f"{state.data.price:.2f} €", "2.50 €"),
    (f"[{state.data.name:>6}]", "[   Ana]"),
    (f"{state.data.n:03d}", "007"),
    (f"{state.data.day:%d.%m.%Y}", "24.11.2026"),
    (f"{state.data.time:%H:%M}", "09:30"),
    (f"{state.data.n + 1} of {state.data['n']}", "8 of 7"),
    (f"{state.data.name[0]}. {state.data.day[:4]}", "A. 2026"),
    (f"{state.data.n > 3}", "True"),
    (f"{data_value('missing', default='friend')}", "friend"),
    (f"outer {f'inner {state.data.name}'}", "outer inner Ana"),
    ("Hello {}.".format(state.data.name), "Hello Ana."),  # noqa: UP032
    ("Hello %s." % state.data.name, "Hello Ana."),  # noqa: UP031
    (str(state.data.name), "Ana"),
    (f"a\nb {state.data.name}\n", "a\nb Ana\n"),
    ("Dr " + f"{state.data.name}" + "!", "Dr Ana!"),
]


@pytest.mark.parametrize(("text", "said"), SAYINGS, ids=[row[1] for row in SAYINGS])
def test_an_f_string_says_what_the_state_holds(text, said):
    assert value_of({"body": [text]}) == {"body": [said]}


def test_an_operation_prints_the_f_string_as_it_was_written():
    assert repr(log(f"{{Hello}} {state.data.name}, {state.data.day:%d %B}")) == (
        "log(f'{{Hello}} {state.data.name}, {state.data.day:%d %B}')"
    )


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_of_an_operation_says_the_same(duplicate):
    said = log(f"Hello {state.data.name:>5}")
    twin = duplicate(said)
    assert twin == said
    assert repr(twin) == repr(said)


def test_the_same_f_string_written_twice_is_the_same():
    assert log(f"Hello {state.data.name}") == log(f"Hello {state.data.name}")
    assert log(f"Hello {state.data.name}") != log(f"Hello {state.data.day}")
    assert log(f"Hello {state.data.name}") != log(f"Hello {state.data.name:>5}")
    assert same(log(f"{state.data.n + 1}").args, log(f"{state.data.n + 1}").args)


def test_the_same_path_spoken_many_times_is_kept_once():
    assert len({f"{state.data.name}" for _ in range(100)}) == 1


# --- values that cannot be said ---

UNSAYABLE = {
    "None": (f"Hello {state.data.none}", MissingReference, "`state.data.none` is None"),
    "a missing path": (f"Hello {state.data.nmae}", MissingReference, "`state.data.nmae` does not exist"),
    "a missing value by JSONPath": (f"Hello {data_value('nmae')}", MissingReference, "is None"),
    "a date that is none": (f"{state.data.name:%d %B}", MissingReference, "is not a date in ISO form"),
    "a number format on text": (f"{state.data.name:.2f}", MissingReference, "is a str, which cannot be formatted as"),
    "an unknown format": (f"{state.data.n:zz}", MissingReference, "is an int, which cannot be formatted as `zz`"),
}


@pytest.mark.parametrize("case", UNSAYABLE)
def test_a_value_that_cannot_be_said_is_an_error_about_the_row(case):
    text, kind, words = UNSAYABLE[case]
    with pytest.raises(kind) as caught:
        value_of(text)
    assert words in str(caught.value)
    assert caught.value.about == "row"
    assert caught.value.fix


# --- tokens that were changed ---


def refused(text):
    with pytest.raises(LazyStateError) as caught:
        log(text)
    assert "was changed after the f-string was made" in str(caught.value)
    assert "lambda state:" in caught.value.fix


TEXTS = {
    "alone": f"{state.data.name}",
    "inside": f"Hello {state.data.name}, bye",
    "two": f"{state.data.name} {state.data.day:%d}",
}
CHANGES = {
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "capitalize": str.capitalize,
    "swapcase": str.swapcase,
    "reversed": lambda text: text[::-1],
    "every other letter": lambda text: text[::2],
    "joined letters": "-".join,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_token_is_refused_when_the_operation_is_built(text, change):
    refused(CHANGES[change](text))


@pytest.mark.parametrize(
    "change",
    [str.strip, str.lstrip, str.rstrip, lambda text: text.split()[0], lambda text: text.split()[-1]],
    ids=["strip", "lstrip", "rstrip", "split first", "split last"],
)
def test_spaces_taken_from_around_a_token_are_noticed(change):
    refused(change(TEXTS["alone"]))


def test_every_slice_that_cuts_a_token_is_refused_and_every_other_one_works():
    token = f"{state.data.name}"
    text = f"ab{token}cd"
    start, end = 2, 2 + len(token)
    assert text[start:end] == token
    for first in range(len(text) + 1):
        for last in range(first + 1, len(text) + 1):
            part = text[first:last]
            if last <= start or first >= end or (first <= start and last >= end):
                assert value_of(part) == part.replace(token, "Ana")
            elif part == "\u1680":
                # As good as empty, and a message refuses it as such.
                assert value_of(part) == part
            else:
                refused(part)


@pytest.mark.parametrize("position", range(len(f"{state.data.name}")))
def test_a_token_with_one_sign_taken_out_is_refused(position):
    token = f"{state.data.name}"
    refused(f"x{token[:position]}{token[position + 1 :]}y")


@pytest.mark.parametrize("position", range(1, len(f"{state.data.name}")))
def test_a_token_with_something_put_into_it_is_refused(position):
    token = f"{state.data.name}"
    refused(f"x{token[:position]}-{token[position:]}y")


def test_a_token_with_two_letters_exchanged_is_refused():
    token = f"{state.data.name}"
    for position in range(3, len(token) - 4):
        first, second = token[position], token[position + 1]
        if first != second:
            refused(token[:position] + second + first + token[position + 2 :])


def test_replacing_in_the_literal_text_leaves_the_reference_whole():
    assert value_of(f"Hello {state.data.name}".replace("Hello", "Bye")) == "Bye Ana"
    assert value_of(f"a e i {state.data.name}".replace("a", "4").replace("e", "3")) == "4 3 i Ana"


def test_splitting_and_joining_around_a_reference_leaves_it_whole():
    lines = f"Hello {state.data.name}\n{state.data.n} days".split("\n")
    assert value_of(lines) == ["Hello Ana", "7 days"]
    assert value_of(" ".join(lines)) == "Hello Ana 7 days"


def test_a_token_encoded_into_bytes_is_refused():
    with pytest.raises(LazyStateError, match=r"\.encode\(\)"):
        log(f"Hello {state.data.name}".encode())


def test_a_token_in_the_key_of_a_dict_is_refused():
    with pytest.raises(LazyStateError, match="used as the key of a dict"):
        log({f"{state.data.name}": 1})


def test_a_changed_token_in_the_key_of_a_dict_is_refused():
    with pytest.raises(LazyStateError, match="was changed"):
        log({"a": [{f"{state.data.name}".upper(): 1}]})


def test_a_token_inside_the_path_of_a_reader_is_refused():
    with pytest.raises(TypeError, match="must be text that is known when the job is loaded"):
        data_value(f"rows[{state.index}]")


def test_joining_references_without_an_f_string_is_an_error_of_python():
    with pytest.raises(TypeError):
        ", ".join([state.data.name, state.data.day])


ENCODINGS = {
    "as it is": lambda text: text,
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "URL-quoted": quote,
    "URL-quoted and lowered": lambda text: quote(text).lower(),
    "quoted for a form": quote_plus,
    "JSON": json.dumps,
    "JSON twice": lambda text: json.dumps(json.dumps(text, ensure_ascii=False), ensure_ascii=False),
    "JSON with its own letters": lambda text: json.dumps(text, ensure_ascii=False),
    "HTML": html.escape,
    "repr": repr,
    "ascii": ascii,
    "repr of bytes": lambda text: repr(text.encode()),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal in capitals": lambda text: text.encode().hex().upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "upper and base64": lambda text: base64.b64encode(text.upper().encode()).decode(),
    "lower and URL-quoted": lambda text: quote(text.lower()),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_token_is_found_in_a_text_that_is_about_to_leave_however_it_was_encoded(encode, before):
    assert holds_token(f"x{encode(f'{before}{state.data.name} bye')}y")


def test_a_stray_token_is_told_with_what_to_use_instead():
    error = stray_token("The request")
    assert str(error) == "The request holds a lazy reference that was never resolved."
    assert "state['data']['name']" in error.fix


# --- text from the state is never interpreted ---

LOOKALIKES = [
    "{state.data.name}",
    "{{0}} %s %(name)s $name ${name}",
    "$.data.name",
    "state.data.name",
    "lambda state: 1",
    "f'{state.data.name}'",
    "\u2000\u2001\u2004\u2005\u2006\u2008\u205f\u00a0\u2003\u3000",
    "@ana\u2005",
    "\u2005hello",
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


@pytest.mark.parametrize("text", LOOKALIKES)
def test_text_given_to_an_operation_inside_a_function_is_taken_as_it_is(text):
    assert value_of(text) == text
    assert not holds_token(text)


def test_even_a_token_in_the_state_is_not_resolved():
    token = f"{state.data.name}"
    assert value_of(state.data.text, {"data": {"text": token, "name": "Ana"}}) == token
    assert value_of(f"{state.data.text}", {"data": {"text": token, "name": "Ana"}}) == token


@relaxed
@given(st.text())
def test_any_text_from_the_state_is_said_as_it_is(text):
    assert value_of(f"<{state.data.text}|{state.data.text}>", {"data": {"text": text}}) == f"<{text}|{text}>"


def test_the_space_that_encloses_tokens_is_taken_as_it_is_inside_a_text_and_alone():
    assert f"{state.data.name}"
    for text in ("\u1680", "a\u1680b"):
        assert value_of(text) == text
    with pytest.raises(InvalidMessage, match="is empty"):
        send_text("1", "\u1680")


@relaxed
@given(st.text(st.characters(exclude_characters="\u1680", max_codepoint=0xFFFF)))
def test_any_written_text_is_taken_as_it_is(text):
    # Only the space of Ogham inscriptions and the letters of Medefaidrin are set aside for tokens.
    assert value_of([text, {text: text}]) == [text, {text: text}]


@relaxed
@given(
    st.lists(
        st.one_of(st.text("abc {}%\u2005é", max_size=4), st.sampled_from(["name", "n", "day"]).map(lambda key: (key,)))
    )
)
def test_texts_and_references_in_any_order_are_said_in_that_order(pieces):
    spoken = "".join(piece if isinstance(piece, str) else f"{state.data[piece[0]]}" for piece in pieces)
    said = "".join(piece if isinstance(piece, str) else str(STATE["data"][piece[0]]) for piece in pieces)
    assert value_of(spoken) == said


def test_an_f_string_inside_each_reads_the_item():
    said = []
    keep = fn(lambda given: said.append(given["line"]) or given)
    line = execute(lambda given: {**given, "line": value_of(f"{state.data.n}!", given)}, keep)
    each([{"n": 1}, {"n": 2}], line)({})
    assert said == ["1!", "2!"]
