"""What holds for all builders and all arguments."""

from __future__ import annotations

import inspect
import json
from typing import Any

from hypothesis import given, settings, strategies as st

import adaptor
from adaptor import InvalidMessage
from adaptor.core.values.arguments import FunctionReference
from adaptor.messenger.content.buttons import check_button
from adaptor.messenger.content.quick_replies import check_quick_reply
from adaptor.messenger.content.templates import check_template
from adaptor.messenger.send.body_rules import check_message
from tests.thorough import examples

relaxed = settings(max_examples=examples(200))

CONTENT = [name for name, module in adaptor._MODULES.items() if module.startswith("messenger.content.")]
TEMPLATES = [name for name in CONTENT if name.endswith("_template")]
BUTTONS = [name for name in CONTENT if name.endswith("_button")]
QUICK_REPLIES = [name for name in CONTENT if name.startswith("quick_reply")]
KINDS = [
    "button",
    "generic",
    "media",
    "receipt",
    "product",
    "coupon",
    "customer_feedback",
    "image_grid",
    "instant_form",
    "customer_information",
]
PARTS = ["element", "receipt_element", "feedback_question", "grid_image"]

SITE = "https://example.org"


def later(state: Any) -> Any:
    return state["data"]["value"]


#: `state.data.value` would do, but for Hypothesis, which asks a value whether it prints itself.
LAZY = FunctionReference(later)
words = st.one_of(st.text(max_size=90), st.sampled_from(["", " ", SITE, "image", "csat", "USD", "77", "+15105551234"]))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 2000), st.floats(), words, st.just(LAZY), st.just("x" * 641)
)
keys = st.one_of(
    st.sampled_from(
        ["type", "title", "payload", "url", "id", "buttons", "images", "questions", "content_type", "default_action",
         "action", "text", "media_type", "attachment_id", "total_cost", "summary", "follow_up", "is_hero_image"]
    ),
    st.text(max_size=3),
)  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=10,
)

titles = st.text("abc é😊", min_size=1, max_size=20).filter(str.strip)
urls = st.sampled_from([SITE, "http://example.org/a", LAZY])
replies = st.builds(adaptor.quick_reply, titles, titles)
buttons = st.lists(
    st.one_of(
        st.builds(adaptor.postback_button, titles),
        st.builds(adaptor.url_button, titles, urls),
        st.just(adaptor.account_unlink_button()),
        st.just(LAZY),
    ),
    min_size=1,
    max_size=3,
)
numbers = st.one_of(st.integers(0, 500), st.sampled_from([12.5, "12.50", LAZY]))
#: What an argument of this name is likely to be; the rest are titles.
likely: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(["url", "image_url", "fallback_url", "order_url", "coupon_url", "privacy_url"], urls),
    **dict.fromkeys(["action", "default_action"], urls),
    **dict.fromkeys(["total_cost", "subtotal", "shipping_cost", "total_tax", "price", "quantity"], numbers),
    **dict.fromkeys(["sharable", "is_hero_image", "messenger_extensions"], st.booleans()),
    "address": st.just(LAZY),
    "address_overrides": st.just([{"street_2": {"required": False}}]),
    "adjustments": st.lists(st.builds(lambda name, amount: {"name": name, "amount": amount}, titles, numbers)),
    "buttons": buttons,
    "countries": st.lists(titles),
    "coupon_code": st.sampled_from(["TEN", 10, LAZY]),
    "currency": st.sampled_from(["USD", "EUR"]),
    "elements": st.lists(st.builds(adaptor.element, titles, subtitle=titles, buttons=buttons), min_size=1, max_size=10),
    "expires_in_days": st.integers(1, 7),
    "id_": st.just("visit"),
    "ids": st.lists(st.one_of(st.integers(1, 99), titles), min_size=1, max_size=10),
    "images": st.lists(st.builds(adaptor.grid_image, urls, action=urls), min_size=2, max_size=6),
    "media_type": st.sampled_from(["image", "video"]),
    "phone_number": st.sampled_from(["+15105551234", LAZY]),
    "purpose": st.just("SHIPPING"),
    "question": st.builds(adaptor.feedback_question, st.just("visit"), st.sampled_from(["csat", "nps"])),
    "score_label": st.just("neg_pos"),
    "score_option": st.sampled_from(["five_stars", "zero_to_ten"]),
    "timestamp": st.integers(0, 2 * 10**9),
    "type_": st.sampled_from(["csat", "nps", "free_form"]),
    "webview_height_ratio": st.sampled_from(["compact", "tall", "full"]),
    "webview_share_button": st.just("hide"),
}
likely_in = {
    ("receipt_template", "elements"): st.lists(st.builds(adaptor.receipt_element, titles, numbers), max_size=5),
    ("media_template", "url"): st.just("https://www.facebook.com/somebody/videos/1"),
}


@st.composite
def calls(draw: Any, names: list[str]) -> tuple[str, dict[str, Any]]:
    """A call of one of the builders: each argument left out, likely or anything."""
    name = draw(st.sampled_from(names))
    arguments = {}
    for key, parameter in inspect.signature(getattr(adaptor, name)).parameters.items():
        usual = likely_in.get((name, key), likely.get(key, titles))
        if parameter.default is inspect.Parameter.empty or draw(st.booleans()):
            arguments[key] = draw(usual if draw(st.integers(0, 7)) else anything)
    return name, arguments


def plain(value: Any) -> Any:
    """A copy that can be compared: lazy references are shown as they are written."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, str) else repr(value)


def judged(call: Any, *arguments: Any, **named: Any) -> tuple[Any, InvalidMessage | None]:
    """What a call gives and how it refuses; the arguments stay as they are."""
    before = plain([*arguments, named])
    result = refusal = None
    try:
        result = call(*arguments, **named)
    except InvalidMessage as refused:
        refusal = refused
    assert plain([*arguments, named]) == before
    if refusal is not None:
        assert refusal.details["field"]
        assert refusal.fix
        json.dumps(refusal.facts())
    return result, refusal


@relaxed
@given(calls(TEMPLATES))
def test_what_a_builder_of_templates_gives_passes_the_check_of_raw_payloads(call: Any) -> None:
    payload, refusal = judged(getattr(adaptor, call[0]), **call[1])
    if refusal is None:
        assert judged(check_template, payload) == (None, None)
        assert judged(check_message, {"attachment": {"type": "template", "payload": payload}}) == (None, None)


@relaxed
@given(calls([*BUTTONS, *QUICK_REPLIES]))
def test_what_the_other_builders_give_passes_the_check_of_raw_payloads(call: Any) -> None:
    part, refusal = judged(getattr(adaptor, call[0]), **call[1])
    if refusal is None:
        assert judged(check_button if call[0] in BUTTONS else check_quick_reply, part) == (None, None)


@relaxed
@given(calls(PARTS))
def test_a_part_of_a_template_is_built_or_refused(call: Any) -> None:
    part, refusal = judged(getattr(adaptor, call[0]), **call[1])
    assert isinstance(part, dict) is (refusal is None)


@relaxed
@given(st.sampled_from(KINDS), anything, st.dictionaries(keys, anything, max_size=6))
def test_any_payload_is_taken_or_refused_with_a_place(kind: str, whole: Any, fields: dict[str, Any]) -> None:
    judged(check_template, whole)
    judged(check_template, {**fields, "template_type": kind})


@relaxed
@given(anything)
def test_anything_is_taken_or_refused_as_a_button_or_a_quick_reply(value: Any) -> None:
    judged(check_button, value)
    judged(check_quick_reply, value)


@relaxed
@given(st.lists(replies, min_size=1, max_size=20))
def test_quick_replies_are_taken_up_to_thirteen(offered: list[Any]) -> None:
    _, refusal = judged(check_message, {"text": "Well?", "quick_replies": offered})
    assert (refusal is None) is (len(offered) <= 13)
