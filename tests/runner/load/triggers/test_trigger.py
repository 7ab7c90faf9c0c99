"""Triggers of a workflow file: what they wait for, and what `check` says of them."""

import json

import pytest

from adaptor.runner.api import check
from adaptor.runner.load.triggers.trigger import Trigger

FACTS = {"event": "messages", "standby": False, "text": None, "payload": None, "quick_reply": None, "referral": None}


@pytest.fixture
def plan(tmp_path):
    """Check a workflow with these triggers."""

    def make(*triggers, **workflow):
        steps = [{"type": "webhook", "next": "a", **trigger} for trigger in triggers]
        file = tmp_path / "workflow.json"
        file.write_text(json.dumps({**workflow, "steps": [*steps, {"id": "a", "expression": "log(1)"}]}))
        return check(file)

    return make


def only(prepared):
    assert not prepared.problems, [str(problem) for problem in prepared.problems]
    return prepared.plan.steps["h"].trigger


def test_a_trigger_without_events_waits_for_messages_and_postbacks(plan):
    assert only(plan({"id": "h"})).events == ("messages", "messaging_postbacks")


def test_events_may_be_written_without_the_prefix_of_meta(plan):
    events = ["messages", "postbacks", "reads", "message_reactions", "standby", "handovers"]
    assert only(plan({"id": "h", "events": events})).events == (
        *("messages", "messaging_postbacks", "message_reads", "message_reactions", "standby", "messaging_handovers"),
    )


def test_a_disabled_trigger_waits_for_nothing(plan):
    assert only(plan({"id": "h", "enabled": False})) is None


@pytest.mark.long
@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ({"events": ["postback"]}, "Did you mean `postbacks`?"),
        ({"events": []}, "an empty list"),
        ({"events": [5]}, "not a text or a list of texts"),
        ({"filter": {"txt": "a"}}, "Did you mean `text`?"),
        ({"filter": {"text": "("}}, "no regular expression"),
        ({"filter": "hours"}, "`filter` is text"),
        ({"filter": {"payload": {"a": 1}}}, "`payload` is an object"),
    ],
)
def test_a_mistake_in_a_trigger_is_shown(plan, trigger, expected):
    (problem,) = plan({"id": "h", **trigger}).problems
    assert expected in f"{problem} {problem.fix}"


def test_a_step_with_a_script_takes_no_events(plan):
    (problem,) = plan({"id": "h", "expression": "log(1)", "events": "messages"}).problems
    assert "is no trigger" in str(problem)


def test_match_is_first_or_all(plan):
    assert plan({"id": "h"}).plan.match == "first"
    assert plan({"id": "h"}, match="all").plan.match == "all"
    assert "`match` cannot be `any`" in str(plan({"id": "h"}, match="any").problems[0])


def test_a_trigger_whose_events_an_earlier_one_takes_is_warned_of(plan):
    two = {"id": "h"}, {"id": "late", "events": "messages", "filter": {"payload": "A"}}
    assert ["`late` never starts" in str(each) for each in plan(*two).warnings] == [True]
    assert plan(*two, match="all").warnings == []
    assert plan(*reversed(two)).warnings == []


def test_steps_behind_a_second_trigger_are_reached(plan, tmp_path):
    assert plan({"id": "h", "filter": {"text": "x"}, "next": None}, {"id": "i"}).warnings == []


@pytest.mark.parametrize(
    ("filters", "facts", "fits"),
    [
        ({"text": ("open|hours",)}, {"text": "Your HOURS?"}, True),
        ({"text": ("^open$", "^shut$")}, {"text": "shut"}, True),
        ({"text": ("open",)}, {"text": None}, False),
        ({"payload": ("MOVE:*",)}, {"payload": "MOVE:17"}, True),
        ({"payload": ("MOVE:*",)}, {"payload": "move:17"}, False),
        ({"payload": ("A?[b]",)}, {"payload": "A?[b]"}, True),
        ({"payload": ("A?",)}, {"payload": "AB"}, False),
        ({"quick_reply": ("*",)}, {"quick_reply": None}, False),
        ({"referral": ("poster",)}, {"referral": {"ref": "poster"}}, True),
        ({"referral": ("poster",)}, {"referral": {}}, False),
        ({"text": ("a",), "payload": ("b",)}, {"text": "a", "payload": "c"}, False),
    ],
)
def test_all_filters_have_to_fit(filters, facts, fits):
    assert Trigger(("messages",), tuple(filters.items())).fits({**FACTS, **facts}) is fits


def test_an_event_on_standby_starts_only_who_waits_for_standby():
    message = {**FACTS, "standby": True}
    assert not Trigger().fits(message)
    assert Trigger(("standby",)).fits(message)
    assert not Trigger(("standby",)).fits(FACTS)


@pytest.mark.parametrize(
    ("one", "other", "covers"),
    [
        (Trigger(), Trigger(("messages",)), True),
        (Trigger(("messages",)), Trigger(), False),
        (Trigger(), Trigger(filters=(("text", ("a",)),)), True),
        (Trigger(filters=(("text", ("a",)),)), Trigger(), False),
        (Trigger(filters=(("text", ("a", "b")),)), Trigger(filters=(("text", ("b",)),)), True),
        (Trigger(filters=(("payload", ("M*",)),)), Trigger(filters=(("payload", ("MOVE:*",)),)), True),
        (Trigger(filters=(("payload", ("MOVE:*",)),)), Trigger(filters=(("payload", ("M*",)),)), False),
    ],
)
def test_a_trigger_covers_what_only_starts_with_it(one, other, covers):
    assert one.covers(other) is covers


def test_the_triggers_of_an_openfn_project_take_events_too(tmp_path):
    file = tmp_path / "project.yaml"
    file.write_text(
        "name: p\nworkflows:\n  bot:\n    triggers:\n"
        "      hook: {type: webhook, events: [postbacks], filter: {payload: GO}, enabled: true}\n"
        "    jobs: {answer: {body: log(1)}}\n    edges: {e: {source_trigger: hook, target_job: answer}}\n"
    )
    prepared = check(file)
    assert not prepared.problems
    assert prepared.plan.steps["hook"].trigger == Trigger(("messaging_postbacks",), (("payload", ("GO",)),))


def test_a_cron_trigger_has_its_schedule_and_zone(plan):
    cron = {"type": "cron", "id": "h", "cron_expression": "0 9 * * 1-5", "timezone": "Africa/Nairobi"}
    prepared = plan(cron)
    assert not prepared.problems
    assert prepared.plan.steps["h"].schedule == ("0 9 * * 1-5", "Africa/Nairobi", "", "")
    assert plan({**cron, "enabled": False}).plan.steps["h"].schedule is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cron_expression": "0 9 * *"}, "it has 4 fields instead of 5"),
        ({"cron_expression": "61 9 * * *"}, "wrong minute"),
        ({"timezone": "Nairobi"}, "There is no time zone `Nairobi`"),
        ({"cron_expression": 5}, "`cron_expression` is a number"),
    ],
)
def test_a_mistake_in_a_schedule_is_shown(plan, changes, expected):
    (problem,) = plan({"type": "cron", "id": "h", "cron_expression": "0 9 * * *", **changes}).problems
    assert expected in str(problem)


FORM = {"feedback_screens": [{"screen_id": 0, "questions": {"stars": {"type": "csat", "payload": "5"}}}]}


@pytest.mark.parametrize(
    ("facts", "pattern", "fits"),
    [
        ({"event": "messaging_feedback", "messaging_feedback": FORM}, "stars=5", True),
        ({"event": "messaging_feedback", "messaging_feedback": FORM}, "stars=*", True),
        ({"event": "messaging_feedback", "messaging_feedback": FORM}, "stars=4", False),
        ({"event": "messaging_feedback", "messaging_feedback": {"feedback_screens": 5}}, "*", False),
        ({"event": "response_feedback", "response_feedback": {"feedback": "Bad response"}}, "Bad*", True),
        ({"event": "response_feedback", "response_feedback": {}}, "*", False),
    ],
)
def test_a_trigger_filters_by_what_was_chosen_in_a_feedback(facts, pattern, fits):
    trigger = Trigger(("messaging_feedback", "response_feedback"), (("feedback", (pattern,)),))
    assert trigger.fits({**FACTS, **facts}) is fits
