"""Values between runs, as people use them: in jobs, in dry runs, in the sandbox, after a stop, and by hand."""

import json
import os
import stat

import pytest

pytestmark = pytest.mark.long

ANA, BO = "6543210987654321", "6543210987654322"
ROWS = {"rows": [{"psid": ANA}, {"psid": BO}]}
TELL = """
each(state.rows, combine(
    collections.get("told", state.row.psid, default={"times": 0}),
    fn_if(state.data.times == 0, send_text(state.row.psid, "Hello")),
    collections.set("told", state.row.psid, {"times": 1}),
), as_="row")
"""


@pytest.fixture
def kept(adaptor):
    """What is kept in a collection."""

    def read(name, key="*"):
        return json.loads(adaptor(None, "get", name, key, command="collections").out)

    return read


@pytest.fixture
def given(meta):
    """The state of a job that writes to Meta's stand-in."""
    return {**ROWS, "configuration": {"access_token": "t0ken-of-the-page", "base_url": meta.url}}


def test_a_later_run_knows_what_an_earlier_one_has_told(adaptor, meta, given, kept):
    assert adaptor(TELL, state=given).code == 0
    assert adaptor(TELL, state=given).code == 0
    assert meta.accepted == [(ANA, "Hello"), (BO, "Hello")]
    assert kept("told") == {ANA: {"times": 1}, BO: {"times": 1}}


def test_a_job_that_sends_nothing_has_collections_too_in_a_file_of_its_owner_alone(adaptor, kept, tmp_path):
    done = adaptor('collections.set("seen", lambda row: row["psid"], state.rows)', state=ROWS)
    assert done.code == 0
    assert "recorded in" in done.err
    assert kept("seen", ANA) == {"psid": ANA}
    assert stat.S_IMODE(os.stat(tmp_path / ".adaptor" / "ledger.db").st_mode) == 0o600


def test_reading_makes_no_ledger(adaptor, tmp_path):
    done = adaptor('collections.get("seen", "a", default=7)\ncollections.each("seen", "*", log(1))', "-O")
    assert done.state["data"] == 7
    assert "0 items" in done.err
    assert not (tmp_path / ".adaptor").exists()


def test_a_dry_run_reads_what_is_there_and_shows_what_it_would_change(adaptor, kept):
    adaptor('collections.set("c", "a", 1)\ncollections.set("c", "b", 1)')
    script = """
collections.set("c", "x", {"n": 2})
collections.remove("c", "b")
collections.get("c", "*")
map_(state.data, lambda item, index, state: item["key"])
"""
    done = adaptor(script, "--dry-run", "-o", "out.json")
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {"method": "collections.set", "path": "c", "body": {"items": {"x": {"n": 2}}}},
        {"method": "collections.remove", "path": "c", "body": {"key": "b", "count": 1}},
    ]
    assert json.loads((done.folder / "out.json").read_text())["data"] == ["a", "x"]
    assert kept("c") == {"a": 1, "b": 1}


def test_a_sandbox_run_has_collections_of_its_own_unless_a_ledger_keeps_them(adaptor, kept):
    adaptor('collections.set("c", "a", 1)')
    script = 'collections.get("c", "*")\ncollections.set("c", "s", 2)\n'
    assert adaptor(script, "--sandbox", "-O").state["data"] == []
    assert kept("c") == {"a": 1}
    adaptor(script, "--sandbox", "--database", "sandbox-ledger.db")
    again = adaptor(script, "--sandbox", "--database", "sandbox-ledger.db", "-O")
    assert [item["key"] for item in again.state["data"]] == ["s"]


def test_a_step_that_is_run_again_sets_the_same_again_and_sends_nothing_twice(adaptor, meta, given, kept):
    meta.at(2, lambda: meta.refusal(190))
    assert adaptor(TELL, "--run-id", "r1", state=given).code == 1
    assert kept("told") == {ANA: {"times": 1}}
    done = adaptor(TELL, "--resume", "r1", "-c", "c.json", files={"c.json": json.dumps(given["configuration"])})
    assert done.code == 0, done.err
    assert meta.accepted == [(ANA, "Hello"), (BO, "Hello")]
    assert kept("told") == {ANA: {"times": 1}, BO: {"times": 1}}


def test_nothing_is_kept_of_those_whom_the_command_line_leaves_out(adaptor, meta, given, kept):
    script = f'{TELL}collections.set("done", "all", True)\n'
    adaptor(script, "--limit", "1", "--run-id", "r1", state=given)
    assert meta.accepted == [(ANA, "Hello")]
    assert kept("told") == {ANA: {"times": 1}}
    assert kept("done") == {}
    adaptor(script, "--resume", "r1", "-c", "c.json", files={"c.json": json.dumps(given["configuration"])})
    assert kept("told") == {ANA: {"times": 1}, BO: {"times": 1}}
    assert kept("done") == {"all": True}


def test_items_are_the_source_of_other_loops(adaptor, meta, given):
    adaptor('collections.set("people", lambda row: row["psid"], state.rows)', state=ROWS)
    adaptor('try_each(collections.get("people", "*"), send_text(state.data.value.psid, "Hi"))', state=given)
    adaptor('broadcast(collections.get("people", "*"), send_text(state.data.key, "Ho"))', "--dry-run", state=given)
    assert meta.accepted == [(ANA, "Hi"), (BO, "Hi")]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('collections.set("c", "a", {"n": [1, float("nan")]})', "value.n[1] is the number nan"),
        ('collections.set("c", "a", {"t": "\\ud83d"})', "value.t is text with half a character"),
        ('collections.set("c", lambda v: v["id"], [{"id": "a"}, {"id": "a"}])', "values[1] has the same key"),
        ('collections.set("c", lambda v: v.get("id"), [{"id": "a"}, {}])', "values[1]: The key is None"),
        ('collections.set("c", lambda v: v["id"], {"id": "a"})', "`values` is a dict"),
        ('collections.set("c", lambda state: state["data"], 1)', "Give a lazy reference instead"),
        ('collections.set("c", "a*", 1)', "The key has a `*`"),
        ('collections.set("", "a", 1)', "The name of a collection is empty"),
        ('collections.get("c", {"key": "*"})', "and filters by name"),
        ('collections.remove("c", "*", updated_before="some day")', "`updated_before` is no time"),
        ('collections.remove("c", "*", updated_before="two days ago")', "collections.remove() does not know the time"),
        ('collections.each("c", "*", log(1), limit=0)', "`limit` is 0"),
        ("collections.get(state.nothing, 1)", "state.nothing"),
    ],
)
def test_a_wrong_call_says_where_and_what_and_sets_nothing(adaptor, tmp_path, call, words):
    done = adaptor(call)
    assert done.code != 0
    assert words in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / ".adaptor").exists()


def test_a_secret_in_a_value_is_kept_as_a_mark_and_comes_back(adaptor, given, tmp_path):
    adaptor('collections.set("c", "a", state.configuration.access_token)', state=given)
    assert b"t0ken-of-the-page" not in (tmp_path / ".adaptor" / "ledger.db").read_bytes()
    done = adaptor('collections.get("c", "a")\nassert_(state.data == state.configuration.access_token)', state=given)
    assert done.code == 0, done.err


def test_a_key_holds_no_secret(adaptor, given):
    done = adaptor('collections.set("c", state.configuration.access_token, 1)', state=given)
    assert done.code == 1
    assert "The key holds a secret" in done.err
    assert "t0ken-of-the-page" not in done.written()


def test_a_test_case_says_what_there_was_and_what_is_left(adaptor):
    script = 'collections.get("told", state.data)\nfn_if(state.data, collections.remove("told", "b"))\n'
    case = {"state": {"data": "a"}, "collections": {"told": {"a": {"n": 1}, "b": 2}}}
    expect = {"collections": {"told": {"$exactly": {"a": {"n": 1}}}}, "data": {"n": 1}}
    good = adaptor(
        None, command="test", files={"job.py": script, "job.test.json": json.dumps({**case, "expect": expect})}
    )
    assert good.code == 0, good.out
    expect["collections"]["told"]["$exactly"]["b"] = 2
    bad = adaptor(None, command="test", files={"job.test.json": json.dumps({**case, "expect": expect})})
    assert "collections.told.b\n        expected  2\n        got       null\n" in bad.out
    wrong = json.dumps({**case, "collections": {"told": [1]}})
    assert "not values by their keys" in adaptor(None, command="test", files={"job.test.json": wrong}).err


def test_a_case_is_kept_at_the_time_that_it_says(adaptor):
    script = 'collections.set("c", "a", 1)\ncollections.get("c", "*", updated_after="today")\n'
    case = {"now": "2020-01-02T07:00:00Z", "collections": {}, "expect": {"data": [{"key": "a"}]}}
    assert adaptor(None, command="test", files={"job.py": script, "job.test.json": json.dumps(case)}).code == 0


# --- By hand ---


def test_values_are_set_read_and_removed_by_hand(adaptor, tmp_path):
    def do(*words, stdin=None):
        return adaptor(None, *words, command="collections", stdin=stdin)

    assert do("set", "c", "a", '{"n": 1}').out == "1 value set in c.\n"
    (tmp_path / "items.json").write_text('{"b": 2, "2026-1": null}')
    assert do("set", "c", "--items", "items.json").out == "2 values set in c.\n"
    assert do("set", "c", "x", "-", stdin="[1]").code == 0
    assert do("get", "c", "a").out == '{\n  "n": 1\n}\n'
    assert do("get", "c", "*").out == '{\n  "2026-1": null,\n  "a": {"n": 1},\n  "b": 2,\n  "x": [1]\n}\n'
    assert do("get", "c", "y*").out == "{}\n"
    assert do("get", "c", "y").code == 1
    assert do("list").out.startswith("c      4 values  set last ")
    assert json.loads(do("list", "--format", "json").out)[0]["count"] == 4
    assert do("remove", "c", "2026*", "--dry-run").out == "2026-1\n1 value would be removed from c.\n"
    assert "nobody said yes" in do("remove", "c", "*").err
    assert do("remove", "c", "*", "--updated-before", "2 days ago", "--yes").out == "0 values removed from c.\n"
    assert do("remove", "c", "*", "--yes").out == "4 values removed from c.\n"
    assert do("list").err == f"There are no collections in {tmp_path / '.adaptor' / 'ledger.db'}.\n"


def test_removed_values_are_gone_from_the_disk(adaptor, tmp_path):
    adaptor(None, "set", "c", "a", '"a text of a patient"', command="collections")
    adaptor(None, "remove", "c", "a", "--yes", command="collections")
    found = b"".join(file.read_bytes() for file in (tmp_path / ".adaptor").iterdir())
    assert b"a text of a patient" not in found


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["set", "c", "a"], "Give a key and a value"),
        (["set", "c", "a", "1", "--items", "x.json"], "Give a key and a value"),
        (["set", "c", "a", "{"], "The value is not JSON"),
        (["set", "c", "a", '"\\ud83d"'], "half a character"),
        (["set", "c", "--items", "none.json"], "does not exist"),
        (["get", "c*", "a"], "The name of a collection has a `*`"),
    ],
)
def test_what_cannot_be_done_by_hand_is_said(adaptor, words, told, tmp_path):
    done = adaptor(None, *words, command="collections")
    assert done.code == 2
    assert told in done.err
    assert not (tmp_path / ".adaptor").exists()


def test_purging_runs_leaves_collections_and_says_so(adaptor, kept):
    adaptor('collections.set("c", "a", 1)', "--run-id", "r1")
    done = adaptor(None, "purge", "r1", "--yes", command="runs")
    assert "1 value in 1 collection is kept: adaptor collections list" in done.out
    assert kept("c") == {"a": 1}


def test_in_postgresql_it_is_the_same(adaptor, fresh_postgresql):
    script = 'collections.get("c", "a", default=0)\ncollections.set("c", "a", state.data + 1)\n'
    assert adaptor(script, "--database", fresh_postgresql, "--dry-run", "-O").state["data"] == 0
    for _ in range(2):
        assert adaptor(script, "--database", fresh_postgresql).code == 0
    assert adaptor(script, "--database", fresh_postgresql, "-O").state["data"] == 2
    done = adaptor(None, "get", "c", "*", "--database", fresh_postgresql, command="collections")
    assert json.loads(done.out) == {"a": 3}
    gone = adaptor(None, "remove", "c", "*", "--yes", "--database", fresh_postgresql, command="collections")
    assert gone.out == "1 value removed from c.\n"
    assert (
        "There are no collections in the ledger."
        in adaptor(None, "list", "--database", fresh_postgresql, command="collections").err
    )


def test_text_without_quotes_of_its_own_is_shown_as_json_wants_it(adaptor):
    done = adaptor(None, "set", "bot", "greeting", "it's open", command="collections")
    assert done.code == 2
    assert "Text has quotes of its own in JSON: '\"it'\"'\"'s open\"'" in done.err


def test_the_name_of_a_collection_after_list_leads_to_get(adaptor):
    done = adaptor(None, "list", "bot", command="collections")
    assert done.code == 2
    assert "adaptor collections get bot '*'" in done.err
