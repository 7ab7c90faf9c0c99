"""Recorded calls, made against the sandbox: what it answers has the shape of what was recorded."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from adaptor.sandbox.access import prove

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).parents[2].parent / "shared" / "cases" / "messenger.json"
if not FILE.is_file():
    pytest.skip("the recorded calls are kept outside this project and are not here", allow_module_level=True)
CASES = {case["id"]: case for case in json.loads(FILE.read_text(encoding="utf-8")) if not case.get("legacy")}

ANA, PAGE, APP = "6543210987654321", "102030405060708", "987654321"
URL = "https://example.org/a.png"
#: What the recorded calls leave for the reader to fill in.
PLACEHOLDERS = {
    **dict.fromkeys(("1QAZ2WSX", "USER_ID", "PSID", "{{page-scoped-id}}", "SOURCE_ID"), ANA),
    **dict.fromkeys(("<PATH_TO_ASSET>", "ASSET_URL", "PRIVACY-POLICY-URL"), URL),
    "<IS_REUSABLE?>": False,
    "<ATTACHMENT_ID>": "1601472827243653",
    "{id:PSID}": f"{{id:{ANA}}}",
    "APPLICATION_ID": APP,
    "CUSTOM-LABEL-NAME": "vip",
    "https://business.facebook.com/PAGE_NAME/videos/NUMERIC_ID": "https://business.facebook.com/a/videos/1",
}
#: Where we decide otherwise, and why.
DECIDED = {
    "mapi-send-api-sendmessage-can-call-messages-api-using-recipient-with-phone-": "sending to numbers is closed",
    "courier-response-doesn-t-contain-message-id": "no answer of Graph's; the faults can give an error in a 200",
    "fbm-del-get-started": "the test that it comes from records no answer",
    "pyfb-error-ppca": "reading another Page is not simulated",
}
#: Where a recording leaves fields out that others of the same call have, or has more than Graph gives today.
MAY_DIFFER = {
    "courier": {"recipient_id", "attachment_id"},
    "gem-err": {"error_subcode"},
    "mapi-getthreadowner": {"expiration"},
    "mapi-user-profile": {"name"},
    "mapi-page-messaging-insights-api-getinsights": {"values", "period", "title", "description", "id"},
    "docs-conversation-by-user": {"paging"},
    "docs-conversations": {"paging"},
    "docs-message-detail": {"name", "username", "email"},
    "pyfb-message": {"next"},
    "mapi-persona": {"next"},
}
#: The documentation prints the text "true" here; every other source has a boolean.
PRINTED = {"docs-subscribe"}


def fill(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: fill(item) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item) for item in value]
    return PLACEHOLDERS.get(value, value) if isinstance(value, str) else value


def shape(value: Any) -> Any:
    """Give the kinds of values, and of lists the kinds of their items."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


def fits(got: Any, recorded: Any, may_differ: set[str]) -> bool:
    """Say whether two shapes are alike."""
    if isinstance(got, dict) and isinstance(recorded, dict):
        same = got.keys() & recorded.keys()
        return (got.keys() ^ recorded.keys()) <= may_differ and all(
            fits(got[key], recorded[key], may_differ) for key in same
        )
    if isinstance(got, list) and isinstance(recorded, list):
        return len(got) == len(recorded) and all(map(fits, got, recorded, [may_differ] * len(got)))
    # Ids and times are numbers here and texts there.
    return bool(got == recorded) or {got, recorded} <= {"str", "int"}


@pytest.fixture
def house(visit: Callable[..., Any]) -> Any:
    """A Page that has everything that the recorded calls ask for."""
    caller = visit(
        page={"id": PAGE, "name": "Bot Demo"},
        app={"id": APP},
        apps=[{"id": "123456789", "name": "Composer"}],
        default_app=APP,
        app_secret="12345678",
        templates=[
            {
                "name": "jaspers_market_order_confirmation_update_us",
                "language": "en",
                "body": "Your order is {{1}}, thanks.",
                "buttons": [{"type": "POSTBACK", "text": "Details"}],
            },
            {
                "name": "jaspers_market_order_delivery_update_named_us",
                "language": "en",
                "header": "{{order_type}} Update",
                "body": "Order {{order_id}} for {{customer_name}} is on its way",
            },
        ],
    )
    caller.sandbox.add_person("1", first_name="Kevin", last_name="Durant", profile_pic=URL)
    return caller


def prepare(name: str, case: dict[str, Any], caller: Any) -> dict[str, Any]:
    """Bring about what a recorded call finds there; give what stands in its path."""
    world = caller.sandbox._world
    path = "/v26.0" + re.sub(r"^/v[\d.]+", "", case["path"])
    inside = {"PAGE_ID": PAGE, "/PSID": f"/{ANA}"}
    if case["method"] == "GET" and "messenger_profile" in path and case["response"]["data"]:
        world.profile.update(case["response"]["data"][0])
    if "persistent_menu" in str(case.get("body")):
        world.profile.setdefault("get_started", {"payload": "GO"})
    if "subscriptions" in path and case["method"] == "GET":
        caller.sandbox.subscribe("https://mycallback.com", fields=["messages"], handshake=False)
    if "label" in path and "LABEL-ID" in path:
        inside["CUSTOM-LABEL-ID"] = caller.request("POST", "/me/custom_labels", data={"page_label_name": "x"}).json()[
            "id"
        ]
    if name.startswith(("docs-conversation", "docs-message-detail", "docs-thread-owner", "mapi-getthreadowner")):
        first = caller.sandbox.person_writes(ANA, "Hi Kitty!")
        inside["MESSAGE_ID"] = caller.sandbox.person(ANA).says("again", reply_to=first)
    if name == "docs-utility-create":
        case["body"]["name"] = "a_new_name"
    if "personas" in path:
        for index in range(3):
            caller.request("POST", "/me/personas", json={"name": str(index), "profile_picture_url": URL})
        case["query"]["limit"] = "2"
    if name == "pyfb-conversations-ids":
        ids = []
        for psid in (ANA, "1"):
            caller.sandbox.person_writes(psid, "hehe")
            ids += [each["id"] for each in caller.get("/me/conversations", params={"user_id": psid}).json()["data"]]
        case["query"]["ids"] = ",".join(ids)
        case["response"] = dict(zip(ids, case["response"].values(), strict=True))
    if name == "pyfb-message":
        inside[case["path"].rpartition("/")[2]] = caller.sandbox.person(ANA).sends_photo(URL)
    for old, new in inside.items():
        path = path.replace(old, new)
    return {**case, "path": path}


def arrange(name: str, case: dict[str, Any], caller: Any) -> None:
    """Bring about the error that was recorded."""
    error = case["response"].get("error", {}) if isinstance(case["response"], dict) else {}
    if name == "wire-2500":
        del caller.session.headers["Authorization"]
    elif error.get("code") == 190:
        caller.session.headers["Authorization"] = "Bearer wrong"
    elif error.get("error_subcode") == 2018344:
        caller.sandbox._world.terms_accepted = False
    elif error.get("error_subcode") == 2018278:
        caller.sandbox.add_person(ANA, last_message_hours_ago=30)
    elif error and name != "docs-instant-form-error":
        caller.sandbox.faults.next(error["code"], subcode=error.get("error_subcode"))


def call(case: dict[str, Any], caller: Any, name: str) -> Any:
    query, body = fill(case["query"]), fill(case["body"])
    query = {key: value for key, value in query.items() if key not in ("access_token", "appsecret_proof")}
    if "appsecret_proof" in case["query"]:
        query["appsecret_proof"] = prove("12345678", caller.sandbox.access_token)
    headers = {}
    if "/subscriptions" in case["path"]:
        headers["Authorization"] = f"Bearer {caller.sandbox.app_token}"
    options: dict[str, Any] = {"params": query, "headers": headers}
    if isinstance(body, dict) and "_multipart" in body:
        fields = body["_multipart"]
        given = fields.pop("filedata")
        options["data"] = {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields.items()}
        options["files"] = {"filedata": (given["filename"], b"bytes", given["content_type"])}
    elif isinstance(body, dict):
        body.pop("access_token", None)
        if isinstance(body.get("batch"), list):
            for part in body["batch"]:
                part["body"] = part["body"].replace("1QAZ2WSX", ANA)
        options["json"] = body
    elif case["method"] == "POST" and case["path"].endswith("/messages"):
        options["json"] = {"recipient": {"id": ANA}, "message": {"text": "hi"}}
    return caller.request(case["method"], quote(case["path"], safe="/_-?=&."), **options)


@pytest.mark.parametrize("name", [name for name in CASES if name not in DECIDED])
def test_a_recorded_call_is_answered_in_the_recorded_shape(house, httpserver, name):
    case = json.loads(json.dumps(CASES[name]))
    if name.startswith("mapi-subscription-createsubscription"):
        httpserver.expect_request("/hook").respond_with_handler(_shake)
        case["body"]["callback_url"] = httpserver.url_for("/hook")
    case = prepare(name, case, house)
    arrange(name, case, house)
    response = call(case, house, name)
    if name not in PRINTED:
        allowed = set().union(*(keys for start, keys in MAY_DIFFER.items() if name.startswith(start)))
        assert fits(shape(response.json()), shape(case["response"]), allowed), response.text
    recorded, got = case["response"], response.json()
    if isinstance(recorded, dict) and "error" in recorded:
        for key in ("code", "error_subcode"):
            assert got["error"].get(key) == recorded["error"].get(key)
        if case["kind"] == "wire-log":
            words = fill(recorded["error"]["message"])
            assert got["error"]["message"] == words
            assert got["error"]["type"] == recorded["error"]["type"]
    else:
        assert response.status_code == 200


def _shake(request: Any) -> Any:
    from werkzeug import Response

    return Response(request.args["hub.challenge"])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["kind"] == "official-sample"])
def test_an_official_sample_is_answered_byte_for_byte_but_for_ids(house, name):
    case = CASES[name]
    response = call(prepare(name, json.loads(json.dumps(case)), house), house, name)
    expected = json.dumps(case["response"], separators=(",", ":")).replace("/", "\\/")

    def blank(text: str) -> str:
        return re.sub(r'"(m_)?[A-Za-z0-9_-]{15,}"', '"…"', text)

    assert blank(response.text) == blank(expected)
    assert len(response.content) == len(expected)
    for header in case["response_headers"]:
        if header != "date":
            assert header in response.headers, header
    assert response.headers["content-type"] == case["response_headers"]["content-type"]


def test_every_decision_is_about_a_case_that_there_is():
    assert set(DECIDED) <= set(CASES)
