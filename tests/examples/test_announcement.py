"""The announcement: whoever is to get it gets it once, and every person has a row."""

import csv
from collections import Counter
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "announcement"


@pytest.fixture(scope="module")
def told(tmp_path_factory, forks):
    """Run it in the sandbox, and return what was said, the rows of its results, and the exit code."""
    results = tmp_path_factory.mktemp("results") / "results.csv"
    command = [
        "run",
        str(EXAMPLE / "job.py"),
        "-s",
        str(EXAMPLE / "state.json"),
        "--sandbox",
        "--results",
        str(results),
    ]
    done = forks.run(command, cwd=results.parent)
    with results.open(encoding="utf-8", newline="") as file:
        return done, list(csv.DictReader(file))


@pytest.mark.long
def test_everybody_has_a_row_with_what_became_of_them(told):
    done, rows = told
    assert done.returncode == 0, done.stderr
    assert Counter(row["outcome"] for row in rows) == {"sent": 216, "skipped": 22, "failed": 2, "duplicate": 1}
    assert {row["error"] for row in rows if row["outcome"] == "failed"} == {"RecipientUnavailable"}
    assert all(row["message_id"].startswith("m_") for row in rows if row["outcome"] == "sent")


@pytest.mark.long
def test_nobody_gets_it_twice_and_nobody_who_unsubscribed_gets_it(told):
    _, rows = told
    sent = Counter(row["recipient"] for row in rows if row["outcome"] == "sent")
    assert max(sent.values()) == 1
    assert not {"7100000000000010", "7100000000000011"} & set(sent)


def test_a_ledger_of_the_sandbox_stays_nowhere(told):
    assert not (EXAMPLE / ".adaptor").exists()
