"""Ids of runs."""

import re

import pytest

from adaptor.core.errors import InputError
from adaptor.runner.execution.recording.run_id import check_run_id, new_run_id


def test_a_new_id_has_the_time_and_four_random_characters():
    ids = {new_run_id() for _ in range(50)}
    assert len(ids) > 45
    assert all(re.fullmatch(r"\d{8}-\d{6}-[a-z2-9]{4}", each) for each in ids)


def test_an_id_can_be_part_of_a_file_name():
    assert check_run_id("clinic_7.b-1") == "clinic_7.b-1"
    for text in ("", "a/b", "../a", ".a", "a b", "é", "a" * 65):
        with pytest.raises(InputError, match="cannot be the name of a run"):
            check_run_id(text)
    with pytest.raises(InputError, match="`last` is the newest run"):
        check_run_id("last")
