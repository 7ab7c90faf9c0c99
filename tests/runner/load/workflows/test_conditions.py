"""Conditions: Python over the real state, where a path that does not exist is None."""

import pytest

from adaptor.runner.load.workflows.conditions import BadCondition, Condition, ConditionFailed

STATE = {
    "data": {"count": 3, "name": "Ana", "rows": [{"ok": True}, {"ok": False}], "items": [1], "empty": {}},
    "errors": {"a": {"code": "X"}},
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("state.data.count > 2", True),
        ("state['data']['count'] > 2", True),
        ("state.data['count'] == state['data'].count", True),
        ("state.data.missing is None", True),
        ("state.data.missing.deeper.still is None", True),
        ("state.data.missing['deeper'][0] is None", True),
        ("not state.nothing", True),
        ("state.data.rows[0].ok", True),
        ("state.data.rows[-1].ok", False),
        ("state.data.rows[7]", False),
        ("state.data.rows[1:] and state.data.nothing[1:] is None", True),
        ("any(row.ok for row in state.data.rows)", True),
        ("all(row['ok'] for row in state.data.rows)", False),
        ("len(state.data.rows) == 2", True),
        ("state.data.name.startswith('A')", True),
        ("state.data.get('count') == 3", True),
        ("state.data.items == [1]", True),
        ("len(state.data.items()) == 5", True),
        ("state.data.empty.items", False),
        ("'a' in state.errors", True),
        ("upstream_step_id == 'a'", True),
        ("state.data.count in (1, 2) or state.data.name", True),
        ("(lambda n: n.count)(state.data) == 3", True),
    ],
)
def test_attributes_and_items_are_alike(text, holds):
    assert Condition(text).holds(STATE, "a", failed=False) is holds


@pytest.mark.parametrize("word", ["on_job_success", "on_upstream_success"])
def test_success_is_that_of_the_step_that_has_just_run(word):
    assert Condition(word).holds(STATE, "a", failed=False)
    assert not Condition(word).holds(STATE, "a", failed=True)


@pytest.mark.parametrize("word", ["on_job_failure", "on_upstream_fail"])
def test_failure_is_that_of_the_step_that_has_just_run(word):
    assert not Condition(word).holds(STATE, "a", failed=False)
    assert Condition(word).holds(STATE, "a", failed=True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("state.data.count > 0 && !state.errors", "state.data.count > 0 and not state.errors"),
        ("state.data.a === true || state.data.b !== null", "state.data.a == True or state.data.b != None"),
        ("!state.data?.ready", "not state.data.ready"),
        ("state.data.rows.length > 0 && true", "len(state.data.rows) > 0 and True"),
        ("state.data.count = 3", "state.data.count == 3"),
        ("upstreamStepId == 'a'", "upstream_step_id == 'a'"),
        ("state.data.count > 0;", "state.data.count > 0"),
    ],
)
def test_javascript_is_answered_with_the_python_that_was_meant(text, meant):
    with pytest.raises(BadCondition) as caught:
        Condition(text)
    assert f"Did you mean `{meant}`?" in caught.value.fix


def test_a_name_that_is_not_known_is_refused_when_it_is_read():
    with pytest.raises(BadCondition, match="unknown name `stat`") as caught:
        Condition("stat.data.count > 0")
    assert "Did you mean `state`?" in caught.value.fix


@pytest.mark.parametrize(
    "text", ["state.data.name.nope()", "state.nothing is None and state.data.name.nope()", "1 / 0"]
)
def test_a_condition_that_raises_says_so(text):
    with pytest.raises(ConditionFailed, match="raised"):
        Condition(text).holds(STATE, "a", failed=False)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("state.data.missing > 0", "state.data.missing"),
        ("state.data['missing'] <= 0", "state.data['missing']"),
        ("0 < state.data.missing < 5", "state.data.missing"),
        ("state.data.rows[9] > 1", "state.data.rows[9]"),
        ("state.data.count > state.data.least", "state.data.least"),
        ("'a' in state.data.tags", "state.data.tags"),
        ("'a' not in state.data.tags", "state.data.tags"),
        ("len(state.data.missing) > 0", "state.data.missing"),
        ("int(state.data.missing) > 0", "state.data.missing"),
        ("state.data.missing + 1 > 0", "state.data.missing"),
        ("state.data.missing.upper() == 'A'", "state.data.missing"),
        ("any(row.ok for row in state.data.people)", "state.data.people"),
    ],
)
def test_a_comparison_with_a_path_that_does_not_exist_is_false_and_told(text, path):
    told = []
    assert Condition(text).holds(STATE, "a", failed=False, warn=told.append) is False
    assert len(told) == 1
    assert f"`{path}` does not exist" in told[0]


def test_the_other_side_of_an_or_still_counts():
    told = []
    assert Condition("state.data.missing > 0 or state.data.count == 3").holds(
        STATE, "a", failed=False, warn=told.append
    )
    assert "`state.data.missing > 0` is false" in told[0]


@pytest.mark.parametrize(
    "text",
    [
        "state.data.missing is None",
        "state.data.missing != 'yes'",
        "not state.data.missing",
        "state.data.count > 0",
        "state.data.missing and state.data.missing > 0",
    ],
)
def test_a_condition_that_asks_whether_something_is_there_is_told_nothing(text):
    told = []
    Condition(text).holds(STATE, "a", failed=False, warn=told.append)
    assert told == []


@pytest.mark.parametrize(
    ("text", "n", "fix"),
    [
        ("state.data.n > 5", "7", "`state.data.n` is text: write `int(state.data.n) > 5`."),
        ("5 <= state.data.n", " 7 ", "`state.data.n` is text: write `5 <= int(state.data.n)`."),
        ("state.data.n < 5", "7.5", "`state.data.n` is text: write `float(state.data.n) < 5`."),
        ("state.data['n'] > 5 and True", "7", "write `int(state.data['n']) > 5`."),
        ("1 < state.data.n < 5", "7", "write `1 < int(state.data.n)`."),
        ("state.data.n > 5", "seven", "`state.data.n` is text and not a number"),
        ("state.data.n > 5", [7], "`state.data.n` is a list and `5` is an int"),
    ],
)
def test_text_compared_with_a_number_is_an_error_that_says_what_to_write(text, n, fix):
    with pytest.raises(ConditionFailed) as caught:
        Condition(text).holds({"data": {"n": n}}, "a", failed=False)
    assert fix in caught.value.fix


def test_text_that_equals_no_number_is_told():
    told = []
    assert not Condition("state.data.n == 7").holds({"data": {"n": "7"}}, "a", failed=False, warn=told.append)
    assert "write `int(state.data.n) == 7`" in told[0]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("state.data.rows.length", "len(state.data.rows)"),
        ("state.data.rows.length > 0", "len(state.data.rows) > 0"),
        ("state['data'].rows.length == 2", "len(state['data'].rows)"),
        ("state.data.tags.includes('a')", "value in state.data.tags"),
        ("state.data.name.toLowerCase() == 'ana'", "state.data.name.lower()"),
    ],
)
def test_javascript_that_python_would_misunderstand_is_refused_when_it_is_read(text, fix):
    with pytest.raises(BadCondition) as caught:
        Condition(text)
    assert fix in caught.value.fix


def test_a_key_called_length_is_read_in_brackets():
    assert Condition("state.data['length'] > 1").holds({"data": {"length": 2}}, "a", failed=False)


def test_a_text_that_means_no_is_refused():
    with pytest.raises(ConditionFailed, match="is the text 'no'"):
        Condition("state.data.consented").holds({"data": {"consented": "no"}}, "a", failed=False)
