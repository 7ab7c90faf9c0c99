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
FUNCTIONS = [name for name in PUBLIC if not isinstance(attrgetter(name)(adaptor), type)]
SENDING = [name for name in FUNCTIONS if attrgetter(name)(adaptor).__module__.startswith("adaptor.messenger.")]


def doc(name: str) -> str:
    return inspect.getdoc(attrgetter(name)(adaptor)) or ""


@pytest.mark.parametrize("name", PUBLIC)
def test_it_has_a_docstring_that_begins_with_one_sentence(name):
    first = doc(name).split("\n\n")[0]
    assert first
    assert first.rstrip().endswith((".", ":"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_documents_every_argument(name):
    text = doc(name)
    signature = inspect.signature(attrgetter(name)(adaptor))
    for parameter in signature.parameters:
        assert f"\n    {parameter}:" in text or f"\n    *{parameter}:" in text, parameter


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_says_what_it_returns_and_shows_an_example(name):
    assert "\nReturns:\n" in doc(name)
    assert ">>> " in doc(name)


@pytest.mark.parametrize("name", SENDING)
def test_it_says_what_was_sent_when_it_fails_and_where_meta_says_so(name):
    assert "\nRaises:\n" in doc(name)
    assert "https://developers.facebook.com/" in doc(name)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name.startswith("http.")])
def test_it_says_what_was_sent_when_a_call_fails(name):
    assert "\nRaises:\n" in doc(name)
    assert "NotSent: Nothing left this machine" in doc(name)


@pytest.mark.parametrize("name", [name for name in PUBLIC if ">>> " in doc(name)])
def test_its_example_runs(name):
    names = {public: getattr(adaptor, public) for public in adaptor.__all__} | {TEXT: text_of}
    example = doctest.DocTestParser().get_doctest(doc(name), names, name, None, 0)
    for each in example.examples:
        # As the loader of a job does.
        each.source = ast.unparse(Texts().visit(ast.parse(each.source))) + "\n"
    failures: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(example, out=failures.append)
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
