"""The smallest example, and the test cases of all examples."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(forks):
    """Run a command in the folder of the package."""
    return lambda *words: forks.run(words, cwd=ROOT)


def test_the_hello_example_runs_in_the_sandbox(run):
    hello = ROOT / "examples" / "hello"
    assert len((hello / "job.py").read_text().splitlines()) == 6
    done = run("run", "examples/hello/job.py", "-s", "examples/hello/state.json", "--sandbox")
    assert done.returncode == 0, done.stderr
    assert "> Hello Ana, how are you?\n    [Well] [Not so well]" in done.stderr


@pytest.mark.long
def test_the_cases_of_the_examples_pass(run):
    done = run("test", "examples")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "examples/hello/job.test.json" in done.stdout
