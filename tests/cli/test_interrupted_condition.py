"""Ctrl-C twice while the condition of an edge is judged: the run ends there, and says truly what was sent."""

import json

import pytest

SECOND_SIGNAL = "[__import__('os').kill(__import__('os').getpid(), 2) for _ in range(2)] and state.data.x > 1"


@pytest.mark.long
def test_the_run_ends_at_the_edge_and_says_what_was_sent(beside, tmp_path):
    steps = [
        {"id": "a", "expression": "send_text('6543210987654321', 'Hello')", "next": {"b": SECOND_SIGNAL}},
        {"id": "b", "expression": "log('never')"},
    ]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    command = beside("run", "w.json", "--sandbox", "-o", "out.json", "--report", "report.json")
    assert command.end() == 130
    assert "JobError: The run was interrupted.\n  where: edge a → b\n" in command.err
    assert command.err.endswith("The run did not end well. Messages: 1 sent.\n")
    assert json.loads((tmp_path / "out.json").read_text())["data"]["recipient_id"] == "6543210987654321"
    assert [step["id"] for step in json.loads((tmp_path / "report.json").read_text())["steps"]] == ["a"]
