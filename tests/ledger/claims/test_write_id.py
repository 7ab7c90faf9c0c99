"""Which write is which."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from adaptor.core.digest import digest
from adaptor.ledger.claims.write_id import is_write_id, write_id
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


def test_ids_are_the_same_in_every_release_since_ledgers_outlive_them():
    # Another id for the same write, and a resume would make it again. Whoever has to change these changes `IDENTITY`.
    write = Write("each@3 · send_text@4", "1", "f", 2, "step", 1, "9")
    assert write_id("r", write) == "9C3QSgeBXViEAbBN_ohlq_rW"
    assert write_id("r", write._replace(own_key="k")) == "qmoRuZ2dPEU8EtYuPxhjTg78"
    assert write_id("r", write._replace(recipient="")) == "vBgXy32aIw2ahW8LpCpAYzaP"


def test_a_call_for_nobody_is_the_same_where_its_lines_have_moved_and_one_for_somebody_is_not():
    moved = WRITE._replace(site="each@9 · send_text@8")
    here = WRITE._replace(site="each@3 · send_text@4")
    assert write_id("r", moved._replace(recipient="")) == write_id("r", here._replace(recipient=""))
    assert write_id("r", moved) != write_id("r", here)


def test_parts_that_meet_differently_are_different_writes():
    assert write_id("r", WRITE._replace(step="a", fingerprint="b1")) != write_id(
        "r", WRITE._replace(step="ab", fingerprint="1")
    )


def test_a_text_that_is_no_unicode_has_an_id():
    assert is_write_id(write_id("r", WRITE._replace(recipient="\udc80")))


@pytest.mark.parametrize(
    "value", ["", "a" * 23, "a" * 25, "a" * 23 + "+", "a" * 24 + "\n", "ä" * 24, None, 1, ["a" * 24]]
)
def test_what_is_no_id_is_told_from_one(value):
    assert not is_write_id(value)
    assert is_write_id("aZ09-_" * 4)
