"""What people read is what the job said, also where a secret stands in the data; and what is said of secrets."""

import json

import pytest

pytestmark = pytest.mark.long

ANA = "6543210987654321"
TOKEN = "EAAG7tHe4T0kenOfTheseTests"
#: A job in two steps: the first keeps rows, the second needs a file to be there.
KEEPS = f"""\
send_text("{ANA}", "We are preparing your visit.")
fn(lambda state: {{**state, "data": state["about"]}})
"""
TELLS = """\
from pathlib import Path
fn(lambda state: (Path("ready").read_text(), state)[1])
send_text(state.data.psid, f"Hello {state.data.name}, see you at {state.data.place}.")
"""
ABOUT = {"psid": ANA, "name": "Ana", "place": "sunrise clinic"}


@pytest.fixture
def said(httpserver):
    """The texts that Meta was given, in order."""
    from werkzeug import Response

    texts = []

    def accept(request):
        message = request.get_json()["message"]
        texts.append(message["text"])
        answer = {"recipient_id": ANA, "message_id": f"m_{len(texts)}"}
        return Response(json.dumps(answer), content_type="application/json")

    httpserver.expect_request("/v26.0/me/messages", method="POST").respond_with_handler(accept)
    httpserver.expect_request("/v26.0/me", method="GET").respond_with_json({"id": "102030405060708"})
    return texts


class Command:
    """The real command in a folder with a workflow, a state and a credential."""

    def __init__(self, forks, folder, url):
        self.forks, self.folder, self.url = forks, folder, url
        steps = [{"id": "load", "expression": KEEPS, "next": "tell"}, {"id": "tell", "expression": TELLS}]
        self.write("visit.json", {"steps": steps})
        self.credential()
        self.state()

    def write(self, name, content):
        text = content if isinstance(content, str) else json.dumps(content)
        (self.folder / name).write_text(text, encoding="utf-8")

    def credential(self, **more):
        self.write("c.json", {"access_token": TOKEN, "base_url": self.url, "max_retries": 0, **more})
        (self.folder / "c.json").chmod(0o600)

    def state(self, **about):
        self.write("s.json", {"about": {**ABOUT, **about}})

    def ready(self):
        self.write("ready", "")

    def __call__(self, *words, **environment):
        self.done = self.forks.run(words, cwd=self.folder, env=environment)
        return self.done.returncode

    def begin(self, *more):
        return self("run", "visit.json", "-s", "s.json", "-c", "c.json", "--run-id", "r1", *more)

    def go_on(self, *more):
        self.ready()
        return self("run", "visit.json", "-c", "c.json", "--resume", "r1", *more)

    def kept(self):
        """Everything that lies beside the workflow under .adaptor."""
        return b"".join(file.read_bytes() for file in (self.folder / ".adaptor").rglob("*") if file.is_file())


@pytest.fixture
def command(forks, tmp_path, httpserver, said):
    return Command(forks, tmp_path, httpserver.url_for(""))


# --- What a run goes on with ---

STANDS = {
    "as a word in a text": ({"verify_token": "sunrise"}, "sunrise clinic", "sunrise"),
    "alone": ({"app_secret": "5unr1se-and-5unset"}, "5unr1se-and-5unset", "5unr1se-and-5unset"),
    "below other keys": ({"clinic": {"passwords": ["x", "Sunrise!9"]}}, "Sunrise!9 (2nd floor)", "Sunrise!9"),
    "in an address": ({"api_key": "a b/c&d=e+f"}, "https://here.example/?k=a%20b%2Fc%26d%3De%2Bf&x=1", "a%20b%2Fc"),
    "in base64": ({"password": "sunrise-4242"}, "Basic dXNlcjpzdW5yaXNlLTQyNDI=", "uyaXNlLTQyNDI"),
    "in JSON in a text": ({"password": 'sun"rise"42'}, '{"p": "sun\\"rise\\"42"}', 'sun\\"rise'),
    "in two forms": ({"password": "sun rise 42"}, "sun rise 42 = sun+rise+42", "sun+rise"),
    "beside what looks like a mark": (
        {"verify_token": "sunrise"},
        "sunrise, [redacted =] [redacted verify_token as-is",
        "sunrise",
    ),
}


@pytest.mark.parametrize("how", STANDS)
def test_a_run_that_goes_on_says_what_a_straight_run_says(command, said, how):
    credential, place, secret = STANDS[how]
    command.credential(**credential)
    command.state(place=place)
    assert command.begin() == 1
    assert secret.encode() not in command.kept()
    assert command.go_on() == 0, command.done.stderr
    assert said == ["We are preparing your visit.", f"Hello Ana, see you at {place}."]


def test_a_key_of_the_state_that_is_a_secret_is_there_again(command, said):
    command.credential(api_key="key-of-4711")
    look = "lambda state: {**state, 'data': {**state['data'], 'place': str(state['rooms'])}}"
    rooms = "fn(lambda state: {**state, 'rooms': {'key-of-4711': ['key-of-4711', 7]}})"
    steps = [
        {"id": "load", "expression": f"{KEEPS}{rooms}", "next": "tell"},
        {"id": "tell", "expression": TELLS.replace("send_text", f"fn({look})\nsend_text")},
    ]
    command.write("visit.json", {"steps": steps})
    command.begin()
    assert b"key-of-4711" not in command.kept()
    assert command.go_on() == 0
    assert said[1] == "Hello Ana, see you at {'key-of-4711': ['key-of-4711', 7]}."


def test_the_state_that_a_run_began_with_is_whole_when_its_first_step_runs_again(command, said):
    command.credential(verify_token="sunrise")
    command.write(
        "visit.json",
        {"steps": [{"id": "tell", "expression": f"send_text('{ANA}', 'a')\n" + TELLS.replace("data", "about")}]},
    )
    assert command.begin() == 1
    assert command.go_on() == 0
    assert said == ["a", "Hello Ana, see you at sunrise clinic."]


def test_an_answer_that_is_given_back_holds_what_it_held(command, httpserver, said):
    httpserver.expect_request("/visits", method="POST").respond_with_json({"place": "sunrise clinic"})
    command.credential(verify_token="sunrise")
    post = f"http.post('{httpserver.url_for('/visits')}', body={{'a': 1}})"
    tell = TELLS.replace("state.data.psid", f"'{ANA}'").replace("{state.data.name}", "Ana")
    command.write("visit.json", {"steps": [{"id": "tell", "expression": f"{post}\n{tell}"}]})
    assert command.begin() == 1
    assert b"sunrise" not in command.kept()
    assert command.go_on() == 0
    assert said == ["Hello Ana, see you at sunrise clinic."]
    assert len([1 for request, _ in httpserver.log if request.path == "/visits"]) == 1


def test_a_step_that_begins_from_what_was_kept_of_the_one_before_says_the_same(command, said):
    command.credential(verify_token="sunrise")
    command.ready()
    assert command("run", "visit.json", "-s", "s.json", "-c", "c.json", "--only", "load", "--cache-steps") == 0
    assert b"sunrise" not in command.kept()
    assert command("run", "visit.json", "-c", "c.json", "--start", "tell") == 0
    assert said[1] == "Hello Ana, see you at sunrise clinic."


def test_a_token_that_a_job_has_logged_in_for_is_its_own_data(command, httpserver, said):
    httpserver.expect_request("/login").respond_with_json({"access_token": "session-4711-of-today"})
    httpserver.expect_request("/visits").respond_with_json({})
    login = f"""\
http.get('{httpserver.url_for("/login")}')
def remember(state):
    token = state['data']['access_token']
    return {{**state, 'configuration': {{**state['configuration'], 'session_token': token}}}}
fn(remember)
http.get('{httpserver.url_for("/visits")}', headers={{'Authorization': state.configuration.session_token}})
log(state.references[1])
send_text('{ANA}', 'one')
fn(lambda state: {{**state, 'data': {{**state['about'], 'place': state['references'][1]['access_token']}}}})
"""
    command.write(
        "visit.json",
        {"steps": [{"id": "load", "expression": login, "next": "tell"}, {"id": "tell", "expression": TELLS}]},
    )
    assert command.begin() == 1
    assert "session-4711" not in command.done.stderr
    assert command.go_on() == 0, command.done.stderr
    assert said[1] == "Hello Ana, see you at session-4711-of-today."


def test_a_secret_that_stands_in_the_job_itself_is_there_again_with_the_job(command, httpserver, said):
    httpserver.expect_request("/echo").respond_with_json({"key": "k3y-in-the-job"})
    echo = f"""\
send_text('{ANA}', 'one')
http.get('{httpserver.url_for("/echo")}', headers={{'X-Api-Key': 'k3y-in-the-job'}})
fn(lambda state: {{**state, 'data': {{**state['about'], 'place': state['data']['key']}}}})
"""
    command.write(
        "visit.json",
        {"steps": [{"id": "load", "expression": echo, "next": "tell"}, {"id": "tell", "expression": TELLS}]},
    )
    assert command.begin() == 1
    assert b"k3y-in-the-job" not in command.kept()
    assert command.go_on() == 0, command.done.stderr
    assert said[1] == "Hello Ana, see you at k3y-in-the-job."


def test_a_dry_run_and_a_preview_show_what_would_be_read(command, said):
    command.credential(verify_token="sunrise")
    command.ready()
    assert command.begin("--dry-run", "--preview", "page.html") == 0, command.done.stderr
    assert command.begin("--dry-run") == 0
    assert "see you at sunrise clinic." in command.done.stdout
    assert "see you at sunrise clinic." in (command.folder / "page.html").read_text("utf-8")


# --- Where the credential has another one ---


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({}, "the credential has none"),
        ({"verify_token": "sunset"}, "the credential has another one"),
        ({"access_token": "EAAG7aNother0neAltogether"}, "the credential has none"),
        ({"access_token": "EAAG7aNother0neAltogether", "verify_token": "sunset"}, "the credential has another one"),
        # Nothing is left that could prove that the word is still the one of that time.
        ({"access_token": "EAAG7aNother0neAltogether", "verify_token": "sunrise"}, "the credential has another one"),
    ],
)
@pytest.mark.parametrize("way", ["resume", "start"])
def test_without_the_secret_that_was_taken_out_nothing_is_sent_and_its_key_is_named(command, said, now, words, way):
    command.credential(verify_token="sunrise")
    command.begin("--cache-steps")
    command.credential(**now)
    command.ready()
    assert (
        command.go_on() if way == "resume" else command("run", "visit.json", "-c", "c.json", "--start", "tell")
    ) == 2
    assert "`verify_token`" in command.done.stderr
    assert words in command.done.stderr
    assert "Nothing was sent" in command.done.stderr
    assert len(said) == 1
    # The run can still be gone on with.
    command.credential(verify_token="sunrise")
    assert command.go_on() == 0
    assert said[1] == "Hello Ana, see you at sunrise clinic."


@pytest.mark.parametrize(
    ("then", "place", "now"),
    [
        # One of the strong secrets is still the same.
        (
            {"app_secret": "0af1-strong-one"},
            "sunrise clinic",
            {"access_token": "EAAG7new7new7new7", "app_secret": "0af1-strong-one"},
        ),
        # The old token is left in the credential.
        ({}, "sunrise clinic", {"access_token": "EAAG7new7new7new7", "access_token_before": TOKEN}),
        # It is the token itself that stands in the data: the old one, not the new one.
        ({}, f"{TOKEN} clinic", {"access_token": "EAAG7new7new7new7", "access_token_before": TOKEN}),
    ],
)
def test_a_token_may_be_changed_while_something_proves_the_rest(command, said, then, place, now):
    command.credential(verify_token="sunrise", **then)
    command.state(place=place)
    command.begin()
    command.credential(verify_token="sunrise", **now)
    assert command.go_on() == 0, command.done.stderr
    assert said[1] == f"Hello Ana, see you at {place}."


# --- What was taken out is never sent ---


@pytest.mark.parametrize("text", ["[redacted] clinic", "the [redacted verify_token as-is 0a.0b] clinic"])
def test_a_message_that_holds_what_stands_for_a_secret_is_refused(command, said, text):
    command.ready()
    command.state(place=text)
    assert command.begin() == 1
    assert "InvalidMessage: `message.text` holds [redacted…]" in command.done.stderr
    assert said == ["We are preparing your visit."]


def test_another_system_may_be_told_of_an_error_but_gets_no_mark(command, httpserver, said):
    httpserver.expect_request("/log", method="POST").respond_with_json({})
    url = httpserver.url_for("/log")
    for body, code in (("[redacted] was refused", 0), ("[redacted db.password as-is -]", 1)):
        command.write("job.py", f"http.post('{url}', body={{'text': '{body}'}})")
        assert command("run", "job.py", "--fresh") == code, command.done.stderr
    (request,) = [request for request, _ in httpserver.log]
    assert request.get_json() == {"text": "[redacted] was refused"}


# --- What is said of it ---


def test_a_final_state_that_has_lost_a_secret_says_where(command, said):
    command.credential(api_key="test")
    command.state(place="test clinic, our latest", note={"by": ["test"]})
    command.ready()
    assert command.begin("-o", "out.json") == 0
    out = json.loads((command.folder / "out.json").read_text())
    assert out["references"][1]["place"] == "[redacted] clinic, our latest"
    assert "out.json holds [redacted] at `about.place`, `about.note.by[0]`" in command.done.stderr


def test_the_word_for_a_webhook_stays_in_a_final_state_and_out_of_logs(command, said):
    command.credential(verify_token="sunrise")
    command.write("job.py", "log(state.about.place)")
    assert command("run", "job.py", "-s", "s.json", "-c", "c.json", "-o", "out.json") == 0
    assert json.loads((command.folder / "out.json").read_text())["about"]["place"] == "sunrise clinic"
    assert "the word of `verify_token` at `about.place`" in command.done.stderr
    assert "sunrise" not in command.done.stderr


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        ({"api_key": "test"}, "`api_key` in the credentials file c.json has only 4 signs"),
        ({"db": {"password": "sunflower"}}, "`db.password` in the credentials file c.json is a plain word"),
        ({"secrets": ["12345678"]}, "`secrets[0]` in the credentials file c.json is a short number"),
        ({"verify_token": "my word"}, "`verify_token` in the credentials file c.json has only 7 signs"),
    ],
)
def test_a_weak_secret_is_told_when_a_run_begins_and_when_a_credential_is_looked_at(command, said, credential, words):
    command.credential(**credential)
    command.write("job.py", "log('hello')")
    assert command("run", "job.py", "-c", "c.json") == 0
    assert f"warning: {words}" in command.done.stderr
    assert command("config", "validate", "-c", "c.json") == 0
    assert f"warning: {words}" in command.done.stdout
    command.credential(api_key="aZ7-kq9wm3")
    assert command("config", "validate", "-c", "c.json") == 0
    assert "Warning" not in command.done.stdout


def test_a_short_secret_is_found_as_a_word_of_its_own_alone(command, said):
    command.credential(api_key="test", x={"password": "true"})
    command.write("job.py", "log('this is a test, latest true thing: untrue, test_case, ?a=test&b=true')")
    assert command("run", "job.py", "-c", "c.json") == 0
    shown = "this is a [redacted], latest [redacted] thing: untrue, test_case, ?a=[redacted]&b=[redacted]"
    assert shown in command.done.stderr


# --- Credentials as they are pasted ---


def test_a_line_break_behind_a_token_is_left_out_and_told(command, said):
    command.ready()
    command.credential(access_token=f"{TOKEN}\r\n")
    assert command.begin() == 0
    assert (
        "`access_token` in the credentials file c.json ends with a line break, which was left out"
        in command.done.stderr
    )
    assert TOKEN not in command.done.stderr


def test_a_line_break_in_the_environment_is_left_out_and_told(command, httpserver, said):
    command.write("job.py", f"log(state.configuration.access_token)\nsend_text('{ANA}', 'hello')")
    given = json.dumps({"access_token": f"{TOKEN}\n", "base_url": command.url})
    assert command("run", "job.py", ADAPTOR_CONFIGURATION=given) == 0
    what = "`access_token` in the environment variable ADAPTOR_CONFIGURATION ends with a line break"
    assert what in command.done.stderr
    assert TOKEN not in command.done.stderr
    assert {request.headers["Authorization"] for request, _ in httpserver.log} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (f"Bearer {TOKEN}", "begins with “Bearer ”"),
        (f'"{TOKEN}"', "is in quotes"),
        (f"{TOKEN} {TOKEN}", "holds a space"),
        ("", "is empty"),
    ],
)
def test_a_token_with_something_else_is_refused_in_words_with_its_key_and_file(command, said, token, words):
    command.credential(access_token=token)
    assert command.begin() in (1, 2)
    assert command("run", "visit.json", "-s", "s.json", "-c", "c.json", "--only", "load", "--fresh") == 2
    assert f"`access_token` in the credentials file c.json {words}" in command.done.stderr
    assert "the credentials file c.json" in command.done.stderr
    assert command("config", "validate", "-c", "c.json") == 2
    assert "the credentials file c.json" in command.done.stderr
    assert TOKEN not in command.done.stderr
    assert said == []


@pytest.mark.parametrize(
    "text",
    [
        f"access_token: {TOKEN}\naccess_token: {TOKEN}\n",
        f"page_id: [\naccess_token: {TOKEN}\n",
        f"access_token: {TOKEN}\n page_id: 1\n",
    ],
)
def test_a_credentials_file_in_which_something_is_wrong_shows_no_line_of_it(command, text):
    command.write("c.yaml", text)
    assert command("config", "validate", "-c", "c.yaml") == 2
    assert "c.yaml" in command.done.stderr
    assert TOKEN not in command.done.stderr


def test_a_workflow_in_which_something_is_wrong_shows_no_line_with_a_secret(command):
    command.write(
        "w.yaml", f"steps:\n  - id: a\n    configuration:\n      access_token: {TOKEN}\n      access_token: {TOKEN}\n"
    )
    assert command("run", "w.yaml") == 2
    assert "w.yaml:5:7" in command.done.stderr
    assert TOKEN not in command.done.stderr


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_credential_that_windows_has_saved_is_read_or_told(command, encoding):
    (command.folder / "c.json").write_text(json.dumps({"access_token": TOKEN}) + "\r\n", encoding=encoding, newline="")
    code = command("config", "validate", "-c", "c.json")
    assert (code, "UTF-16" in command.done.stderr) == ((2, True) if encoding == "utf-16" else (0, False))
