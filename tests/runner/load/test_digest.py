"""Which files a job is made of."""

from __future__ import annotations

import sys

import pytest

from adaptor.runner.load import digest
from adaptor.runner.load.digest import job_sources, look_at_loaded
from adaptor.runner.load.prepare import Prepared


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """Loads modules beside a job, as the job would."""
    monkeypatch.setattr(digest, "_LOOKED_AT", ("", {}))
    monkeypatch.syspath_prepend(tmp_path)

    def load(name):
        (tmp_path / f"{name}.py").write_text("")
        __import__(name)

    names = ("beside_before", "beside_after")
    yield load
    for name in names:
        sys.modules.pop(name, None)


def names_of(folder):
    files, _ = job_sources(Prepared(), str(folder / "job.py"))
    return [file.rpartition("/")[2] for file in files]


def test_a_module_beside_the_job_belongs_to_it(tmp_path, beside):
    beside("beside_before")
    assert names_of(tmp_path) == ["beside_before.py", "job.py"]


def test_modules_that_were_loaded_before_and_after_the_look_belong_to_it(tmp_path, beside):
    beside("beside_before")
    look_at_loaded()
    beside("beside_after")
    assert names_of(tmp_path) == ["beside_after.py", "beside_before.py", "job.py"]


def test_a_module_that_was_removed_since_the_look_does_not_belong_to_it(tmp_path, beside):
    beside("beside_before")
    look_at_loaded()
    del sys.modules["beside_before"]
    beside("beside_after")
    assert names_of(tmp_path) == ["beside_after.py", "job.py"]
