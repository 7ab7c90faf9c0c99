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
    assert any(words in done.err for words in ("known only when the operation runs", "a text would say"))
    assert "^^^^" in done.err


def test_a_digest_of_a_text_is_no_key_before_its_values_are_known(adaptor):
    script = "from hashlib import sha256\n" + (
        'send_text(state.data.psid, "Come", key=sha256(f"{state.data.name}".encode()).hexdigest())'
    )
    done = adaptor(script, "--dry-run", state=STATE)
    assert done.code == 3
    assert "`.encode` was asked of it" in done.err


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


def test_a_printed_text_shows_where_its_values_stand(adaptor):
    done = adaptor('print(f"Hello {state.data.name}")\nlog(1)', state=STATE)
    assert "Hello {state.data.name}" in done.err


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
