"""The report of a run as JSON: steps, edges, durations, calls by outcome, recipients, errors."""

from __future__ import annotations

from collections import Counter

from ...core.errors import SENT_NO, SENT_UNKNOWN
from ...core.version import __version__
from ..problems.covered import covered_code
from ..problems.problems import Problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from ...core.errors import AdaptorError
    from ...core.run.call_record import CallRecord
    from ...core.secrets.redact import Redactor
    from ..execution.result import Result, StepResult
    from ..load.workflows.plan import Plan, Script

#: The exit codes in words.
STATUS = {
    0: "well",
    1: "with errors",
    2: "bad input",
    3: "crashed",
    4: "killed",
    130: "interrupted",
}


def report_of(
    result: Result, redactor: Redactor, *, sent_to: str = "graph", funnel: dict[str, int] | None = None
) -> dict[str, Any]:
    """Return a run as JSON, free of secrets.

    Args:
        result: What came of the run.
        redactor: Removes secrets.
        sent_to: Where messages went: `graph` (the base URL of the credential), `sandbox`, or `nowhere` in a dry run.
        funnel: How many messages were `sent`, `delivered` and `read`; None where nobody gets receipts.

    Returns:
        `run` (id, path, workflow, times, exit code, labels,
        `sent_to`), `steps` in order with their `operations`, `calls` by
        operation and outcome, `recipients` with the outcome of each message, `passed_over` with the items of loops
        that no message was tried for, `errors`, and `plan` with the edges that were taken.
    """
    messages, outcomes = result.recorded or (result.messages, result.outcomes)
    calls = [call for step in result.steps for call in step.calls]
    report: dict[str, Any] = {
        "adaptor": __version__,
        "run": {
            "id": result.run_id,
            "path": result.path or None,
            "workflow": result.plan.title if result.plan is not None and result.plan.is_workflow else None,
            "started": _time(result.started),
            "seconds": round(result.seconds, 4),
            "exit_code": result.exit_code,
            "labels": result.labels,
            "status": STATUS.get(result.exit_code, "ended"),
            "sent_to": sent_to,
        },
        "outcomes": outcomes,
        "messages": messages,
        "steps": [_step(step) for step in result.steps],
        "calls": _by_operation(calls),
        "recipients": [
            entry for step in result.steps for call in step.calls if (entry := _recipient(step, call)) is not None
        ],
        "passed_over": [
            {"step": step.id, "place": each["place"], "error": _some(each["error"])}
            for step in result.steps
            for each in step.passed_over
        ],
        "errors": _errors(result),
    }
    if funnel is not None:
        report["funnel"] = funnel
    if result.plan is not None:
        report["plan"] = plan_facts(result.plan)
    clean: dict[str, Any] = redactor.value(report)
    return clean


def plan_facts(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON: its steps, and the edges between them."""
    return {
        "id": plan.id or None,
        "name": plan.name or None,
        "start": plan.start,
        "end": plan.end,
        "steps": [
            {
                "id": step.id,
                "name": step.name or None,
                "kind": step.kind,
                "script": _script(step.script) if step.script is not None else None,
                "join": step.join or None,
                "next": [
                    {
                        "to": edge.target,
                        "condition": covered_code(edge.condition.text) if edge.condition is not None else "always",
                        "label": edge.label or None,
                        "disabled": edge.disabled,
                    }
                    for edge in step.edges
                ],
            }
            for step in plan.steps.values()
        ],
    }


def _script(script: Script) -> str:
    """Return the path of a script, or the first line of a text, without literal secrets."""
    first = next((line.strip() for line in script.text.splitlines() if line.strip()), "")
    return script.file or covered_code(first[:50] + "…" * (len(first) > 50))


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "id": step.id,
        "name": step.name,
        "arrival": step.arrival,
        "kind": step.kind,
        "outcome": step.outcome,
        "handled": step.is_handled,
        "started": round(step.started, 4),
        "seconds": round(step.seconds, 4),
        "next": step.taken,
        "operations": [{"name": name, "seconds": round(seconds, 4)} for name, seconds in step.operations],
        "calls": _by_operation(step.calls),
    }


def _by_operation(calls: list[CallRecord]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for call in calls:
        counts.setdefault(call.operation, Counter())[call.outcome] += call.count
    return {operation: dict(outcomes) for operation, outcomes in counts.items()}


def _recipient(step: StepResult, call: CallRecord) -> dict[str, Any] | None:
    if call.recipient is None:
        return None
    facts = {
        "recipient": call.recipient,
        "is_message": call.is_message,
        "outcome": call.outcome,
        "step": step.id,
        "operation": call.operation,
        "place": call.place,
        "seconds": round(call.seconds, 4),
    }
    if call.error is not None:
        # About this message alone: the error itself counts all that the step has sent.
        facts["error"] = {**_error(call.error), "sent": SENT_UNKNOWN if call.outcome == "unknown" else SENT_NO}
    return facts


def _error(error: AdaptorError) -> dict[str, Any]:
    return _some(error.facts())


def _some(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: facts[key] for key in ("name", "code", "message", "fix", "sent") if key in facts}


def _errors(result: Result) -> list[dict[str, Any]]:
    found = [
        {"step": step.id, "handled": step.is_handled, **step.error.facts(), "report": step.error.report()}
        for step in result.steps
        if step.error is not None
    ]
    if result.error is not None and not any(step.error is result.error for step in result.steps):
        several = result.error.problems if isinstance(result.error, Problems) else [result.error]
        found += [{**error.facts(), "report": error.report()} for error in several]
    return found


def _time(seconds: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds") if seconds else ""


def write_report(
    result: Result,
    redactor: Redactor,
    path: str,
    stdout: TextIO,
    *,
    sent_to: str = "graph",
    funnel: dict[str, int] | None = None,
) -> None:
    """Write the report of a run: one HTML page where the path ends in `.html`, JSON otherwise; `-` is standard output.

    Args:
        result: What came of the run.
        redactor: Removes secrets.
        path: The file.
        stdout: Standard output.
        sent_to: As for `report_of`.
        funnel: As for `report_of`.

    Raises:
        InputError: The file cannot be written.
    """
    import json

    from ..output.files import write_output

    report = report_of(result, redactor, sent_to=sent_to, funnel=funnel)
    if path.lower().endswith((".html", ".htm")):
        from .report_html import page

        write_output(page(report), path, stdout)
    else:
        write_output(json.dumps(report, ensure_ascii=False, indent=2) + "\n", path, stdout)
