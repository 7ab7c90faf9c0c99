"""What a user reads is true in the small, too: ids, rows of one kind, singular and plural, what to do next."""

import json

import pytest

ANA = "6543210987654321"
HELLO = "send_text(state.data.psid, 'Hello')"


@pytest.fixture
def job(adaptor, meta, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps({"access_token": "EAAG-token", "base_url": meta.url, "max_retries": 0}))
    return lambda script, *words, **more: adaptor(script, "-c", "c.json", *words, **more)


@pytest.mark.parametrize(
    ("psid", "why"),
    [
        ("0", "is 0"),
        ("000", "is 0"),
        ("m.me/ana", "is an address, not a PSID"),
        ("https://m.me/ana", "is an address, not a PSID"),
        ("ana@example.org", "is an address, not a PSID"),
        (f"{ANA};6543210987654322", "holds several values"),
        (f"{ANA}|6543210987654322", "holds several values"),
    ],
)
def test_what_is_no_id_is_refused(job, meta, psid, why):
    for option in ("--dry-run", "-O"):
        done = job(f"send_text({psid!r}, 'Hello')", option)
        assert done.code != 0
        assert why in done.err
    assert not meta.accepted


def test_ids_that_are_not_digits_are_warned_of_with_the_first_one_and_their_number(job, adaptor):
    rows = "psid\nana\nben\n6543210987654321\ncid\nana\n"
    script = f"from pathlib import Path\ntry_each(Path('rows.csv'), {HELLO})\n"
    done = job(script, "--dry-run", files={"rows.csv": rows})
    assert "the id of a recipient is not made of digits, as PSIDs are: 'ana'." in done.err
    assert "3 different ids of a recipient are not made of digits" in done.err
    checked = adaptor(None, "job.py", command="check")
    assert "3 different ids are not made of digits" in checked.out + checked.err
    assert "The first is 'ana' (rows.csv, line 2)" in checked.out + checked.err


def test_a_key_with_an_invisible_sign_is_shown_with_its_name(job):
    done = job("send_text(state.data.psid, 'Hello')", "--dry-run", state={"data": {"\ufeffpsid": ANA}})
    assert "psid (with U+FEFF ZERO WIDTH NO-BREAK SPACE)" in done.err


def test_rows_of_one_kind_that_differ_are_listed_with_their_reasons(job):
    rows = f"psid,name\n{ANA},Ana\n{ANA},Ben,x\n{ANA},Cid,x,y\n"
    script = f"from pathlib import Path\ntry_each(Path('rows.csv'), {HELLO})\n"
    done = job(script, "--dry-run", files={"rows.csv": rows})
    assert "2 × UnreadableRow:" in done.err
    assert "row 2 (rows.csv, line 3): 3 values, but there are 2 columns." in done.err
    assert "row 3 (rows.csv, line 4): 4 values, but there are 2 columns." in done.err


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("http.put(URL, body={'a': 1})", "/put"),
        ("assign_label('7', '6543210987654321')", "/v26.0/7/label"),
        ("set_greeting('Hello')", "/v26.0/me/messenger_profile"),
    ],
)
def test_a_lost_call_that_a_resume_makes_again_says_so(job, meta, httpserver, operation, path):
    httpserver.expect_request(path).respond_with_data("", status=500)
    script = operation.replace("URL", repr(f"{meta.url}/put"))
    done = job(script)
    assert "A resume repeats it, which has no further effect." in done.err
    assert "fix:   Continue with --resume: the call is made again." in done.err
    assert "not repeated" not in done.err


def test_a_connection_that_is_refused_names_the_resume(job, tmp_path):
    (tmp_path / "c.json").write_text(
        json.dumps({"access_token": "EAAG-token", "base_url": "http://127.0.0.1:9", "max_retries": 0})
    )
    done = job(f"send_text('{ANA}', 'Hello')")
    assert "then continue with --resume" in done.err


def test_one_is_not_told_in_the_plural(job, meta):
    meta.at(1, lambda: meta.refusal(100))
    done = job(f"try_each([{{'psid': '{ANA}'}}], {HELLO})")
    assert "1 of 1 item did not succeed" in done.err
    meta.at(2, lambda: meta.refusal(100))
    done = job(f"broadcast([{{'psid': '{ANA}'}}], {HELLO}, batch_size=1)", "--fresh")
    assert "1 person: 1 failed" in done.err
    assert "1 of 1 message did not succeed" in done.err
