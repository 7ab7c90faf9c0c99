"""The docstrings of all public names: their parts, and their examples."""

import ast
import doctest
import inspect
from operator import attrgetter

import pytest

import adaptor
from adaptor.core.values.template import TEXT, text_of
from adaptor.runner.load.syntax import Texts

PUBLIC = [name for name in adaptor.__all__ if callable(getattr(adaptor, name)) and name not in ("State", "state")]
PUBLIC += [f"http.{name}" for name in adaptor.http.__all__]
FUNCTIONS = [name for name in PUBLIC if not isinstance(attrgetter(name)(adaptor), type)]
HTTP = [name for name in FUNCTIONS if name.startswith("http.")]
SENDING = [name for name in FUNCTIONS if attrgetter(name)(adaptor).__module__.startswith("adaptor.messenger.")]


def doc(name: str) -> str:
    return inspect.getdoc(attrgetter(name)(adaptor)) or ""


def run_examples(text: str, name: str) -> str:
    """Run the examples of a docstring, and return what doctest says of those that fail."""
    names = {public: getattr(adaptor, public) for public in adaptor.__all__} | {TEXT: text_of}
    example = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    for each in example.examples:
        # As the loader of a job does.
        each.source = ast.unparse(Texts().visit(ast.parse(each.source))) + "\n"
    failures: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=failures.append)
    return "".join(failures)


def test_each_has_a_docstring_that_begins_with_one_sentence():
    firsts = {name: doc(name).split("\n\n")[0].rstrip() for name in PUBLIC}
    assert {name: first for name, first in firsts.items() if not first.endswith((".", ":"))} == {}


def test_each_documents_every_argument():
    missing = {
        name: parameter
        for name in FUNCTIONS
        for parameter in inspect.signature(attrgetter(name)(adaptor)).parameters
        if f"\n    {parameter}:" not in doc(name) and f"\n    *{parameter}:" not in doc(name)
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (FUNCTIONS, ["\nReturns:\n", ">>> "]),
        (SENDING, ["\nRaises:\n", "https://developers.facebook.com/"]),
        (HTTP, ["\nRaises:\n", "NotSent: Nothing left this machine"]),
    ],
    ids=["returns and an example", "what a failure has sent, and Meta's page", "what a failed call has sent"],
)
def test_each_says(names, parts):
    assert [(name, part) for name in names for part in parts if part not in doc(name)] == []


def test_each_example_runs():
    assert {name: text for name in PUBLIC if (text := run_examples(doc(name), name))} == {}


@pytest.mark.parametrize("method", ["then", "catch"])
def test_the_methods_of_operations_have_examples_that_run(method):
    text = inspect.getdoc(getattr(adaptor.Operation, method)) or ""
    assert ">>> " in text
    assert run_examples(text, method) == ""


def test_examples_are_python():
    for name in PUBLIC:
        for example in doctest.DocTestParser().get_examples(doc(name)):
            ast.parse(example.source)
