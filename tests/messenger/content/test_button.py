from __future__ import annotations

from typing import Any

import pytest

YES = {"type": "postback", "title": "Yes", "payload": "Y"}


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"buttons": [YES]}, "text"),
        ({"text": "", "buttons": [YES]}, "text"),
        ({"text": None, "buttons": [YES]}, "text"),
        ({"text": 5, "buttons": [YES]}, "text"),
        ({"text": "Well?"}, "buttons"),
        ({"text": "Well?", "buttons": None}, "buttons"),
        ({"text": "Well?", "buttons": []}, "buttons"),
        ({"text": "Well?", "buttons": YES}, "buttons"),
    ],
)
def test_a_button_template_without_its_text_or_its_buttons_is_refused(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template({"template_type": "button", **payload}).details["field"] == field


def test_fields_of_tomorrow_pass_untouched(taken: Any) -> None:
    taken({"template_type": "button", "text": "Well?", "buttons": [YES] * 3, "sharable": True, "glow": {"red": 1}})
