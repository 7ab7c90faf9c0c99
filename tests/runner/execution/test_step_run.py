"""The job of a step: what its log, its error and its state tell, and what is said where nothing was found."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.run.context import Run
from adaptor.runner import run
from adaptor.runner.execution.start import RunOptions, start_run
from adaptor.runner.load.credentials import credentials_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from adaptor.runner.execution.result import Result
    from adaptor.sandbox import Sandbox

    Perform = Callable[..., Result]

ANA, BEN, BLOCKED = "6543210987654321", "6543210987654322", "6543210987654323"


@pytest.fixture
def lines() -> list[tuple[str, str, str]]:
    """The lines of the log, without those for developers, with seconds as 0."""
    return []


@pytest.fixture
def perform(tmp_path: Path, lines: list[tuple[str, str, str]]) -> Perform:
    """Run a job."""

    def log(level: str, component: str, message: str, fields: dict[str, Any]) -> None:
        if level != "debug":
            lines.append((level, component, re.sub(r"\d+\.\d\d s", "0 s", message)))

    def start(text: str, state: Any = None, **options: Any) -> Result:
        (tmp_path / "job.py").write_text(text, encoding="utf-8")
        return run(tmp_path / "job.py", state, on_log=log, **options)

    return start


@pytest.fixture
def send(perform: Perform, sandbox: Sandbox) -> Perform:
    """Run a job that sends to a sandbox."""
    credentials = {"access_token": sandbox.access_token, "base_url": sandbox.url}

    def start(text: str, state: Any = None, **options: Any) -> Result:
        return perform(text, state, credentials=credentials, database=":memory:", **options)

    return start


def errors_of(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = (result.state or {})["errors"]["job-1"]
    return found


# --- What a step has made ---


def test_the_log_counts_what_each_operation_has_sent(send: Perform, lines: list[tuple[str, str, str]]) -> None:
    send(f"each({[ANA, BEN]}, send_text(state.data, 'x'))\ntyping_on('{ANA}')\nlog('y')\neach([], log('z'))")
    assert [line for line in lines if line[1] == "run"] == [
        ("info", "run", "✓ 1 each  2 sent, 0 s"),
        ("info", "run", "✓ 2 typing_on  1 other call sent, 0 s"),
        ("info", "run", "✓ 3 log  0 s"),
        ("info", "run", "✓ 4 each  0 items, 0 s"),
    ]


def test_the_error_of_a_step_counts_what_the_step_has_sent(send: Perform) -> None:
    error = send(f"send_text('{ANA}', 'x')\ntyping_on('{ANA}')\nfn(lambda s: 1 / 0)").error
    assert error is not None
    assert (error.sent, error.messages_sent, error.others_made, error.left_unknown) == ("partly", 1, 1, 0)
    assert error.sent_sentence() == "1 message and 1 other call were made before that."


def test_operations_are_listed_with_their_seconds(perform: Perform) -> None:
    (step,) = perform("log('x')\nfn(lambda s: s)").steps
    assert [name for name, _ in step.operations] == ["log", "fn(<lambda line 2>)"]
    assert all(0 <= seconds < 5 for _, seconds in step.operations)


# --- A state that is not JSON ---


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        ("", "no"),
        (f"send_text('{ANA}', 'x')\n", "yes"),
        (f"try_each(['{ANA}', '{BLOCKED}'], send_text(state.data, 'x')).catch(lambda error, state: state)\n", "partly"),
        (f"try_each(['{ANA}', 5.7], send_text(state.data, 'x')).catch(lambda error, state: state)\n", "partly"),
    ],
)
def test_where_the_last_state_is_not_json_the_error_says_whether_all_was_sent(
    send: Perform, sandbox: Sandbox, before: str, sent: str
) -> None:
    sandbox.person(BLOCKED).blocks()
    result = send(f"{before}fn(lambda s: {{**s, 'data': {{1}}}})")
    assert result.error is not None
    assert (result.error.code, result.error.sent) == ("STATE_NOT_JSON", sent)
    assert (result.state or {})["data"] == "{1}"


def test_where_people_were_left_out_not_all_was_sent(send: Perform, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(
        f"each({[ANA, BEN]}, send_text(state.data, 'x'))\nfn(lambda s: {{**s, 'data': {{1}}}})", encoding="utf-8"
    )
    options = RunOptions(str(tmp_path / "job.py"))
    options.database = ":memory:"
    limited = options.new_run(Run, lambda *line: None)
    limited.audience.limit = 1
    known = credentials_of({"access_token": sandbox.access_token, "base_url": sandbox.url})
    error = start_run(options, limited, known).error
    assert error is not None
    assert (error.sent, error.messages_sent) == ("partly", 1)


def test_nothing_is_sent_with_a_state_that_is_not_json(send: Perform, sandbox: Sandbox) -> None:
    result = send(f"fn(lambda s: {{**s, 'data': {{1}}}})\nsend_text('{ANA}', 'x')")
    assert sandbox.messages == []
    assert result.error is not None
    assert result.error.description == "The state that `send_text` is given is not JSON: state.data is a set."
    assert result.error.sent_sentence() == "Nothing was sent by this operation."


def test_what_a_failed_function_has_put_into_the_state_is_made_plain(perform: Perform) -> None:
    result = perform("fn(lambda s: (s.update(x={1}), 1 / 0))")
    assert (result.state or {})["x"] == "{1}"
    assert errors_of(result)["code"] == "ZeroDivisionError"


def test_a_state_that_contains_itself_is_left_out_but_the_error_is_kept(perform: Perform) -> None:
    result = perform("def op(s):\n    s['x'] = []\n    s['x'].append(s['x'])\n    return 1 / 0\n\nfn(op)")
    assert (result.state or {}).keys() == {"data", "errors"}
    assert (result.state or {})["data"] == {}
    assert errors_of(result)["code"] == "ZeroDivisionError"


# --- The state that a failed step leaves ---


def test_a_failed_step_leaves_what_it_had_gathered_and_the_errors_of_earlier_steps(perform: Perform) -> None:
    state = {"data": {}, "errors": {"before": {"code": "X"}}}
    result = perform("fn(lambda s: {**s, 'data': 1})\nlog(2)\nfn(lambda s: 1 / 0)", state)
    assert result.state == {"data": 1, "errors": {"before": {"code": "X"}, "job-1": errors_of(result)}}
    assert errors_of(result)["state"] == "after operation 2 of 3 (log)"
    assert errors_of(result)["severity"] == "fail"
    assert result.steps[0].left_by == "operation 2 of 3 (log)"
    assert json.loads(result.text or "") == result.state


def test_what_had_filled_the_memory_is_not_kept(perform: Perform) -> None:
    result = perform("fn(lambda s: {**s, 'data': 'large'})\ndef fill(s):\n    raise MemoryError\nfn(fill)")
    assert (result.state or {})["data"] == {}
    assert (errors_of(result)["state"], errors_of(result)["severity"]) == ("as the step was given it", "kill")
    assert result.steps[0].left_by is None


def test_the_configuration_is_in_no_state_that_a_failed_step_leaves(perform: Perform) -> None:
    result = perform("log(1)\nfn(lambda s: 1 / 0)", credentials={"access_token": "EAAG-secret-token"})
    assert "configuration" not in (result.state or {})


# --- What the error shows ---


def test_an_error_shows_the_line_of_the_job_with_a_caret(perform: Perform) -> None:
    error = perform("log('x')\nfn(lambda s: s['data'][7])").error
    assert error is not None
    assert error.excerpt == "2 | fn(lambda s: s['data'][7])\n  |              ^^^^^^^^^^^^"


def test_an_error_shows_the_line_of_an_operation_that_it_did_not_come_from(perform: Perform) -> None:
    error = perform("log(state.data.name)").error
    assert error is not None
    assert error.excerpt == "1 | log(state.data.name)"


def test_the_line_in_an_error_shows_no_secret(perform: Perform) -> None:
    token = "EAAG-secret-token"
    error = perform(f"fn(lambda s: s['data']['{token}'])", credentials={"access_token": token}).error
    assert error is not None
    assert error.excerpt is not None
    assert token not in error.excerpt
    assert "fn(lambda s" in error.excerpt


def test_an_unknown_name_says_what_to_do(perform: Perform) -> None:
    error = perform("fn(lambda s: eval('lenght'))").error
    assert error is not None
    assert error.fix == "Import it, or define it before it is used."


# --- The initial state as the reason ---


def test_an_error_says_where_a_key_is_in_the_initial_state(perform: Perform) -> None:
    error = perform("log(1)\nlog(state.data.patients)", {"patients": []}).error
    assert error is not None
    assert error.fix.startswith("`patients` is beside `data` in the state, not in it")


@pytest.mark.parametrize(
    ("text", "says"),
    [("log(state.data.name)", True), ("log(1)\nlog(state.data.name)", False)],
)
def test_without_a_state_the_first_operation_that_reads_one_says_so(perform: Perform, text: str, says: bool) -> None:
    error = perform(text).error
    assert error is not None
    assert (error.fix == "No state was given. Give one with -s FILE, a JSON object.") is says


def test_a_state_in_a_file_beside_the_job_is_named(perform: Perform, tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text('{"data": {"rows": [1]}}', encoding="utf-8")
    error = perform("log(state.data.rows)").error
    assert error is not None
    assert error.fix == f"No state was given, and {tmp_path / 'people.json'} has it: add -s {tmp_path / 'people.json'}"


def test_a_later_step_does_not_blame_the_initial_state(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text('{"data": {"name": 1}}', encoding="utf-8")
    steps = [{"id": "a", "expression": "log(1)", "next": "b"}, {"id": "b", "expression": "log(state.data.name)"}]
    (tmp_path / "workflow.json").write_text(json.dumps({"workflow": {"steps": steps}}), encoding="utf-8")
    error = run(tmp_path / "workflow.json").error
    assert error is not None
    assert "people.json" not in error.fix


def test_a_loop_that_finds_nothing_says_which_file_has_what_it_looks_for(
    perform: Perform, lines: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "people.json"
    file.write_text('{"data": {"rows": [1]}}', encoding="utf-8")
    perform("each('$.data.rows[*]', log(state.data))")
    assert lines[-1] == ("info", "run", f"warning: No state was given, and {file} has it: add -s {file}")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("each('$.data.rows[*]', log(state.data))", {"data": {"rows": [7]}}),
        ("each('$.data.rows[*]', log(state.data))", {"data": {"rows": []}}),
        ("each('$.data.other[*]', log(state.data))", None),
        ("log(1)", None),
    ],
)
def test_such_a_file_is_not_named_where_it_is_not_the_reason(
    perform: Perform, lines: list[tuple[str, str, str]], tmp_path: Path, text: str, state: Any
) -> None:
    (tmp_path / "people.json").write_text('{"data": {"rows": [1]}}', encoding="utf-8")
    perform(text, state)
    assert [line for line in lines if "add -s" in line[2]] == []


def test_what_earlier_steps_have_sent_is_not_counted_for_a_step(tmp_path: Path) -> None:
    sends = "from adaptor.core.run.context import current_run\n"
    sends += "fn(lambda s: (current_run().count('sent', is_message=True), s)[1])"
    steps = [{"id": "a", "expression": f"{sends}\n{sends}", "next": "b"}]
    steps.append({"id": "b", "expression": f"{sends}\nfn(lambda s: 1 / 0)"})
    (tmp_path / "workflow.json").write_text(json.dumps({"workflow": {"steps": steps}}), encoding="utf-8")
    error = run(tmp_path / "workflow.json").error
    assert error is not None
    assert (error.messages_sent, error.sent) == (1, "partly")


# --- Statements ---


def test_an_operation_is_alone_on_its_line_or_one_of_several(perform: Perform) -> None:
    looks = "fn(lambda s: {**s, 'data': [*(s['data'] or []), current_run().runs_once()]})"
    text = f"from adaptor.core.run.context import current_run\n{looks}\nfor _ in 'ab': {looks}\n{looks}"
    assert (perform(text).state or {})["data"] == [True, False, False, True]


def test_an_operation_knows_its_statement_and_line(perform: Perform) -> None:
    looks = "fn(lambda s: {**s, 'data': [current_run().statement.line, current_run().call_site()]})"
    text = f"from adaptor.core.run.context import current_run\nlog(1)\n{looks}"
    line, site = (perform(text).state or {})["data"]
    assert line == 3
    assert site.endswith("fn@3")


def test_of_several_operations_on_one_line_each_is_sent_where_they_differ(send: Perform, sandbox: Sandbox) -> None:
    send(f"for text in 'ab': send_text('{ANA}', text)\nsend_text('{BEN}', 'c')")
    assert [message.text for message in sandbox.messages] == ["a", "b", "c"]
