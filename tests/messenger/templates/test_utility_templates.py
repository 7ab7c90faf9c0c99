from __future__ import annotations

from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    InvalidRequest,
    create_message_template,
    delete_message_template,
    get_message_template,
    list_message_templates,
    search_template_library,
    state,
    template_body,
    template_buttons,
    template_header,
    update_message_template,
)

BODY = {"type": "BODY", "text": "We are closed today."}
YES = {"type": "POSTBACK", "text": "I will come", "payload": "YES"}
MADE = {"id": "190020030040052", "status": "APPROVED", "category": "UTILITY"}


def made(meta: Any, *arguments: Any, data: Any = None, **options: Any) -> dict[str, Any]:
    sent = meta(create_message_template(*arguments, **options), MADE, data=data)
    assert (sent.method, sent.path, sent.data) == ("POST", "me/message_templates", MADE)
    body: dict[str, Any] = sent.body
    return body


def test_a_text_is_a_body_without_places(meta: Any) -> None:
    assert made(meta, "closed", "en", "We are closed today.") == {
        "name": "closed",
        "language": "en",
        "category": "UTILITY",
        "components": [BODY],
    }


def test_numbered_places_have_a_list_of_examples(meta: Any) -> None:
    text = "Hello {{1}}, we expect you on {{2}}, at nine."
    body = made(meta, "reminder", "en", [template_body(text, ["Ana", "Monday"]), template_buttons([YES])])
    assert body["parameter_format"] == "POSITIONAL"
    assert body["components"] == [
        {"type": "BODY", "text": text, "example": {"body_text": [["Ana", "Monday"]]}},
        {"type": "BUTTONS", "buttons": [YES]},
    ]


def test_named_places_have_a_dict_of_examples(meta: Any) -> None:
    header = template_header("{{kind}} update", {"kind": "Order"})
    body = made(meta, "order", "en", [header, template_body("Dear {{name}}, it is ready.", {"name": "Ana"})])
    assert body["parameter_format"] == "NAMED"
    assert body["components"] == [
        {
            "type": "HEADER",
            "format": "TEXT",
            "text": "{{kind}} update",
            "example": {"header_text_named_params": [{"param_name": "kind", "example": "Order"}]},
        },
        {
            "type": "BODY",
            "text": "Dear {{name}}, it is ready.",
            "example": {"body_text_named_params": [{"param_name": "name", "example": "Ana"}]},
        },
    ]


def test_a_header_may_be_a_picture(meta: Any) -> None:
    picture = template_header(image_handle="4::aW")
    assert picture == {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}}
    assert made(meta, "closed", "en", [picture, BODY])["components"] == [picture, BODY]


def test_a_numbered_header_has_a_flat_list() -> None:
    assert template_header("Order {{1}}", ["7"])["example"] == {"header_text": ["7"]}


def test_a_template_of_metas_library_needs_no_components(meta: Any) -> None:
    inputs = [{"type": "URL", "url": {"base_url": "https://example.org"}}]
    body = made(meta, "mine", "en", library_template_name="delivery_update", library_template_button_inputs=inputs)
    assert body["library_template_name"] == "delivery_update"
    assert body["library_template_button_inputs"] == inputs
    assert "components" not in body


def test_arguments_may_be_lazy(meta: Any) -> None:
    operation = (state.data.name, state.data.language, [template_body(state.data.text, [state.data.who])])
    data = {"name": "hi", "language": "de", "text": "Hallo {{1}}, bis bald.", "who": "Ana"}
    body = made(meta, *operation, data=data)
    assert (body["name"], body["language"], body["parameter_format"]) == ("hi", "de", "POSITIONAL")
    assert body["components"][0]["example"] == {"body_text": [["Ana"]]}
    assert "parameter_format" not in made(meta, *operation[:2], state.data.text, data={**data, "text": "Closed."})
    with pytest.raises(InvalidMessage, match="starts or ends"):
        made(meta, *operation, data={**data, "text": "Hallo {{1}}"})


def test_a_template_is_changed(meta: Any) -> None:
    sent = meta(update_message_template("104", [template_body("Hello {{1}}, hello.", ["Ana"])]))
    assert (sent.method, sent.path) == ("POST", "104")
    assert sent.body["parameter_format"] == "POSITIONAL"
    assert meta(update_message_template("104", "We are closed today.")).body == {"components": [BODY]}


@pytest.mark.parametrize(
    ("operation", "method", "path", "query"),
    [
        (get_message_template("104", fields="status"), "GET", "104", {"fields": "status"}),
        (list_message_templates(), "GET", "me/message_templates", {}),
        (
            list_message_templates(
                name="a",
                content="b",
                name_or_content="c",
                status=["APPROVED", "PENDING"],
                language="en",
                category="UTILITY",
                fields=["id", "name"],
                limit=2,
            ),
            "GET",
            "me/message_templates",
            {
                "name": "a",
                "content": "b",
                "name_or_content": "c",
                "status": '["APPROVED","PENDING"]',
                "language": "en",
                "category": "UTILITY",
                "fields": "id,name",
                "limit": "2",
            },
        ),
        (delete_message_template("closed"), "DELETE", "me/message_templates", {"name": "closed"}),
        (
            delete_message_template("closed", template_id="104"),
            "DELETE",
            "me/message_templates",
            {"name": "closed", "template_id": "104"},
        ),
        (
            search_template_library("appointment", language="en"),
            "GET",
            "message_template_library",
            {"name_or_content": "appointment", "language": "en"},
        ),
    ],
)
def test_templates_are_read_listed_and_deleted(
    meta: Any, operation: Any, method: str, path: str, query: dict[str, str]
) -> None:
    sent = meta(operation, {"data": []})
    assert (sent.method, sent.path, sent.query, sent.body) == (method, path, query, None)


@pytest.mark.parametrize(
    "build",
    [
        lambda: get_message_template(""),
        lambda: delete_message_template(" "),
        lambda: update_message_template("", BODY["text"]),
        lambda: update_message_template("104", []),
        lambda: update_message_template("104", None),
    ],
)
def test_what_leads_nowhere_is_refused(build: Any) -> None:
    with pytest.raises(InvalidMessage):
        build()


def test_reasons_that_cannot_be_read_do_not_hide_the_rejection(httpserver: Any, plain_environment: None) -> None:
    error = {"error": {"message": "(#10) No", "code": 10, "type": "OAuthException"}}
    httpserver.expect_request("/v26.0/me/message_templates").respond_with_json({"id": "9", "status": "REJECTED"})
    httpserver.expect_request("/v26.0/9").respond_with_json(error, status=403)
    state = {"configuration": {"access_token": "T", "base_url": httpserver.url_for("")}}
    with pytest.raises(InvalidRequest) as raised:
        create_message_template("closed", "en", "We are closed today.")(state)
    assert raised.value.code == "TEMPLATE_REJECTED"
    assert "rejected the template `closed` (9), and its reasons could not be read: " in str(raised.value)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"specific_rejection_reasons": [{"reason": "A", "fix": "B."}, "C"]}, ": reason: A, fix: B, C."),
        ({"rejected_reason": "A", "rejection_reasons": ["A"], "specific_rejection_reasons": {}}, ": A."),
        ({}, ". It gives no reason."),
    ],
)
def test_the_reasons_are_shown_in_whatever_shape_they_come(
    httpserver: Any, plain_environment: None, said: Any, words: str
) -> None:
    httpserver.expect_request("/v26.0/me/message_templates").respond_with_json({"id": "9", "status": "REJECTED"})
    httpserver.expect_request("/v26.0/9").respond_with_json({"id": "9", **said})
    state = {"configuration": {"access_token": "T", "base_url": httpserver.url_for("")}}
    with pytest.raises(InvalidRequest) as raised:
        create_message_template("closed", "en", "We are closed today.")(state)
    assert str(raised.value) == f"Meta rejected the template `closed` (9){words}"
