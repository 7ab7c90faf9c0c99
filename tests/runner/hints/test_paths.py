"""Which file was probably meant by a path that does not exist."""

import pytest

from adaptor.runner.hints.paths import DATA, RUNNABLE, files_of_data, files_to_run, nearest_file, objects_in


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("{}")
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("there", "asked", "meant"),
    [
        ("job.py", "jbo.py", "Did you mean job.py?"),
        ("job.py", "JOB.PY", "Did you mean job.py?"),
        ("remind.yaml", "remind", "Did you mean remind.yaml?"),
        ("a/b/job.py", "a/c/job.py", "Did you mean a/b/job.py?"),
        ("examples/hello/job.py", "exmaples/hello/job.py", "Did you mean examples/hello/job.py?"),
        ("a/b/c.py", "c.py", "Did you mean a/b/c.py?"),
        ("other.py", "remind.py", "otherwise"),
        ("job.txt", "job", "otherwise"),
        (".venv/lib/c.py", "c.py", "otherwise"),
        ("node_modules/a/c.py", "c.py", "otherwise"),
        ("1/2/3/4/c.py", "c.py", "otherwise"),
    ],
)
def test_the_nearest_file_is_named(folder, there, asked, meant):
    folder(there)
    assert nearest_file(asked, RUNNABLE, "otherwise") == meant


def test_several_files_of_one_name_are_all_named(folder):
    folder("a/c.py", "b/c.py")
    assert nearest_file("c.py", RUNNABLE, "") == "Did you mean a/c.py or b/c.py?"


def test_only_files_of_a_fitting_ending_are_meant(folder):
    folder("state.py", "state.yaml")
    assert nearest_file("state.json", DATA, "") == "Did you mean state.yaml?"


def test_the_usual_file_of_a_folder_comes_first(folder):
    path = str(folder("helper.py", "job.py", "test_job.py"))
    assert files_to_run(path) == f"Did you mean {path}/job.py?"
    assert files_of_data(path) == "Give the file in it."


def test_scripts_of_a_folder_are_named_where_none_is_usual(folder):
    path = str(folder("ask.py", "load.py", "test_ask.py", "_own.py"))
    assert files_to_run(path) == f"Did you mean {path}/ask.py or {path}/load.py?"


def test_objects_of_a_folder_are_read_and_the_others_left_out(folder):
    path = folder("b.json", "state.json")
    (path / "list.json").write_text("[]")
    (path / "broken.json").write_text("{")
    (path / "job.test.json").write_text("{}")
    assert [name.rpartition("/")[2] for name, _ in objects_in(str(path))] == ["state.json", "b.json"]


def test_a_link_to_nowhere_is_called_one(tmp_path):
    (tmp_path / "job.py").symlink_to("elsewhere.py")
    path = str(tmp_path / "job.py")
    assert nearest_file(path, RUNNABLE, "otherwise") == "It is a link to elsewhere.py, which does not exist."
