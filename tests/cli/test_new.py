"""`adaptor new`: a project that runs."""

import json
import stat
from pathlib import Path

import pytest

from adaptor.cli import new


@pytest.fixture
def project(adaptor, tmp_path):
    done = adaptor(None, "demo", command="new")
    assert done.code == 0, done.err
    return done


def test_it_tells_what_is_there_and_how_to_go_on(project, tmp_path):
    listed = [line.split()[0] for line in project.out.splitlines() if line.startswith("  ")]
    there = {file.name for file in (tmp_path / "demo").iterdir()}
    assert there <= set(listed)
    assert "  cd demo\n  adaptor run remind.py -s state.json --sandbox" in project.out


def test_the_job_runs_in_the_sandbox(project, adaptor):
    done = adaptor(None, "demo/remind.py", "-s", "demo/state.json", "--sandbox")
    assert done.code == 0, done.err
    assert "> Hello Ana, see you on Tuesday 01 December." in done.err
    assert "Chi" not in done.err


def test_its_tests_pass(project, adaptor):
    done = adaptor(None, "demo", command="test")
    assert done.code == 0, done.out
    assert done.out.endswith("2 cases: 2 passed.\n")


def test_the_workflow_runs_in_the_sandbox(project, adaptor):
    done = adaptor(None, "demo/workflow.json", "-s", "demo/state.json", "--sandbox", "-O")
    assert done.code == 0, done.err
    assert "Appointment 2 needs a call: WindowClosed" in done.err


def test_the_workflow_is_written_as_the_format_asks(project, tmp_path):
    workflow = json.loads((tmp_path / "demo" / "workflow.json").read_text())["workflow"]
    steps = {step["id"]: step for step in workflow["steps"]}
    assert list(steps) == ["every-morning", "remind", "call"]
    assert steps["every-morning"]["type"] == "cron"
    assert (tmp_path / "demo" / steps["remind"]["expression"]).is_file()
    assert set(steps["remind"]["next"]) == {"call"}


def test_the_credential_is_its_owners_alone_stays_out_of_git_and_asks_to_be_filled_in(project, adaptor, tmp_path):
    file = tmp_path / "demo" / "credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "credentials.json" in (tmp_path / "demo" / ".gitignore").read_text().splitlines()
    done = adaptor(None, "demo/remind.py", "-s", "demo/state.json", "-c", "demo/credentials.json")
    assert done.code == 2
    assert "`access_token` in the credentials file demo/credentials.json is empty." in done.err


def test_an_empty_folder_is_filled(adaptor, tmp_path):
    (tmp_path / "demo").mkdir()
    assert adaptor(None, "demo", command="new").code == 0
    assert (tmp_path / "demo" / "remind.py").is_file()


def test_a_name_in_any_script_and_with_a_space_is_shown_as_it_is_written(adaptor):
    done = adaptor(None, "mes rappels é", command="new", env={"PYTHONIOENCODING": "ascii"})
    assert done.code == 0, done.err
    assert "\n  cd 'mes rappels é'\n" in done.out


def test_here_is_a_place_too(adaptor, tmp_path):
    done = adaptor(None, ".", command="new")
    assert done.code == 0
    assert "cd " not in done.out


def test_a_folder_with_something_in_it_is_left_as_it_is(adaptor, tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "remind.py").write_text("mine")
    done = adaptor(None, "demo", command="new")
    assert done.code == 2
    assert "The folder demo is not empty." in done.err
    assert [file.name for file in (tmp_path / "demo").iterdir()] == ["remind.py"]
    assert (tmp_path / "demo" / "remind.py").read_text() == "mine"


def test_a_file_or_a_link_to_nowhere_is_no_folder(adaptor, tmp_path):
    (tmp_path / "demo").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("demo", "link", "demo/below"):
        done = adaptor(None, name, command="new")
        assert done.code == 2
        assert "demo" in done.err or "link" in done.err
        assert "Traceback" not in done.err
    assert (tmp_path / "demo").read_text() == "mine"


def test_every_file_of_the_project_is_packed_with_the_package():
    folder = Path(new.__file__).with_name("project")
    assert {file.name for file in folder.iterdir() if file.is_file()} == set(new._FILES)
