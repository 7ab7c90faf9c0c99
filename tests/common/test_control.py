"""Loops, conditions and one operation made of many."""

import pytest

from adaptor import (
    ConfigurationError,
    DeliveryUnknown,
    InvalidMessage,
    ItemsFailed,
    JobError,
    MissingReference,
    NotSent,
    WindowClosed,
    WrongCall,
    combine,
    data_value,
    each,
    execute,
    fn,
    fn_if,
    group,
    log,
    map_,
    merge,
    source,
    state,
    try_each,
)
from adaptor.core.run.context import Run


def keep(given):
    return {**given, "seen": [*given.get("seen", []), given["data"]]}


STATE = {"data": {"rows": [{"id": 1}, {"id": 2}], "one": {"id": 7}, "none": None, "n": 5, "text": "$.data.rows[*]"}}

SOURCES = [
    ("a list", [3, 4], [3, 4]),
    ("a tuple", (3, 4), [3, 4]),
    ("an empty list", [], []),
    ("a path to each", "$.data.rows[*]", [{"id": 1}, {"id": 2}]),
    ("a path to the list", "$.data.rows", [[{"id": 1}, {"id": 2}]]),
    ("a path to nothing", "$.data.nothing[*]", []),
    ("a lazy list", state.data.rows, [{"id": 1}, {"id": 2}]),
    ("a lazy object", state.data.one, [{"id": 7}]),
    ("a lazy None", state.data.none, []),
    ("a missing value", data_value("nothing"), []),
    ("all matches", source("$.data.rows[*].id"), [1, 2]),
    ("a function", lambda given: given["data"]["rows"][:1], [{"id": 1}]),
    ("a function that gives a generator", lambda given: (n * n for n in range(3)), [0, 1, 4]),
    ("a slice", state.data.rows[1:], [{"id": 2}]),
    ("a list of references", [state.data.one.id, 8], [7, 8]),
    ("one object", {"id": 9}, [{"id": 9}]),
]


@pytest.mark.parametrize("loop", [each, try_each])
@pytest.mark.parametrize(("given", "items"), [row[1:] for row in SOURCES], ids=[row[0] for row in SOURCES])
def test_a_loop_goes_through_its_source_in_order(loop, given, items):
    assert loop(given, keep)(STATE).get("seen", []) == items


@pytest.mark.parametrize("loop", [each, try_each])
@pytest.mark.parametrize("what", [state.data.n, lambda given: 1.5, lambda given: True, lambda given: b"ab"])
def test_a_source_that_has_no_items_is_a_clear_error(loop, what):
    with pytest.raises(JobError, match="has no items to go through") as caught:
        loop(what, keep)(STATE)
    assert caught.value.code == "NOT_A_SOURCE"


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ('[{"id": 1}]', "Read it first"),
        ("rows.csv", "To go through a file give its Path"),
        ("name,day\nAna,Mo", "parse_csv"),
        ("$.data.rows[*]", "Give a list"),
    ],
)
def test_a_text_from_the_state_is_no_path_to_go_along(text, fix):
    given = {"data": {"text": text, "rows": [1]}}
    for loop in (each(state.data.text, keep), group(state.data.text, "day"), map_(lambda s: text, lambda *_: 1)):
        with pytest.raises(JobError, match=r"The source is a text") as caught:
            loop(given)
        assert caught.value.code == "NOT_A_SOURCE"
        assert fix in caught.value.fix
        assert text not in str(caught.value)
    with pytest.raises(JobError, match=r"The source is a text"):
        merge(state.data.text, {"a": 1})(given)


def test_a_source_is_not_read_further_than_it_is_used():
    def numbers(given):
        yield 1
        yield 2
        raise AssertionError("read too far")

    def stop(given):
        raise ValueError("first")

    with pytest.raises(JobError, match="first"):
        each(numbers, stop)({})


def test_each_leaves_the_last_item_and_its_index():
    assert each([5, 6], lambda given: given)({"data": 1}) == {"data": 6, "index": 1}


def test_each_without_items_returns_the_very_same_state():
    given = {"data": 1}
    assert each([], keep)(given) is given


def test_each_inside_each_leaves_the_last_item_of_the_inner_and_its_index():
    after = each([1, 2, 3], each(["a", "b"], keep))({"data": 0})
    assert after == {"data": "b", "index": 1, "seen": ["a", "b", "a", "b", "a", "b"]}


def test_what_an_operation_drops_from_the_state_is_gone_for_the_next_item():
    left = []
    forget = fn(lambda given: left.append(sorted(given)) or {"data": given["data"]})
    assert each(["a", "b"], forget)({"data": 0, "clinic": "north"}) == {"data": "b"}
    assert left == [["clinic", "data", "index"], ["data", "index"]]


def test_what_a_function_changes_in_an_item_s_state_does_not_reach_the_state_before():
    def stamp(given):
        given["stamped"] = given["data"]
        return given

    before = {"data": 0}
    assert each([7], stamp)(before) == {"data": 7, "index": 0, "stamped": 7}
    assert before == {"data": 0}


def test_the_first_item_that_fails_ends_each_and_no_later_one_is_begun():
    seen = []

    def go(given):
        seen.append(given["data"])
        if given["data"] == "b":
            raise LookupError("no visit")
        return given

    with pytest.raises(JobError, match="no visit"):
        each(["a", "b", "c"], go)({})
    assert seen == ["a", "b"]


def test_each_under_another_name_leaves_data_alone():
    seen = []
    each([5, 6], lambda given: seen.append((given["row"], given["data"])) or given, as_="row")({"data": 1})
    assert seen == [(5, 1), (6, 1)]


def test_nested_loops_have_their_own_items():
    rows = [{"id": "a", "kids": [1, 2]}, {"id": "b", "kids": [3]}]
    pairs = []
    inner = each(state.parent.kids, lambda given: pairs.append((given["parent"]["id"], given["data"])) or given)
    each(rows, inner, as_="parent")({})
    assert pairs == [("a", 1), ("a", 2), ("b", 3)]


# --- conditions ---


def mark(word):
    return fn(lambda given: {**given, "went": word})


@pytest.mark.parametrize(
    ("condition", "went"),
    [
        (state.data.n == 5, "yes"),
        (state.data.n == 6, "no"),
        ((state.data.n > 1) & (state.data.n < 9), "yes"),
        (~(state.data.n == 5), "no"),
        (lambda given: given["data"]["n"] > 5, "no"),
        (data_value("nothing"), "no"),
        (source("$.data.rows[*]"), "yes"),
        (source("$.nothing[*]"), "no"),
        (state.data.none, "no"),
        (False, "no"),
        ([], "no"),
        ([0], "yes"),
    ],
)
def test_a_condition_decides_which_operation_runs(condition, went):
    assert fn_if(condition, mark("yes"), mark("no"))(STATE)["went"] == went
    assert fn_if(condition, mark("yes"), else_=mark("no"))(STATE)["went"] == went


def test_where_a_condition_does_not_hold_the_very_same_state_passes():
    assert fn_if(False, mark("yes"))(STATE) is STATE


def test_combine_performs_in_order_and_does_not_fill_anything_in():
    assert combine(mark("first"), mark("second"))({}) == {"went": "second"}
    assert combine()({"a": 1}) == {"a": 1}


def test_combined_operations_share_the_item_of_their_loop():
    after = each(["a", "b"], combine(fn(lambda given: {**given, "at": given["index"]}), keep))({})
    assert after == {"data": "b", "index": 1, "at": 1, "seen": ["a", "b"]}


@pytest.mark.parametrize("chain", [execute, combine])
def test_what_stands_behind_a_failing_operation_is_not_performed(chain):
    went = []

    def fail(given):
        raise LookupError("no visit")

    with pytest.raises(JobError, match="no visit"):
        chain(fail, lambda given: went.append(1) or given)({})
    assert went == []


# --- try_each ---


def window(given):
    raise WindowClosed("outside the window")


def invalid(given):
    raise InvalidMessage("too long")


def unknown(given):
    raise DeliveryUnknown("no answer")


def token(given):
    raise ConfigurationError("no token")


def own(given):
    raise ValueError("boom")


def network(given):
    raise NotSent("no network")


def by_name(given):
    return {"ok": lambda g: g, "window": window, "invalid": invalid, "unknown": unknown}[given["data"]](given)


PASSED_OVER = [("window", "person", "no"), ("invalid", "row", "no"), ("unknown", "row", "unknown")]


@pytest.mark.parametrize(("item", "about", "sent"), PASSED_OVER)
def test_an_item_with_an_error_about_itself_is_passed_over(item, about, sent):
    done = try_each(["ok", item, "ok"], fn(by_name).then(keep), fail=False)({})
    assert done["seen"] == ["ok", "ok"]
    (failed,) = done["failed"]
    assert (failed["index"], failed["about"], failed["sent"]) == (1, about, sent)
    assert failed["error"]["place"] == "try_each[1] · fn"


@pytest.mark.parametrize("stops", [token, own, network, lambda given: None, lambda given: given["nothing"]])
def test_any_other_error_stops_the_loop_at_once(stops):
    seen = []

    def go(given):
        seen.append(given["data"])
        return stops(given) if given["data"] == 2 else given

    with pytest.raises((ConfigurationError, JobError, NotSent)) as caught:
        try_each([1, 2, 3], go, fail=False)({})
    assert not isinstance(caught.value, ItemsFailed)
    assert seen == [1, 2]
    assert caught.value.place == "try_each[1] · fn"


def test_a_value_missing_from_an_item_is_about_that_item():
    done = try_each([{"id": 1}, {}, {"id": 3}], execute(log(state.data.id), keep), fail=False)({})
    assert [entry["index"] for entry in done["failed"]] == [1]
    assert done["failed"][0]["error"]["name"] == "MissingReference"


def test_three_unknown_outcomes_in_a_row_stop_the_loop():
    seen = []

    def go(given):
        seen.append(given["index"])
        return by_name(given)

    with pytest.raises(DeliveryUnknown) as caught:
        try_each(["ok", "unknown", "unknown", "unknown", "ok"], go, fail=False)({})
    assert seen == [0, 1, 2, 3]
    assert caught.value.fix.startswith("Three sends in a row have no known outcome")
    assert [entry["index"] for entry in caught.value.details["failed"]] == [1, 2, 3]


@pytest.mark.parametrize("between", ["ok", "window", "invalid"])
def test_unknown_outcomes_that_are_not_in_a_row_do_not_stop_the_loop(between):
    items = ["unknown", "unknown", between, "unknown", "unknown", "ok"]
    done = try_each(items, fn(by_name).then(keep), fail=False)({})
    assert done["seen"][-1] == "ok"
    assert sum(entry["sent"] == "unknown" for entry in done["failed"]) == 4


@pytest.mark.parametrize(
    ("items", "fail", "raises"),
    [
        (["ok", "ok"], None, False),
        (["ok", "ok"], True, False),
        (["ok", "ok"], False, False),
        ([], True, False),
        (["ok", "window"], None, False),
        (["window", "window"], None, False),
        (["window"], True, True),
        (["window"], False, False),
        (["invalid"], None, True),
        (["invalid"], False, False),
        (["window", "invalid"], None, True),
        (["unknown"], None, True),
        (["unknown"], False, False),
    ],
)
def test_what_is_raised_at_the_end_depends_on_fail_and_on_whom_the_errors_are_about(items, fail, raises):
    operation = try_each(items, by_name, fail=fail)
    bad = [index for index, item in enumerate(items) if item != "ok"]
    if raises:
        with pytest.raises(ItemsFailed, match=f"^{len(bad)} of {len(items)} items? did not succeed: ") as caught:
            operation({})
        failed = caught.value.details
        assert "fail=False" in caught.value.fix
    else:
        failed = operation({})["failed"]
    assert [entry["index"] for entry in failed] == bad


def test_the_message_counts_the_errors_by_name():
    with pytest.raises(ItemsFailed) as caught:
        try_each(["invalid", "window", "invalid", "ok"], by_name)({})
    assert str(caught.value).startswith(
        "3 of 4 items did not succeed: 2 × InvalidMessage, 1 × WindowClosed. The first is number 1: "
    )


def test_what_a_failing_item_began_is_not_kept():
    half = execute(lambda given: {**given, "half": given["data"]}, by_name)
    done = try_each(["ok", "window"], half, fail=False)({"data": 0})
    assert done["half"] == "ok"
    assert done["data"] == "window"


def test_nested_loops_pass_over_their_own_items():
    clinics = [["ok", "window"], ["window", "ok"]]
    done = try_each(clinics, try_each(state.data, fn(by_name).then(keep), fail=False), fail=False)({})
    assert done["seen"] == ["ok", "ok"]


def test_the_inner_each_of_a_failing_item_names_both_places():
    done = try_each([["ok"], ["ok", "window"]], each(state.data, by_name), fail=False)({})
    (failed,) = done["failed"]
    assert failed["index"] == 1
    assert failed["error"]["place"] == "try_each[1] · each[1] · fn"


def test_a_loop_under_another_name_leaves_data_alone():
    done = try_each([1, 2], lambda given: {**given, "sum": given.get("sum", 0) + given["n"]}, as_="n")({"data": "d"})
    assert (done["sum"], done["data"]) == (3, "d")


@pytest.mark.parametrize("loop", [each, try_each, map_])
def test_the_source_is_refused_where_it_is_written(loop):
    # OpenFn refuses it when the job runs.
    with pytest.raises(WrongCall, match=rf"`source` of {loop.__name__}\(\)"):
        loop(None, by_name)


# --- log ---


def test_items_without_the_key_are_left_out_of_groups_with_a_warning_and_null_is_a_group():
    rows = [{"day": None}, {"day": True}, {"day": "null"}, {"on": 1}, {"day": 1}, "no object"]
    lines = []
    with Run(sink=lambda level, component, message, fields: lines.append(message)):
        grouped = group(rows, "day")({})["data"]
    assert grouped == {"null": [rows[0], rows[2]], "true": [rows[1]], "1": [rows[4]]}
    assert lines == ["warning: group: 2 of 6 items have no `day` and were left out"]


def test_values_are_logged_as_text_or_json_on_one_line():
    lines = []
    with Run(sink=lambda level, component, message, fields: lines.append((level, component, message))):
        result = log("Hi", 1, None, True, ["é", {"a": 1.5}], state.data.n, f"n={state.data.n}", {1})(STATE)
    assert result is STATE
    assert lines == [("info", "job", 'Hi 1 null true ["é", {"a": 1.5}] 5 n=5 {1}')]


@pytest.mark.parametrize("missing", [state.zzz, state.data.zzz])
def test_a_path_that_does_not_start_at_the_item_is_a_fault_of_the_job(missing):
    with pytest.raises(MissingReference):
        try_each([1, 2], log(missing), as_="row", fail=False)({"data": {}})
