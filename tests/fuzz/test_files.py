"""Files that a run is given: workflows, projects, states, people, test cases, echoes, CSV."""

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import strategies as st

from adaptor import parse_csv
from adaptor.core.config import read_configuration
from adaptor.core.errors import AdaptorError
from adaptor.core.run.context import Run
from adaptor.core.text.harmless import harmless
from adaptor.runner.checking.check import check_file
from adaptor.runner.checking.plan_drawing import drawn
from adaptor.runner.execution.start import check_initial, exit_code_for
from adaptor.runner.history.echoes import EchoFile
from adaptor.runner.input.document import object_in, parse_document, state_in
from adaptor.runner.input.source import Source
from adaptor.runner.load.credentials import credentials_of, read_credentials
from adaptor.runner.problems.problems import problem_facts, shown
from adaptor.runner.testing.case_file import CaseFile
from adaptor.sandbox import SandboxError
from adaptor.sandbox.sandbox_file import read_file

from .inputs import nested, numbers, objects, odd_texts, scalars, texts, values
from .rounds import rounds, shown as shown_error, survives

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCRIPTS = [
    "fn(lambda s: s)",
    "send_text(state.data.x, 'a')",
    "log(state.data)",
    "./a.py",
    "a\nb",
    "1",
    "x",
    "import \0",
    "(" * 300,
    "# coding: rot13\nx",
    "exit(0)",
    "raise BaseException('x')",
    "def f(): yield\nf",
    "return",
    "await x",
    "-" * 6000 + "1",
    "x = " + "9" * 5000,
    "__all__ = 5",
    "from \ud800 import x",
    "send_text('1', '\ud800')",
    "if 1:\n\tx\n  y",
    "lambda: (yield)",
]
scripts = st.one_of(st.sampled_from(SCRIPTS), texts)
ids = st.one_of(st.sampled_from(["a", "b", "c", "a", "b"]), texts)
conditions = st.one_of(
    st.booleans(),
    st.sampled_from(["always", "on_job_failure", "state.data.x > 1", "(yield)", "[x async for x in state]", "a &&"]),
    texts,
)
edges = st.one_of(
    ids,
    st.dictionaries(
        ids, st.one_of(conditions, objects(condition=conditions, label=texts, disabled=st.booleans())), max_size=3
    ),
)
steps = objects(
    id=ids,
    name=texts,
    expression=scripts,
    next=edges,
    state=st.one_of(values, texts),
    configuration=st.one_of(values, texts),
    join=st.sampled_from(["all", "any"]),
    type=st.sampled_from(["webhook", "cron", "x"]),
    enabled=st.booleans(),
    adaptor=texts,
    cron_expression=texts,
    previous=ids,
)
workflows = objects(
    id=texts,
    name=texts,
    steps=st.lists(steps, max_size=3),
    jobs=st.lists(steps, max_size=2),
    globals=scripts,
    start=ids,
    end=ids,
    options=objects(start=ids, end=ids),
    workflow=objects(steps=st.lists(steps, max_size=3), globals=scripts),
    configuration=values,
    state=values,
)
jobs = objects(name=texts, body=st.one_of(scripts, objects(path=texts)), adaptor=texts, credential=texts)
triggers = objects(type=st.sampled_from(["webhook", "cron", "x"]), enabled=st.booleans(), cron_expression=texts)
project_edges = objects(
    source_trigger=ids,
    source_job=ids,
    target_job=ids,
    condition_type=st.sampled_from(["always", "js_expression", "x"]),
    condition_expression=conditions,
    condition_label=texts,
    enabled=st.booleans(),
)
named = lambda inner: st.one_of(st.dictionaries(ids, inner, max_size=3), st.lists(inner, max_size=3))  # noqa: E731
projects = objects(
    name=texts,
    credentials=values,
    collections=values,
    workflows=named(
        objects(name=texts, jobs=named(jobs), triggers=named(triggers), edges=named(project_edges), steps=values)
    ),
)
people = objects(
    page=objects(id=texts, name=texts),
    access_token=texts,
    app_secret=texts,
    require_proof=st.booleans(),
    development=values,
    people=st.lists(
        objects(
            id=texts,
            name=texts,
            last_message_hours_ago=numbers,
            last_message_at=texts,
            blocked=st.booleans(),
            timezone=numbers,
            role=texts,
            first_name=texts,
            gender=values,
        ),
        max_size=3,
    ),
    templates=st.lists(
        objects(
            name=texts,
            language=texts,
            body=texts,
            header=texts,
            status=texts,
            buttons=st.lists(
                objects(type=st.sampled_from(["URL", "x"]), text=texts, payload=texts, url=texts), max_size=2
            ),
        ),
        max_size=2,
    ),
    app=objects(id=texts, name=texts),
    apps=st.lists(objects(id=texts, name=texts), max_size=2),
    default_app=texts,
    webhook=objects(url=texts, verify_token=texts, fields=st.lists(values, max_size=2)),
    rate_limits=st.one_of(st.booleans(), st.dictionaries(texts, numbers)),
    approval=values,
    foreign_ids=st.booleans(),
    faults=objects(
        seed=numbers,
        rates=st.lists(objects(share=numbers, kind=texts, edge=texts)),
        script=st.lists(values, max_size=3),
    ),
)
cases = objects(
    job=texts,
    state=values,
    now=st.one_of(texts, st.just("2026-01-01T00:00:00Z")),
    sandbox=st.one_of(texts, people),
    expect=values,
    name=texts,
    calls=st.lists(objects(request=objects(path=texts, url=texts, method=texts), response=values)),
)
case_files = st.one_of(cases, objects(cases=st.lists(cases, max_size=3), job=texts, state=values))
MARKS = [
    "- ",
    ": ",
    ":\t",
    "\n",
    "\n  ",
    "\n\t",
    "&a ",
    "*a",
    "<<: ",
    "!!bool ",
    "!!int ",
    "!x ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|\n",
    ">\n",
    '"',
    "'",
    "#",
    "steps",
    "id",
    "expression",
    "next",
    "a",
    "5",
    "12:30",
    "yes",
    "%",
    "@",
    "---\n",
    "...\n",
    "!!set ",
    "!!binary ",
    "!!timestamp ",
    "~",
    ".inf",
    "0o7",
    "\ufeff",
    "\x85",
    "\u2028",
    "<<: *a",
    "[*a, *a]",
]
pieces = st.lists(st.one_of(st.sampled_from(MARKS), odd_texts), max_size=25).map("".join)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def as_json(value):
    return json.dumps(value)


def as_yaml(value):
    return yaml.dump(value, Dumper=_Plain, allow_unicode=True)


def checked(name, text):
    """Check a file as `adaptor check` does."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        Path(path).write_bytes(text.encode("utf-8", "surrogatepass"))
        Path(folder, "a.py").write_text("fn(lambda s: s)\n")
        prepared = survives(lambda: check_file(path, read_credentials(None, is_lenient=True)))
        assert prepared is not None
        if prepared.problems:
            assert exit_code_for(prepared.problems) in (2, 3)
        for problem in [*prepared.problems, *prepared.warnings]:
            assert shown(problem) == harmless(shown(problem))
            json.dumps(problem_facts(problem))
            shown_error(problem)
        if prepared.plan is not None and not prepared.problems:
            drawn(prepared.plan)


@pytest.mark.long
@rounds(workflows)
def test_workflow_as_json(value):
    checked("workflow.json", as_json(value))


@pytest.mark.long
@rounds(workflows)
def test_workflow_as_yaml(value):
    checked("workflow.yaml", as_yaml(value))


@pytest.mark.long
@rounds(pieces, examples=150)
def test_yaml_of_pieces(text):
    checked("workflow.yaml", f"steps:\n  - id: a\n    expression: x\n    state:\n      {text}\n")
    checked("workflow.yaml", text)


@pytest.mark.long
@rounds(projects)
def test_project(value):
    checked("project.yaml", as_yaml(value))


@pytest.mark.long
@rounds(scripts)
def test_script(text):
    checked("job.py", text)


def raised_by(action):
    """Perform something and return the error of ours that it raises, or None."""
    try:
        action()
    except AdaptorError as error:
        return error


SECRET = "EAAGq7Rt2Yx9LmZpWk"
KEYS = ["access_token", "app_secret", "base_url", "page_id", "max_retries", "dsn", "db", "<<", SECRET]
settings_given = st.dictionaries(
    st.one_of(st.sampled_from(KEYS), texts),
    st.one_of(
        st.sampled_from([SECRET, f"Bearer {SECRET}", f"https://{SECRET}@h", f"https://h/?a={SECRET}", [SECRET]]), values
    ),
    max_size=5,
)
slips = st.one_of(st.sampled_from([*MARKS, SECRET, f"{SECRET}: {SECRET}\n", f'"{SECRET}" ']), odd_texts)


@pytest.mark.long
@rounds(
    st.one_of(settings_given.map(as_json), settings_given.map(as_yaml)),
    st.lists(st.tuples(st.integers(0, 200), slips), max_size=3),
    st.sampled_from(["c.json", "c.yaml"]),
    examples=150,
)
def test_credential(text, changes, name):
    for place, slip in changes:
        text = text[:place] + slip + text[place:]
    source = Source(name, text.encode("utf-8", "replace").decode(), "credentials file", is_secret=True)

    def read():
        configuration = object_in(parse_document(source), "Write it.")
        read_configuration(credentials_of(configuration).single())

    found = survives(lambda: raised_by(read))
    assert found is None or SECRET not in shown_error(found)


@pytest.mark.long
@rounds(
    st.one_of(values.map(as_json), values.map(as_yaml), pieces),
    st.sampled_from(["s.json", "s.yaml", "-S"]),
    examples=150,
)
def test_state(text, name):
    state = survives(lambda: state_in(Source(name, text.encode("utf-8", "replace").decode(), "state file")))
    if state is not None:
        survives(lambda: check_initial(state))


def read_in(folder_file, content, read, *allowed):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, folder_file)
        path.write_bytes(content)
        return survives(lambda: read(path), *allowed)


@pytest.mark.long
@rounds(st.one_of(people.map(as_json), values.map(as_json), pieces), examples=150)
def test_people(text):
    read_in("sandbox.json", text.encode("utf-8", "surrogatepass"), lambda path: read_file(path, NOW), SandboxError)


def _cases(path):
    file = CaseFile(str(path))
    for problem in file.problems:
        shown_error(problem)
    if not file.problems:
        file.update({case.name: {"data": 1} for case in file.cases})


@pytest.mark.long
@rounds(
    st.one_of(case_files.map(as_json), case_files.map(as_yaml), pieces), st.sampled_from(["a.test.json", "a.test.yaml"])
)
def test_cases(text, name):
    read_in(name, text.encode("utf-8", "surrogatepass"), _cases)


events = objects(
    object=st.just("page"),
    entry=st.lists(
        objects(
            id=texts,
            messaging=st.lists(
                objects(
                    sender=objects(id=texts),
                    recipient=objects(id=texts),
                    timestamp=numbers,
                    message=objects(mid=texts, is_echo=st.booleans(), metadata=texts, text=texts, app_id=values),
                ),
                max_size=2,
            ),
        ),
        max_size=2,
    ),
)


@pytest.mark.long
@rounds(
    st.lists(
        st.one_of(events, nested(scalars, st.sampled_from(["message", "body", "entry", "Records"]))).map(as_json),
        max_size=3,
    ),
    st.binary(max_size=20),
    st.sampled_from(["e.json", "e.jsonl"]),
    examples=150,
)
def test_echoes(lines, junk, name):
    read_in(name, "\n".join(lines).encode() + b"\n" + junk, lambda path: list(EchoFile(str(path))))


CSV = [
    "a",
    "b",
    ",",
    ";",
    "\t",
    '"',
    "\n",
    "\r\n",
    "\r",
    "\0",
    "=",
    "\ufeff",
    "1",
    " ",
    "\x1a",
    "x" * 200,
    "é",
    "\ud800",
]
csv_texts = st.lists(st.sampled_from(CSV), max_size=40).map("".join)
options = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("columns", "delimiter", "skip_empty_lines", "quote", "bom", "chunk_size", "header"), values
    ),
)


@pytest.mark.long
@rounds(csv_texts, options, examples=150)
def test_csv_text(text, how):
    with Run(sink=lambda *line: None):
        survives(lambda: parse_csv(text, **how)({"data": {}}))


@pytest.mark.long
@rounds(
    st.one_of(csv_texts.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=60)), examples=100
)
def test_csv_file(content):
    with Run(sink=lambda *line: None):
        read_in("rows.csv", content, lambda path: parse_csv(path)({"data": {}}))
