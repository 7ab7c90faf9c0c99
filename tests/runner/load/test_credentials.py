"""A step's configuration where its credential is another system's."""

import json
from pathlib import Path

from adaptor.runner import run
from adaptor.runner.load.credentials import credentials_of
from adaptor.runner.load.workflows.plan import Plan, Step

CLINIC = {"base_url": "https://clinic.example.org", "username": "reminders", "password": "sunrise-9876"}
STEPS = [
    {"id": "read", "configuration": "clinic", "expression": 'http.get("/patients")', "next": {"tell": True}},
    {"id": "tell", "configuration": "page", "expression": 'send_text("6543210987654321", state.data.text)'},
]


def test_a_step_calls_the_system_that_its_credential_is_for(sandbox, httpserver, tmp_path: Path, monkeypatch):
    httpserver.expect_request("/api/patients", headers={"Authorization": "Bearer clinic-token"}).respond_with_json(
        {"text": "Come on Monday."}
    )
    # Nothing of Facebook's is mixed into a credential of another system.
    monkeypatch.setenv("ADAPTOR_ACCESS_TOKEN", "EAAG-of-the-environment")
    (tmp_path / "workflow.json").write_text(json.dumps({"workflow": {"steps": STEPS}}))
    credentials = {
        "clinic": {"base_url": httpserver.url_for("/api"), "token": "clinic-token"},
        "page": {"base_url": sandbox.url, "access_token": sandbox.access_token},
    }
    done = run(tmp_path / "workflow.json", credentials=credentials)
    assert done.exit_code == 0, done.error
    assert [message.text for message in sandbox.person("6543210987654321").received] == ["Come on Monday."]


def test_a_sandbox_replaces_the_page_and_not_the_clinic():
    known = credentials_of({"clinic": CLINIC, "page": {"access_token": "EAAG-real"}})
    known.sandbox = {"access_token": "simulated", "base_url": "http://127.0.0.1:1"}
    plan, steps = Plan("workflow.json"), {name: Step(name) for name in ("clinic", "page")}
    for name, step in steps.items():
        step.credential = name
    plan.steps = steps
    assert known.configuration(plan, steps["page"]) == known.sandbox
    assert known.configuration(plan, steps["clinic"]) == CLINIC
