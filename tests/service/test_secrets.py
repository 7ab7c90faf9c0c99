"""No secret of the credentials is in anything that the service shows, logs, sends or stores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from adaptor.service.store.store import open_service_store
from tests.waiting import wait_until

from .processes import family_of, message, write_bot

SECRETS = {
    "app_secret": "app-SENTINEL-0123456789abcdef",
    "previous_app_secret": "previous-SENTINEL-0123456789",
    "verify_token": "verify-SENTINEL-0123",
    "status_token": "status-SENTINEL-0123456789",
    "webhook_api_key": "key-SENTINEL-0123",
    "webhook_user": "clinic",
    "webhook_password": "password-SENTINEL-0123",
}
#: A job that does with its credential what no job should.
CARELESS = """
send_text(state.data.psid, "ok")
fn(lambda state: {**state, "all": state["configuration"], "texts": [*map(str, state["configuration"].values())]})
log(state.texts)
fn(lambda state: int(" ".join(state["texts"])))
"""
GIVES_ALL = (
    'fn(lambda s: {**s, "webhookResponse": {"status": 200, "body": {"all": s["configuration"], "of": s["request"]}}})'
)


@pytest.mark.long
def test_no_secret_is_in_anything_that_is_shown_logged_sent_or_stored(
    serve, work, forks, sandbox, tmp_path, fresh_postgresql, httpserver
):
    write_bot(tmp_path, sandbox, CARELESS, **SECRETS)
    bot = json.loads((tmp_path / "bot.json").read_text())
    call = {"id": "call", "type": "webhook", "custom_path": "c", "webhook_reply": "after_completion", "next": "give"}
    notify = {"url": httpserver.url_for("/hook?key=url-SENTINEL"), "include": ["error", "person"]}
    command = {"id": "give", "expression": GIVES_ALL}
    (tmp_path / "bot.json").write_text(json.dumps({**bot, "notify": notify, "steps": [*bot["steps"], call, command]}))
    httpserver.expect_request("/hook").respond_with_data("")
    store = open_service_store(fresh_postgresql)
    shared = ["--database", fresh_postgresql, "-l", "debug"]
    server = serve("--no-workers", "--status-texts", *shared)
    worker = work(*shared)
    base = server.url.removesuffix("/webhook")
    assert server.post(message(text="Hi"), secret=SECRETS["app_secret"]) == 200
    caller = SECRETS["webhook_user"], SECRETS["webhook_password"]
    answers = [
        requests.post(f"{base}/i/c?a=1", json={"a": 1}, auth=caller, timeout=60),
        requests.post(f"{base}/i/c", json={}, headers={"X-API-Key": SECRETS["webhook_api_key"]}, timeout=60),
        requests.get(server.url, params={"hub.mode": "subscribe", "hub.verify_token": "wrong"}, timeout=60),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    worker.wait_for("hook: failed")
    wait_until(lambda: httpserver.log)
    signed_in = {"Authorization": f"Bearer {SECRETS['status_token']}"}
    for path in ("/status", "/status?runs=all", "/metrics"):
        answers.append(requests.get(base + path, headers=signed_in, timeout=60))
        assert answers[-1].status_code == 200
    found = {f"answer {number}": answer.text for number, answer in enumerate(answers)}
    found |= {f"notice {number}": request.get_data(as_text=True) for number, (request, _) in enumerate(httpserver.log)}
    for run in store.runs.newest():
        for words in (["show"], ["show", "--format", "json"], ["results"], ["export"], ["tail"]):
            done = forks.run(["runs", words[0], run.id, *words[1:], *shared[:2]], cwd=tmp_path)
            assert done.stdout or words[0] in ("results", "export"), words
            found[f"{words} {run.start}"] = done.stdout + done.stderr
    for words in (["list"], ["queue"]):
        found[words[0]] = forks.run(["runs", *words, *shared[:2]], cwd=tmp_path).stdout
    tables = store.database.run("SELECT tablename FROM pg_tables WHERE schemaname = 'adaptor'").fetchall()
    for (table,) in tables:
        found[f"table {table}"] = str(store.database.run(f"SELECT * FROM {table}").fetchall())
    for process in (server, worker):
        for pid in family_of(process.process.pid):
            found[f"arguments {pid}"] = Path(f"/proc/{pid}/cmdline").read_text()
        assert process.stop() == 0
        found[f"log {process.process.pid}"] = "\n".join(process.lines)
    for file in (tmp_path / ".adaptor").iterdir():
        found[file.name] = file.read_text()
    store.close()
    assert "service-log.jsonl" in found
    assert [
        (where, what) for where, text in found.items() for what in ("SENTINEL", sandbox.access_token) if what in text
    ] == []
