import pytest

PATH = "/v26.0/oauth/access_token"


def exchange(caller, method="POST", **others):
    sandbox = caller.sandbox
    given = {"grant_type": "fb_exchange_token", "client_id": sandbox.app_id, "client_secret": sandbox.app_secret}
    given |= {"fb_exchange_token": sandbox.user_token, **others}
    given = {key: value for key, value in given.items() if value is not None}
    return caller.request(method, PATH, **{"params" if method == "GET" else "data": given})


def pages_of(caller, token):
    return caller.get("/v26.0/me/accounts", headers={"Authorization": f"Bearer {token}"}).json()["data"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_long_lived_token_gives_a_token_of_the_page_that_does_not_end(caller, method):
    made = exchange(caller, method).json()
    assert (made["token_type"], made["expires_in"]) == ("bearer", 60 * 24 * 3600)
    assert pages_of(caller, made["access_token"])[0]["access_token"] == caller.sandbox.access_token


def test_the_token_that_a_short_lived_one_gives_ends_after_an_hour(caller, code):
    token = pages_of(caller, caller.sandbox.user_token)[0]["access_token"]
    caller.session.headers["Authorization"] = f"Bearer {token}"
    assert code(caller.get("/me")) == ("ok",)
    caller.sandbox.advance(hours=1)
    assert code(caller.get("/me")) == (190, 463)


def test_a_long_lived_token_ends_after_sixty_days(caller, code):
    token = exchange(caller).json()["access_token"]
    caller.sandbox.advance(days=60)
    caller.session.headers["Authorization"] = f"Bearer {token}"
    assert code(caller.get("/me/accounts")) == (190, 463)
    assert code(exchange(caller, fb_exchange_token=token)) == (190, 463)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"client_id": None}, (101, None)),
        ({"client_id": "1"}, (101, None)),
        ({"client_secret": "no"}, (1, None)),
        ({"fb_exchange_token": "no"}, (190, None)),
        ({"fb_exchange_token": None}, (100, None)),
        ({"grant_type": "password"}, (100, None)),
    ],
)
def test_an_exchange_is_refused_for_what_is_wrong(caller, code, wrong, expected):
    assert code(exchange(caller, **wrong)) == expected


def test_a_token_of_the_page_is_not_exchanged(caller, code):
    assert code(exchange(caller, fb_exchange_token=caller.sandbox.access_token)) == (190, None)


def test_no_page_is_shown_without_the_permission(caller):
    caller.sandbox.add_page("9", "Other")
    token = exchange(caller).json()["access_token"]
    assert [page["name"] for page in pages_of(caller, token)] == [caller.sandbox.page_name, "Other"]
    caller.sandbox.grant("pages_messaging")
    assert pages_of(caller, token) == []


def test_the_ends_of_a_token_are_told(caller):
    token = exchange(caller).json()["access_token"]
    app = {"Authorization": f"Bearer {caller.sandbox.app_token}"}
    found = caller.get("/v26.0/debug_token", params={"input_token": token}, headers=app).json()["data"]
    days = (found["expires_at"] - caller.sandbox.now().timestamp()) / 86400
    assert (found["type"], round(days)) == ("USER", 60)
    assert found["data_access_expires_at"] > found["expires_at"]
