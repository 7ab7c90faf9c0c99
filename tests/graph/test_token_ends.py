"""When tokens end, as Meta last said."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from adaptor.graph.token_ends import FILE, learn, token_warnings

NOW = 1_764_000_000
DAY = 24 * 3600
TOKEN = "EAAG-the-token-of-the-tests"


def test_an_end_that_is_near_is_told_and_one_that_is_far_is_not(tmp_path: Path) -> None:
    folders = [str(tmp_path / ".adaptor")]
    learn(folders, TOKEN, {"expires_at": NOW + 20 * DAY, "data_access_expires_at": 0}, NOW)
    assert token_warnings(folders, TOKEN, NOW) == []
    (warning,) = token_warnings(folders, TOKEN, NOW + 7 * DAY)
    assert warning.startswith("The token ends on 2025-12-14, in 13 days. Make a new one before: adaptor config token")
    (warning,) = token_warnings(folders, TOKEN, NOW + 21 * DAY)
    assert warning.startswith("The token ended on 2025-12-14, as Meta said.")


def test_the_end_of_the_access_to_data_is_told_too(tmp_path: Path) -> None:
    learn([str(tmp_path)], TOKEN, {"expires_at": NOW + DAY, "data_access_expires_at": NOW + 3600}, NOW)
    first, second = token_warnings([str(tmp_path)], TOKEN, NOW)
    assert "The token ends on 2025-11-25, in 1 day." in first
    assert "access to people's data ends on 2025-11-24, in less than a day." in second


def test_another_token_is_not_meant(tmp_path: Path) -> None:
    learn([str(tmp_path)], TOKEN, {"expires_at": NOW + DAY}, NOW)
    assert token_warnings([str(tmp_path)], f"{TOKEN}2", NOW) == []


def test_what_meta_says_later_replaces_what_it_said_before(tmp_path: Path) -> None:
    folders = [str(tmp_path)]
    learn(folders, TOKEN, {"expires_at": NOW + DAY}, NOW)
    learn(folders, TOKEN, {"is_valid": False, "expires_at": 0}, NOW)
    assert len(token_warnings(folders, TOKEN, NOW)) == 1
    learn(folders, TOKEN, {"is_valid": True, "expires_at": 0, "data_access_expires_at": 0}, NOW)
    assert token_warnings(folders, TOKEN, NOW) == []


def test_the_file_holds_no_token_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    learn([str(tmp_path / "new")], TOKEN, {"expires_at": NOW + DAY}, NOW)
    file = tmp_path / "new" / FILE
    assert TOKEN not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "new") == [FILE]


def test_a_token_that_never_ends_makes_no_file(tmp_path: Path) -> None:
    learn([str(tmp_path / "new")], TOKEN, {"expires_at": 0, "data_access_expires_at": 0}, NOW)
    assert list(tmp_path.iterdir()) == []


def test_ends_long_ago_are_dropped(tmp_path: Path) -> None:
    learn([str(tmp_path)], "old", {"expires_at": NOW - 200 * DAY}, NOW - 201 * DAY)
    learn([str(tmp_path)], TOKEN, {"expires_at": NOW + DAY}, NOW)
    assert (tmp_path / FILE).read_text().count("expires_at") == 1


@pytest.mark.parametrize("content", ["", "[]", '{"a": 5}', '{"a": {"expires_at": "soon"}}', "{", "\x00"])
def test_a_damaged_file_is_no_hint(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert token_warnings([str(tmp_path)], TOKEN, NOW) == []
    learn([str(tmp_path)], TOKEN, {"expires_at": NOW + DAY}, NOW)
    assert len(token_warnings([str(tmp_path)], TOKEN, NOW)) == 1


@pytest.mark.parametrize("end", [True, "1764000001", -5, 10**15, 1.5, None])
def test_what_is_no_time_is_not_kept(tmp_path: Path, end: object) -> None:
    learn([str(tmp_path)], TOKEN, {"expires_at": end}, NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    learn([str(tmp_path / "file" / "folder")], TOKEN, {"expires_at": NOW + DAY}, NOW)
    assert token_warnings([str(tmp_path / "file" / "folder")], TOKEN, NOW) == []
