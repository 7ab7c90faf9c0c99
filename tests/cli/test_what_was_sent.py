"""What was sent is told as it was: in errors, in the state, in the closing line, for every kind of job."""

import json

import pytest
from werkzeug import Response

pytestmark = pytest.mark.long

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
    assert "7 messages were sent before that." in done.err


def test_what_a_handler_is_told_is_of_all_that_was_tried(job, meta):
    meta.at(5, lambda: meta.refusal(190))
    script = f"each(state.data, {TEXT}).catch(lambda error, s: {{**s, 'data': error.sent}})"
    done = job(script)
    assert done.code == 0, done.err
    assert done.final["data"] == "partly"


def test_what_is_told_of_one_person_is_of_that_message_alone(job, meta):
    meta.at(3, lambda: meta.refusal(190))
    done = job(f"each(state.data, {TEXT})")
    assert done.report["errors"][0]["sent"] == "partly"
    refused = done.report["recipients"][2]
    assert (refused["outcome"], refused["error"]["sent"]) == ("failed", "no")
    assert "This one was not sent. 2 messages were sent before that." in done.err


def test_calls_and_messages_are_told_apart_in_an_error(job, meta):
    tell = f"http.post('{meta.url}/told', body={{'step': 1}})"
    done = job(f"each(state.data, combine(as_('m', {TEXT}), {tell}))\nfn(lambda s: 1 / 0)", people=PEOPLE[:2])
    assert "sent:  2 messages and 2 other calls were made before that." in done.err
    alone = job(f"{tell}\nfn(lambda s: 1 / 0)")
    assert "sent:  1 call was made before that." in alone.err
    assert alone.final["errors"]["job-1"]["sent"] == "partly"


@pytest.mark.parametrize(
    ("answers", "sent", "outcomes"),
    [
        ([None, None], "unknown", ["unknown"]),
        ([{"code": 200, "body": '{"recipient_id": "1", "message_id": "m_1"}'}, None], "partly", ["sent"]),
    ],
)
def test_a_batch_of_which_a_read_fails_says_what_became_of_its_send(job, meta, httpserver, answers, sent, outcomes):
    httpserver.expect_request("/v26.0/", method="POST").respond_with_json(answers)
    done = job(f"batch(send_text('{PEOPLE[0]}', 'Hello'), get_user_profile('{PEOPLE[1]}'))")
    assert done.final["errors"]["job-1"]["sent"] == sent, done.err
    assert [row["outcome"] for row in done.results] == outcomes


def test_the_same_message_twice_in_a_batch_is_a_duplicate_in_its_result(job, meta, httpserver):
    part = {"code": 200, "body": '{"recipient_id": "1", "message_id": "m_1"}'}
    httpserver.expect_request("/v26.0/", method="POST").respond_with_json([part])
    done = job(f"batch(*[send_text('{PEOPLE[0]}', 'Hello') for _ in range(2)])")
    assert [row["outcome"] for row in done.results] == ["sent", "duplicate"]
    assert [each["outcome"] for each in done.final["data"]] == ["sent", "duplicate"]
    assert done.report["messages"] == {"sent": 1, "duplicate": 1}


def test_unknown_ones_between_others_do_not_stop_a_loop_around(job, meta):
    for number in (1, 3, 5, 7):
        meta.at(number, meta.broken)
    pairs = [PEOPLE[start : start + 2] for start in range(0, 8, 2)]
    done = job(f"try_each({pairs}, try_each(state.data, {TEXT}, fail=True), fail=False)")
    assert done.report["messages"] == {"unknown": 4, "sent": 4}


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
    assert "Send to the people who were left out with: adaptor run job.py --resume r1" in first.err
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


ANSWERS = {
    "each": f"each(state.data, {TEXT}.then(fn(lambda s: {{**s, 'id': s['data']['message_id']}})))",
    "try_each": f"try_each(state.data, combine({TEXT}, log(state.data.message_id)))",
}


@pytest.mark.parametrize("script", ANSWERS.values(), ids=ANSWERS)
def test_what_needs_the_answer_of_a_send_that_is_left_out_is_left_out_too(job, meta, script):
    first = job(script, "--limit", "2", "--run-id", "r1")
    assert first.code == 0, first.err
    assert first.report["messages"] == {"sent": 2, "skipped": 6}
    assert job(script, "--resume", "r1").code == 0
    assert [to for to, _ in meta.accepted] == PEOPLE


def test_a_fault_of_the_job_stops_it_with_a_limit_too(job, meta):
    done = job(f"each(state.data, {TEXT}.then(fn(lambda s: 1 / 0)))", "--limit", "1")
    assert done.code == 1
    assert "ZeroDivisionError" in done.err


def test_what_is_for_one_person_is_not_done_for_those_who_are_left_out(job, meta, httpserver):
    labelled = []

    def label(request):
        labelled.append(request.args["user"])
        return Response('{"success": true}', content_type="application/json")

    httpserver.expect_request("/v26.0/1712444532121303/label", method="POST").respond_with_handler(label)
    done = job(
        f"each(state.data, combine({TEXT}, assign_label(state.item, '1712444532121303')), as_='item')".replace(
            "state.data, f", "state.item, f"
        ).replace("{state.data}", "{state.item}"),
        "--limit",
        "2",
    )
    assert done.code == 0, done.err
    assert labelled == PEOPLE[:2]


def test_a_broadcast_names_whom_it_has_left_out_in_the_report(job, meta):
    done = job(f"broadcast(state.data, {TEXT}, batch_size=1)", "--only-to", PEOPLE[1])
    assert done.code == 0, done.err
    outcomes = {row["recipient"]: row["outcome"] for row in done.report["recipients"]}
    assert [outcomes[person] for person in (PEOPLE[0], PEOPLE[2])] == ["skipped", "skipped"]


def test_messages_rows_passed_over_and_rows_with_nothing_to_send_make_up_all_rows_of_a_loop(adaptor):
    rows = [("6543210987654321", "yes"), ("", "yes"), ("6543210987654322", "no"), ("6543210987654323", "")]
    job = 'try_each(state.data, fn_if(state.data.wants == "yes", send_text(state.data.psid, "Hello")), fail=False)'
    done = adaptor(job, "--sandbox", state={"data": [{"psid": psid, "wants": wants} for psid, wants in rows]})
    assert done.code == 0, done.err
    assert "passed over 1 of 4 items" in done.err
    assert "nothing to send for 2 of 4 items" in done.err
    assert "Messages: 1 sent." in done.err


def test_a_loop_that_is_not_about_messages_does_not_say_that_it_had_nothing_to_send(adaptor):
    assert "nothing to send" not in adaptor("try_each([1, 2], log(state.data))").err
