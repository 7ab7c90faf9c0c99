"""Marks stand for secrets in what is kept, and are turned back into them where the credential is given."""

import json

import pytest
from hypothesis import given, settings, strategies as st

from adaptor.core.errors import ConfigurationError, InvalidMessage
from adaptor.core.secrets import secret_forms
from adaptor.core.secrets.kept_secrets import KeptSecrets, refuse_marks, without_marks
from adaptor.core.secrets.redact import Redactor, named_secrets
from adaptor.core.secrets.secret_forms import forms_of
from tests.thorough import examples

relaxed = settings(max_examples=examples(150))
STRONG = "EAAG7tHe4T0ken"
CREDENTIAL = {
    "access_token": STRONG,
    "verify_token": "sunrise",
    "db": {"password": 'a"b/c é\n7', "passwords": ["täst word", "x"]},
}


def redactor(credential=CREDENTIAL):
    found = Redactor()
    found.learn_named(named_secrets(credential))
    return found


#: Secrets in all their forms, marks and pieces of them, in any order.
pieces = st.sampled_from(
    [form for _, secret in named_secrets(CREDENTIAL) for _, form in forms_of(secret)]
    + ["[redacted", "[redacted]", "[redacted =]", "[redacted verify_token as-is -]", "[", " =]", "]", "sun", " ", "a"]
)
texts = st.lists(pieces | st.text(max_size=5), max_size=8).map("".join)
values = st.recursive(
    texts | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner),
    max_leaves=8,
)


@pytest.mark.long
@relaxed
@given(values)
def test_what_is_kept_is_read_back_as_it_was_and_shows_no_secret(value):
    kept = redactor().keep(value)
    assert STRONG not in json.dumps(kept)
    # By way of a file, and in another process.
    assert redactor().restore(json.loads(json.dumps(kept))) == value


@relaxed
@given(values)
def test_without_any_secret_a_text_that_looks_like_a_mark_is_still_that_text(value):
    assert Redactor().restore(Redactor().keep(value)) == value


def test_what_holds_no_secret_and_no_mark_is_shared():
    value = {"a": [1, "sunrises", {"b": None}]}
    assert redactor().keep(value) is value
    assert redactor().restore(value) is value


def test_a_mark_names_the_secret_and_proves_nothing_to_who_tries_words_out():
    weak = Redactor()
    weak.learn_named([("db.verify token", "sunrise")])
    assert weak.keep("sunrise") == "[redacted db.verify%20token as-is -]"
    marks = {redactor().keep("sunrise") for _ in range(3)}
    # The same word looks otherwise in every run.
    assert len(marks) == 3
    assert all(mark.startswith("[redacted verify_token as-is ") for mark in marks)


def refusal(kept, credential):
    with pytest.raises(ConfigurationError) as caught:
        redactor(credential).restore(kept)
    assert "sunrise" not in caught.value.report()
    assert caught.value.sent == "no"
    return caught.value


def test_a_secret_that_the_credential_does_not_have_is_named():
    error = refusal(redactor().keep({"a": ["see sunrise"]}), {"access_token": STRONG})
    assert "the secret `verify_token`" in str(error)
    assert error.details == {"key": "verify_token"}


@pytest.mark.parametrize("now", ["sunset", "Sunrise", "sunrise2"])
def test_another_value_never_takes_the_place_of_the_one_that_stood_there(now):
    error = refusal(redactor().keep("sunrise"), {**CREDENTIAL, "verify_token": now})
    assert "has another one" in str(error)


def test_a_secret_with_another_value_says_what_to_do_after_a_token_was_changed():
    error = refusal(redactor().keep("sunrise"), {**CREDENTIAL, "verify_token": "sunset"})
    assert error.details == {"key": "verify_token"}
    assert error.fix == (
        "Give the credential of the first attempt. If a token was changed since then, keep the old one in it under a "
        "name such as `access_token_before`: nothing is sent with it."
    )


def test_a_secret_with_several_names_is_named_by_the_shortest():
    found = Redactor()
    found.learn_named([("aaaa.password", STRONG), ("zz", STRONG), ("b.password", STRONG)])
    assert found.keep(STRONG).startswith("[redacted zz as-is ")


def test_a_secret_that_has_another_name_now_is_still_the_same():
    credential = {"access_token": STRONG, "password_of_before": "sunrise"}
    assert redactor(credential).restore(redactor().keep("sunrise clinic")) == "sunrise clinic"


def test_of_two_credentials_with_the_same_keys_each_gets_its_own_back():
    both = redactor()
    both.learn_named(named_secrets({"access_token": "EAAG7an0therPage", "verify_token": "sunset"}))
    kept = both.keep("sunrise and sunset")
    again = redactor({"access_token": "EAAG7an0therPage", "verify_token": "sunset"})
    again.learn_named(named_secrets(CREDENTIAL))
    assert again.restore(kept) == "sunrise and sunset"


def test_what_a_run_has_learned_from_data_is_kept_as_it_is():
    found = redactor()
    found.learn(["session-of-today-4711"])
    assert found.text("session-of-today-4711") == "[redacted]"
    assert found.keep("session-of-today-4711") == "session-of-today-4711"


def test_the_names_of_forms_are_unlike_each_other():
    for secret in ("sunrise", 'a"b/c é\n7', "täst word", "it's <b>&"):
        names = [name for name, _ in forms_of(secret)]
        assert len(names) == len(set(names))


def test_the_word_for_a_webhook_is_a_secret_where_it_is_a_strong_one_or_another_secret_too():
    assert redactor().of_results().text("sunrise and EAAG7tHe4T0ken") == "sunrise and [redacted]"
    strong = redactor({"verify_token": "aZ7-kq9wm3"})
    assert strong.of_results().text("aZ7-kq9wm3") == "[redacted]"
    twice = redactor({"verify_token": "sunrise", "password": "sunrise"})
    assert twice.of_results().text("sunrise") == "[redacted]"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"message": {"text": "at [redacted] clinic"}}, "message.text"),
        ({"message": {"quick_replies": [{"title": "a"}, {"title": "[redacted]"}]}}, "message.quick_replies[1].title"),
        ({"a": {"[redacted db.password as-is -]": 1}}, "a.[redacted db.password as-is -]"),
    ],
)
def test_what_stands_for_a_secret_is_never_sent(body, place):
    with pytest.raises(InvalidMessage, match="replaces a secret") as caught:
        refuse_marks(body)
    assert caught.value.details == {"field": place}


@pytest.mark.parametrize("text", ["[redacted", "redacted]", "[redacted =]", "[redacted by me]", "[Redacted]"])
def test_what_only_looks_like_it_may_be_sent(text):
    refuse_marks({"message": {"text": text}})


def test_where_nobody_has_the_credential_marks_are_shown_as_what_they_stand_for():
    value = {"place": "sunrise clinic", "note": ["[redacted]", "[redacted =]"]}
    assert without_marks(redactor().keep(value)) == {
        "place": "[redacted] clinic",
        "note": ["[redacted]", "[redacted =]"],
    }


def test_secrets_that_come_later_are_taken_into_account():
    found = KeptSecrets()
    assert found.mark("sunrise") == "sunrise"
    found.learn([("verify_token", "sunrise")])
    marked = found.mark("sunrise")
    assert marked != "sunrise"
    found.learn([("access_token", STRONG)])
    assert found.unmark(marked) == "sunrise"


WORDS = [
    ("test", "a test, latest test_1 Test 9test: (test)", "a *, latest test_1 Test 9test: (*)"),
    ("test", "%3Dtest \\ntest \\u00e4test ätest", "%3D* \\n* \\u00e4* ätest"),
    ("a-b", "x a-b y", "x a-b y"),
    ("#1-x", "a#1-x! a#1-xy", "a*! a#1-xy"),
    ("über", "über, darüber", "*, darüber"),
    ("12345678", "6512345678 12345678", "6512345678 *"),
    ("EAAG7tHe4T0ken", "xEAAG7tHe4T0kenx", "x*x"),
]


@pytest.mark.parametrize(("secret", "text", "shown"), WORDS)
def test_a_secret_that_is_a_word_is_found_as_a_word_of_its_own_and_others_everywhere(secret, text, shown):
    assert Redactor([secret]).text(text).replace("[redacted]", "*") == shown


@pytest.mark.parametrize(
    ("secret", "is_weak"),
    [
        ("sunrise", True), ("sunflower", True), ("Sunflower", True), ("SUNFLOWER", True), ("two words", True),
        ("a-word-of-your-own", True), ("20261127", True), ("1234567", True), ("p4ssw0r", True),
        ("p4ssw0rd", False), ("sunFlower", False), ("qwxzvbnmlkjhgfdsapoiuytre", False), ("1020304050607", False),
        ("EAAG7tHe4T0ken", False), ("0af1c2d3", False),
    ],
)  # fmt: skip
def test_what_could_stand_in_an_ordinary_text_is_weak(secret, is_weak):
    assert (secret_forms.weakness(secret) is not None) == is_weak
