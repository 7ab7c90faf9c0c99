import json
import os
import re
import stat

ANA = "6543210987654321"
JOB = (
    f"send_text(state.data.psid, f'Hello {{state.data.name}}!')\nsend_image('{ANA}', 'https://clinic.example/a.png')\n"
)
STATE = {"data": {"psid": ANA, "name": "Ana </script><b>"}}
SECRET = "EAAG-very-secret-token-of-a-page"


def shown(file):
    """The data of a page, as its own script reads it."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', file.read_text(encoding="utf-8"))
    return json.loads(found[1])


def texts(data):
    return [item["payload"].get("text") for room in data["rooms"].values() for item in room["items"]]


def test_a_sandbox_run_is_drawn(adaptor, tmp_path):
    done = adaptor(JOB, "--sandbox", "--preview", "seen.html", state=STATE)
    assert done.code == 0
    assert "What people see: seen.html" in done.err
    data = shown(tmp_path / "seen.html")
    assert texts(data) == ["Hello Ana </script><b>!", None]
    assert data["sent"] is True
    assert "read_at" in data["rooms"][ANA]


def test_a_dry_run_is_drawn_and_nothing_of_it_counts_as_sent(adaptor, tmp_path):
    done = adaptor(JOB, "--dry-run", "--preview", "seen.html", state=STATE)
    assert done.code == 0
    assert len(done.out.splitlines()) == 2
    data = shown(tmp_path / "seen.html")
    assert texts(data)[0] == "Hello Ana </script><b>!"
    assert data["sent"] is False
    assert data["note"] == "Preview: nothing was sent"


def test_a_dry_run_knows_the_people_beside_the_job(adaptor, tmp_path):
    people = {"page": {"name": "Sunrise Clinic"}, "people": [{"id": ANA, "first_name": "Ana"}, {"id": "77"}]}
    adaptor(JOB, "--dry-run", "--preview", "seen.html", state=STATE, files={"sandbox.json": json.dumps(people)})
    data = shown(tmp_path / "seen.html")
    assert data["page"]["name"] == "Sunrise Clinic"
    # Nothing happens to the other one.
    assert [person["name"] for person in data["people"]] == ["Ana"]


def test_a_local_picture_stands_in_the_page(adaptor, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\nnot much of a picture")
    job = "from pathlib import Path\nsend_image(state.data.psid, Path('a.png'))\n"
    for how in ("--dry-run", "--sandbox"):
        done = adaptor(job, how, "--preview", "seen.html", state=STATE)
        assert done.code == 0, done.err
        assert [url[:22] for url in shown(tmp_path / "seen.html")["files"].values()] == ["data:image/png;base64,"]


def test_check_draws_what_is_known(adaptor, tmp_path):
    job = (
        "each(state.data.rows, send_text(state.data.psid, f'Hello {state.data.name}!',"
        " quick_replies=[quick_reply('Yes'), quick_reply(state.data.no)]))\n"
        "send_utility(state.data.psid, 'reminder', [state.data.name, 'Monday'])\n"
    )
    done = adaptor(job, "--preview", "seen.html", command="check")
    assert done.code == 0
    assert "Drawn, with 2 messages: seen.html" in done.err
    data = shown(tmp_path / "seen.html")
    assert list(data["rooms"]) == ["{state.data.psid}"]
    first, second = data["rooms"]["{state.data.psid}"]["items"]
    assert first["payload"]["text"] == "Hello {state.data.name}!"
    assert [reply["title"] for reply in first["payload"]["quick_replies"]] == ["Yes", "{state.data.no}"]
    parameters = second["payload"]["template"]["components"][0]["parameters"]
    assert [each["text"] for each in parameters] == ["{state.data.name}", "Monday"]


def test_check_draws_nothing_where_there_is_nothing(adaptor, tmp_path):
    done = adaptor("log('hi')", "--preview", "seen.html", command="check")
    assert "Drawn, with no message: seen.html" in done.err
    assert shown(tmp_path / "seen.html")["people"] == []


def test_no_secret_is_in_the_page(adaptor, tmp_path):
    state = {**STATE, "configuration": {"access_token": SECRET, "app_secret": "0123456789abcdef-secret"}}
    job = "send_text(state.data.psid, f'The token is {state.configuration.access_token}')\n"
    done = adaptor(job, "--dry-run", "--preview", "seen.html", state=state)
    assert done.code in (0, 1)
    assert SECRET not in done.written().replace(json.dumps(state), "")


def test_only_the_owner_may_read_it(adaptor, tmp_path):
    adaptor(JOB, "--sandbox", "--preview", "seen.html", state=STATE)
    assert stat.S_IMODE(os.stat(tmp_path / "seen.html").st_mode) == 0o600


def test_a_preview_of_a_real_run_is_refused(adaptor):
    done = adaptor(JOB, "--preview", "seen.html", state=STATE)
    assert done.code == 2
    assert "--preview goes with --sandbox or --dry-run" in done.err


def test_a_place_that_cannot_be_written_is_told_before_anything_runs(adaptor):
    done = adaptor(JOB, "--sandbox", "--preview", "nowhere/seen.html", state=STATE)
    assert done.code == 2
    assert "nowhere/seen.html cannot be written" in done.err
    done = adaptor(JOB, "--preview", "nowhere/seen.html", command="check")
    assert done.code == 2
    assert "nowhere/seen.html cannot be written" in done.err
