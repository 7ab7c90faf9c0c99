"""Recorded calls, made by our operations: what goes out and what is made of the answer must be the same."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import pytest

from adaptor import (
    AdaptorError,
    assign_label,
    batch,
    button_template,
    create_label,
    create_message_template,
    create_subscription,
    delete_messenger_profile,
    element,
    extend_thread_control,
    generic_template,
    get_insights,
    get_message,
    get_messaging_feature_status,
    get_messenger_profile,
    get_page,
    get_thread_owner,
    get_user_profile,
    graph_request,
    ice_breaker,
    list_conversations,
    list_labels,
    list_personas,
    list_secondary_receivers,
    list_subscriptions,
    menu_item,
    pass_thread_control,
    post_message,
    postback_button,
    quick_reply,
    react,
    release_thread_control,
    send_file,
    send_image,
    send_message,
    send_template,
    send_text,
    send_utility,
    send_video,
    set_commands,
    set_get_started,
    set_greeting,
    set_ice_breakers,
    set_persistent_menu,
    set_whitelisted_domains,
    subscribe_app,
    take_thread_control,
    template_body,
    template_header,
    unreact,
    upload_attachment,
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


def film_or_file(body: dict[str, Any]) -> Any:
    """For the recorded uploads: a file is made of what stands for one in the record."""
    given = body["_multipart"]
    kind = given["message"]["attachment"]["type"]
    path = Path(tempfile.mkdtemp()) / ("film.mp4" if kind == "video" else "letter.pdf")
    path.write_bytes(b"content")
    send = {"video": send_video, "file": send_file}[kind]
    return send(given["recipient"]["id"], path, messaging_type=given["messaging_type"])


def together(body: dict[str, Any]) -> Any:
    (part,) = body["batch"]
    fields = dict(parse_qsl(part["body"]))
    message = send_text(
        json.loads(fields["recipient"])["id"],
        json.loads(fields["message"])["text"],
        messaging_type=fields["messaging_type"],
    )
    return batch(message, include_headers=body["include_headers"])


#: What the recorded batches give.
BATCHED = [{"outcome": "sent", "data": {"recipient_id": "1QAZ2WSX", "message_id": "mid.1489394984387:3dd22de509"}}]


def upload(body: dict[str, Any]) -> Any:
    attachment = body["message"]["attachment"]
    payload = attachment["payload"]
    return upload_attachment(attachment["type"], payload["url"], is_reusable=payload["is_reusable"])


def insights(case: str) -> Callable[[Any], Any]:
    query = CASES[case]["query"]
    given = {key: query.get(key) for key in ("period", "since", "until")}
    return lambda _: get_insights(query["metric"].split(","), **given)


def one_message(case: str) -> Callable[[Any], Any]:
    return lambda _: get_message(CASES[case]["path"].rpartition("/")[2], fields=CASES[case]["query"]["fields"])


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
    #: What `data` becomes, where that is not the body as it is.
    data: Any = ...
    #: Whose token the call travels with.
    access: str = "page"
    #: How many calls are made: a list whose recorded answer has a next page asks for it.
    calls: int = 1


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
    *(Row(case, film_or_file) for case in CASES if case.endswith(("can-call-api-with-file-stream",))),
    Row("mapi-send-api-sendbatch-call-messages-api-with-batch-requests", together, data=BATCHED),
    Row("mapi-send-api-sendbatch-support-the-includeheaders-option", together, data=BATCHED),
    Row("mapi-upload-api-uploadvideo-should-call-messages-api-to-upload-video", upload),
    Row("meta-postman-attachment-upload-photo", upload),
    # The profile.
    Row(
        "mapi-get-started-button-getgetstarted-should-respond-data-of-get-started",
        lambda _: get_messenger_profile("get_started"),
        data={"get_started": {"payload": "GET_STARTED"}},
    ),
    Row(
        "mapi-get-started-button-getgetstarted-should-respond-null-when-data-is-an-e",
        lambda _: get_messenger_profile("get_started"),
        data={},
    ),
    Row(
        "mapi-get-started-button-setgetstarted-should-respond-success-result", lambda _: set_get_started("GET_STARTED")
    ),
    Row(
        "mapi-get-started-button-deletegetstarted-should-respond-success-result",
        lambda _: delete_messenger_profile("get_started"),
    ),
    Row(
        "mapi-persistent-menu-getpersistentmenu-should-respond-null-when-data-is-an-",
        lambda _: get_messenger_profile("persistent_menu"),
        data={},
    ),
    Row(
        "mapi-persistent-menu-setpersistentmenu-should-respond-success-result",
        lambda _: set_persistent_menu(
            [
                menu_item("Restart Conversation", "RESTART"),
                menu_item("Powered by ALOHA.AI, Yoctol", url="https://www.yoctol.com/"),
            ],
            composer_input_disabled=False,
        ),
    ),
    Row(
        "mapi-persistent-menu-deletepersistentmenu-should-respond-success-result",
        lambda _: delete_messenger_profile("persistent_menu"),
    ),
    Row(
        "mapi-greeting-getgreeting-should-respond-null-when-data-is-an-empty-array",
        lambda _: get_messenger_profile("greeting"),
        data={},
    ),
    Row("mapi-greeting-setgreeting-should-respond-success-result", lambda _: set_greeting("Hello!")),
    Row(
        "mapi-greeting-setgreeting-should-respond-success-result-if-input-is-multi-l",
        lambda _: set_greeting({"default": "Hello!", "zh_TW": "哈囉！"}),
    ),
    Row(
        "mapi-ice-breakers-geticebreakers-should-respond-data-of-ice-breakers",
        lambda _: get_messenger_profile("ice_breakers"),
        data={
            "ice_breakers": [
                ice_breaker("Where are you located?", "LOCATION_POSTBACK_PAYLOAD"),
                ice_breaker("What are your hours?", "HOURS_POSTBACK_PAYLOAD"),
            ]
        },
    ),
    Row(
        "mapi-whitelisted-domains-setwhitelisteddomains-should-respond-success-resul",
        lambda _: set_whitelisted_domains("www.yoctol.com"),
    ),
    Row(
        "mapi-whitelisted-domains-deletewhitelisteddomains-should-respond-success-re",
        lambda _: delete_messenger_profile("whitelisted_domains"),
    ),
    Row("fbm-del-get-started", lambda _: delete_messenger_profile("get_started"), app_secret="12345678"),
    Row(
        "docs-ice-breakers",
        lambda _: set_ice_breakers(
            {
                "default": [
                    ice_breaker("Where are you located?", "LOCATION_POSTBACK_PAYLOAD"),
                    ice_breaker("What are your hours?", "HOURS_POSTBACK_PAYLOAD"),
                ],
                "en_GB": [ice_breaker("What are your hours?", "HOURS_POSTBACK_PAYLOAD")],
            }
        ),
    ),
    Row("docs-commands", lambda body: set_commands(body["commands"][0]["commands"])),
    # The Page, its app, its people.
    Row("mapi-page-info-getpageinfo-should-response-page-info", lambda _: get_page()),
    Row("wire-2500", lambda _: get_page(), error=("TokenInvalid", 2500, None, "no")),
    Row("pyfb-error-ppca", lambda _: get_page(), error=("InvalidRequest", 100, None, "no")),
    Row(
        "mapi-subscription-createsubscription-should-set-default-fields",
        lambda body: create_subscription(
            body["callback_url"], body["fields"].split(","), verify_token=body["verify_token"]
        ),
        access="app",
    ),
    Row(
        "mapi-subscription-getsubscriptions-should-get-current-subscriptions",
        lambda _: list_subscriptions(),
        access="app",
        data=CASES["mapi-subscription-getsubscriptions-should-get-current-subscriptions"]["response"]["data"],
    ),
    Row(
        "mapi-subscription-getpagesubscription-should-get-current-page-subscription",
        lambda _: list_subscriptions(),
        access="app",
        data=CASES["mapi-subscription-getpagesubscription-should-get-current-page-subscription"]["response"]["data"],
    ),
    Row("mapi-user-profile-getuserprofile-should-get-user-profile-with-default-field", lambda _: get_user_profile("1")),
    Row(
        "wire-2-transient",
        lambda _: get_user_profile("PSID", fields=None),
        error=("TemporaryFailure", 2, None, "no"),
    ),
    Row("wire-2-2018344", lambda _: list_labels(fields=None), error=("PermissionMissing", 2, 2018344, "no")),
    Row("docs-label-create", lambda _: create_label("CUSTOM-LABEL-NAME")),
    Row("docs-label-assign", lambda _: assign_label("PSID", "CUSTOM-LABEL-ID")),
    Row("docs-subscribe", lambda _: subscribe_app("messages")),
    # The peer gives the fields in a body, Meta documents them in the query.
    Row(
        "gem-subscribe-190",
        lambda body: graph_request("POST", "me/subscribed_apps", body={"subscribed_fields": body["subscribed_fields"]}),
        error=("TokenInvalid", 190, None, "no"),
    ),
    Row(
        "mapi-persona-api-getallpersonas-should-call-messenger-api-to-get-all-create",
        lambda _: list_personas(),
        # The recorded page is the answer to the second call too, and says that it is the last.
        data=2
        * CASES["mapi-persona-api-getallpersonas-should-call-messenger-api-to-get-all-create"]["response"]["data"],
        calls=2,
    ),
    # Insights.
    *(
        Row(case, insights(case), data=CASES[case]["response"]["data"])
        for case in CASES
        if case.startswith(("mapi-page-messaging-insights", "docs-insights"))
    ),
    # Routing.
    Row(
        "mapi-handover-protocol-api-passthreadcontrol-should-call-messages-api-to-pa",
        lambda body: pass_thread_control("1QAZ2WSX", 123456789, metadata=body["metadata"]),
    ),
    Row(
        "mapi-handover-protocol-api-takethreadcontrol-should-call-messages-api-to-ta",
        lambda body: take_thread_control("1QAZ2WSX", metadata=body["metadata"]),
    ),
    Row(
        "mapi-handover-protocol-api-getsecondaryreceivers-should-call-messages-api-t",
        lambda _: list_secondary_receivers(),
        data=[{"id": "12345678910", "name": "David's Composer"}, {"id": "23456789101", "name": "Messenger Rocks"}],
    ),
    Row(
        "mapi-getthreadowner-should-call-messages-api-to-get-thread-owner",
        lambda _: get_thread_owner("1QAZ2WSX"),
        data={"app_id": "12345678910"},
    ),
    Row(
        "docs-thread-owner",
        lambda _: get_thread_owner("PSID"),
        data={"app_id": "APP-ID", "expiration": "UNIX-TIMESTAMP"},
    ),
    Row(
        "docs-release-control",
        lambda _: release_thread_control("PSID", metadata="Information about the conversation"),
    ),
    Row("docs-extend-control", lambda _: extend_thread_control("PSID", 86400)),
    Row(
        "docs-feature-status",
        lambda _: get_messaging_feature_status(),
        data={"hop_v2": False, "msgr_multi_app": True, "ig_multi_app": False},
    ),
    # Conversations.
    Row(
        "docs-conversations",
        lambda _: list_conversations(),
        data=CASES["docs-conversations"]["response"]["data"],
    ),
    Row("docs-conversation-by-user", lambda _: list_conversations(user_id="PSID"), data=[{"id": "CONVERSATION-ID"}]),
    Row("docs-message-detail", one_message("docs-message-detail")),
    Row("pyfb-message", one_message("pyfb-message")),
    Row(
        "pyfb-conversations-ids",
        lambda _: graph_request(
            "GET", "", {key: CASES["pyfb-conversations-ids"]["query"][key] for key in ("ids", "fields")}
        ),
    ),
    Row(
        "docs-utility-create",
        lambda body: create_message_template(
            body["name"],
            "en",
            [
                template_header("{{order_type}} Update", {"order_type": "Order"}),
                template_body(body["components"][1]["text"], {"order_id": "566701", "customer_name": "John"}),
            ],
        ),
    ),
]

#: Recorded calls of what Meta has ended, or what is no matter of a Page's messages. Nothing of ours makes them.
LEGACY = {
    "mapi-event-logging-api-logcustomevents-should-call-api-to-log-events": "analytics of an app, not messages",
    "mapi-id-matching-getidsforapps-should-call-api-with-appsecret-proof": "ids at other apps, by graph_request",
    "mapi-id-matching-getidsforpages-should-call-api-with-appsecret-proof": "ids at other Pages, by graph_request",
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


def test_every_recorded_call_is_made_by_an_operation_or_is_legacy() -> None:
    made = {row.case for row in ROWS}
    assert made <= set(CASES)
    assert {name for name, case in CASES.items() if case.get("legacy")} == set(LEGACY)
    assert set(CASES) - made == set(LEGACY)


def parameters(query: dict[str, str]) -> dict[str, Any]:
    """A query without credentials; objects are read whatever way they are written."""
    kept = {key: value for key, value in query.items() if key not in CREDENTIALS}
    return {key: f'{{"id":"{value[4:-1]}"}}' if value.startswith("{id:") else value for key, value in kept.items()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.case}-{row.build.__name__}")
def test_a_recorded_call(httpserver: HTTPServer, take_forms: Any, row: Row) -> None:
    case = CASES[row.case]
    body = filled_in(case["body"])
    forms = None
    if isinstance(body, dict) and "_multipart" in body:
        forms = take_forms(re.compile(".*"), case["response"])
    else:
        httpserver.expect_request(re.compile(".*")).respond_with_json(
            case["response"], status=case["status"] or 400, headers=case.get("response_headers")
        )
    app_token = case["query"].get("access_token", "")
    app_id = plain_path(case).split("/")[1] if row.access == "app" else "987654321"
    configuration = {
        "access_token": app_token.replace(" ", "-") or "EAAG-the-token-of-the-tests",
        "base_url": httpserver.url_for(""),
        "page_id": PAGE if "PAGE_ID" in case["path"] else "me",
        "max_retries": 0,
        "app_id": app_id,
        **({"app_secret": row.app_secret} if row.app_secret else {}),
        **({"app_secret": "1VWG-secret"} if row.access == "app" else {}),
    }
    state = {"data": {"before": True}, "references": [], "configuration": configuration}
    with Run() as run:
        result: Any
        try:
            result = row.build(body)(state)
        except AdaptorError as error:
            result = error

    request = httpserver.log[0][0]
    query = request.args.to_dict()
    assert len(httpserver.log) == row.calls
    assert request.method == case["method"]
    assert request.path.rstrip("/") == "/v26.0" + plain_path(case).replace("PAGE_ID", PAGE)
    assert parameters(query) == parameters(case["query"])
    if row.app_secret:
        assert query.get("appsecret_proof") == case["query"].get("appsecret_proof")
    assert "access_token" not in query
    token = f"{app_id}|1VWG-secret" if row.access == "app" else configuration["access_token"]
    assert request.headers["Authorization"] == f"Bearer {token}"
    if forms is not None:
        ((fields, files),) = forms
        sent = {key: json.loads(value) if value[:1] == "{" else value for key, value in fields.items()}
        assert sent == {key: value for key, value in body["_multipart"].items() if key != "filedata"}
        assert list(files) == ["filedata"]
    elif isinstance(body, dict) and "batch" in body:
        assert opened(json.loads(request.data)) == opened(body)
    elif body is not None:
        assert json.loads(request.data) == {
            **{key: value for key, value in body.items() if key != "access_token"},
            **row.adds,
        }
    elif request.method == "POST" and row.build is not anything:
        assert not request.data

    if row.error is None:
        assert not isinstance(result, AdaptorError), result
        assert result["data"] == (case["response"] if row.data is ... else row.data)
        assert result["references"] == [{"before": True}]
        if not (isinstance(body, dict) and "batch" in body):
            assert result["response"]["status_code"] == case["status"]
        writes = 1 if case["method"] != "GET" else 0
        assert run.outcomes == {"sent": writes, "failed": 0, "unknown": 0, "described": 0}
    else:
        assert isinstance(result, AdaptorError), result
        facts = (type(result).__name__, result.code, getattr(result, "subcode", None), result.sent)
        assert facts == row.error
        if case["method"] != "GET":
            assert run.outcomes["failed" if result.sent == "no" else "unknown"] == 1


def opened(batch: dict[str, Any]) -> dict[str, Any]:
    """The body of a batch with its parts read, without credentials."""
    parts = [{**part, "body": dict(parse_qsl(part["body"]))} for part in batch["batch"]]
    return {**{key: value for key, value in batch.items() if key not in CREDENTIALS}, "batch": parts}
