"""A run that stopped is resumed: what was sent is not sent again, and completed steps are not run again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
from adaptor.ledger.claims.writes import Writes
from adaptor.ledger.errors import LedgerError
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.store import open_store
from adaptor.runner import run
from adaptor.runner.execution.start import RunOptions, start_run
from adaptor.runner.load.credentials import credentials_of

if TYPE_CHECKING:
    from pathlib import Path

    from adaptor.ledger.records import RunRecord
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
        self.lines: list[tuple[str, str, str]] = []
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
            on_log=self.log,
            **({"on_request": self.shown.append} if options.get("dry_run") else {}),
            **options,
        )

    def start(self, **values: Any) -> Result:
        """Run with options that only the command line has."""
        self.lines.clear()
        options = RunOptions(str(self.path))
        options.fill({"database": str(self.folder / "ledger.db"), **values})
        known = {"access_token": self.sandbox.access_token, "base_url": self.sandbox.url}
        known["page_id"] = self.sandbox.page_id
        return start_run(options, options.new_run(Run, self.log), credentials_of(known))

    def log(self, level: str, component: str, message: str, fields: dict[str, Any]) -> None:
        self.lines.append((level, component, message))

    def record(self, name: str = "r1") -> RunRecord:
        store = open_store(str(self.folder / "ledger.db"))
        record = store.runs.find(name)
        store.close()
        assert record is not None
        return record

    def refusal(self, **options: Any) -> InputError:
        result = self.run(**options)
        assert isinstance(result.error, InputError), result.error
        assert (result.exit_code, result.steps) == (2, [])
        return result.error

    @property
    def texts(self) -> list[str | None]:
        return [message.text for message in self.sandbox.messages]

    def said(self, words: str, component: str = "run") -> bool:
        return any(words in message and where == ["info", component] for *where, message in self.lines)


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
    assert again.ledger == str(project.folder / "ledger.db")
    assert again.recorded is not None
    assert [counts["sent"] for counts in again.recorded] == [2, 2]
    assert first.recorded is None
    assert project.texts == ["a", "b"]
    assert project.said(f"Continuing r1, recorded in {project.folder / 'ledger.db'}: 1 sent.")
    assert not project.said("What is sent is recorded")
    assert not project.said("This run has finished")
    assert again.labels == {"clinic": "kibera"}
    record = project.record()
    assert (record.status, record.exit_code, record.attempt, record.labels) == ("finished", 0, 2, {"clinic": "kibera"})


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
    assert project.said("Ana", "job")
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
    assert (result.was_sent_before, result.is_finished) == (True, False)
    assert project.texts == ["a"]


@pytest.mark.long
def test_that_it_sends_nothing_again_is_the_error_of_the_run_even_where_the_job_handles_it(project: Project) -> None:
    handled = f'send_text("{ANA}", "a").catch(lambda error, state: state)'
    project.write(f'{handled}\nfn(lambda s: s if s["data"].get("other") else 1 / 0)')
    project.run(run_id="r1")
    result = project.run(run_id="r2", state={"data": {"other": 1}})
    assert type(result.error).__name__ == "SentBefore"
    assert (result.exit_code, result.is_finished, project.texts) == (1, False, ["a"])
    assert ("error", "run", result.error.report()) in project.lines


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
    assert "`r7`" in project.refusal(resume="r7", dry_run=True).description


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
    assert first.error is not None
    again = project.run(resume="r1")
    assert (again.exit_code, again.unknown) == (1, 1)
    sent = len(project.texts)
    project.run(resume="r1", resend_unknown=True)
    assert len(project.texts) == sent + 1
    assert project.run(resume="r1").exit_code == 0


@pytest.mark.long
def test_a_step_with_an_unknown_message_that_was_handled_runs_again_on_purpose_alone(project: Project) -> None:
    counts = 'def count(s):\n    with open("count", "a") as file:\n        file.write("x")\n    return s\n\nfn(count)'
    handled = f'send_text("{ANA}", "a").catch(lambda error, state: state)\n{counts}'
    stops = 'import os\nfn(lambda s: 1 / 0 if os.path.exists("stop") else s)'
    project.write_workflow(("a", handled, {"b": True}), ("b", stops, None))
    project.sandbox.faults.next("lost", on="messages")
    project.run(run_id="r1")
    project.fails(False)
    again = project.run(resume="r1")
    assert (again.exit_code, again.unknown, again.error) == (1, 1, None)
    assert (project.folder / "count").read_text() == "x"
    project.run(resume="r1", resend_unknown=True)
    assert (project.folder / "count").read_text() == "xx"


# --- What is said of the whole run ---


@pytest.mark.long
def test_an_error_counts_what_the_step_has_sent_in_all_attempts(project: Project) -> None:
    project.run(run_id="r1")
    error = project.run(resume="r1").error
    assert error is not None
    assert (error.messages_sent, error.sent) == (1, "partly")


@pytest.mark.long
def test_it_counts_them_also_where_it_fails_before_it_comes_to_what_was_sent(project: Project) -> None:
    before = 'import os\nfn(lambda s: 1 / 0 if os.path.exists("early") else s)'
    project.write(f"{before}\n{JOB}")
    project.run(run_id="r1")
    (project.folder / "early").touch()
    error = project.run(resume="r1").error
    assert error is not None
    assert (error.messages_sent, error.sent, error.place) == (1, "partly", "step 1 · fn")


@pytest.mark.long
def test_each_kind_of_call_is_counted_where_a_run_goes_on(project: Project) -> None:
    project.write(f'send_text("{ANA}", "a")\ntyping_on("{ANA}")\nfn(lambda s: 1 / 0)')
    project.run(run_id="r1")
    project.run(resume="r1")
    assert project.said(": 1 sent, 1 other call sent.")


@pytest.mark.long
def test_a_run_that_had_sent_nothing_yet_says_so(project: Project) -> None:
    assert project.run(run_id="r1", credentials={"page_id": project.sandbox.page_id}).exit_code == 2
    project.run(resume="r1")
    assert project.said(": nothing was sent yet.")


@pytest.mark.long
def test_a_run_that_finished_with_failures_is_resumed_without_calling_it_finished(project: Project) -> None:
    project.write(f'try_each([{{"psid": "{ANA}"}}, {{}}], send_text(state.data.psid, "a"))')
    assert project.run(run_id="r1").is_finished
    project.run(resume="r1")
    assert not project.said("This run has finished")


@pytest.mark.long
def test_a_run_that_is_stopped_while_its_outputs_are_written_can_be_resumed(project: Project) -> None:
    project.fails(False)
    for name, raised, exit_code in (("r1", RuntimeError, 3), ("r2", KeyboardInterrupt, 130)):

        def stop(result: Result, raised: Any = raised) -> None:
            raise raised

        try:
            project.start(run_id=name, fresh=True, on_end=stop)
        except RuntimeError:
            pass
        record = project.record(name)
        assert (record.status, record.exit_code) == ("stopped", exit_code)


# --- Other runs of the job ---


@pytest.mark.long
def test_what_a_later_run_has_sent_is_not_sent_again_by_the_one_that_is_resumed(project: Project) -> None:
    project.run(run_id="r1")
    project.write(JOB.replace("1 / 0", "s"))
    project.run(run_id="r2", fresh=True)
    assert project.texts == ["a", "a", "b"]
    project.write(JOB)
    project.fails(False)
    project.run(resume="r1", dry_run=True)
    assert project.shown == []
    assert project.run(resume="r1").exit_code == 0
    assert project.texts == ["a", "a", "b"]


class Beside:
    """Runs once beside another run, when that calls it."""

    def __init__(self, project: Project, **options: Any) -> None:
        self._project = project
        self._options = options
        self.results: list[Result] = []
        self.calls: list[Any] = []

    def __call__(self, *given: Any) -> None:
        self.calls.append(given)
        if not self.results:
            lines = list(self._project.lines)
            self.results.append(self._project.run(**self._options))
            self._project.lines[:] = lines


@pytest.mark.long
def test_the_same_job_does_not_run_twice_at_the_same_time(project: Project) -> None:
    project.fails(False)
    beside = Beside(project, run_id="r2")
    project.start(run_id="r1", on_open=beside)
    assert [(other.exit_code, other.steps) for other in beside.results] == [(2, [])]
    assert "is under way in another process, as run `r1`" in str(beside.results[0].error)
    assert project.texts == ["a", "b"]
    ((database, ledger),) = beside.calls
    assert (database, ledger.record.id) == (str(project.folder / "ledger.db"), "r1")


@pytest.mark.long
def test_a_job_that_another_process_ran_before_the_first_message_sends_nothing(project: Project) -> None:
    project.fails(False)
    result = project.start(run_id="r1", before_step=Beside(project, run_id="r2"))
    assert "Another process ran the same job with the same initial state meanwhile, as run `r2`." in str(result.error)
    assert project.texts == ["a", "b"]


@pytest.mark.long
def test_to_start_anew_on_purpose_does_not_ask_whether_another_process_ran_it(project: Project) -> None:
    project.fails(False)
    result = project.start(run_id="r1", fresh=True, before_step=Beside(project, run_id="r2"))
    assert (result.exit_code, project.texts) == (0, ["a", "b", "a", "b"])


@pytest.mark.long
def test_what_a_run_with_another_state_has_sent_meanwhile_is_not_sent_again(project: Project) -> None:
    project.fails(False)
    result = project.start(run_id="r1", before_step=Beside(project, run_id="r2", state={"data": {"other": 1}}))
    assert type(result.error).__name__ == "SentBefore"
    assert project.texts == ["a", "b"]


@pytest.mark.long
def test_a_name_that_another_run_took_meanwhile_is_refused_before_anything_is_sent(project: Project) -> None:
    other = Project(project.folder, project.sandbox)
    project.fails(False)
    other.path = project.folder / "other.py"
    other.path.write_text(f'send_text("{BEN}", "other")', encoding="utf-8")
    result = project.start(run_id="r1", before_step=Beside(other, run_id="r1"))
    assert "already has a run `r1`" in str(result.error)
    assert project.texts == ["other"]


@pytest.mark.long
def test_a_run_of_other_steps_is_another_run(project: Project) -> None:
    project.write_workflow(("a", JOB, {"b": True}), ("b", "log(1)", None))
    project.run(run_id="r1", end="a")
    result = project.run(run_id="r2")
    assert type(result.error).__name__ == "SentBefore"
    assert project.texts == ["a"]


@pytest.mark.long
@pytest.mark.parametrize(("answer", "texts"), [(True, ["a", "b"]), (False, ["a", "a", "b"]), (None, ["a"])])
def test_the_user_is_asked_whether_a_run_that_stopped_goes_on(
    project: Project, answer: bool | None, texts: list[str]
) -> None:
    project.run(run_id="r1")
    project.fails(False)
    asked: list[str] = []

    def ask(question: str) -> bool | None:
        asked.append(question)
        return answer

    opened: list[Any] = []
    result = project.start(run_id="r2", ask=ask, on_open=lambda *given: opened.append(given[0]))
    assert opened == ([str(project.folder / "ledger.db")] if answer is not None else [])
    assert project.texts == texts
    assert result.run_id == ("r1" if answer else "r2")
    assert [question.partition(",")[0] for question in asked] == [
        "The last run of this job with the same initial state"
    ]


# --- Secrets ---


@pytest.mark.long
def test_a_run_that_is_resumed_records_no_secret_either(project: Project) -> None:
    password = "sunrise-over-kibera-7"
    keeps = 'fn(lambda s: {**s, "data": s["configuration"]["db_password"]})'
    stops = 'import os\nfn(lambda s: 1 / 0 if os.path.exists("stop") else s)'
    project.write_workflow(
        ("a", f'send_text("{ANA}", "a")\n{keeps}', {"b": True}),
        ("b", f"{stops}\n{keeps}", {"c": True}),
        ("c", f'send_text("{BEN}", "b")', None),
    )
    known = {"access_token": project.sandbox.access_token, "base_url": project.sandbox.url, "db_password": password}
    project.run(run_id="r1", credentials=known)
    for options in ({}, {"resume": "r1"}):
        assert options == {} or project.run(credentials=known, **options).exit_code == 0
        recorded = b"".join(path.read_bytes() for path in project.folder.glob("ledger.db*"))
        assert b"db_password" in recorded
        assert password.encode() not in recorded
        project.fails(False)


# --- What is recorded of a run ---


@pytest.mark.long
def test_what_the_command_line_was_given_is_recorded_and_that_of_the_last_attempt_wins(project: Project) -> None:
    result = project.start(run_id="r1", given={"state": "one.json"})
    record = project.record()
    assert record.given == {"state": "one.json"}
    assert record.started == result.started > 1_700_000_000
    project.start(resume="r1", given={"state": "two.json"})
    assert project.record().given == {"state": "two.json"}


@pytest.mark.long
def test_a_step_that_ended_before_the_first_message_is_not_run_again_either(project: Project) -> None:
    first = "import os\nfn(lambda s: (os.mkdir('only once'), {**s, 'data': {'n': 7}})[1])"
    project.write_workflow(("a", first, {"b": True}), ("b", f"log(state.data.n)\n{JOB}", None))
    project.run(run_id="r1")
    project.fails(False)
    assert project.run(resume="r1").exit_code == 0
    assert project.said("7", "job")
    assert project.texts == ["a", "b"]


@pytest.mark.long
def test_a_handled_failure_before_the_first_message_is_not_run_again_either(project: Project) -> None:
    first = "import os\nfn(lambda s: (os.mkdir('only once'), 1 / 0))"
    project.write_workflow(("a", first, {"b": "on_job_failure"}), ("b", JOB, None))
    project.run(run_id="r1")
    project.fails(False)
    again = project.run(resume="r1")
    assert (again.exit_code, project.texts) == (0, ["a", "b"])
    assert ("info", "run", "✗ a (failed before) → b") in project.lines


@pytest.mark.long
def test_where_a_handled_failure_cannot_be_recorded_the_run_ends(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: Any, **__: Any) -> None:
        raise LedgerError("The disk is full.")

    first = f"send_text('{ANA}', 'a')\nfn(lambda s: 1 / 0)"
    project.write_workflow(("a", first, {"b": "on_job_failure"}), ("b", f"send_text('{BEN}', 'b')", None))
    monkeypatch.setattr(Ledger, "keep_step", lose)
    result = project.run(run_id="r1")
    assert (result.exit_code, type(result.error).__name__, project.texts) == (3, "LedgerError", ["a"])


@pytest.mark.long
def test_a_failed_step_counts_what_it_has_sent_itself(project: Project) -> None:
    project.write_workflow(("a", f'send_text("{BEN}", "b")', {"b": True}), ("b", JOB, None))
    error = project.run(run_id="r1").error
    assert error is not None
    assert error.messages_sent == 1


@pytest.mark.long
def test_the_people_of_old_runs_are_removed_at_the_end_of_a_run_but_not_of_a_dry_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.fails(False)
    project.run(run_id="r1")
    monkeypatch.setenv("ADAPTOR_RETENTION_DAYS", "0")
    project.run(resume="r1", dry_run=True)
    assert project.record("r1").purged is None
    project.run(run_id="r2", state={"data": {"other": 1}})
    assert project.record("r1").purged is not None
    assert project.said("Removed the people of 1 run that finished more than 0 days ago.")


# --- A ledger that fails ---


@pytest.mark.long
def test_a_ledger_that_cannot_record_the_run_stops_it_before_anything_is_sent(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: Any, **__: Any) -> None:
        raise LedgerError("The disk is full.", fix="Make room.")

    monkeypatch.setattr(Ledger, "begin", lose)
    error = project.run(run_id="r1").error
    assert error is not None
    assert (type(error).__name__, error.description, error.fix) == ("LedgerUnusable", "The disk is full.", "Make room.")
    assert (error.sent, project.texts) == ("no", [])


@pytest.mark.long
@pytest.mark.parametrize("fails", [False, True])
def test_where_the_end_of_a_run_cannot_be_recorded_what_was_sent_still_is(
    project: Project, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    def lose(*_: Any, **__: Any) -> None:
        raise LedgerError("The disk is full.", fix="Make room.")

    project.fails(fails)
    monkeypatch.setattr(Ledger, "close", lose)
    result = project.run(run_id="r1")
    assert (result.exit_code, result.is_ledger_lost) == (1, True)
    (said,) = (line for line in project.lines if "The disk is full." in line[2])
    assert said[:2] == ("error", "run")
    assert said[2].endswith("fix:   Make room.")
    assert type(result.error).__name__ == ("JobError" if fails else "NoneType")


@pytest.mark.long
def test_a_step_that_fails_with_the_ledger_counts_what_this_attempt_has_sent(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: Any, **__: Any) -> None:
        raise LedgerError("The disk is broken.")

    monkeypatch.setattr(Writes, "tally", lose)
    error = project.run(run_id="r1").error
    assert error is not None
    assert (error.messages_sent, error.others_made, error.left_unknown) == (1, 0, 0)


@pytest.mark.long
def test_where_the_outcomes_cannot_be_read_at_the_end_the_run_fails(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: Any, **__: Any) -> None:
        raise LedgerError("The disk is broken.")

    project.fails(False)
    monkeypatch.setattr(Writes, "counts", lose)
    result = project.run(run_id="r1")
    assert (result.exit_code, result.is_ledger_lost, project.texts) == (1, True, ["a", "b"])


# --- Collections ---

READS = "collections.get('visits', 'ana')\nlog(state.data)"
WRITES = "collections.set('visits', 'ana', 7)"


def test_to_read_a_collection_makes_no_ledger(project: Project) -> None:
    project.write(READS)
    assert project.run().exit_code == 0
    assert not (project.folder / "ledger.db").exists()


@pytest.mark.long
def test_a_collection_is_read_by_a_later_run_before_it_writes_anything(project: Project) -> None:
    project.write(WRITES)
    project.run(run_id="r1")
    project.write(f"{READS}\nsend_text('{ANA}', 'a')\n{READS}")
    assert project.run(run_id="r2").exit_code == 0
    assert [line for line in project.lines if line[1] == "job"] == [("info", "job", "7"), ("info", "job", "7")]


@pytest.mark.long
def test_a_dry_run_reads_collections_and_keeps_what_it_would_write_to_itself(project: Project) -> None:
    project.write(WRITES)
    assert project.run(dry_run=True).exit_code == 0
    assert not (project.folder / "ledger.db").exists()
    project.run(run_id="r1")
    project.write(f"{READS}\n{WRITES.replace('7', '8')}\n{READS}")
    before = (project.folder / "ledger.db").read_bytes()
    project.run(dry_run=True)
    assert (project.folder / "ledger.db").read_bytes() == before
    assert [line[2] for line in project.lines if line[1] == "job" and "set" not in line[2]] == ["7", "8"]
    project.write(READS)
    project.run()
    assert [line[2] for line in project.lines if line[1] == "job"] == ["7"]


def test_a_ledger_in_memory_begins_with_the_collections_that_it_is_given(project: Project) -> None:
    project.write(f"{READS}\ncollections.get('visits', '*', updated_before='2030-01-01')\nlog(state.data)")
    result = project.start(database=":memory:", collections={"visits": {"ana": 7}})
    assert result.exit_code == 0
    assert next(line for line in project.lines if line[1] == "job") == ("info", "job", "7")


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


@pytest.mark.long
def test_a_dry_run_after_one_that_stopped_is_not_refused(project: Project) -> None:
    project.run(run_id="r1")
    project.fails(False)
    assert project.run(dry_run=True).exit_code == 0
    assert [request.body["message"]["text"] for request in project.shown] == ["a", "b"]


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
