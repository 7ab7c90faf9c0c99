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
    "source": ("map_(source('$.dat.rows[*]'), lambda item, index, s: item)", "matches nothing: `$` has the keys data"),
    "broadcast": (
        "broadcast('$.data.rows[*]', send_text(state.data, 'Hello'))",
        "broadcast: '$.data.rows[*]' matches nothing",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_source_that_matches_nothing_is_told_of(adaptor, case):
    script, words = WRONG[case]
    done = adaptor(script, "--sandbox", state={"data": {"row": [1], "n": {}}})
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
    assert "1 people: 1 sent" in done.err, done.err
