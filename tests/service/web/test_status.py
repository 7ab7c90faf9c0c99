"""The status page: who sees it, what it shows, and its button; and the metrics."""

from __future__ import annotations

import json

import pytest
import requests

from ..processes import PAGE, PSID, message, write_bot

TOKEN = "status-token-0123456789"


@pytest.fixture
def service(tmp_path, sandbox, serve):
    """A service with a run that has failed."""
    write_bot(tmp_path, sandbox, "fn(lambda state: state['data']['gone'])", status_token=TOKEN)
    server = serve()
    assert server.post(message(text="Hello <b>world</b>")) == 200
    server.wait_for("hook: failed")
    server.base = server.url.removesuffix("/webhook")
    return server


@pytest.fixture
def session(service):
    made = requests.Session()
    answer = made.post(f"{service.base}/status/sign-in", data={"token": TOKEN}, timeout=60)
    assert answer.status_code == 200
    return made


def _form(text):
    return text.split('name="form" value="')[1].split('"')[0], text.split('name="run" value="')[1].split('"')[0]


@pytest.mark.long
def test_only_who_has_the_token_sees_the_page_and_the_metrics(service, session):
    for path in ("/status", "/status?runs=all", "/status/thread?page=1&psid=2", "/metrics"):
        answer = requests.get(service.base + path, timeout=60)
        assert answer.status_code == 401
        assert PSID not in answer.text
    wrong = requests.post(f"{service.base}/status/sign-in", data={"token": "wrong"}, timeout=60)
    assert wrong.status_code == 403
    assert "Set-Cookie" not in wrong.headers
    forged = {"adaptor_status": "9999999999." + "0" * 64}
    assert requests.get(f"{service.base}/status", cookies=forged, timeout=60).status_code == 401
    assert session.get(f"{service.base}/status", timeout=60).status_code == 200
    cookie = session.cookies._cookies["127.0.0.1"]["/status"]["adaptor_status"]
    assert TOKEN not in cookie.value
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert TOKEN not in "\n".join(service.lines)


@pytest.mark.long
def test_a_name_of_another_site_that_leads_here_is_refused(service, session):
    for host in ("evil.example", "evil.example:8400", "127.0.0.1.evil.example"):
        answer = session.get(f"{service.base}/status", headers={"Host": host}, timeout=60)
        assert answer.status_code == 421
        assert PSID not in answer.text


@pytest.mark.long
def test_the_page_shows_runs_people_and_pages_but_no_texts(service, session):
    answer = session.get(f"{service.base}/status?runs=all", timeout=60)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert "style=" not in answer.text
    assert PSID in answer.text
    assert PAGE in answer.text
    assert "failed" in answer.text
    thread = session.get(f"{service.base}/status/thread", params={"page": PAGE, "psid": PSID}, timeout=60)
    assert "messages" in thread.text
    assert "world" not in answer.text + thread.text
    assert session.get(f"{service.base}/status/thread?page=1&psid=2", timeout=60).status_code == 404


def test_texts_are_shown_where_that_is_allowed_and_none_is_markup(tmp_path, sandbox, serve):
    write_bot(tmp_path, sandbox, "fn(lambda state: state)", status_token=TOKEN)
    server = serve("--status-texts")
    server.post(message(text="Hello <b>world</b>"))
    url = server.url.replace("/webhook", "/status/thread")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.get(url, params={"page": PAGE, "psid": PSID}, headers=headers, timeout=60)
    assert "Hello &lt;b&gt;world&lt;/b&gt;" in answer.text


@pytest.mark.long
def test_the_button_retries_a_run_once_and_no_other_site_can_press_it(service, session):
    form, run = _form(session.get(f"{service.base}/status", timeout=60).text)
    url, fields = f"{service.base}/status/retry", {"form": form, "run": run}
    refused = [
        requests.post(url, data=fields, timeout=60),
        session.post(url, data={**fields, "form": "0" * 64}, timeout=60),
        session.post(url, data=fields, headers={"Origin": "https://evil.example"}, timeout=60),
        session.post(url, data=fields, headers={"Sec-Fetch-Site": "cross-site"}, timeout=60),
        session.post(url, data=fields, headers={"Host": "evil.example"}, timeout=60),
    ]
    assert [each.status_code for each in refused] == [403] * 5
    assert session.post(url, data=fields, timeout=60).status_code == 200
    service.wait_for(f"{run}  It was queued again on the status page")
    service.wait_for(f"{run}  hook: failed", 2)


@pytest.mark.long
def test_metrics_follow_the_conventions_and_name_nobody(service, session):
    answer = requests.get(f"{service.base}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    lines = answer.text.splitlines()
    for wanted in (
        'adaptor_webhook_events_total{outcome="new"} 1.0',
        'adaptor_run_attempts_total{status="failed"} 1.0',
        'adaptor_runs{status="queued"} 0.0',
        "adaptor_database_up 1.0",
        'adaptor_http_requests_total{code="200",endpoint="webhook"} 1.0',
    ):
        assert wanted in lines
    assert PSID not in answer.text
    assert PAGE not in answer.text
    for path in ("/nowhere-1", "/nowhere-2"):
        requests.get(service.base + path, timeout=60)
    again = requests.get(f"{service.base}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
    assert "nowhere" not in again.text


def test_a_short_token_is_refused_and_without_one_there_is_no_page(tmp_path, sandbox, serve):
    write_bot(tmp_path, sandbox, "fn(lambda state: state)", status_token="short")
    server = serve()
    assert server.wait_for("it can be guessed")
    assert server.process.wait(30) == 2
    write_bot(tmp_path, sandbox, "fn(lambda state: state)")
    server = serve()
    base = server.url.removesuffix("/webhook")
    assert requests.get(f"{base}/status", timeout=60).status_code == 404
    assert requests.get(f"{base}/metrics", timeout=60).status_code == 200


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_in_a_browser(service, browser, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(color_scheme=scheme)
    # What is replaced while it is looked at would be no finding.
    context.route("**/status.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    window = context.new_page()
    broken = []
    window.on("pageerror", lambda error: broken.append(str(error)))
    window.goto(f"{service.base}/status")
    assert axe.Axe().run(window).response["violations"] == []
    window.fill("#token", TOKEN)
    # With its style sheet: without it the colours would be those of no page.
    with window.expect_navigation():
        window.click("button")
    window.wait_for_selector("#dead button")
    assert axe.Axe().run(window).response["violations"] == []
    with window.expect_navigation():
        window.click("#dead button")
    service.wait_for("It was queued again on the status page")
    with window.expect_navigation():
        window.click("#people a")
    assert axe.Axe().run(window).response["violations"] == []
    context.close()
    assert broken == []


@pytest.mark.long
@pytest.mark.browser
def test_the_page_is_kept_up_to_date_while_it_is_open(service, browser):
    window = browser.new_page()
    window.clock.install()
    window.goto(f"{service.base}/status")
    window.fill("#token", TOKEN)
    window.click("button")
    window.wait_for_selector("#dead button")
    window.evaluate("document.activeElement.blur()")
    assert service.post(message("999", "Hi")) == 200
    window.clock.fast_forward(6000)
    window.wait_for_selector("#people a:has-text('999')")
    window.close()


@pytest.mark.long
def test_a_run_is_followed_by_its_log_lines_and_all_runs_by_their_states(service, forks, tmp_path):
    run = service.wait_for(r"(\S+)  hook: failed")[0]
    found = forks.run(["runs", "tail", run, "--format", "json"], cwd=tmp_path)
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 1
    assert any("KeyError" in line.get("message", "") for line in lines)
    assert lines[-1]["status"] == "failed"
