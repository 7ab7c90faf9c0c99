"""What `check` says of ids in the files and lists that a job names, before anything is run."""

import pytest

from adaptor.runner import check

ANA = "6543210987654321"
ROWS = f"psid,name\n{ANA}.0,Ana\n6543210987654322,Ben,x\n+254700000000,Cem\n6543210987654323,Dan\n{ANA}.0,Eve\n"


@pytest.fixture
def warned(tmp_path, monkeypatch):
    """The warnings of `check` for a script beside a file of rows."""

    def look(script, rows=ROWS):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
        (tmp_path / "job.py").write_text(f"from pathlib import Path\n{script}\n", encoding="utf-8")
        prepared = check(tmp_path / "job.py")
        assert not prepared.problems
        assert all(warning.line == 2 and warning.fix for warning in prepared.warnings)
        return [str(warning) for warning in prepared.warnings]

    return look


@pytest.mark.parametrize(
    "call",
    [
        "send_text(state.data.psid, 'Hello')",
        "typing_on(state.data.psid)",
        "assign_label(state.data.psid, '5')",
        "combine(as_('typing', typing_on(state.data.psid)), send_text(state.data.psid, 'Hello'))",
        "as_('sent', send_text({'id': state.data.psid}, 'Hello'))",
    ],
)
@pytest.mark.parametrize("loop", ["each", "try_each", "broadcast"])
def test_each_kind_of_damage_is_told_once_with_its_lines(warned, loop, call):
    assert warned(f"{loop}(Path('rows.csv'), {call})") == [
        f"{loop}: 2 rows (rows.csv, lines 2, 6): `recipient.id` ends in .0: a program converted it to a number.",
        f"{loop}: rows.csv, line 3: 3 values, but there are 2 columns.",
        f"{loop}: rows.csv, line 4: `recipient.id` is a telephone number, not a PSID.",
    ]


def test_a_row_that_nothing_is_sent_to_may_hold_anything(warned):
    rows = f"psid,name\n+254700000000,Ana\n{ANA},Ben\n"
    assert warned("try_each(Path('rows.csv'), fn_if(state.data.name == 'Ben', typing_on(state.data.psid)))", rows) == []


def test_a_list_in_the_script_is_looked_at(warned):
    assert warned(f"each(['{ANA}', '+1'], as_('a', typing_on(state.data)))") == [
        "each: row 2: `recipient.id` is a telephone number, not a PSID."
    ]
    assert warned(f"each(['{ANA}', '+1'], typing_on(state.person), as_='person')") == [
        "each: row 2: `recipient.id` is a telephone number, not a PSID."
    ]


def test_ids_that_all_end_in_0_are_told_of(warned):
    rows = "psid;name\n" + "".join(f"{654321098765400 + n}0;x\n" for n in range(12))
    told = warned("broadcast(Path('rows.csv'), send_text(state.data.psid, 'x'), csv={'delimiter': ';'})", rows)
    assert [line.partition(". ")[0] for line in told] == ["broadcast: All 12 ids of 16 or 17 digits in `psid` end in 0"]


def test_a_delimiter_that_is_another_one_is_told_of(warned):
    (told,) = warned("try_each(Path('rows.csv'), send_text(state.data.psid, 'x'))", "psid;name\n1;Ana\n")
    assert "The delimiter seems to be `;`" in told


@pytest.mark.parametrize(
    "script",
    [
        "try_each(Path('missing.csv'), send_text(state.data.psid, 'x'))",
        "try_each(Path('rows.csv'), send_text(lambda s: 1 / 0, 'x'))",
        "try_each(lambda s: 1 / 0, send_text(state.data, 'x'))",
        "try_each(state.data.rows, send_text(state.data, 'x'))",
        "try_each(['+1'], fn(lambda s: 1 / 0))",
        "try_each(['+1'], send_text(state.patient, 'x'))",
        "try_each(['+1'], send_text({'user_ref': state.data}, 'x'))",
    ],
)
def test_what_only_a_run_knows_is_left_to_it(warned, script):
    assert warned(script, f"psid\n{ANA}\n") == []


@pytest.mark.parametrize(
    ("call", "missing"),
    [
        ("send_text(state.data.psid, f'Hello {state.data.nam}')", "`state.data.nam` does not exist"),
        ("fn_if(state.data.agreed == 'yes', typing_on(state.data.psid))", "`state.data.agreed` does not exist"),
        ("send_text(state.data.id, 'Hello')", "`state.data.id` does not exist"),
    ],
)
def test_a_column_that_a_file_does_not_have_is_told_once_with_those_that_it_has(warned, call, missing):
    rows = f"psid,name\n{ANA},Ana\n6543210987654322,Ben\n"
    assert warned(f"try_each(Path('rows.csv'), {call})", rows) == [
        f"try_each: 2 rows (rows.csv, lines 2, 3): {missing}: `state.data` has the keys psid, name."
    ]


@pytest.mark.parametrize(
    "call",
    [
        # The state of a run may have it.
        "send_text(state.data.psid, f'Hello from {state.clinic}')",
        "send_text(state.data.psid, f\"Hello {state.data.nam | 'friend'}\")",
        # A function may add it.
        "combine(fn(lambda s: {**s, 'data': {'psid': '1', 'nam': 'A'}}), send_text(state.data.psid, state.data.nam))",
    ],
)
def test_what_a_run_may_bring_is_no_missing_column(warned, call):
    assert warned(f"try_each(Path('rows.csv'), {call})", f"psid,name\n{ANA},Ana\n") == []


def test_a_list_in_the_script_is_looked_at_for_what_its_items_lack(warned):
    assert warned("each([{}], send_text(state.data.psid, 'x'))") == [
        "each: row 1: `state.data.psid` does not exist: `state.data` has no keys at all."
    ]
