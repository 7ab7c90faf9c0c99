"""Of several configurations, the run of an event uses that of the event's Page."""

from adaptor.runner.load.credentials import Credentials
from adaptor.runner.load.workflows.plan import Plan, Step

NAMED = {
    "first": {"page_id": "10", "access_token": "T-first"},
    "second": {"page_id": "20", "access_token": "T-second"},
}


def _token(page, credential=None):
    plan = Plan("bot.json")
    step = Step("a")
    step.credential = credential
    plan.steps["a"] = step
    return Credentials(NAMED, NAMED).for_page(page).configuration(plan, step).get("access_token")


def test_a_step_that_names_none_uses_that_of_the_page():
    assert [_token("10"), _token("20")] == ["T-first", "T-second"]


def test_a_step_that_names_one_uses_it():
    assert _token("10", "second") == "T-second"


def test_a_page_that_none_has_changes_nothing():
    assert _token("99") is None
