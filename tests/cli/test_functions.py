"""What jobs do with functions, handlers and answers, by the real command."""

import json

import pytest

pytestmark = pytest.mark.long

ANA, BEN = "6543210987654321", "6543210987654322"
SEND = f'send_text("{ANA}", "Hello")'
STATE = {"data": {"psid": ANA, "name": "Ana"}}


@pytest.fixture
def sandboxed(adaptor):
    """Run a script against the sandbox: the exit code, what it printed, the final state."""

    def run(script, *words, state=None, **options):
        return adaptor(script, "--sandbox", "-O", *words, state=state or STATE, **options)

    return run


# --- an answer replaces data ---


def test_a_path_that_the_answer_of_a_send_has_replaced_names_that_send(sandboxed):
    done = sandboxed('send_text(state.data.psid, "Hello")\nlog(1)\nsend_text(state.data.psid, "See you")')
    assert done.code == 1
    assert "`state.data` is the answer of `send_text` (line 1)" in done.err
    assert 'as_("sent", send_text(…))' in done.err


def test_so_does_a_value_that_a_text_cannot_say(sandboxed):
    done = sandboxed('send_text(data_value("psid"), "Hello")\nlog(f"{data_value(\'name\')}")')
    assert "is the answer of `send_text` (line 1)" in done.err


def test_so_does_a_function_that_looks_for_a_key(sandboxed):
    done = sandboxed('mark_seen(state.data.psid)\nfn(lambda s: {**s, "who": s["data"]["name"]})')
    assert "`data` is the answer of `mark_seen` (line 1)" in done.err


def test_a_path_that_was_never_there_does_not_blame_a_send(sandboxed):
    done = sandboxed(f'as_("sent", {SEND})\nlog(state.data.nothing)')
    assert "does not exist" in done.err
    assert "is the answer of" not in done.err


def test_check_finds_it_without_running(adaptor):
    done = adaptor(f"{SEND}\nlog(state.data.name)", command="check")
    assert done.code == 3
    assert "`state.data.name` cannot be there" in done.err
    assert "job.py:2" in done.err


# --- a handler for some errors ---


def test_a_handler_for_a_closed_window_sends_something_else(sandboxed):
    people = {"people": [{"id": ANA, "last_message_hours_ago": 30}, {"id": BEN, "last_message_hours_ago": 1}]}
    rows = [{"psid": ANA}, {"psid": BEN}]
    kind = 'fn(lambda s: {**s, "told": [*s.get("told", []), s["data"]["psid"]]})'
    script = f'each(state.rows, send_text(state.data.psid, "Hello").catch(WindowClosed, {kind}))'
    done = sandboxed(script, state={"rows": rows}, files={"sandbox.json": json.dumps(people)})
    assert done.code == 0, done.err
    assert done.state["told"] == [ANA]


# --- functions ---


@pytest.mark.parametrize(
    ("function", "fix"),
    [
        ('lambda s: {**s, "n": len(state.data.rows)}', "use its own parameter"),
        ('lambda s: {**s, "n": [row for row in state.data.rows]}', "use its own parameter"),
        ('lambda s: {**s, "n": 1 if state.data.rows else 2}', "use its own parameter"),
        ('lambda s: {**s, "n": s.data}', 'write ["data"], not .data'),
        ('lambda s: {**s, "n": state.data.name}', "is `state.data.name`, a lazy reference"),
        ('lambda s: {**s, "at": {"n": [state.data.n + 1]}}', "state.at.n[0] is `state.data.n + 1`, a lazy reference"),
        ('lambda s: send_text("1", "a")', "return send_text(…)(state)"),
    ],
)
def test_a_function_that_uses_the_state_otherwise_than_a_dict_is_told_what_to_write(sandboxed, function, fix):
    done = sandboxed(f"fn({function})")
    assert done.code == 1
    assert fix in done.err


def test_a_function_with_other_parameters_is_found_when_the_job_is_loaded(adaptor):
    script = f"{SEND}\nfn(lambda: 1)\nmap_([1], lambda item: item)"
    for command in ("check", "run"):
        done = adaptor(script, command=command)
        assert done.code == 3
        assert "given to fn() takes no parameters" in done.err
        assert "given to map_() takes (item)" in done.err


# --- a state that is not JSON ---

KEPT = {
    "a helper": ("lambda row: row", "the function `<lambda>`", "Keep helpers in the script"),
    "an exception": ("ValueError('a')", "an exception (ValueError)", "Keep its text: str(error)"),
    "a set": ("{1, 2}", "a set", "Make a list of it"),
    "a date": ("__import__('datetime').date(2026, 1, 2)", "a date", ".isoformat()"),
    "bytes": ("b'a'", "a bytes", ".decode()"),
    "a reference": ("state.data.name", "`state.data.name`, a lazy reference", "its own parameter"),
    "an operation": ("mark_seen('1')", "the operation mark_seen", "Perform it"),
    "no number": ("float('nan')", "the number nan", "Turn it into text"),
}
SENDS = {
    "a send": SEND,
    "a loop": f"each([1, 2], {SEND})",
    "a loop that goes on": f"try_each([1, 2], {SEND})",
    "a broadcast": f'broadcast([{{"psid": "{ANA}"}}], send_text(state.data.psid, "Hello"))',
    "a batch": f"batch({SEND}, mark_seen('{ANA}'))",
    "a function": f"def tell(state):\n    return {SEND}(state)\n\nfn(tell)",
    "a call": 'http.post("http://127.0.0.1:9/", body={})',
}


@pytest.mark.parametrize("kept", KEPT)
def test_what_cannot_be_kept_on_the_state_stops_a_step_before_it_sends(sandboxed, kept):
    value, what, fix = KEPT[kept]
    done = sandboxed(f"fn(lambda s: {{**s, 'note': {{'by': [{value}]}}}})\n{SEND}")
    assert done.code == 1
    assert f"The state that `send_text` is given is not JSON: state.note.by[0] is {what}" in done.err
    assert fix in done.err
    assert "Nothing was sent." in done.err
    assert "1 sent" not in done.err


@pytest.mark.parametrize("send", SENDS)
def test_so_it_is_for_everything_that_sends(sandboxed, send):
    done = sandboxed(f"fn(lambda s: {{**s, 'seen': {{1}}}})\n{SENDS[send]}")
    assert done.code == 1
    assert "is given is not JSON: state.seen is a set" in done.err
    assert "1 sent" not in done.err
    dry = sandboxed(f"fn(lambda s: {{**s, 'seen': {{1}}}})\n{SENDS[send]}", "--dry-run")
    assert "state.seen is a set" in dry.err


def test_what_is_gone_before_anything_is_sent_may_have_been_there(sandboxed):
    script = 'fn(lambda s: {**s, "seen": {1}})\nfn(lambda s: {**s, "seen": len(s["seen"])})\n'
    done = sandboxed(script + SEND)
    assert (done.code, done.state["seen"]) == (0, 1)


# --- scripts that do nothing ---


@pytest.mark.parametrize(
    ("script", "what"),
    [
        ("def main(state):\n    return state", "the function `main` is defined, and nothing calls it"),
        (f"hello = {SEND}", "`hello` is assigned and never used"),
        (f'if __name__ == "__main__":\n    {SEND}', 'under `if __name__ == "__main__"`'),
        ("rows = [1, 2]", "no operation at its top level"),
    ],
)
def test_check_and_run_say_that_a_script_does_nothing(adaptor, script, what):
    for command in ("check", "run"):
        done = adaptor(script, command=command)
        assert done.code == 0
        assert "warning: job.py" in done.err
        assert what in done.err
