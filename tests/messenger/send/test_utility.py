from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import InvalidMessage, send_utility, state

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"


def text(words: str, name: str | None = None) -> dict[str, str]:
    return {"type": "text", **({"parameter_name": name} if name else {}), "text": words}


def test_positional_parameters_are_a_list(sent: Any) -> None:
    assert sent(send_utility(ANA, "reminder", ["Ana", 9])) == {
        "recipient": {"id": ANA},
        "messaging_type": "UTILITY",
        "message": {
            "template": {
                "name": "reminder",
                "language": {"code": "en"},
                "components": [{"type": "body", "parameters": [text("Ana"), text("9")]}],
            }
        },
    }


def test_named_parameters_are_a_dict(sent: Any) -> None:
    template = sent(send_utility(ANA, "order", {"name": "Ana", "status": "ready"}, language="de"))["message"][
        "template"
    ]
    assert template["language"] == {"code": "de"}
    assert template["components"] == [{"type": "body", "parameters": [text("Ana", "name"), text("ready", "status")]}]


def test_header_body_and_buttons_come_in_this_order(sent: Any) -> None:
    buttons = [{"type": "POSTBACK", "payload": "T"}, {"type": "URL", "url": "https://example.org"}]
    operation = send_utility(ANA, "order", ("Ana",), buttons=buttons, header={"number": 7})
    assert sent(operation)["message"]["template"]["components"] == [
        {"type": "header", "parameters": [text("7", "number")]},
        {"type": "body", "parameters": [text("Ana")]},
        {"type": "buttons", "parameters": buttons},
    ]


def test_a_header_may_hold_a_picture(sent: Any) -> None:
    picture = {"type": "image", "image": {"link": "https://example.org/a.png"}}
    components = sent(send_utility(ANA, "order", header=[picture]))["message"]["template"]["components"]
    assert components == [{"type": "header", "parameters": [picture]}]


@pytest.mark.parametrize("nothing", [None, [], {}, ()])
def test_a_template_without_places_has_no_components(sent: Any, nothing: Any) -> None:
    operation = send_utility(ANA, "closed", nothing, header=nothing, buttons=nothing)
    assert sent(operation)["message"]["template"]["components"] == []


def test_options_stand_where_meta_wants_them(sent: Any) -> None:
    body = sent(send_utility(ANA, "closed", notification_type="NO_PUSH", persona_id="77", metadata="row 5"))
    assert (body["notification_type"], body["persona_id"]) == ("NO_PUSH", "77")
    assert body["message"]["metadata"] == "row 5"


DATA = {"psid": ANA, "name": "Ana", "day": "2026-11-24", "list": ["Ana", "Monday"], "number": 7, "template": "reminder"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([state.data.name, f"{state.data.day:%d %B}"], [text("Ana"), text("24 November")]),
        (state.data["list"], [text("Ana"), text("Monday")]),
        (lambda s: s["data"]["list"], [text("Ana"), text("Monday")]),
        ({"name": state.data.name, "n": state.data.number}, [text("Ana", "name"), text("7", "n")]),
        (lambda s: {"name": s["data"]["name"]}, [text("Ana", "name")]),
        ([lambda s: s["data"]["number"]], [text("7")]),
    ],
)
def test_parameters_may_be_lazy_at_any_depth(sent: Any, given: Any, expected: list[Any]) -> None:
    for place in ("body", "header"):
        operation = send_utility(
            state.data.psid,
            state.data.template,
            **({"parameters": given} if place == "body" else {"header": given}),
            buttons=[{"type": "POSTBACK", "payload": f"{state.data.number}"}],
        )
        template = sent(operation, DATA)["message"]["template"]
        assert template["name"] == "reminder"
        assert template["components"] == [
            {"type": place, "parameters": expected},
            {"type": "buttons", "parameters": [{"type": "POSTBACK", "payload": "7"}]},
        ]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ("Ana", "template.body"),
        (7, "template.body"),
        ([None], "template.body"),
        (["Ana", True], "template.body"),
        ([["Ana"]], "template.body"),
        ({"name": None}, "template.body"),
        ({"name": {"first": "Ana"}}, "template.body"),
        ([{"type": "text"}], "template.parameters"),
        ([{"type": "text", "text": None}], "template.parameters"),
    ],
)
def test_a_parameter_that_is_no_text_is_refused(
    httpserver: HTTPServer, state_for: Any, parameters: Any, field: str
) -> None:
    with pytest.raises(InvalidMessage) as refused:
        send_utility(ANA, "reminder", parameters)
    assert refused.value.details["field"] == field
    with pytest.raises(InvalidMessage) as refused:
        send_utility(ANA, "reminder", state.data.given)(state_for(httpserver.url_for(""), data={"given": parameters}))
    assert refused.value.details["field"] == field
    assert httpserver.log == []


@pytest.mark.parametrize(("name", "language"), [("", "en"), ("  ", "en"), (None, "en"), ("reminder", "")])
def test_a_template_needs_a_name_and_a_language(name: Any, language: str) -> None:
    with pytest.raises(InvalidMessage):
        send_utility(ANA, name, language=language)
