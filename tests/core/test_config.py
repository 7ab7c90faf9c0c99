"""The configuration: what is asked for, what is filled in, and that no value is ever shown."""

import json

import jsonschema
import pytest

from adaptor import ConfigurationError
from adaptor.core.config import broken_rule, plain_address, read_configuration, schema

TOKEN = "EAAG0123456789abcdef"
GOOD = {"access_token": TOKEN}


def problem(configuration):
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(configuration)
    return caught.value


def everything(error):
    return f"{error!r} {error.report()} {json.dumps(error.facts())}"


#: What only `adaptor serve` reads.
SERVICE = {"status_token", "webhook_path", "webhook_user", "webhook_password", "webhook_api_key"} | {
    "previous_webhook_api_key"
}


def test_the_defaults_are_those_of_the_schema():
    configuration = read_configuration(GOOD)
    for key, rule in schema()["properties"].items():
        if key in SERVICE:
            continue
        assert getattr(configuration, key) == (TOKEN if key == "access_token" else rule.get("default"))


def test_what_is_given_wins_over_the_default_and_none_means_the_default():
    given = {**GOOD, "page_id": "123", "read_timeout": 1.5, "max_retries": 0, "api_version": None}
    configuration = read_configuration(given)
    assert (configuration.page_id, configuration.read_timeout, configuration.max_retries) == ("123", 1.5, 0)
    assert configuration.api_version == schema()["properties"]["api_version"]["default"]


def test_a_slash_at_the_end_of_the_base_url_is_dropped():
    assert read_configuration({**GOOD, "base_url": "http://127.0.0.1:8000/"}).base_url == "http://127.0.0.1:8000"


def test_keys_that_are_not_ours_pass():
    assert read_configuration({**GOOD, "database": {"password": "x"}, "5": 1, "region": "eu"}).access_token == TOKEN


def test_the_configuration_is_not_changed_and_does_not_print_its_secrets():
    given = {**GOOD, "app_secret": "0123456789abcdef", "verify_token": "a-word", "base_url": "http://h/"}
    before = dict(given)
    shown = repr(read_configuration(given))
    assert given == before
    for secret in (TOKEN, "0123456789abcdef", "a-word"):
        assert secret not in shown


@pytest.mark.parametrize("configuration", [None, {}, {"page_id": "1"}, {"access_token": None}])
def test_a_missing_token_is_told_with_the_ways_to_give_it(configuration):
    error = problem(configuration)
    assert str(error) == "The configuration has no `access_token`."
    for way in ('{"configuration": {"access_token": "…"}}', "--credentials", "ADAPTOR_ACCESS_TOKEN", "--sandbox"):
        assert way in error.fix


@pytest.mark.parametrize("configuration", ["secret-text", 5, [GOOD], True], ids=["text", "number", "list", "bool"])
def test_a_configuration_of_the_wrong_kind_is_told_without_showing_it(configuration):
    error = problem(configuration)
    assert "instead of an object" in str(error)
    assert "secret-text" not in everything(error)
    assert TOKEN not in everything(error)


MISSPELT = [
    ("accessToken", "access_token"),
    ("access-token", "access_token"),
    ("ACCESS_TOKEN", "access_token"),
    ("acess_token", "access_token"),
    ("appSecret", "app_secret"),
    ("pageId", "page_id"),
    ("page-id", "page_id"),
    ("apiVersion", "api_version"),
    ("base_ulr", "base_url"),
    ("verifytoken", "verify_token"),
    ("max_retrys", "max_retries"),
]


@pytest.mark.parametrize(("key", "meant"), MISSPELT)
def test_a_misspelt_key_is_told_with_the_one_that_was_meant(key, meant):
    base = {} if meant == "access_token" else GOOD
    error = problem({**base, key: TOKEN})
    assert str(error) == f"The configuration has a key `{key}`, which does not exist."
    assert error.fix == f"Did you mean `{meant}`? Rename it."
    assert error.details == {"key": key, "meant": meant}
    assert TOKEN not in everything(error)


WRONG = [
    ("access_token", 5),
    ("access_token", ["SECRETVALUE"]),
    ("app_secret", 12345),
    ("app_id", "SECRETVALUE"),
    ("app_id", 12345),
    ("verify_token", ""),
    ("page_id", "Clinic SECRETVALUE"),
    ("page_id", 123),
    ("api_version", "26"),
    ("api_version", "v26"),
    ("api_version", 26.0),
    ("base_url", "graph.facebook.com"),
    ("base_url", "ftp://SECRETVALUE"),
    ("base_url", "https://"),
    ("connect_timeout", 0),
    ("connect_timeout", "10"),
    ("connect_timeout", True),
    ("read_timeout", -1),
    ("max_retries", 1.5),
    ("max_retries", -1),
    ("max_retries", "4"),
    ("max_wait", -1),
    ("max_wait", {}),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_a_wrong_value_is_told_by_its_key_with_an_example_and_never_shown(key, value):
    error = problem({**GOOD, key: value})
    assert str(error).startswith((f"`{key}` in the configuration is ", f"`{key}` in the configuration holds "))
    assert "pattern" not in str(error)
    assert "For example: " in error.fix
    assert error.details == {"key": key}
    assert "SECRETVALUE" not in everything(error)
    assert error.about == "page"
    assert error.sent == "no"


@pytest.mark.parametrize(
    ("key", "value", "what", "fix"),
    [
        ("app_id", 12345, "is a number, not text", "Put quotes around it. For example: 1234567890123456"),
        ("app_id", True, "is true or false, not text", "Write text there. For example: 1234567890123456"),
        ("page_id", [1], "is a list, not text", "Write text there. For example: 102030405060708"),
        ("page_id", "Clinic", "is neither `me` nor a number", "For example: 102030405060708"),
        ("app_id", "x", "is not a number", "For example: 1234567890123456"),
        ("api_version", "26", "is not written like v26.0", "For example: v26.0"),
        ("base_url", "ftp://x", "is not an http or https address", "For example: https://graph.facebook.com"),
        ("webhook_path", "x", "is not of the right form", "For example: /webhook/kampala"),
        ("verify_token", "", "is empty", "For example: kq9-made-up-by-you-27"),
        ("max_wait", "10", "is text, not a number", "Write the number without quotes. For example: 120"),
        ("max_wait", {}, "is an object, not a number", "For example: 120"),
        ("max_wait", -1, "is too small", "For example: 120"),
        ("read_timeout", 0, "is too small", "For example: 80"),
        ("max_retries", "4", "is text, not a number", "Write the number without quotes. For example: 4"),
        ("max_retries", 1.5, "is not a whole number", "For example: 4"),
        ("app_secret", "", "is empty", "Write the value there."),
        ("app_secret", "<secret>", "is a placeholder", "Write the value itself there."),
        ("access_token", "EA AG", "holds a space", "Remove it."),
    ],
)
def test_a_wrong_value_says_what_is_wrong_and_what_to_write(key, value, what, fix):
    error = problem({**GOOD, key: value})
    assert (str(error), error.fix) == (f"`{key}` in the configuration {what}.", fix)


@pytest.mark.parametrize("token", ["", " \n"])
def test_an_empty_token_is_told_with_the_ways_to_give_one(token):
    assert problem({"access_token": token}).fix == problem({}).fix


VALUES = ["", "me", "v26.0", "v26", "12345", "a b", "tök", "https://a.b/c", "https://a.b/c?d", "/webhook", "/status"]
VALUES += ["x" * 15, "x" * 16, 0, -1, 1, 0.5, 4.0, 999, 1000, True, None, [], {}, float("inf")]


@pytest.mark.parametrize("key", schema()["properties"])
def test_a_value_breaks_the_rules_by_which_json_schema_refuses_it(key):
    rules = schema()["properties"][key]
    for value in VALUES:
        breaks = {error.validator for error in jsonschema.Draft7Validator(rules).iter_errors(value)}
        found = broken_rule(rules, value)
        assert found in breaks if breaks else found is None, value


def test_the_schema_uses_no_keyword_that_is_not_checked():
    checked = {"type", "minLength", "pattern", "minimum", "exclusiveMinimum"}
    # An address is held by its pattern; the others say nothing about the value.
    others = {"title", "description", "examples", "default", "writeOnly", "format"}
    for key, rules in schema()["properties"].items():
        assert set(rules) <= checked | others, key
        assert rules["type"] in ("string", "number", "integer"), key
        assert "format" not in rules or "pattern" in rules, key
        pattern = rules.get("pattern", "^$")
        assert (pattern[0], pattern[-1]) == ("^", "$"), key


PASTED = {
    "Bearer SECRETVALUE": "begins with “Bearer ”",
    "Authorization: Bearer SECRETVALUE": "begins with “Authorization: Bearer ”",
    '"SECRETVALUE"': "is in quotes",
    "“SECRETVALUE”": "is in quotes",
    "'SECRETVALUE'\n": "is in quotes",
    "access_token=SECRETVALUE": "begins with “access_token=”",
    "": "is empty",
    " \r\n": "is empty",
}
NO_TOKENS = {
    "SECRET VALUE": "holds a space",
    "SECRET\nVALUE": "holds a line break",
    "SECRETVALUÉ…": "holds a character that no token has",
}


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        *[(key, text, words) for key in ("access_token", "app_secret") for text, words in PASTED.items()],
        *[("access_token", text, words) for text, words in NO_TOKENS.items()],
    ],
)
def test_a_token_that_was_pasted_with_something_else_is_told_in_words_and_never_shown(key, text, words):
    error = problem({**GOOD, key: text})
    assert str(error).startswith(f"`{key}` in the configuration {words}")
    assert error.details == {"key": key}
    assert "SECRETVAL" not in everything(error)
    assert "^" not in everything(error)


@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", " {}", "\t{} ", "\ufeff{}", "\u200b{}\u200b\n"])
def test_spaces_line_breaks_and_invisible_signs_around_a_value_are_no_part_of_it(around):
    given = {"access_token": TOKEN, "app_secret": "0123456789abcdef", "app_id": "123", "page_id": "456"}
    assert read_configuration({key: around.format(value) for key, value in given.items()}) == read_configuration(given)


def test_every_property_of_the_schema_has_a_description_and_an_example():
    for key, rule in schema()["properties"].items():
        assert rule["description"], key
        assert rule["examples"], key


def test_the_schema_hides_what_is_secret():
    hidden = {key for key, rule in schema()["properties"].items() if rule.get("writeOnly")}
    ours = {"access_token", "user_access_token", "app_secret", "previous_app_secret", "verify_token"}
    assert hidden == ours | (SERVICE - {"webhook_user", "webhook_path"})


@pytest.mark.parametrize("key", ["status_tokn", "webhook_api_kee", "webhook_pasword"])
def test_a_misspelt_key_of_the_service_is_told_too(key):
    with pytest.raises(ConfigurationError) as caught:
        read_configuration({**GOOD, key: "0123456789abcdef"})
    assert "Did you mean" in caught.value.fix


@pytest.mark.parametrize("url", ["https://user:pass@graph.example.org", "https://token@graph.example.org/v1"])
def test_an_address_with_a_credential_in_it_is_refused_without_being_shown(url):
    with pytest.raises(ConfigurationError, match="holds a user name or password") as raised:
        read_configuration({**GOOD, "base_url": url})
    assert "user:pass" not in raised.value.report()
    assert "token@" not in raised.value.report()


def test_an_address_with_a_query_is_refused():
    with pytest.raises(ConfigurationError, match="holds a query"):
        read_configuration({**GOOD, "base_url": "https://graph.example.org/?key=1"})


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("https://graph.example.org#SECRETVALUE", "a fragment"),
        ("https://graph.example.org\\SECRETVALUE", "a backslash"),
        ("https://graph.example.org:0", "a port"),
        ("https://graph.example.org:SECRETVALUE", "a host or a port"),
        ("https://graph.example.org:99999", "a host or a port"),
        ("https://[::1SECRETVALUE", "a host or a port"),
    ],
)
def test_an_address_that_leads_elsewhere_than_it_seems_or_nowhere_is_refused(url, what):
    with pytest.raises(ConfigurationError, match=f"holds {what}") as raised:
        read_configuration({**GOOD, "base_url": url})
    assert "SECRETVALUE" not in raised.value.report()


@pytest.mark.parametrize(
    ("url", "warns"),
    [
        ("https://graph.example.org", False),
        ("http://graph.example.org", True),
        ("http://127.0.0.1:80", False),
        ("http://[::1]:80", False),
        ("http://localhost", False),
        ("http://127.evil.example", True),
    ],
)
def test_a_token_that_would_travel_unencrypted_is_warned_of(url, warns):
    assert (plain_address(url) is not None) == warns


def test_two_spellings_of_one_key_are_refused_without_their_values():
    with pytest.raises(ConfigurationError) as refused:
        read_configuration({"access_token": "EAAG-first", "accessToken": "EAAG-second"})
    assert "both `access_token` and `accessToken`" in str(refused.value)
    assert "Keep `access_token`" in refused.value.fix
    assert "EAAG" not in refused.value.report()


def test_an_error_about_a_key_names_it_for_programs_too():
    assert problem({**GOOD, "accessToken": "x"}).details == {"key": "accessToken", "meant": "access_token"}
    assert problem({**GOOD, "base_url": "https://u:p@h.example"}).details == {"key": "base_url"}


def test_a_secret_may_hold_spaces_and_an_address_may_end_with_any_letter():
    given = read_configuration({**GOOD, "app_secret": "two words", "base_url": "https://h.example/X//"})
    assert (given.app_secret, given.base_url) == ("two words", "https://h.example/X")
    assert str(problem({**GOOD, "app_id": 1.5})) == "`app_id` in the configuration is a number, not text."
