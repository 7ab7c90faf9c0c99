import io
import json
import logging

import pytest
from hypothesis import given, settings, strategies as st

from adaptor.sandbox.edges.routes import _NOTIFYING_ROUTES, _ROUTES
from adaptor.sandbox.people.person import SimulatedPerson
from adaptor.sandbox.server.api import Api
from adaptor.sandbox.show.transcript import write_transcript
from adaptor.sandbox.simulation import Simulation
from adaptor.sandbox.state.clock import Clock
from adaptor.sandbox.state.objects import Label, Person, Persona, UtilityTemplate
from adaptor.sandbox.state.page_state import PageState
from tests.thorough import examples

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


# Every parameter that some call takes, with anything at all in it.
PARAMETERS = [
    *("fields", "limit", "after", "before", "psid", "user", "user_id", "recipient", "platform", "folder", "ids", "q"),
    *("name", "profile_picture_url", "page_label_name", "target_app_id", "metadata", "duration", "params", "actions"),
    *("user_ids", "subscribed_fields", "object", "callback_url", "verify_token", "input_token", "metric", "period"),
    *("since", "until", "language", "category", "components", "parameter_format", "status", "content", "message"),
    *("library_template_name", "library_template_button_inputs", "account_linking_token", "batch", "model", "n_best"),
    *("get_started", "greeting", "ice_breakers", "persistent_menu", "commands", "whitelisted_domains", "template_id"),
    *("account_linking_url", "description", "home_url", "title", "include_headers", "name_or_content", "nlp_enabled"),
]
FIELDS = st.sampled_from(
    ["id", "name,id", "messages{id,from}", "messages.limit(2){attachments}", "participants", "a{b"]
)
GIVEN = st.dictionaries(st.sampled_from(PARAMETERS), VALUES | FIELDS, max_size=8)
PARTS = st.lists(
    st.dictionaries(
        st.sampled_from(["method", "relative_url", "body", "name", "depends_on", "attached_files", "access_token"]),
        VALUES
        | st.sampled_from(["POST", "GET", "me", "me/messages", "{result=a:$.id}", "{result=a:$..x}", "a", "m=1"]),
    ),
    max_size=4,
)


def simulate():
    return Simulation(PageState(clock=Clock(), page_id="1", page_name="Page", access_token="t"))


def send(simulation, body):
    data = json.dumps(body).encode()
    return Api(simulation).answer("POST", "/v26.0/me/messages", "application/json", "Bearer t", io.BytesIO(data))


@pytest.fixture(autouse=True)
def _no_fault(caplog):
    caplog.set_level(logging.ERROR)
    yield
    assert caplog.text == ""


@settings(max_examples=examples(60))
@given(message=VALUES | TEMPLATES, others=st.dictionaries(st.sampled_from(TOP), VALUES, max_size=3))
def test_whatever_is_sent_is_accepted_or_refused_and_can_be_told(message, others):
    simulation = simulate()
    page = simulation.page
    answer = send(simulation, {"recipient": {"id": "5"}, "message": message, **others})
    assert answer.status in {200, 400}
    assert (answer.status == 200) == (page.refusals == [])
    write_transcript(page).encode("utf-8")


@given(st.text(), st.binary(), st.sampled_from(["", "application/json", "multipart/form-data; boundary=x", "a/b"]))
def test_whatever_the_bytes_are_there_is_an_answer(target, body, content_type):
    answer = Api(simulate()).answer("POST", f"/{target}", content_type, "Bearer t", io.BytesIO(body))
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["fbtrace_id"] == dict(answer.headers)["x-fb-request-id"]


def fill(simulation):
    """Give the Page one of everything, and the paths that lead to it."""
    page = simulation.page
    page.people["5"] = Person("5", "Ana")
    SimulatedPerson(page, simulation.webhooks, page.people["5"]).says("hi")
    send(simulation, {"recipient": {"id": "5"}, "message": {"text": "hi"}})
    page.personas["10"] = Persona("10", "P", URL)
    page.labels["11"] = Label("11", "L")
    template = UtilityTemplate("t", "en", "Hello {{1}}.")
    page.templates["t", "en"] = template
    message, conversation = next(iter(page.by_id)), next(iter(page.conversations))
    return {
        "page": "me",
        "person": "5",
        "persona": "10",
        "label": "11",
        "template": template.id,
        "message": message,
        "conversation": conversation,
        "app": "app",
        "user": "me",
        "sticker_pack": "sticker_packs/767226160000000",
    }


@pytest.mark.parametrize(("kind", "edge", "method"), [*_ROUTES, *_NOTIFYING_ROUTES])
@settings(max_examples=examples(25))
@given(given_=GIVEN)
def test_whatever_any_edge_is_asked_there_is_an_answer(kind, edge, method, given_):
    simulation = simulate()
    page = simulation.page
    name = fill(simulation).get(kind, kind)
    token = {"app": page.app_token, "user": page.user_token}.get(kind, "t")
    data = json.dumps(given_).encode()
    path = f"/v26.0/{name}/{edge}".rstrip("/")
    answer = Api(simulation).answer(method, path, "application/json", f"Bearer {token}", io.BytesIO(data))
    assert answer.status in {200, 400}
    json.loads(answer.body)
    # What was accepted can be read again.
    for there in ("me/conversations?fields=messages{message,attachments,reply_to,from}", "me/message_templates"):
        assert Api(simulation).answer("GET", f"/{there}", "", "Bearer t", io.BytesIO()).status == 200
    write_transcript(page)


@settings(max_examples=examples(60))
@given(parts=PARTS)
def test_whatever_a_batch_holds_every_part_is_answered(parts):
    simulation = simulate()
    data = json.dumps({"batch": parts}).encode()
    answer = Api(simulation).answer("POST", "/", "application/json", "Bearer t", io.BytesIO(data))
    found = json.loads(answer.body)
    if isinstance(found, dict):
        # What is no JSON (Infinity), or no batch, is refused as a whole.
        assert "error" in found
        return
    assert len(found) == len(parts)
    assert all(part is None or part["code"] in {200, 400} for part in found)
