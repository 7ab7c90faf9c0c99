"""Conditions: Python over the real state, where a path that does not exist is None."""

import pytest

from adaptor.runner.conditions import BadCondition, Condition, ConditionFailed

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
    "text", ["state.data.missing > 0", "state.data.name.nope()", "state.data.missing.upper()", "1 / 0"]
)
def test_a_condition_that_raises_says_so(text):
    with pytest.raises(ConditionFailed, match="raised"):
        Condition(text).holds(STATE, "a", failed=False)


def test_a_text_that_means_no_is_refused():
    with pytest.raises(ConditionFailed, match="is the text 'no'"):
        Condition("state.data.consented").holds({"data": {"consented": "no"}}, "a", failed=False)
