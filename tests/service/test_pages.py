"""A Page that Meta has blocked, or whose token is dead, is paused: its runs wait, and continue when that is over."""

from __future__ import annotations

import json
import time

import pytest

from adaptor.service.inbox.facts import events_in
from adaptor.service.store.page_pauses import BY_HAND, TOKEN
from adaptor.service.store.records import NewRun
from adaptor.service.store.store import open_service_store
from adaptor.service.worker.policy import Policy

from .processes import PAGE, PSID, Lines, message, write_bot

ANSWER = 'send_text(state.data.psid, f"You said {state.data.text}")\n'


@pytest.fixture
def opened(database):
    """The service's store, on SQLite and PostgreSQL."""
    found = open_service_store(database)
    yield found
    found.close()


def policy(action, seconds=0.0, key="policy_enforcement"):
    """Return what Meta says of the Page."""
    moment = round((time.time() + seconds) * 1000)
    return {"recipient": {"id": PAGE}, "timestamp": moment, key: {"action": action, "reason": "Too many messages."}}


def arrivals(*items):
    return [(event, []) for event in events_in({"object": "page", "entry": [{"id": PAGE, "messaging": list(items)}]})]


def texts(sandbox, psid=PSID):
    return [each.text for each in sandbox.sent_to(psid)]


@pytest.mark.long
def test_a_block_lets_runs_wait_and_an_unblock_lets_them_continue(serve, sandbox, tmp_path, database, forks):
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve("--workers", "1", "--database", database)
    assert server.post(policy("block", key="policy-enforcement"), message(text="1")) == 200
    server.wait_for(f"Meta has blocked the Page {PAGE}: Too many messages. Its runs wait.")
    listed = forks.run(["runs", "queue", "--database", database], cwd=tmp_path)
    assert "queued" in listed.stdout
    assert f"The Page {PAGE} is paused since" in listed.stderr
    assert "1 run waits for it. Meta has blocked the Page: Too many messages." in listed.stderr
    assert texts(sandbox) == []
    assert server.post(policy("unblock", 1)) == 200
    server.wait_for("hook: succeeded")
    assert server.stop() == 0
    assert texts(sandbox) == ["You said 1"]


@pytest.mark.long
def test_a_dead_token_pauses_the_page_until_the_service_has_another_one(serve, sandbox, tmp_path, database, opened):
    write_bot(tmp_path, sandbox, ANSWER, access_token="dead-token-0123456789")
    server = serve("--workers", "1", "--database", database)
    assert server.post(message(text="1"), message(text="2")) == 200
    server.wait_for("Its Page is paused: its runs wait.")
    server.stop()
    assert [(run.status, run.failures) for run in opened.runs.newest()] == [("queued", 0), ("queued", 0)]
    (pause,) = opened.pages.paused()
    assert (pause.page, pause.kind, pause.waiting) == (PAGE, TOKEN, 2)
    assert "dead-token" not in f"{pause}{server.lines}"
    # The same token again: it is still dead.
    server = serve("--workers", "1", "--database", database)
    server.wait_for(f"The Page {PAGE} is paused, 2 runs wait")
    server.stop()
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve("--workers", "1", "--database", database)
    server.wait_for("no longer paused: the service has another token")
    server.wait_for("hook: succeeded", 2)
    server.stop()
    assert texts(sandbox) == ["You said 1", "You said 2"]


@pytest.mark.long
def test_a_page_is_paused_and_resumed_by_hand(serve, sandbox, tmp_path, database, opened, forks):
    write_bot(tmp_path, sandbox, ANSWER)
    words = ["--database", database]
    paused = forks.run(["pages", "pause", PAGE, *words], cwd=tmp_path)
    assert (paused.returncode, forks.run(["pages", "pause", PAGE, *words], cwd=tmp_path).returncode) == (0, 1)
    server = serve("--workers", "1", "--database", database)
    assert server.post(message(text="1")) == 200
    server.wait_for("messages of")
    # The Page of another token is not held up.
    other = message(text="Other")
    opened.runs.queue([NewRun("other", "", "hook", "d", None, {"data": {"psid": PSID, "text": "x"}}, page="1")])
    server.wait_for("other  hook: succeeded")
    assert other is not None
    assert json.loads(forks.run(["pages", "list", "--format", "json", *words], cwd=tmp_path).stdout)[0]["waiting"] == 1
    resumed = forks.run(["pages", "resume", PAGE, *words], cwd=tmp_path)
    assert resumed.stdout == f"{PAGE} is no longer paused. 1 run continues.\n"
    server.wait_for("hook: succeeded", 2)
    server.stop()
    assert texts(sandbox) == ["You said x", "You said 1"]
    assert forks.run(["pages", "resume", PAGE, *words], cwd=tmp_path).returncode == 1
    assert "no id of a Page" in forks.run(["pages", "resume", "a page", *words], cwd=tmp_path).stderr


def test_a_block_that_comes_after_the_later_unblock_pauses_nothing(opened):
    opened.events.store(arrivals(policy("unblock", -5)))
    opened.events.store(arrivals(policy("block", -10)))
    assert opened.pages.paused() == []
    opened.events.store(arrivals(policy("block", -3)))
    assert [pause.page for pause in opened.pages.paused()] == [PAGE]
    opened.events.store(arrivals(policy("unblock", -2)))
    assert opened.pages.paused() == []


def test_a_warning_pauses_nothing_and_an_unblock_lifts_no_other_pause(opened):
    opened.events.store(arrivals(policy("warning", -5)))
    assert opened.pages.paused() == []
    assert opened.pages.pause(PAGE, BY_HAND, "why")
    opened.events.store(arrivals(policy("unblock", 5)))
    assert [pause.kind for pause in opened.pages.paused()] == [BY_HAND]
    assert [opened.pages.resume(PAGE), opened.pages.resume(PAGE)] == [True, False]


def test_a_pause_for_a_token_ends_also_while_a_server_with_another_one_runs(store):
    """Two servers while one replaces the other: the old one may pause the Page after the new one has begun."""
    lines = Lines()
    policy = Policy(store, dict, "new tokens", lines.add)
    policy.refresh()
    assert store.pages.pause(PAGE, TOKEN, "The session is over.", "old tokens")
    policy.refresh()
    assert len(store.pages.paused()) == 1
    policy._next_look = 0.0
    policy.refresh()
    assert (store.pages.paused(), lines.lines) == (
        [],
        [f"The Page {PAGE} is no longer paused: the service has another token."],
    )
    # What was paused by hand, or by the service with the same tokens, stays so.
    store.pages.pause(PAGE, TOKEN, "The session is over.", "new tokens")
    store.pages.pause("2", BY_HAND, "why")
    policy._next_look = 0.0
    policy.refresh()
    assert [pause.page for pause in store.pages.paused()] == [PAGE, "2"]


@pytest.mark.long
def test_a_schedule_waits_for_a_page_whose_id_is_not_known_yet(serve, sandbox, tmp_path, forks):
    opened = open_service_store(str(tmp_path / ".adaptor" / "ledger.db"))
    given = {"data": {"psid": PSID, "text": "x"}}
    run = NewRun("c", "", "hook", "d", "schedule /hook", given, is_answer=False, page="")
    write_bot(tmp_path, sandbox, ANSWER, access_token="dead-token-0123456789")
    opened.runs.queue([run])
    server = serve("--workers", "1")
    server.wait_for("Its Page is paused")
    server.stop()
    assert "A Page whose id is not known is paused" in forks.run(["pages", "list"], cwd=tmp_path).stdout
    write_bot(tmp_path, sandbox, ANSWER)
    server = serve("--workers", "1")
    server.wait_for("A Page whose id is not known is no longer paused")
    server.wait_for("hook: succeeded")
    server.stop()
    opened.close()
    assert texts(sandbox) == ["You said x"]


def test_what_other_programs_queue_waits_for_a_paused_page_too(opened):
    """A run of `adaptor submit` or of a call names no Page: it sends as its person's, or as the only known one."""
    opened.ledger.database.transact(
        lambda: opened.database.run("INSERT INTO tokens (digest, page) VALUES (?, ?)", ("digest", PAGE))
    )
    opened.pages.pause(PAGE, BY_HAND, "why")
    opened.runs.queue([NewRun("call", "", "hook", "d", None, {})])
    opened.runs.queue([NewRun("submitted", "", "hook", "d", f"{PAGE}/{PSID}", {}, is_answer=False)])
    assert opened.runs.claim("holder", 9) == []
    assert opened.pages.paused()[0].waiting == 2
    opened.pages.resume(PAGE)
    assert {run.id for run in opened.runs.claim("holder", 9)} == {"call", "submitted"}


def test_a_machine_without_tokens_ends_no_pause(store):
    """A server with `--no-workers` may have the secrets of the webhook only: its workers have the tokens."""
    store.pages.pause(PAGE, TOKEN, "The session is over.", "tokens of a worker")
    Policy(store, dict, "", Lines().add).refresh()
    assert [pause.page for pause in store.pages.paused()] == [PAGE]
