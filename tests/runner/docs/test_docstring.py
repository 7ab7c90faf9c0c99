"""Docstrings are read into their parts, whatever the shape of a section."""

import inspect
import re
import sys
from collections import Counter

import pytest

from adaptor.runner.docs.docstring import SECTIONS, Docstring, code_of
from adaptor.runner.docs.reference import entries

TEXT = """Send a letter. It is
    carried by hand.

    A second paragraph
    of two lines.

    Args:
        to: Whom it is
            for: a name.
        *pages: What it says.
        **stamps: How it
            is paid.

    Returns:
        An operation. `data` becomes
        the receipt.

    Raises:
        Lost: Nobody knows where it is.
        Full.Box: It came
            back.

    Example:
        >>> send("Ana",
        ...      "hi")
        'sent'

    Source: https://example.org/letters (checked 2026-11-23), and
        https://example.org/stamps.
"""


@pytest.fixture
def doc():
    return Docstring(TEXT)


def test_the_first_sentence_stands_apart_from_the_rest(doc):
    assert doc.summary == "Send a letter."
    assert doc.text == "It is carried by hand.\n\nA second paragraph of two lines."


def test_arguments_lose_their_stars_and_their_line_breaks(doc):
    assert doc.args == [
        ("to", "Whom it is for: a name."),
        ("pages", "What it says."),
        ("stamps", "How it is paid."),
    ]


def test_result_and_errors_are_on_one_line_each(doc):
    assert doc.returns == "An operation. `data` becomes the receipt."
    assert doc.raises == [("Lost", "Nobody knows where it is."), ("Full.Box", "It came back.")]


def test_an_example_keeps_its_lines(doc):
    assert doc.example == '>>> send("Ana",\n...      "hi")\n\'sent\''
    assert code_of(doc.example) == [('send("Ana",', True), ('     "hi")', True), ("'sent'", False)]


def test_sources_are_addresses_without_the_signs_around_them(doc):
    assert doc.sources == ["https://example.org/letters", "https://example.org/stamps"]


@pytest.mark.parametrize("nothing", [None, "", "   \n  "])
def test_without_a_docstring_every_part_is_empty(nothing):
    doc = Docstring(nothing)
    assert (doc.summary, doc.text, doc.args, doc.returns, doc.example, doc.sources) == ("", "", [], "", "", [])


ENTRIES = entries()


def words(text):
    return Counter(re.findall(r"\w+", text))


def lost(entry):
    """Return what a public docstring says and its parts do not."""
    written = entry.value if isinstance(entry.value, type) or hasattr(entry.value, "__name__") else type(entry.value)
    text = sys.modules["adaptor.core.state"].__doc__ if written is dict else written.__doc__
    text, _, sources = inspect.cleandoc(text).partition("\nSource:")
    doc = entry.doc
    parts = [doc.summary, doc.text, doc.returns, doc.example]
    parts += [part for pair in (*doc.args, *doc.attributes, *doc.raises) for part in pair]
    lost = set(words(text) - words("\n".join(parts))) - set(SECTIONS)
    return lost | ({"Source"} if bool(sources) != bool(doc.sources) else set())


def test_no_word_of_a_public_docstring_is_lost():
    found = {entry.name: lost(entry) for entry in ENTRIES}
    assert len(found) > 150
    assert {name: words for name, words in found.items() if words} == {}


def test_every_argument_of_a_public_name_is_described():
    for entry in ENTRIES:
        described = [name for name, _ in entry.doc.args] if entry.parameters else []
        assert [parameter.name for parameter in entry.parameters] == described, entry.name
        assert all(parameter.description for parameter in entry.parameters), entry.name
