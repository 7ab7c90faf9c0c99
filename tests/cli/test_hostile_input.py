"""Files and texts that somebody else wrote: what is wrong with them has a place; nothing reaches a terminal raw."""

import json
import re

import pytest

from adaptor.core.text.harmless import harmless

pytestmark = pytest.mark.long

STEP = (
    '{"steps": [{"id": "a", "expression": "fn(lambda s: s)", "next": {"b": %s}}, {"id": "b", "expression": "log(1)"}]}'
)
YAML = "steps:\n  - id: a\n    expression: log(1)\n"
ODD = "\x1b[2J\x9b\u202e"


def with_condition(text):
    return STEP % json.dumps(text)


WRONG = {
    "tab.yaml": "name:\tx\nsteps:\n  - id: a\n    expresion: log(1)\n",
    "merge.yaml": YAML + "    <<: 5\n",
    "merges.yaml": YAML + "    <<: [{id: a}, 5]\n",
    "bool.yaml": YAML + "    enabled: !!bool maybe\n",
    "int.yaml": YAML + "    state: {x: !!int maybe}\n",
    "digits.yaml": YAML + f"    state: {{x: {'9' * 4301}}}\n",
    "digits.json": '{"steps": [{"id": "a", "state": {"x": %s}}]}' % ("9" * 4301),
    "empty.json": '{"workflow": {}}',
    "null.json": '{"workflow": null}',
    "path.json": '{"steps": [{"id": "a", "expression": "./a\\u0000.py"}]}',
    "half.json": '{"steps": [{"id": "a", "expression": "./a\\ud800.py", "state": "./b\\ud800.json"}]}',
    "given.json": '{"steps": [{"id": "a", "expression": "./a\\ud800.py", "configuration": "./c\\ud800.json"}]}',
    "state.json": '{"steps": [{"id": "a", "expression": "log(1)", "state": "./b\\u0000.json"}]}',
    "yield.json": with_condition("(yield 1)"),
    "await.json": with_condition("await state"),
    "async.json": with_condition("[x async for x in state]"),
    "minus.json": with_condition("-" * 6000 + "1"),
    "deep.json": with_condition("state" + ".a" * 5000),
    "not.json": with_condition("not " * 2000 + "1"),
    "all.json": json.dumps({"globals": "__all__ = 5", "steps": [{"id": "a", "expression": "log(1)"}]}),
    "names.json": json.dumps({"globals": "__all__ = [1]", "steps": [{"id": "a", "expression": "log(1)"}]}),
    "rot.py": "# coding: rot13\nfraq_grkg('1', 'k')\n",
    "hex.py": "# coding: hex\nx = 1\n",
    "puny.py": "# coding: punycode\nx = 1\n",
    "minus.py": "x = " + "-" * 6000 + "1\n",
    "plus.py": "x = 1" + "+1" * 30000,
    "sum.py": "x = 1" + "+1" * 1500,
    "url.py": "create_subscription(None, 'messages')\n",
    "fields.py": "fields([{}, 1])\n",
    "buttons.py": "send_utility('1', 'n', buttons=1)\n",
    "function.py": "fn(None)\n",
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_mistake_is_never_called_a_fault_of_ours(adaptor, tmp_path, name, verb):
    (tmp_path / name).write_text(WRONG[name])
    done = adaptor(None, name, command=verb)
    assert done.code in (2, 3), done.err
    assert "fault" not in done.err
    assert "Traceback" not in done.err
    assert len(done.err) < 5000


@pytest.mark.parametrize("path", ["$.`parent`", "$.data.`parent`.`parent`.`parent`", '$.data.a[?(@.x =~ "[")]'])
def test_a_path_that_cannot_be_followed_is_an_error_at_its_line(adaptor, path):
    done = adaptor(f"each({path!r}, log(1))", state={"data": {"a": [{"x": "q"}]}})
    assert done.code == 1
    assert "JSONPath" in done.err
    assert "job.py, line 1" in done.err


ENDINGS = ["exit(0)", "quit()", "(_ for _ in ()).throw(SystemExit(0))", "(_ for _ in ()).throw(GeneratorExit)"]


@pytest.mark.parametrize("what", ENDINGS)
def test_a_condition_cannot_end_the_process_after_a_send(adaptor, tmp_path, what):
    steps = [
        {"id": "a", "expression": "send_text('1', 'hi')", "next": {"b": what}},
        {"id": "b", "expression": "log(1)"},
    ]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    done = adaptor(None, "w.json", "--sandbox", "--report", "report.json")
    assert done.code == 3, done.err
    assert "The condition" in done.err
    assert "1 sent" in done.err
    assert json.loads((tmp_path / "report.json").read_text())["run"]["exit_code"] == 3


STOP = "class Stop(BaseException): pass\ndef stop(*_):\n    raise Stop\n"


@pytest.mark.parametrize(
    "job", ["stop()", "fn(stop)", "log(stop)", "fn_if(stop, log(1))", "each(stop, log(1))", "exit(0)"]
)
def test_nothing_that_a_job_raises_ends_the_process_unseen(adaptor, job):
    done = adaptor(STOP + f"send_text('1', 'hi')\n{job}\n", "--sandbox")
    assert done.code in (1, 3), done.err
    assert "JobError" in done.err or "CannotLoad" in done.err


@pytest.mark.parametrize("text", ["exit(0)", "class Stop(BaseException): pass\nraise Stop"])
def test_globals_cannot_end_the_process_either(adaptor, tmp_path, text):
    (tmp_path / "w.json").write_text(json.dumps({"globals": text, "steps": [{"id": "a", "expression": "log(1)"}]}))
    assert adaptor(None, "w.json").code == 3


SHADOWS = ["secrets", "csv", "http", "queue", "requests", "json", "adaptor", "difflib", "urllib3", "shlex"]


def test_a_file_named_like_a_module_never_stands_in_for_it(adaptor, tmp_path):
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong one')")
    (tmp_path / "helpers.py").write_text("PSID = '1'")
    (tmp_path / "rows.csv").write_text("a\n1\n2\n")
    job = (
        "from pathlib import Path\nimport helpers, csv\nsend_text(helpers.PSID, 'hi')\n"
        "each(Path('rows.csv'), send_text(state.data.a, 'there'))\nbroadcast(['3', '4'], send_text(state.data, 'x'))\n"
    )
    (tmp_path / "job.py").write_text(job)
    checked = adaptor(None, "job.py", command="check")
    assert checked.code == 0, checked.err
    for name in SHADOWS:
        assert f"{name}.py" in checked.err
    done = adaptor(None, "job.py", "--sandbox", "--report", "report.html")
    assert done.code == 0, done.err
    assert "wrong one" not in done.err


def is_clean(done):
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", done.out + done.err)
    return plain == harmless(plain)


@pytest.mark.parametrize(
    "words", [["check", f"no{ODD}.py"], ["docs", ODD], ["run", "--" + ODD], [ODD], ["runs", "show", ODD]]
)
def test_the_words_of_a_command_line_come_back_harmless(adaptor, words):
    done = adaptor(None, *words[1:], command=words[0])
    assert done.code == 2, done.err
    assert is_clean(done)


def test_an_unknown_command_forges_no_line(adaptor):
    done = adaptor(None, command="x\nDone. Messages: 9 sent.")
    assert "\nDone." not in done.err


def test_the_keys_of_a_credential_are_printed_harmless(adaptor, tmp_path):
    keys = {"access_token": "EAAG-a-token", f"a{ODD}": 1, "b\nDone. Messages: 9 sent.": 1}
    (tmp_path / "c.json").write_text(json.dumps(keys))
    done = adaptor(None, "validate", "-c", "c.json", command="config")
    assert done.code == 0
    assert is_clean(done)
    assert "\nDone." not in done.out


def test_the_command_that_resumes_a_run_is_printed_harmless(adaptor, tmp_path):
    (tmp_path / f"{ODD}.py").write_text('send_text("1", "x")')
    credential = {"access_token": "EAAG-a-token", "base_url": "http://127.0.0.1:9", "max_retries": 0}
    (tmp_path / "c.json").write_text(json.dumps(credential))
    assert adaptor(None, f"{ODD}.py", "-c", "c.json").code == 1
    done = adaptor(None, "show", "last", f"{ODD}.py", command="runs")
    assert "--resume" in done.out
    assert is_clean(done)


def test_a_check_and_a_dry_run_print_texts_of_others_harmless(adaptor, tmp_path):
    step = {
        "id": f"a{ODD}\nb",
        "name": f"n{ODD}\n✓ all well",
        "expression": f"send_text('1', 'x\u202e')\nlog('{ODD[2:]}')",
    }
    workflow = {"name": f"w{ODD}\nDone.", "steps": [step], f"key{ODD}\nDone. Messages: 9 sent.": 1}
    (tmp_path / "w.json").write_text(json.dumps(workflow))
    for done in (adaptor(None, "w.json", command="check"), adaptor(None, "w.json", "--dry-run")):
        assert is_clean(done), done.err
        assert "\nDone. Messages: 9 sent." not in done.err
    del workflow[f"key{ODD}\nDone. Messages: 9 sent."]
    (tmp_path / "w.json").write_text(json.dumps(workflow))
    for done in (adaptor(None, "w.json", command="check"), adaptor(None, "w.json", "--dry-run")):
        assert is_clean(done), done.err
        assert "\n✓ all well" not in done.out + done.err


@pytest.mark.parametrize(
    "job", ["assert_(False, {!r})", "raise ValueError({!r})", "fn(lambda s: 1 / 0 if s else s[{!r}])"]
)
def test_an_error_forges_no_line_of_the_log(adaptor, job):
    forged = "x\nDone. Messages: 5 sent.\r\x85Done."
    done = adaptor(job.format(forged))
    assert is_clean(done)
    assert not re.search("^Done. Messages: 5", done.err, re.MULTILINE)


def test_a_long_line_with_many_mistakes_is_cut(adaptor, tmp_path):
    steps = [{"id": f"s{n}", "expression": "log(1)", "next": f"{n}{'x' * 25_000}"} for n in range(40)]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    done = adaptor(None, "w.json", command="check")
    assert done.code == 2
    assert len(done.err) < 200_000
