"""Quiet hours and notices of a workflow file are read, and every mistake in them is shown."""

import json

import pytest

from adaptor.runner.api import check
from adaptor.runner.load.triggers.notices import NoticeTarget
from adaptor.runner.load.triggers.quiet_hours import QuietHours

NIGHT = {"from": "21:00", "to": "7:30", "timezone": "Africa/Nairobi"}


@pytest.fixture
def checked(tmp_path):
    """Check a workflow with more keys."""

    def make(steps=(), **more):
        first = {"id": "hook", "type": "webhook", "next": "a"}
        whole = {"steps": [first, *steps, {"id": "a", "expression": "log(1)"}], **more}
        (tmp_path / "bot.json").write_text(json.dumps(whole))
        return check(tmp_path / "bot.json")

    return make


def test_quiet_hours_and_notices_are_read(checked, tmp_path):
    notify = {"url": "$ALERTS_URL", "command": "./alert.sh 'to me'", "include": ["person", "error"]}
    prepared = checked(quiet_hours={**NIGHT, "people": "zones", "answers": True}, notify=notify)
    assert not prepared.problems
    assert prepared.plan.quiet_hours == QuietHours(1260, 450, "Africa/Nairobi", "zones", True)
    command = (str(tmp_path / "alert.sh"), "to me")
    assert prepared.plan.notify == NoticeTarget("$ALERTS_URL", command, ("error", "person"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"quiet_hour": NIGHT}, "Did you mean `quiet_hours`?"),
        ({"notfy": {"command": "a"}}, "Did you mean `notify`?"),
        ({"quiet_hours": {**NIGHT, "timezon": "UTC"}}, "Did you mean `timezone`?"),
        ({"quiet_hours": "21:00"}, "`quiet_hours` is text"),
        ({"quiet_hours": {"from": "21:00", "to": "7:30"}}, "does not say in which time zone"),
        ({"quiet_hours": {**NIGHT, "timezone": "Nairobi"}}, "no time zone `Nairobi`"),
        ({"quiet_hours": {**NIGHT, "to": "25:00"}}, "`to` is `25:00`, not a time of the day"),
        ({"quiet_hours": {**NIGHT, "from": 21}}, "`from` is `21`, not a time of the day"),
        ({"quiet_hours": {"to": "7:30", "timezone": "UTC"}}, "`from` is missing"),
        ({"quiet_hours": {**NIGHT, "to": "21:00"}}, "end when they begin"),
        ({"quiet_hours": {**NIGHT, "people": ""}}, None),
        ({"quiet_hours": {**NIGHT, "people": "a b\n"}}, "collection"),
        ({"notify": {}}, "says nothing of where notices go"),
        ({"notify": {"url": "alerts.example"}}, "`url` is no address"),
        ({"notify": {"command": "a 'b"}}, "`command` is no command"),
        ({"notify": {"command": "a", "include": ["text"]}}, "`include` cannot hold `text`"),
        ({"notify": {"command": "a", "includes": ["error"]}}, "Did you mean `include`?"),
    ],
)
def test_a_mistake_is_shown(checked, more, expected):
    problems = [f"{problem} {problem.fix}" for problem in checked(**more).problems]
    assert len(problems) == (expected is not None), problems
    assert expected is None or expected in problems[0]


CRON = {"id": "cron", "type": "cron", "cron_expression": "0 9 * * *", "next": "a"}


def test_a_cron_trigger_names_the_step_whose_state_its_runs_begin_with(checked):
    prepared = checked([{**CRON, "cron_cursor_job_id": "a"}])
    assert (prepared.problems, prepared.warnings) == ([], [])
    assert prepared.plan.steps["cron"].schedule.cursor == "a"
    (problem,) = checked([{**CRON, "cron_cursor_job_id": "aa"}]).problems
    assert "names `aa`, which does not exist" in str(problem)
    (warning,) = checked([{**CRON, "cron_cursor_job_id": "hook"}]).warnings
    assert "it never runs" in str(warning)


def test_triggers_that_start_nothing_are_found(checked):
    half = [{"id": "posts", "type": "webhook", "events": ["reads"], "next": "a"}]
    late = {"id": "late", "type": "webhook", "events": ["messages", "reads"], "filter": {"text": "x"}, "next": "a"}
    (warning,) = checked([*half, late]).warnings
    assert "`late` never starts anything: `hook` and `posts` come first" in str(warning)
    assert checked([*half, late], match="all").warnings == []
    (warning,) = checked([{**CRON, "id": "lonely", "next": None}]).warnings
    assert "`lonely` leads to no step" in str(warning)
