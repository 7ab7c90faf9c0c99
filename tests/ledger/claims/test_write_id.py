"""Which write is which."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from adaptor.core.digest import digest
from adaptor.ledger.claims.write_id import write_id
from adaptor.ledger.records import Write

WRITE = Write("each › send_text", "1", "f", 0, "step", 0, "9")


def test_an_id_can_travel_in_metadata():
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", write_id("r", WRITE))


@pytest.mark.parametrize(
    "change",
    [{"site": "x"}, {"recipient": "2"}, {"fingerprint": "g"}, {"occurrence": 1}, {"step": "x"}, {"arrival": 1}],
)
def test_everything_that_tells_writes_apart_is_in_the_id(change):
    assert write_id("r", WRITE._replace(**change)) != write_id("r", WRITE)
    keyed = WRITE._replace(own_key="k")
    assert write_id("another run", keyed._replace(**change)) == write_id("r", keyed)


def test_a_digest_is_the_same_in_every_process_and_whatever_the_order_of_keys():
    script = "from adaptor.core.digest import digest; print(digest({'b': [1, 'ü'], 'a': None}))"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == digest({"a": None, "b": [1, "ü"]})
