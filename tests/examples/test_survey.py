"""The survey workflow and the program that runs it, as their files say."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adaptor.runner import check, run
from adaptor.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
SURVEY = ROOT / "examples" / "survey"
PROGRAM = ROOT / "examples" / "program" / "nightly.py"


@pytest.fixture(autouse=True)
def ledger(tmp_path, monkeypatch):
    """A ledger of its own for each test: of two runs of one job at a time, one is refused."""
    monkeypatch.setenv("ADAPTOR_DATABASE", str(tmp_path / "ledger.db"))


def command(*words):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADAPTOR_")}
    environment = {**kept, "ADAPTOR_DATABASE": os.environ["ADAPTOR_DATABASE"]}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=60
    )


def survey(folder=SURVEY, **more):
    with Sandbox.from_file(SURVEY / "sandbox.json") as sandbox:
        credentials = {"access_token": sandbox.access_token, "base_url": sandbox.url}
        return run(folder / "workflow.yaml", credentials=credentials, **more), sandbox


def test_nothing_is_wrong_with_the_workflow():
    prepared = check(SURVEY / "workflow.yaml")
    assert (prepared.problems, prepared.warnings) == ([], [])


def test_the_workflow_runs_in_the_sandbox_as_its_first_lines_say(tmp_path, forks):
    words = ["run", "examples/survey/workflow.yaml", "--sandbox", "--report", tmp_path / "r.html", "-O"]
    done = forks.run(words, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"data": {}, "asked": 2, "not_asked": 2}
    assert "2 asked, 2 could not be asked" in done.stderr
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")


def test_only_who_consented_and_can_be_reached_is_asked():
    result, sandbox = survey()
    assert [step.id for step in result.steps] == ["load", "ask", "summary"]
    assert {message.psid for message in sandbox.messages} == {"6543210987654321", "6543210987654325"}
    assert result.is_well


def test_an_empty_list_leads_straight_to_the_summary(tmp_path):
    result, sandbox = survey(start="load", end="load")
    assert result.state["data"]
    for file in SURVEY.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "visits.csv").write_text("psid,first_name,day,consented\n")
    result, sandbox = survey(tmp_path)
    assert [step.id for step in result.steps] == ["load", "summary"]
    assert sandbox.messages == []


def test_a_refused_token_raises_the_alarm():
    with Sandbox.from_file(SURVEY / "sandbox.json") as sandbox:
        result = run(SURVEY / "workflow.yaml", credentials={"access_token": "WRONG", "base_url": sandbox.url})
    assert [step.id for step in result.steps] == ["load", "ask", "alarm"]
    assert result.steps[1].is_handled


@pytest.mark.long
def test_the_program_runs_the_workflow_and_says_who_was_not_asked():
    done = command(str(PROGRAM))
    assert done.returncode == 0, done.stderr
    assert "2 asked" in done.stdout
    assert "6543210987654322: WindowClosed" in done.stdout
    assert "6543210987654324: RecipientUnavailable" in done.stdout
    assert done.stderr == ""


@pytest.mark.long
def test_type_checkers_accept_the_program_and_the_scripts():
    done = command("-m", "mypy", "--strict", str(PROGRAM), str(SURVEY / "load.py"), str(SURVEY / "ask.py"))
    assert done.returncode == 0, done.stdout
