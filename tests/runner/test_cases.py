"""The cases of OpenFn's command that were verified outside this project, replayed through the real command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES_FILE = ROOT.parent / "shared" / "cases" / "runner.json"
if not CASES_FILE.is_file():
    pytest.skip("the verified cases do not lie beside this checkout", allow_module_level=True)
CASES = {case["id"]: case for case in json.loads(CASES_FILE.read_text(encoding="utf-8"))}

RETURN_STATE = "an operation that gives something that is no state is an error of that operation"
FAILED = "a step failed and no on_job_failure edge left it"
CANNOT_LOAD = "what cannot be loaded is told, and nothing is run"
BAD_INPUT = "bad input is told, and nothing is run"

#: Where we decided otherwise: why, and the exit code.
DECIDED = {
    "e08": (RETURN_STATE, 1),
    "e09": (RETURN_STATE, 1),
    "e10": (RETURN_STATE, 1),
    "e11": (RETURN_STATE, 1),
    "w65": (RETURN_STATE, 1),
    "e18": (FAILED, 1),
    "e30": (FAILED, 1),
    "w13": (FAILED, 1),
    "w59": (FAILED, 1),
    "w66": ("a condition that has no state to judge stops the run", 3),
    "e19": (CANNOT_LOAD, 3),
    "e21": (CANNOT_LOAD, 3),
    "e37": (BAD_INPUT, 2),
    "e38": (BAD_INPUT, 2),
    "e39": (BAD_INPUT, 2),
    "w40": (BAD_INPUT, 2),
    "w54": (BAD_INPUT, 2),
    "w45": ("a secret is redacted wherever it turns up", 0),
}

#: What the cases without a Python spelling say.
SPELLED = {
    "fn(s => ({...s, data:{n:(s.data.n||0)+1}}))": "fn(lambda s: {**s, 'data': {'n': (s['data'].get('n') or 0) + 1}})",
}


def in_python(case):
    """The plan of a case, with our spelling of its expressions and conditions."""
    plan = json.loads(json.dumps(case["plan"]))
    holder = plan.get("workflow", plan)
    for step in holder.get("steps", holder.get("jobs", [])):
        text = step.get("expression")
        step["expression"] = case["python"]["steps"].get(step["id"], SPELLED.get(text, text))
        if isinstance(step.get("next"), dict):
            for target, edge in step["next"].items():
                spelled = case["python"]["conditions"].get(f"{step['id']}->{target}")
                if spelled is not None and isinstance(edge, dict):
                    edge["condition"] = spelled
                elif spelled is not None:
                    step["next"][target] = spelled
    return plan


def replay(case, folder):
    for name, text in case.get("files", {}).items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(SPELLED.get(text, text), encoding="utf-8")
    if "plan" in case:
        path = "workflow.json"
        (folder / path).write_text(json.dumps(in_python(case)), encoding="utf-8")
    elif "expression" in case["python"]:
        path = "job.py"
        (folder / path).write_text(case["python"]["expression"], encoding="utf-8")
    else:
        path = case["path"]
    state = [] if case["input_state"] is None else ["-S", json.dumps(case["input_state"])]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ADAPTOR_")}
    return subprocess.run(
        [sys.executable, "-m", "adaptor", "run", path, *state, "-o", "out.json", "--report", "r.json"]
        + case["cli_args"],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_the_runner(name, tmp_path):
    case = CASES[name]
    expect = case["expect"]
    done = replay(case, tmp_path)
    _, code = DECIDED.get(name, ("", expect["exit_code"]))
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    out = tmp_path / "out.json"
    if code > 1:
        assert not out.exists()
        return
    state = json.loads(out.read_text(encoding="utf-8"))
    ran = [step["name"] for step in json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["steps"]]
    assert ran == expect["steps_started"]
    if name == "w45":
        assert state == {"data": {"t": "[redacted]"}}
        return
    errors = state.pop("errors", {})
    if DECIDED.get(name, ("",))[0] == RETURN_STATE:
        assert {error["code"] for error in errors.values()} == {"NOT_A_STATE"}
        return
    expected = dict(expect["final_state"])
    theirs = expected.pop("errors", {})
    assert state == expected
    assert {step: error["severity"] for step, error in errors.items()} == {
        step: error["severity"] for step, error in theirs.items()
    }
    for step, error in theirs.items():
        if error["name"] == "JobError":
            assert errors[step]["name"] == "JobError"
            assert errors[step]["message"] == error["message"]


def test_every_decision_is_about_a_case():
    assert set(DECIDED) <= set(CASES)
