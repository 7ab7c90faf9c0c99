"""The digest of a job says whether it has changed, and nothing else."""

from __future__ import annotations

import json

from adaptor.runner.load.credentials import Credentials
from adaptor.service.triggers.project import load_project


def test_the_digest_of_a_workflow_is_the_same_by_whatever_path_it_is_named(tmp_path, monkeypatch):
    (tmp_path / "answer.py").write_text('send_text("6543210987654321", "Hi")\n')
    steps = [{"id": "answer", "expression": "./answer.py"}]
    (tmp_path / "bot.json").write_text(json.dumps({"steps": steps}))
    monkeypatch.chdir(tmp_path)
    found = [
        load_project(path, Credentials(is_lenient=True), needs_trigger=False).versions
        for path in ("bot.json", str(tmp_path / "bot.json"), "./bot.json")
    ]
    assert found[0] == found[1] == found[2]
