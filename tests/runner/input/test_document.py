"""One reader for all files: the same broken text is refused alike, with its place, wherever a run is given it."""

import io
import json
import sys

import pytest

from adaptor import runner
from adaptor.core.errors import InputError
from adaptor.runner.input.document import parse_document, read_document, read_state, state_in
from adaptor.runner.input.source import Source, read_source
from adaptor.runner.load.credentials import of_environment, read_credentials
from adaptor.runner.problems.problems import raise_for
from adaptor.runner.testing.case_file import CaseFile

SECRET = "EAAGm0PX4ZCpsBAKZC"

#: What is wrong -> the text in JSON and in YAML, with the line and column of each, and the words.
BROKEN = {
    "a key twice": (
        ('{"a": 1,\n "a": 2}', (2, 2)),
        ("a: 1\na: 2\n", (2, 1)),
        "The key `a` occurs twice in the same object.",
    ),
    "a key twice further down": (
        ('{"a": [{"b": 1,\n "b": 2}]}', (2, 2)),
        ("a:\n  - b: 1\n    b: 2\n", (3, 5)),
        "The key `b` occurs twice in the same object.",
    ),
    "a bracket that is not closed": (('{"a": [1', (1, 9)), ("a: [1", (1, 6)), "is not {kind}: "),
    "no number": (('{"a": NaN}', (1, 7)), ("a: .nan", (1, 4)), "{number} JSON {has}"),
    "a number that is too large": (('{"a":\n 1e400}', (2, 2)), ("b: 1\na: 1e400", (2, 4)), "too large"),
    "nothing": (("", (1, 1)), ("", (1, 1)), "is empty."),
    "a list": (("[1]", (1, 1)), ("- 1\n", (1, 1)), "is a list, not an object."),
    "text": (('"a"', (1, 1)), ("a b", (1, 1)), "is text, not an object."),
    "bytes that are no UTF-8": ((b'{"a":\n "\xff"}', (2, 3)), (b"b: 1\na: \xff", (2, 4)), "is not UTF-8 text."),
}
#: What is one place in neither.
DEEP = {"json": "[" * 100_000, "yaml": "[" * 100_000}


def check(path):
    raise_for(runner.check(path).problems)


def of_a_step(key):
    def entrance(path, tmp_path):
        step = {"id": "a", "expression": "log(1)", key: path}
        (tmp_path / "w.json").write_text(json.dumps({"steps": [step]}))
        check(str(tmp_path / "w.json"))

    return entrance


def of_a_case(path, tmp_path):
    (tmp_path / "job.py").write_text("log(1)")
    (tmp_path / "job.test.json").write_text(json.dumps({"state": path}))
    raise_for(CaseFile(str(tmp_path / "job.test.json")).problems)


ENTRANCES = {
    "-s": lambda path, _: read_state(path),
    "-c": lambda path, _: read_credentials(path),
    "workflow": lambda path, _: check(path),
    "state of a step": of_a_step("state"),
    "configuration of a step": of_a_step("configuration"),
    "adaptor test": lambda path, _: CaseFile(path),
    "state of a case": of_a_case,
}
SECRETIVE = ("-c", "configuration of a step")


def refused(entrance, text, ending, tmp_path):
    """Return the error with which a file is refused."""
    path = tmp_path / f"given.test.{ending}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        ENTRANCES[entrance](str(path), tmp_path)
    assert caught.value.file == str(path)
    return caught.value


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("wrong", BROKEN)
def test_what_is_broken_is_refused_at_every_entrance_with_its_place(entrance, wrong, tmp_path):
    *texts, words = BROKEN[wrong]
    for ending, (text, place) in zip(("json", "yaml"), texts, strict=True):
        error = refused(entrance, text, ending, tmp_path)
        secretive = entrance in SECRETIVE
        said = words.format(
            kind=ending.upper(),
            number="number that"
            if secretive and ending == "json"
            else "NaN, which"
            if ending == "json"
            else "number that",
            has="does not have" if ending == "json" else "has",
        )
        if not (secretive and wrong == "a number that is too large" and ending == "json"):
            assert said in str(error), error
        assert (error.line, error.column) == place
        if secretive:
            assert error.excerpt is None
        elif text:
            assert error.excerpt.splitlines()[1].endswith("^"), error.excerpt


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("ending", DEEP)
def test_what_is_nested_too_deeply_is_refused_at_every_entrance(entrance, ending, tmp_path):
    assert "nested too deeply" in str(refused(entrance, DEEP[ending], ending, tmp_path))


#: Credentials in which something is wrong near the secret, or with it.
LEAKS = {
    "json": [
        f'{{"access_token": "{SECRET}",\n "access_token": 1}}',
        f'{{"access_token": {SECRET}}}',
        f'{{"access_token": "{SECRET}\n"}}',
        f'{{"access_token": "{SECRET}"',
        f'"{SECRET}"',
        f'["{SECRET}"]',
        '{"page_id": 1e400}',
    ],
    "yaml": [
        f"access_token: {SECRET}\naccess_token: 1\n",
        f"access_token: *{SECRET}\n",
        f"access_token: !{SECRET} 1\n",
        f"access_token: !!{SECRET} 1\n  x: y",
        f'access_token: "{SECRET}\\q"\n',
        f"access_token: [{SECRET}\n",
        f"access_token: &{SECRET} 1\nb: &{SECRET} 2\nc: }}",
        f"%{SECRET}\n---\n",
        f"{SECRET}\n",
        "page_id: 1e400",
        "page_id: .inf",
    ],
}


@pytest.mark.parametrize("ending", LEAKS)
@pytest.mark.parametrize("entrance", SECRETIVE)
def test_nothing_of_a_credential_is_shown(entrance, ending, tmp_path):
    for text in LEAKS[ending]:
        report = refused(entrance, text, ending, tmp_path).report()
        for value in (SECRET, "1e400", ".inf"):
            assert value not in report, report


def test_nothing_of_a_credential_in_the_environment_is_shown(monkeypatch):
    for text in LEAKS["json"]:
        monkeypatch.setenv("ADAPTOR_CONFIGURATION", text)
        with pytest.raises(InputError) as caught:
            of_environment()
        assert SECRET not in caught.value.report()
        assert caught.value.report().splitlines()[1].startswith("  where: ADAPTOR_CONFIGURATION:")


@pytest.mark.parametrize(
    "text",
    [
        f'{{"configuration": {{\n"pat": "{SECRET}",\n "x": "{SECRET}" 1}}}}',
        f'{{"data": {{"access_token":\n"{SECRET}" 1}}}}',
        f'{{"data": {{"api_key": "{SECRET}" 1}}}}',
    ],
)
def test_a_state_shows_no_line_that_may_hold_a_secret(text):
    with pytest.raises(InputError) as caught:
        state_in(Source("-S", text, "state given with -S"))
    assert SECRET not in caught.value.report()


def test_a_state_shows_the_line_and_points_at_the_place(tmp_path):
    (tmp_path / "s.json").write_text('{"data": {\n  "psid": 1,\n  "psid": 2}}')
    with pytest.raises(InputError) as caught:
        read_state(str(tmp_path / "s.json"))
    assert caught.value.report().splitlines() == [
        "FileProblem: The key `psid` occurs twice in the same object.",
        f"  where: {tmp_path / 's.json'}:3:3",
        '         3 | "psid": 2}}',
        "           | ^^^^^^",
        "  fix:   Take one of them out. Nothing was run.",
    ]


def test_of_a_long_line_only_what_is_near_the_place_is_shown():
    text = '{"data": [' + "1, " * 500 + "oops" + ", 2" * 500 + "]}"
    with pytest.raises(InputError) as caught:
        state_in(Source("-S", text, "state given with -S"))
    line, caret = caught.value.excerpt.splitlines()
    assert len(line) < 140
    assert line[caret.index("^") :].startswith("oops")


def test_a_state_may_come_from_standard_input_and_may_be_yaml(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'\xef\xbb\xbf{"data": 1}')))
    assert read_state("-") == {"data": 1}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"data": 1, "data": 2}')))
    with pytest.raises(InputError) as caught:
        read_state("-")
    assert "  where: standard input:1:13" in caught.value.report()
    (tmp_path / "s.yaml").write_text("data: {t: 12:30, day: 2026-11-27, ok: yes}\n")
    assert read_state(str(tmp_path / "s.yaml")) == {"data": {"t": "12:30", "day": "2026-11-27", "ok": "yes"}}


def test_what_cannot_be_opened_is_told_with_its_name(tmp_path):
    for path, words in ((tmp_path, "is a folder"), (tmp_path / "no.json", "does not exist")):
        with pytest.raises(InputError, match=f"The workflow {path} {words}"):
            read_document(str(path), "workflow")


def test_a_problem_points_at_a_part_or_its_key_or_what_is_around_it():
    document = parse_document(Source("w.json", '{"a": [1,\n {"b": null}]}', "workflow"))
    part = document.problem(("a", 1, "b"), "wrong")
    key = document.problem(("a", 1, "b"), "wrong", key=True)
    missing = document.problem(("a", 1, "c"), "missing")
    assert [(each.line, each.column) for each in (part, key, missing)] == [(2, 8), (2, 3), (2, 2)]
    assert part.excerpt == '2 | {"b": null}]}\n  |       ^^^^'


def test_a_mark_of_an_editor_before_bytes_that_are_no_text_is_no_fault_of_ours(tmp_path):
    file = tmp_path / "workflow.yaml"
    file.write_bytes(b"\xef\xbb\xbfa\xed\xa0\x80: 1")
    with pytest.raises(InputError, match="is not UTF-8"):
        read_source(str(file), "workflow")
