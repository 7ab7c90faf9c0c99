import pytest
from werkzeug import Response

from adaptor.sandbox import SandboxError
from adaptor.sandbox.meta.webhook_fields import FIELDS, MESSAGING

ANA = "6543210987654321"


def as_app(caller, method, path, **options):
    return caller.request(method, path, headers={"Authorization": f"Bearer {caller.sandbox.app_token}"}, **options)


@pytest.fixture
def hook(httpserver):
    """An address that answers the handshake, if the token is the right one."""

    def shake(request):
        if request.args["hub.mode"] != "subscribe" or request.args["hub.verify_token"] != "v":
            return Response("no", 403)
        return Response(request.args["hub.challenge"])

    httpserver.expect_request("/hook", method="GET").respond_with_handler(shake)
    return httpserver.url_for("/hook")


def test_what_a_page_that_answers_people_wants_to_hear_of_exists():
    assert set(MESSAGING) <= FIELDS


# Meta's page prints the text "true" where Graph answers with a boolean.
def test_a_page_is_subscribed_and_unsubscribed(caller, code):
    path = "/v26.0/me/subscribed_apps"
    assert caller.request("POST", path, params={"subscribed_fields": "messages,message_reads"}).json() == {
        "success": True
    }
    (found,) = caller.get(path).json()["data"]
    assert (found["id"], found["subscribed_fields"]) == (caller.sandbox.app_id, ["messages", "message_reads"])
    assert caller.request("DELETE", path).json() == {"success": True}
    assert caller.get(path).json() == {"data": []}
    assert code(caller.request("POST", path)) == (100, None)
    assert code(caller.request("POST", path, json={"subscribed_fields": ["mesages"]})) == (100, None)


def test_an_app_says_where_webhooks_go_once_the_address_has_answered(caller, code, hook):
    body = {"object": "page", "callback_url": hook, "fields": "messages,message_echoes", "verify_token": "v"}
    assert as_app(caller, "POST", "/v26.0/app/subscriptions", json=body).json() == {"success": True}
    (found,) = as_app(caller, "GET", f"/{caller.sandbox.app_id}/subscriptions").json()["data"]
    assert found == {
        "object": "page",
        "callback_url": hook,
        "active": True,
        "fields": [{"name": "messages", "version": "v26.0"}, {"name": "message_echoes", "version": "v26.0"}],
    }
    query = {"object": "page", "fields": "message_echoes"}
    assert code(as_app(caller, "DELETE", "/app/subscriptions", params=query)) == ("ok",)
    (found,) = as_app(caller, "GET", "/app/subscriptions").json()["data"]
    assert [each["name"] for each in found["fields"]] == ["messages"]
    as_app(caller, "DELETE", "/app/subscriptions")
    assert as_app(caller, "GET", "/app/subscriptions").json() == {"data": []}


def test_an_address_that_refuses_the_handshake_is_not_subscribed(caller, code, hook):
    body = {"object": "page", "callback_url": hook, "fields": "messages", "verify_token": "wrong"}
    response = as_app(caller, "POST", "/app/subscriptions", json=body)
    assert code(response) == (2200, None)
    assert "HTTP Status Code = 403" in response.json()["error"]["message"]
    assert as_app(caller, "GET", "/app/subscriptions").json() == {"data": []}


@pytest.mark.parametrize(
    "changes",
    [{"object": "cat"}, {"callback_url": ""}, {"callback_url": "hook"}, {"verify_token": ""}, {"fields": "mesages"}],
)
def test_a_subscription_needs_everything_that_meta_asks_for(caller, code, hook, changes):
    body = {"object": "page", "callback_url": hook, "fields": "messages", "verify_token": "v", **changes}
    assert code(as_app(caller, "POST", "/app/subscriptions", json=body)) == (100, None)


def test_each_token_is_good_for_its_own_calls(caller, code):
    assert code(caller.get("/app/subscriptions")) == (15, None)
    assert code(as_app(caller, "GET", "/me/personas")) == (2500, None)
    assert code(as_app(caller, "GET", f"/{caller.sandbox.page_id}/personas")) == (190, 2069032)
    caller.session.headers["Authorization"] = f"Bearer {caller.sandbox.user_token}"
    assert code(caller.get(f"/{caller.sandbox.page_id}/personas")) == (190, 2069032)
    (page,) = caller.get("/me/accounts").json()["data"]
    assert page["id"] == caller.sandbox.page_id
    caller.session.headers["Authorization"] = f"Bearer {page['access_token']}"
    assert caller.get("/me").json()["id"] == caller.sandbox.page_id


def debug(caller, token):
    return as_app(caller, "GET", "/v26.0/debug_token", params={"input_token": token}).json()["data"]


def test_a_token_is_examined(caller, code):
    found = debug(caller, caller.sandbox.access_token)
    assert (found["type"], found["is_valid"], found["profile_id"]) == ("PAGE", True, caller.sandbox.page_id)
    assert "pages_messaging" in found["scopes"]
    assert debug(caller, caller.sandbox.app_token)["type"] == "APP"
    assert debug(caller, caller.sandbox.user_token)["type"] == "USER"
    assert debug(caller, "wrong") == {
        "error": {"code": 190, "message": "Invalid OAuth access token."},
        "is_valid": False,
        "scopes": [],
    }
    caller.sandbox.expire_token(460)
    found = debug(caller, caller.sandbox.access_token)
    assert (found["is_valid"], found["error"]["subcode"]) == (False, 460)
    assert code(as_app(caller, "GET", "/debug_token")) == (100, None)


def test_a_token_that_expires_is_refused_until_it_is_renewed(caller, code):
    caller.sandbox.expire_token()
    response = caller.send({"text": "hi"})
    assert code(response) == (190, 463)
    assert "invalid_token" in response.headers["WWW-Authenticate"]
    caller.sandbox.renew_token()
    assert code(caller.send({"text": "hi"})) == ("ok",)


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 492, None])
def test_a_token_is_refused_for_the_reason_that_is_wanted(caller, code, subcode):
    caller.sandbox.expire_token(subcode)
    assert code(caller.get("/me")) == (190, subcode)
    with pytest.raises(SandboxError, match="must be one of 458"):
        caller.sandbox.expire_token(7)


def test_no_record_keeps_the_token_that_an_answer_gave_out(caller):
    caller.session.headers["Authorization"] = f"Bearer {caller.sandbox.user_token}"
    given = caller.get("/me/accounts").json()["data"][0]["access_token"]
    body = {"grant_type": "fb_exchange_token", "client_id": caller.sandbox.app_id}
    body |= {"client_secret": caller.sandbox.app_secret, "fb_exchange_token": caller.sandbox.user_token}
    long = caller.request("POST", "/oauth/access_token", data=body).json()["access_token"]
    for secret in (given, long, caller.sandbox.user_token, caller.sandbox.app_secret):
        assert secret not in repr(caller.sandbox._page.exchanges)


def test_calls_of_the_app_have_the_usage_header_of_apps(caller):
    headers = as_app(caller, "GET", "/app").headers
    assert "x-app-usage" in headers
    assert "x-business-use-case-usage" not in headers
