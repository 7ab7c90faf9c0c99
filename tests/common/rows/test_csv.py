"""CSV: rows as dicts of text, streamed, with the line in every error."""

import csv
import gc
import io
import weakref
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from adaptor import JobError, WrongCall, fn, parse_csv, state
from tests.thorough import examples


def rows(source, *args, **options):
    return parse_csv(source, *args, **options)({"data": "before"})["data"]


ANA = [{"name": "Ana", "day": "Monday"}]
READINGS = {
    "plain": ("name,day\nAna,Monday", {}, ANA),
    "a newline at the end": ("name,day\nAna,Monday\n", {}, ANA),
    "lines of Windows": ("name,day\r\nAna,Monday\r\n", {}, ANA),
    "lines of an old Mac": ("name,day\rAna,Monday\r", {}, ANA),
    "a byte order mark": ("\ufeffname,day\nAna,Monday", {}, ANA),
    "a byte order mark before a quote": ('\ufeff"name",day\nAna,Monday', {}, ANA),
    "a byte order mark that is kept": ("\ufeffa\n1", {"bom": False}, [{"\ufeffa": "1"}]),
    "semicolons": ("name;day\nAna;Monday", {"delimiter": ";"}, ANA),
    "tabs": ("name\tday\nAna\tMonday", {"delimiter": "\t"}, ANA),
    "empty values between tabs": ("a\tb\tc\n1\t\t3", {"delimiter": "\t"}, [{"a": "1", "b": "", "c": "3"}]),
    "other quotes": ("a,b\n'x,y',2", {"quote": "'", "escape": "'"}, [{"a": "x,y", "b": "2"}]),
    "doubled quotes": ('a\n"he said ""hi"""', {}, [{"a": 'he said "hi"'}]),
    "an escape of its own": ('a\n"he said \\"hi\\""', {"escape": "\\"}, [{"a": 'he said "hi"'}]),
    "quoted delimiters": ('a,b\n"x, y",z', {}, [{"a": "x, y", "b": "z"}]),
    "a value of two lines": ('a,b\n"x\ny",z\n1,2', {}, [{"a": "x\ny", "b": "z"}, {"a": "1", "b": "2"}]),
    "a value of two Windows lines": ('a\r\n"x\r\ny"\r\n', {}, [{"a": "x\r\ny"}]),
    "spaces": ("name , day\n Ana ,  Monday ", {}, ANA),
    "spaces that are kept": ("a,b\n x , y ", {"trim": False}, [{"a": " x ", "b": " y "}]),
    "empty lines": ("\nname,day\n\n\nAna,Monday\n\n", {}, ANA),
    "empty lines that count": ("a\n1\n\n2", {"skip_empty_lines": False, "columns": False}, [["a"], ["1"], [], ["2"]]),
    "names given": ("Ana,Monday", {"columns": ["name", "day"]}, ANA),
    "rows as lists": ("Ana,Monday\n1,2", {"columns": False}, [["Ana", "Monday"], ["1", "2"]]),
    "empty values": ("a,b\n,\n", {}, [{"a": "", "b": ""}]),
    "numbers stay text": ("a,b\n007,1.50", {}, [{"a": "007", "b": "1.50"}]),
    "letters of all kinds": ("имя\nАнна\n😀", {}, [{"имя": "Анна"}, {"имя": "😀"}]),
    "unit separators": ("a\x1fb\n1\x1f2", {"delimiter": "\x1f"}, [{"a": "1", "b": "2"}]),
    "None is the default": ("name,day\nAna,Monday", {"delimiter": None, "columns": None, "chunk_size": None}, ANA),
}
BY_READING = pytest.mark.parametrize(("text", "options", "expected"), READINGS.values(), ids=READINGS)


@BY_READING
def test_text_is_read_into_rows(text, options, expected):
    assert rows(text, **options) == expected


@BY_READING
def test_the_options_may_be_given_as_a_dict(text, options, expected):
    assert rows(text, options) == expected


@BY_READING
def test_a_file_reads_like_its_text(text, options, expected, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_bytes(text.encode())
    assert rows(file, **options) == expected


@BY_READING
def test_an_open_file_and_a_list_of_lines_read_like_the_text(text, options, expected):
    assert rows(io.StringIO(text, newline=""), **options) == expected
    assert rows(io.StringIO(text, newline="").readlines(), **options) == expected


def test_keyword_arguments_win_over_the_dict():
    assert rows("a;b\n1;2", {"delimiter": ","}, delimiter=";") == [{"a": "1", "b": "2"}]


def test_the_source_and_the_options_may_be_lazy():
    given = {"data": {"file": "a;b\n1;2", "sign": ";"}}
    assert parse_csv(state.data.file, delimiter=state.data.sign)(given)["data"] == [{"a": "1", "b": "2"}]
    assert parse_csv(f"a;b\n{state.data.sign};2", {"delimiter": ","})(given)["data"] == [{"a;b": ";;2"}]


def test_the_old_data_goes_to_references():
    assert parse_csv("a\n1")({"data": "x", "references": [1]}) == {"data": [{"a": "1"}], "references": [1, "x"]}


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n", "\ufeff", "a,b"])
def test_without_rows_data_is_an_empty_list(text):
    # What was in `data` before must not be taken for the rows.
    assert parse_csv(text)({"data": "x"})["data"] == []


# --- what is wrong with it ---

BAD = {
    "too few": ("a,b\n1,2\n3\n", "line 3: 1 value, but there are 2 columns"),
    "too many": ("a,b\n1,2,3\n", "line 2: 3 values, but there are 2 columns"),
    "after a value of two lines": ('a,b\n"x\ny",2\n3\n', "line 4: 1 value, but there are 2 columns"),
    "after empty lines": ("a,b\n\n\n3\n", "line 4: 1 value, but there are 2 columns"),
    "a value of two lines too many": ('a,b\n1,2\n3,4,"5\n6"\n', "line 3: 3 values, but there are 2 columns"),
    "a quote that is never closed": ('a,b\n1,2\n"3,4\n5,6\n', "line 3: a quote is opened here and never closed"),
    "letters behind a quote": ('a,b\n1,2\n"3"x,4\n', "line 3: there is text between a closing quote and the"),
    "a column twice": ("a,b,a\n1,2,3", "line 1: the column 'a' is named twice"),
    "a column twice after empty lines": ("\n\na,a\n", "line 3: the column 'a' is named twice"),
    "a quote never closed in much text": ('a\n"x' + "y\n" * 70000, "a quote is opened here and never closed"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_what_is_wrong_with_the_rows_is_told_with_the_line(text, words):
    with pytest.raises(JobError) as caught:
        rows(text)
    assert words in str(caught.value)
    assert str(caught.value).startswith("the text, line ")
    assert caught.value.fix


def test_what_is_wrong_in_a_file_is_told_with_its_name(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("a,b\n1\n")
    with pytest.raises(JobError, match=r"^people\.csv, line 2: 1 value, "):
        rows(file)


def test_a_file_that_is_not_utf_8_is_told_with_the_byte_and_how_to_save_it(tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes("name\nJosé\n".encode("latin-1"))
    with pytest.raises(JobError, match=r"people\.csv, line 2: the byte 0xe9 is not UTF-8") as caught:
        rows(file)
    assert "CSV UTF-8" in caught.value.fix


@pytest.mark.parametrize("name", ["nothing.csv", "."])
def test_a_file_that_cannot_be_opened_is_told_with_where_paths_start(name, tmp_path):
    with pytest.raises(JobError, match="cannot be read: ") as caught:
        rows(tmp_path / name)
    assert f"Relative paths start at {Path.cwd()}" in caught.value.fix
    assert "Path(__file__).with_name(" in caught.value.fix


@pytest.mark.parametrize("name", ["people.csv", "data/People.CSV", "x.tsv", "list.txt"])
def test_a_file_name_given_as_text_is_told_with_what_to_write(name):
    with pytest.raises(JobError, match="looks like the name of a file") as caught:
        rows(name)
    assert f"parse_csv(Path({name!r}))" in caught.value.fix


@pytest.mark.parametrize("source", [5, None, b"a\n1", {"a": 1}])
def test_a_source_that_cannot_be_read_is_told_by_its_kind(source):
    with pytest.raises(JobError, match=r"parse_csv\(\) cannot read (an? |None)"):
        rows(lambda given: source)


@pytest.mark.parametrize("lines", [[b"a\n", b"1\n"], [1, 2], ["a\n", None]])
def test_a_source_that_gives_no_lines_of_text_is_told_how_to_open_it(lines):
    with pytest.raises(JobError, match="instead of lines of text") as caught:
        rows(lines)
    assert "open(path" in caught.value.fix


WRONG = [
    ({"delimeter": ";"}, "has no option `delimeter`"),
    ({"delimiter": ";;"}, "`delimiter` of parse_csv() must be one character, not ';;'"),
    ({"delimiter": ""}, "must be one character"),
    ({"quote": 5}, "`quote` of parse_csv() must be one character"),
    ({"escape": "ab"}, "`escape` of parse_csv() must be one character"),
    ({"chunk_size": 0}, "`chunk_size` of parse_csv() must be a number from 1, not 0"),
    ({"chunk_size": True}, "must be a number from 1"),
    ({"chunk_size": "5"}, "must be a number from 1"),
    ({"columns": "abc"}, "`columns` of parse_csv() must be True, False or a list of names, not a str"),
    ({"columns": [1, 2]}, "must be True, False or a list of names"),
    ({"columns": ["a", "b", "a"]}, "`columns` of parse_csv() names 'a' twice"),
    ("delimiter", "The options of parse_csv() are a str"),
]


@pytest.mark.parametrize(("options", "words"), WRONG, ids=[str(row[0]) for row in WRONG])
def test_a_wrong_option_is_told(options, words):
    with pytest.raises(WrongCall) as caught:
        rows("a\n1", options)
    assert words in str(caught.value)


def test_an_unknown_keyword_is_refused_where_it_is_written():
    with pytest.raises(WrongCall, match="Did you mean `delimiter`"):
        parse_csv("a\n1", delimeter=";")


# --- chunks ---


def collect(given, chunk):
    return {**given, "chunks": [*given.get("chunks", []), [row["a"] for row in chunk]]}


@pytest.mark.parametrize(
    ("size", "chunks"),
    [
        (1, [["1"], ["2"], ["3"]]),
        (2, [["1", "2"], ["3"]]),
        (3, [["1", "2", "3"]]),
        (9, [["1", "2", "3"]]),
        (None, [["1", "2", "3"]]),
    ],
)
def test_a_callback_gets_the_rows_in_chunks_and_decides_the_next_state(size, chunks):
    assert parse_csv("a\n1\n2\n3\n", None, collect, chunk_size=size)({"data": "x"}) == {"data": "x", "chunks": chunks}


def test_a_callback_is_not_called_without_rows():
    given = {"data": "x"}
    assert parse_csv("a\n", callback=collect)(given) is given


def test_a_callback_that_forgets_the_state_is_named_before_the_next_chunk():
    calls = []

    def forgetful(given, chunk):
        calls.append(given)

    with pytest.raises(JobError, match=r"`parse_csv` on line \d+: forgetful returned None"):
        parse_csv("a\n1\n2\n", {"chunk_size": 1}, forgetful)({})
    assert calls == [{}]


@pytest.mark.parametrize(
    "error", [OSError(2, "of the callback"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "callback")]
)
def test_an_error_of_the_callback_is_not_taken_for_one_of_the_file(error, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("a\n1\n")

    def failing(given, chunk):
        raise error

    with pytest.raises(JobError) as caught:
        parse_csv(file, None, failing)({})
    assert caught.value.cause_type == type(error).__name__
    assert "rows.csv" not in str(caught.value)


class Line(str):
    """A line that can be watched."""

    __slots__ = ("__weakref__",)


def test_rows_are_streamed_and_not_held():
    alive = weakref.WeakSet()
    most = 0

    def lines(given):
        yield "a\n"
        for n in range(2000):
            line = Line(f"{n}\n")
            alive.add(line)
            yield line

    def count(given, chunk):
        nonlocal most
        gc.collect(0)
        most = max(most, len(alive))
        return {"rows": given.get("rows", 0) + len(chunk)}

    assert parse_csv(lines, None, count, chunk_size=100)({}) == {"rows": 2000}
    assert most < 10


def test_a_source_without_end_is_read_only_as_far_as_needed():
    read = 0

    def lines(given):
        nonlocal read
        yield "a\n"
        while True:
            read += 1
            yield f"{read}\n"

    def enough(given, chunk):
        if given["chunks"] == 3:
            raise StopAsyncIteration("enough")
        return {"chunks": given["chunks"] + 1}

    with pytest.raises(JobError, match="enough"):
        parse_csv(lines, None, enough, chunk_size=10)({"chunks": 0})
    assert read == 40


@pytest.mark.long
def test_a_file_is_streamed(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_bytes(b"a\n" + b"1\n" * 100_000 + b"\xff\n")
    sizes = []
    with pytest.raises(JobError, match="is not UTF-8"):
        parse_csv(file, None, lambda given, chunk: sizes.append(len(chunk)) or given, chunk_size=1000)({})
    # The rows before the bad byte were handed on before it was read.
    assert set(sizes) == {1000}
    assert len(sizes) > 90


@pytest.mark.long
def test_a_file_is_closed_when_a_callback_fails(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("a\n" + "1\n" * 10)
    # An open file that is collected would be a ResourceWarning, which is an error here.
    operation = parse_csv(file, None, lambda given, chunk: 1 / 0, chunk_size=1).catch(
        lambda error, given: {"went": error.code}
    )
    assert operation({}) == {"went": "ZeroDivisionError"}
    gc.collect()


def test_the_rows_of_a_callback_reach_operations():
    double = fn(lambda given: {**given, "sum": given.get("sum", 0) + sum(int(row["a"]) for row in given["rows"])})
    done = parse_csv("a\n1\n2\n3", None, lambda given, chunk: double({**given, "rows": chunk}), chunk_size=2)({})
    assert done["sum"] == 6


# The two scripts that `core/template.py` sets aside for references are refused in the text of a job.
SET_ASIDE = "\u1680" + "".join(map(chr, range(0x16E40, 0x16E80)))
cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00" + SET_ASIDE), max_size=6)


@settings(max_examples=examples(80))
@given(
    st.lists(st.tuples(cells, cells), min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_whatever_is_written_as_csv_is_read_back(table, delimiter, end):
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("one", "two"), *table])
    expected = [{"one": one, "two": two} for one, two in table]
    assert rows(written.getvalue(), delimiter=delimiter, trim=False) == expected
