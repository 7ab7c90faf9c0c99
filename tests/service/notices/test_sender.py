"""Notices reach an address or a command, are tried again, hold no secrets, and nothing of people unless allowed."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace

import pytest
from werkzeug import Response

from adaptor.ledger.leases.lease import Lease
from adaptor.runner.load.triggers.notices import NoticeTarget
from adaptor.service.notices.sender import RETRY_SECONDS, NoticeSender
from adaptor.service.store.page_pauses import TOKEN
from adaptor.service.store.records import CANCELLED, FAILED, SUCCEEDED, NewRun
from adaptor.service.triggers.project import Project

PERSON = "10/6543210987654321"
WHY = "InvalidMessage: the text “I am ill” is wrong."


class Sent:
    """A service's notices, and what was logged about them."""

    def __init__(self, store, **targets):
        self.store = store
        self.lines = []
        self.project = Project("/srv/clinic.yaml", (), notify=targets)
        self.sender = NoticeSender(store, lambda: self.project, None, lambda level, line: self.lines.append(line))

    def deliver(self):
        """Deliver what is due; return how many there were."""
        return self.sender.deliver_due()

    def fail(self, id_="r", status=FAILED, workflow="bot", project=""):
        """Let a run end."""
        self.store.runs.queue([NewRun(id_, workflow, "hook", "d", PERSON, {}, page="10", project=project)])
        lease = Lease(self.store.ledger.leases, "")
        (run,) = self.store.runs.claim(lease.id, 1)
        self.store.runs.end(run, status, 1, WHY)
        lease.close()


@pytest.fixture
def got(httpserver):
    """What was posted."""
    found = []

    def take(request):
        found.append(json.loads(request.data))
        return Response(status=204)

    httpserver.expect_request("/hook").respond_with_handler(take)
    return found


def test_a_notice_of_a_failed_run_holds_no_texts_and_no_people(store, httpserver, got):
    sent = Sent(store, bot=NoticeTarget(httpserver.url_for("/hook")))
    sent.fail()
    assert sent.deliver() == 1
    (notice,) = got
    assert notice.pop("at")
    assert notice == {
        "notice": "run_failed",
        "project": "clinic.yaml",
        "run": "r",
        "workflow": "bot",
        "trigger": "hook",
        "status": "failed",
        "exit_code": 1,
        "attempts": 1,
        "page": "10",
        "text": "clinic.yaml: the run r (bot: hook) has failed. See: adaptor runs show r",
    }
    assert (sent.deliver(), sent.lines) == (0, [])


def test_the_error_and_the_person_are_in_it_where_the_file_allows_it(store, httpserver, got):
    sent = Sent(store, bot=NoticeTarget(httpserver.url_for("/hook"), include=("error", "person")))
    sent.fail()
    sent.deliver()
    assert (got[0]["error"], got[0]["person"]) == (WHY, "6543210987654321")


def test_only_what_has_failed_for_good_is_a_notice(store, httpserver, got):
    sent = Sent(store, bot=NoticeTarget(httpserver.url_for("/hook")))
    sent.fail("well", SUCCEEDED)
    sent.fail("taken-back", CANCELLED)
    sent.fail("other", workflow="without-notices")
    sent.fail("again")
    store.runs.retry_ended("again")
    sent.deliver()
    assert got == []


def test_each_target_gets_the_notice_of_a_paused_page_once(store, httpserver, got):
    target = NoticeTarget(httpserver.url_for("/hook"))
    sent = Sent(store, bot=target, other=target, third=replace_include(target, "error"))
    store.pages.pause("10", TOKEN, "Meta answered: the session is over")
    store.pages.pause("10", TOKEN, "again")
    store.pages.resume("10")
    assert sent.deliver() == 2
    assert [(each["notice"], each["page"]) for each in got] == [("page_paused", "10")] * 2 + [
        ("page_resumed", "10")
    ] * 2
    store.pages.pause("10", TOKEN, "Meta answered: the session is over")
    sent.deliver()
    assert [each.get("error") for each in got[4:]] == [None, "Meta answered: the session is over"]
    assert got[4]["kind"] == "token"


def replace_include(target, *include):
    return target._replace(include=include)


def test_what_cannot_be_delivered_is_tried_again_and_then_given_up(store, httpserver):
    httpserver.expect_request("/hook").respond_with_data("no", status=500)
    secret = httpserver.url_for("/hook?key=a-secret-word")
    sent = Sent(store, bot=NoticeTarget(secret))
    sent.fail()
    for _ in RETRY_SECONDS:
        assert sent.deliver() == 1
        assert sent.deliver() == 0
        store.database.run("UPDATE service_notices SET due = 0")
    assert sent.deliver() == 1
    assert sent.lines[-1] == "A notice was not delivered: localhost answered 500. It is given up."
    store.database.run("UPDATE service_notices SET due = 0")
    assert sent.deliver() == 0
    assert "a-secret-word" not in str(sent.lines)


def test_a_command_reads_it_and_its_failure_is_said(store, tmp_path):
    script = tmp_path / "alert.sh"
    script.write_text(f'#!/bin/sh\ncat > {tmp_path}/notice.json\n[ "$1" = well ]\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    sent = Sent(store, bot=NoticeTarget(command=(str(script), "well")))
    sent.fail()
    assert (sent.deliver(), sent.lines) == (1, [])
    assert json.loads((tmp_path / "notice.json").read_text())["run"] == "r"
    sent.project = replace(sent.project, notify={"bot": NoticeTarget(command=(str(script),))})
    sent.fail("s")
    sent.deliver()
    assert sent.lines == [
        "A notice was not delivered: the command alert.sh ended with the exit code 1. It is tried again."
    ]


def test_an_address_is_taken_from_the_environment_and_a_dead_one_is_not_shown(store, httpserver, got, monkeypatch):
    sent = Sent(store, bot=NoticeTarget("$ALERTS"))
    sent.fail()
    sent.deliver()
    assert sent.lines == [
        "A notice was not delivered: the environment variable ALERTS holds no address. It is tried again."
    ]
    monkeypatch.setitem(os.environ, "ALERTS", "http://127.0.0.1:1/a-secret-word")
    store.database.run("UPDATE service_notices SET due = 0")
    sent.deliver()
    assert "ConnectionError at the address of the notices." in sent.lines[-1]
    assert "a-secret-word" not in str(sent.lines)
    monkeypatch.setitem(os.environ, "ALERTS", httpserver.url_for("/hook"))
    store.database.run("UPDATE service_notices SET due = 0")
    sent.deliver()
    assert [each["run"] for each in got] == ["r"]


@pytest.mark.long
def test_many_failures_at_once_are_one_notice(store, httpserver, got):
    sent = Sent(store, bot=NoticeTarget(httpserver.url_for("/hook"), include=("error", "person")))
    for number in range(30):
        sent.fail(f"r{number}")
    assert sent.deliver() == 30
    (notice,) = got
    assert (notice["notice"], notice["count"], len(notice["runs"])) == ("runs_failed", 30, 20)
    assert notice["text"] == "clinic.yaml: 30 runs of bot have failed. See: adaptor runs queue --status failed"
    assert "6543210987654321" not in str(notice)
    assert sent.deliver() == 0


def test_two_servers_deliver_a_notice_once(store, open_, httpserver, got):
    target = NoticeTarget(httpserver.url_for("/hook"))
    one, other = Sent(store, bot=target), Sent(open_(), bot=target)
    one.fail()
    assert sorted([one.deliver(), other.deliver()]) == [0, 1]
    assert len(got) == 1


def test_old_notices_that_nobody_has_fetched_are_dropped(store):
    sent = Sent(store)
    sent.fail()
    store.database.run("UPDATE service_notices SET created = created - 100000")
    assert sent.deliver() == 0
    assert store.database.run("SELECT count(*) FROM service_notices").fetchone()[0] == 0


def test_a_worker_delivers_what_no_server_has_taken_and_leaves_what_it_has_no_address_for(
    store, httpserver, got, monkeypatch
):
    sent = Sent(store, bot=NoticeTarget(httpserver.url_for("/hook")), other=NoticeTarget("$ALERTS_OF_THE_SERVER"))
    worker = NoticeSender(
        store, lambda: sent.project, None, lambda level, line: sent.lines.append(line), stands_in=True
    )
    sent.fail()
    sent.fail("s", workflow="other")
    assert worker.deliver_due() == 0
    store.database.run("UPDATE service_notices SET due = due - 60")
    assert worker.deliver_due() == 2
    assert [each["run"] for each in got] == ["r"]
    store.database.run("UPDATE service_notices SET due = 0")
    monkeypatch.setenv("ALERTS_OF_THE_SERVER", httpserver.url_for("/hook"))
    assert sent.deliver() == 1
    assert [each["run"] for each in got] == ["r", "s"]
    assert sent.lines == []


def test_a_server_without_a_target_leaves_notices_to_workers_that_have_one(store, httpserver, got):
    sent = Sent(store)
    server = NoticeSender(store, lambda: sent.project, None, lambda level, line: None, is_alone=False)
    without = NoticeSender(store, lambda: sent.project, None, lambda level, line: None, stands_in=True)
    target = NoticeTarget(httpserver.url_for("/hook"))
    worker = NoticeSender(store, lambda: sent.project, target, lambda level, line: None, stands_in=True)
    sent.fail()
    store.database.run("UPDATE service_notices SET due = due - 60")
    assert [server.deliver_due(), without.deliver_due(), worker.deliver_due()] == [0, 0, 1]
    assert [each["run"] for each in got] == ["r"]


def test_a_server_without_a_target_forgets_what_nobody_has_fetched_for_a_day(store):
    sent = Sent(store)
    server = NoticeSender(store, lambda: sent.project, None, lambda level, line: None, is_alone=False)
    sent.fail()
    store.database.run("UPDATE service_notices SET created = created - 100000")
    assert server.deliver_due() == 0
    assert store.database.run("SELECT count(*) FROM service_notices").fetchone()[0] == 0


def test_a_notice_about_a_run_of_another_file_is_left_to_its_service(store, httpserver, got):
    sent = Sent(store, bot=NoticeTarget(httpserver.url_for("/hook")))
    sent.project = replace(sent.project, name="clinic")
    sent.fail("r1", project="faq")
    assert sent.deliver() == 0
    sent.project = replace(sent.project, name="faq")
    assert sent.deliver() == 1
    assert [each["run"] for each in got] == ["r1"]
