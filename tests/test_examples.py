"""The examples in docstrings are true, those of internal functions too."""

import doctest
import importlib
import pkgutil

import pytest

import adaptor


@pytest.mark.long
def test_every_example_gives_what_it_says():
    words = {name: getattr(adaptor, name) for name in adaptor.__all__}
    wrong: list[str] = []
    tried = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    for found in pkgutil.walk_packages(adaptor.__path__, "adaptor."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        more = {name: word for name, word in words.items() if name not in vars(module)}
        for example in doctest.DocTestFinder().find(module, extraglobs=more):
            tried.run(example, out=wrong.append)
    assert not wrong, "".join(wrong)
    assert tried.tries > 250
