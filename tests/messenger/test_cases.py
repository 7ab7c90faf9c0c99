"""Recorded calls, made by our operations: what goes out and what is made of the answer must be the same."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from adaptor import (
    AdaptorError,
    button_template,
    element,
    generic_template,
    post_message,
    postback_button,
    quick_reply,
    react,
    send_image,
    send_message,
    send_template,
    send_text,
    send_utility,
    unreact,
    url_button,
)
from adaptor.core.context import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

FILE = Path(__file__).parents[2].parent / "shared" / "cases" / "messenger.json"
if not FILE.is_file():
    pytest.skip("the recorded calls are kept outside this project and are not here", allow_module_level=True)
CASES = {case["id"]: case for case in json.loads(FILE.read_text(encoding="utf-8"))}

PAGE = "102030405060708"
CREDENTIALS = ("access_token", "appsecret_proof")
#: What the recorded calls leave for the reader to fill in, where our operations want the real thing.
PLACEHOLDERS = {
    "<PATH_TO_ASSET>": "https://example.org/a.png",
    "ASSET_URL": "https://example.org/a.png",
    "PRIVACY-POLICY-URL": "https://example.org/privacy",
}
PLACEHOLDERS_OF_FLAGS = {"<IS_REUSABLE?>": True}


# --- How a body is built from its parts ------------------------------------------------------------------------------


def options(body: dict[str, Any]) -> dict[str, Any]:
    """Everything beside recipient and message that the sends take; a call without a messaging_type says so."""
    taken = {key: body[key] for key in ("tag", "notification_type", "persona_id") if key in body}
    if "reply_to" in body:
        taken["reply_to"] = body["reply_to"]["mid"]
    return {"messaging_type": body.get("messaging_type"), **taken}


def replies(message: dict[str, Any]) -> dict[str, Any]:
    built = [
        quick_reply(reply["title"], reply["payload"], image_url=reply.get("image_url"))
        for reply in message.get("quick_replies", [])
    ]
    return {"quick_replies": built} if built else {}


def button(given: dict[str, Any]) -> dict[str, Any]:
    if given["type"] == "postback":
        return postback_button(given["title"], given["payload"])
    rest = {key: value for key, value in given.items() if key not in ("type", "title", "url")}
    return url_button(given["title"], given["url"], **rest)


def card(given: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in given.items() if key not in ("title", "buttons")}
    return element(given["title"], buttons=[button(each) for each in given["buttons"]], **rest)


def text(body: dict[str, Any]) -> Any:
    return send_text(body["recipient"], body["message"]["text"], **replies(body["message"]), **options(body))


def text_to_psid(body: dict[str, Any]) -> Any:
    return send_text(body["recipient"]["id"], body["message"]["text"], **replies(body["message"]), **options(body))


def image(body: dict[str, Any]) -> Any:
    payload = body["message"]["attachment"]["payload"]
    return send_image(body["recipient"]["id"], payload["url"], is_reusable=payload.get("is_reusable"), **options(body))


def buttons(body: dict[str, Any]) -> Any:
    payload = body["message"]["attachment"]["payload"]
    template = button_template(payload["text"], [button(each) for each in payload["buttons"]])
    return send_template(body["recipient"], template, **options(body))


def cards(body: dict[str, Any]) -> Any:
    payload = body["message"]["attachment"]["payload"]
    template = generic_template([card(each) for each in payload["elements"]])
    return send_template(body["recipient"]["id"], template, **options(body))


def template(body: dict[str, Any]) -> Any:
    return send_template(body["recipient"]["id"], body["message"]["attachment"]["payload"], **options(body))


def message(body: dict[str, Any]) -> Any:
    return send_message(body["recipient"]["id"], body["message"], **options(body))


def reaction(body: dict[str, Any]) -> Any:
    return react(body["recipient"]["id"], body["payload"]["message_id"], body["payload"]["reaction"])


def no_reaction(body: dict[str, Any]) -> Any:
    return unreact(body["recipient"]["id"], body["payload"]["message_id"])


def utility(body: dict[str, Any]) -> Any:
    sent = body["message"]["template"]
    given = {component["type"]: component["parameters"] for component in sent["components"]}

    def places(kind: str) -> Any:
        parameters = given.get(kind, [])
        if parameters and "parameter_name" in parameters[0]:
            return {parameter["parameter_name"]: parameter["text"] for parameter in parameters}
        return [parameter["text"] for parameter in parameters] or None

    return send_utility(
        body["recipient"]["id"],
        sent["name"],
        places("body"),
        header=places("header"),
        buttons=given.get("buttons"),
        language=sent["language"]["code"],
    )


def anything(body: Any) -> Any:
    """For the recorded answers whose call was not recorded."""
    return send_text("6543210987654321", "Hello")


class Row(NamedTuple):
    """One recorded call and how it is made with our operations."""

    case: str
    build: Callable[[Any], Any]
    #: The error that its answer gives: class, code, subcode, and what was sent.
    error: tuple[str, Any, int | None, str] | None = None
    #: What ours says beyond the recorded body.
    adds: dict[str, Any] = {}  # noqa: RUF012 - read only
    #: The secret of the app behind the recorded proof.
    app_secret: str | None = None


ROWS = [
    Row("mapi-sendgenerictemplate-should-call-messages-api-with-generic-template", cards),
    Row("mapi-send-api-sendrawbody-should-call-messages-api", text_to_psid),
    Row("mapi-send-api-sendmessage-can-call-messages-api-using-recipient-with-phone-", text),
    Row("mapi-send-api-sendmessage-can-call-messages-api-using-recipient-with-user-r", text),
    Row("mapi-send-api-sendmessage-can-call-messages-api-using-recipient-with-post-i", text),
    Row("mapi-send-api-sendmessage-should-attach-quick-replies-to-message", text_to_psid),
    Row("mapi-send-api-sendattachment-should-call-messages-api-with-attachment", image),
    Row("mapi-send-api-sendaudio-can-call-api-with-audio-attachment-id", message),
    Row(
        "mapi-appsecret-proof-should-add-appsecret-proof-to-requests-if-appsecret-ex",
        text_to_psid,
        app_secret="shhhhh!is.my.secret",
    ),
    Row("mapi-appsecret-proof-should-not-add-appsecret-proof-to-requests-if-skipapps", text_to_psid),
    Row("courier-text-only-broadcast-message", text_to_psid),
    Row("courier-message-that-exceeds-max-text-length-2", text_to_psid),
    Row("courier-text-image-attachment-and-quick-replies-2", text_to_psid),
    Row("courier-document-attachment", message),
    Row("courier-document-attachment-document-link", message),
    Row(
        "courier-response-doesn-t-contain-message-id",
        text_to_psid,
        error=("DeliveryUnknown", "DELIVERY_UNKNOWN", None, "unknown"),
    ),
    Row("fbm-send-text", text, app_secret="12345678"),
    Row("meta-postman-text-message", text_to_psid),
    Row("meta-postman-media-message-photo", image),
    Row("meta-postman-quick-replies", text_to_psid),
    Row("meta-postman-button-template", buttons),
    Row("meta-postman-generic-template", cards),
    Row("meta-postman-media-template", template),
    Row("gem-err-1200", text_to_psid, error=("TemporaryFailure", 1200, None, "unknown")),
    Row("gem-err-100-2018001", text_to_psid, error=("InvalidRequest", 100, 2018001, "no")),
    Row("gem-err-10-2018065", text_to_psid, error=("WindowClosed", 10, 2018065, "no")),
    Row("gem-err-230", text_to_psid, error=("PermissionMissing", 230, None, "no")),
    Row("cw-text", text_to_psid),
    Row("wire-10-2018278", anything, error=("WindowClosed", 10, 2018278, "no")),
    Row("wire-10-2018065", anything, error=("WindowClosed", 10, 2018065, "no")),
    Row("wire-1200-2018024", anything, error=("TemporaryFailure", 1200, 2018024, "unknown")),
    Row("wire-190-400", anything, error=("TokenInvalid", 190, None, "no")),
    Row("docs-text", text_to_psid),
    Row("docs-reply-to", text_to_psid),
    Row("docs-multi-image", message),
    Row("docs-sticker", message),
    Row("docs-react", reaction),
    Row("docs-unreact", no_reaction),
    Row("docs-save-on-send", image),
    Row("docs-private-reply-post", buttons),
    Row("docs-coupon", template),
    Row("docs-feedback", template),
    Row("docs-product", template),
    Row("docs-image-grid", template),
    Row("docs-media-url", template),
    Row("docs-instant-form-error", template, error=("InvalidRequest", 1, 2018382, "no")),
    Row("docs-customer-information", template),
    Row("docs-utility-send", utility),
    # The recorded call leaves the messaging_type out; ours always says what it is.
    Row("docs-utility-send-named", utility, adds={"messaging_type": "UTILITY"}),
    Row("docs-utility-send-named", message),
    Row("docs-thread-control-pass", post_message),
]

#: Calls that no operation of ours makes today, by method and edge.
NOT_YET = {
    "POST messages (multipart)": 2,
    "POST message_attachments": 2,
    "POST batch": 2,
    "GET messenger_profile": 5,
    "POST messenger_profile": 7,
    "DELETE messenger_profile": 4,
    "GET personas": 1,
    "GET insights": 4,
    "GET subscriptions": 2,
    "POST subscriptions": 1,
    "POST subscribed_apps": 2,
    "POST message_templates": 1,
    "GET custom_labels": 1,
    "POST custom_labels": 1,
    "POST label": 1,
    "GET conversations": 2,
    "GET thread_owner": 2,
    "GET secondary_receivers": 1,
    "POST pass_thread_control": 1,
    "POST take_thread_control": 1,
    "POST release_thread_control": 1,
    "POST extend_thread_control": 1,
    "GET (object)": 9,
    "POST activities": 1,
    "GET ids_for_apps": 1,
    "GET ids_for_pages": 1,
}


def plain_path(case: dict[str, Any]) -> str:
    """The path without its version."""
    return re.sub(r"^/v\d+\.\d+", "", case["path"]).rstrip("/")


def edge_of(case: dict[str, Any]) -> str:
    parts = plain_path(case).split("/")[1:]
    if isinstance(case["body"], dict) and "batch" in case["body"]:
        return f"{case['method']} batch"
    edge = parts[-1] if len(parts) > 1 else "(object)"
    multipart = isinstance(case["body"], dict) and "_multipart" in case["body"]
    return f"{case['method']} {edge}{' (multipart)' if multipart else ''}"


def filled_in(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: filled_in(item) for key, item in value.items()}
    if isinstance(value, list):
        return [filled_in(item) for item in value]
    if isinstance(value, str):
        return PLACEHOLDERS_OF_FLAGS.get(value, PLACEHOLDERS.get(value, value))
    return value


def test_every_recorded_call_is_made_or_counted() -> None:
    made = {row.case for row in ROWS}
    assert made <= set(CASES)
    assert Counter(edge_of(case) for name, case in CASES.items() if name not in made) == NOT_YET
    assert len(made) + sum(NOT_YET.values()) == len(CASES)


def test_every_send_is_among_the_calls_that_are_made() -> None:
    assert "POST messages" not in NOT_YET
    assert {edge_of(CASES[row.case]) for row in ROWS} == {"POST messages"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.case}-{row.build.__name__}")
def test_a_recorded_call(httpserver: HTTPServer, row: Row) -> None:
    case = CASES[row.case]
    body = filled_in(case["body"])
    httpserver.expect_request(re.compile(".*")).respond_with_json(
        case["response"], status=case["status"] or 400, headers=case.get("response_headers")
    )
    configuration = {
        "access_token": case["query"].get("access_token", "EAAG-the-token-of-the-tests").replace(" ", "-"),
        "base_url": httpserver.url_for(""),
        "page_id": PAGE if "PAGE_ID" in case["path"] else "me",
        "max_retries": 0,
        **({"app_secret": row.app_secret} if row.app_secret else {}),
    }
    state = {"data": {"before": True}, "references": [], "configuration": configuration}
    with Run() as run:
        result: Any
        try:
            result = row.build(body)(state)
        except AdaptorError as error:
            result = error

    ((request, _),) = httpserver.log
    query = request.args.to_dict()
    assert request.method == case["method"]
    assert request.path == "/v26.0" + plain_path(case).replace("PAGE_ID", PAGE)
    assert {key: value for key, value in query.items() if key not in CREDENTIALS} == {
        key: value for key, value in case["query"].items() if key not in CREDENTIALS
    }
    assert query.get("appsecret_proof") == case["query"].get("appsecret_proof")
    assert "access_token" not in query
    assert request.headers["Authorization"] == f"Bearer {configuration['access_token']}"
    if body is not None:
        assert json.loads(request.data) == {**body, **row.adds}

    if row.error is None:
        assert not isinstance(result, AdaptorError), result
        assert result["data"] == case["response"]
        assert result["references"] == [{"before": True}]
        assert result["response"]["status_code"] == case["status"]
        assert run.outcomes == {"sent": 1, "failed": 0, "unknown": 0, "described": 0}
    else:
        assert isinstance(result, AdaptorError), result
        facts = (type(result).__name__, result.code, getattr(result, "subcode", None), result.sent)
        assert facts == row.error
        assert run.outcomes["failed" if result.sent == "no" else "unknown"] == 1
