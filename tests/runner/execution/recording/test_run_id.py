"""Ids of runs."""

import re
import time

import pytest

from adaptor.core.errors import InputError
from adaptor.runner.execution.recording.run_id import _MOST_LABEL, check_labels, check_run_id, new_run_id


def test_a_new_id_has_the_time_and_four_random_characters():
    ids = {new_run_id() for _ in range(50)}
    assert len(ids) > 45
    assert all(re.fullmatch(r"\d{8}-\d{6}-[a-z2-9]{4}", each) for each in ids)


def test_an_id_can_be_part_of_a_file_name():
    assert check_run_id("clinic_7.b-1") == "clinic_7.b-1"
    assert check_run_id("K" * 64) == "K" * 64
    for text in ("", "a/b", "../a", ".a", "a b", "é", "a" * 65):
        with pytest.raises(InputError, match="cannot be the name of a run"):
            check_run_id(text)


def test_a_name_that_cannot_be_one_says_what_can():
    with pytest.raises(InputError, match="`last` is the newest run") as refused:
        check_run_id("last")
    assert refused.value.fix == "Choose another name."
    with pytest.raises(InputError) as refused:
        check_run_id("a/b")
    assert refused.value.fix == "Up to 64 letters, digits, dots, hyphens and underscores; nothing was run."


def test_a_new_id_has_the_time_of_greenwich(monkeypatch):
    monkeypatch.setattr("adaptor.runner.execution.recording.run_id.time.gmtime", lambda: GREENWICH)
    assert new_run_id().startswith("20261128-235959-")


GREENWICH = time.struct_time((2026, 11, 28, 23, 59, 59, 5, 332, 0))


def test_labels_are_words_by_their_names():
    assert check_labels([("clinic", "kibera"), ("A.b-c_1Z", "x"), ("clinic", "kibera")]) == {
        "clinic": "kibera",
        "A.b-c_1Z": "x",
    }


@pytest.mark.parametrize(
    ("labels", "description", "fix"),
    [
        (
            [("a b", "x")],
            "'a b' cannot be the name of a label.",
            "Up to 64 letters, digits, dots, hyphens and underscores, such as clinic=kibera; nothing was run.",
        ),
        (
            [("a", "")],
            "The label `a` has no value that can be shown on a line.",
            f"Give text of 1 to {_MOST_LABEL} characters; nothing was run.",
        ),
        (
            [("a", "x\n")],
            "The label `a` has no value that can be shown on a line.",
            f"Give text of 1 to {_MOST_LABEL} characters; nothing was run.",
        ),
        ([("a", "x"), ("a", "y")], "The label `a` is given twice.", "Give it one value; nothing was run."),
    ],
)
def test_what_cannot_be_a_label_is_refused(labels, description, fix):
    with pytest.raises(InputError) as refused:
        check_labels(labels)
    assert (refused.value.description, refused.value.fix) == (description, fix)


def test_the_longest_label_that_is_allowed():
    assert check_labels([("a" * 64, "x" * _MOST_LABEL)])
    for label in (("a" * 65, "x"), ("a", "x" * (_MOST_LABEL + 1)), (1, "x"), ("a", 1)):
        with pytest.raises(InputError):
            check_labels([label])
