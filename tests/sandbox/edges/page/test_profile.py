import pytest

GO = {"get_started": {"payload": "GO"}}
ITEM = {"type": "postback", "title": "Help", "payload": "HELP"}


def menu(*items, locale="default", **others):
    return {"persistent_menu": [{"locale": locale, "call_to_actions": list(items) or [ITEM], **others}]}


def question(number=0):
    return {"question": f"Question {number}?", "payload": "Q"}


def write(caller, properties):
    return caller.request("POST", "/v26.0/me/messenger_profile", json=properties)


def read(caller, fields):
    return caller.get("/me/messenger_profile", params={"fields": fields}).json()["data"]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (GO, ("ok",)),
        ({"get_started": {"payload": "x" * 1000}}, ("ok",)),
        ({"get_started": {"payload": "x" * 1001}}, (100, None)),
        ({"get_started": {}}, (100, None)),
        ({"get_started": "GO"}, (100, None)),
        ({"greeting": [{"locale": "default", "text": "x" * 160}]}, ("ok",)),
        ({"greeting": [{"locale": "default", "text": "x" * 161}]}, (100, None)),
        ({"greeting": [{"locale": "de_DE", "text": "Hallo"}]}, (100, None)),
        ({"greeting": [{"locale": "default", "text": "a"}, {"locale": "default", "text": "b"}]}, (100, None)),
        ({"ice_breakers": [question(n) for n in range(4)]}, ("ok",)),
        ({"ice_breakers": [question(n) for n in range(5)]}, (100, None)),
        ({"ice_breakers": [{"call_to_actions": [question()] * 4, "locale": "default"}]}, ("ok",)),
        ({"ice_breakers": [{"call_to_actions": [question()] * 5, "locale": "default"}]}, (100, None)),
        ({"ice_breakers": [{"call_to_actions": [question()], "locale": "de_DE"}]}, (100, None)),
        ({"ice_breakers": [{"call_to_actions": [question()], "locale": "default"}, question()]}, (100, None)),
        ({"ice_breakers": [{"question": "Well?"}]}, (100, None)),
        ({**GO, **menu()}, ("ok",)),
        (menu(), (100, None)),
        ({**GO, **menu(*[ITEM] * 20)}, ("ok",)),
        ({**GO, **menu(*[ITEM] * 21)}, (100, None)),
        ({**GO, **menu({**ITEM, "title": "x" * 30})}, ("ok",)),
        ({**GO, **menu({**ITEM, "title": "x" * 31})}, (100, None)),
        ({**GO, **menu({"type": "phone_number", "title": "Call", "payload": "+1"})}, (100, None)),
        ({**GO, **menu({"type": "web_url", "title": "Map"})}, (100, None)),
        ({**GO, **menu(locale="de_DE")}, (100, None)),
        ({**GO, "persistent_menu": [{"locale": "default", "composer_input_disabled": True}]}, (100, None)),
        ({**GO, "persistent_menu": [{"locale": "default", "composer_input_disabled": "maybe"}]}, (100, None)),
        ({"commands": [{"locale": "default", "commands": [{"name": "book", "description": "d"}]}]}, ("ok",)),
        ({"commands": [{"locale": "default", "commands": [{"name": "/book", "description": "d"}]}]}, (100, None)),
        ({"commands": [{"locale": "default", "commands": [{"name": "x" * 33, "description": "d"}]}]}, (100, None)),
        ({"commands": [{"locale": "default", "commands": [{"name": "x", "description": "d" * 65}]}]}, (100, None)),
        ({"whitelisted_domains": ["https://example.com"]}, ("ok",)),
        ({"whitelisted_domains": ["http://example.com"]}, (100, None)),
        ({"whitelisted_domains": ["https://example.com"] * 51}, (100, None)),
        ({"account_linking_url": "https://example.com/login"}, ("ok",)),
        ({"account_linking_url": "http://example.com/login"}, (100, None)),
        ({}, (100, None)),
        ({"persistnt_menu": []}, (100, None)),
    ],
)
def test_the_profile_keeps_to_the_rules(caller, code, properties, expected):
    assert code(write(caller, properties)) == expected


def test_properties_are_read_as_they_were_set(caller):
    new = [{"call_to_actions": [question()], "locale": "default"}]
    write(caller, {**GO, "ice_breakers": new})
    assert read(caller, "get_started,ice_breakers,greeting") == [{**GO, "ice_breakers": new}]
    write(caller, {"ice_breakers": [question()]})
    assert read(caller, "ice_breakers") == [{"ice_breakers": [question()]}]
    assert read(caller, "get_started") == [GO]


def test_what_is_not_set_is_an_empty_list(caller):
    assert read(caller, "greeting,persistent_menu") == []
    assert read(caller, "subject_to_new_eu_privacy_rules") == [{"subject_to_new_eu_privacy_rules": False}]


@pytest.mark.parametrize("fields", ["", "colour", "get_started,colour"])
def test_fields_that_do_not_exist_cannot_be_read(caller, code, fields):
    assert code(caller.get("/me/messenger_profile", params={"fields": fields})) == (100, None)


def test_one_wrong_property_sets_none(caller, code):
    assert code(write(caller, {**GO, "greeting": []})) != ("ok",)
    assert read(caller, "get_started") == []


def test_properties_are_deleted_and_the_menu_hangs_on_the_button(caller, code):
    write(caller, {**GO, **menu()})

    def delete(*fields):
        return code(caller.request("DELETE", "/me/messenger_profile", json={"fields": list(fields)}))

    assert delete("get_started") == (100, None)
    assert delete("get_started", "persistent_menu") == ("ok",)
    assert read(caller, "get_started,persistent_menu") == []
    assert delete("get_started") == ("ok",)
    assert delete() == (100, None)
    assert delete("colour") == (100, None)
