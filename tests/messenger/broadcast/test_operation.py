"""What a job writes: whom a broadcast goes to, what it may be given, and what it leaves."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import (
    InvalidMessage,
    ItemsFailed,
    JobError,
    WrongCall,
    broadcast,
    combine,
    each,
    fn,
    fn_if,
    get_user_profile,
    send_audio,
    send_text,
    send_video,
    state,
)
from adaptor.core.errors import AdaptorError, MissingReference

if TYPE_CHECKING:
    from collections.abc import Iterator

    #: See `conftest.py`.
    Campaign = Any

HELLO = send_text(state.data.psid, f"Hello {state.data.name}.")


# --- Whom it goes to ---


def csv_file(folder: Path, people: list[dict[str, Any]]) -> Path:
    file = folder / "people.csv"
    file.write_text("psid,name\n" + "".join(f"{each['psid']},{each['name']}\n" for each in people))
    return file


def jsonl_file(folder: Path, people: list[dict[str, Any]]) -> Path:
    file = folder / "people.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in people))
    return file


@pytest.mark.parametrize(
    "source",
    [
        lambda folder, people: people,
        lambda folder, people: state.data.people,
        lambda folder, people: "$.data.people[*]",
        csv_file,
        jsonl_file,
        lambda folder, people: lambda given: iter(given["data"]["people"]),
    ],
    ids=["list", "lazy reference", "JSONPath", "CSV", "JSON lines", "iterator"],
)
def test_a_broadcast_goes_to_everybody_in_its_source(campaign: Campaign, tmp_path: Path, source: Any) -> None:
    people = campaign.people(3)
    after = campaign.perform(broadcast(source(tmp_path, people), HELLO), data={"people": people})
    assert campaign.texts == ["Hello Name 0.", "Hello Name 1.", "Hello Name 2."]
    assert after["data"] == {"total": 3, "outcomes": {"sent": 3}, "errors": {}, "results": "adaptor runs results r1"}
    assert after["failed"] == []


@pytest.mark.long
def test_a_source_is_never_held_whole(campaign: Campaign) -> None:
    ahead: list[int] = []

    def people() -> Iterator[dict[str, Any]]:
        for number in range(400):
            ahead.append(number - len(campaign.sandbox.messages))
            yield campaign.person(number)

    campaign.perform(broadcast(lambda given: people(), HELLO, batch_size=10, concurrency=2))
    assert len(campaign.texts) == 400
    # Two calls are under way, and a third is being put together.
    assert max(ahead) <= 30


def test_nobody_is_not_an_error(campaign: Campaign) -> None:
    after = campaign.perform(broadcast([], HELLO))
    assert after["data"]["total"] == 0
    assert campaign.texts == []


def test_the_position_of_a_person_is_the_index(campaign: Campaign) -> None:
    campaign.perform(broadcast(campaign.people(2), send_text(state.data.psid, f"Number {state.index}.")))
    assert campaign.texts == ["Number 0.", "Number 1."]


# --- What goes out ---


def test_fifty_go_out_in_one_call_where_no_pace_holds_them_up(campaign: Campaign) -> None:
    campaign.perform(broadcast(campaign.people(120), HELLO, rate=10_000))
    assert sorted(campaign.sizes) == [20, 50, 50]


def test_at_metas_pace_calls_are_small_so_that_no_second_sees_many_too_many(campaign: Campaign) -> None:
    campaign.perform(broadcast(campaign.people(120), HELLO))
    assert max(campaign.sizes) <= 12
    assert len(campaign.texts) == 120


def test_recordings_go_out_one_by_one_at_metas_pace_for_them(campaign: Campaign) -> None:
    recording = send_audio(state.data.psid, "https://example.org/a.mp3")
    campaign.perform(broadcast(campaign.people(3), recording))
    assert campaign.sizes == [0, 0, 0]


def test_with_batch_size_one_each_message_is_a_call_of_its_own(campaign: Campaign) -> None:
    campaign.perform(broadcast(campaign.people(5), HELLO, batch_size=1))
    assert campaign.sizes == [0] * 5
    assert len(campaign.texts) == 5


def test_a_condition_leaves_people_out(campaign: Campaign) -> None:
    only = fn_if(state.data.name == "Name 1", HELLO)
    after = campaign.perform(broadcast(campaign.people(3), only))
    assert campaign.texts == ["Hello Name 1."]
    assert after["data"]["outcomes"] == {"sent": 1, "skipped": 2}


def test_a_condition_chooses_between_two_messages(campaign: Campaign) -> None:
    either = fn_if(state.data.name == "Name 1", HELLO, send_text(state.data.psid, "Good day."))
    campaign.perform(broadcast(campaign.people(3), either))
    assert sorted(campaign.texts) == ["Good day.", "Good day.", "Hello Name 1."]


def test_combine_may_hold_what_comes_down_to_one(campaign: Campaign) -> None:
    first, second = state.data.name == "Name 0", state.data.name == "Name 1"
    both = combine(fn_if(first, HELLO), fn_if(second, send_text(state.data.psid, "Second.")))
    after = campaign.perform(broadcast(campaign.people(3), both))
    assert sorted(campaign.texts) == ["Hello Name 0.", "Second."]
    assert after["data"]["outcomes"] == {"sent": 2, "skipped": 1}


def test_nothing_passes_from_one_person_to_the_next(campaign: Campaign) -> None:
    after = campaign.perform(broadcast(campaign.people(2), HELLO), data={"kept": True})
    assert after["references"][-1] == {"kept": True}


# --- What it refuses ---


@pytest.mark.parametrize("more", [{"typing": 2}, {"split": True}])
def test_what_makes_several_calls_is_refused_where_it_is_written(more: dict[str, Any]) -> None:
    with pytest.raises(WrongCall, match="makes several calls"):
        broadcast([], send_text("1", "hi", **more))


@pytest.mark.parametrize(
    "operation",
    [
        each([1], send_text(state.data.psid, "hi")),
        fn(lambda given: given),
        get_user_profile(state.data.psid),
        combine(send_text(state.data.psid, "a"), send_text(state.data.psid, "b")),
    ],
    ids=["each", "fn", "a read", "two sends"],
)
def test_what_is_not_one_send_is_refused_before_anything_leaves(campaign: Campaign, operation: Any) -> None:
    error = campaign.refuse(broadcast(campaign.people(3), operation))
    assert isinstance(error, WrongCall)
    assert error.fix
    assert campaign.texts == []


@pytest.mark.parametrize(
    "settings",
    [{"batch_size": 51}, {"batch_size": 0}, {"batch_size": True}, {"concurrency": 0}, {"max_in_flight": 0}]
    + [{"rate": each} for each in (0, -1, "fast", True)],
)
def test_numbers_that_make_no_sense_are_refused_where_they_are_written(settings: dict[str, Any]) -> None:
    with pytest.raises(WrongCall, match="of broadcast"):
        broadcast([], HELLO, **settings)


def test_a_path_that_is_missing_for_everybody_is_the_jobs_fault_and_stops_it(campaign: Campaign) -> None:
    error = campaign.refuse(broadcast(campaign.people(3), send_text(state.data.psid, f"{state.clinic}")))
    assert isinstance(error, MissingReference)
    assert campaign.texts == []


# --- The same again ---


def test_the_same_message_to_the_same_person_is_sent_once_and_reported(campaign: Campaign) -> None:
    people = campaign.people(2)
    after = campaign.perform(broadcast([*people, people[0]], HELLO))
    assert sorted(campaign.texts) == ["Hello Name 0.", "Hello Name 1."]
    assert after["data"]["outcomes"] == {"sent": 2, "duplicate": 1}


def test_the_same_message_far_behind_is_sent_once_too(campaign: Campaign) -> None:
    people = campaign.people(60)
    after = campaign.perform(broadcast([*people, people[0]], HELLO))
    assert after["data"]["outcomes"] == {"sent": 60, "duplicate": 1}
    assert len(campaign.texts) == 60


def test_another_message_to_the_same_person_is_sent_too(campaign: Campaign) -> None:
    person = campaign.person(0)
    after = campaign.perform(broadcast([person, {**person, "name": "Mia"}], HELLO))
    assert sorted(campaign.texts) == ["Hello Mia.", "Hello Name 0."]
    assert after["data"]["outcomes"] == {"sent": 2}


def test_a_resumed_run_sends_to_those_alone_who_have_nothing_yet(campaign: Campaign) -> None:
    for people in (campaign.people(3), list(reversed(campaign.people(5)))):
        after = campaign.perform(broadcast(people, HELLO))
    assert len(campaign.texts) == 5
    assert after["data"] == {
        "total": 5,
        "outcomes": {"sent": 5},
        "made_before": 3,
        "errors": {},
        "results": "adaptor runs results r1",
    }


def test_a_resumed_run_does_not_send_another_text_to_whoever_got_one(campaign: Campaign) -> None:
    first, second = (
        broadcast(campaign.people(2), send_text(state.data.psid, text)) for text in ("Hello.", "Something else.")
    )
    campaign.perform(first)
    error = campaign.refuse(second)
    assert isinstance(error, ItemsFailed)
    assert {each["error"]["name"] for each in error.details} == {"ReplayMismatch"}
    assert "key=" in error.details[0]["error"]["fix"]
    assert len(campaign.texts) == 2


# --- Keys ---


def test_a_key_holds_across_runs(campaign: Campaign) -> None:
    job = broadcast(campaign.people(3), HELLO, key=state.data.name)
    campaign.perform(job)
    after = campaign.perform(job, run="r2")
    assert len(campaign.texts) == 3
    assert after["data"]["made_before"] == 3


def test_a_key_may_be_a_function_of_the_state(campaign: Campaign) -> None:
    campaign.perform(broadcast(campaign.people(2), HELLO, key=lambda given: given["data"]["name"]))
    assert sorted(row.write.own_key for row in campaign.rows()) == ["Name 0", "Name 1"]


def test_the_key_of_the_operation_itself_holds_too(campaign: Campaign) -> None:
    job = broadcast(campaign.people(2), send_text(state.data.psid, "Hi.", key=state.data.name))
    campaign.perform(job)
    campaign.perform(job, run="r2")
    assert len(campaign.texts) == 2


def test_somebody_elses_key_is_refused_for_that_person_alone(campaign: Campaign) -> None:
    campaign.perform(broadcast([campaign.person(0)], HELLO, key="visit 1"))
    people = [{**campaign.person(1), "visit": "visit 1"}, {**campaign.person(2), "visit": "visit 2"}]
    error = campaign.refuse(broadcast(people, HELLO, key=state.data.visit), run="r2")
    assert [(each["index"], each["error"]["name"]) for each in error.details] == [(0, "KeyTaken")]
    assert campaign.texts == ["Hello Name 0.", "Hello Name 2."]


def test_a_key_without_a_value_is_a_fault_of_the_row(campaign: Campaign) -> None:
    people = [campaign.person(0), {**campaign.person(1), "visit": "v"}]
    error = campaign.refuse(broadcast(people, HELLO, key=state.data.visit))
    assert [each["index"] for each in error.details] == [0]
    assert campaign.texts == ["Hello Name 1."]


# --- What fails ---


@pytest.fixture
def partly(campaign: Campaign) -> list[dict[str, Any]]:
    """Four people: one who cannot be reached, one without a name."""
    people = campaign.people(4)
    campaign.sandbox.faults.next(551, to=people[1]["psid"])
    del people[2]["name"]
    return people


def test_what_is_wrong_with_rows_is_raised_at_the_end_and_everybody_else_is_served(
    campaign: Campaign, partly: Any
) -> None:
    error = campaign.refuse(broadcast(partly, HELLO))
    assert isinstance(error, ItemsFailed)
    assert [(each["index"], each["error"]["name"]) for each in error.details] == [
        (2, "MissingReference"),
        (1, "RecipientUnavailable"),
    ]
    assert sorted(campaign.texts) == ["Hello Name 0.", "Hello Name 3."]


def test_with_fail_false_what_is_wrong_is_left_in_the_state(campaign: Campaign, partly: Any) -> None:
    after = campaign.perform(broadcast(partly, HELLO, fail=False))
    assert after["data"]["outcomes"] == {"sent": 2, "failed": 2}
    assert after["data"]["errors"] == {"MissingReference": 1, "RecipientUnavailable": 1}
    assert [(each["index"], each["about"], each["sent"]) for each in after["failed"]] == [
        (2, "row", "no"),
        (1, "person", "no"),
    ]


def test_persons_who_cannot_be_reached_do_not_fail_it_unless_that_is_wanted(campaign: Campaign) -> None:
    people = campaign.people(2)
    campaign.sandbox.faults.next(551, to=people[0]["psid"], times=2)
    after = campaign.perform(broadcast(people, HELLO))
    assert after["data"]["outcomes"] == {"sent": 1, "failed": 1}
    assert isinstance(campaign.refuse(broadcast(people, HELLO, fail=True), run="r2"), ItemsFailed)


def test_the_first_hundred_failures_are_kept_and_all_are_counted(campaign: Campaign) -> None:
    error = campaign.refuse(broadcast([{}] * 150, HELLO))
    assert len(error.details) == 100
    assert "150 of 150 messages" in error.description
    after = campaign.perform(broadcast([{}] * 150, HELLO, fail=False), run="r2")
    assert after["data"]["errors"] == {"MissingReference": 150}
    assert len(after["failed"]) == 100


def test_a_message_that_meta_would_refuse_names_its_row(campaign: Campaign) -> None:
    people = [campaign.person(0), {**campaign.person(1), "name": "x" * 2000}]
    after = campaign.perform(broadcast(people, HELLO, fail=False))
    (failed,) = after["failed"]
    assert failed["error"]["name"] == InvalidMessage.__name__
    assert failed["error"]["place"].startswith("broadcast[1]")
    assert [row["row"] for row in campaign.results if row["outcome"] == "failed"] == [2]


def test_an_error_says_which_person_and_which_operation(campaign: Campaign) -> None:
    people = campaign.people(18)
    campaign.sandbox.faults.next(551, to=people[17]["psid"])
    after = campaign.perform(broadcast(people, HELLO, fail=False))
    assert after["failed"][0]["error"]["place"] == "broadcast[17] · send_text"
    assert after["failed"][0]["error"]["line"] == HELLO.line


def test_errors_of_a_missing_value_name_the_operation_too(campaign: Campaign) -> None:
    after = campaign.perform(broadcast([{}], HELLO, fail=False))
    assert after["failed"][0]["error"]["place"].startswith("broadcast[0]")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", 'psid,name\n{0},"Ana\nMaria"\n\n{1},{2}\n'),
        ("people.jsonl", '{{"psid": "{0}", "name": "Ana"}}\n\n\n{{"psid": "{1}", "name": "{2}"}}\n'),
    ],
)
def test_a_row_of_a_file_is_named_by_its_line(campaign: Campaign, tmp_path: Path, name: str, text: str) -> None:
    ana, ben = campaign.people(2)
    file = tmp_path / name
    file.write_text(text.format(ana["psid"], ben["psid"], "x" * 2000))
    after = campaign.perform(broadcast(file, HELLO, fail=False))
    line = 5 if name == "people.csv" else 4
    (failed,) = after["failed"]
    assert (failed["index"], failed["file"], failed["line"]) == (1, name, line)
    assert failed["error"]["place"].startswith(f"broadcast[1, {name} line {line}]")
    (row,) = (row for row in campaign.results if row["outcome"] == "failed")
    assert (row["row"], row["line"], row["recipient"]) == (2, line, ben["psid"])
    campaign.describe(broadcast(file, HELLO, fail=False))
    assert any("`message.text` has " in said and f"row 2 ({name}, line {line})" in said for said in campaign.logs)
    with pytest.raises(ItemsFailed, match=rf"The first is {name}, line {line}: `message\.text` has "):
        campaign.describe(broadcast(file, HELLO))


@pytest.mark.parametrize(
    ("name", "bad", "words"),
    [
        ("people.csv", "1,2,3", "3 values, but there are 2 columns."),
        ("people.jsonl", '{"psid": ', "this is not JSON: "),
    ],
)
def test_a_row_that_cannot_be_read_keeps_nobody_else_from_being_served(
    campaign: Campaign, tmp_path: Path, name: str, bad: str, words: str
) -> None:
    people = campaign.people(3)
    file = (csv_file if name == "people.csv" else jsonl_file)(tmp_path, people)
    lines = file.read_text().splitlines()
    lines.insert(-1, bad)
    file.write_text("\n".join(lines))
    campaign.describe(broadcast(file, HELLO, fail=False))
    assert any(words in said and f"({name}, line {len(lines) - 1})" in said for said in campaign.logs)
    error = campaign.refuse(broadcast(file, HELLO))
    assert f"The first is {name}, line {len(lines) - 1}: {words}" in str(error)
    assert len(campaign.texts) == 3


# --- A dry run, and a part of the people ---


def test_a_dry_run_shows_the_first_three_and_counts_the_rest(campaign: Campaign) -> None:
    people = campaign.people(10)
    after = campaign.describe(broadcast([*people, people[0], {}], HELLO, fail=False))
    assert len(campaign.shown) == 3
    assert after["data"]["outcomes"] == {"described": 10, "duplicate": 1, "failed": 1}
    assert any("and 7 more like these" in line for line in campaign.logs)
    assert any(line.endswith("    row 12") for line in campaign.logs)
    assert any("It would take about" in line for line in campaign.logs)
    assert campaign.sandbox.requests == []


def test_a_dry_run_makes_no_ledger(campaign: Campaign) -> None:
    campaign.describe(broadcast(campaign.people(2), HELLO, key=state.data.name))
    assert not Path(campaign.database).exists()


def test_a_dry_run_leaves_out_whom_skip_names(campaign: Campaign) -> None:
    people = campaign.people(2)
    after = campaign.describe(broadcast(people, HELLO, skip=[people[0]["psid"]]))
    assert after["data"]["outcomes"] == {"described": 1, "skipped": 1}


def test_a_limit_writes_to_the_first_alone(campaign: Campaign) -> None:
    after = campaign.perform(broadcast(campaign.people(10), HELLO), limit=3)
    assert campaign.texts == ["Hello Name 0.", "Hello Name 1.", "Hello Name 2."]
    assert after["data"]["outcomes"] == {"sent": 3, "skipped": 7}


def test_only_one_person_can_be_written_to(campaign: Campaign) -> None:
    people = campaign.people(10)
    after = campaign.perform(broadcast([{}, *people], HELLO), only_to=people[4]["psid"])
    assert campaign.texts == ["Hello Name 4."]
    assert after["data"]["outcomes"] == {"sent": 1, "skipped": 10}


# --- Asking first ---


@pytest.mark.long
def test_what_is_about_to_happen_is_said_and_asked(campaign: Campaign) -> None:
    asked: list[str] = []

    def confirm(words: str) -> bool:
        asked.append(words)
        return True

    campaign.perform(broadcast(campaign.people(600), HELLO), confirm=confirm)
    assert asked[0].splitlines() == [
        "",
        f"  Page           {campaign.sandbox.page_name} ({campaign.sandbox.page_id})",
        "  People         600",
        "  Takes          about 7 s, at 300 messages a second",
        "  After a crash  up to 600 messages may stay unknown; none is sent again",
        "  Page's inbox   does not show them all; with rate=40 it would",
        "Send?",
    ]
    campaign.perform(broadcast(campaign.people(600), HELLO, rate=40), confirm=confirm, run="r2", limit=1)
    assert "inbox" not in asked[1]


@pytest.mark.long
def test_what_was_sent_before_is_said_and_takes_no_time(campaign: Campaign) -> None:
    asked: list[str] = []

    def confirm(words: str) -> bool:
        asked.append(words)
        return True

    people = campaign.people(400)
    campaign.perform(broadcast(people, HELLO), limit=300)
    campaign.perform(broadcast(people, HELLO), confirm=confirm)
    assert "Takes          about 5 s, at" in asked[0]
    assert "Sent before    300 by this run; they are not sent again" in asked[0]
    assert "up to 100 messages may stay unknown" in asked[0]


def test_ids_that_look_rounded_are_in_the_question(campaign: Campaign) -> None:
    asked: list[str] = []
    rows = [{"psid": 6543210987654000 + 10 * number, "name": "Ana"} for number in range(10)]
    campaign.refuse(broadcast(rows, HELLO), confirm=lambda words: bool(asked.append(words)))
    assert "All 10 ids of 16 or 17 digits in `psid` end in 0." in asked[0]
    assert sum("end in 0" in line for line in campaign.logs) == 1
    assert campaign.texts == []


def test_nobody_is_asked_about_nobody(campaign: Campaign) -> None:
    after = campaign.perform(broadcast([], HELLO), confirm=lambda words: pytest.fail(words))
    assert after["data"]["total"] == 0


def test_whoever_says_no_writes_to_nobody(campaign: Campaign) -> None:
    error = campaign.refuse(broadcast(campaign.people(2), HELLO), confirm=lambda words: False)
    assert isinstance(error, JobError)
    assert error.code == "DECLINED"
    assert campaign.texts == []


# --- Without a ledger ---


def test_a_program_that_keeps_no_ledger_can_broadcast(campaign: Campaign) -> None:
    credential = {"access_token": campaign.sandbox.access_token, "base_url": campaign.sandbox.url}
    people = campaign.people(3)
    after = broadcast([*people, people[0]], HELLO)({"configuration": credential})
    assert after["data"] == {"total": 4, "outcomes": {"sent": 3, "duplicate": 1}, "errors": {}}


def test_in_combine_as_in_a_loop_the_same_message_is_sent_once(campaign: Campaign) -> None:
    # It may have been given a list of broadcasts, in an order that changes when the run goes on.
    ana, ben, cem = campaign.people(3)
    campaign.perform(combine(*[broadcast(people, HELLO) for people in ([ana, ben], [ben, cem])]))
    assert campaign.texts == ["Hello Name 0.", "Hello Name 1.", "Hello Name 2."]


def test_in_a_loop_too_the_same_message_to_the_same_person_is_sent_once(campaign: Campaign) -> None:
    ana, ben = campaign.people(2)
    lists = [{"members": [ana, ben]}, {"members": [ben]}]
    job = each(lists, broadcast(state.members.members, send_text(state.data.psid, "Hi.")), as_="members")
    after = campaign.perform(job)
    assert len(campaign.texts) == 2
    assert after["data"]["outcomes"] == {"duplicate": 1}


def test_in_a_loop_another_message_to_the_same_person_is_sent_too(campaign: Campaign) -> None:
    words = send_text(state.data.psid, f"{state.round}: hi.")
    campaign.perform(each(["Monday", "Tuesday"], broadcast(campaign.people(1), words), as_="round"))
    assert campaign.texts == ["Monday: hi.", "Tuesday: hi."]


def test_an_attached_film_takes_the_slower_lane(campaign: Campaign, clock: Any) -> None:
    film = send_video(state.data.psid, "https://example.org/a.mp4")
    began = time.monotonic()
    campaign.perform(broadcast(campaign.people(30), film, batch_size=10))
    # What the machine itself took need not be waited for.
    assert clock.slept + time.monotonic() - began >= 1.9


def test_an_error_of_the_source_is_raised(campaign: Campaign) -> None:
    def people() -> Iterator[dict[str, Any]]:
        yield campaign.person(0)
        raise OSError("the disk is gone")

    error = campaign.refuse(broadcast(lambda given: people(), HELLO, batch_size=1))
    assert isinstance(error, AdaptorError)
    assert campaign.outcomes() == {"sent": 1}
