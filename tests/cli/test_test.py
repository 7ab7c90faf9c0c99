"""`adaptor test` as people use it: cases pass or fail, differences are read, expectations are written."""

import json

import pytest

HELLO = 'send_text(state.data.psid, f"Hello {state.data.name}")\n'
ANA = {"data": {"psid": "6543210987654321", "name": "Ana"}}


@pytest.fixture
def test(adaptor, tmp_path):
    """Write a job and its cases, and try them."""

    def run(script, cases, *arguments, files=None, **more):
        texts = {"job.py": script, "job.test.json": cases if isinstance(cases, str) else json.dumps(cases)}
        return adaptor(None, *arguments, command="test", files={**texts, **(files or {})}, **more)

    return run


def test_a_case_that_is_as_expected_passes(test):
    done = test(HELLO, {"state": ANA, "expect": {"sent": [{"to": "6543210987654321", "text": "Hello Ana"}]}})
    assert done.code == 0
    assert done.out.startswith("job.test.json\n  ✓ job  0.")
    assert done.out.endswith("\n1 case: 1 passed.\n")
    assert done.err == ""


def test_a_case_that_is_not_tells_what_was_expected_and_what_came(test):
    done = test(HELLO, {"state": ANA, "expect": {"sent": [{"text": "Hello Bo"}, {"text": "x"}], "data": 1}})
    assert done.code == 1
    assert "  ✗ job  " in done.out
    assert "      sent[0].text\n        expected  Hello Bo\n        got       Hello Ana\n" in done.out
    assert '      sent[1]\n        expected  {"text": "x"}\n        got       nothing\n' in done.out
    assert done.out.endswith("\n1 case: 1 failed.\n")


def test_an_error_that_nobody_expected_fails_the_case_with_its_report(test):
    done = test("fn(lambda s: 1 / 0)", {"state": ANA})
    assert done.code == 1
    assert "      JobError: ZeroDivisionError: division by zero\n" in done.out
    assert "(job.py, line 1)" in done.out


def test_an_error_that_is_expected_passes(test):
    people = {"people": [{"id": "6543210987654321", "last_message_hours_ago": 30}]}
    case = {"state": ANA, "sandbox": people, "expect": {"error": {"name": "WindowClosed", "code": 10}, "sent": []}}
    assert test(HELLO, case).code == 0
    assert "error\n        expected  null\n" in test(HELLO, {**case, "expect": {"error": None}}).out


def test_the_clock_of_the_job_and_of_the_sandbox_stands_where_the_case_puts_it(test):
    case = {
        "now": "2026-11-30T07:00:00Z",
        "state": ANA,
        "sandbox": {"people": [{"id": "6543210987654321", "last_message_at": "2026-11-29T07:00:01+00:00"}]},
    }
    script = f"cursor('2 days ago', 'since')\n{HELLO}"
    expect = {"state": {"since": "2026-11-28T00:00:00.000Z"}, "sent": [{"text": "Hello Ana"}]}
    assert test(script, {**case, "expect": expect}).code == 0
    later = {**case, "now": "2026-11-30T07:00:02Z", "expect": {"error": {"name": "WindowClosed"}}}
    assert test(script, later).code == 0


def test_sender_actions_and_requests_can_be_expected(test):
    script = f"typing_on(state.data.psid)\n{HELLO}"
    expect = {
        "actions": [{"to": "6543210987654321", "action": "typing_on"}],
        "requests": [{"method": "POST", "path": "me/messages", "status": 200}, {"$any": True}],
    }
    # The operation's result takes the place of the person.
    assert test(script.replace("state.data", "state.who"), {"state": {"who": ANA["data"]}, "expect": expect}).code == 0


def test_calls_to_other_systems_are_answered_from_the_record(test):
    script = (
        'http.get("https://clinic.example/patients", query={"page": 1}, auth={"token": state.configuration.token})\n'
        'each(state.data, http.post("https://clinic.example/seen", body={"psid": state.data.psid, "at": 5}))\n'
    )
    calls = [
        {"request": {"url": "https://clinic.example/patients?page=1"}, "response": {"body": [{"psid": "1"}]}},
        {
            "request": {"method": "POST", "url": "https://clinic.example/seen", "body": {"psid": "1"}},
            "response": {"status": 201, "body": {"id": 9}},
        },
    ]
    state = {"configuration": {"token": "hunter2hunter2"}}
    assert test(script, {"state": state, "calls": calls, "expect": {"data": {"id": 9}}}).code == 0
    calls[1]["request"]["body"] = {"psid": "2"}
    done = test(script, {"state": state, "calls": calls})
    assert done.code == 1
    assert (
        "NotRecorded: POST https://clinic.example/seen is not recorded. The recorded call differs in body.psid: "
        in done.out
    )
    assert 'recorded "2", made "1"' in done.out
    assert "POST https://clinic.example/seen is recorded and was not made." in done.out


def test_calls_to_meta_can_be_recorded_in_place_of_the_sandbox(test):
    closed = {"error": {"message": "(#10) Outside of window.", "code": 10, "error_subcode": 2018278}}
    request = {"method": "POST", "path": "me/messages", "body": {"message": {"text": "Hello Ana"}}}
    calls = [{"request": request, "response": {"status": 400, "body": closed}}]
    done = test(HELLO, {"state": ANA, "calls": calls, "expect": {"error": {"name": "WindowClosed"}}})
    assert done.code == 0, done.out


@pytest.mark.parametrize(("answer", "name"), [({"lost": True}, "DeliveryUnknown"), ({"unreachable": True}, "NotSent")])
def test_an_answer_can_be_lost_and_a_host_unreachable(test, answer, name):
    calls = [{"request": {"method": "POST", "path": "me/messages"}, "response": answer}]
    state = {**ANA, "configuration": {"max_retries": 0}}
    done = test(HELLO, {"state": state, "calls": calls, "expect": {"error": {"name": name}}})
    assert done.code == 0, done.out


LEAVING = {
    "a name": "import urllib.request; urllib.request.urlopen('http://example.org/')",
    "a name that looks like this machine": "import socket; socket.getaddrinfo('127.0.0.1.example.org', 80)",
    "another one": "import socket; socket.getaddrinfo('localhost.example.org', 80)",
    "an address": "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
    "a datagram": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
    "a program": "import subprocess; subprocess.run(['true'])",
    "a shell": "import os; os.system('true')",
}


@pytest.mark.parametrize("way", LEAVING)
def test_nothing_leaves_this_machine_whatever_the_job_tries(test, way):
    script = f"def leave(state):\n    {LEAVING[way]}\n    return state\n\nfn(leave)"
    done = test(script, {})
    assert done.code == 1
    assert "NothingLeaves: The job asked for " in done.out
    caught = test(f"{script}.catch(lambda error, state: state)", {})
    assert caught.code == 1
    assert "The job asked for " in caught.out


def test_what_is_on_this_machine_can_be_reached(test):
    script = """\
import socket
def talk(state):
    for host in ("127.0.0.1", "localhost"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection((host, server.getsockname()[1]), 5).close()
    return state

fn(talk)
"""
    assert test(script, {}).code == 0


def test_no_credential_is_read_from_the_environment_and_a_proxy_is_not_used(test):
    script = "fn(lambda s: {**s, 'data': 'EAAG' in s['configuration']['access_token']})\nsend_text('1', 'hi')"
    env = {"ADAPTOR_ACCESS_TOKEN": "EAAG-real", "HTTP_PROXY": "http://192.0.2.1:9", "http_proxy": "http://192.0.2.1:9"}
    done = test(script, {"expect": {"sent": [{"text": "hi"}]}}, env=env)
    assert done.code == 0, done.out


def test_no_secret_is_shown(test):
    script = "fn(lambda s: {**s, 'data': 'it is ' + s['configuration']['password']})\nlog(state.data)"
    done = test(
        script, {"state": {"configuration": {"password": "hunter2hunter2"}}, "expect": {"data": 1}}, "-l", "info"
    )
    assert "it is [redacted]" in done.out
    assert "it is [redacted]" in done.err
    assert "hunter2" not in done.out + done.err


def test_waiting_before_a_repeat_takes_no_time(test):
    answers = [{"status": 503, "headers": {"Retry-After": "90"}}, {"body": {"ok": True}}]
    calls = [{"request": {"url": "https://clinic.example/"}, "response": answer} for answer in answers]
    done = test('http.get("https://clinic.example/")', {"calls": calls, "expect": {"data": {"ok": True}}})
    assert done.code == 0, done.out


def test_cases_do_not_share_the_modules_of_a_job(test):
    script = "from words import seen\nseen.append(1)\nfn(lambda s: {**s, 'data': len(seen)})"
    cases = [{"name": "one", "expect": {"data": 1}}, {"name": "two", "expect": {"data": 1}}]
    assert test(script, {"cases": cases}, files={"words.py": "seen = []"}).code == 0


def test_cases_are_picked_by_their_names(test):
    cases = [{"name": "the window is closed"}, {"name": "it is open", "expect": {"data": 1}}]
    done = test("log('hi')", {"cases": cases}, "-k", "WINDOW")
    assert done.code == 0
    assert done.out.endswith("1 case: 1 passed.\n")
    assert test("log('hi')", {"cases": cases}, "-k", "nothing").code == 2


def test_update_writes_what_came_out_without_what_is_different_each_time(test, tmp_path):
    cases = [{"name": "new"}, {"name": "old", "expect": {"sent": [{"text": "Hello Bo"}]}}]
    done = test(HELLO, {"state": ANA, "cases": cases}, "--update")
    assert done.code == 0
    assert "  ~ new" in done.out
    assert "got       Hello Ana" in done.out
    written = json.loads((tmp_path / "job.test.json").read_text())["cases"]
    assert written[1]["expect"] == {"sent": [{"text": "Hello Ana"}]}
    assert written[0]["expect"] == {
        "sent": [{"to": "6543210987654321", "text": "Hello Ana"}],
        "data": {"recipient_id": "6543210987654321", "message_id": {"$any": True}},
    }
    again = test(HELLO, (tmp_path / "job.test.json").read_text())
    assert again.code == 0
    assert again.out.endswith("2 cases: 2 passed.\n")


def test_update_writes_an_error_that_came_out_and_takes_one_away_that_did_not(test, tmp_path):
    test("fn(lambda s: 1 / 0)", {"expect": {"data": 1}}, "--update")
    first = json.loads((tmp_path / "job.test.json").read_text())["expect"]
    assert first["error"]["code"] == "ZeroDivisionError"
    test("fn(lambda s: {**s, 'data': 2})", json.dumps({"expect": first}), "--update")
    assert json.loads((tmp_path / "job.test.json").read_text())["expect"] == {"data": 2}


def test_update_leaves_a_case_alone_whose_calls_are_not_recorded(test, tmp_path):
    done = test('http.get("https://clinic.example/")', {"expect": {"data": 1}}, "--update")
    assert done.code == 1
    assert json.loads((tmp_path / "job.test.json").read_text()) == {"expect": {"data": 1}}


def test_all_mistakes_in_the_cases_are_told_at_once_and_nothing_is_run(test):
    done = test("print('ran')", {"nwo": 1, "now": "soon"}, "-l", "info")
    assert done.code == 2
    assert done.out == ""
    assert "job.test.json:1:2: `nwo` is not a key of a case." in done.err
    assert "fix: Did you mean `now`?" in done.err
    assert "`now` is not a time with its zone." in done.err
    assert "ran" not in done.err


def test_a_sandbox_that_makes_no_sense_is_bad_input(test):
    done = test(HELLO, {"state": ANA, "sandbox": {"people": [{"id": "ana"}]}})
    assert done.code == 2
    assert "people[0].id: must be digits" in done.err
    assert test(HELLO, {"state": ANA, "sandbox": {"peple": []}}).code == 2


def test_a_folder_without_cases_is_bad_input(adaptor):
    done = adaptor(None, command="test")
    assert done.code == 2
    assert "There is no case in this folder." in done.err


@pytest.mark.long
def test_output_is_utf_8_and_cannot_steer_the_terminal(test):
    done = test("log(1)", {"state": {"data": "a\x1b[2J"}, "expect": {"data": "é"}}, env={"PYTHONIOENCODING": "ascii"})
    assert done.code == 1
    assert "expected  é" in done.out
    assert "\x1b" not in done.out


DIALOGUE = {
    "id": "ask",
    "steps": [
        {
            "id": "name",
            "expression": 'send_text(state.data.psid, "Your name?")',
            "next": {"sure": {"on": "reply", "within": "2d"}, "late": {"on": "no_reply"}},
        },
        {
            "id": "sure",
            "expression": 'send_text(state.data.psid, f"{state.data.text}. Sure?")',
            "next": {"bye": {"on": "reply", "within": "1h"}},
        },
        {"id": "bye", "expression": 'send_text(state.data.psid, f"You tapped {state.data.payload}.")'},
        {"id": "late", "expression": 'send_text(state.data.recipient_id, "Never mind.")'},
    ],
}


@pytest.mark.long
def test_replies_are_given_as_a_dialogue_asks_for_them(test):
    files = {"ask.json": json.dumps(DIALOGUE)}

    def tried(replies, **expect):
        case = {"job": "ask.json", "state": ANA, "replies": replies, "expect": expect}
        return test("log(1)", case, files=files)

    asked = {"text": "Your name?"}
    sure, late = {"text": "Ana. Sure?"}, {"error": {"name": "WindowClosed"}}
    done = tried(["Ana", {"payload": "YES"}], sent=[asked, sure, {"text": "You tapped YES."}], waits=None)
    assert done.code == 0, done.out
    assert tried(["Ana"], sent=[asked, sure], waits="sure").code == 0
    assert tried([], sent=[asked], waits="name").code == 0
    # After two days without an answer the sandbox takes no plain message, as Meta would not.
    assert tried([{"no_reply": True}], sent=[asked], **late).code == 0
    wrong = tried(["Ana"], waits="name")
    assert (wrong.code, "waits\n        expected  name\n        got       sure\n" in wrong.out) == (1, True)
    left = tried([{"no_reply": True}, "Ben"], **late)
    assert (left.code, "The reply “Ben” was not asked for." in left.out) == (1, True)
