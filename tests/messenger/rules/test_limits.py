"""Every limit at its edge: what Meta takes goes out, one more or one less is refused before anything does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from adaptor import (
    InvalidMessage,
    button_template,
    coupon_template,
    customer_feedback_template,
    customer_information_template,
    element,
    feedback_question,
    generic_template,
    grid_image,
    image_grid_template,
    post_message,
    postback_button,
    product_template,
    quick_reply,
    receipt_element,
    receipt_template,
    send_message,
    send_template,
    send_text,
    state,
    url_button,
)
from adaptor.messenger.rules.limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"
PRIVACY = "https://example.org/privacy"
BUTTON = {"type": "postback", "title": "Yes", "payload": "YES"}
IMAGE = {"type": "image", "payload": {"url": "https://example.org/a.png"}}
MEDIUM = {"media_type": "image", "attachment_id": "1"}
QUESTION = feedback_question("visit", "csat")
PICTURES = [grid_image("https://example.org/a.png")] * 2


class Edge(NamedTuple):
    """One limit: how a message with `value` in that place is built, and the most and least that are taken."""

    limit: str
    #: The place that an error names when the part is built.
    field: str
    most: int
    build: Callable[[Any], Any]
    #: What there may be `most` of.
    many: Callable[[int], Any] = "x".__mul__
    #: The place in the whole message, where it is another one.
    there: str | None = None
    least: int | None = None


def replies(count: int) -> list[Any]:
    return [quick_reply(f"Choice {number}", "C") for number in range(count)]


def buttons(count: int) -> list[Any]:
    return [postback_button(f"Choice {number}", "C") for number in range(count)]


def elements(count: int) -> list[Any]:
    return [element(f"Doctor {number}", subtitle="At 9") for number in range(count)]


def copies(item: Any) -> Callable[[int], list[Any]]:
    return lambda count: [item] * count


def sent_with(template: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: send_template(ANA, template(value))


def feedback(title: Any = "How was it?", question: Any = QUESTION, **more: Any) -> Any:
    return customer_feedback_template(title, question, privacy_url=PRIVACY, **more)


def raw_feedback(screens: Any) -> Any:
    payload = {"template_type": "customer_feedback", "title": "How was it?", "feedback_screens": screens}
    return {**payload, "business_privacy": {"url": PRIVACY}}


def receipt(items: Any) -> Any:
    return receipt_template("Ana", "1", currency="USD", payment_method="Visa", total_cost=1, elements=items)


_QUESTION = "feedback_screens[0].questions[0]"
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
        copies(IMAGE),
    ),
    Edge("quick_replies", "quick_replies", 13, lambda given: send_text(ANA, "hi", quick_replies=given), replies),
    Edge(
        "quick_replies",
        "quick_replies",
        13,
        lambda given: send_message(ANA, {"text": "hi", "quick_replies": given}),
        replies,
    ),
    Edge(
        "quick_reply.title",
        "quick_reply.title",
        20,
        lambda text: send_text(ANA, "hi", quick_replies=[quick_reply(text, "P")]),
        there="quick_replies[0].title",
    ),
    Edge(
        "quick_reply.payload",
        "quick_reply.payload",
        1000,
        lambda text: send_text(ANA, "hi", quick_replies=[quick_reply("No"), quick_reply("Yes", text)]),
        there="quick_replies[1].payload",
    ),
    Edge("buttons", "buttons", 3, sent_with(lambda given: button_template("Well?", given)), buttons),
    Edge(
        "buttons",
        "buttons",
        3,
        sent_with(lambda given: {"template_type": "button", "text": "Well?", "buttons": given}),
        buttons,
    ),
    Edge(
        "buttons",
        "element.buttons",
        3,
        sent_with(lambda given: generic_template([*elements(2), element("A", buttons=given)])),
        buttons,
        there="elements[2].buttons",
    ),
    Edge(
        "button.title",
        "button.title",
        20,
        sent_with(lambda text: button_template("Well?", [postback_button(text, "P")])),
        there="buttons[0].title",
    ),
    Edge(
        "button.title",
        "button.title",
        20,
        sent_with(lambda text: button_template("Well?", [BUTTON, url_button(text, "https://example.org")])),
        there="buttons[1].title",
    ),
    Edge(
        "button.payload",
        "button.payload",
        1000,
        sent_with(lambda text: button_template("Well?", [postback_button("Yes", text)])),
        there="buttons[0].payload",
    ),
    Edge("button_template.text", "text", 640, sent_with(lambda text: button_template(text, [BUTTON]))),
    Edge("elements", "elements", 10, sent_with(generic_template), elements),
    Edge(
        "element.title",
        "element.title",
        80,
        sent_with(lambda text: generic_template([element(text, subtitle="At 9")])),
        there="elements[0].title",
    ),
    Edge(
        "element.subtitle",
        "element.subtitle",
        80,
        sent_with(lambda text: generic_template([element("Doctor", subtitle=text)])),
        there="elements[0].subtitle",
    ),
    Edge(
        "media.elements",
        "elements",
        1,
        sent_with(lambda given: {"template_type": "media", "elements": given}),
        copies(MEDIUM),
    ),
    Edge("receipt.elements", "elements", 100, sent_with(receipt), copies(receipt_element("Shirt", 1))),
    Edge("product.elements", "elements", 10, sent_with(product_template), copies("4085237698222")),
    Edge("coupon.title", "title", 80, sent_with(lambda text: coupon_template(text, "TEN"))),
    Edge("coupon.subtitle", "subtitle", 80, sent_with(lambda text: coupon_template("10%", "TEN", subtitle=text))),
    Edge("feedback.title", "title", 65, sent_with(lambda text: feedback(text))),
    Edge("feedback.subtitle", "subtitle", 80, sent_with(lambda text: feedback(subtitle=text))),
    Edge("feedback.button_title", "button_title", 20, sent_with(lambda text: feedback(button_title=text))),
    Edge("feedback_screens", "feedback_screens", 1, sent_with(raw_feedback), copies({"questions": [QUESTION]})),
    Edge(
        "questions",
        "feedback_screens[0].questions",
        1,
        sent_with(lambda given: raw_feedback([{"questions": given}])),
        copies(QUESTION),
    ),
    Edge(
        "question.id",
        "question.id",
        80,
        sent_with(lambda text: feedback(question=feedback_question(text, "csat"))),
        there=f"{_QUESTION}.id",
    ),
    Edge(
        "question.title",
        "question.title",
        85,
        sent_with(lambda text: feedback(question=feedback_question("visit", "csat", text))),
        there=f"{_QUESTION}.title",
        least=5,
    ),
    Edge(
        "question.placeholder",
        "question.follow_up.placeholder",
        65,
        sent_with(lambda text: feedback(question=feedback_question("visit", "csat", follow_up=text))),
        there=f"{_QUESTION}.follow_up.placeholder",
    ),
    Edge("expires_in_days", "expires_in_days", 7, sent_with(lambda days: feedback(expires_in_days=days)), int, least=1),
    Edge(
        "expires_in_days",
        "expires_in_days",
        7,
        sent_with(lambda days: customer_information_template(privacy_url=PRIVACY, expires_in_days=days)),
        int,
        least=1,
    ),
    Edge(
        "image_grid.elements",
        "elements",
        1,
        sent_with(lambda given: {"template_type": "image_grid", "elements": given}),
        copies({"images": PICTURES}),
    ),
    Edge(
        "image_grid.images",
        "elements[0].images",
        6,
        sent_with(image_grid_template),
        copies(grid_image("https://example.org/a.png")),
        least=2,
    ),
    Edge(
        "image_grid.title", "elements[0].title", 45, sent_with(lambda text: image_grid_template(PICTURES, title=text))
    ),
    Edge(
        "image_grid.subtitle",
        "elements[0].subtitle",
        80,
        sent_with(lambda text: image_grid_template(PICTURES, subtitle=text)),
    ),
]
NAMED = pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.limit}-{EDGES.index(edge)}")
LOW = pytest.mark.parametrize(
    "edge", [edge for edge in EDGES if edge.least], ids=lambda edge: f"{edge.limit}-{EDGES.index(edge)}"
)
LAZILY = pytest.mark.parametrize("lazily", [state.data.value, lambda s: s["data"]["value"]], ids=["ref", "function"])


def test_every_limit_of_a_message_is_tested_at_its_edge() -> None:
    # Those of the profile and of routing are tested in `test_edge_limits`.
    others = ("/reference/messenger-profile-api/", "/persistent-menu", "/conversation-routing")
    of_messages = {name for name, limit in LIMITS.items() if not any(page in limit.source for page in others)}
    assert {edge.limit for edge in EDGES} == of_messages
    assert {edge.limit for edge in EDGES if edge.least} >= {
        name for name, limit in LIMITS.items() if limit.least > 1 or limit.unit == "days"
    }


def test_every_limit_says_where_it_is_from() -> None:
    assert all(limit.source.startswith("https://developers.facebook.com/") for limit in LIMITS.values())


@NAMED
def test_as_much_as_meta_takes_is_sent(sent: Any, edge: Edge) -> None:
    sent(edge.build(edge.many(edge.most)))
    sent(edge.build(state.data.value), {"value": edge.many(edge.most)})


@LOW
def test_as_little_as_meta_takes_is_sent(sent: Any, edge: Edge) -> None:
    sent(edge.build(edge.many(edge.least or 0)))
    sent(edge.build(state.data.value), {"value": edge.many(edge.least or 0)})


def says(error: InvalidMessage, field: str, limit: int, actual: int) -> None:
    assert error.details == {"field": field, "limit": limit, "actual": actual}
    assert f"{actual:,}" in str(error)
    assert f"{limit:,}" in str(error)
    assert (error.sent, error.about) == ("no", "row")
    assert error.fix


@NAMED
def test_one_more_is_refused_when_it_is_built(edge: Edge) -> None:
    with pytest.raises(InvalidMessage) as refused:
        edge.build(edge.many(edge.most + 1))
    says(refused.value, edge.field, edge.most, edge.most + 1)


@LOW
def test_one_less_is_refused_when_it_is_built(edge: Edge) -> None:
    least = edge.least or 0
    with pytest.raises(InvalidMessage) as refused:
        edge.build(edge.many(least - 1))
    says(refused.value, edge.field, least, least - 1)


@NAMED
@LAZILY
def test_one_more_that_is_known_only_when_it_runs_is_refused_before_the_wire(
    httpserver: HTTPServer, state_for: Any, run: Any, edge: Edge, lazily: Any
) -> None:
    operation = edge.build(lazily)
    with pytest.raises(InvalidMessage) as refused:
        operation(state_for(httpserver.url_for(""), data={"value": edge.many(edge.most + 1)}))
    says(refused.value, edge.there or edge.field, edge.most, edge.most + 1)
    assert refused.value.operation == operation.name
    assert httpserver.log == []
    assert run.outcomes["sent"] == run.outcomes["unknown"] == 0


@LOW
@LAZILY
def test_one_less_that_is_known_only_when_it_runs_is_refused_before_the_wire(
    httpserver: HTTPServer, state_for: Any, edge: Edge, lazily: Any
) -> None:
    least = edge.least or 0
    with pytest.raises(InvalidMessage) as refused:
        edge.build(lazily)(state_for(httpserver.url_for(""), data={"value": edge.many(least - 1)}))
    says(refused.value, edge.there or edge.field, least, least - 1)
    assert httpserver.log == []


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


def test_spaces_count() -> None:
    send_text(ANA, "hi", metadata=" " * 1000)
    for build in (lambda: send_text(ANA, "hi", metadata=" " * 1001), lambda: element("A", subtitle=" " * 81)):
        with pytest.raises(InvalidMessage, match="characters"):
            build()


def test_one_of_something_is_told_in_the_singular() -> None:
    with pytest.raises(InvalidMessage, match="has 1 image; Meta takes at least 2"):
        image_grid_template(PICTURES[:1])
    with pytest.raises(InvalidMessage, match="has 2 elements; Meta takes exactly 1"):
        send_template(ANA, {"template_type": "media", "elements": [MEDIUM, MEDIUM]})


@pytest.mark.parametrize("days", [3.5, True, "three", "", " 3", "3 days", [3], {"days": 3}, "٣", "9" * 5000])
def test_days_that_are_no_whole_number_are_refused(days: Any) -> None:
    with pytest.raises(InvalidMessage, match="must be a whole number of days") as refused:
        feedback(expires_in_days=days)
    assert refused.value.details == {"field": "expires_in_days"}


def test_the_text_of_a_whole_number_will_do(sent: Any) -> None:
    body = sent(send_template(ANA, feedback(expires_in_days=state.data.days)), {"days": "3"})
    assert body["message"]["attachment"]["payload"]["expires_in_days"] == "3"
