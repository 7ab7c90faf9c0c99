"""What the README shows works as it stands there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PROGRAMS = [script for script in SCRIPTS if "adaptor.runner" in script]
TESTS = [script for script in SCRIPTS if "\ndef test_" in script]
JOBS = [script for script in SCRIPTS if script not in PROGRAMS + TESTS]
(WORKFLOW,) = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)

APPOINTMENTS = [
    {"psid": "6543210987654321", "first_name": "Ana", "day": "2026-12-01", "hours_since_last_message": 3},
    {"psid": "6543210987654322", "first_name": "Bo", "day": "2026-12-02", "hours_since_last_message": 50},
]
STATE = {"data": {"psid": "6543210987654321", "name": "Ana", "appointments": APPOINTMENTS}}


@pytest.fixture
def run(forks):
    """Run a command in a folder."""
    return lambda *arguments, cwd, command="run": forks.run([command, *arguments], cwd=cwd)


def test_there_are_jobs_in_the_readme():
    assert len(JOBS) == 4


@pytest.mark.parametrize("number", range(len(JOBS)))
def test_a_job_of_the_readme_runs(number, tmp_path, run):
    (tmp_path / "job.py").write_text(JOBS[number], encoding="utf-8")
    (tmp_path / "people.csv").write_text("psid,first_name\n6543210987654321,Ana\n6543210987654322,Bo\n")
    (tmp_path / "stop.txt").write_text("6543210987654322\n")
    done = run("job.py", "--dry-run", "-S", json.dumps(STATE), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Ana" in done.stdout


def test_the_tests_of_the_readme_pass(tmp_path):
    for number, text in enumerate(TESTS):
        (tmp_path / f"test_{number}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60)
    assert f"{len(TESTS)} passed" in done.stdout, done.stdout + done.stderr


@pytest.fixture
def workflow(tmp_path):
    """The workflow of the README, with the files that it names."""
    (tmp_path / "workflow.yaml").write_text(WORKFLOW, encoding="utf-8")
    (tmp_path / "load.py").write_text("fn(lambda s: {**s, 'data': {**s['data'], 'count': number}})")
    (tmp_path / "remind.py").write_text("send_text('6543210987654321', f'Hello from {state.data.clinic}')")
    (tmp_path / "shared.py").write_text("number = 2")
    return tmp_path


def test_the_workflow_of_the_readme_runs(workflow, run):
    done = run("workflow.yaml", "--sandbox", "--report", "r.json", cwd=workflow)
    assert done.returncode == 0, done.stderr
    assert "> Hello from North" in done.stderr
    steps = [step["id"] for step in json.loads((workflow / "r.json").read_text())["steps"]]
    assert steps == ["load", "remind", "report"]


def test_the_program_of_the_readme_runs(workflow):
    (program,) = PROGRAMS
    (workflow / "workflow.yaml").write_text(WORKFLOW.replace("configuration: clinic-page", "name: Remind"))
    (workflow / "remind.py").write_text("log('nothing is sent here')")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=workflow, env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == [line for line in done.stdout.splitlines()[1:] if "success" in line]
    assert "remind success" in done.stdout


def test_the_hello_example_runs_in_the_sandbox(run):
    hello = ROOT / "examples" / "hello"
    assert len((hello / "job.py").read_text().splitlines()) == 6
    done = run("examples/hello/job.py", "-s", "examples/hello/state.json", "--sandbox", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "> Hello Ana, how are you?\n    [Well] [Not so well]" in done.stderr


def test_the_test_case_of_the_readme_passes(tmp_path, run):
    (case,) = re.findall(r"^```json\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "remind.test.json").write_text(case, encoding="utf-8")
    (tmp_path / "state.json").write_text("{}")
    (tmp_path / "remind.py").write_text(
        'http.get("https://clinic.example/appointments")\n'
        'each(state.data, send_text(state.data.psid, f"Hello {state.data.first_name}."))\n'
    )
    done = run(cwd=tmp_path, command="test")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_cases_of_the_examples_pass(run):
    done = run("examples", cwd=ROOT, command="test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "examples/hello/job.test.json" in done.stdout


@pytest.mark.parametrize("kind", ["run", "test"])
def test_the_readme_has_one_command_to_run_and_one_to_test(kind):
    found = re.findall(rf"<!-- {kind} -->\n```sh\n([^\n]+)\n```", README)
    assert len(found) == 1
    assert found[0].startswith("python3 -m venv .venv && .venv/bin/pip install -q ")
