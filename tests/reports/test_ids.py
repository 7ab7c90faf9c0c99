"""Ids of people as spreadsheets, phones and other programs leave them: refused before the wire, everywhere alike."""

import json

import pytest

from adaptor import InvalidMessage, assign_label, get_user_profile, send_text, state, typing_on

pytestmark = pytest.mark.long

ANA = "6543210987654321"
DAMAGED = {
    f"{ANA}.0": "ends in .0",
    f"{ANA}.": "ends in .0",
    "6.54321E+15": "a spreadsheet has rounded",
    "6,5E+15".replace(",", "."): "a spreadsheet has rounded",
    f"\u200b{ANA}": "U+200B ZERO WIDTH SPACE",
    f"{ANA}\u202c": "U+202C POP DIRECTIONAL FORMATTING",
    "6543\u00a0210987654321": "U+00A0 NO-BREAK SPACE",
    f"\ufeff{ANA}": "U+FEFF",
    "6543 210987654321": "has spaces in it",
    f'="{ANA}"': "as a spreadsheet writes text",
    f"'{ANA}": "as a spreadsheet writes text",
    "+254700000000": "is a telephone number",
    f"{ANA}\ufe0f": "U+FE0F VARIATION SELECTOR-16",
    f"{ANA}\u3164": "U+3164 HANGUL FILLER",
    f"{ANA}\udc80": "U+DC80",
    "6,54321E+15": "a spreadsheet has rounded",
    "6.54321e15": "a spreadsheet has rounded",
    f"{ANA},00": "ends in .0",
    f"={ANA}": "as a spreadsheet writes text",
    f"\u2018{ANA}": "as a spreadsheet writes text",
    f'"{ANA}"': "as a spreadsheet writes text",
    "#N/A": "for a formula that fails",
    "#REF!": "for a formula that fails",
    "nan": "for a missing value",
    "None": "for a missing value",
    "null": "for a missing value",
    "6,543,210,987,654,321": "separators between its digits",
    "6.543.210.987.654.321": "separators between its digits",
    "6543-2109-8765-4321": "separators between its digits",
    f"-{ANA}": "a number below 0",
    "\uff16\uff15\uff14\uff13210987654321": "digits of another script",
    "tel:254700000000": "is a telephone number",
    "+254 700 000 000": "is a telephone number",
    -5: "a number below 0",
    "": "is empty",
    "   ": "is empty",
    6543210987654321.0: "a number with a decimal point",
}
CALLS = {
    "send_text": lambda psid: send_text(psid, "Hello"),
    "typing_on": typing_on,
    "assign_label": lambda psid: assign_label(psid, "5"),
    "get_user_profile": get_user_profile,
}


@pytest.mark.parametrize("name", CALLS)
def test_a_damaged_id_is_refused_where_it_is_written_and_where_it_is_read(name):
    for value, words in DAMAGED.items():
        with pytest.raises(InvalidMessage) as caught:
            CALLS[name](value)
        assert words in str(caught.value), value
        assert caught.value.fix
        with pytest.raises(InvalidMessage):
            CALLS[name](state.data.psid).describe({"data": {"psid": value}})


@pytest.mark.parametrize("value", [ANA, int(ANA), f" {ANA}", f"{ANA}\n", f"\t{ANA} ", {"id": f" {ANA}\r\n"}])
def test_an_id_in_spaces_is_taken_without_them(value):
    assert send_text(value, "Hello").describe({}).body["recipient"] == {"id": ANA}
    assert send_text(state.data, "Hello").describe({"data": value}).body["recipient"] == {"id": ANA}


@pytest.mark.parametrize("name", CALLS)
def test_a_damaged_id_in_an_object_is_refused_as_one_alone_is(name):
    for value, words in DAMAGED.items():
        with pytest.raises(InvalidMessage) as caught:
            CALLS[name]({"id": value})
        assert words in str(caught.value), value


@pytest.mark.parametrize("reference", ["ana@example.org", "6543.0", "+1", "'5"])
def test_a_user_ref_may_be_anything(reference):
    body = send_text({"user_ref": reference}, "Hello").describe({}).body
    assert body["recipient"] == {"user_ref": reference}


def test_an_id_of_words_is_no_damaged_one():
    assert send_text("ana", "Hello").describe({}).body["recipient"] == {"id": "ana"}


@pytest.mark.parametrize("how", ["--dry-run", "--sandbox"])
@pytest.mark.parametrize("loop", ["try_each", "broadcast"])
def test_the_line_of_a_damaged_id_is_named_and_the_others_are_served(adaptor, how, loop):
    script = f"from pathlib import Path\n{loop}(Path('rows.csv'), send_text(state.data.psid, 'Hello'))"
    rows = f"psid,name\n{ANA},Ana\n{ANA}.0,Ben\n\u200b6543210987654322,Cem\n6543210987654323,Dan\n"
    done = adaptor(script, how, "--results", "r.jsonl", files={"rows.csv": rows})
    results = [json.loads(line) for line in (done.folder / "r.jsonl").read_text().splitlines()]
    assert [(row["line"], row["error"]) for row in results if row["error"]] == [
        (3, "InvalidMessage"),
        (4, "InvalidMessage"),
    ]
    assert len([row for row in results if row["outcome"] in ("sent", "described")]) == 2


@pytest.mark.parametrize("zero", [0, 1])
def test_ids_that_all_end_in_0_are_warned_of_before_the_first_send(adaptor, zero):
    script = "from pathlib import Path\ntry_each(Path('rows.csv'), send_text(state.data.psid, 'Hello'))"
    rows = "psid,name\n" + "".join(f"{654321098765400 + n}{0 if n else zero},x\n" for n in range(12))
    done = adaptor(script, "--sandbox", files={"rows.csv": rows})
    assert ("all 12 ids of 16 or 17 digits in `psid` end in 0" in done.err) == (zero == 0)
    if zero == 0:
        assert done.err.index("end in 0") < done.err.index("✓ 1 try_each")


ROUNDED = [f"{654321098765400 + n}0" for n in range(10)]
SOURCES = {
    "a list": ("state.data.rows", {}),
    "a JSONPath": ("'$.data.rows[*]'", {}),
    "JSON lines": (
        "Path('rows.jsonl')",
        {"rows.jsonl": "".join(f'{{"who": {{"psid": {psid}}}}}\n' for psid in ["12", *ROUNDED, "null"])},
    ),
    "CSV with another delimiter": (
        "Path('rows.csv'), csv={'delimiter': ';'}",
        {"rows.csv": "name;psid\nAna;\n" + "".join(f"Ben;{psid}\n" for psid in ROUNDED)},
    ),
}


@pytest.mark.parametrize("loop", ["each", "try_each", "broadcast"])
@pytest.mark.parametrize("source", SOURCES)
def test_rounded_ids_are_told_of_once_whatever_the_source_also_in_a_dry_run(adaptor, loop, source):
    written, files = SOURCES[source]
    first, *csv = written.split(", ")
    script = f"from pathlib import Path\n{', '.join([f'{loop}({first}', 'typing_on(state.data)', *csv])})"
    rows = [{"psid": psid, "n": 1} for psid in ["12", *ROUNDED, None]]
    done = adaptor(script, "--dry-run", state={"data": {"rows": rows}}, files=files)
    assert done.err.count("all 10 ids of 16 or 17 digits in") == 1, done.err


@pytest.mark.parametrize(
    "psids",
    [ROUNDED[:9], [*ROUNDED, ANA], [f"{psid[:-3]}0" for psid in ROUNDED], [f"n{psid}" for psid in ROUNDED]],
    ids=["a few", "one that does not", "fewer digits", "no numbers"],
)
def test_what_may_be_chance_or_no_id_is_not_called_rounded(adaptor, psids):
    done = adaptor("try_each(state.data, log(state.data))", state={"data": psids})
    assert "end in 0" not in done.err


DAMAGED_LISTS = {
    "never.txt": (f"{ANA}\n\n{ANA}.0\n", "never.txt, line 3: the id ends in .0"),
    "marked.txt": (f"\ufeff\u200b{ANA}\n", "marked.txt, line 1: the id holds an invisible character (U+200B"),
    "never.csv": (f"name,psid\nAna,+254700000000\nBen,{ANA}\n", "never.csv, line 2: the id is a telephone number"),
    "blank.csv": (f"name,psid\nAna,{ANA}\nBen,\n", "blank.csv, line 3: the id is empty"),
    "names.csv": (f"name,number\nAna,{ANA}\n", "names.csv, line 2: no column is named as ids are"),
    "torn.csv": (f'psid\n{ANA}\n"6543\n', "torn.csv, line 3: a quote is opened here"),
    "never.jsonl": (f'{{"psid": "{ANA}"}}\n{{"psid": {ANA}.0}}\n', "never.jsonl, line 2: a float is in the place"),
}


@pytest.mark.parametrize("name", DAMAGED_LISTS)
@pytest.mark.parametrize("how", ["--dry-run", "--sandbox"])
def test_a_damaged_list_of_who_is_left_out_stops_the_broadcast(adaptor, name, how):
    text, words = DAMAGED_LISTS[name]
    script = f"from pathlib import Path\nbroadcast(['{ANA}'], send_text(state.data, 'Hello'), skip=Path('{name}'))"
    done = adaptor(script, how, files={name: text})
    assert done.code == 1, done.err
    assert words in done.err
    assert "Nothing was sent." in done.err


def test_a_list_of_who_is_left_out_may_have_another_delimiter_than_that_of_the_people(adaptor):
    script = (
        "from pathlib import Path\n"
        "broadcast(Path('rows.csv'), send_text(state.data.psid, 'Hello'), skip=Path('never.csv'))"
    )
    files = {"rows.csv": f"psid\n{ANA}\n6543210987654322\n", "never.csv": f"name;psid\nAna;{ANA}\n"}
    assert "2 people: 1 skipped, 1 sent" in adaptor(script, "--sandbox", files=files).err


def test_a_damaged_id_for_only_to_is_bad_input(adaptor):
    done = adaptor(f"send_text('{ANA}', 'Hello')", "--sandbox", "--only-to", f"{ANA}.0")
    assert (done.code, "--only-to: '6543210987654321.0' ends in .0" in done.err) == (2, True), done.err
    assert "1 sent" in adaptor(None, "job.py", "--sandbox", "--only-to", f" {ANA} ").err


def test_an_id_that_is_not_made_of_digits_is_warned_of_once(adaptor):
    done = adaptor("each(['ana', 'ben'], as_('a', send_text(state.data, 'Hello')))", "--sandbox")
    assert done.err.count("is not made of digits") == 1


def test_a_dry_run_shows_what_is_wrong_once_with_how_many_and_the_first_lines(adaptor):
    damaged = "".join(f"{ANA}.0,Ana {n}\n" for n in range(40))
    rows = (
        f"psid,name\n{damaged}6543210987654322,Ben\n6543210987654322,Ben,x\n+254700000000,Cem\n6543210987654322,D,y,z\n"
    )
    for loop in ("broadcast", "try_each"):
        script = f"from pathlib import Path\n{loop}(Path('rows.csv'), send_text(state.data.psid, 'Hello'))"
        done = adaptor(script, "--dry-run", files={"rows.csv": rows})
        assert done.err.count("40 × InvalidMessage: `recipient.id` ends in .0") == 1, done.err
        assert "row 2 (rows.csv, line 3), row 3 (rows.csv, line 4) and 37 more\n" in done.err
        assert "1 × InvalidMessage: `recipient.id` is a telephone number" in done.err
        assert "row 42 (rows.csv, line 43): 3 values, but there are 2 columns" in done.err
        assert done.err.count("ends in .0") == 2  # here, and as the first of all in the error


def test_rows_of_a_list_are_counted_from_1(adaptor):
    script = f"broadcast(['+1', '{ANA}', '+2'], send_text(state.data, 'Hello'))"
    shown = adaptor(script, "--dry-run").err
    assert "2 × InvalidMessage: `recipient.id` is a telephone number" in shown
    assert "row 1, row 3\n" in shown
