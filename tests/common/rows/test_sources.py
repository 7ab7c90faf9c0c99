"""Loops over files and iterators, `map_`, and the progress of long loops."""

import json

import pytest

from adaptor import (
    JobError,
    UnreadableRow,
    WrongCall,
    as_,
    assert_,
    combine,
    debug,
    each,
    fn,
    group,
    map_,
    state,
    try_each,
)
from adaptor.core.run.context import Run


def collect():
    return fn(lambda s: {**s, "seen": [*s.get("seen", []), s["data"]]})


def test_a_csv_file_is_gone_through_row_by_row(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("\ufeffname,day\nAna,Mo\nBo,Tu\n", encoding="utf-8")
    assert each(file, collect())({})["seen"] == [{"name": "Ana", "day": "Mo"}, {"name": "Bo", "day": "Tu"}]


def test_a_jsonl_file_is_gone_through_line_by_line(tmp_path):
    file = tmp_path / "people.jsonl"
    file.write_text('{"n": 1}\n\n{"n": 2}\n', encoding="utf-8")
    assert each(file, collect())({})["seen"] == [{"n": 1}, {"n": 2}]


def test_a_line_that_is_not_json_is_named(tmp_path):
    file = tmp_path / "people.jsonl"
    file.write_text('{"n": 1}\n{oops\n', encoding="utf-8")
    with pytest.raises(JobError, match=r"people\.jsonl, line 2: this is not JSON"):
        each(file, collect())({})


def test_an_error_in_a_loop_over_a_file_names_the_line_of_its_row(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text('name\n"Ana\nMaria"\nBo\n', encoding="utf-8")
    with pytest.raises(JobError) as caught:
        each(file, fn(lambda s: s["data"]["nothere"] if s["index"] else s))({})
    assert caught.value.place == "each[1, people.csv line 4] · fn"


def test_the_index_is_a_plain_number_whatever_the_source(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("name\nAna\n", encoding="utf-8")
    index = fn(lambda s: {**s, "seen": type(s["index"])})
    assert each(file, index)({})["seen"] is int
    assert try_each(file, index)({})["seen"] is int
    assert map_(file, lambda item, index, s: type(index))({})["data"] == [int]


@pytest.mark.parametrize(
    ("name", "text"),
    [("people.csv", "name,day\nAna,Mo\nBo\nCy,Tu\n"), ("people.jsonl", '{"name": "Ana"}\n{oops\n\n{"name": "Cy"}\n')],
)
def test_a_row_that_cannot_be_read_is_passed_over_by_try_each_and_stops_each(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    done = try_each(file, collect(), fail=False)({})
    assert [row["name"] for row in done["seen"]] == ["Ana", "Cy"]
    (failed,) = done["failed"]
    line = 3 if name == "people.csv" else 2
    assert (failed["error"]["name"], failed["index"], failed["line"]) == ("UnreadableRow", 1, line)
    with pytest.raises(UnreadableRow, match=f"{name}, line {line}: ") as caught:
        each(file, collect())({})
    assert caught.value.place == f"each[1, {name} line {line}]"


def test_a_file_of_another_kind_is_refused_with_the_kinds_that_work(tmp_path):
    file = tmp_path / "people.parquet"
    file.write_bytes(b"PAR1")
    with pytest.raises(JobError, match=r"cannot go through people\.parquet") as caught:
        each(file, collect())({})
    assert ".csv or .jsonl" in caught.value.fix


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(JobError, match="cannot be read"):
        each(tmp_path / "nothere.csv", collect())({})


def test_a_file_is_not_read_further_than_the_loop_goes(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("name\nAna\nBo,too,many\n")
    seen = []

    def stop_at_ana(s):
        seen.append(s["data"]["name"])
        raise LookupError("enough")

    with pytest.raises(JobError, match="enough"):
        each(file, fn(stop_at_ana))({})
    assert seen == ["Ana"]


def test_a_function_of_the_state_may_give_an_iterator_which_is_never_held_whole():
    alive = 0
    most = 0

    class Item(dict):
        def __init__(self, number):
            nonlocal alive, most
            super().__init__(n=number)
            alive += 1
            most = max(most, alive)

        def __del__(self):
            nonlocal alive
            alive -= 1

    def items(s):
        return (Item(number) for number in range(s["count"]))

    after = each(items, fn(lambda s: {**s, "sum": s.get("sum", 0) + s["data"]["n"], "data": None}))({"count": 500})
    assert after["sum"] == sum(range(500))
    assert most < 10


def test_nested_loops_name_both_items_in_an_error():
    job = each([1, 2], each(["a", "b"], fn(lambda s: s["data"]["x"])))
    with pytest.raises(JobError) as caught:
        job({})
    assert caught.value.place == "each[0] · each[0] · fn"


def test_map_calls_with_item_index_and_state_and_leaves_references_alone():
    after = map_(state.rows, lambda item, index, s: (item, index, s["factor"]))(
        {"rows": [5, 6], "factor": 2, "data": 0, "references": [9]}
    )
    assert after["data"] == [(5, 0, 2), (6, 1, 2)]
    assert after["references"] == [9]


@pytest.mark.parametrize(
    ("given", "data"),
    [
        ("$.rows[*]", [10, 14]),
        # A path to the list is a path to one thing: the list.
        ("$.rows", [[5, 7, 5, 7]]),
        ("$.nothing[*]", []),
        ([1, 2], [2, 4]),
        (lambda given: given["rows"][1:], [14]),
    ],
    ids=["a path to each", "a path to the list", "a path to nothing", "a list", "a function"],
)
def test_map_goes_through_what_a_loop_goes_through_and_data_is_the_results(given, data):
    after = map_(given, lambda item, index, s: item * 2)({"rows": [5, 7], "data": "before", "references": ["r"]})
    assert after == {"rows": [5, 7], "data": data, "references": ["r"]}


def test_an_error_in_map_names_the_item():
    with pytest.raises(JobError) as caught:
        map_([1, 0], lambda item, index, s: 1 / item)({})
    assert caught.value.place == "map_[1]"


def test_as_restores_data_and_references_and_the_new_value_wins():
    inner = fn(lambda s: {**s, "data": "new", "references": ["changed"], "more": 1})
    after = as_("profile", inner)({"data": "old", "references": ["r"], "profile": "earlier"})
    assert after == {"data": "old", "references": ["r"], "profile": "new", "more": 1}


def test_as_adds_neither_data_nor_references_where_there_were_none():
    assert as_("k", fn(lambda s: {**s, "data": 1, "references": []}))({}) == {"k": 1}


def test_an_error_inside_as_is_the_error_of_the_job():
    def fail(given):
        raise LookupError("no profile")

    with pytest.raises(JobError, match="no profile") as caught:
        as_("profile", fail)({"data": "old"})
    assert caught.value.place == "as_ · fn"


@pytest.mark.parametrize("key", ["data", "references", "configuration", "response", "errors"])
def test_as_refuses_a_key_that_means_something_else(key):
    with pytest.raises(WrongCall, match=key):
        as_(key, fn(lambda s: s))({"data": 1})


def test_group_reads_paths_inside_leaves_out_what_has_none_and_calls_back():
    rows = [{"c": {"id": 1}}, {"c": {}}, {"c": {"id": True}}, {"c": {"id": "1"}}, "text"]
    after = group(rows, "c.id", lambda s: {**s, "groups": sorted(s["data"])})({})
    assert after["groups"] == ["1", "true"]
    assert after["data"]["1"] == [{"c": {"id": 1}}, {"c": {"id": "1"}}]


def test_group_finds_a_key_with_a_dot_in_its_name_and_an_item_of_a_list():
    rows = [{"visit.day": "Mo", "phones": ["1", "2"]}, {"visit": {"day": "Tu"}, "phones": [{"of": "3"}]}]
    assert group(rows, "visit.day")({})["data"] == {"Mo": rows[:1], "Tu": rows[1:]}
    assert group(rows, "phones[1]")({})["data"] == {"2": rows[:1]}
    assert group(rows, "phones.0.of")({})["data"] == {"3": rows[1:]}
    assert group(rows, f"phones.{'9' * 5_000}")({})["data"] == {}


def test_assert_stops_with_its_message_and_leaves_the_state_alone():
    given = {"data": {"count": 0}}
    assert assert_(state.data.count == 0)(given) is given
    with pytest.raises(JobError, match="nothing to send") as caught:
        assert_(state.data.count > 0, "nothing to send")(given)
    assert caught.value.code == "ASSERTION_FAILED"


@pytest.mark.parametrize("value", [None, 0, "", False])
def test_an_assertion_without_a_message_says_what_did_not_hold(value):
    with pytest.raises(JobError) as caught:
        assert_(value)({})
    assert str(caught.value) == f"assertion statement failed with {value}"
    with pytest.raises(JobError, match="assertion statement failed with"):
        assert_(value, "")({})


def test_groups_of_nothing_are_none():
    assert group(lambda given: given.get("rows"), "day")({"data": 1})["data"] == {}


def test_debug_writes_at_debug_only_and_without_secrets():
    lines = []
    with Run(sink=lambda level, component, message, fields: lines.append((level, message))):
        debug("token", state.configuration)({"configuration": {"access_token": "secret-token"}})
    assert lines == [("debug", 'token {"access_token": "[redacted]"}')]


@pytest.mark.parametrize("loop", [each, try_each])
def test_progress_is_told_the_place_after_each_item_and_nothing_at_the_end(loop):
    told = []
    run = Run()
    run.observers.progress = told.append
    with run:
        loop(["a", "b"], combine())({})
    assert told == [f"{loop.__name__}[0]", f"{loop.__name__}[1]", ""]


def test_results_of_every_operation_survive_json(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"k": "a"}\n{"k": "b"}\n')
    job = combine(map_(file, lambda item, index, s: {**item, "i": index}), group(state.data, "k"), as_("x", combine()))
    after = job({})
    assert json.loads(json.dumps(after)) == after
