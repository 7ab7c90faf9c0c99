from __future__ import annotations

from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    WrongCall,
    delete_messenger_profile,
    get_messenger_profile,
    ice_breaker,
    menu_item,
    set_account_linking_url,
    set_commands,
    set_get_started,
    set_greeting,
    set_ice_breakers,
    set_messenger_profile,
    set_persistent_menu,
    set_whitelisted_domains,
    state,
)

HOURS = {"type": "postback", "title": "Opening hours", "payload": "HOURS"}
WHERE = {"question": "Where are you?", "payload": "LOCATION"}
OPEN = {"name": "hours", "description": "When we are open"}


def in_default(key: str, value: Any) -> list[dict[str, Any]]:
    return [{"locale": "default", key: value}]


# --- reading ---


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [{"greeting": [1], "get_started": {"payload": "P"}}]},
        {"data": [{"greeting": [1]}, {"get_started": {"payload": "P"}}]},
    ],
)
def test_properties_come_as_one_object_however_meta_splits_them(meta: Any, answer: Any) -> None:
    got = meta(get_messenger_profile(["greeting", "get_started"]), answer)
    assert (got.method, got.path, got.query) == ("GET", "me/messenger_profile", {"fields": "greeting,get_started"})
    assert got.data == {"greeting": [1], "get_started": {"payload": "P"}}


@pytest.mark.parametrize("answer", [{"data": []}, {}, {"data": None}])
def test_a_profile_that_is_not_set_is_an_empty_object(meta: Any, answer: Any) -> None:
    assert meta(get_messenger_profile("greeting"), answer).data == {}


def test_all_properties_are_read_where_none_is_named(meta: Any) -> None:
    fields = meta(get_messenger_profile(), {"data": []}).query["fields"].split(",")
    assert {"get_started", "greeting", "ice_breakers", "persistent_menu", "commands"} <= set(fields)


def test_the_platform_goes_along(meta: Any) -> None:
    assert meta(get_messenger_profile("ice_breakers", platform="INSTAGRAM"), {}).query["platform"] == "INSTAGRAM"
    assert meta(delete_messenger_profile("ice_breakers", platform="INSTAGRAM")).body["platform"] == "INSTAGRAM"


def test_a_misspelt_property_is_refused(meta: Any) -> None:
    with pytest.raises(InvalidMessage) as refused:
        get_messenger_profile("greetings")
    assert refused.value.fix.startswith("Did you mean `greeting`?")
    with pytest.raises(InvalidMessage):
        delete_messenger_profile(["persistent-menu"])
    assert meta(get_messenger_profile("something_new"), {"data": []}).query == {"fields": "something_new"}


# --- one form for each property ---


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (set_get_started("START"), {"get_started": {"payload": "START"}}),
        (set_get_started({"payload": "START"}), {"get_started": {"payload": "START"}}),
        (set_greeting("Hello!"), {"greeting": in_default("text", "Hello!")}),
        (
            set_greeting({"default": "Hello!", "de_DE": "Hallo!"}),
            {"greeting": [{"locale": "default", "text": "Hello!"}, {"locale": "de_DE", "text": "Hallo!"}]},
        ),
        (set_greeting({"locale": "default", "text": "Hello!"}), {"greeting": in_default("text", "Hello!")}),
        (set_greeting(in_default("text", "Hello!")), {"greeting": in_default("text", "Hello!")}),
        (
            set_ice_breakers([ice_breaker("Where are you?", "LOCATION")]),
            {"ice_breakers": in_default("call_to_actions", [WHERE])},
        ),
        (set_ice_breakers({"default": [WHERE]}), {"ice_breakers": in_default("call_to_actions", [WHERE])}),
        (
            set_ice_breakers([{"call_to_actions": [WHERE], "locale": "default"}]),
            {"ice_breakers": in_default("call_to_actions", [WHERE])},
        ),
        (
            set_persistent_menu([menu_item("Opening hours", "HOURS")]),
            {"persistent_menu": in_default("call_to_actions", [HOURS])},
        ),
        (set_persistent_menu(HOURS), {"persistent_menu": in_default("call_to_actions", [HOURS])}),
        (
            set_persistent_menu({"default": [HOURS], "de_DE": [HOURS]}),
            {
                "persistent_menu": [
                    {"locale": "default", "call_to_actions": [HOURS]},
                    {"locale": "de_DE", "call_to_actions": [HOURS]},
                ]
            },
        ),
        (
            set_persistent_menu([HOURS], composer_input_disabled=True),
            {
                "persistent_menu": [
                    {"locale": "default", "composer_input_disabled": True, "call_to_actions": [HOURS]},
                ]
            },
        ),
        (
            # False is not left out: it opens again what was closed.
            set_persistent_menu(
                [HOURS, menu_item("Shop", url="https://example.org/shop")], composer_input_disabled=False
            ),
            {
                "persistent_menu": [
                    {
                        "locale": "default",
                        "composer_input_disabled": False,
                        "call_to_actions": [
                            HOURS,
                            {"type": "web_url", "title": "Shop", "url": "https://example.org/shop"},
                        ],
                    },
                ]
            },
        ),
        (
            set_persistent_menu([{"locale": "default", "composer_input_disabled": True}]),
            {"persistent_menu": [{"locale": "default", "composer_input_disabled": True}]},
        ),
        (set_commands([OPEN]), {"commands": in_default("commands", [OPEN])}),
        (set_commands({"de_DE": [OPEN]}), {"commands": [{"locale": "de_DE", "commands": [OPEN]}]}),
        (set_whitelisted_domains("https://example.org"), {"whitelisted_domains": ["https://example.org"]}),
        (set_whitelisted_domains(["www.example.org"]), {"whitelisted_domains": ["www.example.org"]}),
        (set_account_linking_url("https://example.org/in"), {"account_linking_url": "https://example.org/in"}),
    ],
)
def test_a_property_goes_out_in_metas_form(meta: Any, operation: Any, body: Any) -> None:
    sent = meta(operation, {"result": "success"})
    assert (sent.method, sent.path, sent.query) == ("POST", "me/messenger_profile", {})
    assert sent.body == body
    assert sent.data == {"result": "success"}


@pytest.mark.parametrize(
    ("build", "given", "expected"),
    [
        (set_greeting, f"Hello, this is {state.data.value}", in_default("text", "Hello, this is Ana")),
        (set_greeting, state.data.value, in_default("text", "Ana")),
        (set_greeting, {"default": state.data.value}, in_default("text", "Ana")),
        (
            set_ice_breakers,
            [ice_breaker(state.data.value)],
            in_default("call_to_actions", [{"question": "Ana", "payload": "Ana"}]),
        ),
        (set_persistent_menu, [state.data.item], in_default("call_to_actions", [HOURS])),
        (set_persistent_menu, lambda s: [s["data"]["item"]], in_default("call_to_actions", [HOURS])),
        (set_persistent_menu, {"default": state.data["items"]}, in_default("call_to_actions", [HOURS])),
    ],
)
def test_lazy_values_come_into_the_same_form(meta: Any, build: Any, given: Any, expected: Any) -> None:
    body = meta(build(given), data={"value": "Ana", "item": HOURS, "items": [HOURS]}).body
    assert list(body.values()) == [expected]


# --- several in one call ---


def test_several_properties_go_in_one_call(meta: Any) -> None:
    body = meta(set_messenger_profile(get_started="START", greeting="Hello!", persistent_menu=[HOURS])).body
    assert body == {
        "get_started": {"payload": "START"},
        "greeting": in_default("text", "Hello!"),
        "persistent_menu": in_default("call_to_actions", [HOURS]),
    }


def test_a_dict_goes_out_as_it_is_and_unknown_properties_pass(meta: Any) -> None:
    given = {"ice_breakers": [WHERE], "something_new": {"a": 1}}
    assert meta(set_messenger_profile(given)).body == given
    assert meta(set_messenger_profile(state.data), data=given).body == given
    united = meta(set_messenger_profile(given, greeting="Hello!")).body
    assert united == {**given, "greeting": in_default("text", "Hello!")}


def test_an_argument_that_turns_out_to_be_none_is_left_out(meta: Any) -> None:
    operation = set_messenger_profile(get_started="START", account_linking_url=state.data.url)
    assert meta(operation, data={"url": None}).body == {"get_started": {"payload": "START"}}


def test_a_property_that_is_misspelt_as_an_argument_is_refused() -> None:
    with pytest.raises(WrongCall, match="Did you mean `greeting`"):
        set_messenger_profile(greetings="Hello!")


def test_properties_are_deleted_by_name(meta: Any) -> None:
    sent = meta(delete_messenger_profile("get_started, persistent_menu"), {"result": "success"})
    assert (sent.method, sent.path) == ("DELETE", "me/messenger_profile")
    assert sent.body == {"fields": ["get_started", "persistent_menu"]}


# --- what Meta would refuse ---


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: set_messenger_profile(), "properties"),
        (lambda: set_messenger_profile({}), "properties"),
        (lambda: set_messenger_profile([1]), "properties"),
        (lambda: set_get_started(""), "get_started.payload"),
        (lambda: set_get_started({}), "get_started.payload"),
        (lambda: set_greeting(""), "greeting[0].text"),
        (lambda: set_greeting([]), "greeting"),
        (lambda: set_greeting({"de_DE": "Hallo!"}), "greeting"),
        (lambda: set_greeting([{"text": "Hello!"}]), "greeting"),
        (lambda: set_greeting(7), "greeting"),
        (lambda: set_ice_breakers({"de_DE": [WHERE]}), "ice_breakers"),
        (lambda: set_ice_breakers([]), "ice_breakers"),
        (lambda: set_ice_breakers([{"question": "Where?"}]), "ice_breakers[0].call_to_actions[0].payload"),
        (lambda: set_ice_breakers([WHERE, {"call_to_actions": [WHERE]}]), "ice_breakers"),
        (lambda: set_messenger_profile({"ice_breakers": [WHERE, {"call_to_actions": []}]}), "ice_breakers"),
        (lambda: set_persistent_menu({"de_DE": [HOURS]}), "persistent_menu"),
        (lambda: set_persistent_menu([{"locale": "default"}]), "persistent_menu[0].call_to_actions"),
        (
            lambda: set_persistent_menu([{**HOURS, "type": "phone_number"}]),
            "persistent_menu[0].call_to_actions[0].type",
        ),
        (lambda: set_persistent_menu([{"title": "A"}]), "persistent_menu"),
        (lambda: set_persistent_menu([{**HOURS, "title": ""}]), "persistent_menu[0].call_to_actions[0].title"),
        (
            lambda: set_persistent_menu([{"type": "web_url", "title": "A", "url": "example.org"}]),
            "persistent_menu[0].call_to_actions[0].url",
        ),
        (lambda: set_commands([]), "commands"),
        (lambda: set_commands([{**OPEN, "name": "/hours"}]), "commands[0].commands[0].name"),
        (lambda: set_commands([{"name": "hours"}]), "commands[0].commands[0].description"),
        (lambda: set_whitelisted_domains("http://example.org"), "whitelisted_domains[0]"),
        (lambda: set_whitelisted_domains([7]), "whitelisted_domains[0]"),
        (lambda: set_account_linking_url("http://example.org"), "account_linking_url"),
        (lambda: set_greeting(None), "greeting"),
        (lambda: set_get_started(None), "get_started"),
        (lambda: set_persistent_menu(None), "persistent_menu"),
        (lambda: set_account_linking_url(None), "account_linking_url"),
        (lambda: delete_messenger_profile([]), "fields"),
        (lambda: delete_messenger_profile(" , "), "fields"),
        (lambda: delete_messenger_profile([7]), "fields"),
        (lambda: delete_messenger_profile(7), "fields"),
    ],
)
def test_what_meta_would_refuse_is_refused_when_it_is_built(build: Any, field: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        build()
    assert refused.value.details["field"] == field
    assert refused.value.fix


def test_a_value_that_turns_out_to_be_none_is_not_set(meta: Any) -> None:
    for build, field in ((set_persistent_menu, "persistent_menu"), (set_whitelisted_domains, "whitelisted_domains")):
        with pytest.raises(InvalidMessage) as refused:
            meta(build(state.data.nothing), data={"nothing": None})
        assert refused.value.details["field"] == field


def test_what_is_known_is_checked_beside_what_is_lazy() -> None:
    with pytest.raises(InvalidMessage, match="at most 160"):
        set_messenger_profile(get_started=state.data.payload, greeting="x" * 161)
    with pytest.raises(InvalidMessage, match=r"call_to_actions\[0\]\.title"):
        set_persistent_menu([{**HOURS, "title": "x" * 31, "payload": state.data.payload}])


def test_a_locale_that_is_lazy_may_be_the_default_one(meta: Any) -> None:
    operation = set_greeting([{"locale": state.data.locale, "text": "Hello!"}])
    assert meta(operation, data={"locale": "default"}).body["greeting"][0]["locale"] == "default"
    with pytest.raises(InvalidMessage, match="default"):
        meta(operation, data={"locale": "de_DE"})
