"""No planted secret is in anything that a command leaves behind, in any encoding: jobs of every shape."""

import base64
import json
import os
import re
import subprocess
import sys
from shlex import quote as quote_shell
from urllib.parse import quote, quote_plus

import pytest
from werkzeug import Response

from adaptor.core.secrets.redact import appsecret_proof

pytestmark = pytest.mark.long

TOKEN = "EAAG/t0ken+with=signs%and~more"
SECRET = "app5ecret\"with'quotes"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQ+Kq8/first9==\nZr5~second&line7\nQ2x=\n-----END PRIVATE KEY-----\n"
DSN = "postgresql://clerk:w3ak&pw@db.internal/visits"
WORD = "lagoon"
NUMBER = 48151623
#: Everything but the keys of ours that are public is a secret; `dsn`, `pass` and `otp` do not sound like one to all.
CONFIGURATION = {
    "access_token": TOKEN,
    "app_secret": SECRET,
    "signer": {"pem": KEY},
    "dsn": DSN,
    "pass": WORD,
    "otp": NUMBER,
    "page_id": "102030405060708",
}


def forms(secret):
    """Every form in which a secret may be written."""
    small = [re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), quote(secret, safe=safe)) for safe in ("", "/")]
    plain = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), *small}
    plain |= {json.dumps(secret)[1:-1], json.dumps(secret).replace("/", "\\/")[1:-1], repr(secret)[1:-1]}
    raw = secret.encode()
    encoded = {raw.hex(), raw.hex().upper(), *(base64.b64encode(raw[cut:]).decode()[:-4] for cut in range(3))}
    return plain, {form for form in encoded if len(form) > 5}


LONG = [TOKEN, SECRET, KEY, DSN, appsecret_proof(TOKEN, SECRET), *KEY.split("\n")[1:3]]
ANYWHERE = {form.encode() for secret in LONG for kind in forms(secret) for form in kind}
ANYWHERE |= {form.encode() for secret in (WORD, str(NUMBER)) for form in forms(secret)[1]}
PATTERN = re.compile(
    b"|".join([re.escape(form) for form in ANYWHERE] + [rb"(?<!\w)(?:%s|%d)(?!\w)" % (WORD.encode(), NUMBER)])
)

SAY = """\
import base64, json, sys, urllib.parse
def texts(value):
    return [text for item in value.values() for text in (texts(item) if isinstance(item, dict) else [str(item)])]
def say(state):
    known = state["configuration"]
    print(known, json.dumps(known))
    for text in texts(known):
        print(text)
        print("it is", text, repr(text), json.dumps(text), urllib.parse.quote(text), text.encode().hex())
        print(urllib.parse.quote(text, safe=""), urllib.parse.quote(text, safe="").lower(), text.encode().hex().upper())
        print(base64.b64encode(text.encode()).decode(), base64.b64encode(b"x" + text.encode()).decode())
    for line in known["signer"]["pem"].splitlines(keepends=True):
        sys.stdout.write(line)
        sys.stderr.write(line[:4])
        sys.stderr.write(line[4:])
        sys.stdout.buffer.write(line.encode())
    copy = [known, {text: known["otp"] for text in texts(known)}, known["otp"], float(known["otp"])]
    return {**state, "data": {"people": [{"psid": "7001"}, {"psid": "7002"}], "copy": copy}}
fn(say)
log(state.configuration, f"token {state.configuration.access_token}", state.data.copy)
"""
RAISE = 'fn(lambda s: (_ for _ in ()).throw(ValueError(str(s["configuration"]))))\n'

JOBS = {
    "plain sends": 'send_text("7001", "Hello")\nsend_text("7002", state.configuration.signer.pem)',
    "http with auth": 'http.get(f"{state.configuration.base_url}echo", auth=("clerk", state.configuration["pass"]), '
    'headers={"X-Dsn": state.configuration.dsn}, query={"otp": state.configuration.otp})\n'
    'http.post(f"{state.configuration.base_url}echo", body={"otp": state.configuration.otp, "all": state})',
    "each": 'each(state.data.people, combine(send_text(state.data.psid, state.configuration["pass"]), log(state)))',
    "try_each": 'try_each(state.data.people, send_text("13", state.configuration.dsn))\nlog(state.data)',
    "broadcast": 'broadcast(state.data.people, send_text(state.data.psid, f"{state.configuration.otp}"))',
    "a refusal": 'send_text("13", f"{state.configuration.access_token} {state.configuration.signer.pem}")',
    "an exception": RAISE,
    "a text that is too long": 'send_text("1", lambda s: s["configuration"]["signer"]["pem"] * 200)',
    "a key that is missing": "log(state.configuration.no_such_key)",
    "a state that is no state": 'fn(lambda s: s["configuration"]["signer"]["pem"])',
}
OPTIONS = {
    "debug": ["-l", "debug", "--curl", "-o", "out.json", "--report", "report.json", "--results", "rows.jsonl"],
    "json": ["-l", "debug", "--log-json", "--cache-steps", "-O", "--report", "report.html"],
    "dry run": ["--dry-run", "--preview", "page.html", "-o", "out.json"],
    "sandbox": ["--sandbox", "--transcript", "people.txt", "--preview", "page.html", "--report", "report.json"],
    "supervised": ["--timeout", "20", "-O", "--report", "report.json"],
}
#: What is run by default; `-m long` runs each job with all options.
SHORT = {"debug": set(JOBS), "json": {"an exception", "try_each"}, "dry run": {"plain sends", "http with auth"}}
SHORT |= {"sandbox": {"each"}, "supervised": {"an exception"}}


@pytest.fixture
def given(tmp_path_factory, httpserver):
    """The file with the secrets, outside the folder that is searched; the server repeats whatever it gets."""

    def echo(request):
        told = f"{request.headers} {request.args} {request.get_data(as_text=True)}"
        if request.get_json(silent=True) is None or "13" not in str(request.json.get("recipient", request.json)):
            return Response(json.dumps({"recipient_id": "1", "message_id": "m_1", "told": told}), mimetype="text/json")
        error = {"message": f"Bad token {TOKEN}: {told}", "code": 190, "error_user_msg": KEY, "told": NUMBER}
        return Response(json.dumps({"error": error}), status=400, mimetype="text/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(echo)
    file = tmp_path_factory.mktemp("given") / "credentials.json"
    file.write_text(json.dumps({**CONFIGURATION, "base_url": httpserver.url_for("/")}))
    return str(file)


def leaks(done, folder):
    """Where a planted secret stands, in what a command wrote and left: streams, files, their names, the ledger."""
    parts = {"stdout": done.out.encode(), "stderr": done.err.encode()}
    parts |= {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    parts["names"] = "\n".join(parts).encode()
    found = {name: PATTERN.search(content) for name, content in parts.items()}
    return {name: (match[0], parts[name][max(match.start() - 60, 0) :][:150]) for name, match in found.items() if match}


def test_the_search_finds_what_was_planted():
    for secret in (TOKEN, SECRET, KEY, DSN, WORD, str(NUMBER), KEY.split("\n")[1]):
        raw = secret.encode()
        for written in (raw, json.dumps(secret).encode(), quote(secret).encode(), raw.hex().encode()):
            assert PATTERN.search(b"x: " + written)


CASES = [
    pytest.param(job, option, marks=() if job in SHORT[option] else pytest.mark.long)
    for option in OPTIONS
    for job in JOBS
]


@pytest.mark.parametrize(("job", "option"), CASES)
def test_a_run_leaves_no_secret_behind(adaptor, given, tmp_path, job, option):
    done = adaptor(SAY + JOBS[job], "-c", given, *OPTIONS[option])
    assert "[redacted]" in done.out + done.err, done.err
    assert leaks(done, tmp_path) == {}
    for file in [*tmp_path.glob("*.json"), *tmp_path.glob("*.jsonl")]:
        for line in [file.read_text()] if file.suffix == ".json" else file.read_text().splitlines():
            json.loads(line)
    if "-O" in OPTIONS[option] and done.out.strip():
        json.loads(done.out)


def test_a_workflow_with_a_configuration_of_its_own_leaves_none_behind(adaptor, given, tmp_path, tmp_path_factory):
    with open(given) as stream:
        configuration = json.load(stream)
    folder = tmp_path_factory.mktemp("workflow")
    steps = [
        {"id": "say", "expression": SAY, "configuration": configuration, "next": {"fail": True}},
        {"id": "fail", "expression": RAISE, "configuration": given},
    ]
    for name, more in {"good": {}, "bad": {"nmae": KEY}}.items():
        for indent in (None, 2):
            steps[0].pop("nmae", None)
            steps[0].update(more)
            (folder / f"{name}.json").write_text(json.dumps({"steps": steps}, indent=indent))
            for words in (["run"], ["run", "--log-json", "--report", "report.json"], ["run", "--report", "r.html"]):
                done = adaptor(None, str(folder / f"{name}.json"), *words[1:], command=words[0])
                assert leaks(done, tmp_path) == {}
            done = adaptor(None, str(folder / f"{name}.json"), command="check")
            assert leaks(done, tmp_path) == {}
            assert done.code == (2 if more else 0)


def test_a_run_that_is_resumed_leaves_none_behind_and_gets_them_back(adaptor, given, tmp_path, httpserver):
    # The number is put together, so that the workflow itself does not hold it.
    second = (
        "import os\n"
        'number = lambda s: s["references"][0]["copy"][2]\n'
        'fn(lambda s: s if number(s) == int("4815" + "1623") and "GO" in os.environ else 1 / 0)\n'
    )
    # Without a message there would be no ledger.
    first = {"id": "first", "expression": f'{SAY}send_text("7001", "Hello")', "next": "second"}
    steps = [first, {"id": "second", "expression": second}]
    files = {"flow.json": json.dumps({"steps": steps})}
    failed = adaptor(None, "flow.json", "-c", given, "--report", "report.json", files=files)
    assert (failed.code, leaks(failed, tmp_path)) == (1, {})
    for words in (["list"], ["show", "last", "--format", "json"], ["results", "last"], ["export"]):
        assert leaks(adaptor(None, *words, command="runs"), tmp_path) == {}
    resumed = adaptor(None, "flow.json", "-c", given, "--resume", "last", "-O", env={"GO": "1"})
    assert (resumed.code, leaks(resumed, tmp_path)) == (0, {}), resumed.err
    json.loads(resumed.out)


CHECKED = {
    "raises": 'import os\nraise ValueError(os.environ["ADAPTOR_CONFIGURATION"])',
    "prints": 'import os, sys\nprint(os.environ["ADAPTOR_CONFIGURATION"])\nlog(1)',
    "writes": "import os, sys\nfor out in (sys.stdout, sys.stderr):\n"
    '    out.write(os.environ["ADAPTOR_CONFIGURATION"])\nlog(1)',
    "names it": 'import os\nsend_text(os.environ["ADAPTOR_CONFIGURATION"] * 20, "hi")',
}


@pytest.mark.parametrize("words", [["check"], ["check", "--format", "json"], ["config", "check", "--job"], ["run"]])
@pytest.mark.parametrize("job", CHECKED)
def test_what_is_found_wrong_with_a_job_shows_no_secret_of_the_environment(adaptor, tmp_path, given, job, words):
    (tmp_path / "job.py").write_text(CHECKED[job])
    with open(given) as stream:
        done = adaptor(None, *words[1:], "job.py", command=words[0], env={"ADAPTOR_CONFIGURATION": stream.read()})
    assert leaks(done, tmp_path) == {}


#: A slip in a file with a configuration -> the file. Each secret stands behind another one, where the slip is.
SLIPS = {
    "tab.yaml": f"\taccess_token: {TOKEN}\n",
    "second.yaml": f"access_token: {TOKEN}: {WORD}\n",
    "twice.yaml": f"pass: {WORD}\npass: {NUMBER}\naccess_token: {TOKEN}\n",
    "tag.yaml": f"pass: !{WORD} x\ndsn: !{NUMBER} {TOKEN}\n",
    "alias.yaml": f"pass: *{WORD}\n",
    "merge.yaml": f"<<: {NUMBER}\npass: {WORD}\n",
    "block.yaml": f"pem: |\n {KEY}",
    "quote.yaml": f'access_token: "{TOKEN}\npass: {WORD}\n',
    "forgotten.yaml": f"access_token {TOKEN}\npass: [{WORD}\n",
    "number.yaml": f"otp: {NUMBER}e999\n",
    "twice.json": f'{{"pass": "{WORD}", "pass": {NUMBER}}}',
    "quote.json": f'{{"pass": "{WORD}, "otp": {NUMBER}}}',
    "number.json": f'{{"otp": {NUMBER}e999}}',
    "comma.json": f'{{"dsn": "{DSN}" "otp": {NUMBER}}}',
    "latin.json": f'{{"pass": "{WORD} \xff", "otp": {NUMBER}}}',
}
ENTRANCES = {
    "run": ["run", "job.py", "-c", "{}"],
    "log-json": ["run", "job.py", "-c", "{}", "--log-json", "--report", "report.json"],
    "check": ["check", "job.py", "-c", "{}"],
    "config validate": ["config", "validate", "-c", "{}"],
    "config check": ["config", "check", "-c", "{}"],
    "runs settle": ["runs", "settle", "last", "-c", "{}"],
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_credential_shows_nothing_of_it(adaptor, tmp_path, tmp_path_factory, slip):
    file = tmp_path_factory.mktemp("given") / slip
    file.write_bytes(SLIPS[slip].encode("latin-1" if slip.startswith("latin") else "utf-8"))
    (tmp_path / "job.py").write_text("log(1)")
    for words in ENTRANCES.values():
        done = adaptor(None, *[word.format(file) for word in words[1:]], command=words[0])
        assert (done.code in (2, 3), leaks(done, tmp_path)) == (True, {}), words
    if slip.endswith(".json") and not slip.startswith("latin"):
        done = adaptor(None, "job.py", "--log-json", env={"ADAPTOR_CONFIGURATION": SLIPS[slip]})
        assert (done.code, leaks(done, tmp_path)) == (2, {})


@pytest.mark.parametrize("text", ['{"{0}": 1, "{0}": 2}', '{"{0}": {"a": 1}, "b": {}}', "{0}: 1\n{0}: 2\n"])
def test_a_token_in_the_place_of_a_key_is_covered(adaptor, tmp_path, text):
    token = "EAAGq7Rt2Yx9LmZpWk"
    (tmp_path / "c.yaml").write_text(text.replace("{0}", token))
    for verb in ("validate", "check"):
        done = adaptor(None, verb, "-c", "c.yaml", command="config")
        assert done.code == 2
        assert token not in done.out + done.err


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if not slip.startswith("latin")])
def test_a_slip_in_the_configuration_of_a_workflow_shows_nothing_of_it(adaptor, tmp_path, tmp_path_factory, slip):
    file = tmp_path_factory.mktemp("given") / slip
    if slip.endswith(".json"):
        text = f'{{"steps": [{{"id": "a", "configuration": {SLIPS[slip]}, "expression": 5}}]}}'
    else:
        inside = "".join(f"      {line}\n" for line in SLIPS[slip].splitlines())
        text = f"steps:\n  - id: a\n    expression: 5\n    configuration:\n{inside}"
    file.write_text(text)
    for words in (["run"], ["run", "--log-json", "--report", "report.json"], ["run", "--report", "r.html"], ["check"]):
        done = adaptor(None, str(file), *words[1:], command=words[0])
        assert (done.code in (2, 3), leaks(done, tmp_path)) == (True, {}), words


BROKEN = {
    "a call": f'send_text("1", "hi", token="{TOKEN}" "x)',
    "a name": f"access_token = {TOKEN} x",
    "a header": f'http.get("https://a.org", headers={{"Authorization": "Basic {WORD}" "X": 1 2}})',
    "a key": f'pem = """{KEY}""" 5',
    "a name that is not known": f"password = {WORD}\nlog(EAAGm0PX4ZCpsBAKZC)",
    "a value that is none": f'log(1)\nif True:\n    password = "{WORD}" "{TOKEN}", 1 / 0',
}


@pytest.mark.parametrize("job", BROKEN)
def test_a_script_that_cannot_be_loaded_shows_no_literal_secret(adaptor, tmp_path, tmp_path_factory, job):
    file = tmp_path_factory.mktemp("given") / "job.py"
    file.write_text(BROKEN[job])
    for words in (["run"], ["run", "--log-json", "--report", "report.json"], ["run", "--report", "r.html"], ["check"]):
        done = adaptor(None, str(file), *words[1:], command=words[0])
        assert done.code == 3, words
        found = leaks(done, tmp_path)
        # Python's own words for what is wrong with a name hold the name.
        assert {name: match for name, match in found.items() if match[0] != WORD.encode() or "name" not in job} == {}
        assert "EAAGm0PX4ZCpsBAKZC" not in done.out + done.err


@pytest.mark.parametrize("option", ["-c", "-s"])
@pytest.mark.parametrize("value", [json.dumps({"configuration": {"zz": WORD}, "dsn": DSN}), "EAAGm0PX4ZCpsBAKZC"])
def test_a_credential_that_is_given_where_a_path_belongs_is_not_shown(adaptor, tmp_path, value, option):
    for words in (["run"], ["run", "--log-json"], ["check"] if option == "-c" else ["run", "--dry-run"]):
        done = adaptor("log(1)", *words[1:], option, value, command=words[0])
        assert (done.code, leaks(done, tmp_path)) == (2, {})
        assert "EAAGm0PX4ZCpsBAKZC" not in done.err


def test_no_process_shows_a_secret_in_its_arguments(given, tmp_path, environment, httpserver):
    seen = []

    def look(request):
        for name in filter(str.isdecimal, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/cmdline", "rb") as stream:
                    seen.append(stream.read().replace(b"\0", b" "))
            except OSError:
                continue
        return Response(json.dumps({"recipient_id": "1", "message_id": "m_1"}), mimetype="text/json")

    if not os.path.exists("/proc/self/cmdline"):
        pytest.skip("this system has no /proc")
    httpserver.clear()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(look)
    (tmp_path / "job.py").write_text('send_text("7001", "Hello")')
    words = [sys.executable, "-m", "adaptor", "run", "job.py", "-c", given, "--timeout", "30"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    own = [line for line in seen if b"adaptor run job.py" in line]
    assert own
    assert not any(PATTERN.search(line) for line in own)


def test_a_state_given_with_s_that_holds_a_configuration_is_warned_of(adaptor):
    done = adaptor("log(1)", state={"configuration": CONFIGURATION})
    assert "warning: The state given with -S holds a configuration" in done.err
    assert "(ps)" in done.err
    assert "-S holds" not in adaptor("log(1)", state={"data": {}}).err


@pytest.mark.skipif(os.name != "posix", reason="only there have files such rights")
def test_a_file_with_a_credential_that_others_may_read_is_warned_of(adaptor, tmp_path, given, httpserver):
    text = json.dumps({"access_token": TOKEN, "base_url": httpserver.url_for("/")})
    flow = {"steps": [{"id": "a", "expression": "log(1)", "configuration": {"access_token": TOKEN}}]}
    by_file = {"steps": [{"id": "a", "expression": "log(1)", "configuration": "./my keys.json"}]}
    files = {
        "my keys.json": text,
        "state.json": json.dumps({"configuration": {"access_token": TOKEN}}),
        "flow.json": json.dumps(flow),
        "by_file.json": json.dumps(by_file),
        "job.py": "log(1)",
    }
    adaptor("log(1)", files=files)
    entrances = [
        ("my keys.json", ["run", "job.py", "-c", "my keys.json"]),
        ("my keys.json", ["check", "job.py", "-c", "my keys.json"]),
        ("my keys.json", ["config", "validate", "-c", "my keys.json"]),
        ("my keys.json", ["config", "check", "-c", "my keys.json"]),
        ("my keys.json", ["run", "by_file.json"]),
        ("state.json", ["run", "job.py", "-s", "state.json"]),
        ("flow.json", ["run", "flow.json"]),
        ("flow.json", ["check", "flow.json"]),
    ]
    for mode in (0o640, 0o600):
        for name in files:
            (tmp_path / name).chmod(mode)
        for name, words in entrances:
            done = adaptor(None, *words[1:], command=words[0])
            wanted = f"chmod 600 {quote_shell(name)}" if " " in name and "by" not in words[1] else "chmod 600"
            assert (wanted in done.out + done.err) == (mode != 0o600), (mode, words)
