"""`adaptor worker` refuses what it cannot work with."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "needs a database that it shares"),
        (["--database", "ledger.db"], "needs a database that it shares"),
        (["--database", "mysql://x"], "kept in a database of the kind"),
        (["--database", "postgresql://127.0.0.1:1/x"], "cannot be used"),
    ],
)
def test_a_worker_without_a_shared_database_is_refused(forks, tmp_path, words, expected):
    steps = [{"id": "a", "expression": "log(1)"}]
    (tmp_path / "bot.json").write_text(json.dumps({"steps": steps}))
    (tmp_path / "c.json").write_text('{"access_token": "token-0123456789"}')
    done = forks.run(["worker", "bot.json", "-c", "c.json", *words], cwd=tmp_path)
    assert done.returncode == 2
    assert expected in done.stderr


def test_a_server_without_workers_needs_a_database_that_workers_reach(forks, tmp_path):
    steps = [{"id": "hook", "type": "webhook", "next": "a"}, {"id": "a", "expression": "log(1)"}]
    (tmp_path / "bot.json").write_text(json.dumps({"steps": steps}))
    (tmp_path / "c.json").write_text('{"access_token": "token-0123456789", "app_secret": "s-0123456789"}')
    done = forks.run(["serve", "bot.json", "-c", "c.json", "--port", "0", "--no-workers"], cwd=tmp_path)
    assert done.returncode == 2
    assert "leave --no-workers out" in done.stderr
