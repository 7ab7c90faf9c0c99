import io
import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptor.sandbox.api import Api
from adaptor.sandbox.clock import Clock
from adaptor.sandbox.transcript import write_transcript
from adaptor.sandbox.world import World

URL = "https://example.com"
# Words that the checks look for, mixed with anything at all, so that every branch meets every type.
WORDS = [
    "text",
    "image",
    "video",
    "file",
    "template",
    "button",
    "generic",
    "media",
    "receipt",
    "product",
    "coupon",
    "customer_feedback",
    "image_grid",
    "customer_information",
    "web_url",
    "postback",
    "phone_number",
    "account_link",
    "csat",
    "HUMAN_AGENT",
    "CUSTOMER_FEEDBACK",
    "MESSAGE_TAG",
    "UTILITY",
    "RESPONSE",
    "react",
    "typing_on",
    "EUR",
    "pass",
    "body",
]
KEYS = [
    "text",
    "attachment",
    "attachments",
    "type",
    "payload",
    "template_type",
    "elements",
    "buttons",
    "title",
    "subtitle",
    "url",
    "image_url",
    "images",
    "quick_replies",
    "content_type",
    "sticker_id",
    "template",
    "name",
    "language",
    "code",
    "components",
    "parameters",
    "metadata",
    "summary",
    "total_cost",
    "address",
    "default_action",
    "action",
    "feedback_screens",
    "questions",
    "id",
    "follow_up",
    "business_privacy",
    "countries",
    "expires_in_days",
    "attachment_id",
    "coupon_code",
    "recipient_name",
    "order_number",
    "payment_method",
    "currency",
    "is_reusable",
]
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*WORDS, URL, "", "9" * 20]) | st.text()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)
TOP = ("recipient", "message", "messaging_type", "tag", "sender_action", "payload", "reply_to", "thread_control")
ELEMENTS = st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6), max_size=3)
TEMPLATES = st.builds(
    lambda kind, fields, elements: {
        "attachment": {"type": "template", "payload": {**fields, "template_type": kind, **elements}}
    },
    st.sampled_from(WORDS),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8),
    st.dictionaries(st.sampled_from(["elements", "buttons", "feedback_screens"]), ELEMENTS),
)


def make_world():
    return World(clock=Clock(), page_id="1", page_name="Page", access_token="t")


def send(world, body):
    data = json.dumps(body).encode()
    return Api(world).answer("POST", "/v26.0/me/messages", "application/json", "Bearer t", io.BytesIO(data))


@pytest.fixture(autouse=True)
def _no_fault(caplog):
    caplog.set_level(logging.ERROR)
    yield
    assert caplog.text == ""


@settings(deadline=None, max_examples=60)
@given(message=VALUES | TEMPLATES, others=st.dictionaries(st.sampled_from(TOP), VALUES, max_size=3))
def test_whatever_is_sent_is_accepted_or_refused_and_can_be_told(message, others):
    world = make_world()
    answer = send(world, {"recipient": {"id": "5"}, "message": message, **others})
    assert answer.status in {200, 400}
    assert (answer.status == 200) == (world.refusals == [])
    write_transcript(world).encode("utf-8")


@settings(deadline=None)
@given(st.text(), st.binary(), st.sampled_from(["", "application/json", "multipart/form-data; boundary=x", "a/b"]))
def test_whatever_the_bytes_are_there_is_an_answer(target, body, content_type):
    answer = Api(make_world()).answer("POST", f"/{target}", content_type, "Bearer t", io.BytesIO(body))
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["fbtrace_id"] == dict(answer.headers)["x-fb-request-id"]
