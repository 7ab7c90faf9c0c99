"""A run that goes on tells of the whole run: in errors, the closing line, the report and the results."""

import json
import signal
import time
from threading import Event

import pytest

from tests.waiting import PATIENCE

pytestmark = pytest.mark.long

PEOPLE = [str(6543210987654321 + number) for number in range(6)]
TEXT = "send_text(state.data, f'Hello {state.data}')"
JOB = f"try_each(state.data, {TEXT})\n"


@pytest.fixture
def job(adaptor, meta, tmp_path):
    """Run `job.py` with all outputs, and return what came of it with what they hold."""
    (tmp_path / "c.json").write_text(json.dumps({"access_token": "EAAG-token", "base_url": meta.url, "max_retries": 0}))

    def start(script, *arguments, people=PEOPLE, path="job.py", **more):
        (tmp_path / "s.json").write_text(json.dumps({"data": people}))
        if script is not None:
            (tmp_path / path).write_text(script)
        given = [] if "--resume" in arguments else ["-s", "s.json"]
        words = ("-o", "out.json", "--report", "report.json", "--results", "results.jsonl")
        done = adaptor(None, path, "-c", "c.json", *given, *words, *arguments, **more)
        done.final = json.loads((tmp_path / "out.json").read_text())
        done.step_error = next(iter(done.final.get("errors", {}).values()), None)
        done.report = json.loads((tmp_path / "report.json").read_text())
        done.results = rows(tmp_path / "results.jsonl")
        return done

    return start


def rows(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def outcomes(rows):
    return [(row["recipient"], row["outcome"]) for row in rows]


# --- What the step and the run have sent ---


FAILS_AGAIN = {
    "before it comes to anybody": "fn(lambda state: 1 / 0 if os.environ.get('BREAKS') else state)\n",
    "at the first new one": "",
}


@pytest.mark.parametrize("first", FAILS_AGAIN.values(), ids=FAILS_AGAIN)
def test_the_error_of_a_step_counts_what_an_earlier_attempt_has_sent(job, meta, first):
    script = f"import os\n{first}each(state.data, {TEXT})\n"
    meta.at(3, lambda: meta.refusal(190))
    meta.at(4, lambda: meta.refusal(190))
    assert job(script, "--run-id", "r1").step_error["sent"] == "partly"
    done = job(script, "--resume", "r1", env={"BREAKS": "1"})
    assert done.step_error["sent"] == "partly", done.err
    assert "The run as a whole: 2 sent, 1 failed." in done.err
    assert "Nothing was sent." not in done.err


def test_an_unknown_of_an_earlier_attempt_counts_too(job, meta):
    script = "import os\nfn(lambda state: 1 / 0 if os.environ.get('BREAKS') else state)\n" + JOB
    meta.at(3, lambda: meta.broken())
    assert job(script, "--run-id", "r1", people=PEOPLE[:4]).code == 1
    done = job(script.replace("\n", "\n#\n", 1), "--resume", "r1", "--allow-changed", env={"BREAKS": "1"})
    assert done.code == 1
    assert "Nothing new was sent. The run as a whole: 3 sent, 1 unknown." in done.err
    assert done.report["messages"]["sent"] == 3
    assert done.report["messages"]["unknown"] == 1


def test_only_what_was_made_counts_as_made_before_and_each_once(job, meta):
    script = "try_each(state.data, send_text(state.data, 'Come'))\n"
    meta.at(2, lambda: meta.refusal(551))
    meta.at(3, lambda: meta.broken())
    meta.at(4, lambda: meta.refusal(190))
    job(script, "--run-id", "r1")
    done = job(script, "--resume", "r1")
    # One was sent and one is unknown; the refusal is none of them.
    assert "2 made before and not again." in done.err


def test_a_key_that_another_run_has_used_counts_once(job, meta):
    script = "try_each(state.data, send_text(state.data, 'Come', key=f'visit {state.data}'))\n"
    people = [PEOPLE[0], PEOPLE[1], PEOPLE[0], PEOPLE[0]]
    job(script, people=people)
    done = job(script, people=people)
    assert "2 made before and not again." in done.err
    assert "2 duplicate" in done.err


# --- The outputs of a run that has finished ---


@pytest.mark.parametrize("loop", [JOB, f"broadcast(state.data, {TEXT}, batch_size=1, concurrency=1)\n"])
def test_a_finished_run_writes_all_outputs_again(job, meta, loop):
    first = job(loop, "--run-id", "r1")
    again = job(loop, "--resume", "r1")
    assert (first.code, again.code) == (0, 0), again.err
    assert outcomes(again.results) == outcomes(first.results)
    assert all(row["message_id"] for row in again.results)
    assert again.report["messages"] == first.report["messages"] == {"sent": len(first.results)}
    assert outcomes(again.report["recipients"]) == outcomes(first.results)
    assert again.final == first.final
    assert len(meta.accepted) == len(first.results)


def test_the_steps_that_are_not_run_again_are_told_with_those_that_are(job, meta):
    steps = [
        {"id": "tell", "expression": JOB, "next": "remind"},
        {"id": "remind", "expression": f"try_each({PEOPLE!r}, send_text(state.data, 'Remember'))"},
    ]
    meta.at(8, lambda: meta.refusal(190))
    job(json.dumps({"steps": steps}), "--run-id", "r1", path="w.json")
    done = job(None, "--resume", "r1", path="w.json")
    assert done.code == 0, done.err
    assert outcomes(done.results) == [(person, "sent") for person in [*PEOPLE, *PEOPLE]]
    assert done.report["messages"] == {"sent": 12}
    assert "Messages: 5 sent. 1 made before and not again. The run as a whole: 12 sent." in done.err


# --- What nobody knows of ---

SENDS = {
    "try_each": JOB,
    "each": f"each(state.data, {TEXT})\n",
    "a single send": "send_text(state.data[0], 'Hello')\nsend_text(state.references[0][1], 'Hello')\n",
    "a function": f"each(state.data, fn(lambda s: {TEXT}(s)))\n",
}


@pytest.mark.parametrize(
    ("limit", "script"), [("--timeout", "each"), ("--run-timeout", "a function"), ("--timeout", "a single send")]
)
def test_what_a_time_limit_leaves_unknown_is_in_the_results(job, meta, script, limit):
    answered = Event()
    meta.at(2, lambda: answered.wait(PATIENCE) and None)
    try:
        done = job(SENDS[script], limit, "2")
    finally:
        answered.set()
    assert done.code == 4
    assert outcomes(done.results) == [(PEOPLE[0], "sent"), (PEOPLE[1], "unknown")], done.err


@pytest.mark.parametrize("answer", [True, False], ids=["and it is answered", "and it is not"])
def test_what_sigterm_leaves_is_in_the_results(job, meta, beside, tmp_path, answer):
    job(JOB, "--dry-run")
    command = beside("run", "job.py", "-c", "c.json", "-s", "s.json", "--results", "r.jsonl")

    def stop():
        command.process.send_signal(signal.SIGTERM)
        if not answer:
            time.sleep(0.5)
            command.process.send_signal(signal.SIGTERM)
            command.process.wait(PATIENCE)

    meta.at(2, stop)
    assert command.end() == 130
    expected = "sent" if answer else "unknown"
    assert outcomes(rows(tmp_path / "r.jsonl")) == [(PEOPLE[0], "sent"), (PEOPLE[1], expected)]


# --- A part of the people ---


@pytest.mark.parametrize("loop", [JOB, f"broadcast(state.data, {TEXT}, batch_size=1, concurrency=1)\n"])
@pytest.mark.parametrize("narrow", [("--only-to", PEOPLE[4]), ("--limit", "4")], ids=["--only-to", "--limit"])
def test_who_was_written_to_before_is_not_told_as_skipped(job, meta, loop, narrow):
    meta.at(2, lambda: meta.broken())
    meta.at(4, lambda: meta.refusal(190))
    job(loop, "--run-id", "r1")
    done = job(loop, "--resume", "r1", *narrow)
    reached = {"--only-to": PEOPLE[4], "--limit": PEOPLE[3]}[narrow[0]]
    told = dict(outcomes(done.results))
    assert told == {
        **dict.fromkeys(PEOPLE, "skipped"),
        PEOPLE[0]: "sent",
        PEOPLE[1]: "unknown",
        PEOPLE[2]: "sent",
        reached: "sent",
    }, done.err
    assert "1 sent, 1 unknown, 2 skipped" in done.err
    assert len(meta.accepted) == 3


# --- Parts of a message, and the Page ---


def test_parts_behind_one_that_nobody_knows_of_are_held_back_by_every_attempt(job, meta):
    script = "try_each(state.data, send_text(state.data, 'One two. ' * 500, split=True))\n"
    meta.at(1, lambda: meta.broken())
    meta.at(4, lambda: meta.refusal(190))
    job(script, "--run-id", "r1", people=PEOPLE[:2])
    before = list(meta.accepted)
    job(script, "--resume", "r1")
    assert [to for to, _ in meta.accepted].count(PEOPLE[0]) == 0
    assert [to for to, _ in meta.accepted].count(PEOPLE[1]) == 3
    assert meta.accepted[: len(before)] == before


@pytest.mark.parametrize(
    ("first", "then"),
    [({}, {"page_id": "9999"}), ({"page_id": "8888"}, {}), ({"page_id": "8888"}, {"page_id": "9999"})],
)
@pytest.mark.parametrize("loop", [JOB, f"broadcast(state.data, {TEXT}, batch_size=1, concurrency=1)\n"])
def test_another_page_does_not_go_on_with_a_run(job, meta, tmp_path, httpserver, loop, first, then):
    for page in ("8888", "9999"):
        handler = meta._message
        httpserver.expect_request(f"/v26.0/{page}/messages", method="POST").respond_with_handler(handler)
    credential = json.loads((tmp_path / "c.json").read_text())
    (tmp_path / "c.json").write_text(json.dumps({**credential, **first}))
    meta.at(3, lambda: meta.refusal(190))
    job(loop, "--run-id", "r1")
    (tmp_path / "c.json").write_text(json.dumps({**credential, **then}))
    done = job(loop, "--resume", "r1")
    assert done.code != 0
    for facts in (first, then):
        assert facts.get("page_id", "102030405060708") in done.err
    assert len(meta.accepted) == 2
    (tmp_path / "c.json").write_text(json.dumps({**credential, **first}))
    done = job(loop, "--resume", "r1")
    assert (done.code, len(meta.accepted)) == (0, len(PEOPLE)), done.err


def test_a_new_token_of_the_same_page_goes_on_with_a_run(job, meta, tmp_path):
    meta.at(3, lambda: meta.refusal(190))
    job(JOB, "--run-id", "r1")
    credential = json.loads((tmp_path / "c.json").read_text())
    (tmp_path / "c.json").write_text(json.dumps({**credential, "access_token": "EAAG-another-9"}))
    done = job(JOB, "--resume", "r1")
    assert (done.code, len(meta.accepted)) == (0, len(PEOPLE)), done.err


# --- One count for one thing ---


def test_a_loop_counts_what_it_passed_over_alike_in_the_log_and_in_the_error(job, meta):
    meta.at(2, lambda: meta.broken())
    lost = PEOPLE[1]
    done = job(JOB, people=[PEOPLE[0], lost, lost, PEOPLE[2], lost, lost])
    assert "passed over 4 of 6 items: 4 × DeliveryUnknown" in done.err
    assert "4 of 6 items did not succeed: 4 × DeliveryUnknown" in done.err
    assert "2 sent, 1 unknown, 3 duplicate" in done.err


LOOPS = {
    "try_each": "try_each(state.data, SEND)\n",
    "each": "each(state.data, SEND)\n",
    "broadcast": "broadcast(state.data, SEND, batch_size=1, concurrency=1)\n",
    "a loop in a loop": "each([1, 2], try_each('$.rows[*]', SEND))\n",
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_who_would_get_another_text_counts_as_failed_in_every_loop(job, meta, tmp_path, loop):
    send = (
        "send_text(state.data, lambda s: f\"{open('word').read()} {s['data']}\" if s['data'].endswith('1') else 'Hi')"
    )
    script = "fn(lambda s: {**s, 'rows': s['data']})\n" + loop.replace("SEND", send)
    (tmp_path / "word").write_text("Good morning")
    meta.at(3, lambda: meta.refusal(190))
    job(script, "--run-id", "r1", people=PEOPLE[:4])
    (tmp_path / "word").write_text("Good evening")
    done = job(script, "--resume", "r1")
    assert "1 failed" in done.err
    assert [row["outcome"] for row in done.results].count("failed") == 1, done.err
    assert sorted(to for to, _ in meta.accepted) == PEOPLE[:4]
