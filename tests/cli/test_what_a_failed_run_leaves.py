"""The final state of a run that failed: what the job had gathered. Edges and a resume get what they got before."""

import json

GATHER = """
fn(lambda s: {**s, "data": {"rows": [1, 2]}, "references": []})
as_("count", fn(lambda s: {**s, "data": 2}))
each(state.data.rows, fn(lambda s: {**s, "data": 1 / (s["data"] - 2)}))
log("never")
"""


def test_the_final_state_is_what_the_operation_before_the_failed_one_left_and_it_says_so(adaptor):
    done = adaptor(GATHER, "-O", state={"data": {"a": 1}, "own": 5})
    assert done.code == 1
    error = done.state["errors"]["job-1"]
    assert {**done.state, "errors": None} == {
        "data": {"rows": [1, 2]},
        "references": [],
        "count": 2,
        "own": 5,
        "errors": None,
    }
    assert error["state"] == "after operation 2 of 4 (as_)"
    assert "The final state is the one after operation 2 of 4 (as_), with the error in `errors`." in done.err


def test_where_the_first_operation_fails_the_final_state_is_the_one_that_was_given(adaptor):
    done = adaptor("fn(lambda s: 1 / 0)", "-O", state={"data": {"a": 1}})
    assert done.state["data"] == {"a": 1}
    assert done.state["errors"]["job-1"]["state"] == "as the step was given it"
    assert "The final state is" not in done.err


def test_what_an_edge_gets_does_not_depend_on_which_operation_has_failed(adaptor):
    workflow = {
        "steps": [
            {"id": "a", "expression": GATHER, "next": {"b": "on_job_failure"}},
            {"id": "b", "expression": "log(1)"},
        ]
    }
    files = {"w.json": json.dumps({"workflow": workflow})}
    done = adaptor(None, "w.json", "-O", files=files, state={"data": {"a": 1}})
    assert done.code == 0, done.err
    assert done.state["data"] == {"a": 1}
    assert done.state["errors"]["a"]["state"] == "as the step was given it"


def test_each_leaf_keeps_what_its_own_step_had_gathered(adaptor):
    workflow = {
        "steps": [
            {"id": "a", "expression": "fn(lambda s: {**s, 'data': {'from': 'a'}})", "next": {"b": True, "c": True}},
            {"id": "b", "expression": "fn(lambda s: {**s, 'b': 1})\nfn(lambda s: 1 / 0)"},
            {"id": "c", "expression": "fn(lambda s: {**s, 'c': 1})"},
        ]
    }
    done = adaptor(None, "w.json", "-O", files={"w.json": json.dumps({"workflow": workflow})})
    assert done.code == 1
    assert (done.state["b"]["data"], done.state["b"]["b"]) == ({"from": "a"}, 1)
    assert "errors" not in done.state["c"]
    assert "b: The final state is the one after operation 1 of 2" in done.err


def test_a_resume_gives_the_step_what_it_was_given_at_first(adaptor, meta):
    script = """
fn(lambda s: {**s, "data": {"times": s["data"]["times"] + 1}})
send_text("6543210987654321", f"{state.data.times}")
send_text("6543210987654322", "second")
"""
    configuration = {"access_token": "t", "base_url": meta.url}
    meta.at(2, lambda: meta.refusal(190))
    first = adaptor(
        script, "--run-id", "r1", "-o", "1.json", state={"data": {"times": 0}, "configuration": configuration}
    )
    left = json.loads((first.folder / "1.json").read_text())
    assert left["data"]["message_id"] == "m_1"
    assert left["errors"]["job-1"]["state"] == "after operation 2 of 3 (send_text)"
    done = adaptor(script, "--resume", "r1", "-c", "c.json", files={"c.json": json.dumps(configuration)})
    assert done.code == 0, done.err
    # Had it begun with what was gathered, it would have stopped: another text for somebody who was written to.
    assert meta.accepted == [("6543210987654321", "1"), ("6543210987654322", "second")]


def test_what_json_cannot_hold_is_made_plain_and_a_secret_stays_out(adaptor):
    script = """
fn(lambda s: {**s, "at": __import__("datetime").date(2026, 11, 30), "token": s["configuration"]["access_token"]})
fn(lambda s: 1 / 0)
"""
    done = adaptor(script, "-O", state={"data": {}, "configuration": {"access_token": "s3cret-t0ken-of-a-page"}})
    assert done.state["at"] == "datetime.date(2026, 11, 30)"
    assert "s3cret" not in done.out
    assert "configuration" not in done.state


def test_an_interrupted_run_leaves_what_it_had_gathered_too(adaptor):
    script = 'fn(lambda s: {**s, "data": 7})\nfn(lambda s: __import__("os").kill(__import__("os").getpid(), 2))\n'
    done = adaptor(f"{script}fn(lambda s: s)\n", "-o", "out.json")
    assert done.code == 130
    assert json.loads((done.folder / "out.json").read_text())["data"] == 7
