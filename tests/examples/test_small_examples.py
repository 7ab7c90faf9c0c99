"""Each small example, run by the command of its first comment, shows people what `expected.txt` says."""

import re
import shlex
from pathlib import Path

import pytest

from adaptor.runner import check
from adaptor.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
#: The file whose first comment has the command, and the file of what people see.
SMALL = {
    "appointments/bot.yaml": "expected.txt",
    "handover/bot.yaml": "expected.txt",
    "phone_list/job.py": "expected.txt",
    "picture/job.py": "expected.txt",
    "survey/answers.yaml": "expected-answers.txt",
    "utility/job.py": "expected.txt",
}
CHECKED = [*SMALL, "paging/job.py"]


def command_in(file):
    """Return the words of the command with --sandbox in the file's first comment."""
    text = re.sub(r"^# ?", "", file.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    (command,) = re.findall(r"adaptor (run [^\n]*--sandbox[^\n]*)", text)
    return shlex.split(command)


def seen(log):
    """Return what people see: names, messages and refusals. Ids of attachments differ each time."""
    _, _, shown = log.partition("\n\n")
    kept = [line for line in shown.splitlines() if line and not line.startswith("  PSID") and line[0] != "✓"]
    return re.sub(r"attachment \d+", "attachment …", "\n".join(kept)) + "\n"


@pytest.fixture
def folder(tmp_path):
    """A folder in which the examples are, so that what a job writes does not go into the checkout."""
    (tmp_path / "examples").symlink_to(EXAMPLES)
    return tmp_path


@pytest.mark.parametrize("name", CHECKED)
def test_check_finds_nothing(name):
    found = check(EXAMPLES / name)
    assert (found.problems, found.warnings) == ([], [])


@pytest.mark.parametrize("name", SMALL)
def test_people_see_what_the_example_says(name, folder, forks):
    done = forks.run(command_in(EXAMPLES / name), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert seen(done.stderr) == (EXAMPLES / name).with_name(SMALL[name]).read_text("utf-8")


@pytest.mark.parametrize("name", CHECKED)
def test_a_job_has_at_most_40_lines(name):
    assert len((EXAMPLES / name).read_text("utf-8").splitlines()) <= 40


def test_the_phone_list_has_everybody_who_was_not_reached(folder, forks):
    forks.run(command_in(EXAMPLES / "phone_list" / "job.py"), cwd=folder)
    assert (folder / "to-call.csv").read_text("utf-8").splitlines() == [
        "first_name,phone,reason",
        "Bo,+254 700 000002,WindowClosed",
        "Chidi,+254 700 000003,InvalidMessage",
        "Dalia,+254 700 000004,RecipientUnavailable",
    ]


def test_the_picture_is_uploaded_once_and_sent_once_ever(tmp_path):
    from adaptor.runner import run

    with Sandbox.from_file(EXAMPLES / "picture" / "sandbox.json") as sandbox:
        credentials = {"base_url": sandbox.url, "access_token": sandbox.access_token}
        for _ in range(2):
            run(EXAMPLES / "picture" / "job.py", {}, credentials=credentials, database=str(tmp_path / "ledger.db"))
        assert sorted(message.psid for message in sandbox.messages) == ["6543210987654321", "6543210987654323"]


def test_every_example_is_in_the_list():
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    folders = {each.name for each in EXAMPLES.iterdir() if each.is_dir() and not each.name.startswith((".", "_"))}
    assert not [name for name in folders if f"[{name}](" not in listed]


def test_each_job_has_at_most_40_lines():
    jobs = [file for name in ("job.py", "ask.py", "remind.py") for file in EXAMPLES.rglob(name)]
    assert len(jobs) >= 8
    assert [file.parent.name for file in jobs if len(file.read_text("utf-8").splitlines()) > 40] == []
