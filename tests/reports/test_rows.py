"""Rows as spreadsheets and other systems write them, through a loop over the file."""

import subprocess
import sys

import pytest

from adaptor import JobError, each, fn, parse_csv, try_each

ANA, BEN = "6543210987654321", "6543210987654322"


def served(path, **how):
    """Return the rows that a loop comes to, and what is wrong with the others."""
    seen = []
    keep = fn(lambda s: seen.append(s["data"]) or s)
    after = try_each(path, keep, fail=False, **how)({"data": {}})
    return seen, [entry["error"]["message"] for entry in after["failed"]]


FILES = {
    "a byte order mark": ("\ufeffpsid,name\n1,Ana\n".encode(), [{"psid": "1", "name": "Ana"}]),
    "two byte order marks": ("\ufeff\ufeffpsid,name\n1,Ana\n".encode(), [{"psid": "1", "name": "Ana"}]),
    "a sign that nobody sees behind a name": ("psid\u200b,name\n1,Ana\n".encode(), [{"psid": "1", "name": "Ana"}]),
    "UTF-16": ("psid,name\r\n1,Ana\r\n".encode("utf-16"), [{"psid": "1", "name": "Ana"}]),
    "empty columns at the right end": (
        b"psid,name,,\n1,Ana,,\n2,Ben\n",
        [{"psid": "1", "name": "Ana"}, {"psid": "2", "name": "Ben"}],
    ),
    "empty values behind the last column": (b"psid,name\n1,Ana,,\n", [{"psid": "1", "name": "Ana"}]),
    "a delimiter in the first line": (b"sep=;\r\npsid;name\r\n1;Ana\r\n", [{"psid": "1", "name": "Ana"}]),
    "a delimiter in the first line, in quotes": (b'"sep=;"\npsid;name\n1;Ana\n', [{"psid": "1", "name": "Ana"}]),
    "spaces after a closing quote": (b'psid,name\n"1" ,"Ana" \n', [{"psid": "1", "name": "Ana"}]),
    "spaces after the closing quote of a value of two lines": (
        b'psid,name,day\n1,"Ana\nA" ,x\n2,"B" ,"C\nc" \n3,Dan,y\n',
        [
            {"psid": "1", "name": "Ana\nA", "day": "x"},
            {"psid": "2", "name": "B", "day": "C\nc"},
            {"psid": "3", "name": "Dan", "day": "y"},
        ],
    ),
    "spaces inside of quotes beside those after": (
        b'psid,name\n"1" ,"he said, "" , so "\n"2" ,"open, "" ,\nend" \n',
        [{"psid": "1", "name": 'he said, " , so'}, {"psid": "2", "name": 'open, " ,\nend'}],
    ),
    "a no-break space after a closing quote": (
        'psid,name\n"1"\u00a0,"Ana"\n'.encode(),
        [{"psid": "1", "name": "Ana"}],
    ),
    "one column": (b"psid\n1\n\n2\n", [{"psid": "1"}, {"psid": "2"}]),
    "quotes inside": (b'psid,name\n1,Ana "the" A\n', [{"psid": "1", "name": 'Ana "the" A'}]),
    "UTF-16 with a delimiter in the first line": (
        "sep=\t\r\npsid\tname\r\n1\tAna\r\n".encode("utf-16"),
        [{"psid": "1", "name": "Ana"}],
    ),
    "a long value": (b'psid,name\n1,"' + b"x" * 200_000 + b'"\n', [{"psid": "1", "name": "x" * 200_000}]),
    "lines that end with a carriage return": (
        b"psid,name\r1,Ana\r2,Ben\r",
        [{"psid": "1", "name": "Ana"}, {"psid": "2", "name": "Ben"}],
    ),
    "empty lines between": (
        b"psid,name\n\n1,Ana\n\n\n2,Ben\n",
        [{"psid": "1", "name": "Ana"}, {"psid": "2", "name": "Ben"}],
    ),
    "names alone": (b"psid,name\n", []),
    "nothing": (b"", []),
}


def test_what_spreadsheets_write_is_read(tmp_path):
    for what, (raw, rows) in FILES.items():
        file = tmp_path / "rows.csv"
        file.write_bytes(raw)
        assert served(file) == (rows, []), what


BROKEN = {
    "a byte of another encoding": (
        b"psid,name\n1,Ana\n2,Jos\xe9\n3,Cem\n",
        ["1", "3"],
        "line 3: the byte 0xe9 is not UTF-8",
    ),
    "text behind a closing quote": (
        b'psid,name\n1,Ana\n2,"B"en\n3,Cem\n',
        ["1", "3"],
        "line 3: there is text between",
    ),
    "a quote that is never closed": (
        b'psid,name\n1,Ana\n2,"Ben\n3,Cem\n4,Dan\n',
        ["1", "3", "4"],
        "line 3: a quote is opened",
    ),
    "too many values": (b"psid,name\n1,Ana\n2,Ben,x\n3,Cem\n", ["1", "3"], "line 3: 3 values, but there are 2 columns"),
    "no delimiter": (b"psid,name\n1,Ana\n2\n3,Cem\n", ["1", "3"], "line 3: 1 value, but there are 2 columns"),
    "a value without a name": (b"psid,,name\n1,,Ana\n2,x,Ben\n3,,Cem\n", ["1", "3"], "line 3: column 2 has no name"),
}


def test_a_row_that_cannot_be_read_keeps_nobody_else_from_being_served(tmp_path):
    for what, (raw, people, words) in BROKEN.items():
        file = tmp_path / "rows.csv"
        file.write_bytes(raw)
        rows, problems = served(file)
        assert [row["psid"] for row in rows] == people, what
        assert len(problems) == 1, what
        assert words in problems[0], what


def test_a_line_of_json_in_another_encoding_is_named(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"psid": "1"}\n{"psid": "Jos\xe9"}\n{"psid": 3}\n')
    assert served(file) == ([{"psid": "1"}, {"psid": 3}], ["rows.jsonl, line 2 is not UTF-8."])


@pytest.mark.parametrize(("raw", "shown"), [(b"psid;name\n1;Ana\n", "`;`"), (b"psid\tname\n1\tAna\n", "`\\t`")])
def test_another_delimiter_is_asked_about_and_can_be_given(tmp_path, raw, shown):
    file = tmp_path / "rows.csv"
    file.write_bytes(raw)
    with pytest.raises(JobError, match="The delimiter seems to be") as caught:
        served(file)
    assert shown in str(caught.value)
    assert "csv={'delimiter': " in caught.value.fix
    delimiter = ";" if b";" in raw else "\t"
    assert served(file, csv={"delimiter": delimiter}) == ([{"psid": "1", "name": "Ana"}], [])


def test_a_column_of_one_name_may_hold_any_sign_where_the_delimiter_is_given():
    assert parse_csv("a;b\n1;2", delimiter=",")({})["data"] == [{"a;b": "1;2"}]


def test_options_of_csv_go_with_a_csv_file(tmp_path):
    with pytest.raises(JobError, match="the source is none"):
        each([1], fn(lambda s: s), csv={"delimiter": ";"})({})
    with pytest.raises(JobError, match="has no option `delimeter`"):
        served(tmp_path / "rows.csv", csv={"delimeter": ";"})


def test_a_row_that_goes_on_for_lines_says_that_a_quote_may_be_open(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text('psid,name\n1,"Ana\n2,Ben\n3,"\n4,Dan,x\n')
    _, problems = served(file)
    file.write_text('psid,name\n1,"Ana\n2,Ben\n3,",x\n4,Dan,x\n')
    _, (swallowed, plain) = served(file)
    assert problems == ["rows.csv, line 5: 3 values, but there are 2 columns."]
    assert "rows.csv, line 2: 3 values, but there are 2 columns. The row has 3 lines" in swallowed
    assert "goes on" not in plain


def test_utf_16_without_a_mark_is_named(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_bytes("psid,name\n1,Ana\n".encode("utf-16-le"))
    with pytest.raises(JobError, match=r"rows\.csv, line 1: there are NUL signs .* UTF-16"):
        served(file)


def test_many_rows_with_spaces_after_quotes_keep_their_lines(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("psid;name\n" + '"1" ;"Ana\nA" \n' * 500 + '"2" ;"Ben" ;x\n')
    rows, problems = served(file, csv={"delimiter": ";"})
    assert rows == [{"psid": "1", "name": "Ana\nA"}] * 500
    assert problems == ["rows.csv, line 1002: 3 values, but there are 2 columns."]


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to a limit of memory")
def test_spaces_after_a_long_value_take_no_memory_beyond_it(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_bytes(b'psid,name\n1,"' + b"x" * 15_000_000 + b'" \n')
    script = f"""
import resource
from pathlib import Path
from adaptor import each, fn
resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))
each(Path({str(file)!r}), fn(lambda s: print(len(s["data"]["name"])) or s))({{"data": {{}}}})
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "15000000\n", done.stderr


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("<!DOCTYPE html><html><body>Log in</body></html>\n", "is a web page", "login"),
        ("\n<html lang='en'>\n<p>Log in</p>\n", "is a web page", "login"),
        (f"{ANA},Ana\n{BEN},Ben\n", "the line with the names of the columns seems to be missing", "'columns': ["),
    ],
)
def test_a_file_whose_first_line_holds_no_names_of_columns_is_no_csv(tmp_path, text, what, fix):
    file = tmp_path / "people.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(JobError, match=what) as caught:
        served(file)
    assert fix in caught.value.fix
    assert ANA not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("people.xlsx", "save it as “CSV UTF-8”"),
        ("people.json", "json.loads(Path("),
        ("people.tsv", "'delimiter': '\\t'"),
        ("people.docx", "Give a .csv or .jsonl file"),
    ],
)
def test_a_file_that_no_loop_reads_says_how_to_make_one(tmp_path, name, fix):
    with pytest.raises(JobError, match="A loop cannot go through") as caught:
        served(tmp_path / name)
    assert fix in caught.value.fix


@pytest.mark.parametrize("text", ["", "\n\n", "psid,name\n"])
def test_a_file_without_rows_is_warned_of(adaptor, tmp_path, text):
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    loops = [f"{loop}(Path('people.csv'), send_text(state.data.psid, 'Hi'))" for loop in ("try_each", "broadcast")]
    for call in [*loops, "parse_csv(Path('people.csv'))"]:
        done = adaptor(f"from pathlib import Path\n{call}", "--dry-run")
        assert (done.code, "people.csv has no rows" in done.err) == (0, True), done.err


def test_where_items_fail_the_first_of_them_says_what_to_do(adaptor, tmp_path):
    (tmp_path / "people.csv").write_text("psid,name\n6543210987654321.0,Ana\n", encoding="utf-8")
    call = "from pathlib import Path\nbroadcast(Path('people.csv'), send_text(state.data.psid, 'Hi'))"
    done = adaptor(call, "--dry-run")
    assert "fix:   Format the column as text" in done.err, done.err
    assert "--results FILE.csv" in done.err
