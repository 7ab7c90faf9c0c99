"""Modules beside a job."""

import importlib
import sys

import pytest

from adaptor.runner.load import modules_beside


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder whose modules may be imported until the test ends."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(modules_beside._FINDER, "folders", [])
    monkeypatch.setattr(modules_beside._FINDER, "added", set())
    modules_beside.allow(str(tmp_path))
    return tmp_path


def test_a_file_beside_a_job_never_stands_in_for_an_optional_package_that_is_not_installed(folder, monkeypatch):
    name = "not_installed_codec"
    monkeypatch.setattr(modules_beside, "_USED", modules_beside._USED | {name})
    (folder / f"{name}.py").write_text("raise SystemExit('the wrong one')")
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{name}'"):
        importlib.import_module(name)


def test_a_module_beside_a_job_is_imported(folder):
    (folder / "helpers_of_this_test.py").write_text("X = 1")
    assert importlib.import_module("helpers_of_this_test").X == 1
    del sys.modules["helpers_of_this_test"]
