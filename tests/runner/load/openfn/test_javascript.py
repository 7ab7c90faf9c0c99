"""A job in JavaScript is recognised, and every sign and name of it is told with its lines."""

import pytest

import adaptor
from adaptor.runner import check
from adaptor.runner.load.openfn.names import PYTHON, python_name

JOB = """\
import { sendText } from '@openfn/language-facebook';
// Remind each patient.
const url = 'https://example.org/x'; // here
get(`${url}/patients`);
each(
  $.data.rows,
  fnIf(state => state.data.ok === 'yes', postMessage({ recipient: { id: $.data.psid } }))
);
alterState(state => ({ ...state, names: state.data.map(row => row.name), gone: null }));
"""


@pytest.fixture
def problems(tmp_path):
    """The problems that `check` finds in a script, as line, text and fix."""

    def look(script, name="job.js"):
        (tmp_path / name).write_text(script, encoding="utf-8")
        return [(each.line, str(each), each.fix) for each in check(tmp_path / name).problems]

    return look


def test_a_job_in_javascript_is_refused_with_the_page_and_every_name_at_once(problems):
    first, *rest = problems(JOB)
    assert "JavaScript" in first[1]
    assert "docs/from-openfn.md" in first[2]
    fixes = {what.split("`")[1]: (line, fix) for line, what, fix in rest}
    assert fixes["get"] == (4, "Write http.get(…).")
    assert fixes["fnIf"] == (7, "Write fn_if(…).")
    assert fixes["postMessage"] == (7, "Write post_message(…).")
    assert fixes["alterState"] == (9, "Write fn(…).")
    assert fixes["null"] == (9, "Write None.")
    assert {"import … from", "//", "const, let, var", "backticks", "$.", "=>", "===", ";", "..."} <= fixes.keys()
    assert "each" not in fixes
    assert [line for line, *_ in rest] == sorted(line for line, *_ in rest)


def test_further_lines_of_a_name_are_told(problems):
    found = problems("sendText('1', 'a');\nfn(s => s);\nsendText('2', 'b');\nsendText('3', 'c');\n")
    assert (1, "`sendText` is JavaScript. Also in lines 3, 4.", "Write send_text(…).") in found


@pytest.mark.parametrize(
    "script",
    [
        "fn(state => state)",
        "each($.data, log('x'))",
        "const a = 1\nlog(a)",
        "import { fn } from '@openfn/language-common'",
        "const { fn } = require('x')",
        "fn(function (state) { return state })",
        "log(`a`); // b",
        "await log('a')\n// b",
    ],
)
def test_each_sign_is_enough_in_a_job_without_python(problems, script):
    assert "JavaScript" in problems(script)[0][1]


@pytest.mark.parametrize(
    "script",
    [
        "fn(lambda s: s",
        "def f(state):\n    return `x`;\n",
        "from adaptor import log\nlog(a => b)\n",
        "log('a => b', \"const x\", '`$.data`'\n",
        "# const a = 1; // b\nlog('x'\n",
        "key = 8 // 2\nlog({key: sendtext(1) // 2})\n",
    ],
)
def test_a_python_job_with_a_fault_is_not_taken_for_javascript(problems, script):
    assert not any("written in JavaScript" in what for _, what, _ in problems(script))


def test_javascript_in_a_workflow_is_told_with_its_step(tmp_path):
    file = tmp_path / "workflow.yaml"
    file.write_text("steps:\n  - id: a\n    expression: |\n      fn(state => state);\n      alterState(s => s);\n")
    problems = check(file).problems
    assert "JavaScript" in str(problems[0])
    assert any("alterState" in str(each) for each in problems)


def test_names_in_texts_and_of_the_job_itself_are_not_told(problems):
    found = problems("function get(x) { return x }\nlog('post(1)', get(2));\n")
    assert not any("`get`" in what or "`post`" in what for _, what, _ in found)


def test_every_row_of_the_table_says_what_python_has():
    for name, python in PYTHON.items():
        # A name that is ours in another spelling needs no row.
        assert python_name(name, adaptor.__all__) == python, name
    for name in ("fnIf", "as", "map", "assert", "parseCsv", "lastReferenceValue", "http.get", "sendText"):
        assert python_name(name, adaptor.__all__).partition(".")[0].removesuffix("(…)") in adaptor.__all__, name
