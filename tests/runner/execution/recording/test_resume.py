"""A run that stopped is resumed: what was sent is not sent again, and completed steps are not run again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import InputError
from adaptor.ledger.store import open_store
from adaptor.runner import run

if TYPE_CHECKING:
    from pathlib import Path

    from adaptor.runner.execution.result import Result
    from adaptor.sandbox import Sandbox

ANA, BEN = "6543210987654321", "6543210987654322"
#: Sends to one, fails as long as it is told, and sends to another.
JOB = f"""\
send_text("{ANA}", "a")
fn(lambda s: s if not s["data"].get("fails") and not __import__("os").path.exists("stop") else 1 / 0)
send_text("{BEN}", "b")
"""


class Project:
    """A job in a folder of its own, its ledger beside it, and a sandbox that it sends to."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.lines: list[str] = []
        self.shown: list[Any] = []
        self.write(JOB)
        self.path: Path = folder / "job.py"

    def write(self, text: str) -> None:
        (self.folder / "job.py").write_text(text, encoding="utf-8")

    def write_workflow(self, *steps: tuple[str, str, Any]) -> None:
        found = [{"id": id_, "expression": text, **({"next": edges} if edges else {})} for id_, text, edges in steps]
        self.path = self.folder / "workflow.json"
        self.path.write_text(json.dumps({"workflow": {"steps": found}}), encoding="utf-8")

    def fails(self, fails: bool = True) -> None:
        (self.folder / "stop").unlink(missing_ok=True)
        if fails:
            (self.folder / "stop").touch()

    def run(self, **options: Any) -> Result:
        self.lines.clear()
        credentials = {"access_token": self.sandbox.access_token, "base_url": self.sandbox.url}
        credentials["page_id"] = self.sandbox.page_id
        options = {"database": str(self.folder / "ledger.db"), "credentials": credentials, **options}
        return run(
            self.path,
            on_log=lambda level, component, message, fields: self.lines.append(message),
            **({"on_request": self.shown.append} if options.get("dry_run") else {}),
            **options,
        )

    def refusal(self, **options: Any) -> InputError:
        result = self.run(**options)
        assert isinstance(result.error, InputError), result.error
        assert result.exit_code == 2
        return result.error

    @property
    def texts(self) -> list[str | None]:
        return [message.text for message in self.sandbox.messages]

    def said(self, words: str) -> bool:
        return any(words in line for line in self.lines)


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A job that fails in its middle."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path, sandbox)
    made.fails()
    return made


def test_a_run_that_is_resumed_sends_what_is_left_alone(project: Project) -> None:
    first = project.run(run_id="r1", labels={"clinic": "kibera"})
    assert (first.exit_code, project.texts) == (1, ["a"])
    assert project.said(f"What is sent is recorded in {project.folder / 'ledger.db'} as run r1.")
    project.fails(False)
    again = project.run(resume="r1", labels={"clinic": "other"})
    assert (again.exit_code, again.run_id, again.error) == (0, "r1", None)
    assert project.texts == ["a", "b"]
    assert project.said(f"Continuing r1, recorded in {project.folder / 'ledger.db'}: 1 sent.")
    assert not project.said("What is sent is recorded")
    store = open_store(str(project.folder / "ledger.db"))
    record = store.runs.find("r1")
    assert record is not None
    assert (record.status, record.exit_code, record.attempt, record.labels) == ("finished", 0, 2, {"clinic": "kibera"})
    store.close()


@pytest.mark.long
def test_a_finished_run_is_resumed_to_write_its_outputs_again(project: Project) -> None:
    project.fails(False)
    first = project.run(run_id="r1")
    again = project.run(resume="r1")
    assert (again.exit_code, again.state) == (0, first.state)
    assert project.texts == ["a", "b"]
    assert project.said("This run has finished. Nothing is sent; its outputs are written again.")


@pytest.mark.long
def test_the_last_run_has_a_name_of_its_own(project: Project) -> None:
    project.run(run_id="r1")
    project.fails(False)
    assert project.run(resume="last").run_id == "r1"


@pytest.mark.long
def test_the_initial_state_is_that_of_the_first_attempt(project: Project) -> None:
    project.write("log(state.data.name)\nsend_text(state.data.psid, 'a')\nfn(lambda s: 1 / 0)")
    first = project.run(state={"data": {"psid": ANA, "name": "Ana"}}, run_id="r1")
    assert first.exit_code == 1
    project.run(resume="r1", state={"data": {"psid": BEN, "name": "Ben"}})
    assert project.said("Ana")
    assert [message.psid for message in project.sandbox.messages] == [ANA]


# --- A new run after one that stopped ---


def test_a_new_run_after_one_that_stopped_is_refused_and_says_what_to_do(project: Project) -> None:
    project.run(run_id="r1")
    error = project.refusal(run_id="r2")
    assert error.description == (
        "The last run of this job with the same initial state, `r1`, stopped before its end: 1 sent. "
        "A new run would send those messages again."
    )
    assert error.fix == "Continue it with --resume r1. Or start a new run on purpose: --fresh."
    assert project.texts == ["a"]


@pytest.mark.long
def test_a_new_run_on_purpose_sends_again(project: Project) -> None:
    project.run(run_id="r1")
    project.fails(False)
    assert project.run(run_id="r2", fresh=True).exit_code == 0
    assert project.texts == ["a", "a", "b"]


@pytest.mark.long
def test_with_another_initial_state_a_new_run_begins_but_sends_nothing_again(project: Project) -> None:
    project.run(run_id="r1")
    project.fails(False)
    result = project.run(run_id="r2", state={"data": {"other": 1}})
    assert type(result.error).__name__ == "SentBefore"
    assert project.texts == ["a"]


@pytest.mark.long
def test_the_name_of_another_run_is_refused(project: Project) -> None:
    project.fails(False)
    project.run(run_id="r1")
    error = project.refusal(run_id="r1")
    assert error.description == f"The ledger {project.folder / 'ledger.db'} already has a run `r1`."
    assert error.fix == "Choose another name with --run-id, or go on with that run: --resume r1."


@pytest.mark.long
def test_after_a_run_that_finished_a_new_one_says_how_many_messages_that_one_has_sent(project: Project) -> None:
    project.fails(False)
    project.run(run_id="r1")
    assert project.run(run_id="r2").exit_code == 0
    before = "This job ran before with the same initial state: run `r1`, less than a minute ago"
    assert project.said(f"{before}, sent 2 messages to 2 people.")
    assert project.texts == ["a", "b", "a", "b"]


# --- What cannot be resumed ---


def test_without_a_ledger_there_is_nothing_to_resume(project: Project) -> None:
    error = project.refusal(resume="r1")
    assert error.description == f"There is no ledger {project.folder / 'ledger.db'} that could hold the run `r1`."
    assert error.fix == "Name the ledger of the run with --database."


@pytest.mark.long
def test_a_run_that_nobody_knows_cannot_be_resumed(project: Project) -> None:
    project.run(run_id="r1")
    assert "`r7`" in project.refusal(resume="r7").description


@pytest.mark.long
def test_a_job_that_has_changed_is_resumed_only_on_purpose_and_leaves_out_whom_it_has_written_to(
    project: Project,
) -> None:
    project.run(run_id="r1")
    project.write(f'send_text("{ANA}", "other")\nsend_text("{BEN}", "b")')
    error = project.refusal(resume="r1")
    assert error.description == "The job has changed since the run `r1` began."
    assert error.fix == (
        "Resume it with the job as it was; or add --allow-changed, which leaves out everybody to whom the "
        "unfinished step has already sent something. With --dry-run it lists what it would send."
    )
    result = project.run(resume="r1", allow_changed=True)
    assert (result.exit_code, project.texts) == (0, ["a", "b"])


@pytest.mark.long
def test_a_run_of_other_options_is_refused_with_the_command_for_it(project: Project) -> None:
    project.write_workflow(("a", JOB, {"b": True}), ("b", "log(1)", None))
    project.run(run_id="r1", end="a")
    error = project.refusal(resume="r1")
    assert error.description == "The run `r1` was started with --end a after the path."
    assert str(error.fix).startswith("Write ")
    assert "--end a" in str(error.fix)
    assert "--resume r1" in str(error.fix)


# --- Steps ---


def test_a_completed_step_is_not_run_again_and_its_output_and_messages_are_given_back(project: Project) -> None:
    count = "fn(lambda s: (os.mkdir('only once'), {**s, 'data': {'n': 7}})[1])"
    last = f'fn(lambda s: 1 / 0 if __import__("os").path.exists("stop") else s)\nsend_text("{BEN}", "b")'
    project.write_workflow(("a", f'import os\nsend_text("{ANA}", "a")\n{count}', {"b": True}), ("b", last, None))
    assert project.run(run_id="r1").exit_code == 1
    project.fails(False)
    again = project.run(resume="r1")
    assert (again.exit_code, project.texts) == (0, ["a", "b"])
    assert (again.state or {})["references"][-1] == {"n": 7}
    first, second = again.steps
    assert [(call.outcome, call.recipient, call.operation, call.is_earlier) for call in first.calls] == [
        ("sent", ANA, "send_text", True)
    ]
    assert first.calls[0].place == "send_text"
    assert [call.recipient for call in second.calls] == [BEN]


@pytest.mark.long
def test_a_step_that_was_handled_as_failed_is_not_run_again(project: Project) -> None:
    fails = f'import os\nsend_text("{ANA}", "a")\nfn(lambda s: (os.mkdir("only once"), 1 / 0))'
    last = f'fn(lambda s: 1 / 0 if __import__("os").path.exists("stop") else s)\nsend_text("{BEN}", "b")'
    project.write_workflow(("a", fails, {"b": "on_job_failure"}), ("b", last, None))
    project.run(run_id="r1")
    project.fails(False)
    again = project.run(resume="r1")
    assert (again.exit_code, project.texts) == (0, ["a", "b"])
    assert again.state is not None
    assert again.state["errors"]["a"]["code"] == "ZeroDivisionError"


# --- Outcomes that nobody knows ---


@pytest.mark.long
def test_what_is_unknown_fails_the_run_and_is_sent_again_on_purpose_alone(project: Project) -> None:
    project.fails(False)
    project.sandbox.faults.next("lost", on="messages")
    first = project.run(run_id="r1")
    assert (first.exit_code, first.unknown) == (1, 1)
    again = project.run(resume="r1")
    assert (again.exit_code, again.unknown) == (1, 1)
    sent = len(project.texts)
    project.run(resume="r1", resend_unknown=True)
    assert len(project.texts) == sent + 1
    assert project.run(resume="r1").exit_code == 0


# --- Dry runs ---


@pytest.mark.long
def test_a_dry_run_of_a_resume_describes_what_is_left_and_records_nothing(project: Project) -> None:
    project.run(run_id="r1")
    project.fails(False)
    before = (project.folder / "ledger.db").read_bytes()
    result = project.run(resume="r1", dry_run=True)
    assert result.exit_code == 0
    assert [request.body["message"]["text"] for request in project.shown] == ["b"]
    assert project.said("Continuing r1: 1 sent.")
    assert project.texts == ["a"]
    assert (project.folder / "ledger.db").read_bytes() == before


def test_a_dry_run_makes_no_ledger(project: Project) -> None:
    project.fails(False)
    assert project.run(dry_run=True).exit_code == 0
    assert not (project.folder / "ledger.db").exists()


def test_a_run_that_writes_nothing_makes_no_ledger_either(project: Project) -> None:
    project.write("log(1)")
    assert project.run().exit_code == 0
    assert not (project.folder / "ledger.db").exists()


@pytest.mark.long
def test_a_ledger_in_memory_ends_with_the_run(project: Project) -> None:
    project.fails(False)
    assert project.run(database=":memory:").exit_code == 0
    assert not project.said("is recorded in")
    assert project.run(database=":memory:").exit_code == 0
    assert project.texts == ["a", "b", "a", "b"]
