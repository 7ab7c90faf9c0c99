"""What is no JSON, or would lose something, is refused before anything runs, wherever somebody wrote it."""

import json

import pytest

ANA = "6543210987654321"
SENDS = f'send_text("{ANA}", "hello")'


@pytest.fixture
def adaptor(tmp_path, forks):
    """The real command in a folder with a job and the files that are given."""

    def run(*words, files=None, stdin=None, **environment):
        for name, text in {"job.py": SENDS, **(files or {})}.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return forks.run(words, cwd=tmp_path, env=environment, stdin=stdin or "")

    return run


LOST = {
    "a number that is too large": ('{"data": {"score": 1e400}}', "it holds the number 1e400, which is too large", 20),
    "minus infinity": ('{"data": {"score": -Infinity}}', "it holds -Infinity, which JSON does not have", 20),
    "a number of 5,000 digits": (f'{{"data": {{"a": {"9" * 5000}}}}}', "it holds a number of 5,000 digits", 16),
    "a key twice": ('{"data": {"psid": 1, "psid": 2}}', "the key `psid` occurs twice in the same object", 22),
    "a key twice below": ('{"data": [{"a": 1}, {"a": 1, "a": 1}]}', "the key `a` occurs twice", 30),
}


def given(where, text):
    """How a text gets to the command: words, and what else it needs."""
    return {
        "-s": (["job.py", "-s", "given.json"], {"files": {"given.json": text}}),
        "-S": (["job.py", "-S", text], {}),
        "standard input": (["job.py", "-s", "-"], {"stdin": text}),
        "-c": (["job.py", "-c", "given.json"], {"files": {"given.json": text}}),
        "ADAPTOR_CONFIGURATION": (["job.py"], {"ADAPTOR_CONFIGURATION": text}),
    }[where]


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("where", ["-s", "-S", "standard input", "-c", "ADAPTOR_CONFIGURATION"])
def test_what_would_lose_something_is_refused_with_its_place_and_nothing_is_run(adaptor, where, lost):
    text, words, column = LOST[lost]
    arguments, more = given(where, text)
    done = adaptor("run", *arguments, "--sandbox", **more)
    assert done.returncode == 2
    secret = where in ("-c", "ADAPTOR_CONFIGURATION") and "twice" not in words
    assert ("it holds a number that JSON does not have" if secret else words.removeprefix("the key ")) in done.stderr
    assert f":1:{column}\n" in done.stderr
    assert "Nothing was run" in done.stderr
    assert "sys." not in done.stderr
    assert ANA not in done.stderr + done.stdout


@pytest.mark.parametrize("lost", LOST)
def test_a_workflow_a_state_beside_it_and_cases_are_read_as_strictly(adaptor, lost):
    text, words, _ = LOST[lost]
    twice = "occurs twice" in words
    words = words.removeprefix("the key ").removesuffix(" in the same object")
    step = {"id": "a", "expression": SENDS}
    done = adaptor(
        "run", "w.json", "--sandbox", files={"w.json": json.dumps({"steps": [step]})[:-1] + f', "x-more": {text}}}'}
    )
    assert (done.returncode, words in done.stderr) == (2, True)
    assert "w.json:1:" in done.stderr
    files = {"w.json": json.dumps({"steps": [{**step, "state": "s.json"}]}), "s.json": text}
    done = adaptor("run", "w.json", "--sandbox", files=files)
    assert (done.returncode, words in done.stderr) == (2, True)
    assert "s.json:1:" in done.stderr
    done = adaptor("test", "job.test.json", files={"job.test.json": f'{{"cases": [{{"name": "a", "state": {text}}}]}}'})
    assert (done.returncode, words in done.stderr + done.stdout) == (2, True)
    done = adaptor(
        "run", "job.py", "--sandbox", "--people", "p.json", files={"p.json": f'{{"people": [], "x": {text}}}'}
    )
    assert done.returncode == 2
    assert ("occurs twice" if twice else "p.json") in done.stderr


def test_a_row_that_would_lose_something_stops_itself_alone(adaptor):
    rows = [f'{{"psid": "{ANA}"}}', '{"psid": "1", "psid": "2"}', '{"psid": NaN}', f'{{"psid": "{ANA}", "n": 1e400}}']
    job = "from pathlib import Path\ntry_each(Path('rows.jsonl'), send_text(state.data.psid, 'hello'), fail=False)"
    done = adaptor("run", "job.py", "--sandbox", "-O", files={"job.py": job, "rows.jsonl": "\n".join(rows)})
    assert "1 message accepted" in done.stderr + done.stdout
    for line, words in ((2, "the key `psid` occurs twice"), (3, "it holds NaN"), (4, "it holds the number 1e400")):
        assert f"rows.jsonl, line {line}: this is not JSON: {words}" in done.stdout


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"a": NaN}', "it holds NaN, which JSON does not have"),
        ('{"a": 1e400}', "it holds the number 1e400, which is too large"),
        (f'{{"a": {"9" * 5000}}}', "it holds a number of 5,000 digits"),
        ('{"a": 1, "a": 2}', "the key `a` occurs twice in the same object"),
    ],
)
def test_what_another_system_answers_is_told_in_words_that_fit(adaptor, httpserver, body, words):
    httpserver.expect_request("/a").respond_with_data(body, content_type="application/json")
    url = httpserver.url_for("/a")
    done = adaptor("run", "job.py", files={"job.py": f"http.get('{url}')"})
    assert done.returncode == 1
    assert f"cannot be read: it is not JSON: {words}" in done.stderr
    assert "parse_as='text'" in done.stderr
    done = adaptor("run", "job.py", "-O", files={"job.py": f"http.get('{url}', parse_as='text')"})
    assert json.loads(done.stdout)["data"] == body


def test_what_stands_without_quotes_in_the_state_of_a_step_stays_what_it_is(adaptor):
    text = """\
steps:
  - id: a
    expression: log(1)
    state:
      data: {t: 12:30, u: 09:30, day: 2026-11-27, ok: yes, off: off, tel: 0254712345, plus: +254712, n: 1_000, o: 0o17}
"""
    done = adaptor("run", "w.yaml", "-O", files={"w.yaml": text})
    assert json.loads(done.stdout)["data"] == {
        "t": "12:30",
        "u": "09:30",
        "day": "2026-11-27",
        "ok": "yes",
        "off": "off",
        "tel": "0254712345",
        "plus": "+254712",
        "n": "1_000",
        "o": 15,
    }


def test_cases_in_yaml_are_read_by_the_same_rules(adaptor):
    text = f"""\
now: 2026-11-30T07:00:00Z
cases:
  - name: she is told the time
    state: {{data: {{t: 12:30}}}}
    expect: {{sent: [{{to: "{ANA}", text: "At 12:30."}}]}}
"""
    files = {"job.py": f'send_text("{ANA}", f"At {{state.data.t}}.")', "job.test.yaml": text}
    done = adaptor("test", "job.test.yaml", files=files)
    assert done.returncode == 0, done.stdout + done.stderr
