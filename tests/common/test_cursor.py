"""The cursor: how far a run came, in words, times and pages."""

import copy
import json
import pickle
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from adaptor import (
    JobError,
    MissingReference,
    WrongCall,
    cursor,
    data_value,
    each,
    execute,
    fn,
    json_value,
    source_value,
    state,
)
from adaptor.core.run.context import Run

NOW = datetime(2024, 6, 15, 13, 45, 30, 123000, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def at(operation, given=None, now=NOW):
    with Run(started=now.timestamp()):
        return operation({} if given is None else given)


def kept(*args, now=NOW, **options):
    return at(cursor(*args, **options), now=now)["cursor"]


WORDS = [
    ("now", "2024-06-15T13:45:30.123Z"),
    ("start", "2024-06-15T13:45:30.123Z"),
    ("end", "2024-06-15T13:45:30.123Z"),
    ("today", "2024-06-15T00:00:00.000Z"),
    ("yesterday", "2024-06-14T00:00:00.000Z"),
    ("1 hour ago", "2024-06-15T12:45:30.123Z"),
    ("36 hours ago", "2024-06-14T01:45:30.123Z"),
    ("0 hours ago", "2024-06-15T13:45:30.123Z"),
    ("1 day ago", "2024-06-14T00:00:00.000Z"),
    ("30 days ago", "2024-05-16T00:00:00.000Z"),
    ("0 days ago", "2024-06-15T00:00:00.000Z"),
    (" Yesterday ", "2024-06-14T00:00:00.000Z"),
    ("2  Days  ago", "2024-06-13T00:00:00.000Z"),
]


@pytest.mark.parametrize(("words", "expected"), WORDS)
def test_words_mean_times_counted_from_the_start_of_the_run(words, expected):
    assert kept(words) == expected


@pytest.mark.parametrize(("words", "expected"), WORDS)
def test_the_default_takes_the_same_words(words, expected):
    assert kept(None, default=words) == expected


IN_NAIROBI = [
    ("today", "2024-06-14T21:00:00.000Z"),
    ("yesterday", "2024-06-13T21:00:00.000Z"),
    ("2 days ago", "2024-06-12T21:00:00.000Z"),
    ("now", "2024-06-15T13:45:30.123Z"),
    ("24 hours ago", "2024-06-14T13:45:30.123Z"),
]


@pytest.mark.parametrize(
    "zone", ["Africa/Nairobi", ZoneInfo("Africa/Nairobi"), timezone(timedelta(hours=3))], ids=["name", "zone", "offset"]
)
@pytest.mark.parametrize(("words", "expected"), IN_NAIROBI)
def test_the_timezone_says_whose_day_is_meant(words, expected, zone):
    assert kept(words, timezone=zone) == expected


def test_late_in_the_evening_it_is_tomorrow_already_elsewhere():
    late = datetime(2024, 6, 15, 23, 30, tzinfo=UTC)
    assert kept("today", now=late) == "2024-06-15T00:00:00.000Z"
    assert kept("today", now=late, timezone="Asia/Manila") == "2024-06-15T16:00:00.000Z"
    assert kept("today", now=late, timezone="America/Lima") == "2024-06-15T05:00:00.000Z"


CLOCKS_SET = [
    # Where clocks are set at night, a day has 23 or 25 hours, and where they are set at midnight it begins at 01:00.
    ("Europe/Berlin", datetime(2024, 3, 31, 20, tzinfo=UTC), "today", "2024-03-30T23:00:00.000Z"),
    ("Europe/Berlin", datetime(2024, 4, 1, 20, tzinfo=UTC), "yesterday", "2024-03-30T23:00:00.000Z"),
    ("Europe/Berlin", datetime(2024, 4, 1, 20, tzinfo=UTC), "24 hours ago", "2024-03-31T20:00:00.000Z"),
    ("Africa/Cairo", datetime(2024, 4, 26, 12, tzinfo=UTC), "today", "2024-04-25T22:00:00.000Z"),
    ("America/Havana", datetime(2024, 11, 3, 20, tzinfo=UTC), "today", "2024-11-03T04:00:00.000Z"),
]


@pytest.mark.parametrize(("zone", "now", "words", "expected"), CLOCKS_SET)
def test_a_day_begins_at_its_first_moment_also_when_clocks_are_set(zone, now, words, expected):
    assert kept(words, now=now, timezone=zone) == expected


TIMES = [
    (NOW, "UTC", "2024-06-15T13:45:30.123Z"),
    (NOW.astimezone(ZoneInfo("Asia/Kathmandu")), "UTC", "2024-06-15T13:45:30.123Z"),
    (NOW.astimezone(ZoneInfo("Asia/Kathmandu")), "Africa/Nairobi", "2024-06-15T13:45:30.123Z"),
    (datetime(2024, 6, 15, 13, 45), "UTC", "2024-06-15T13:45:00.000Z"),
    (datetime(2024, 6, 15, 13, 45), "Africa/Nairobi", "2024-06-15T10:45:00.000Z"),
    (date(2024, 6, 15), "UTC", "2024-06-15T00:00:00.000Z"),
    (date(2024, 6, 15), "Africa/Nairobi", "2024-06-14T21:00:00.000Z"),
]


@pytest.mark.parametrize(("value", "zone", "expected"), TIMES)
def test_datetimes_and_dates_become_iso_text_in_utc(value, zone, expected):
    assert kept(value, timezone=zone) == expected
    assert kept(None, default=value, timezone=zone) == expected


@pytest.mark.long
@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.timezones()))
def test_it_is_the_same_moment_whatever_the_zone(moment):
    texts = {kept(moment, timezone=zone) for zone in ("UTC", "Africa/Nairobi", "America/Havana", "Asia/Kathmandu")}
    assert len(texts) == 1
    (text,) = texts
    assert datetime.fromisoformat(text) == moment.astimezone(UTC).replace(
        microsecond=moment.astimezone(UTC).microsecond // 1000 * 1000
    )


@given(
    st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2035, 1, 1)),
    st.timezones(),
    st.integers(min_value=0, max_value=1000),
)
def test_days_ago_is_never_later_than_now_and_hours_ago_is_exact(now, zone, count):
    now = now.replace(microsecond=0, tzinfo=UTC)
    days = datetime.fromisoformat(kept(f"{count} days ago", now=now, timezone=zone))
    assert days <= now - timedelta(days=max(count - 2, 0))
    assert kept("0 days ago", now=now, timezone=zone) == kept("today", now=now, timezone=zone)
    hours = datetime.fromisoformat(kept(f"{count} hours ago", now=now, timezone=zone))
    assert now - hours == timedelta(hours=count)


AS_THEY_ARE = ["", "abc", "2024-06-01", "2024-06-01T00:00:00Z", "ago", "tomorrow", 0, 22, 1.5, True, [1], {"page": 2}]


@pytest.mark.parametrize("value", AS_THEY_ARE, ids=repr)
def test_anything_else_is_kept_as_it_is(value):
    assert kept(value, default="today") == value


def test_nothing_is_kept_as_nothing():
    assert at(cursor(None)) == {"cursor": None}


# --- the key ---


def test_the_key_is_where_it_is_kept_and_holds_for_that_call_alone():
    story = execute(cursor(1, key="page"), cursor(2))
    assert at(story) == {"data": {}, "references": [], "page": 1, "cursor": 2}


def test_the_key_may_be_the_second_argument_and_lazy():
    assert at(cursor(1, "page")) == {"page": 1}
    assert at(cursor(1, key=state.name), {"name": "page"}) == {"name": "page", "page": 1}


def test_the_state_before_is_not_changed():
    before = {"cursor": {"old": [1]}, "data": {"a": 1}}
    given = copy.deepcopy(before)
    after = at(cursor("today"), given)
    assert given == before
    assert after["data"] is given["data"]


@given(
    st.dictionaries(st.text(), st.integers()),
    st.none()
    | st.integers()
    | st.text(alphabet="abc ")
    | st.datetimes()
    | st.sampled_from(["now", "today", "3 days ago"]),
)
def test_no_value_ever_changes_the_state_before(given, value):
    before = copy.deepcopy(given)
    after = at(cursor(state.value), given | {"value": value})
    assert given == before
    assert {key: item for key, item in after.items() if key not in ("cursor", "value")} == {
        key: item for key, item in before.items() if key not in ("cursor", "value")
    }
    json.dumps(after["cursor"])


# --- the format ---


def test_the_format_is_given_the_moment_in_the_timezone():
    assert kept("today", format_=lambda moment: moment.strftime("%Y-%m-%d")) == "2024-06-15"
    assert kept("now", format_=str, timezone="Africa/Nairobi") == "2024-06-15 16:45:30.123000+03:00"
    assert kept(date(2024, 6, 15), format_=lambda moment: moment.timestamp()) == 1718409600.0


def test_the_format_is_given_the_moment_of_iso_text_too_so_that_the_next_run_does_the_same():
    keep = cursor(data_value("last"), default="yesterday", format_=lambda moment: moment.strftime("%d.%m.%Y"))
    assert at(keep)["cursor"] == "14.06.2024"
    for text in ("2024-06-10", "2024-06-10T05:00:00.000Z", "2024-06-10 05:00"):
        assert at(keep, {"data": {"last": text}})["cursor"] == "10.06.2024"


@pytest.mark.parametrize(
    ("value", "expected"), [("abc", "ABC"), ("20240615", "20240615"), ("2024-99-99", "2024-99-99")]
)
def test_the_format_is_given_anything_else_as_it_is(value, expected):
    assert kept(value, format_=lambda text: text.upper()) == expected
    assert kept(5, format_=lambda page: page + 1) == 6


def test_where_the_format_returns_none_it_is_as_without():
    assert kept("today", format_=lambda moment: None) == "2024-06-15T00:00:00.000Z"
    assert kept(5, format_=lambda page: None) == 5


def test_a_format_is_not_asked_about_nothing():
    assert kept(None, format_=lambda moment: moment.year) is None


def test_times_that_a_format_returns_become_text():
    assert kept("now", format_=lambda moment: moment) == "2024-06-15T13:45:30.123Z"
    assert kept("now", format_=lambda moment: moment.date()) == "2024-06-15"
    assert kept("now", format_=lambda moment: moment.time()) == "13:45:30.123000"
    assert kept("now", format_=lambda moment: moment.replace(tzinfo=None)) == "2024-06-15T13:45:30.123000"


def test_a_format_that_fails_is_told_with_its_line():
    with pytest.raises(JobError) as caught:
        kept(5, format_=lambda moment: moment.year)
    assert caught.value.cause_type == "AttributeError"
    assert caught.value.file == __file__


# --- lazy arguments and runs ---


def test_every_argument_may_be_lazy():
    given = {"when": "today", "zone": "Africa/Nairobi", "key": "since"}
    assert at(cursor(state.when, key=state.key, timezone=state.zone), given)["since"] == "2024-06-14T21:00:00.000Z"
    assert at(cursor(None, default=state.when), given)["cursor"] == "2024-06-15T00:00:00.000Z"
    last = cursor(lambda given: given.get("last"), default=lambda given: given["first"])
    assert at(last, {"first": 9}) == {"first": 9, "cursor": 9}
    assert at(cursor(f"{state.n} days ago"), {"n": 2})["cursor"] == "2024-06-13T00:00:00.000Z"
    assert at(cursor(lambda given: given["n"] * 2), {"n": 2})["cursor"] == 4


def test_it_goes_on_from_the_last_run_and_begins_with_the_default():
    keep = cursor(data_value("$.data.cursor"), default="today")
    assert at(keep, {"data": {}})["cursor"] == "2024-06-15T00:00:00.000Z"
    assert at(keep, {"data": {"cursor": "2024-01-01T00:00:00.000Z"}})["cursor"] == "2024-01-01T00:00:00.000Z"


def test_now_is_the_same_in_the_whole_run():
    story = execute(cursor("now", key="first"), each([1, 2, 3], cursor("now", key="later")), cursor("end"))
    done = story({})
    assert done["first"] == done["later"] == done["cursor"]


def test_what_was_kept_is_in_the_log_for_those_who_look_closely():
    lines = []
    with Run(sink=lambda *line: lines.append(line[:3]), started=NOW.timestamp()):
        cursor("today")({})
    assert lines == [("debug", "job", "cursor is 2024-06-15T00:00:00.000Z")]


def test_it_prints_as_it_was_written_and_is_a_value():
    assert repr(cursor(state.cursor, default="today")) == "cursor(state.cursor, default='today')"
    assert cursor("today", key="a") == cursor("today", "a")
    assert cursor("today") != cursor("today", timezone="Asia/Manila")


def test_a_page_number_loads_no_timezones():
    script = (
        "import sys\nfrom adaptor import cursor\n"
        "cursor(5)({}); cursor('abc')({})\n"
        "assert 'zoneinfo' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# --- mistakes ---

UNKNOWN = [
    "2 weeks ago",
    "an hour ago",
    "a day ago",
    "-1 days ago",
    "1.5 hours ago",
    "long ago",
    "3 days  and 1 hour ago",
]


@pytest.mark.parametrize("words", UNKNOWN)
def test_a_time_that_is_not_known_is_an_error_that_says_which_are(words):
    with pytest.raises(JobError) as caught:
        kept(words)
    assert str(caught.value) == f"cursor() does not know the time {words!r}."
    assert "`2 days ago`" in caught.value.fix


@pytest.mark.parametrize("words", ["99999999 days ago", "999999999 hours ago", "999999999 days ago"])
def test_a_time_before_all_calendars_is_an_error(words):
    with pytest.raises(JobError, match="is before the year 1"):
        kept(words)


def test_a_time_that_utc_has_no_date_for_is_an_error():
    with pytest.raises(JobError, match="outside the years 1 to 9999"):
        kept(datetime(1, 1, 1), timezone=timezone(timedelta(hours=3)))


def test_a_long_text_is_not_shown_in_the_error():
    with pytest.raises(JobError) as caught:
        kept("secret " * 20 + " ago")
    assert "secret" not in str(caught.value)


ZONES = [
    ("Africa/Nairoby", "There is no timezone 'Africa/Nairoby'. Did you mean 'Africa/Nairobi'?"),
    ("../../etc/passwd", "There is no timezone '../../etc/passwd'."),
    ("/etc/localtime", "There is no timezone '/etc/localtime'."),
    ("", "There is no timezone ''."),
    ("Africa", "There is no timezone 'Africa'."),
    ("x\0y", "There is no timezone 'x\\x00y'."),
    (5, "`timezone` of cursor() must be a name such as 'Africa/Nairobi' or a tzinfo, not an int."),
    (None, "`timezone` of cursor() must be a name such as 'Africa/Nairobi' or a tzinfo, not None."),
]


@pytest.mark.parametrize(("zone", "words"), ZONES)
def test_an_unknown_timezone_is_an_error_that_names_it(zone, words):
    with pytest.raises(WrongCall) as caught:
        kept("today", timezone=zone)
    assert str(caught.value).startswith(words)
    assert caught.value.fix


def test_a_machine_without_timezones_is_told_how_to_get_them(monkeypatch):
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    with pytest.raises(WrongCall) as caught:
        kept("today", timezone="No/Where")
    assert "pip install tzdata" in caught.value.fix


WRONG = [
    (lambda: cursor(), "cursor() is missing `value`."),
    (lambda: cursor(1, defualt=2), "cursor() does not take `defualt`. Did you mean `default`?"),
    (lambda: cursor(1, tz="UTC"), "cursor() does not take `tz`."),
    (lambda: cursor(1, "a", 2, str, "UTC"), "cursor() takes at most 4 positional arguments, but 5 were given."),
    (lambda: cursor(1, format_="%Y"), "`format_` of cursor() must be a function, not str '%Y'."),
    (lambda: kept(1, key=""), "`key` of cursor() must be a text that is not empty"),
    (lambda: kept(1, key=5), "`key` of cursor() must be a text that is not empty"),
    (lambda: kept(1, {"key": "page"}), "`key` of cursor() must be a text that is not empty; options are given by name"),
]


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[row[1] for row in WRONG])
def test_a_wrong_call_is_refused_with_what_to_write(call, words):
    with pytest.raises(WrongCall) as caught:
        call()
    assert str(caught.value).startswith(words)
    assert caught.value.fix


def test_an_operation_after_it_reads_what_was_kept():
    story = execute(cursor("today"), fn(lambda given: {**given, "data": {"since": given["cursor"]}}))
    assert at(story)["data"] == {"since": "2024-06-15T00:00:00.000Z"}


# --- a first run ---


@pytest.mark.parametrize(
    "value",
    [
        state.cursor,
        state.sync["cursor"],
        state.cursor + 1,
        source_value("$.cursor"),
        data_value("cursor"),
        source_value("$.cursor", default="today"),
        json_value(state.sync, "cursor"),
    ],
    ids=repr,
)
def test_a_default_takes_the_place_of_a_path_that_a_first_run_does_not_have(value):
    assert at(cursor(value, default="today")) == {"cursor": "2024-06-15T00:00:00.000Z"}


def test_a_cursor_moves_from_run_to_run():
    turn = cursor(state.cursor, default="today")
    first = at(turn)
    assert at(turn, first) == first
    assert at(execute(turn, cursor(state.page)), {"cursor": 1, "page": 2})["cursor"] == 2


def test_without_a_default_a_missing_path_is_an_error_that_names_the_helper_for_it():
    with pytest.raises(MissingReference) as caught:
        at(cursor(state.cursor), {"data": {}})
    assert 'source_value("$.cursor", default=…)' in caught.value.fix


def test_a_cursor_with_a_default_can_be_pickled():
    turn = cursor(state.cursor, default="today")
    assert pickle.loads(pickle.dumps(turn)) == turn
    assert repr(turn) == "cursor(state.cursor, default='today')"
