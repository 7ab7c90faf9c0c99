"""Who is never to be written to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adaptor import JobError, broadcast, send_text, state
from adaptor.messenger.broadcast.exclusions import how_many

#: See `conftest.py`.
Campaign = Any

HELLO = send_text(state.data.psid, f"Hello {state.data.name}.")


def text_file(folder: Path, ids: list[str]) -> Path:
    file = folder / "never.txt"
    file.write_text("\n".join(["", *ids, "  "]))
    return file


def csv_file(folder: Path, ids: list[str]) -> Path:
    file = folder / "never.csv"
    file.write_text("name,psid\n" + "".join(f"Somebody,{each}\n" for each in ids))
    return file


def other_csv_file(folder: Path, ids: list[str]) -> Path:
    file = folder / "never.csv"
    file.write_text("person\n" + "".join(f"{each}\n" for each in ids))
    return file


def jsonl_file(folder: Path, ids: list[str]) -> Path:
    file = folder / "never.jsonl"
    file.write_text("".join(json.dumps({"recipient": each}) + "\n" for each in ids))
    return file


@pytest.mark.parametrize(
    "skip",
    [
        lambda folder, ids: ids,
        lambda folder, ids: [int(each) for each in ids],
        lambda folder, ids: set(ids),
        lambda folder, ids: [{"psid": each, "name": "Somebody"} for each in ids],
        lambda folder, ids: state.data.never,
        text_file,
        csv_file,
        other_csv_file,
        jsonl_file,
    ],
    ids=["texts", "numbers", "set", "objects", "lazy", "text", "CSV", "CSV by its first column", "JSON lines"],
)
def test_whoever_is_left_out_gets_nothing(campaign: Campaign, tmp_path: Path, skip: Any) -> None:
    people = campaign.people(4)
    never = [people[1]["psid"], people[3]["psid"]]
    after = campaign.perform(broadcast(people, HELLO, skip=skip(tmp_path, never)), data={"never": never})
    assert campaign.texts == ["Hello Name 0.", "Hello Name 2."]
    assert after["data"]["outcomes"] == {"sent": 2, "skipped": 2}
    assert campaign.outcomes() == {"sent": 2, "skipped": 2}


def test_an_empty_list_leaves_out_nobody(campaign: Campaign) -> None:
    after = campaign.perform(broadcast(campaign.people(2), HELLO, skip=[]))
    assert after["data"]["outcomes"] == {"sent": 2}


@pytest.mark.parametrize(
    "skip", ["6000000000000001", 7, {"psid": "1"}, ["1", None], [""], [{}], [True], [["1"]]], ids=str
)
def test_a_list_that_is_none_stops_everything(campaign: Campaign, skip: Any) -> None:
    error = campaign.refuse(broadcast(campaign.people(3), HELLO, skip=skip))
    assert isinstance(error, JobError)
    assert "skip" in error.description
    assert campaign.texts == []


@pytest.mark.parametrize(
    ("name", "text"), [("never.jsonl", "{broken"), ("never.csv", 'psid\n"open'), ("missing.txt", None)], ids=str
)
def test_a_file_that_cannot_be_read_stops_everything(
    campaign: Campaign, tmp_path: Path, name: str, text: str | None
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    error = campaign.refuse(broadcast(campaign.people(3), HELLO, skip=tmp_path / name))
    assert name in str(error)
    assert campaign.texts == []


def test_whoever_was_written_to_before_the_list_named_them_is_not_called_skipped(campaign: Campaign) -> None:
    people = campaign.people(2)
    for skip in ([], [people[0]["psid"]]):
        after = campaign.perform(broadcast(people, HELLO, skip=skip))
    assert after["data"]["outcomes"] == {"sent": 2}


def test_whoever_was_left_out_stays_so_when_the_run_goes_on(campaign: Campaign) -> None:
    people = campaign.people(2)
    for skip in ([people[0]["psid"]], []):
        after = campaign.perform(broadcast(people, HELLO, skip=skip))
    assert after["data"]["outcomes"] == {"skipped": 1, "sent": 1}
    assert campaign.texts == ["Hello Name 1."]


def test_how_many_there_are_is_known_of_what_need_not_be_read_through(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n\n{"a": 2}\n', encoding="utf-8")
    (tmp_path / "b.CSV").write_text("psid\n1\n2\n3\n", encoding="utf-8")
    assert [how_many(tmp_path / name) for name in ("a.jsonl", "b.CSV")] == [2, 3]
    assert [how_many(source) for source in ([1, 2], {"a": 1, "b": 2}, "text", iter([1]))] == [2, 1, None, None]
