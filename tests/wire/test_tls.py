import os
import shutil

import pytest
import requests

from adaptor.wire.tls import trusting

BUNDLE = requests.utils.DEFAULT_CA_BUNDLE_PATH


@pytest.fixture
def bundle(tmp_path):
    return shutil.copy(BUNDLE, tmp_path / "bundle.pem")


def test_the_certificates_of_a_file_are_read_once_for_all_connections(bundle):
    assert trusting(str(bundle)) is trusting(str(bundle))


def test_a_file_that_has_changed_is_read_again(bundle):
    before = trusting(str(bundle))
    one, _, _ = bundle.read_text().partition("-----END CERTIFICATE-----")
    bundle.write_text(f"{one}-----END CERTIFICATE-----\n")
    os.utime(bundle, ns=(1, 1))
    assert len(before.get_ca_certs()) > 1
    assert len(trusting(str(bundle)).get_ca_certs()) == 1


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_without_certificates_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(OSError, match=r"No such file|NO_CERTIFICATE|no start line|PEM lib"):
        trusting(str(tmp_path / "ca.pem"))
