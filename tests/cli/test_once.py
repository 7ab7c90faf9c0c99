"""Once, also when the world has changed between two attempts: the real command, killed and gone on with."""

import json
import os
import signal
import subprocess
import sys

import pytest
from werkzeug import Response

from adaptor.ledger.store import open_store
from adaptor.sandbox import Sandbox

PEOPLE = [str(6543210987654321 + number) for number in range(5)]
#: Reads what changes in the world: the number of hours.
LOOK = "fn(lambda s: {**s, 'hours': int(open('hours').read())})\n"
TEXT = "send_text(state.data, f'Text to {state.data}')"
OTHER = "send_text(state.data, f'Template to {state.data}')"


@pytest.fixture
def job(adaptor, meta, tmp_path):
    """Run `job.py`; `job(script, …)` writes it first, with the people in the state."""
    (tmp_path / "c.json").write_text(
        json.dumps({"access_token": "EAAG-the-token", "base_url": meta.url, "max_retries": 0})
    )

    def start(script, *arguments, people=PEOPLE, hours=23, configuration=None, **more):
        if configuration is not None:
            (tmp_path / "c.json").write_text(json.dumps(configuration))
        (tmp_path / "job.py").write_text(script, encoding="utf-8")
        (tmp_path / "hours").write_text(str(hours))
        (tmp_path / "s.json").write_text(json.dumps({"data": people}))
        given = [] if "--resume" in arguments else ["-s", "s.json"]
        return adaptor(None, "job.py", "-c", "c.json", *given, *arguments, **more)

    return start


@pytest.fixture
def killed(job, meta, beside):
    """Begin a job as run `r1` and kill it when its n-th message comes in; that one is delivered."""

    def start(script, at, **more):
        job(script, "--dry-run", **more)
        command = beside("run", "job.py", "-c", "c.json", "-s", "s.json", "--run-id", "r1")
        meta.at(at, command.kill)
        command.end()

    return start


@pytest.fixture
def rows(tmp_path):
    """Return the rows of a run's ledger, as outcomes by recipient."""

    def look(run="r1"):
        store = open_store(str(tmp_path / ".adaptor" / "ledger.db"))
        try:
            return [(row.write.recipient, row.outcome) for row in store.writes.records(run)]
        finally:
            store.close()

    return look


def texts_to(meta, person):
    return [text for to, text in meta.accepted if to == person]


# --- Another branch ---

BRANCHES = {
    "fn_if": f"{LOOK}try_each(state.data, fn_if(state.hours < 24, {TEXT}, else_={OTHER}))",
    "fn_if in each": f"{LOOK}each(state.data, fn_if(state.hours < 24, {TEXT}, else_={OTHER}))",
    "fn_if in combine": f"{LOOK}try_each(state.data, combine(as_('typing', typing_on(state.data)), "
    f"fn_if(state.hours < 24, {TEXT}, else_={OTHER})))",
    "two fn_if on lines of their own": f"{LOOK}try_each(\n    state.data,\n    fn_if(\n        state.hours < 24,\n"
    f"        {TEXT},\n        else_=fn_if(\n            state.hours < 48,\n            {OTHER},\n)))",
    "a function": f"{LOOK}try_each(state.data, fn(lambda s: ({TEXT} if s['hours'] < 24 else {OTHER})(s)))",
    "an operation of the job": f"{LOOK}@operation\ndef remind(state, person):\n    if state['hours'] < 24:\n"
    "        return send_text(person, 'Text')(state)\n    return send_text(person, 'Template')(state)\n"
    "try_each(state.data, remind(state.data))\n",
    "for and if": "hours = int(open('hours').read())\n"
    f"for person in {PEOPLE}:\n"
    "    if hours < 24:\n"
    "        send_text(person, f'Text to {person}')\n"
    "    else:\n"
    "        send_text(person, f'Template to {person}')\n",
    "for and a conditional expression": "hours = int(open('hours').read())\n"
    f"for person in {PEOPLE}:\n"
    "    send_text(person, 'Text' if hours < 24 else 'Template')\n",
    "for and a helper": "hours = int(open('hours').read())\n"
    "def tell(person):\n"
    "    if hours < 24:\n"
    "        return send_text(person, 'Text')\n"
    "    return send_text(person, 'Template')\n"
    f"for person in {PEOPLE}:\n"
    "    tell(person)\n",
    "a list for combine": "hours = int(open('hours').read())\n"
    f"combine(*[send_text(p, 'Text') if hours < 24 else send_text(p, 'Template') for p in {PEOPLE}])\n",
}


@pytest.mark.long
@pytest.mark.parametrize("script", BRANCHES.values(), ids=BRANCHES)
def test_who_had_a_message_gets_none_from_another_branch(job, meta, killed, script):
    killed(script, at=3)
    had = {to for to, _ in meta.accepted}
    assert had
    told = job(script, "--resume", "r1", "--dry-run", hours=24)
    assert not any(f'"id": "{person}"' in told.out for person in had)
    done = job(script, "--resume", "r1", hours=24)
    assert all(len(texts_to(meta, person)) == 1 for person in had)
    assert "another branch" in done.err
    assert done.code == 1


@pytest.mark.long
def test_where_only_the_branch_is_another_one_the_message_is_given_back(job, meta, killed):
    script = (
        f"{LOOK}try_each(\n    state.data,\n    fn_if(\n        state.hours < 24,\n        {TEXT},\n"
        f"        else_={TEXT},\n    ),\n)"
    )
    killed(script, at=3)
    done = job(script, "--resume", "r1", hours=24)
    assert all(len(texts_to(meta, person)) == 1 for person in PEOPLE)
    assert "1 unknown" in done.err


@pytest.mark.long
def test_who_had_nothing_gets_the_message_of_the_branch_that_now_holds(job, meta, killed):
    killed(BRANCHES["fn_if"], at=3)
    job(BRANCHES["fn_if"], "--resume", "r1", hours=24)
    assert texts_to(meta, PEOPLE[4]) == [f"Template to {PEOPLE[4]}"]


def test_a_part_of_the_people_is_not_written_to_again_along_another_edge(adaptor, meta, tmp_path, job):
    steps = [
        {"id": "look", "expression": LOOK, "next": {"text": "state.hours < 24", "other": "state.hours >= 24"}},
        {"id": "text", "expression": f"try_each(state.data, {TEXT})"},
        {"id": "other", "expression": f"try_each(state.data, {OTHER})"},
    ]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    job("log(1)", "--dry-run")
    words = ("w.json", "-c", "c.json", "-s", "s.json")
    meta.at(3, lambda: meta.refusal(190))
    assert adaptor(None, *words, "--run-id", "r1").code == 1
    (tmp_path / "hours").write_text("24")
    # The step that looked was completed, and is not performed again.
    done = adaptor(None, "w.json", "-c", "c.json", "--resume", "r1")
    assert done.code == 0, done.err
    assert all(texts_to(meta, person) == [f"Text to {person}"] for person in PEOPLE)


SEQUENCES = {
    "combine": "each(state.data, combine(send_text(state.data, 'A'), as_('second', send_text(PERSON, 'B'))))",
    "then": "each(state.data, as_('first', send_text(state.data, 'A')).then(send_text(state.data, 'B')))",
    "two lines of a for": f"for person in {PEOPLE}:\n    send_text(person, 'A')\n    send_text(person, 'B')\n",
}


@pytest.mark.long
@pytest.mark.parametrize("script", SEQUENCES.values(), ids=SEQUENCES)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_sequence_stays_a_sequence(job, meta, killed, script, at):
    script = script.replace("PERSON", "source_value('$.references[-1:]')")
    killed(script, at=at)
    job(script, "--resume", "r1")
    for person in PEOPLE:
        assert texts_to(meta, person) == ["A", "B"]


@pytest.mark.long
@pytest.mark.parametrize("loop", ["each", "try_each"])
def test_letters_to_one_phone_that_come_in_another_order_are_all_sent_once(job, meta, killed, loop):
    rows = [json.dumps({"psid": PEOPLE[0], "child": child}) for child in ("Ana", "Ben", "Cem")]
    script = (
        f"{loop}(Path('rows.jsonl'), combine(\n"
        f"    as_('told', http.post('{meta.url}/told', body={{'step': state.data.psid}})),\n"
        "    send_text(state.data.psid, f'For {state.data.child}'),\n))\n"
    )
    killed(f"from pathlib import Path\n{script}", at=2, files={"rows.jsonl": "\n".join(rows)})
    done = job(f"from pathlib import Path\n{script}", "--resume", "r1", files={"rows.jsonl": "\n".join(rows[::-1])})
    assert sorted(texts_to(meta, PEOPLE[0])) == ["For Ana", "For Ben", "For Cem"], done.err
    assert len(meta.told) == 3


@pytest.mark.long
@pytest.mark.parametrize("loop", ["each", "try_each"])
def test_who_is_held_back_keeps_nobody_else_from_another_letter(job, meta, killed, loop):
    ana, ben, *_ = PEOPLE
    letters = {"first": (ana, "Monday"), "second": (ben, "Monday"), "third": (ben, "Friday")}
    rows = {name: json.dumps({"psid": psid, "day": day}) for name, (psid, day) in letters.items()}
    moved = json.dumps({"psid": ana, "day": "Tuesday"})
    script = f"from pathlib import Path\n{loop}(Path('rows.jsonl'), send_text(state.data.psid, state.data.day))\n"
    killed(script, at=2, files={"rows.jsonl": "\n".join(rows.values())})
    done = job(script, "--resume", "r1", files={"rows.jsonl": "\n".join([moved, rows["third"], rows["second"]])})
    assert "ReplayMismatch" in done.err
    assert done.code == 1
    assert meta.accepted == [(ana, "Monday"), (ben, "Monday"), (ben, "Friday")], done.err
    assert "Messages: 1 sent, 1 failed, 1 unknown. 1 made before and not again." in done.err


# --- A failure that the job handled ---

CAUGHT = {
    "catch": f"try_each(state.data, {TEXT}.catch(lambda error, s: {OTHER}(s)))",
    "try in a function": "def tell(s):\n"
    "    try:\n"
    f"        return {TEXT}(s)\n"
    "    except Exception:\n"
    f"        return {OTHER}(s)\n"
    "try_each(state.data, fn(tell))",
}


@pytest.mark.long
@pytest.mark.parametrize("script", CAUGHT.values(), ids=CAUGHT)
def test_a_failure_that_the_job_handled_is_not_tried_again(job, meta, killed, script):
    meta.at(2, lambda: meta.refusal(613))
    killed(script, at=4)
    job(script, "--resume", "r1")
    assert texts_to(meta, PEOPLE[1]) == [f"Template to {PEOPLE[1]}"]
    assert all(len(texts_to(meta, person)) == 1 for person in PEOPLE)


@pytest.mark.long
def test_a_failure_that_a_handler_only_noted_is_not_tried_again(job, meta, killed):
    script = f"try_each(state.data, {TEXT}.catch(lambda error, s: s))"
    meta.at(2, lambda: meta.refusal(613))
    killed(script, at=4)
    job(script, "--resume", "r1")
    assert texts_to(meta, PEOPLE[1]) == []


def test_a_failure_that_a_loop_passed_over_is_tried_again(job, meta):
    script = f"try_each(state.data, {TEXT})"
    meta.at(2, lambda: meta.refusal(100))
    first = job(script, "--run-id", "r1")
    assert first.code == 1
    assert "Try again what has failed, and nothing else, with: adaptor run job.py --resume r1" in first.err
    done = job(script, "--resume", "r1")
    assert done.code == 0, done.err
    assert all(len(texts_to(meta, person)) == 1 for person in PEOPLE)


# --- What nobody knows of ---


@pytest.mark.long
@pytest.mark.parametrize(
    "loop",
    [f"broadcast(state.data, {TEXT}, batch_size=1, concurrency=1)", f"try_each(state.data, {TEXT})"],
    ids=["broadcast", "try_each"],
)
def test_one_unknown_does_not_keep_a_job_from_its_end(job, meta, messenger_that_loses, rows, loop):
    script = f"{loop}\nfn(lambda s: {{**s, 'lost': [each['sent'] for each in s['failed']]}})\n"
    first = job(script, "--run-id", "r1", configuration=messenger_that_loses)
    assert first.code == 1
    again = job(script, "--resume", "r1", "-O", configuration=messenger_that_loses)
    assert again.state["lost"] == ["unknown"]
    assert again.code == 1
    assert [outcome for _, outcome in rows()].count("unknown") == 1
    # It went through everybody, so the next day's run begins.
    assert job(script.replace("Text", "Other"), configuration=messenger_that_loses).code == 0


@pytest.fixture
def messenger_that_loses():
    """A Messenger that loses the answer to the second message, once."""
    with Sandbox() as sandbox:
        sandbox.faults.next("lost", on="messages", to=PEOPLE[1], delivered=True)
        yield {"access_token": sandbox.access_token, "base_url": sandbox.url, "max_retries": 0}


def test_a_handler_of_other_errors_lets_an_unknown_of_before_pass(job, messenger_that_loses):
    script = f"each(state.data, {TEXT}.catch(WindowClosed, lambda error, s: s))\n"
    assert job(script, "--run-id", "r1", configuration=messenger_that_loses).code == 1
    again = job(script, "--resume", "r1", configuration=messenger_that_loses)
    assert again.code == 1
    assert "3 sent, 1 unknown" in again.err


def test_a_handler_hears_of_the_same_unknown_on_every_attempt(job, messenger_that_loses):
    script = (
        "def note(error, s):\n    return {**s, 'heard': [*s.get('heard', []), type(error).__name__]}\n"
        f"each(state.data, {TEXT}.catch(note))\n"
        "assert_(lambda s: open('hours').read() == '24')\n"
    )
    first = job(script, "--run-id", "r1", configuration=messenger_that_loses)
    again = job(script, "--resume", "r1", "-O", hours=24, configuration=messenger_that_loses)
    assert first.code == 1
    assert again.state["heard"] == ["DeliveryUnknown"]


# --- The same message twice in one run ---


def test_equal_rows_are_one_message(job, meta):
    done = job(f"try_each(state.data, {TEXT})", "-O", people=[PEOPLE[0], PEOPLE[1], PEOPLE[0], PEOPLE[0]])
    assert [to for to, _ in meta.accepted] == PEOPLE[:2]
    assert "2 duplicate" in done.err
    # Each of them is given the first one's result.
    assert done.state["data"]["message_id"] == "m_1"


def test_a_dry_run_and_a_sandbox_show_the_same(job):
    script = f"try_each(state.data, {TEXT})"
    rows = [PEOPLE[0], PEOPLE[1], PEOPLE[0]]
    described = job(script, "--dry-run", people=rows)
    assert len(described.out.splitlines()) == 2
    assert "2 described, 1 duplicate" in described.err
    assert "2 sent, 1 duplicate" in job(script, "--sandbox", people=rows).err


def test_a_key_makes_equal_messages_different_on_purpose(job, meta):
    rows = [{"psid": PEOPLE[0], "visit": visit} for visit in ("a", "b", "a")]
    done = job("try_each(state.data, send_text(state.data.psid, 'Come', key=state.data.visit))", people=rows)
    assert len(meta.accepted) == 2
    assert "1 duplicate" in done.err


def test_the_same_action_again_is_made_again(job, meta):
    job("each(PEOPLE, typing_on(state.data))".replace("PEOPLE", repr([PEOPLE[0]] * 3)))
    assert meta.actions == [(PEOPLE[0], "typing_on")] * 3


# --- The day after ---


def test_a_run_with_failures_of_single_items_does_not_block_the_next_day(job, meta):
    script = f"try_each(state.data, {TEXT})"
    meta.at(2, lambda: meta.refusal(100))
    assert job(script, "--run-id", "monday").code == 1
    done = job(script, "--run-id", "tuesday", people=["6543210987650001", "6543210987650002"])
    assert done.code == 0, done.err


@pytest.mark.long
def test_a_message_that_a_run_with_failures_has_sent_is_not_sent_by_the_next_one(job, meta):
    script = f"try_each(state.data, {TEXT})"
    meta.at(2, lambda: meta.refusal(100))
    assert job(script, "--run-id", "monday").code == 1
    done = job(script, "--run-id", "tuesday", people=["6543210987650001", PEOPLE[2], "6543210987650002"])
    assert done.code == 1
    assert "An earlier run of this job, `monday`, has not ended well and has sent this person this message" in done.err
    assert "--resume monday" in done.err
    assert "--fresh" in done.err
    assert len(texts_to(meta, PEOPLE[2])) == 1
    # Also where that one was stopped by it: what monday has sent is still not sent again.
    again = job(script, "--run-id", "wednesday", people=[PEOPLE[2]])
    assert "`monday`" in again.err
    assert len(texts_to(meta, PEOPLE[2])) == 1
    fresh = job(script, "--fresh", people=[PEOPLE[2]])
    assert fresh.code == 0, fresh.err
    assert len(texts_to(meta, PEOPLE[2])) == 2


def test_a_handler_does_not_send_something_else_in_its_place(job, meta):
    script = f"try_each(state.data, {TEXT}.catch(lambda error, s: {OTHER}(s)))\nsend_text('1', 'Hello')"
    meta.at(len(PEOPLE) + 1, lambda: meta.refusal(190))
    assert job(script, "--run-id", "monday").code == 1
    done = job(script, people=[PEOPLE[2], "6543210987650001"])
    assert done.code == 1
    assert "`monday`" in done.err
    assert [to for to, _ in meta.accepted] == PEOPLE


@pytest.mark.long
def test_a_killed_run_is_told_of_in_words_that_are_true(job, killed):
    killed(f"try_each(state.data, {TEXT})", at=3)
    done = job(f"try_each(state.data, {TEXT})")
    assert done.code == 2
    assert "`r1`, was killed: 2 sent, 1 unknown" in done.err


def test_a_finished_job_that_runs_again_says_whom_it_wrote_to(job, meta):
    script = f"try_each(state.data, {TEXT})"
    job(script, "--run-id", "r1")
    done = job(script)
    assert "run `r1`, less than a minute ago, sent 5 messages to 5 people" in done.err
    assert (done.code, len(meta.accepted)) == (0, 10)


# --- Two at the same time ---


@pytest.mark.long
@pytest.mark.parametrize("loop", [f"try_each(state.data, {TEXT})", f"broadcast(state.data, {TEXT})"])
def test_of_two_that_overlap_only_one_sends(job, beside, tmp_path, loop):
    # The second begins while the first still waits, and comes to its first message when the first has ended.
    script = "import os\nfn(lambda s: s if open(os.environ['GATE']).read() else s)\n" + loop
    with Sandbox() as sandbox:
        job(script, "--dry-run", env={"GATE": "hours"})
        configuration = {"access_token": sandbox.access_token, "base_url": sandbox.url}
        (tmp_path / "c.json").write_text(json.dumps(configuration))
        words = ["run", "job.py", "-c", "c.json", "-s", "s.json"]
        commands = []
        for name in ("first", "second"):
            gate = tmp_path / name
            os.mkfifo(gate)
            commands.append((beside(*words, "--run-id", name, GATE=str(gate)), gate))
        # Both have begun, since both have opened their gate.
        gates = [gate.open("w") for _, gate in commands]
        codes = []
        for (command, _), gate in zip(commands, gates, strict=True):
            with gate:
                gate.write("open")
            codes.append(command.end())
        assert codes == [0, 2]
        assert "ran the same job with the same initial state meanwhile, as run `first`" in commands[1][0].err
        assert len(sandbox.messages) == len(PEOPLE)


# --- How a run ends ---

#: The command, which is killed when it is about to write its output.
DYING = """
import os, signal, sys
import adaptor.runner.output.files
adaptor.runner.output.files.write_output = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from adaptor.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.long
def test_a_run_that_is_killed_before_its_output_is_written_writes_it_when_it_goes_on(
    job, meta, adaptor, environment, tmp_path
):
    script = f"try_each(state.data, {TEXT})"
    job(script, "--dry-run")
    words = ["run", "job.py", "-c", "c.json", "-s", "s.json", "-o", "out.json", "--run-id", "r1"]
    killed = subprocess.run([sys.executable, "-c", DYING, *words], cwd=tmp_path, env=environment, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert len(meta.accepted) == len(PEOPLE)
    done = job(script, "--resume", "r1", "-o", "out.json")
    assert done.code == 0, done.err
    assert json.loads((tmp_path / "out.json").read_text())["data"]["message_id"] == "m_5"
    assert len(meta.accepted) == len(PEOPLE)
    assert "again" not in done.err


def test_the_exit_code_tells_of_an_unknown_of_any_attempt(adaptor, meta, tmp_path, job):
    steps = [
        {"id": "tell", "expression": f"try_each(state.data, {TEXT}, fail=False)", "next": "more"},
        {"id": "more", "expression": f"try_each('$.references[0][*]', {OTHER})"},
    ]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    job("log(1)", "--dry-run")
    meta.at(2, lambda: Response("", status=500))
    meta.at(7, lambda: meta.refusal(190))
    words = ("w.json", "-c", "c.json")
    assert adaptor(None, *words, "-s", "s.json", "--run-id", "r1").code == 1
    done = adaptor(None, *words, "--resume", "r1")
    assert done.code == 1
    assert "adaptor runs settle r1" in done.err
    shown = adaptor(None, "show", "r1", command="runs").out
    assert "finished, with failures" in shown
