"""Every public name explains itself, and its example runs."""

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
PUBLIC += [f"collections.{name}" for name in adaptor.collections.__all__]
FUNCTIONS = [name for name in PUBLIC if not isinstance(attrgetter(name)(adaptor), type)]
SENDING = [name for name in FUNCTIONS if attrgetter(name)(adaptor).__module__.startswith("adaptor.messenger.")]


def doc(name: str) -> str:
    return inspect.getdoc(attrgetter(name)(adaptor)) or ""


def test_each_begins_with_one_sentence():
    firsts = {name: doc(name).split("\n\n")[0].rstrip() for name in PUBLIC}
    assert [name for name, first in firsts.items() if not first.endswith((".", ":"))] == []


def test_each_documents_every_argument():
    undocumented = [
        f"{name}: {parameter}"
        for name in FUNCTIONS
        for parameter in inspect.signature(attrgetter(name)(adaptor)).parameters
        if f"\n    {parameter}:" not in doc(name) and f"\n    *{parameter}:" not in doc(name)
    ]
    assert undocumented == []


def test_each_says_what_it_returns_and_shows_an_example():
    assert [name for name in FUNCTIONS if "\nReturns:\n" not in doc(name) or ">>> " not in doc(name)] == []


def test_each_send_says_what_was_sent_when_it_fails_and_where_meta_says_so():
    assert len(SENDING) > 60
    page = "https://developers.facebook.com/"
    assert [name for name in SENDING if "\nRaises:\n" not in doc(name) or page not in doc(name)] == []


def test_each_http_call_says_what_was_sent_when_it_fails():
    calls = [name for name in FUNCTIONS if name.startswith("http.")]
    assert calls
    assert [name for name in calls if "NotSent: Nothing left this machine" not in doc(name)] == []


def test_every_example_runs():
    failures: list[str] = []
    for name in PUBLIC:
        names = {public: getattr(adaptor, public) for public in adaptor.__all__} | {TEXT: text_of}
        example = doctest.DocTestParser().get_doctest(doc(name), names, name, None, 0)
        for each in example.examples:
            # As the loader of a job does.
            each.source = ast.unparse(Texts().visit(ast.parse(each.source))) + "\n"
        doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=failures.append)
    assert not failures, "".join(failures)


@pytest.mark.parametrize("method", ["then", "catch"])
def test_the_methods_of_operations_have_examples_that_run(method):
    names = {public: getattr(adaptor, public) for public in adaptor.__all__}
    text = inspect.getdoc(getattr(adaptor.Operation, method)) or ""
    example = doctest.DocTestParser().get_doctest(text, names, method, None, 0)
    assert example.examples
    failures: list[str] = []
    doctest.DocTestRunner().run(example, out=failures.append)
    assert not failures, "".join(failures)


def test_examples_are_python():
    for name in PUBLIC:
        for example in doctest.DocTestParser().get_examples(doc(name)):
            ast.parse(example.source)
