"""`adaptor config token` against the sandbox, run as a user runs it."""

import json
import os
import signal
import stat

import pytest

from adaptor.sandbox import Sandbox
from adaptor.sandbox.state.objects import Token

FILES = ("--user-token-file", "user.txt", "--app-secret-file", "secret.txt")


@pytest.fixture
def meta():
    """A Messenger whose Page has one person who manages it."""
    with Sandbox(page={"id": "102030405060708", "name": "Sunrise Clinic"}) as sandbox:
        yield sandbox


@pytest.fixture
def token(adaptor, meta, tmp_path):
    """Run `adaptor config token` with the person's token and the app's secret in files."""

    def run(*words, user=None, secret=None, files=FILES, stdin=None, env=None, app=True):
        (tmp_path / "user.txt").write_text(f" {user or meta.user_token}\n")
        (tmp_path / "secret.txt").write_text(f"{secret or meta.app_secret}\n")
        given = ["--app-id", meta.app_id] if app else []
        words = ["token", "--base-url", meta.url, *given, *files, *words]
        return adaptor(None, *words, command="config", stdin=stdin, env=env)

    return run


def credential(folder, name="credentials.json"):
    return json.loads((folder / name).read_text())


def secrets_of(meta):
    return [meta.user_token, meta.app_secret, meta.access_token, *meta._page.tokens]


def test_a_credential_is_written_that_works_and_that_only_its_owner_reads(token, adaptor, meta, tmp_path):
    done = token()
    assert done.code == 0, done.err
    assert "the token of the Page Sunrise Clinic (102030405060708)" in done.out
    assert "ends:  never" in done.out
    assert stat.S_IMODE(os.stat(tmp_path / "credentials.json").st_mode) == 0o600
    made = credential(tmp_path)
    assert made.pop("access_token") == meta.access_token
    assert made == {
        "page_id": meta.page_id,
        "app_id": meta.app_id,
        "app_secret": meta.app_secret,
        "base_url": meta.url,
    }
    checked = adaptor(None, "check", "-c", "credentials.json", command="config")
    assert (checked.code, checked.out.splitlines()[0]) == (0, "The token is valid.")


def test_no_secret_is_in_an_address_or_in_what_is_printed(token, meta):
    done = token("--with-user-token")
    paths = [request.path for request in meta.requests]
    assert [path.rpartition("/")[2] for path in paths] == ["", "access_token", "accounts", ""]
    for secret in secrets_of(meta):
        assert secret not in done.out + done.err + "".join(paths)


def test_a_token_that_is_there_is_replaced_only_when_that_is_wanted(token, tmp_path):
    file = tmp_path / "credentials.json"
    file.write_text('{"access_token": "EAAG-old", "verify_token": "ours"}')
    file.chmod(0o644)
    refused = token()
    assert (refused.code, "--replace" in refused.err) == (2, True)
    assert credential(tmp_path)["access_token"] == "EAAG-old"
    assert token("--replace").code == 0
    made = credential(tmp_path)
    assert (made["access_token"] != "EAAG-old", made["verify_token"]) == (True, "ours")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_empty_file_of_a_new_project_is_filled(token, tmp_path, meta):
    (tmp_path / "credentials.json").write_text('{"access_token": ""}')
    assert token().code == 0
    assert credential(tmp_path)["access_token"] == meta.access_token


def test_a_renewal_takes_the_app_from_the_file(token, tmp_path, meta):
    assert token().code == 0
    done = token("--replace", files=("--user-token-file", "-"), stdin=f"{meta.user_token}\n", app=False)
    assert done.code == 0, done.err


def test_one_of_several_credentials_is_written_by_its_name(token, tmp_path, meta):
    (tmp_path / "credentials.json").write_text('{"north": {"access_token": "EAAG-north"}, "south": {}}')
    assert "Choose one with --name" in token().err
    assert token("--name", "south").code == 0
    made = credential(tmp_path)
    assert (made["north"], made["south"]["access_token"]) == ({"access_token": "EAAG-north"}, meta.access_token)


def test_the_persons_token_is_kept_only_when_that_is_wanted(token, tmp_path, meta):
    token()
    assert "user_access_token" not in credential(tmp_path)
    token("--replace", "--with-user-token")
    kept = credential(tmp_path)["user_access_token"]
    assert (kept in meta._page.tokens, kept != meta.user_token) == (True, True)
    (ends,) = json.loads((tmp_path / ".adaptor" / "tokens.json").read_text()).values()
    assert 59 < (ends["expires_at"] - meta.now().timestamp()) / (24 * 3600) <= 60


def test_a_token_that_never_ends_is_not_exchanged(token, tmp_path, meta):
    # As that of a system user.
    meta._page.tokens["SANDBOX-SYSTEM"] = Token("user", "", meta.now())
    assert token(user="SANDBOX-SYSTEM").code == 0
    assert not [request for request in meta.requests if "oauth" in request.path]
    assert credential(tmp_path)["access_token"] == meta.access_token


def test_both_secrets_come_from_standard_input_or_the_environment(token, tmp_path, meta):
    files = ("--app-secret-file", "-", "--user-token-file", "-")
    assert token("-o", "one.json", files=files, stdin=f"{meta.app_secret}\n{meta.user_token}\n").code == 0
    env = {"ADAPTOR_USER_TOKEN": meta.user_token, "ADAPTOR_APP_SECRET": meta.app_secret, "ADAPTOR_APP_ID": meta.app_id}
    assert token("-o", "two.json", files=(), env=env, app=False).code == 0
    assert credential(tmp_path, "one.json") == credential(tmp_path, "two.json")


@pytest.mark.parametrize("wanted", ["OTHER CLINIC", "9"])
def test_a_page_is_chosen_by_its_name_or_its_id(token, tmp_path, meta, wanted):
    other = meta.add_page("9", "Other Clinic")
    # The sandbox answers for one Page alone, so it knows nothing of what this token may do.
    done = token("--page", wanted)
    assert (done.code, "lacks" in done.err) == (1, True)
    assert not (tmp_path / "credentials.json").exists()
    assert other not in done.err + done.out
    assert token("--page", meta.page_id).code == 0


@pytest.mark.parametrize(("words", "said"), [((), "Give --page"), (("--page", "Sunrise Clinik"), "Did you mean")])
def test_pages_are_listed_where_none_or_an_unknown_one_was_chosen(token, tmp_path, meta, words, said):
    meta.add_page("9", "Other\x1b[31m Clinic")
    done = token(*words)
    assert (done.code, said in done.err) == (2, True)
    assert "Sunrise Clinic (102030405060708)" in done.err
    assert "\x1b[31m" not in done.err
    assert not (tmp_path / "credentials.json").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"user": "EAAG-wrong"}, "does not accept the person's token"),
        ({"secret": "wrong"}, "does not accept the app's secret"),
    ],
)
def test_a_wrong_secret_is_named_and_nothing_is_written(token, tmp_path, given, said):
    done = token(**given)
    assert (done.code, said in done.err) == (1, True)
    assert "developers.facebook.com" in done.err
    assert not (tmp_path / "credentials.json").exists()


def test_an_unknown_app_is_named(token):
    done = token("--app-id", "12")
    assert (done.code, "does not accept the app's id" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (["pages_messaging"], "it lacks the permission pages_show_list"),
        (["pages_show_list"], "lacks pages_messaging"),
    ],
)
def test_a_missing_permission_is_named_and_nothing_is_written(token, tmp_path, meta, scopes, said):
    meta.grant(*scopes)
    done = token()
    assert (done.code, said in done.err) == (1, True)
    assert not (tmp_path / "credentials.json").exists()


def test_a_permission_that_many_jobs_need_is_only_a_warning(token, meta):
    meta.grant("pages_show_list", "pages_messaging", "pages_manage_metadata")
    done = token()
    assert done.code == 0
    assert "warning: The token lacks pages_read_engagement" in done.err


@pytest.mark.parametrize("files", [("--app-secret-file", "secret.txt"), ("--user-token-file", "user.txt")])
def test_what_is_missing_is_named_where_there_is_no_terminal(token, meta, files):
    done = token(files=files)
    assert (done.code, "there is no terminal to ask for it" in done.err) == (2, True)
    assert meta.requests == []


def test_a_badly_pasted_token_is_refused_before_meta_is_asked(token, meta):
    done = token(user="Bearer EAAG-token")
    assert (done.code, "begins with “Bearer ”" in done.err) == (2, True)
    assert "EAAG-token" not in done.err
    assert meta.requests == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "none/c.json"), "its folder does not exist"),
        (("-o", "c.yaml"), "written as JSON"),
        (("-o", "/dev/null"), "is no plain file"),
        (("-o", "-"), "is no plain file"),
        (("-o", "."), "is no plain file"),
        (("--name", "south", "-o", "user.txt"), "is not JSON"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_meta_is_asked(token, meta, words, said):
    done = token(*words)
    assert (done.code, said in done.err) == (2, True)
    assert meta.requests == []


def test_no_file_is_left_behind_where_meta_cannot_be_reached(token, meta, tmp_path):
    done = token("--base-url", "http://127.0.0.1:9")
    assert (done.code, "No connection" in done.err) == (1, True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["secret.txt", "user.txt"]


@pytest.mark.long
def test_a_terminal_asks_without_showing_secrets_and_lets_the_page_be_chosen(screen, meta, tmp_path):
    meta.add_page("9", "Other Clinic")
    shown = screen("adaptor", "config", "token", "--base-url", meta.url, columns=80)
    steps = shown.read("The app's id: ")
    assert "https://developers.facebook.com/tools/explorer" in steps
    assert "pages_show_list" in steps
    shown.type(f"{meta.app_id}\n")
    shown.read("The app's secret (not shown): ")
    shown.type(f"{meta.app_secret}\n")
    shown.read("The person's token (not shown): ")
    shown.type(f"{meta.user_token}\n")
    shown.read("Which one (number, name or id)? ")
    shown.type("7\n")
    shown.read("Which one (number, name or id)? ")
    shown.type("1\n")
    shown.read(None)
    assert shown.end() == 0
    assert credential(tmp_path)["page_id"] == meta.page_id
    for secret in (meta.app_secret, meta.user_token, meta.access_token):
        assert secret not in shown.raw


def test_an_interrupted_question_writes_nothing(screen, meta, tmp_path):
    shown = screen("adaptor", "config", "token", "--base-url", meta.url)
    shown.read("The app's id: ")
    os.kill(shown._process.pid, signal.SIGINT)
    shown.read(None)
    assert shown.end() == 130
    assert "Traceback" not in shown.raw
    assert list(tmp_path.iterdir()) == []


def test_an_end_of_input_is_no_answer(screen, meta):
    shown = screen("adaptor", "config", "token", "--base-url", meta.url)
    shown.read("The app's id: ")
    shown.type("\x04")
    assert "The question was not answered. Nothing was written." in shown.read(None)
    assert shown.end() == 2
