"""A run for each moment that has come, once, and no two of a schedule at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adaptor.ledger.leases.lease import Lease
from adaptor.runner.load.triggers.trigger import Schedule
from adaptor.service.schedules.moments import latest_moment
from adaptor.service.schedules.scheduler import Scheduler
from adaptor.service.store.records import SUCCEEDED, NewRun
from adaptor.service.triggers.project import Clock, Project

BERLIN = "Europe/Berlin"


def at(text, zone=BERLIN, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


@pytest.mark.parametrize(
    ("expression", "after", "now", "moment"),
    [
        ("0 9 * * *", "2026-11-27T12:00", "2026-11-28T08:59:59", None),
        ("0 9 * * *", "2026-11-27T12:00", "2026-11-28T09:00:00", "2026-11-28T09:00:00+01:00"),
        ("0 9 * * *", "2026-11-28T09:00", "2026-11-28T23:00", None),
        ("0 9 * * *", "2026-11-20T12:00", "2026-11-28T23:00", "2026-11-28T09:00:00+01:00"),
        # The clocks are put forward from 2 to 3.
        ("30 2 * * *", "2026-03-28T12:00", "2026-03-29T12:00", "2026-03-29T03:00:00+02:00"),
        ("0 0 29 2 *", "2025-01-01T00:00", "2026-11-28T00:00", None),
    ],
)
def test_the_latest_moment_counts_by_the_clock_of_its_zone(expression, after, now, moment):
    found = latest_moment(Schedule(expression, BERLIN), at(after), at(now))
    assert (found and found.isoformat()) == moment


def test_a_moment_that_exists_twice_comes_once():
    schedule = Schedule("30 2 * * *", BERLIN)
    first = latest_moment(schedule, at("2026-10-24T12:00"), at("2026-10-25T02:30"))
    assert first.timestamp() == at("2026-10-25T02:30")
    assert latest_moment(schedule, first.timestamp(), at("2026-10-25T02:45", fold=1)) is None


@pytest.fixture
def scheduler(store):
    """A scheduler of a schedule of every minute, whose last moment was an hour ago."""
    clock = Clock("", "digest", "clock", Schedule("* * * * *"))
    made = Scheduler(store, lambda: Project("bot.yaml", (), (clock,)), lambda *line: None)
    made.queue_due()
    assert store.runs.newest() == []
    hour_ago(store, made)
    return made


def hour_ago(store, scheduler):
    store.database.run("UPDATE service_schedules SET served = served - 3600")
    scheduler._served.clear()


def end_all(store):
    lease = Lease(store.ledger.leases, "")
    for run in store.runs.claim(lease.id, 10):
        store.runs.end(run, SUCCEEDED, 0)
    lease.close()


def test_a_run_sends_as_the_page_that_its_trigger_names(store):
    clock = Clock("", "digest", "clock", Schedule("* * * * *", page="11"))
    scheduler = Scheduler(store, lambda: Project("bot.yaml", (), (clock,)), lambda *line: None)
    scheduler.queue_due()
    hour_ago(store, scheduler)
    scheduler.queue_due()
    (run,) = store.runs.newest()
    assert (run.page, run.names_page, run.input["data"]["page"]) == ("11", True, "11")


def test_missed_moments_start_one_run(store, scheduler):
    scheduler.queue_due()
    (run,) = store.runs.newest()
    assert (run.start, run.is_answer, run.input["data"]["event"]) == ("clock", False, "cron")
    moment = datetime.fromisoformat(run.input["data"]["moment"])
    assert timedelta(0) <= datetime.now(moment.tzinfo) - moment < timedelta(minutes=2)


def test_a_moment_waits_until_the_run_before_it_has_ended(store, scheduler):
    scheduler.queue_due()
    hour_ago(store, scheduler)
    scheduler.queue_due()
    assert len(store.runs.newest()) == 1
    end_all(store)
    scheduler.queue_due()
    assert len(store.runs.newest()) == 2


def test_of_two_servers_one_serves_the_moment(store, open_, scheduler):
    other = Scheduler(open_(), scheduler._project, lambda *line: None)
    # It has read the last moment before the first one serves the next.
    other._served.update({("", "", "clock"): store.schedules.served("", "", "clock")})
    scheduler.queue_due()
    end_all(store)
    other.queue_due()
    assert len(store.runs.newest()) == 1


def test_answers_are_run_first_and_others_are_limited(store):
    slow = [NewRun(f"s{number}", "", "clock", "d", f"schedule {number}", {}, is_answer=False) for number in range(3)]
    answers = [NewRun(f"a{number}", "", "hook", "d", f"10/{number}", {}) for number in range(2)]
    store.runs.queue([*slow, *answers])
    lease = Lease(store.ledger.leases, "")
    assert [run.id for run in store.runs.claim(lease.id, 3, 1)] == ["a0", "a1", "s0"]
    assert store.runs.claim(lease.id, 3, 0) == []
    assert [run.id for run in store.runs.claim(lease.id, 3)] == ["s1", "s2"]
    lease.close()


def test_two_files_with_schedules_of_one_name_serve_each_its_own(store, open_):
    clock = Clock("", "digest", "clock", Schedule("* * * * *"))
    files = [
        Scheduler(each, lambda name=name: Project(f"{name}.yaml", (), (clock,), name), lambda *line: None)
        for each, name in ((store, "a"), (open_(), "b"))
    ]
    for each in files:
        each.queue_due()
    for each in files:
        hour_ago(store, each)
    for each in files:
        each.queue_due()
        each.queue_due()
    assert sorted(run.project for run in store.runs.newest()) == ["a", "b"]
    store.schedules.keep_state("a", "", "clock", {"cursor": 1})
    assert store.schedules.state("b", "", "clock") == {}


def test_a_schedule_of_an_earlier_release_goes_on_with_the_first_file_that_has_it(store):
    store.schedules.served("", "", "clock")
    store.schedules.keep_state("", "", "clock", {"cursor": 1})
    store.database.run("UPDATE service_schedules SET served = 5")
    assert store.schedules.served("a", "", "clock") == 5
    assert store.schedules.state("a", "", "clock") == {"cursor": 1}
    assert store.schedules.served("b", "", "clock") > 5


def test_a_schedule_that_was_served_by_a_wrong_clock_goes_on_once_it_is_right(store, scheduler):
    store.database.run("UPDATE service_schedules SET served = served + 40000000")
    scheduler._served.clear()
    scheduler.queue_due()
    assert store.runs.newest() == []
    hour_ago(store, scheduler)
    scheduler.queue_due()
    assert len(store.runs.newest()) == 1
