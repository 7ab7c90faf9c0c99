"""What is served is read and checked as a whole, and an event starts the right workflows of it."""

import json

import pytest

from adaptor.core.errors import InputError
from adaptor.runner.load.credentials import Credentials
from adaptor.service.inbox.facts import events_in
from adaptor.service.triggers.project import load_project
from adaptor.service.triggers.runs import runs_for


def workflow(*triggers, **more):
    steps = [{"type": "webhook", "next": "a", **trigger} for trigger in triggers]
    return {"steps": [*steps, {"id": "a", "expression": "log(1)"}], **more}


@pytest.fixture
def load(tmp_path):
    def read(document, name="bot.json"):
        (tmp_path / name).write_text(document if isinstance(document, str) else json.dumps(document))
        return load_project(str(tmp_path / name), Credentials(is_lenient=True))

    return read


def event(**message):
    item = {"sender": {"id": "65"}, "timestamp": 1, "message": {"mid": "m", **message}}
    (found,) = events_in({"object": "page", "entry": [{"id": "10", "messaging": [item]}]})
    return found


TWO = ({"id": "hours", "filter": {"text": "open"}}, {"id": "rest"})


def started(project, **message):
    return [(run.workflow, run.start) for run in runs_for(project, event(**message), {})]


def test_the_first_trigger_that_fits_starts_a_run(load):
    project = load(workflow(*TWO))
    assert started(project, text="Open?") == [("", "hours")]
    assert started(project, text="Hi") == [("", "rest")]


def test_all_that_fit_start_a_run_where_the_file_says_so(load):
    assert started(load(workflow(*TWO, match="all")), text="Open?") == [("", "hours"), ("", "rest")]


def test_an_event_that_no_trigger_fits_starts_nothing(load):
    assert started(load(workflow({"id": "x", "events": "postbacks"})), text="Hi") == []


def test_a_project_serves_all_its_workflows_in_order(load):
    document = {"workflows": {"hours": workflow(TWO[0]), "rest": workflow(TWO[1])}}
    assert started(load(document), text="open") == [("hours", "hours")]
    assert started(load({**document, "match": "all"}), text="open") == [("hours", "hours"), ("rest", "rest")]


def test_a_workflow_that_an_earlier_one_covers_is_warned_of(load):
    document = {"workflows": {"rest": workflow(TWO[1]), "hours": workflow(TWO[0])}}
    assert ["`hours` is never started" in str(each) for each in load(document).warnings] == [True]


def test_a_workflow_whose_events_two_earlier_ones_take_is_warned_of(load):
    texts = workflow({"id": "texts", "events": ["messages"]})
    taps = workflow({"id": "taps", "events": ["postbacks"]})
    document = {"workflows": {"a": texts, "b": taps, "c": workflow({"id": "both"})}}
    (warning,) = load(document).warnings
    assert "`c` is never started by its trigger `both`: `a: texts`, `b: taps` before it take its events." in str(
        warning
    )
    assert load({**document, "match": "all"}).warnings == []


def test_each_workflow_of_a_project_has_its_own_quiet_hours_and_notices(load):
    night = {"from": "21:00", "to": "07:00", "timezone": "Africa/Nairobi"}
    one = workflow(TWO[0], quiet_hours=night, notify={"command": "alert"})
    project = load({"workflows": {"one": one, "two": workflow(TWO[1])}})
    assert list(project.quiet_hours) == list(project.notify) == ["one"]
    assert project.quiet_hours["one"].zone == "Africa/Nairobi"


def test_a_run_of_an_event_belongs_to_its_page(load):
    (run,) = runs_for(load(workflow({"id": "x"})), event(text="Hi"), {})
    assert run.page == "10"


def test_a_run_begins_with_the_facts_and_the_event_as_meta_sent_it(load):
    found = event(text="Hi")
    (run,) = runs_for(load(workflow({"id": "x"})), found, {"method": "POST"})
    assert run.input == {"data": found.facts, "request": {"method": "POST", "body": found.body}}
    assert run.person == "10/65"


def test_another_text_is_another_digest(load):
    one, other = load(workflow({"id": "x"})), load(workflow({"id": "x", "name": "X"}))
    assert one.entries[0].digest != other.entries[0].digest


@pytest.mark.parametrize(
    ("document", "name", "expected"),
    [
        ("log(1)\n", "bot.py", "is a job script"),
        ({"steps": [{"id": "a", "expression": "log(1)"}]}, "bot.json", "has a trigger"),
        ({"steps": [{"id": "h", "type": "webhook", "next": "b"}]}, "bot.json", "which does not exist"),
        ({"workflows": {"a": workflow({"id": "x"})}, "match": "any"}, "bot.json", "`match` cannot be `any`"),
    ],
)
def test_what_cannot_be_served_is_refused(load, document, name, expected):
    with pytest.raises(InputError, match=expected):
        load(document, name)
