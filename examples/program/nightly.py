"""Run a workflow from a program of your own: a scheduler's task, a notebook, a view of a web application.

    python examples/program/nightly.py            # against a sandbox: nothing leaves this machine

`run` writes nothing, installs no signal handler and never ends the process, so it can be called from anywhere and from
several threads. What came of it is in the result.
"""

import sys
from pathlib import Path
from typing import Any

from adaptor.runner import Result, run
from adaptor.sandbox import Sandbox

WORKFLOW = Path(__file__).parents[1] / "survey" / "workflow.yaml"


def survey(credentials: dict[str, Any]) -> Result:
    """What a task of Airflow or Prefect would do: run, and raise what went wrong."""
    result = run(WORKFLOW, credentials=credentials)
    result.raise_for_error()
    return result


def not_asked(result: Result) -> list[str]:
    """Who was not asked, and why: each call knows its recipient, its outcome and its error."""
    return [
        f"{call.recipient}: {type(call.error).__name__}"
        for step in result.steps
        for call in step.calls
        if call.is_write and call.outcome != "sent"
    ]


def main() -> int:
    with Sandbox.from_file(WORKFLOW.with_name("sandbox.json")) as sandbox:
        result = survey({"access_token": sandbox.access_token, "base_url": sandbox.url})
    for step in result.steps:
        print(f"{step.name}: {step.outcome}, then {', '.join(step.taken) or 'the end'}")
    print(f"{result.outcomes['sent']} asked")
    print("\n".join(not_asked(result)))
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main())
