"""What is said where a function of a job reads a key that a dict does not have."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.runner.hints.keys import fix_of_key_error


def caught(function: Any, *arguments: Any) -> KeyError:
    with pytest.raises(KeyError) as error:
        function(*arguments)
    return error.value


def name_of(row: dict[str, Any]) -> Any:
    return row["first_name"]


def with_others(row: dict[str, Any], state: dict[str, Any]) -> Any:
    return row["first_name"] + state["data"]


@pytest.mark.parametrize("key", ["firstname", "First Name", "FIRST_NAME"])
def test_the_key_that_is_nearly_the_same_is_suggested(key: str) -> None:
    fix = fix_of_key_error(caught(name_of, {"psid": "1", key: "Ana"}))
    assert fix == f"Did you mean {key!r}? `row` has the keys psid, {key}."


def test_without_a_similar_one_the_keys_are_named_where_one_dict_is_meant() -> None:
    assert fix_of_key_error(caught(name_of, {"psid": "1"})) == "`row` has the keys psid."
    assert fix_of_key_error(caught(with_others, {"psid": "1"}, {"data": "x"})) is None


def test_no_value_and_no_credential_is_shown() -> None:
    fix = fix_of_key_error(caught(name_of, {"configuration": {"access_token": "EAAtoken"}, "psid": "6543210987654321"}))
    assert fix == "`row` has the keys psid."


def test_keys_that_may_be_a_persons_are_counted_and_not_shown() -> None:
    people = {"6543210987654321": "Ana", "+254712345678": "Bo", "ana@example.org": "Chi", "first name": "Dee"}
    fix = fix_of_key_error(caught(name_of, people))
    assert fix == "Did you mean 'first name'? `row` has the keys first name and 3 keys that may be ids."
    assert fix_of_key_error(caught(name_of, {"6543210987654321": "Ana"})) == "`row` has 1 key that may be an id."


def test_a_step_says_it_wherever_in_the_job_it_happens(forks: Any, tmp_path: Any) -> None:
    job = "fn(lambda s: {**s, 'data': {'psid': '1', 'Name': 'Ana'}})\nfn(lambda s: s['data']['name'])\n"
    (tmp_path / "job.py").write_text(job, encoding="utf-8")
    done = forks.run(["run", "job.py"], cwd=tmp_path)
    assert "KeyError: 'name'" in done.stderr
    assert "Did you mean 'Name'? `s['data']` has the keys psid, Name." in done.stderr
