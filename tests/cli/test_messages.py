"""What people get to read who take a first job for JavaScript, a file for another, a credential for a word.

Each row of the tables holds what version 0.1.0 said, which said too little, and what is said now.
"""

import json

import pytest

#: A token that no message may show.
TOKEN = "EAAGm0PX4ZCpsBAKZCtopsecret123"
PSID = "6543210987654321"
LOOP = 'each(state.data.rows, send_text(state.data.psid, f"Hello {state.data.name}"))\n'
SEND = f'send_text("{PSID}", "Hello")\n'
STATE = {"data": {"rows": [{"psid": PSID, "name": "Ana"}]}}
ROWS = "psid,name,day\n" + "".join(f"{PSID},Ana {n},2026-12-14\n" for n in range(3))


#: Names: what is wrong -> what 0.1.0 said, the script, all that is said now.
NAMES = {
    "OpenFn's names, imported and not": (
        ["Did you mean `join`?"],
        'from adaptor import sendText, each\nfnIf(True, log("x"))\njson.dumps({})\n',
        ["`adaptor` has no `sendText`.", "Write from adaptor import send_text.", "Write fn_if.", "Write `import json`"],
    ),
    "OpenFn's names after a star": (
        ["NameError: name 'sendText' is not defined"],
        'from adaptor import *\nsendText("1", "hi")\nparseCSV("a")\nsendTxt("1", "hi")\n',
        ["Write send_text.", "Write parse_csv.", "Did you mean `send_text`?", "3 problems."],
    ),
    "OpenFn's names behind the module": (
        ["AttributeError: module 'adaptor' has no attribute 'sendText'"],
        'import adaptor as a\na.sendText("1", "hi")\na.sned_text("1", "hi")\nhttp.Get("https://example.org")\n',
        ["`adaptor` has no `sendText`.", "Write send_text.", "Did you mean `send_text`?", "Write http.get."],
    ),
    "a name that the package does not have": (
        ["ImportError: cannot import name"],
        "from adaptor import state, send_txt, xyzzy\n",
        ["`adaptor` has no `send_txt`.", "Did you mean `send_text`?", "`adaptor` has no `xyzzy`.", "2 problems."],
    ),
    "a name from inside the package": (
        ["ImportError: cannot import name 'send_text' from 'adaptor.messenger'"],
        "from adaptor.messenger import send_text\n",
        ["Write from adaptor import send_text."],
    ),
    "console.log": (
        ["Import it, or define it before it is used."],
        'fn(lambda state: console.log(state) or state)\ndataValue("x")\n',
        ["The name `console` is not known.", "Write log(…) for a step of its own; inside a function print(…)."],
    ),
    "words of JavaScript": (
        ["Did you mean `join`?", "Did you mean `batch`?", "Did you mean `print`?"],
        'fn_if(true, log(null))\nJSON.stringify({})\nMath.max(1)\nparseInt("1")\nundefined\n',
        [
            "Write True.",
            "Write None.",
            "json.dumps(…) for JSON.stringify",
            "Write max(…)",
            "Write int(…).",
            "6 problems.",
        ],
    ),
    "modules of Python that were not imported": (
        ["Did you mean `RateLimited`?", "Did you mean `batch`?", "Did you mean `True`?"],
        'fn(lambda s: {"data": json.dumps(s["data"]), "t": time.time(), "n": datetime.now(), "p": Path("x")})\n'
        'fn(lambda s: {"data": re.sub("a", "b", "c"), "d": datetime.now(), "c": Counter([]), "m": math.pi})\n',
        [
            "Write `import json` at the top.",
            "Write `import time` at the top.",
            "Write `from datetime import datetime` at the top.",
            "Write `from pathlib import Path` at the top.",
            "Write `import re` at the top.",
            "Write `from collections import Counter` at the top.",
            "Write `import math` at the top.",
            "7 problems.",
        ],
    ),
    "modules that are not installed": (
        [],
        "import no_such_package\nfrom openfn import sendText\nimport jsn\n",
        ["-m pip install no_such_package", "OpenFn's adaptors are JavaScript", "Did you mean `json`?", "3 problems."],
    ),
    "backticks": (
        ["Syntax error: invalid syntax."],
        "send_text(state.data.psid, `Hello ${state.data.name}`)\nsendText(state.data.psid, `Hi`)\n",
        ['Write f"Hello {state.data.name}".', 'Write "Hi".', "Write send_text.", "3 problems."],
    ),
    "an arrow function": (
        ["Syntax error: invalid syntax."],
        "fn(state => {\n  return state\n})\neach(state.data, x => x)\n",
        ["This job is written in JavaScript", "Write lambda state: …, or a function: def name(state):"],
    ),
    "an import of JavaScript": (
        ["Syntax error: invalid syntax."],
        'import { sendText } from "@openfn/language-facebook";\nsendText("1", "hi");\n',
        ["This job is written in JavaScript", "`sendText` is JavaScript.", "Write send_text(…)."],
    ),
    "signs of JavaScript": (
        ["Syntax error: invalid syntax."],
        '// greet\nconst x = 1;\nfnIf($.data.a === 1 && !state.data.b, log("//"))\nas("y", get("https://example.org"))\n',
        [
            "Write # before a comment.",
            "Write the name alone: name = …",
            "Write fn_if(…).",
            "Write state, as in state.data.name.",
            "Write ==, or != for !==.",
            "Write & and | between conditions on state",
            "Write as_(…).",
            "Write http.get(…).",
            "10 problems.",
        ],
    ),
    "typographic quotes": (
        ["Syntax error: invalid character"],
        "log(“Hello”)\n",
        ["Write straight quotes", "1 problem."],
    ),
    "await": (["SyntaxError: 'await' outside function"], 'await log("x")\n', ["job.py:1", "Leave `await` out"]),
    "assert with two arguments": ([], 'assert(state.data.a == 1, "no")\n', ["Write assert_(condition, message)."]),
    "map of Python": (["gives a map, which"], "map(print, [1])\n", ["Write map_(source, function)"]),
    "several arguments of OpenFn": (
        [],
        'send_text("1", "hi", quickReplies=[], messagingType="RESPONSE")\n',
        ["does not take `quickReplies` and `messagingType`", "`quick_replies`", "`messaging_type`"],
    ),
}


@pytest.mark.parametrize("wrong", NAMES)
def test_all_names_that_are_wrong_are_listed_with_what_to_write(adaptor, wrong):
    before, script, after = NAMES[wrong]
    done = adaptor(script, command="check")
    for words in after:
        assert words in done.err
    for words in before:
        assert words not in done.err
    assert done.code == 3


def test_what_python_can_read_is_not_taken_for_javascript(adaptor):
    script = 'x = 7 // 2  # a => b && c\ny = "`${x}` === null"\nlog(x, y);\n'
    assert adaptor(script, command="check").code == 0


def test_an_import_that_asks_whether_a_name_is_there_is_left_alone(adaptor):
    script = "try:\n    from adaptor import send_hologram\nexcept ImportError:\n    send_hologram = None\nlog(1)\n"
    assert adaptor(script, command="check").code == 0
    assert adaptor("import adaptor.sandbox as box\nlog(box.Sandbox.__name__)\n", command="check").code == 0


@pytest.mark.parametrize("script", [f"log(`{TOKEN}`)\n", f"const x = `Bearer {TOKEN}`\n"])
def test_a_secret_in_backticks_is_not_written_out(adaptor, script):
    done = adaptor(script, command="check")
    assert "backticks" in done.err or "`text ${value}`" in done.err
    assert TOKEN not in done.err


def test_a_secret_in_a_state_of_python_is_not_written_out(adaptor):
    done = adaptor("log(1)", "-S", f"{{'data': {{'access_token': '{TOKEN}'}}}}")
    assert "as Python writes it" in done.err
    assert TOKEN not in done.err


def test_a_name_that_is_bound_by_a_star_of_another_module_is_left_alone(adaptor):
    done = adaptor("from own import *\nlog(sendText)\n", files={"own.py": "sendText = 1\n"}, command="check")
    assert done.code == 0, done.err


#: Files, states and scripts: what is wrong -> what 0.1.0 said, the words, the files, what is said now.
FILES = {
    "the path of a file in -S": (
        ["is not JSON: Expecting value"],
        ["run", "job.py", "-S", "state.json"],
        {"job.py": LOOP, "state.json": STATE},
        ["it is the name of a file (state.json)", "Give a file with a small s: -s state.json"],
    ),
    "a state after the job": (
        ["Names go with project files."],
        ["run", "job.py", "state.json", "--sandbox"],
        {"job.py": LOOP, "state.json": STATE},
        ["`state.json` after it has no meaning", "Write: adaptor run job.py -s state.json"],
    ),
    "a credential after the job": (
        ["Names go with project files."],
        ["run", "job.py", "credentials.json"],
        {"job.py": LOOP, "credentials.json": {"access_token": TOKEN}},
        ["Write: adaptor run job.py -c credentials.json"],
    ),
    "a CSV file after the job": (
        ["Names go with project files."],
        ["run", "job.py", "rows.csv"],
        {"job.py": LOOP, "rows.csv": ROWS},
        ['parse_csv(Path(__file__).with_name("rows.csv"))'],
    ),
    "-S as Python writes it": (
        ["Expecting property name", "Mend it there."],
        ["run", "job.py", "-S", "{'data': {'rows': [], 'a': True, 'b': None}}"],
        {"job.py": LOOP},
        ["it is written as Python writes it", '-S \'{"data": {"rows": [], "a": true, "b": null}}\''],
    ),
    "-S without quotes around it": (
        ["Expecting property name", "Mend it there."],
        ["run", "job.py", "-S", "{data: {rows: []}}"],
        {"job.py": LOOP},
        ["it has keys without quotes", "unless all of it is in single quotes"],
    ),
    "-S that the shell has divided": (
        ["See adaptor run --help."],
        ["run", "job.py", "-S", "{data:", "{rows:", "[]}}"],
        {"job.py": LOOP},
        ["The shell has divided the state: put it in single quotes"],
    ),
    "JSON in -s": (
        ["what was given is no path"],
        ["run", "job.py", "-s", json.dumps(STATE)],
        {"job.py": LOOP},
        ["was given as JSON, where the path of a file is expected", "Give it with a capital S"],
    ),
    "a CSV file in -s": (
        ["Expecting value", "Mend it there."],
        ["run", "job.py", "-s", "rows.csv"],
        {"job.py": LOOP, "rows.csv": ROWS},
        ["it is a CSV file", "A job reads it itself: parse_csv("],
    ),
    "JSON Lines in -s": (
        ["Extra data", "Mend it there."],
        ["run", "job.py", "-s", "rows.jsonl"],
        {"job.py": LOOP, "rows.jsonl": '{"psid": "1"}\n{"psid": "2"}\n'},
        ["it is JSON Lines, one object a line", 'each(Path(__file__).with_name("rows.jsonl"), …)'],
    ),
    "the job in -s": (
        ["Expecting value"],
        ["run", "job.py", "-s", "job.py"],
        {"job.py": LOOP},
        ["it is a script", "Give the state file, such as state.json."],
    ),
    "a comment in the state": (
        ["Expecting ',' delimiter"],
        ["run", "job.py", "-s", "state.json"],
        {"job.py": LOOP, "state.json": '{"data": {} // rows\n}'},
        ["it has a comment, which JSON does not allow"],
    ),
    "a list as state": (
        ['Give an object: {"data": …}.'],
        ["run", "job.py", "-s", "state.json"],
        {"job.py": LOOP, "state.json": [{"psid": PSID}]},
        ['Write {"data": …} around the list.'],
    ),
    "a misspelt state": (
        ["Check the path."],
        ["run", "job.py", "-s", "sate.json"],
        {"job.py": LOOP, "state.json": STATE},
        ["Did you mean state.json?"],
    ),
    "a folder as state": (
        ["Give the file in it."],
        ["run", "job.py", "-s", "in"],
        {"job.py": LOOP, "in/state.json": STATE},
        ["in is a folder", "Did you mean in/state.json?"],
    ),
    "no -s beside a state": (
        ["Use one of the existing keys"],
        ["run", "job.py", "--sandbox"],
        {"job.py": LOOP, "state.json": STATE},
        ["`state.data.rows` does not exist", "No state was given, and state.json has it: add -s state.json"],
    ),
    "no -s for a function": (
        [],
        ["run", "job.py", "--sandbox"],
        {"job.py": 'fn(lambda state: {**state, "n": state["data"]["rows"]})\n', "state.json": STATE},
        ["KeyError: 'rows'", "No state was given, and state.json has it: add -s state.json"],
    ),
    "no -s and no state": (
        ["Use one of the existing keys"],
        ["run", "job.py", "--sandbox"],
        {"job.py": LOOP},
        ["No state was given. Give one with -s FILE"],
    ),
    "no data around the state": (
        ["Use one of the existing keys"],
        ["run", "job.py", "--sandbox", "-s", "state.json"],
        {"job.py": LOOP, "state.json": STATE["data"]},
        ["`rows` is beside `data` in the state, not in it", 'read state.rows, or give {"data": {"rows": …}}.'],
    ),
    "data in capital letters": (
        ["Use one of the existing keys"],
        ["run", "job.py", "--sandbox", "-s", "state.json"],
        {"job.py": LOOP, "state.json": {"Data": STATE["data"]}},
        ["The state has `Data`: rename it to `data`."],
    ),
    "data that is the list": (
        ["or use an existing index"],
        ["run", "job.py", "--sandbox", "-s", "state.json"],
        {"job.py": LOOP, "state.json": {"data": STATE["data"]["rows"]}},
        ["`data` is the list itself: write each(state.data, …)."],
    ),
    "a misspelt job": (["Check the path"], ["run", "jbo.py"], {"job.py": LOOP}, ["Did you mean job.py?"]),
    "a job without its ending": (["Check the path"], ["run", "job"], {"job.py": LOOP}, ["Did you mean job.py?"]),
    "a misspelt folder": (
        ["Check the path"],
        ["run", "exmples/a.py"],
        {"examples/a.py": LOOP},
        ["mean examples/a.py?"],
    ),
    "a job in a folder below": (
        ["Check the path"],
        ["run", "a.py"],
        {"examples/b/a.py": LOOP},
        ["mean examples/b/a.py?"],
    ),
    "a misspelt workflow": (["Check the path"], ["run", "flw.yaml"], {"flow.yaml": "{}"}, ["Did you mean flow.yaml?"]),
    "a folder as job": (["Give the job script"], ["run", "."], {"remind.py": LOOP}, ["Did you mean ./remind.py?"]),
    "a CSV file as job": (
        ["invalid decimal literal"],
        ["run", "rows.csv"],
        {"rows.csv": ROWS},
        ["rows.csv is not a job script.", "A job reads it itself: parse_csv(", "adaptor new DIR"],
    ),
    "a state as job": (
        ["is not a key of the workflow"],
        ["run", "state.json"],
        {"state.json": STATE},
        ["state.json is a state, not a workflow.", "Write: adaptor run job.py -s state.json"],
    ),
    "a credential as job": (
        ["is not a key of the workflow"],
        ["run", "credentials.json"],
        {"credentials.json": {"access_token": TOKEN}},
        ["credentials.json is a credential, not a workflow.", "-c credentials.json"],
    ),
}

#: Credentials: what is wrong -> what 0.1.0 said, the file, what is said now.
CREDENTIALS = {
    "empty": (
        ["Put it under"],
        {"access_token": ""},
        ["in the credentials file c.json is empty", "between the quotes"],
    ),
    "a line break alone": (["Put it under"], {"access_token": "\n"}, ["ends with a line break", "c.json is empty"]),
    "Bearer before it": (
        ["in the configuration", "It travels in the Authorization header"],
        {"access_token": f"Bearer {TOKEN}"},
        ["`access_token` in the credentials file c.json begins with “Bearer ”", "Write the token alone"],
    ),
    "in two lines": (["in the configuration"], {"access_token": f"{TOKEN}\nab"}, ["c.json holds a line break"]),
    "in quotes": (["in the configuration"], {"access_token": f"'{TOKEN}'"}, ["c.json is in quotes"]),
    "a placeholder": (["holds a character"], {"access_token": "…"}, ["c.json is a placeholder"]),
    "another placeholder": ([], {"access_token": "YOUR_TOKEN"}, ["c.json is a placeholder"]),
    "a number": (
        ["must be string"],
        {"access_token": 12345},
        ["c.json is a number, not text", "Put quotes around it."],
    ),
    "of a Page that is a word": (
        ["must match pattern", "^(me|[0-9]+)$"],
        {"access_token": TOKEN, "page_id": "Sunrise"},
        ["`page_id` in the credentials file c.json is neither `me` nor a number"],
    ),
    "of a version that is none": (
        ["must match pattern"],
        {"access_token": TOKEN, "api_version": "26"},
        ["`api_version` in the credentials file c.json is not written like v26.0"],
    ),
    "under another key": (
        ["The configuration has no `access_token`", "Put it under"],
        {"token": TOKEN, "page": "1020304050"},
        ["c.json has no `access_token`; its keys are `token`, `page`.", "Rename `token` to `access_token`."],
    ),
    "in OpenFn's spelling": (
        ["The configuration has a key"],
        {"accessToken": TOKEN},
        ["The credentials file c.json has a key `accessToken`", "Did you mean `access_token`?"],
    ),
    "without keys": (["Put it under"], {}, ["The credentials file c.json has no keys."]),
    "several, none chosen": (
        ["Put it under"],
        {"clinic": {"access_token": TOKEN}, "shop": {"access_token": TOKEN}},
        ["holds several credentials (`clinic`, `shop`), and none was chosen"],
    ),
    "inside configuration": (
        ["Put it under"],
        {"configuration": {"access_token": TOKEN}},
        ["has `access_token` inside `configuration`"],
    ),
    "a state": (["Put it under"], STATE, ["c.json is a state: it has `data`.", "the credential with -c"]),
    "the token alone": (["Expecting value"], f"{TOKEN}\n", ["it holds one word, probably the token alone"]),
    "a .env file": (["Expecting value"], f"ACCESS_TOKEN={TOKEN}\n", ["it holds lines NAME=value, as a .env file does"]),
}
for name, (before, content, after) in CREDENTIALS.items():
    FILES[f"a credential {name}"] = (
        before,
        ["run", "job.py", "-c", "c.json"],
        {"job.py": SEND, "c.json": content},
        after,
    )
FILES |= {
    "the token itself in -c": (
        ["does not exist"],
        ["run", "job.py", "-c", TOKEN],
        {"job.py": SEND},
        ["this looks like the token itself", "ADAPTOR_ACCESS_TOKEN", "history of the shell"],
    ),
    "JSON in -c": (
        ["what was given is no path"],
        ["run", "job.py", "-c", json.dumps({"access_token": TOKEN})],
        {"job.py": SEND},
        ["was given as JSON, where the path of a file is expected", "-c credentials.json"],
    ),
    "no -c beside a credential": (
        ["Put it under"],
        ["run", "job.py"],
        {"job.py": SEND, "credentials.json": {"access_token": TOKEN}},
        ["No credential was given", "credentials.json holds one: add -c credentials.json."],
    ),
    "a credential without -c in config": (
        ["See adaptor config --help."],
        ["config", "check", "c.json"],
        {"c.json": {"access_token": TOKEN}},
        ["Write -c before the file: -c c.json"],
    ),
}


@pytest.mark.parametrize("wrong", FILES)
def test_what_was_given_in_place_of_something_else_is_said(adaptor, tmp_path, wrong):
    before, words, files, after = FILES[wrong]
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    done = adaptor(None, *words[1:], command=words[0])
    for text in after:
        assert text in done.err
    for text in before:
        assert text not in done.err
    assert TOKEN not in done.err + done.out
    assert done.code in (1, 2)


def test_a_spreadsheet_is_called_one(adaptor, tmp_path):
    (tmp_path / "rows.xlsx").write_bytes(b"PK\x03\x04\x14\x00\xff\xfe")
    done = adaptor(LOOP, "-s", "rows.xlsx")
    assert "it is a spreadsheet or another packed file" in done.err
    assert "\\u0003" not in done.err


def test_a_loop_that_finds_nothing_says_where_a_state_is(adaptor):
    script = "each('$.data.rows[*]', log(state.data.psid))"
    done = adaptor(script, files={"state.json": json.dumps(STATE)})
    assert "warning: No state was given, and state.json has it: add -s state.json" in done.err
    assert "add -s" not in adaptor(script, files={"state.json": json.dumps({"data": {"people": []}})}).err


@pytest.mark.parametrize("script", ["fn(lambda s: json.dumps(s))", "log(json.dumps({}))"])
def test_a_name_that_is_missed_only_when_it_is_used_has_a_fix_too(adaptor, script):
    done = adaptor(f"from own import *\n{script}\n", files={"own.py": "x = 1\n"})
    assert "NameError: name 'json' is not defined" in done.err
    assert "Write `import json` at the top." in done.err


def test_a_credential_is_validated_with_its_keys_and_nothing_about_sending(adaptor):
    done = adaptor(None, "validate", "-c", "c.json", files={"c.json": json.dumps({"token": TOKEN})}, command="config")
    assert "The credentials file c.json has no `access_token`; its key is `token`." in done.err
    assert "Rename `token` to `access_token`." in done.err
    assert "sent:" not in done.err
    assert TOKEN not in done.err


def test_an_empty_variable_is_named(adaptor):
    assert "ADAPTOR_ACCESS_TOKEN is set, but empty." in adaptor(SEND, env={"ADAPTOR_ACCESS_TOKEN": ""}).err


def test_a_key_that_is_a_token_is_not_shown(adaptor):
    done = adaptor(SEND, "-c", "c.json", files={"c.json": json.dumps({TOKEN: "x", "page": "1020304050"})})
    assert "c.json has no `access_token`" in done.err
    assert TOKEN not in done.err


#: Dates: the value -> what is said of it, and what to do.
DATES = {
    "14/12/2026": ["'14/12/2026' is not a date in ISO form", 'datetime.strptime(text, "%d/%m/%Y")'],
    "12/14/2026 08:30": ["'12/14/2026 08:30' is not a date", 'datetime.strptime(text, "%m/%d/%Y %H:%M")'],
    "14.12.26": ["'14.12.26' is not a date in ISO form", 'datetime.strptime(text, "%d.%m.%y")'],
    "soon": ["'soon' is not a date in ISO form", "A date is written as 2026-11-24"],
    "46000": ["'46000' is not a date in ISO form", "the number of a day, as spreadsheets count them"],
    46000: ["is the number 46000", "the number of a day, as spreadsheets count them"],
    "": ["but it is empty", "Leave such rows out"],
    None: ["but it is empty", "Leave such rows out"],
}


@pytest.mark.parametrize("value", DATES)
def test_a_wrong_date_is_shown_with_how_to_read_it(adaptor, value):
    done = adaptor('log(f"{state.data.day:%d %B}")\n', state={"data": {"day": value}})
    assert done.err.startswith("InvalidValue: `state.data.day` ")
    for words in DATES[value]:
        assert words in done.err
    assert "MissingReference" not in done.err


def test_the_number_of_a_day_is_not_taken_for_a_moment_in_1970(adaptor):
    done = adaptor("log(f\"{local_time(state.data.day, 'Africa/Nairobi'):%d %B}\")", state={"data": {"day": 46000}})
    assert done.code == 1
    assert "as a Unix time 46000 is in 1970" in done.err


def test_a_loop_shows_the_first_items_of_each_kind_with_row_line_and_reason(adaptor):
    rows = f"psid,name,day\n{PSID},Ana,2026-12-14\n,Bo,2026-12-14\n{PSID[:-1]}2,Cy,14/12/2026\n{PSID[:-1]}3,Di,soon\n"
    script = (
        "from pathlib import Path\n"
        'try_each(Path(__file__).with_name("rows.csv"), send_text(state.data.psid, f"On {state.data.day:%d %B}"))\n'
    )
    done = adaptor(script, "--sandbox", files={"rows.csv": rows})
    assert "row 3 (rows.csv, line 4): `state.data.day` is formatted as a date (`%d %B`), but '14/12/2026'" in done.err
    assert "row 4 (rows.csv, line 5): `state.data.day` is formatted as a date (`%d %B`), but 'soon'" in done.err
    assert "1 × InvalidMessage: `recipient.id` is empty.\n│       row 2 (rows.csv, line 3)\n" in done.err
    assert "--results FILE.csv" in done.err
    assert "`details`" not in done.err


def test_a_loop_whose_job_handles_failures_says_where_they_are(adaptor):
    state_ = {"data": {"rows": [{"psid": ""}]}}
    done = adaptor("try_each(state.data.rows, send_text(state.data.psid, 'x'), fail=False)", "--sandbox", state=state_)
    assert "passed over 1 of 1 item: 1 × InvalidMessage; state['failed'] holds them" in done.err


def test_of_many_conversations_three_are_shown_and_where_the_others_are(adaptor):
    people = [str(6543210987654300 + n) for n in range(20)]
    done = adaptor("each(state.data, send_text(state.data, 'Hello'))", "--sandbox", state={"data": people})
    assert done.err.count("  > Hello") == 3
    assert "… and 17 more people" in done.err
    assert "Every message: --transcript FILE, or --open in the browser" in done.err


@pytest.mark.parametrize("option", ["-sandbox", "-state", "-output"])
def test_a_long_option_with_one_dash_is_not_taken_for_a_short_one(adaptor, option):
    done = adaptor(SEND, option, "state.json")
    assert done.code == 2
    assert f"`{option}` has one dash." in done.err
    assert done.err.endswith(f"Write -{option}\n")


def test_a_short_option_and_its_value_may_be_one_word(adaptor):
    assert adaptor("log(state.data)", "-sstate.json", files={"state.json": '{"data": 1}'}).code == 0


@pytest.mark.parametrize("words", [("--version",), ("-V",)])
def test_the_version_is_printed(adaptor, words):
    done = adaptor(None, *words[1:], command=words[0])
    assert done.code == 0
    assert done.out.startswith("facebook-adaptor ")


def test_help_is_a_command_too(adaptor):
    assert adaptor(None, command="help").out.startswith("usage: adaptor ")
    assert adaptor(None, "run", command="help").out.startswith("usage: adaptor run ")
