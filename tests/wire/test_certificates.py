"""The certificates that connections trust."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import requests

from adaptor.wire.certificates import trusting

BUNDLE = requests.utils.DEFAULT_CA_BUNDLE_PATH


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return Path(shutil.copy(BUNDLE, tmp_path / "bundle.pem"))


def test_the_certificates_of_a_file_are_read_once_for_all_connections(bundle: Path) -> None:
    assert trusting(str(bundle)) is trusting(str(bundle))


def test_a_file_that_has_changed_is_read_again(bundle: Path) -> None:
    before = trusting(str(bundle))
    one, _, _ = bundle.read_text().partition("-----END CERTIFICATE-----")
    bundle.write_text(f"{one}-----END CERTIFICATE-----\n")
    os.utime(bundle, ns=(1, 1))
    assert len(before.get_ca_certs()) > 1
    assert len(trusting(str(bundle)).get_ca_certs()) == 1


def test_a_change_is_seen_by_the_time_or_by_the_size(bundle: Path) -> None:
    os.utime(bundle, ns=(1, 1))
    first = trusting(str(bundle))
    os.utime(bundle, ns=(2, 2))
    second = trusting(str(bundle))
    bundle.write_bytes(bundle.read_bytes() + b"\n")
    os.utime(bundle, ns=(2, 2))
    assert len({first, second, trusting(str(bundle))}) == 3


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_without_certificates_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(OSError, match=r"No such file|NO_CERTIFICATE|no start line|PEM lib"):
        trusting(str(tmp_path / "ca.pem"))
