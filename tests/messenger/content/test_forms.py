from __future__ import annotations

from typing import Any

import pytest

from adaptor import customer_information_template, instant_form_template, send_template, state

PRIVACY = {"url": "https://example.org/privacy"}


def information(**fields: Any) -> dict[str, Any]:
    return {"template_type": "customer_information", "business_privacy": PRIVACY, **fields}


def test_the_builders_give_plain_dicts(sent: Any) -> None:
    assert (
        instant_form_template("77") == instant_form_template(77) == {"template_type": "instant_form", "form_id": "77"}
    )
    body = sent(send_template("1", instant_form_template(state.data.form)), {"form": 77})
    assert body["message"]["attachment"]["payload"]["form_id"] == "77"
    assert customer_information_template(privacy_url=PRIVACY["url"]) == information()
    assert customer_information_template(
        privacy_url=PRIVACY["url"],
        countries=["US", "CA"],
        expires_in_days=2,
        address_overrides=[{"street_2": {"required": False}}],
        contact_overrides=[{"email": {"required": True}}],
        purpose="SHIPPING",
    ) == information(
        countries=["US", "CA"],
        expires_in_days=2,
        address_overrides=[{"street_2": {"required": False}}],
        contact_overrides=[{"email": {"required": True}}],
        purpose="SHIPPING",
    )


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"template_type": "instant_form"}, "form_id"),
        ({"template_type": "instant_form", "form_id": " "}, "form_id"),
        ({"template_type": "instant_form", "form_id": [77]}, "form_id"),
        (information(business_privacy=None), "business_privacy"),
        (information(business_privacy={"url": ""}), "business_privacy.url"),
        (information(countries="US"), "countries"),
        (information(countries=["US", ""]), "countries[1]"),
        (information(countries=["US", None]), "countries[1]"),
        (information(purpose="MARKETING"), "purpose"),
    ],
)
def test_what_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


@pytest.mark.parametrize(
    "payload",
    [
        {"template_type": "instant_form", "form_id": "77", "glow": 1},
        {"template_type": "instant_form", "form_id": 77},
        information(),
        information(countries=[], purpose=None),
        information(countries=["US"], address_overrides={"any": "shape"}, glow="red"),
    ],
)
def test_the_rest_passes_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)
