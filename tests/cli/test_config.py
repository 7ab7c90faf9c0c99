"""`adaptor config`, run as a user runs it."""

import json
import re
import time

import pytest

TOKEN = "EAAG/t0ken+with=signs%and~more"
SECRET = "app5ecret\"with'quotes"
PAGE = {"id": "102", "name": "Cl\x1b[31minic"}
TOLD = {
    "app_id": "9",
    "application": "Clinic bot",
    "type": "PAGE",
    "is_valid": True,
    "expires_at": 0,
    "scopes": ["pages_messaging", "something_new"],
}


@pytest.fixture
def credential(httpserver):
    """A credential whose token Meta knows."""
    httpserver.expect_request("/v26.0/me").respond_with_json(PAGE)
    httpserver.expect_request("/v26.0/").respond_with_json([{"code": 200, "body": json.dumps({"data": TOLD})}])
    return {
        "access_token": TOKEN,
        "app_secret": SECRET,
        "app_id": "9",
        "base_url": httpserver.url_for(""),
        "max_retries": 0,
    }


@pytest.fixture
def config(adaptor, environment):
    """Run `adaptor config`, the credential in the environment."""

    def run(*words, credential=None, job=None):
        env = {} if credential is None else {"ADAPTOR_CONFIGURATION": json.dumps(credential)}
        files = {} if job is None else {"job.py": job}
        return adaptor(None, *words, files=files, env=env, command="config")

    return run


def test_a_good_credential_is_told_in_plain_words(config, credential):
    done = config("check", credential=credential)
    assert done.code == 0
    assert done.err == ""
    assert done.out.splitlines() == [
        "The token is valid.",
        "  whose:    Cl\\u001b[31minic (102), through the app Clinic bot (9)",
        "  ends:     never",
        "  may:      pages_messaging  write to people who have written to the Page, read their names, set up the "
        "Messenger profile",
        "            something_new",
        "  version:  v26.0, Meta names no end",
    ]


def test_what_a_job_still_needs_is_told_and_ends_with_1(config, credential):
    done = config("check", "--job", "job.py", credential=credential, job='send_utility("1", "t")\nsend_text("1", "a")')
    assert done.code == 1
    assert "  needs:    pages_utility_messaging: MISSING (send_utility)" in done.out
    assert "            pages_messaging: granted (send_text)" in done.out
    assert "  problem:  The token lacks what the job needs: pages_utility_messaging (send_utility)." in done.out
    assert config("check", "--job", "job.py", credential=credential, job='send_text("1", "a")').code == 0


def test_machines_read_json(config, credential):
    done = config("check", "--format", "json", "--job", "job.py", credential=credential, job='send_text("1", "a")')
    facts = json.loads(done.out)
    assert (done.code, facts["good"], facts["valid"], facts["never_expires"]) == (0, True, True, True)
    assert facts["page"] == PAGE
    assert facts["app"] == {"id": "9", "name": "Clinic bot"}
    assert facts["needed"] == {"pages_messaging": ["send_text"]}
    assert facts["missing"] == []


def test_the_ends_are_told_as_dates(config, credential, httpserver):
    now = int(time.time())
    told = {**TOLD, "expires_at": now + 3 * 86400 + 60, "data_access_expires_at": now - 5 * 86400}
    httpserver.clear()
    httpserver.expect_request("/v26.0/me").respond_with_json(PAGE)
    httpserver.expect_request("/v26.0/").respond_with_json([{"code": 200, "body": json.dumps({"data": told})}])
    done = config("check", credential=credential)
    assert done.code == 1
    assert "(in 3 days); access to people's data ends on " in done.out
    assert "days ago)" in done.out
    assert "warning:  The token ends on " in done.out


def test_the_end_of_the_api_version_is_told_once(config, credential, httpserver):
    httpserver.clear()
    httpserver.expect_request("/v20.0/me").respond_with_json(PAGE)
    httpserver.expect_request("/v20.0/").respond_with_json([{"code": 200, "body": json.dumps({"data": TOLD})}])
    done = config("check", credential={**credential, "api_version": "v20.0"})
    assert done.code == 0
    assert "  version:  v20.0, ended on 2026-09-24\n" in done.out
    assert "  warning:  api_version v20.0 ended on 2026-09-24; set it to v26.0.\n" in done.out
    assert "v20.0" not in done.err
    facts = json.loads(config("check", "--format", "json", credential={**credential, "api_version": "v20.0"}).out)
    assert facts["api_version"] == {
        "version": "v20.0",
        "introduced": "2024-05-21",
        "ends": "2026-09-24",
        "state": "ended",
    }


def test_an_invalid_token_ends_with_1(config, credential, httpserver):
    error = {"error": {"message": f"Bad token {TOKEN}", "code": 190, "type": "OAuthException"}}
    httpserver.clear()
    httpserver.expect_request("/v26.0/me").respond_with_json(error, status=400)
    httpserver.expect_request("/v26.0/").respond_with_json([{"code": 400, "body": json.dumps(error)}])
    done = config("check", credential=credential)
    assert done.code == 1
    assert done.out.startswith("The token is not valid.\n")
    assert "[redacted]" in done.out
    assert TOKEN not in done.written()


def test_without_the_app_it_says_what_it_could_not_learn(config, credential):
    del credential["app_secret"], credential["app_id"]
    done = config("check", credential=credential)
    assert done.code == 0
    assert "unknown:  What the token may do and when it ends" in done.out


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["check", "-c", "no-such-file.json"],
        ["check", "--job", "no-such-job.py"],
        ["validate", "-c", "no-such-file.json"],
        ["check", "--format", "xml"],
        ["chekc"],
        [],
    ],
)
def test_bad_input_ends_with_2(config, credential, words):
    done = config(*words, credential=credential if "--job" in words else None)
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err


def test_a_job_that_cannot_be_loaded_ends_with_2(config, credential, httpserver):
    done = config("check", "--job", "job.py", credential=credential, job="send_txt('1', 'a')")
    assert done.code == 2
    assert "send_text" in done.err
    assert httpserver.log == []


@pytest.mark.parametrize("word", ["check", "validate"])
def test_a_misspelt_key_is_told_and_no_value_is(config, word):
    done = config(word, credential={"acces_token": TOKEN})
    assert done.code == 2
    assert "Did you mean `access_token`" in done.err
    assert TOKEN not in done.written()


def test_a_credential_is_validated_without_asking_anybody(config, credential, httpserver):
    done = config("validate", credential={**credential, "mine": 1, "api_version": "v19.0"})
    assert done.code == 0
    assert httpserver.log == []
    assert "access_token, app_secret, app_id, api_version, base_url, max_retries" in done.out
    assert "left alone: mine" in done.out
    assert "warning: api_version v19.0 ended on 2026-05-21" in done.out
    assert TOKEN not in done.written()


def test_the_schema_is_printed(config):
    from adaptor.core.config import schema

    done = config("schema")
    assert (done.code, json.loads(done.out)) == (0, schema())


@pytest.mark.parametrize("words", [["check"], ["check", "--format", "json"], ["validate"]])
def test_no_secret_is_in_anything_that_is_written(config, credential, httpserver, words):
    from adaptor.core.secrets.redact import appsecret_proof

    loud = {"error": {"message": f"{TOKEN} {SECRET}", "code": 100, "type": "GraphMethodException"}}
    httpserver.clear()
    httpserver.expect_request("/v26.0/me").respond_with_json({"id": "102", "name": TOKEN})
    httpserver.expect_request("/v26.0/").respond_with_json([{"code": 400, "body": json.dumps(loud)}])
    written = config(*words, credential=credential).written()
    for secret in (TOKEN, SECRET, json.dumps(SECRET)[1:-1], appsecret_proof(TOKEN, SECRET)):
        assert secret not in written
    for request, _ in httpserver.log:
        assert TOKEN not in request.url
        assert "EAAG%2F" not in request.url


DAY = 24 * 3600


def ends(httpserver, token, **facts):
    """Let Meta say when a token ends, and take its reads and messages."""
    httpserver.expect_request(re.compile(r"/v\d+\.0/me")).respond_with_json(PAGE)
    told = {**TOLD, "expires_at": 0, **facts}
    answer = [{"code": 200, "body": json.dumps({"data": told})}]
    httpserver.expect_request(re.compile(r"/v\d+\.0/")).respond_with_json(answer)
    httpserver.expect_request(re.compile(r"/v\d+\.0/me/messages")).respond_with_json({"message_id": "m_1"})
    return {"access_token": token, "app_id": "9", "app_secret": SECRET, "base_url": httpserver.url_for("")}


SEND = "send_text('6543210987654321', 'Hello')"


@pytest.mark.long
def test_a_run_warns_of_an_end_that_a_check_has_learned(adaptor, httpserver, tmp_path):
    soon = int(time.time() + 5 * DAY + 60)
    credential = ends(httpserver, TOKEN, data_access_expires_at=soon)
    (tmp_path / "c.json").write_text(json.dumps(credential))
    (tmp_path / "c.json").chmod(0o600)
    assert "ends on" not in adaptor("get_page()", "-c", "c.json").err
    assert adaptor(None, "check", "-c", "c.json", command="config").code == 0
    before = len(httpserver.log)
    done = adaptor(SEND, "-c", "c.json")
    assert "access to people's data ends on" in done.err
    assert "in 5 days. The person who made the token has to make a new one" in done.err
    # The warning takes no call of its own.
    assert len(httpserver.log) == before + 1
    kept = (tmp_path / ".adaptor" / "tokens.json").read_text()
    assert TOKEN not in kept
    # A job that asks Meta for nothing has nothing to warn of.
    assert "ends on" not in adaptor("fn(lambda state: state)", "-c", "c.json").err
    # Another token is not meant.
    (tmp_path / "c.json").write_text(json.dumps({**credential, "access_token": "EAAG-a-new-token-of-the-tests"}))
    assert "ends on" not in adaptor("get_page()", "-c", "c.json").err


def test_a_run_warns_of_an_end_that_a_job_has_learned(adaptor, httpserver, tmp_path):
    credential = ends(httpserver, TOKEN, expires_at=int(time.time() + DAY + 60))
    env = {"ADAPTOR_CONFIGURATION": json.dumps(credential)}
    assert adaptor("debug_token()", "--database", "elsewhere/ledger.db", env=env).code == 0
    (tmp_path / "elsewhere").mkdir(exist_ok=True)
    assert "The token ends on" in adaptor("get_page()", "--database", "elsewhere/ledger.db", env=env).err
    assert "ends on" not in adaptor("get_page()", "--database", "other/ledger.db", env=env).err


def test_an_error_is_laid_out_as_that_of_a_run(config):
    assert "\n  fix:   " in config("check", "-c", "none.json").err
