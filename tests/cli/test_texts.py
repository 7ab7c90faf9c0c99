"""F-strings over references in real jobs: in the script, in modules beside it, in globals, in functions."""

import json

import pytest

PSID = "6543210987654321"
STATE = {"data": {"psid": PSID, "title": "Dr", "name": "Ana", "file": "rows.csv", "when": "2026-11-30T23:30:00Z"}}


def bodies(done):
    return [json.loads(line)["body"]["message"]["text"] for line in done.out.splitlines()]


def test_a_module_beside_the_job_says_what_the_state_holds(adaptor, tmp_path):
    (tmp_path / "letters").mkdir()
    files = {
        "words.py": "from adaptor import state\nHELLO = f'Hello {state.data.name}'\n",
        "letters/__init__.py": "from .first import LETTER\n",
        "letters/first.py": "from adaptor import state\nfrom words import HELLO\n"
        "LETTER = f'{HELLO}, {state.data.title}.'\n",
    }
    script = "from words import HELLO\nimport letters\ncombine(as_('a', send_text(state.data.psid, HELLO)), "
    script += "send_text(state.data.psid, letters.LETTER))\n"
    for _ in range(2):
        done = adaptor(script, "--dry-run", state=STATE, files=files)
        assert bodies(done) == ["Hello Ana", "Hello Ana, Dr."], done.err
    # Changed at once, and with the same length: nothing old may be kept.
    files["words.py"] = files["words.py"].replace("Hello", "Salut")
    assert bodies(adaptor(script, "--dry-run", state=STATE, files=files))[0] == "Salut Ana"
    assert not list(tmp_path.rglob("words*.pyc"))


def test_a_folder_without_init_is_a_package_too(adaptor, tmp_path):
    (tmp_path / "letters" / "first").mkdir(parents=True)
    files = {
        "letters/first/words.py": "from adaptor import state\nHELLO = f'Hello {state.data.name}'\n",
        "letters/whole.py": "from .first.words import HELLO\nLETTER = f'{HELLO}!'\n",
    }
    done = adaptor("from letters.whole import LETTER\nsend_text('1', LETTER)", "--dry-run", state=STATE, files=files)
    assert bodies(done) == ["Hello Ana!"], done.err


def test_what_is_wrong_in_a_module_beside_the_job_is_shown_there(adaptor):
    files = {"words.py": "from adaptor import state\n\nDEAR = 'Dear' if f'{state.data.title}' == 'Dr' else 'Hello'\n"}
    done = adaptor("import words\nsend_text('1', words.DEAR)", "--dry-run", state=STATE, files=files)
    assert done.code == 3
    assert "words.py, line 3" in done.err
    assert "if f'{state.data.title}' == 'Dr'" in done.err
    assert "^^^^" in done.err


def test_the_globals_of_a_workflow_say_what_the_state_holds(adaptor, tmp_path):
    (tmp_path / "shared.py").write_text("greeting = f'Hello {state.data.name}'\n")
    step = {"id": "a", "expression": "send_text(state.data.psid, greeting)"}
    (tmp_path / "w.json").write_text(json.dumps({"globals": "./shared.py", "steps": [step]}))
    done = adaptor(None, "w.json", "--dry-run", state=STATE)
    assert bodies(done) == ["Hello Ana"]


MISUSED = {
    "a comparison": '"Dear " if f"{state.data.title}" == "Dr" else "Hello "',
    "a search": '"Dear " if "Dr" in f"{state.data.title}" else "Hello "',
    "a length": '"x" * len(f"{state.data.name}")',
    "a beginning": '"x" if f"{state.data.name}".startswith("A") else "y"',
    "a condition": "f\"it is {state.data.title == 'Dr'}\"",
}


@pytest.mark.parametrize("text", MISUSED.values(), ids=MISUSED)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_text_that_is_used_before_its_values_are_known_is_refused_with_its_place(adaptor, text, command):
    words = ("--dry-run", "-S", json.dumps(STATE)) if command == "run" else ()
    done = adaptor(f"send_text(state.data.psid, {text})", *words, command=command)
    assert done.code == 3
    assert any(words in done.err for words in ("known only when the operation runs", "would appear in a text"))
    assert "^^^^" in done.err


def test_a_digest_of_a_text_is_no_key_before_its_values_are_known(adaptor):
    script = "from hashlib import sha256\n" + (
        'send_text(state.data.psid, "Come", key=sha256(f"{state.data.name}".encode()).hexdigest())'
    )
    done = adaptor(script, "--dry-run", state=STATE)
    assert done.code == 3
    assert "`.encode` was used on it" in done.err


@pytest.mark.parametrize("text", ['f"no rows in {state.data.file}"', 'f"{state.data.file:>{state.data.name}}"'])
def test_an_error_of_a_function_with_such_a_text_is_told_with_the_steps_before(adaptor, text):
    script = (
        f"def stop(s):\n    raise ValueError({text})\nas_('first', send_text(state.data.psid, 'Hello'))\nfn(stop)\n"
    )
    done = adaptor(script, "--sandbox", "-o", "out.json", "--report", "report.json", state=STATE)
    assert done.code == 1
    assert "ValueError: " in done.err
    assert "rows" in done.err or "state.data.file" in done.err
    assert (done.folder / "out.json").exists()
    (step,) = json.loads((done.folder / "report.json").read_text())["steps"]
    assert len(step["operations"]) == 1


@pytest.mark.parametrize("words", [(), ("--sandbox",), ("-O",), ("--dry-run",)], ids=str)
def test_a_printed_text_shows_where_its_values_stand(adaptor, words):
    script = 'import logging\nprint(f"Hello {state.data.name}")\nlogging.warning(f"Dear {state.data.title}")\nlog(1)'
    done = adaptor(script.replace("logging.w", "_ = logging.w"), *words, state=STATE)
    assert done.code == 0, done.err
    assert "Hello {state.data.name}" in done.err
    assert "Dear {state.data.title}" in done.err


UNFILLED = {
    "no f": '"Hello {state.data.name}"',
    "no f, by key": "\"Hello {state['data']['name']}\"",
    "no f, a value by JSONPath": "\"Hello {data_value('name')}\"",
    "%": '"Hello %s" % f"{state.data.name}"',
    "join": '", ".join([str(f"{state.data.title}"), "x"])',
    "join of many": '", ".join(str(x) for x in (f"{state.data.title}", 1))',
}


@pytest.mark.parametrize("text", UNFILLED.values(), ids=UNFILLED)
@pytest.mark.parametrize(
    "job",
    ["send_text(state.data.psid, {})", "each([1], as_('a', send_message('1', {{'text': {}}})))", "log(['a', {}])"],
    ids=["a send", "in a loop", "in a list"],
)
def test_a_text_that_would_say_the_name_of_a_reference_is_refused(adaptor, text, job):
    done = adaptor("log([1])\n" + job.format(text), "--sandbox", state=STATE)
    assert done.code == 3, done.err
    assert "in braces, and would send it as it is" in done.err
    assert "job.py, line 2" in done.err
    assert 'Write an f before the quote, f"Hello {state.data.name}"' in done.err


LET_BE = {
    "rows": "each([{'text': 'Hello {state.data.name}'}], send_text('1', state.data.text))",
    "braces written twice": 'send_text("1", f"{{state.data.name}} {state.data.title}")',
    "other braces": 'send_text("1", "Hello {name} {} {state}")',
    "a function": "send_text('1', lambda state: 'Hello {state.data.name}')",
}


@pytest.mark.parametrize("script", LET_BE.values(), ids=LET_BE)
def test_braces_that_are_meant_are_sent(adaptor, script):
    done = adaptor(script, "--dry-run", state=STATE)
    assert done.code == 0, done.err
    assert "{" in bodies(done)[0]


def test_a_zone_that_is_none_is_found_before_anything_is_sent(adaptor):
    script = "send_text(state.data.psid, 'x')\nsend_text('1', f\"{local_time(state.data.when, 'Africa/Nairobbi'):%A}\")"
    done = adaptor(script, "--sandbox", state=STATE)
    assert done.code == 3
    assert "There is no timezone 'Africa/Nairobbi'. Did you mean 'Africa/Nairobi'?" in done.err
    assert "job.py, line 2" in done.err
    assert "Nothing was run." in done.err


def test_a_condition_where_a_text_is_expected_says_how_words_are_chosen(adaptor):
    done = adaptor("send_text(state.data.psid, state.data.name | 'friend')", "--dry-run", state=STATE)
    assert "In an f-string `|` chooses words: f\"{state.data.name | 'friend'}\"" in done.err


def test_a_moment_in_utc_is_told_by_the_clock_of_the_place(adaptor):
    refused = adaptor("send_text(state.data.psid, f'{state.data.when:%A %H:%M}')", "--dry-run", state=STATE)
    assert 'local_time(state.data.when, "Africa/Nairobi")' in refused.err
    done = adaptor(
        "send_text(state.data.psid, f\"{local_time(state.data.when, 'Africa/Nairobi'):%A %H:%M}\")",
        "--dry-run",
        state=STATE,
    )
    assert bodies(done) == ["Tuesday 02:30"]


def test_texts_of_classes_lambdas_and_comprehensions_are_as_python_makes_them(adaptor):
    script = (
        "class Words:\n    __hidden = 'x'\n    word = f'{__hidden}!'\n"
        "texts = [f'{n}:{state.data.name}' for n in range(2)]\n"
        "fn(lambda s: {**s, 'data': [Words.word, (lambda n: f'{n:03d}')(7), f'{(y := 5)}{y}']})\n"
    )
    done = adaptor("log([1])\n" + script, "-O", state=STATE)
    assert done.state["data"] == ["x!", "007", "55"], done.err
