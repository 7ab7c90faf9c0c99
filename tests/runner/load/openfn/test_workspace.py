"""A workflow of an OpenFn workspace is run by its name."""

import pytest

from adaptor.runner import run

STEPS = "steps:\n  - id: hook\n    type: webhook\n    next: load\n  - id: load\n    expression: ./load.py\n"


@pytest.fixture
def workspace(tmp_path):
    """A workspace with two workflows, and data beside them."""
    (tmp_path / "openfn.yaml").write_text("project: {id: clinic}\nworkspace: {dirs: {workflows: flows}}\n")
    for name in ("reminders", "survey"):
        folder = tmp_path / "flows" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.yaml").write_text(f"id: {name}\nname: The {name}\nstart: hook\n{STEPS}")
        (folder / "load.py").write_text(f"fn(lambda s: {{**s, 'data': '{name}'}})")
        (folder / "rows.json").write_text("[1, 2")
    return tmp_path / "openfn.yaml"


@pytest.mark.parametrize("name", ["survey", "The survey", "SURVEY"])
def test_a_workflow_is_found_by_its_id_or_its_name(workspace, name):
    assert run(workspace, workflow=name).state == {"data": "survey"}


def test_a_name_alone_is_looked_up_in_the_workspace_around_the_folder(workspace, monkeypatch):
    monkeypatch.chdir(workspace.parent / "flows" / "reminders")
    assert run("survey").state == {"data": "survey"}


def test_a_folder_with_the_name_of_a_workflow_is_no_job(workspace, monkeypatch):
    monkeypatch.chdir(workspace.parent / "flows")
    assert run("survey").state == {"data": "survey"}
    assert str(run(".").error) == ". is a folder."


def test_the_ledger_is_the_same_from_every_folder(workspace, monkeypatch, sandbox):
    (workspace.parent / "flows" / "survey" / "load.py").write_text('send_text("6543210987654321", "hi", key="once")')
    configuration = {"access_token": sandbox.access_token, "base_url": sandbox.url}
    for folder in ("reminders", "survey"):
        monkeypatch.chdir(workspace.parent / "flows" / folder)
        result = run("survey", state={"configuration": configuration}, fresh=True)
        assert result.exit_code == 0, result.error
    assert (workspace.parent / ".adaptor" / "ledger.db").exists()
    sandbox.assert_sent("6543210987654321", times=1)


def test_without_a_name_or_with_a_wrong_one_the_workflows_are_listed(workspace):
    listed = run(workspace).error
    assert "2 workflows" in str(listed)
    assert "reminders, survey" in listed.fix
    assert "Did you mean `survey`?" in run(workspace, workflow="survye").error.fix


def test_a_workflow_that_cannot_be_read_is_told_with_its_place(workspace):
    file = workspace.parent / "flows" / "survey" / "survey.yaml"
    file.write_text("steps: [\n")
    error = run(workspace, workflow="survey").error
    assert error.file == str(file)


def test_a_workspace_of_the_older_form_and_one_without_workflows(tmp_path):
    (tmp_path / "openfn.yaml").write_text("name: clinic\ndirs: {workflows: here}\n")
    assert "has no workflows" in str(run(tmp_path / "openfn.yaml").error)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "one.json").write_text('{"steps": [{"id": "a", "expression": "fn(lambda s: {\'data\': 1})"}]}')
    assert run(tmp_path / "openfn.yaml").state == {"data": 1}
