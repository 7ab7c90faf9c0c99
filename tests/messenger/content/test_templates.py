from __future__ import annotations

from typing import Any

import pytest

from adaptor import send_template, state
from adaptor.messenger.content.templates import DEAD_TEMPLATES, check_template


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (None, "template"),
        ("button", "template"),
        ([], "template"),
        ({}, "template_type"),
        ({"text": "Well?"}, "template_type"),
        ({"template_type": None}, "template_type"),
        ({"template_type": ""}, "template_type"),
        ({"template_type": 5}, "template_type"),
    ],
)
def test_what_is_no_template_is_refused(refused: Any, payload: Any, field: str) -> None:
    assert refused({"attachment": {"type": "template", "payload": payload}}).details["field"] == field


@pytest.mark.parametrize("kind", DEAD_TEMPLATES)
def test_a_template_that_meta_no_longer_has_is_refused_with_what_takes_its_place(
    refused_template: Any, kind: str
) -> None:
    error = refused_template({"template_type": kind, "elements": []})
    assert error.details == {"field": "template_type", "actual": kind}
    assert any(instead in error.fix for instead in ("generic_template(…)", "send_utility(…)"))


def test_the_dead_templates_are_those_that_are_gone_from_the_list_of_2026() -> None:
    assert set(DEAD_TEMPLATES) == {
        "list",
        "open_graph",
        "airline_boardingpass",
        "airline_checkin",
        "airline_itinerary",
        "airline_update",
        "one_time_notif_req",
    }


@pytest.mark.parametrize(
    "payload",
    [
        {"template_type": "of tomorrow", "rows": []},
        {"template_type": "notification_messages", "title": "News", "payload": "P"},
        {"template_type": "airline_of_tomorrow"},
    ],
)
def test_templates_that_are_not_ours_to_judge_pass_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)


def test_a_type_that_is_known_later_is_judged_then(sent: Any, state_for: Any) -> None:
    from adaptor import InvalidMessage

    operation = send_template("1", {"template_type": state.data.kind, "elements": [{"id": "1"}]})
    sent(operation, {"kind": "product"})
    with pytest.raises(InvalidMessage) as refused:
        operation(state_for("http://127.0.0.1:9", data={"kind": "generic"}))
    assert refused.value.details["field"] == "elements[0].title"


def test_what_is_still_lazy_is_left_alone() -> None:
    check_template(state.data.template)
    check_template({"template_type": state.data.kind})
    check_template({"template_type": "generic", "elements": state.data.elements})
