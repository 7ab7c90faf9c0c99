"""Every limit at its edge: what Meta takes goes out, one more is refused before anything does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from adaptor import (
    InvalidMessage,
    button_template,
    element,
    generic_template,
    post_message,
    postback_button,
    quick_reply,
    send_message,
    send_template,
    send_text,
    state,
    url_button,
)
from adaptor.messenger.limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"
BUTTON = {"type": "postback", "title": "Yes", "payload": "YES"}
IMAGE = {"type": "image", "payload": {"url": "https://example.org/a.png"}}


class Edge(NamedTuple):
    """One limit: how a message with `value` in that place is built, and the most that is taken."""

    limit: str
    field: str
    most: int
    build: Callable[[Any], Any]
    #: What there may be `most` of.
    many: Callable[[int], Any] = "x".__mul__


def replies(count: int) -> list[Any]:
    return [quick_reply(f"Choice {number}", "C") for number in range(count)]


def buttons(count: int) -> list[Any]:
    return [postback_button(f"Choice {number}", "C") for number in range(count)]


def elements(count: int) -> list[Any]:
    return [element(f"Doctor {number}", subtitle="At 9") for number in range(count)]


def in_template(payload: Any) -> Any:
    return send_template(ANA, payload)


EDGES = [
    Edge("text", "message.text", 2000, lambda text: send_text(ANA, text)),
    Edge("text", "message.text", 2000, lambda text: send_message(ANA, {"text": text})),
    Edge(
        "text", "message.text", 2000, lambda text: post_message({"recipient": {"id": ANA}, "message": {"text": text}})
    ),
    Edge("metadata", "message.metadata", 1000, lambda text: send_text(ANA, "hi", metadata=text)),
    Edge(
        "attachments",
        "message.attachments",
        30,
        lambda given: send_message(ANA, {"attachments": given}),
        lambda count: [IMAGE] * count,
    ),
    Edge(
        "quick_replies", "message.quick_replies", 13, lambda given: send_text(ANA, "hi", quick_replies=given), replies
    ),
    Edge(
        "quick_replies",
        "message.quick_replies",
        13,
        lambda given: send_message(ANA, {"text": "hi", "quick_replies": given}),
        replies,
    ),
    Edge(
        "quick_reply.title",
        "quick_reply.title",
        20,
        lambda text: send_text(ANA, "hi", quick_replies=[quick_reply(text, "P")]),
    ),
    Edge(
        "quick_reply.payload",
        "quick_reply.payload",
        1000,
        lambda text: send_text(ANA, "hi", quick_replies=[quick_reply("Yes", text)]),
    ),
    Edge("buttons", "buttons", 3, lambda given: in_template(button_template("Well?", given)), buttons),
    Edge(
        "buttons",
        "buttons",
        3,
        lambda given: in_template({"template_type": "button", "text": "Well?", "buttons": given}),
        buttons,
    ),
    Edge(
        "buttons",
        "element.buttons",
        3,
        lambda given: in_template(generic_template([element("A", buttons=given)])),
        buttons,
    ),
    Edge(
        "button.title",
        "button.title",
        20,
        lambda text: in_template(button_template("Well?", [postback_button(text, "P")])),
    ),
    Edge(
        "button.title",
        "button.title",
        20,
        lambda text: in_template(button_template("Well?", [url_button(text, "https://example.org")])),
    ),
    Edge(
        "button.payload",
        "button.payload",
        1000,
        lambda text: in_template(button_template("Well?", [postback_button("Yes", text)])),
    ),
    Edge(
        "button_template.text", "button_template.text", 640, lambda text: in_template(button_template(text, [BUTTON]))
    ),
    Edge("elements", "elements", 10, lambda given: in_template(generic_template(given)), elements),
    Edge(
        "element.title",
        "element.title",
        80,
        lambda text: in_template(generic_template([element(text, subtitle="At 9")])),
    ),
    Edge(
        "element.subtitle",
        "element.subtitle",
        80,
        lambda text: in_template(generic_template([element("Doctor", subtitle=text)])),
    ),
]
NAMED = pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.field}-{EDGES.index(edge)}")


def test_every_limit_of_a_message_is_tested_at_its_edge() -> None:
    # Those of the profile and of routing are tested in `test_edge_limits`.
    others = ("/reference/messenger-profile-api/", "/persistent-menu", "/conversation-routing")
    of_messages = {name for name, limit in LIMITS.items() if not any(page in limit.source for page in others)}
    assert {edge.limit for edge in EDGES} == of_messages


def test_every_limit_says_where_it_is_from() -> None:
    assert all(limit.source.startswith("https://developers.facebook.com/") for limit in LIMITS.values())


@NAMED
def test_as_much_as_meta_takes_is_sent(sent: Any, edge: Edge) -> None:
    sent(edge.build(edge.many(edge.most)))
    sent(edge.build(state.data.value), {"value": edge.many(edge.most)})


@NAMED
def test_one_more_is_refused_when_it_is_built(edge: Edge) -> None:
    with pytest.raises(InvalidMessage) as refused:
        edge.build(edge.many(edge.most + 1))
    assert refused.value.details == {"field": edge.field, "limit": edge.most, "actual": edge.most + 1}
    assert f"{edge.most + 1:,}" in str(refused.value)
    assert f"{edge.most:,}" in str(refused.value)
    assert (refused.value.sent, refused.value.about) == ("no", "row")
    assert refused.value.fix


@NAMED
@pytest.mark.parametrize("lazily", [state.data.value, lambda s: s["data"]["value"]], ids=["reference", "function"])
def test_one_more_that_is_known_only_when_it_runs_is_refused_before_the_wire(
    httpserver: HTTPServer, state_for: Any, run: Any, edge: Edge, lazily: Any
) -> None:
    operation = edge.build(lazily)
    with pytest.raises(InvalidMessage) as refused:
        operation(state_for(httpserver.url_for(""), data={"value": edge.many(edge.most + 1)}))
    assert refused.value.details == {"field": edge.field, "limit": edge.most, "actual": edge.most + 1}
    assert refused.value.operation == operation.name
    assert httpserver.log == []
    assert run.outcomes["sent"] == run.outcomes["unknown"] == 0


def test_an_f_string_is_measured_when_its_value_is_known(httpserver: HTTPServer, sent: Any, state_for: Any) -> None:
    operation = send_text(ANA, f"{state.data.value}!")
    assert sent(operation, {"value": "x" * 1999})["message"]["text"] == "x" * 1999 + "!"
    with pytest.raises(InvalidMessage) as refused:
        operation(state_for(httpserver.url_for(""), data={"value": "x" * 2000}))
    assert refused.value.details["actual"] == 2001
    assert len(httpserver.log) == 1


def test_characters_are_counted_as_code_points(sent: Any) -> None:
    assert sent(send_text(ANA, "😊" * 2000))["message"]["text"] == "😊" * 2000
    with pytest.raises(InvalidMessage) as refused:
        send_text(ANA, "é" * 2001)
    assert refused.value.details["actual"] == 2001
