"""`adaptor stops`: people are put on the stop list and taken off it; blocks fill it; a broadcast by hand honours it."""

from __future__ import annotations

import json

import pytest

from adaptor.service.store.people import BY_HAND
from adaptor.service.store.store import open_service_store
from tests.waiting import wait_until

from .processes import PAGE, PSID, message, write_bot

OTHER = "6543210987654322"


@pytest.fixture
def opened(tmp_path):
    """The service's store, beside the server's own."""
    found = open_service_store(str(tmp_path / ".adaptor" / "ledger.db"))
    yield found
    found.close()


@pytest.fixture
def stops(forks, tmp_path):
    """Perform the command."""
    return lambda *words: forks.run(["stops", *words], cwd=tmp_path)


def texts(sandbox, psid=PSID):
    return [each.text for each in sandbox.sent_to(psid)]


def test_the_list_is_made_by_hand_before_any_service_has_run(stops, tmp_path):
    assert (stops("list").returncode, stops("list").stderr) == (0, "Nobody is on the stop list.\n")
    unclear = stops("add", PSID)
    assert (unclear.returncode, "Add --page ID. Nothing was changed." in unclear.stderr) == (2, True)
    (tmp_path / "unsubscribed.csv").write_text(f"name,psid\nBen,{OTHER}\n")
    added = stops("add", PSID, "--file", "unsubscribed.csv", "--page", PAGE)
    assert (added.returncode, added.stdout) == (0, f"2 people are on the stop list of the Page {PAGE}.\n")
    listed = json.loads(stops("list", "--format", "json").stdout)
    assert {(each["psid"], each["kind"]) for each in listed} == {(PSID, BY_HAND), (OTHER, BY_HAND)}
    # The ledger knows one Page by now.
    removed = stops("remove", OTHER, "6543210987654399")
    assert (removed.returncode, removed.stdout[:8], removed.stderr) == (1, "1 person", "1 person was not on it.\n")
    assert PSID in stops("list").stdout
    assert OTHER not in stops("list").stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "Nobody is named."),
        (("6.5E+15",), "a number that a spreadsheet has rounded"),
        (("Ana",), "`Ana` is no page-scoped id"),
        (("--file", "no.csv"), "does not exist"),
        ((PSID, "--page", "my page"), "no id of a Page"),
    ],
)
def test_what_is_no_person_is_refused(stops, words, expected):
    refused = stops("add", *words)
    assert (refused.returncode, expected in refused.stderr) == (2, True), refused.stderr
    assert "Nobody was written to" not in refused.stderr


@pytest.mark.long
def test_a_broadcast_by_hand_with_the_same_ledger_leaves_them_out(forks, sandbox, tmp_path, stops):
    write_bot(tmp_path, sandbox, "log(1)\n")
    (tmp_path / "all.py").write_text(f'broadcast([{PSID!r}, {OTHER!r}], send_text(state.data, "To all"))\n')
    assert stops("add", PSID, "--page", PAGE).returncode == 0
    ran = forks.run(["run", "all.py", "-c", "credentials.json"], cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (texts(sandbox), texts(sandbox, OTHER)) == ([], ["To all"])
    assert "1 skipped" in ran.stderr
    # Another ledger knows nothing of it.
    words = ["run", "all.py", "-c", "credentials.json", "--database", "other.db"]
    assert forks.run(words, cwd=tmp_path).returncode == 0
    assert texts(sandbox) == ["To all"]


@pytest.mark.long
def test_whom_meta_cannot_reach_is_left_out_until_they_write_or_a_month_is_over(serve, sandbox, tmp_path, opened):
    write_bot(tmp_path, sandbox, 'send_text(state.data.psid, "Hello")\n')
    sandbox.person(PSID).blocks()
    server = serve()
    assert server.post(message()) == 200
    server.wait_for("hook: failed")
    wait_for_stop(opened)
    (stop,) = opened.people.stopped()
    assert (stop.page, stop.psid, stop.kind) == (PAGE, PSID, "unavailable")
    opened.database.run("UPDATE service_stops SET since = since - 31 * 86400")
    assert opened.people.is_stopped(PAGE, PSID) is False
    opened.database.run("UPDATE service_stops SET since = since + 31 * 86400")
    sandbox.person(PSID).unblocks()
    assert server.post(message(text="Again")) == 200
    server.wait_for("hook: succeeded")
    server.stop()
    assert opened.people.stopped() == []


def wait_for_stop(store):
    wait_until(lambda: store.people.is_stopped(PAGE, PSID))


def test_a_block_replaces_no_word_of_the_person(store):
    from adaptor.service.inbox.facts import events_in

    def said(text, mid, **changes):
        from dataclasses import replace

        (event,) = events_in({"object": "page", "entry": [{"id": PAGE, "messaging": [message(text=text, mid=mid)]}]})
        return [(replace(event, **changes), [])]

    store.events.store(said("Stop", "a", stops=True))
    store.people.block_unavailable("no run")
    store.events.store(said("A question", "b"))
    assert [stop.kind for stop in store.people.stopped()] == ["messages"]
    store.people.stop(PAGE, PSID)
    store.events.store(said("Start", "c", stops=False))
    assert store.people.stopped() == []
