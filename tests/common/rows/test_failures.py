"""What a loop shows of the items that failed: each kind once, with the first items, their rows and the reasons."""

import pytest

from adaptor import InvalidMessage, InvalidValue, ItemsFailed
from adaptor.common.rows.failures import Kinds, failure, raise_if_failed
from adaptor.common.rows.sources import PositionInFile


def kinds_of(*found):
    kinds = Kinds()
    for index, error in found:
        kinds.add(index, error)
    return kinds


def in_file(index):
    return PositionInFile.of(index, "rows.csv", index + 2)


def test_items_with_one_reason_share_a_line():
    kinds = kinds_of(*[(in_file(index), InvalidMessage("The id is empty.")) for index in (0, 4)])
    assert kinds.listed().splitlines() == [
        "  2 × InvalidMessage: The id is empty.",
        "      row 1 (rows.csv, line 2), row 5 (rows.csv, line 6)",
    ]


def test_items_of_one_kind_that_differ_have_their_own_reasons():
    kinds = kinds_of((0, InvalidValue("'soon' is not a date.")), (1, InvalidValue("'late' is not a date.")))
    assert kinds.listed().splitlines() == [
        "  2 × InvalidValue:",
        "      row 1: 'soon' is not a date.",
        "      row 2: 'late' is not a date.",
    ]


def test_three_of_a_kind_are_shown_and_the_option_that_writes_all():
    kinds = kinds_of(*[(index, InvalidMessage(f"It has {index} letters.")) for index in range(9)])
    lines = kinds.listed().splitlines()
    assert lines[0] == "  9 × InvalidMessage:"
    assert lines[3] == "      row 3: It has 2 letters."
    assert lines[4:] == ["      and 6 more", "  All of them: --results FILE.csv"]


def test_the_most_frequent_kind_comes_first_and_what_few_have_is_counted():
    found = [(index, InvalidMessage(f"Reason {chr(97 + index)}.")) for index in range(14)]
    lines = kinds_of(*found, (20, InvalidMessage("Reason n.")), (21, InvalidMessage("Reason n."))).listed().splitlines()
    assert lines[0] == "  3 × InvalidMessage: Reason n."
    assert lines[-2:] == ["  4 × other errors", "  All of them: --results FILE.csv"]


def test_what_only_an_answers_id_tells_apart_is_one_kind():
    kinds = kinds_of(
        *[(index, InvalidMessage(f"Meta answered: no (code 551, fbtrace_id A{index}x)")) for index in (0, 1)]
    )
    assert kinds.listed().splitlines()[0] == "  2 × InvalidMessage: Meta answered: no (code 551)"


def test_a_reason_cannot_begin_a_line_of_its_own():
    assert "\nDone." not in kinds_of((0, InvalidMessage("No.\nDone."))).listed()


def test_the_error_at_the_end_names_what_a_terminal_and_a_job_have():
    with pytest.raises(ItemsFailed) as caught:
        raise_if_failed([failure(0, InvalidMessage("No."))], 2, "items", fail=None)
    assert "--results FILE.csv" in caught.value.fix
    assert "state['failed']" in caught.value.fix
    assert "`details`" not in caught.value.fix
