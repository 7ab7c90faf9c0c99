"""The files of a TLS connection that a job names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptor.core.errors import InvalidMessage
from adaptor.wire.tls import check_cert, check_verify, tls_settings

CERTIFICATE = Path(__file__).parents[1] / "graph" / "certificate.pem"
KEY = CERTIFICATE.with_name("key.pem")


def refused(check: Any, *arguments: Any) -> tuple[str, str | None, Any]:
    with pytest.raises(InvalidMessage) as raised:
        check(*arguments)
    return raised.value.description, raised.value.fix, raised.value.details


TRUST = 'Give the file of the certificates that you trust: verify="clinic-ca.pem".'
PAIR = 'Give cert="client.pem", or cert=("client.crt", "client.key").'
PEM = "Give a file in PEM format (-----BEGIN CERTIFICATE-----)."


@pytest.mark.parametrize(
    ("verify", "problem"),
    [
        (False, "is False, so anybody on the way could read the credential and the data"),
        (None, "is None, not the path of a file"),
        (1, "is an int, not the path of a file"),
        (["a"], "is a list, not the path of a file"),
    ],
)
def test_what_names_no_certificates_to_trust_is_refused(verify: Any, problem: str) -> None:
    assert refused(check_verify, verify) == (f"`verify` {problem}.", TRUST, {"field": "verify"})


def test_a_path_and_true_may_be_given() -> None:
    for verify in (True, "ca.pem", Path("ca.pem")):
        check_verify(verify)
    for cert in ("a.pem", Path("a.pem"), ("a.crt", Path("a.key")), ["a.crt", "a.key"]):
        check_cert(cert)


@pytest.mark.parametrize("cert", [None, "", 5, ("a",), ("a", "b", "c"), ("a", ""), ("a", None), []])
def test_what_is_no_certificate_of_the_client_is_refused(cert: Any) -> None:
    assert refused(check_cert, cert) == ("`cert` is not the path of a file.", PAIR, {"field": "cert"})


def test_files_that_can_be_used_become_the_settings_of_a_connection() -> None:
    pair = (str(CERTIFICATE), str(KEY))
    assert tls_settings(None, None) == tls_settings(True, None) == {}
    assert tls_settings(CERTIFICATE, None) == {"verify": str(CERTIFICATE)}
    assert tls_settings(CERTIFICATE.parent, None) == {"verify": str(CERTIFICATE.parent)}
    assert tls_settings(None, (CERTIFICATE, KEY)) == tls_settings(True, [*pair]) == {"cert": pair}


def test_a_certificate_and_its_key_may_be_in_one_file(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(CERTIFICATE.read_bytes() + KEY.read_bytes())
    assert tls_settings(None, both) == {"cert": str(both)}


def test_a_file_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path) -> None:
    missing, empty, folder = tmp_path / "none.pem", tmp_path / "empty.pem", tmp_path / "folder"
    empty.touch()
    folder.mkdir()
    no_pair = "hold no certificate with its key, without a password"
    for settings, field, problem in (
        ((missing, None), "verify", f"{missing}, which does not exist"),
        ((empty, None), "verify", f"{empty}, which holds no certificates"),
        ((None, missing), "cert", f"{missing}, which does not exist"),
        ((None, (CERTIFICATE, missing)), "cert", f"{missing}, which does not exist"),
        ((None, folder), "cert", f"{folder}, which cannot be read (Is a directory)"),
        ((None, empty), "cert", f"{empty}, which {no_pair}"),
        ((None, (CERTIFICATE, empty)), "cert", f"{CERTIFICATE} and {empty}, which {no_pair}"),
    ):
        assert refused(tls_settings, *settings) == (f"`{field}` names {problem}.", PEM, {"field": field})
