import pytest

ANA = "6543210987654321"
BODY = {"type": "BODY", "text": "Hello {{1}}, see you on {{2}}."}
PATH = "/v26.0/me/message_templates"


def create(caller, components=(BODY,), **others):
    body = {"name": "reminder", "language": "en", "category": "UTILITY", "components": list(components), **others}
    return caller.request("POST", PATH, json={key: value for key, value in body.items() if value is not None})


def send(caller, *texts, name="reminder"):
    parameters = [{"type": "text", "text": text} for text in texts]
    template = {"name": name, "language": {"code": "en"}, "components": [{"type": "body", "parameters": parameters}]}
    return caller.send({"template": template}, messaging_type="UTILITY")


def test_a_template_is_made_approved_and_sent(caller, code):
    answer = create(caller).json()
    assert {key: answer[key] for key in ("status", "category")} == {"status": "APPROVED", "category": "UTILITY"}
    assert code(send(caller, "Ana", "Monday")) == ("ok",)
    caller.sandbox.assert_sent(ANA, text="Hello Ana, see you on Monday.")
    found = caller.get(f"/{answer['id']}", params={"fields": "name,status,components"}).json()
    assert found == {"name": "reminder", "status": "APPROVED", "components": [BODY], "id": answer["id"]}


def test_a_template_that_waits_or_was_rejected_is_not_sent(visit, code):
    caller = visit(approval="PENDING")
    assert create(caller).json()["status"] == "PENDING"
    assert code(send(caller, "Ana", "Monday")) == (100, None)
    caller.sandbox.review_template("reminder", "APPROVED")
    assert code(send(caller, "Ana", "Monday")) == ("ok",)
    caller.sandbox.review_template("reminder", "REJECTED", reason="TAG_SHOULD_BE_MARKETING")
    assert code(send(caller, "Ana", "Monday")) == (100, None)
    (found,) = caller.get(PATH, params={"fields": "status,rejected_reason"}).json()["data"]
    assert (found["status"], found["rejected_reason"]) == ("REJECTED", "TAG_SHOULD_BE_MARKETING")


@pytest.mark.parametrize(
    ("text", "form", "reason"),
    [
        ("{{1}} is here today", None, "INCORRECT_PARAMS"),
        ("This is for you, {{1}}", None, "INCORRECT_PARAMS"),
        ("See you {{2}} then.", None, "INCORRECT_PARAMS"),
        ("See you {{day}} then.", None, "INCORRECT_PARAMS"),
        ("See you {{1}} then.", "NAMED", "INCORRECT_PARAMS"),
        ("On {{1}} {{2}} {{3}} ok.", None, "PARAMS_TO_WORD_RATIO_EXCEED_LIMIT"),
        ("See you {{day}} then.", "NAMED", None),
        ("See you then.", None, None),
    ],
)
def test_a_text_is_rejected_for_what_can_be_seen_in_it(caller, text, form, reason):
    answer = create(caller, [{"type": "BODY", "text": text}], parameter_format=form).json()
    assert answer["status"] == ("REJECTED" if reason else "APPROVED")
    found = caller.get(f"/{answer['id']}", params={"fields": "rejected_reason"}).json()
    assert found["rejected_reason"] == (reason or "NONE")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Reminder"},
        {"name": None},
        {"language": None},
        {"category": "MARKETING"},
        {"category": None},
        {"components": []},
        {"components": [{"type": "HEADER", "format": "TEXT", "text": "x"}]},
        {"components": [BODY, BODY]},
        {"components": [BODY, {"type": "FOOTER", "text": "x"}]},
        {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "PHONE", "text": "x"}]}]},
        {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "x"}]}]},
        {"parameter_format": "ROMAN"},
        {"library_template_name": "nothing"},
    ],
)
def test_what_is_no_template_is_refused(caller, code, changes):
    assert code(create(caller, **changes)) in {(100, None), (194, None)}


def test_there_is_one_template_of_a_name_and_language(caller, code):
    create(caller)
    assert code(create(caller)) == (100, None)
    assert code(create(caller, language="de")) == ("ok",)


def test_templates_are_found_and_deleted(caller, code):
    create(caller)
    create(caller, language="de")
    other = create(caller, [{"type": "BODY", "text": "Your order is ready."}], name="order").json()["id"]

    def names(**query):
        return sorted(f"{each['name']} {each['language']}" for each in caller.get(PATH, params=query).json()["data"])

    assert names() == ["order en", "reminder de", "reminder en"]
    assert names(name="remind") == ["reminder de", "reminder en"]
    assert names(language='["de"]') == ["reminder de"]
    assert names(content="order is") == ["order en"]
    assert names(name_or_content="ORDER") == ["order en"]
    assert names(status="REJECTED") == []
    assert caller.request("DELETE", PATH, params={"name": "reminder"}).json() == {"success": True}
    assert names() == ["order en"]
    assert code(caller.request("DELETE", PATH, params={"name": "reminder"})) == (100, 33)
    assert code(caller.request("DELETE", PATH, params={"name": "order", "template_id": "1"})) == (100, 33)
    assert code(caller.request("DELETE", PATH, params={"name": "order", "template_id": other})) == ("ok",)
    assert code(caller.request("DELETE", PATH)) == (100, None)


def test_a_template_is_changed(caller):
    made = create(caller).json()["id"]
    body = {"type": "BODY", "text": "Good day {{1}}, until {{2}}!"}
    assert caller.request("POST", f"/{made}", json={"components": [body]}).json() == {"success": True}
    send(caller, "Ana", "Monday")
    caller.sandbox.assert_sent(ANA, text="Good day Ana, until Monday!")


def test_a_template_comes_from_the_library(caller, code):
    (found,) = caller.get("/v26.0/message_template_library", params={"name_or_content": "reminder of your"}).json()[
        "data"
    ]
    assert code(create(caller, [], library_template_name=found["name"])) == ("ok",)
    assert code(send(caller, "Ana", "Monday", "9")) == ("ok",)
    assert caller.get("/message_template_library", params={"language": "de"}).json() == {"data": []}
