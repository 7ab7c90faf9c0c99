"""No planted secret is in anything that a command leaves behind, in any encoding: jobs of every shape."""

import base64
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from werkzeug import Response

from adaptor.core.secrets.redact import appsecret_proof

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


LONG = [TOKEN, SECRET, KEY, DSN, appsecret_proof(TOKEN, SECRET), *[line for line in KEY.split("\n")[1:3]]]
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
    'http.post(f"{state.configuration.base_url}echo", body={"otp": state.configuration.otp, "all": state.configuration})',
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
