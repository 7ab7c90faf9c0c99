"""Modules beside a job."""

import importlib
import json
import sys

import pytest

from adaptor.core.run.context import Run
from adaptor.runner import run
from adaptor.runner.load import modules_beside
from adaptor.runner.load.credentials import Credentials
from adaptor.runner.load.digest import job_sources
from adaptor.runner.load.prepare import prepare


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
