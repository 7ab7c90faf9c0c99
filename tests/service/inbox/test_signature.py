"""Only who knows the secret is listened to."""

import hashlib
import hmac

import pytest

from adaptor.service.inbox.signature import challenge, signers

BODY = b'{"text":"\\u00e4"}'


def sign(secret, body=BODY):
    return b"sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def test_the_signature_is_that_of_the_raw_bytes():
    assert signers(BODY, sign("s"), ["s"])
    assert not signers('{"text":"ä"}'.encode(), sign("s"), ["s"])


def test_both_secrets_count_during_a_rotation():
    assert signers(BODY, sign("old"), ["new", "old"])
    assert signers(BODY, sign("new"), ["new", "old"])
    assert not signers(BODY, sign("older"), ["new", "old"])


@pytest.mark.parametrize(
    "header",
    [None, b"", b"sha256=", sign("s")[7:], sign("s").upper(), sign("s") + b" ", b"sha1=abc", "sha256=ä".encode()],
)
def test_anything_else_is_no_signature(header):
    assert not signers(BODY, header, ["s"])


def test_without_a_secret_nothing_is_signed():
    assert not signers(BODY, sign(""), [])


@pytest.mark.parametrize(
    "query",
    [{}, {"hub.mode": "subscribe"}, {"hub.mode": "unsubscribe", "hub.verify_token": "t", "hub.challenge": "1"},
     {"hub.mode": "subscribe", "hub.verify_token": "ä", "hub.challenge": "1"}],
)  # fmt: skip
def test_another_handshake_is_refused(query):
    assert challenge(query, ["t"]) is None
