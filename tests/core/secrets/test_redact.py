"""No secret is in anything that is written, whatever way it took."""

import base64
import html
import json
import logging
import pickle
import re
import traceback
from urllib.parse import quote, quote_plus, urlencode
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import example, given, settings, strategies as st

from adaptor import AdaptorError, InvalidMessage, each, execute, fn, log, try_each
from adaptor.core.config import schema
from adaptor.core.run.context import Run
from adaptor.core.secrets.redact import (
    PUBLIC_KEYS,
    REDACTED,
    Redactor,
    appsecret_proof,
    named_secrets,
    secrets_of,
    sounds_secret,
)
from tests.thorough import examples

relaxed = settings(max_examples=examples(80))
# Begins with two letters that no message of ours holds, so that a find is a leak and no chance.
# Long enough, and with a digit, so that it is found in the midst of words too.
secrets = st.text(st.sampled_from("abXY019<>/+%'\"\\=&?#: äé€ж😀\n\x7f"), min_size=5, max_size=24).map(
    lambda rest: f"Zq7{rest}"
)
HARD = ["Zq&<b>'\"", 'Zqä"/b', "Zq'it\"s", "Zq\\n", "Zq😀😀", "Zq%2F", "Zq'\"é/+\\", "Zqab", "Zq\n\n"]


def hard(test):
    for secret in HARD:
        test = example(secret)(test)
    return test


def forms(secret):
    """What a job or a library makes of a secret on its way into a text."""
    raw = secret.encode()
    return {
        "raw": secret,
        "quoted": quote(secret, safe=""),
        "quoted, slashes kept": quote(secret),
        "quoted for a form": quote_plus(secret),
        "quoted in small letters": re.sub("%..", lambda match: match[0].lower(), quote(secret, safe="")),
        "query": urlencode({"access_token": secret}),
        "json": json.dumps({"a": [secret]}),
        "json, own letters": json.dumps({"a": [secret]}, ensure_ascii=False),
        "quoted in a quoted address": quote(f"https://example.org/?next={quote(secret, safe='')}", safe=""),
        "json in json": json.dumps({"body": json.dumps({"a": secret})}),
        "json in json, own letters": json.dumps([json.dumps([secret], ensure_ascii=False)], ensure_ascii=False),
        "html": html.escape(f"it's <{secret}>"),
        "html, quotes kept": html.escape(secret, quote=False),
        "xml": quoteattr(f"a='{secret}'"),
        "html in letters of ASCII": html.escape(secret, quote=False).encode("ascii", "xmlcharrefreplace").decode(),
        "json for a script": json.dumps(secret).replace("/", "\\/"),
        "repr": repr(secret),
        "repr in a longer text": repr(f'it\'s "{secret}"'),
        "ascii": ascii([secret]),
        "bytes": repr(raw),
        "base64": base64.b64encode(raw).decode(),
        "base64 for URLs": base64.urlsafe_b64encode(raw).decode(),
        "basic auth": base64.b64encode(b"user:" + raw).decode(),
        "basic auth, one letter more": base64.b64encode(b"user1:" + raw + b"!").decode(),
        "basic auth, two letters more": base64.b64encode(b"user12:" + raw + b"!!").decode(),
    }


def kernels(secret):
    """Texts of which none may be left over."""
    raw = secret.encode()
    whole = [secret, quote(secret, safe=""), quote(secret), quote_plus(secret), repr(secret)[1:-1], ascii(secret)[1:-1]]
    whole += [json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(raw)[2:-1], raw.hex()]
    for before in ("", "x", "xx"):
        encoded = base64.b64encode(before.encode() + raw).decode().rstrip("=")
        whole.append(encoded[4 if before else 0 : -1])
    return [text for text in whole if len(text) >= 4]


def assert_clean(text, secret):
    for kernel in kernels(secret):
        assert kernel not in text


@relaxed
@hard
@given(secrets)
def test_a_secret_is_redacted_in_every_form_in_which_it_travels(secret):
    redactor = Redactor([secret])
    for form in forms(secret).values():
        cleaned = redactor.text(f"before {form} after")
        assert_clean(cleaned, secret)
        assert cleaned.startswith("before ")
        assert cleaned.endswith(" after")
        assert REDACTED in cleaned


@relaxed
@given(secrets, secrets)
def test_several_secrets_are_redacted_side_by_side(first, second):
    cleaned = Redactor([first, second]).text(f"{first}|{second}|{second}{first}")
    assert_clean(cleaned, first)
    assert_clean(cleaned, second)


class Odd(Exception):
    def __init__(self, secret):
        super().__init__("an odd error", {"held": [secret]})


def raise_from(error, cause):
    raise error from cause


def message(secret):
    raise ValueError(f"no good: {secret}")


def key(secret):
    return {}[secret]


def argument(secret):
    raise OSError(5, "no good", secret)


def odd(secret):
    raise Odd(secret)


def cause(secret):
    raise_from(RuntimeError("outside"), ValueError(secret))


def deep_cause(secret):
    middle = RuntimeError("middle")
    middle.__cause__ = ValueError(secret)
    raise_from(RuntimeError("outside"), middle)


def context(secret):
    try:
        raise ValueError(secret)
    except ValueError:
        raise RuntimeError("outside")  # noqa: B904


def note(secret):
    error = ValueError("outside")
    error.add_note(f"see {secret}")
    raise error


def group(secret):
    inner = ExceptionGroup("inner", [raised_with_cause(secret)])
    raise ExceptionGroup("outside", [KeyError("a"), inner])


def raised_with_cause(secret):
    error = ValueError("inner")
    error.__cause__ = ValueError(secret)
    return error


def itself(secret):
    error = ValueError(secret)
    raise error from error


def our_own(secret):
    raise InvalidMessage(f"not {secret}", fix=f"leave {secret} out", code=secret, details={secret: [secret, (secret,)]})


def our_own_with_cause(secret):
    raise_from(InvalidMessage("outside"), ValueError(secret))


def our_own_in_context(secret):
    try:
        raise ValueError(secret)
    except ValueError:
        raise InvalidMessage("outside")  # noqa: B904


def our_own_with_note(secret):
    error = InvalidMessage("outside")
    error.add_note(secret)
    raise error


def wrong_call(secret):
    execute(secret)


def wrong_call_with_a_long_value(secret):
    execute({"a": "x" * 50, "b": secret * 3})


def not_a_state(secret):
    fn(lambda given: given)(secret)


LEAKS = [
    message, key, argument, odd, cause, deep_cause, context, note, group, itself, our_own, our_own_with_cause,
    our_own_in_context, our_own_with_note, wrong_call, wrong_call_with_a_long_value, not_a_state,
]  # fmt: skip


def everything_written(error):
    facts = error.facts()
    return "\n".join(
        [
            str(error),
            repr(error),
            error.report(),
            repr(facts),
            json.dumps(facts),
            json.dumps(facts, ensure_ascii=False),
            "".join(traceback.format_exception(error)),
            repr(vars(error)),
            repr(error.args),
            pickle.dumps(error, 0).decode("latin-1"),
        ]
    )


def plain(leak, secret):
    return fn(lambda given: leak(secret))


def in_a_loop(leak, secret):
    return execute(each([1], fn(lambda given: given).then(lambda given: leak(secret))))


def without_configuration(leak, secret):
    inner = fn(lambda given: leak(secret))
    return execute(fn(lambda given: inner({"data": 1})))


def as_the_result_of_a_handler(leak, secret):
    return fn(lambda given: 1 / 0).catch(lambda error, given: leak(secret))


def whole_value_in_a_form(leak, secret):
    return fn(lambda given: leak(json.dumps([secret], ensure_ascii=False)))


@settings(max_examples=examples(6))
@hard
@given(secrets)
@pytest.mark.parametrize(
    "job", [plain, in_a_loop, without_configuration, as_the_result_of_a_handler, whole_value_in_a_form]
)
@pytest.mark.parametrize("leak", LEAKS)
def test_no_secret_is_in_what_is_written_of_an_error(leak, job, secret):
    state = {"data": {}, "configuration": {"access_token": secret}}
    with pytest.raises(AdaptorError) as caught:
        job(leak, secret)(state)
    assert_clean(everything_written(caught.value), secret)


def test_a_cause_without_a_secret_stays_for_the_traceback():
    with pytest.raises(AdaptorError) as caught:
        fn(lambda given: given["x"])({"configuration": {"access_token": HARD[0]}})
    assert isinstance(caught.value.__cause__, KeyError)


@relaxed
@hard
@given(secrets)
def test_no_secret_is_in_the_log(secret):
    lines = []
    state = {"data": {"t": secret, "u": quote(secret)}, "configuration": {"deep": [{"api_key": secret}]}}
    with Run(sink=lambda *line: lines.append(repr(line))) as run:
        log(secret, state, lambda given: given["data"], [secret], {secret: secret}, secret.encode())(state)
        run.log("info", "job", secret, field=secret, deep={"a": [secret]})
        try_each([1], fn(lambda given: our_own(secret)), fail=False)(state)
    assert len(lines) >= 3
    assert_clean("\n".join(lines), secret)


def test_no_secret_is_in_the_log_of_an_operation_that_runs_alone(caplog):
    with caplog.at_level(logging.DEBUG, "adaptor"):
        log("token", "100 % Zq-secret")({"configuration": {"access_token": "Zq-secret"}})
    assert caplog.messages == [f"token 100 % {REDACTED}"]


@relaxed
@given(secrets)
def test_the_details_of_a_loop_hold_no_secret(secret):
    state = {"configuration": {"app_secret": secret}}
    done = try_each([1, 2], fn(lambda given: our_own(secret)), fail=False)(state)
    assert len(done["failed"]) == 2
    assert_clean(json.dumps(done["failed"], ensure_ascii=False) + json.dumps(done["failed"]), secret)


# --- what counts as a secret ---


@pytest.mark.parametrize(
    ("configuration", "found"),
    [
        ({"access_token": "abcd"}, {"abcd"}),
        ({"access_token": "abc"}, set()),
        ({"page_id": "12345678", "api_version": "v26.0"}, set()),
        ({"db": {"password": "hunter22", "host": "example.org"}}, {"hunter22"}),
        ({"credentials": {"user": "anna", "pin": "9876"}}, {"anna", "9876"}),
        ({"pass": "pa-1", "pwd": "pw-2", "x-auth": "au-3", "dsn": "ds-4"}, {"pa-1", "pw-2", "au-3", "ds-4"}),
        (
            {"jwt": "jw-1", "otp": 4711, "signing_key": "si-2", "connectionString": "co-3"},
            {"jw-1", "4711", "si-2", "co-3"},
        ),
        ({"author": "Anna", "passenger": "Ben", "opinion": "none", "key": "A17-b"}, set()),
        ({"apiKey": "k-123", "API_KEY": "k-456", "api-token": "k-789"}, {"k-123", "k-456", "k-789"}),
        ({"secrets": ["one-1", "two-2"]}, {"one-1", "two-2"}),
        ([{"token": "abcd"}], {"abcd"}),
        ({"token_type": "bearer"}, set()),
        ({"access_token": None, "app_secret": 5, "pin": True}, set()),
        (None, set()),
        ("text", set()),
    ],
)
def test_whatever_stands_under_a_key_that_sounds_like_a_secret_is_one(configuration, found):
    assert set(secrets_of(configuration)) == found


def test_everything_in_a_configuration_but_our_public_keys_is_a_secret():
    properties = schema()["properties"]
    assert {key for key, rule in properties.items() if not rule.get("writeOnly")} == PUBLIC_KEYS
    configuration = {key: f"value-{key}" for key in properties} | {"clinic": "Nairobi", "port": 5432, "tls": True}
    found = {secret for _, secret in named_secrets(configuration)}
    token, secret = configuration["access_token"], configuration["app_secret"]
    user = configuration["user_access_token"]
    proofs = {appsecret_proof(each, secret) for each in (token, user)}
    others = {configuration[key] for key, rule in properties.items() if rule.get("writeOnly")} | {"Nairobi", "5432"}
    assert found == {token, user, secret, *proofs, *others}
    assert {path for path, _ in named_secrets({"base_url": "https://me:pw@example.org"})} == {"base_url"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_each_line_of_a_secret_is_one_unless_everybody_knows_it(line_end):
    redactor = Redactor()
    key = line_end.join(["-----BEGIN KEY-----", "MIIEvQ9first", "short1", "-----END KEY-----", ""])
    redactor.learn_configuration({"pem": key})
    assert redactor.text("a MIIEvQ9first b") == f"a {REDACTED} b"
    assert redactor.text("short1 -----BEGIN KEY-----") == "short1 -----BEGIN KEY-----"
    assert redactor.text(f"a {key}b") == f"a {REDACTED}b"


def test_a_number_is_taken_out_of_json_which_stays_json_and_comes_back_where_it_was_kept():
    redactor = Redactor()
    redactor.learn_credential({"access_token": "EAAG-a-long-token", "otp": 48151623})
    value = {"a": [48151623, 48151623.0, 1, True, None, 2.5], "b": "48151623, not 481516234"}
    clean = {"a": [REDACTED, REDACTED, 1, True, None, 2.5], "b": f"{REDACTED}, not 481516234"}
    assert redactor.value(value) == clean
    assert json.loads(redactor.json(json.dumps(value))) == clean
    kept = redactor.keep(value)
    assert "48151623" not in json.dumps(kept).replace("481516234", "")
    restored = redactor.restore(json.loads(json.dumps(kept)))
    assert restored == value
    assert [type(item) for item in restored["a"]] == [type(item) for item in value["a"]]


def test_texts_in_which_secrets_were_taken_out_can_still_be_told_apart():
    redactor = Redactor(["7001-anna", "7002-ben"])
    first, second = redactor.distinct("7001-anna"), redactor.distinct("7002-ben")
    assert first != second
    assert first == redactor.distinct("7001-anna")
    assert "7001" not in first
    assert redactor.distinct("7003") == "7003"


def test_what_a_write_is_known_by_does_not_change_with_a_setting():
    redactor = Redactor()
    redactor.learn_credential({"api_key": "aZ7-kq9wm3", "admin": "6543210987654321", "season": "spring"})
    assert redactor.text("6543210987654321 in spring") == f"{REDACTED} in {REDACTED}"
    for known_by in ("6543210987654321", "spring-17"):
        assert redactor.identity(known_by) == known_by
    assert redactor.identity("aZ7-kq9wm3").startswith(f"{REDACTED} ")
    redactor.learn(["spring"])
    assert redactor.identity("spring-17").startswith(REDACTED)


@pytest.mark.parametrize(
    "number", [10**5000, float("nan"), float("inf"), -1e308, True], ids=["huge", "nan", "inf", "large", "true"]
)
def test_numbers_that_are_no_secret_stay_as_they_are(number):
    redactor = Redactor(["48151623"])
    assert redactor.value([number])[0] is number
    assert redactor.keep([number])[0] is number


def test_a_number_is_taken_out_beside_half_a_surrogate_pair():
    clean = Redactor(["48151623"]).json('{"a": 48151623, "b": "\\ud83d"}')
    assert json.loads(clean) == {"a": REDACTED, "b": "\ud83d"}
    clean.encode()


def test_the_proof_of_the_app_secret_is_a_secret_too():
    found = set(secrets_of({"access_token": "12345678", "app_secret": "12345678"}))
    assert appsecret_proof("12345678", "12345678") in found


def test_half_a_surrogate_pair_does_not_keep_an_error_from_being_redacted():
    secret = json.loads('"Zq\\ud800secret"')
    assert Redactor([secret]).text(f"a {secret} b") == f"a {REDACTED} b"
    assert len(list(secrets_of({"access_token": secret, "app_secret": secret}))) == 3


def test_values_without_a_secret_are_shared_and_those_with_one_are_not_changed():
    redactor = Redactor(["Zq-secret"])
    clean, dirty = {"a": [1, None, "x"]}, {"a": ["Zq-secret", {"Zq-secret": ("Zq-secret", 1)}]}
    assert redactor.value(clean) is clean
    assert redactor.value(dirty) == {"a": [REDACTED, {REDACTED: [REDACTED, 1]}]}
    assert dirty["a"][0] == "Zq-secret"


def test_a_redactor_without_secrets_changes_nothing():
    value = {"a": "Zq-secret"}
    assert Redactor().value(value) is value
    assert Redactor(["abc"]).text("abc") == "abc"


def test_learning_says_whether_anything_was_new():
    redactor = Redactor()
    assert redactor.learn(["Zq-secret"])
    assert not redactor.learn(["Zq-secret", "abc"])
    assert redactor.text("Zq-secret") == REDACTED


@pytest.mark.parametrize(
    ("secret", "token", "proof"),
    [
        ("the-secret-of-an-app", "EAAG-a-token", "b563190ed149941e994a9d22302a04ec878143d1ddc329f2334d3d06321e2fc0"),
        ("Zwölf Äpfel", "EAAG-another-token", "078b81a50f589e11b4875504744f9198971b1d4fb4e8e33026d480f69f4cd9d1"),
    ],
)
def test_the_proof_is_what_openssl_gives_for_token_and_secret(secret, token, proof):
    # printf TOKEN | openssl dgst -sha256 -hmac SECRET
    assert appsecret_proof(token, secret) == proof


def test_the_begin_of_a_secret_of_several_lines_waits_for_its_end():
    redactor = Redactor()
    redactor.learn(["first line\nsecond line\nthird line\n"])
    for text, at in (
        ("a first line\n", 2),
        ("a first line\nsecond line\n", 2),
        ("a second line\n", 14),
        ("a first line", 12),
        ("first line\nsecond line\nthird line\n", 34),
        ("", 0),
    ):
        assert redactor.unfinished(text) == at, text
    assert Redactor(["one line only"]).unfinished("one line only\n") == 14


def test_texts_with_half_a_character_are_told_apart_too():
    redactor = Redactor(["7001-anna"])
    first, second = redactor.distinct("7001-anna \ud83d"), redactor.distinct("7001-anna \ud83c")
    assert first != second


def test_json_without_secrets_keeps_its_letters():
    redactor = Redactor(["7001-anna"])
    assert redactor.json('{"a":"ä","b":"7001-anna"}') == f'{{"a":"ä","b":"{REDACTED}"}}'


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("X-Functions-Key", True),
        ("Ocp-Apim-Subscription-Key", True),
        ("sig", True),
        ("X-Amz-Signature", True),
        ("Idempotency-Key", False),
        ("signature", False),
        ("sigma", False),
    ],
)
def test_headers_and_parameters_that_let_somebody_in_sound_secret(name, is_secret):
    assert sounds_secret(name) is is_secret
