import pytest

ANA = "6543210987654321"
INBOX = "263902037430900"
OTHER = "123456789"


@pytest.fixture
def desk(visit):
    """A Page whose new conversations go to this app, and a second app for people who answer by hand."""
    return visit(app={"id": "1"}, default_app="1", apps=[{"id": OTHER, "name": "Desk"}])


def act(caller, edge, **others):
    return caller.request("POST", f"/v26.0/me/{edge}", json={"recipient": {"id": ANA}, **others})


def owner(caller):
    found = caller.get("/me/thread_owner", params={"recipient": ANA}).json()["data"]
    return found[0]["thread_owner"]["app_id"] if found else None


def test_a_conversation_is_passed_on_and_taken_back(desk, code):
    desk.sandbox.person_writes(ANA, "hello")
    assert owner(desk) == "1"
    assert act(desk, "pass_thread_control", target_app_id=OTHER, metadata="see above").json() == {"success": True}
    assert owner(desk) == OTHER
    assert code(desk.send({"text": "hi"})) == (10, 2018300)
    assert code(act(desk, "pass_thread_control", target_app_id=INBOX)) == (100, 2534037)
    assert act(desk, "request_thread_control").json() == {"success": True}
    assert act(desk, "take_thread_control").json() == {"success": True}
    assert code(desk.send({"text": "hi"})) == ("ok",)


def test_an_idle_conversation_has_no_owner(desk):
    assert owner(desk) is None
    desk.sandbox.person_writes(ANA, "hello")
    act(desk, "release_thread_control")
    assert owner(desk) is None


def test_control_lapses_a_day_after_somebody_wrote_unless_it_is_extended(desk):
    desk.sandbox.person_writes(ANA, "hello")
    desk.sandbox.advance(hours=23)
    assert owner(desk) == "1"
    act(desk, "extend_thread_control", duration=3 * 86400)
    desk.sandbox.advance(days=2, hours=23)
    assert owner(desk) == "1"
    desk.sandbox.advance(hours=2)
    assert owner(desk) is None


@pytest.mark.parametrize(
    ("edge", "others", "expected"),
    [
        ("pass_thread_control", {"target_app_id": "99"}, (100, 2018164)),
        ("pass_thread_control", {"metadata": "x" * 1001}, (100, None)),
        ("pass_thread_control", {"recipient": {}}, (100, None)),
        ("extend_thread_control", {}, (100, None)),
        ("extend_thread_control", {"duration": 7 * 86400 + 1}, (100, None)),
        ("extend_thread_control", {"duration": "86400"}, ("ok",)),
        ("pass_thread_control", {}, ("ok",)),
    ],
)
def test_the_calls_check_what_they_are_given(desk, code, edge, others, expected):
    assert code(act(desk, edge, **others)) == expected


def test_only_the_default_app_takes_control(visit, code):
    caller = visit(app={"id": "1"}, default_app=OTHER, apps=[{"id": OTHER, "name": "Desk"}])
    caller.sandbox.person_writes(ANA, "hello")
    assert code(act(caller, "take_thread_control")) == (2018171, None)
    assert code(caller.send({"text": "hi"})) == (10, 2018300)


def test_a_message_passes_control_on_or_releases_it(desk, code):
    desk.sandbox.person_writes(ANA, "hello")
    control = {"control_type": "pass", "app_id": OTHER}
    assert code(desk.send({"text": "a colleague will answer"}, thread_control=control)) == ("ok",)
    assert owner(desk) == OTHER
    act(desk, "take_thread_control")
    assert code(desk.send({"text": "bye"}, thread_control={})) == ("ok",)
    assert owner(desk) is None


def test_without_routing_everybody_may_write(caller, code):
    caller.sandbox.person_writes(ANA, "hello")
    assert owner(caller) is None
    assert code(caller.send({"text": "hi"})) == ("ok",)


def test_the_other_apps_are_listed_up_to_v25(desk, code):
    found = desk.get("/v25.0/me/secondary_receivers", params={"fields": "id,name"}).json()["data"]
    assert found == [{"id": OTHER, "name": "Desk"}, {"id": INBOX, "name": "Page Inbox"}]
    for newer in ("/v26.0", "/v27.0", "/v28.0"):
        assert code(desk.get(f"{newer}/me/secondary_receivers")) == (2500, None)


def test_an_owner_is_asked_for_by_somebody_who_exists(visit, code):
    caller = visit(people=[])
    assert code(caller.get("/me/thread_owner")) == (100, None)
    assert code(caller.get("/me/thread_owner", params={"recipient": ANA})) == (100, 2018001)
