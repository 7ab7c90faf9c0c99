"""What Meta would refuse of a utility template is refused when it is built, with the place."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, create_message_template, template_body, template_buttons, template_header
from adaptor.messenger.templates.rules import places_in

BODY = {"type": "BODY", "text": "We are closed today."}


def body(text: str, example: Any = None) -> dict[str, Any]:
    return {"type": "BODY", "text": text, **({} if example is None else {"example": example})}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Hello {{1}}, {{ 2 }} and {{1}}", ["1", "2"]),
        ("Hello {{name}}", ["name"]),
        ("Hello {name} {{}}", [""]),
        ("Hello", []),
    ],
)
def test_places_are_found(text: str, places: list[str]) -> None:
    assert places_in(text) == places


@pytest.mark.parametrize(
    ("components", "field", "words"),
    [
        ([], "components", "list"),
        ({"type": "BODY"}, "components", "list"),
        ([7], "components", "object"),
        ([{"type": "FOOTER", "text": "x"}], "components.type", "FOOTER"),
        ([{"text": "x"}], "components.type", "None"),
        ([{"type": "HEADER", "text": "x"}], "components", "no BODY"),
        ([BODY, BODY], "components", "2 of BODY"),
        ([{"type": "BODY"}], "body.text", "missing"),
        ([body(" ")], "body.text", "empty"),
        ([body("{{1}}, hello.", {"body_text": [["Ana"]]})], "body.text", "starts or ends"),
        ([body("Hello {{1}}", {"body_text": [["Ana"]]})], "body.text", "starts or ends"),
        ([body("Hello {{1}} ", {"body_text": [["Ana"]]})], "body.text", "starts or ends"),
        ([body("A {{1}} b {{3}} c.", {"body_text": [["x", "y"]]})], "body.text", "{{1}}, {{3}}"),
        ([body("A {{2}} b {{1}} c.", {"body_text": [["x", "y"]]})], "body.text", "{{2}}, {{1}}"),
        ([body("A {{1}} b {{name}} c.", {"body_text": [["x", "y"]]})], "body.text", "numbered and named"),
        ([body("A {{}} b.", {"body_text": [["x"]]})], "body.text", "without a name"),
        ([body("A {{1}} b.")], "body.text", "no examples"),
        ([body("A {{1}} b.", {})], "body.text", "no examples"),
        ([body("A {{1}} b {{2}} c.", {"body_text": [["x"]]})], "body.text", "2 parameters and 1 examples"),
        (
            [body("A {{name}} b.", {"body_text_named_params": [{"param_name": "other", "example": "x"}]})],
            "body.text",
            "no example for {{name}}",
        ),
        (
            [
                {"type": "HEADER", "text": "Order {{1}}", "example": {"header_text": ["7"]}},
                body("A {{name}} b.", {"body_text_named_params": [{"param_name": "name", "example": "x"}]}),
            ],
            "components",
            "numbered and named",
        ),
        ([BODY, {"type": "HEADER", "format": "VIDEO"}], "components.format", "VIDEO"),
        ([BODY, {"type": "HEADER", "format": "IMAGE"}], "components.example", "header_handle"),
        ([BODY, {"type": "BUTTONS"}], "buttons", "list"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "PHONE", "text": "x"}]}], "buttons.type", "PHONE"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "POSTBACK", "text": "x"}]}], "buttons.payload", "missing"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://a.b"}]}], "buttons.text", "missing"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "x"}]}], "buttons.url", "missing"),
        (
            [BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "x", "url": "https://a.b/{{1}}"}]}],
            "buttons.url",
            "no example",
        ),
    ],
)
def test_components_that_meta_would_refuse_are_refused(components: Any, field: str, words: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        create_message_template("name", "en", components)
    assert refused.value.details["field"] == field
    assert words in str(refused.value)
    assert refused.value.fix


@pytest.mark.parametrize(
    "component",
    [
        {"type": "body", "text": "We are closed today."},
        body("A {{name}} b.", {"body_text_named_params": [{"param_name": "name", "example": "x"}]}),
        body("A {{1}} b {{1}} c.", {"body_text": [["x"]]}),
        body("A {{1}} b.", {"body_text": ["x"]}),
        {**BODY, "something_new": True},
    ],
)
def test_components_that_meta_takes_pass(meta: Any, component: Any) -> None:
    sent = meta(create_message_template("name", "en", [component]), {"id": "1"})
    assert sent.body["components"] == [component]


@pytest.mark.parametrize(
    "build",
    [
        lambda: create_message_template("", "en", "Closed."),
        lambda: create_message_template("name", "", "Closed."),
        lambda: create_message_template("name", "en"),
        lambda: template_body("Hello {{1}}.", "Ana"),
        lambda: template_body("Hello {{1}}"),
        lambda: template_header(),
        lambda: template_header("Order", image_handle="4::aW"),
        lambda: template_header("Order {{1}}"),
        lambda: template_buttons([]),
    ],
)
def test_what_a_builder_is_given_is_checked_on_its_line(build: Any) -> None:
    with pytest.raises(InvalidMessage):
        build()
