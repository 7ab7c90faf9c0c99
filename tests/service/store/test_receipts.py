"""Deliveries and reads: how far the messages of a run have come."""

import json
import re

import pytest

from adaptor.runner.api import run as run_job
from adaptor.service.inbox.facts import events_in
from adaptor.service.store.receipts import Funnel, funnel_of
from adaptor.service.store.store import open_service_store

from ..processes import SECRET, TOKEN, message, write_bot

PAGE = "102030405060708"
PEOPLE = ["6543210987654321", "6543210987654322", "6543210987654323"]


def receipt(psid, page=PAGE, **content):
    item = {"sender": {"id": psid}, "recipient": {"id": page}, "timestamp": 1796081400000, **content}
    (found,) = events_in({"object": "page", "entry": [{"id": page, "time": 1, "messaging": [item]}]})
    return found, []


@pytest.fixture
def sent(sandbox, store, database, tmp_path):
    """The id of a run that has written to three people, and the time of its messages in milliseconds."""
    (tmp_path / "job.py").write_text(f'each({PEOPLE!r}, send_text(state.data, "Hello", key=f"a {{state.data}}"))\n')
    credentials = {"access_token": sandbox.access_token, "base_url": sandbox.url}
    result = run_job(str(tmp_path / "job.py"), credentials=credentials, database=database)
    assert result.exit_code == 0
    last = max(row.changed for row in store.ledger.writes.records(result.run_id))
    return result.run_id, round(last * 1000) + 1


def test_what_was_read_was_delivered_and_a_late_receipt_moves_nothing_back(store, sent):
    run, now = sent
    assert funnel_of(store.database, run) == Funnel(3, 0, 0)
    store.events.store([receipt(PEOPLE[0], delivery={"mids": ["m"], "watermark": now})])
    store.events.store([receipt(PEOPLE[1], read={"watermark": now})])
    assert funnel_of(store.database, run) == Funnel(3, 2, 1)
    store.events.store([receipt(PEOPLE[1], read={"watermark": now - 90_000})])
    store.events.store([receipt(PEOPLE[1], delivery={"watermark": now})])
    assert funnel_of(store.database, run) == Funnel(3, 2, 1)


@pytest.mark.long
@pytest.mark.parametrize(
    "content", [{"read": {}}, {"read": {"watermark": "x"}}, {"read": {"watermark": 1e300}}, {"delivery": 5}]
)
def test_a_receipt_without_a_moment_says_nothing(store, sent, content):
    run, _ = sent
    store.events.store([receipt(PEOPLE[0], **content)])
    assert funnel_of(store.database, run) == Funnel(3, 0, 0)


def test_receipts_of_another_page_or_of_an_earlier_message_do_not_count(store, sent):
    run, now = sent
    store.events.store([receipt(PEOPLE[0], page="99", read={"watermark": now})])
    store.events.store([receipt(PEOPLE[0], read={"watermark": now - 60_000})])
    assert funnel_of(store.database, run) == Funnel(3, 0, 0)
    assert funnel_of(store.database, "none") == Funnel(0, 0, 0)


@pytest.mark.long
def test_the_funnel_is_shown_and_is_in_the_report(store, sent, database, forks, tmp_path, sandbox):
    run, now = sent
    store.events.store([receipt(psid, read={"watermark": now}) for psid in PEOPLE[:2]])
    show = ["runs", "show", run, "--database", database]
    assert "funnel:   3 sent → 2 delivered → 2 read" in forks.run(show, cwd=tmp_path).stdout
    facts = json.loads(forks.run([*show, "--format", "json"], cwd=tmp_path).stdout)
    assert facts["funnel"] == {"sent": 3, "delivered": 2, "read": 2}
    (tmp_path / "c.json").write_text(json.dumps({"access_token": sandbox.access_token, "base_url": sandbox.url}))
    again = ["run", "job.py", "-c", "c.json", "--database", database, "--resume", run, "--report"]
    assert forks.run([*again, "r.json"], cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "r.json").read_text())["funnel"] == {"sent": 3, "delivered": 2, "read": 2}
    assert forks.run([*again, "r.html"], cwd=tmp_path).returncode == 0
    page = (tmp_path / "r.html").read_text()
    assert re.findall(r"<b>(\d)</b><span>(of 3 \w+)</span>", page) == [("2", "of 3 delivered"), ("2", "of 3 read")]


@pytest.mark.long
def test_receipts_of_the_messages_of_a_service_make_its_funnel(serve, start_sandbox, tmp_path):
    sandbox = start_sandbox(app_secret=SECRET)
    write_bot(tmp_path, sandbox, 'send_text(state.data.psid, "Hello")\n')
    server = serve("--workers", "1")
    sandbox.subscribe(server.url, verify_token=TOKEN)
    sandbox.add_person(PEOPLE[0], away=True)
    assert server.post(message(PEOPLE[0])) == 200
    server.wait_for("succeeded")
    assert sandbox.webhooks.wait()
    opened = open_service_store(str(tmp_path / ".adaptor" / "ledger.db"))
    (run,) = opened.runs.newest()
    assert funnel_of(opened.database, run.id) == Funnel(1, 1, 0)
    sandbox.person(PEOPLE[0]).reads()
    assert sandbox.webhooks.wait()
    assert funnel_of(opened.database, run.id) == Funnel(1, 1, 1)
    opened.close()
    assert server.stop() == 0
