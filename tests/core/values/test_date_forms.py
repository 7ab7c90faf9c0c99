"""What is said of a text that should be a date: the form that it probably has, and how it is read."""

from __future__ import annotations

from datetime import datetime

import pytest

from adaptor.core.values.date_forms import DAY_NUMBER_FIX, date_fix, is_day_number

MOMENT = datetime(2026, 11, 24, 9, 30, 15)
DAYS = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%d.%m.%y", "%d %B %Y", "%d %b %Y"]
DAYS += ["%d-%b-%Y", "%d-%b-%y", "%B %d, %Y", "%b %d, %Y", "%m/%d/%Y", "%m-%d-%Y"]


def read_with(form: str) -> str:
    return f'Read it in an earlier step: datetime.strptime(text, "{form}").isoformat(); see `adaptor docs dates`.'


@pytest.mark.parametrize("day", DAYS)
def test_the_form_of_a_date_is_recognised_and_the_fix_reads_it(day: str) -> None:
    # In November the full name is no abbreviation; `24` is no month, so the order is clear.
    assert date_fix(MOMENT.strftime(day)) == read_with(day)


@pytest.mark.parametrize("clock", [" %H:%M", " %H:%M:%S", " %I:%M %p", "T%H:%M"])
def test_a_time_of_day_may_follow(clock: str) -> None:
    assert date_fix(f"  {MOMENT.strftime(f'%d/%m/%Y{clock}')} ") == read_with(f"%d/%m/%Y{clock}")
    assert date_fix(MOMENT.strftime("%Y-%m-%d %I:%M %p")) == read_with("%Y-%m-%d %I:%M %p")


def test_where_the_order_is_not_clear_the_day_comes_first() -> None:
    assert date_fix("03/04/2026") == read_with("%d/%m/%Y")
    assert date_fix("03-04-2026") == read_with("%d-%m-%Y")


@pytest.mark.parametrize("text", ["45985", "45985.5", "30000", "69999.9"])
def test_the_number_of_a_day_of_a_spreadsheet_is_recognised(text: str) -> None:
    assert date_fix(text) == DAY_NUMBER_FIX


@pytest.mark.parametrize("text", ["29999", "70000", "4598", "45985x", "tomorrow", "31/31/2026"])
def test_of_any_other_text_the_form_of_a_date_is_said(text: str) -> None:
    assert date_fix(text) == "A date is written as 2026-11-24 or 2026-11-24T09:30; see `adaptor docs dates`."


@pytest.mark.parametrize("text", ["", "  "])
def test_rows_without_a_date_are_to_be_left_out(text: str) -> None:
    assert date_fix(text) == "Leave such rows out: fn_if(state.data.day != '', …); see `adaptor docs dates`."


def test_numbers_of_days_are_those_of_this_time() -> None:
    assert [is_day_number(value) for value in (29_999, 30_000, 69_999, 70_000)] == [False, True, True, False]
