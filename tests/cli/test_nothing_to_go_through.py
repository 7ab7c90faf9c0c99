"""A loop that goes through nothing says so, and where its path ends."""

import pytest

WRONG = {
    "a JSONPath": (
        "each('$.data.rows[*]', log(state.data))",
        "each: '$.data.rows[*]' matches nothing: `$.data` has the keys row, n",
    ),
    "data_value": (
        "try_each(data_value('rows'), log(state.data))",
        "try_each: data_value('rows') matches nothing: `$.data` has",
    ),
    "group": (
        "group('$.data.rows[*]', 'day')",
        "group: '$.data.rows[*]' matches nothing: `$.data` has the keys row, n",
    ),
    "a filter of what is not there": (
        "each('$.data.rows[?(@.day == 1)]', log(state.data))",
        "matches nothing: `$.data` has the keys row, n",
    ),
    "a filter that nothing passes": (
        "each('$.data.row[?(@.day == 1)]', log(state.data))",
        "matches nothing: `$.data.row` is a list of 1 item, the first of which has the keys days",
    ),
    "a key that no item has": (
        "each('$.data.row[*].day', log(state.data))",
        "matches nothing: `$.data.row[*]` has the keys days",
    ),
    "a slice behind the end": (
        "each('$.data.row[3:]', log(state.data))",
        "matches nothing: `$.data.row` is a list of 1 item",
    ),
    "the name of a file": (
        "try_each('people.csv', log(state.data))",
        "`$` has the keys data. For the file write try_each(Path('people.csv'), …).",
    ),
    "merge": ("each(merge('$.data.rows[*]', {'a': 1}), log(state.data))", "matches nothing: `$.data` has the keys row"),
    "join": (
        "each(join('$.data.rows[*]', '$.data.n', 'n'), log(state.data))",
        "matches nothing: `$.data` has the keys",
    ),
    "chunk": (
        "each(chunk(source('$.data.rows[*]'), 2), log(state.data))",
        "matches nothing: `$.data` has the keys row",
    ),
    "source": ("map_(source('$.dat.rows[*]'), lambda item, index, s: item)", "matches nothing: `$` has the keys data"),
    "broadcast": (
        "broadcast('$.data.rows[*]', send_text(state.data, 'Hello'))",
        "broadcast: '$.data.rows[*]' matches nothing",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_source_that_matches_nothing_is_told_of(adaptor, case):
    script, words = WRONG[case]
    done = adaptor(script, "--sandbox", state={"data": {"row": [{"days": 1}], "n": {}}})
    assert done.code == 0, done.err
    assert f"warning: {words}" in done.err or words in done.err
    assert "0 items" in done.err


@pytest.mark.parametrize("rows", [[], None])
@pytest.mark.parametrize("source", ["'$.data.rows[*]'", "data_value('rows')", "state.data.rows"])
def test_an_empty_list_or_null_that_is_there_is_silent(adaptor, rows, source):
    done = adaptor(f"each({source}, log(state.data))", state={"data": {"rows": rows}})
    assert done.code == 0, done.err
    assert "warning" not in done.err
    assert "0 items" in done.err


def test_a_default_that_takes_the_place_of_a_missing_list_is_silent(adaptor):
    done = adaptor("each(data_value('rows', default=[]), log(state.data))", state={"data": {"row": [1]}})
    assert done.code == 0, done.err
    assert "warning" not in done.err
    assert "0 items" in done.err


def test_a_loop_whose_items_have_nothing_inside_has_items_itself_and_warns_once(adaptor):
    script = "each('$.data.people[*]', each('$.data.children[*]', log(state.data)))"
    done = adaptor(script, state={"data": {"people": [{"children": [1]}, {"child": 2}, {"child": 3}]}})
    assert done.code == 0, done.err
    assert "0 items" not in done.err
    assert done.err.count("warning: each: '$.data.children[*]' matches nothing: `$.data` has the keys child") == 1


def test_a_combine_of_which_one_loop_has_items_has_items(adaptor):
    script = "combine(each('$.data.a[*]', log(1), as_='one'), each('$.data.b[*]', log(2)))"
    done = adaptor(script, state={"data": {"a": [1]}})
    assert done.code == 0, done.err
    assert "0 items" not in done.err
    assert "'$.data.b[*]' matches nothing" in done.err


@pytest.mark.parametrize("how", ["--dry-run", "--sandbox"])
def test_a_broadcast_to_nobody_says_so(adaptor, how):
    done = adaptor("broadcast([], send_text(state.data, 'Hello'))", how)
    assert done.code == 0, done.err
    assert "0 people" in done.err
    assert "broadcast  0 items" in done.err


def test_yesterdays_people_are_not_written_to_where_todays_file_is_empty(adaptor):
    script = "parse_csv('psid,name\\n')\neach(state.data, send_text(state.data.psid, 'Hello'))"
    done = adaptor(script, "--sandbox", state={"data": [{"psid": "6543210987654321"}]})
    assert done.code == 0, done.err
    assert "0 items" in done.err
    assert "Nothing was sent." in done.err


def test_a_broadcast_reads_a_file_with_another_delimiter(adaptor):
    script = (
        "from pathlib import Path\n"
        "broadcast(Path('rows.csv'), send_text(state.data.psid, 'Hello'), csv={'delimiter': ';'})"
    )
    done = adaptor(script, "--sandbox", files={"rows.csv": "psid;name\n6543210987654321;Ana\n"})
    assert "1 person: 1 sent" in done.err, done.err
