"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import adaptor.service


@pytest.mark.long
def test_every_example_gives_what_it_says():
    tried = 0
    for module in pkgutil.walk_packages(adaptor.service.__path__, "adaptor.service."):
        found = doctest.testmod(importlib.import_module(module.name))
        assert not found.failed, module.name
        tried += found.attempted
    assert tried >= 8
    assert not doctest.testmod(importlib.import_module("adaptor.runner.load.triggers.trigger")).failed
