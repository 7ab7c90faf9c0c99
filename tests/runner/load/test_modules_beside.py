"""Modules beside a job."""

import importlib
import json
import sys
import threading

import pytest

from adaptor.core.run.context import Run
from adaptor.runner import run
from adaptor.runner.load import modules_beside
from adaptor.runner.load.credentials import Credentials
from adaptor.runner.load.digest import job_sources
from adaptor.runner.load.prepare import prepare


@pytest.fixture
def perform(tmp_path):
    """Perform a job beside these modules, and return its result."""

    def perform(script, **modules):
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
        (tmp_path / "job.py").write_text(script)
        return run(tmp_path / "job.py", {"data": []})

    return perform


@pytest.mark.parametrize("how", ["import {0}", "import importlib\nimportlib.import_module('{0}')"])
def test_a_file_beside_a_job_never_stands_in_for_an_optional_package_that_is_not_installed(perform, monkeypatch, how):
    name = "not_installed_codec"
    monkeypatch.setattr(modules_beside, "_USED", modules_beside._USED | {name})
    result = perform(f"{how.format(name)}\nfn(lambda s: s)\n", not_installed_codec="raise SystemExit('the wrong one')")
    assert f"No module named '{name}'" in str(result.error)


@pytest.mark.parametrize(
    "how",
    [
        "import helpers",
        "import helpers as h\nhelpers = h",
        "from helpers import *\nimport helpers",
        "import importlib\nhelpers = importlib.import_module('helpers')",
        "helpers = __import__('helpers', fromlist=['X'])",
    ],
)
def test_a_module_is_imported_in_each_of_pythons_ways(perform, how):
    result = perform(f"{how}\nfn(lambda s: {{**s, 'data': helpers.X}})\n", helpers="X = 1")
    assert (result.error, result.state["data"]) == (None, 1)
    assert "helpers" not in sys.modules


def test_a_package_imports_its_parts_and_the_modules_beside_the_job(perform, tmp_path):
    (tmp_path / "texts" / "more").mkdir(parents=True)
    (tmp_path / "texts" / "__init__.py").write_text("from . import first\nfrom .more.last import LAST\n")
    (tmp_path / "texts" / "first.py").write_text("import words\nFIRST = words.WORD\n")
    (tmp_path / "texts" / "more" / "last.py").write_text("from ..first import FIRST\nLAST = FIRST * 2\n")
    job = "import texts.more.last as last, texts.first\nfn(lambda s: {**s, 'data': [texts.first.FIRST, last.LAST]})\n"
    assert perform(job, words="WORD = 'w'\n").state["data"] == ["w", "ww"]


def test_a_data_class_beside_a_job_may_have_annotations_as_text(perform):
    module = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom typing import ClassVar\n"
        "@dataclass\nclass Visit:\n    day: str\n    kind: ClassVar[str] = 'x'\n"
    )
    job = "from visits import Visit\nfn(lambda s: {**s, 'data': Visit('Monday').day})\n"
    assert perform(job, visits=module).state["data"] == "Monday"


def test_a_module_that_the_program_has_imported_is_the_same_in_the_job(perform, tmp_path, monkeypatch):
    (tmp_path / "settings_of_a_program.py").write_text("CLINIC = 'A'\n")
    monkeypatch.syspath_prepend(tmp_path)
    settings = importlib.import_module("settings_of_a_program")
    settings.CLINIC = "B"
    job = "import settings_of_a_program as settings\nfn(lambda s: {**s, 'data': settings.CLINIC})\n"
    assert perform(job).state["data"] == "B"
    assert sys.modules.pop("settings_of_a_program") is settings


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("from helpers import Y\nfn(lambda s: s)\n", "cannot import name 'Y' from 'helpers'"),
        ("import helpers.more\nfn(lambda s: s)\n", "No module named 'helpers.more'; 'helpers' is not a package"),
        ("import helpers\nfn(lambda s: helpers.Y)\n", "module 'helpers' has no attribute 'Y'"),
        ("import broken\nfn(lambda s: s)\n", "No module named 'nothing_of_this_name'"),
    ],
)
def test_an_error_names_modules_as_the_job_does(perform, script, words):
    result = perform(script, helpers="X = 1", broken="import nothing_of_this_name")
    assert words in result.error.description
    assert "adaptor_beside" not in result.error.report()


def test_a_run_inside_another_one_has_modules_of_its_own(tmp_path):
    late = "def say(s):\n    from words import WORD\n    return {**s, 'data': [*s['data'], WORD]}\n"
    inner = write(tmp_path / "inner", "inner", "words.py", f"{late}fn(say)\n")
    first = (
        f"from adaptor.runner import run\n{late}fn(lambda s: run({inner!r}, {{'data': s['data']}}).state)\nfn(say)\n"
    )
    assert run(write(tmp_path / "outer", "outer", "words.py", first), {"data": []}).state["data"] == ["inner", "outer"]


@pytest.mark.long
def test_runs_in_threads_have_modules_of_their_own(tmp_path):
    jobs = {word: write(tmp_path / word, word, *IMPORTS["while it runs"]) for word in "ab"}
    found = []

    def go(word):
        for _ in range(10):
            found.append((word, run(jobs[word], {"data": []}).state["data"]))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=go, args=(word,)) for word in "abab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert len(found) == 40
    assert [each for each in found if each[1] != [each[0]]] == []


#: How a job gets at what a module beside it says: when it is loaded, when it runs, from a package, or from a folder.
IMPORTS = {
    "at once": ("words.py", "from words import WORD\nfn(lambda s: {**s, 'data': [*s['data'], WORD]})\n"),
    "while it runs": (
        "words.py",
        "def say(s):\n    from words import WORD\n    return {**s, 'data': [*s['data'], WORD]}\nfn(say)\n",
    ),
    "through another module": (
        "words.py",
        "import speaker\nfn(lambda s: {**s, 'data': [*s['data'], speaker.WORD]})\n",
    ),
    "from a package": (
        "texts/__init__.py",
        "from texts import WORD\nfn(lambda s: {**s, 'data': [*s['data'], WORD]})\n",
    ),
    "from a folder": (
        "texts/words.py",
        "from texts.words import WORD\nfn(lambda s: {**s, 'data': [*s['data'], WORD]})\n",
    ),
}


def write(folder, word, file, job):
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(f"WORD = {word!r}\n")
    (folder / "speaker.py").write_text("from words import WORD\n")
    (folder / "job.py").write_text(job)
    return str(folder / "job.py")


@pytest.fixture
def workflow(tmp_path):
    """A workflow whose two steps lie in folders of their own, with modules of the same names."""

    def make(file, job):
        for name in "ab":
            write(tmp_path / name, name.upper(), file, job)
        steps = [{"id": "a", "expression": "a/job.py", "next": "b"}, {"id": "b", "expression": "b/job.py", "next": "c"}]
        steps.append({"id": "c", "expression": "a/job.py"})
        path = tmp_path / "workflow.json"
        path.write_text(json.dumps({"start": "a", "steps": steps}))
        return str(path)

    return make


@pytest.mark.parametrize("how", IMPORTS)
def test_each_step_gets_the_module_of_its_own_folder(workflow, how):
    result = run(workflow(*IMPORTS[how]), {"data": []})
    assert result.error is None, result.error.report()
    assert result.state["data"] == ["A", "B", "A"]


@pytest.mark.parametrize("how", IMPORTS)
def test_a_second_run_in_one_process_gets_what_the_files_say_then(tmp_path, how):
    before = set(sys.modules)
    for word in ("old", "new"):
        assert run(write(tmp_path, word, *IMPORTS[how]), {"data": []}).state["data"] == [word]
    assert not {"words", "texts", "texts.words", "speaker"} & (set(sys.modules) - before)


def test_modules_that_made_room_for_others_count_as_sources_all_the_same(workflow, tmp_path):
    path = workflow(*IMPORTS["at once"])
    with Run(alone=True):
        prepared = prepare(path, Credentials())
        files, _ = job_sources(prepared, path)
        prepared.close()
    assert {str(tmp_path / name / "words.py") for name in "ab"} <= set(files)
