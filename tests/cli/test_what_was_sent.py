"""What was sent is told as it was: in errors, in the state, in the closing line, for every kind of job."""

import json

import pytest

PEOPLE = [str(6543210987654321 + number) for number in range(8)]
TEXT = "send_text(state.data, f'Hello {state.data}')"


@pytest.fixture
def job(adaptor, meta, tmp_path):
    """Run `job.py` against the test's Meta, and return what came of it with its final state and its report."""
    (tmp_path / "c.json").write_text(json.dumps({"access_token": "EAAG-token", "base_url": meta.url, "max_retries": 0}))

    def start(script, *arguments, people=PEOPLE, **more):
        (tmp_path / "s.json").write_text(json.dumps({"data": people}))
        (tmp_path / "job.py").write_text(script)
        given = [] if "--resume" in arguments else ["-s", "s.json"]
        words = ("-o", "out.json", "--report", "report.json", "--results", "results.jsonl")
        done = adaptor(None, "job.py", "-c", "c.json", *given, *words, *arguments, **more)
        done.final = json.loads((tmp_path / "out.json").read_text())
        done.report = json.loads((tmp_path / "report.json").read_text())
        done.results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
        return done

    return start


SENT = {
    "a loop that passed over some": (f"try_each(state.data, {TEXT})", {2: 100}, "partly"),
    "a loop that stopped": (f"each(state.data, {TEXT})", {4: 190}, "partly"),
    "the first of all": (f"each(state.data, {TEXT})", {1: 190}, "no"),
    "a lost answer": (f"each(state.data, {TEXT})", {1: 500}, "unknown"),
    "a lost answer after others": (f"each(state.data, {TEXT})", {3: 500}, "unknown"),
    "unknown ones in a loop inside a loop": (
        f"try_each([['{PEOPLE[0]}', '{PEOPLE[1]}'], ['{PEOPLE[2]}']], try_each(state.data, {TEXT}, fail=True))",
        {1: 500, 3: 500},
        "unknown",
    ),
    "an error after two sends": (
        f"def go(s):\n    {TEXT}(s)\n    raise ValueError('x')\neach(state.data, fn(go))",
        {},
        "partly",
    ),
    "a chain": (f"each(state.data, as_('a', {TEXT}).then(fn(lambda s: 1 / 0)))", {}, "partly"),
    "a state that is not JSON after the sends": (
        f"try_each(state.data, {TEXT})\nfn(lambda s: {{**s, 'data': {{1, 2}}}})",
        {},
        "yes",
    ),
}


@pytest.mark.parametrize("case", SENT)
def test_an_error_says_what_the_step_has_sent(job, meta, case):
    script, moves, sent = SENT[case]
    for number, code in moves.items():
        meta.at(number, lambda code=code: meta.broken() if code == 500 else meta.refusal(code))
    done = job(script)
    assert done.final["errors"]["job-1"]["sent"] == sent
    assert done.report["errors"][0]["sent"] == sent
    if sent in ("partly", "yes"):
        assert meta.accepted
        assert "Nothing was sent by this operation" not in done.final["errors"]["job-1"].get("report", "")


def test_a_loop_says_how_many_were_sent_before(job, meta):
    meta.at(3, lambda: meta.refusal(100))
    done = job(f"try_each(state.data, {TEXT})")
    assert "7 calls were made by this operation before that." in done.err


def test_three_unknown_in_a_row_stop_loops_inside_loops_too(job, meta):
    for number in range(1, 9):
        meta.at(number, meta.broken)
    script = f"try_each([[p] for p in {PEOPLE}], try_each(state.data, {TEXT}, fail=False))"
    done = job(script)
    assert done.code == 1
    assert "Three sends in a row have no known outcome" in done.err
    assert done.report["messages"] == {"unknown": 3}


# --- Counts ---


def test_messages_are_counted_apart_from_other_calls(job, meta):
    script = f"each(state.data, combine(as_('t', typing_on(state.data)), as_('m', mark_seen(state.data)), {TEXT}))"
    done = job(script, people=PEOPLE[:2])
    assert "Messages: 2 sent. Other calls that change something: 4 sent." in done.err
    assert "✓ 1 each  2 sent, 4 other calls sent" in done.err
    assert done.report["messages"] == {"sent": 2}


def test_what_is_counted_adds_up(job, meta):
    meta.at(2, lambda: meta.refusal(551, 1545041))
    meta.at(3, meta.broken)
    rows = [*PEOPLE[:5], PEOPLE[0]]
    done = job(f"try_each(state.data, {TEXT})", "--limit", "4", people=rows)
    assert "Messages: 2 sent, 1 failed, 1 unknown, 1 skipped, 1 duplicate." in done.err
    assert done.report["messages"] == {"sent": 2, "failed": 1, "unknown": 1, "skipped": 1, "duplicate": 1}
    assert [row["outcome"] for row in done.results] == ["sent", "failed", "unknown", "sent", "skipped", "duplicate"]


# --- A part of the people ---

KINDS = {
    "each": f"each(state.data, {TEXT})",
    "try_each": f"try_each(state.data, {TEXT})",
    "a function": f"each(state.data, fn(lambda s: {TEXT}(s)))",
    "plain sends": "".join(f"send_text('{person}', 'Hello')\n" for person in PEOPLE),
    "nested": f"try_each([[p] for p in {PEOPLE}], try_each(state.data, {TEXT}))",
}


@pytest.mark.parametrize("script", KINDS.values(), ids=KINDS)
def test_a_limit_holds_for_every_send_and_the_rest_follows(job, meta, script):
    first = job(script, "--limit", "3", "--run-id", "r1")
    assert first.code == 0
    assert [to for to, _ in meta.accepted] == PEOPLE[:3]
    assert "3 sent, 5 skipped" in first.err
    assert "Go on to the people who were left out with: adaptor run job.py --resume r1" in first.err
    assert [row["outcome"] for row in first.results] == ["sent"] * 3 + ["skipped"] * 5
    rest = job(script, "--resume", "r1")
    assert rest.code == 0, rest.err
    assert [to for to, _ in meta.accepted] == PEOPLE


@pytest.mark.parametrize("script", KINDS.values(), ids=KINDS)
def test_only_one_person_is_written_to_by_any_send(job, meta, script):
    done = job(script, "--only-to", PEOPLE[4])
    assert done.code == 0, done.err
    assert [to for to, _ in meta.accepted] == [PEOPLE[4]]


def test_a_limit_counts_people_and_typing_goes_with_them(job, meta):
    rows = [PEOPLE[0], PEOPLE[1], PEOPLE[0]]
    script = "each(state.data, combine(as_('t', typing_on(state.data)), send_text(state.data, f'{state.index}')))"
    job(script, "--limit", "1", people=rows)
    assert meta.accepted == [(PEOPLE[0], "0"), (PEOPLE[0], "2")]
    assert [to for to, _ in meta.actions] == [PEOPLE[0]] * 2


def test_a_dry_run_describes_the_first_few(job):
    done = job(f"each(state.data, {TEXT})", "--dry-run", "--limit", "2")
    assert "2 described, 6 skipped" in done.err
    assert [row["outcome"] for row in done.results] == ["described"] * 2 + ["skipped"] * 6


def test_a_row_without_a_message_is_among_the_results(job, meta):
    done = job("try_each(state.data, send_text(state.data.psid, 'Hello'))", people=[{"psid": PEOPLE[0]}, {"psd": "1"}])
    assert [(row["row"], row["outcome"], row["error"]) for row in done.results] == [
        (1, "sent", None),
        (2, "failed", "MissingReference"),
    ]
