import pytest

ANA = {
    "id": "6543210987654321",
    "first_name": "Ana",
    "last_name": "Lima",
    "locale": "pt_BR",
    "timezone": -3,
    "gender": "female",
    "profile_pic": "https://example.com/ana.png",
}


@pytest.mark.parametrize("name", ["me", "102030405060708"])
def test_the_page_tells_its_name_and_id(visit, name):
    caller = visit(page={"id": "102030405060708", "name": "Sunrise Clinic"})
    assert caller.get(f"/v26.0/{name}").json() == {"name": "Sunrise Clinic", "id": "102030405060708"}
    assert caller.get(f"/v26.0/{name}?fields=name").json() == {"name": "Sunrise Clinic", "id": "102030405060708"}
    assert caller.get(f"/v26.0/{name}?fields=id").json() == {"id": "102030405060708"}


def test_a_field_that_does_not_exist_is_refused(caller, code):
    response = caller.get("/me?fields=nme")
    assert code(response) == (100, None)
    assert "(nme)" in response.json()["error"]["message"]


def test_a_profile_has_what_was_asked_for_and_the_id(visit):
    caller = visit(people=[ANA])
    path = f"/v26.0/{ANA['id']}"
    default = {key: ANA[key] for key in ("first_name", "last_name", "profile_pic", "id")}
    assert caller.get(path).json() == default
    assert caller.get(path, params={"fields": "name, locale,timezone,gender"}).json() == {
        "name": "Ana Lima",
        "locale": "pt_BR",
        "timezone": -3,
        "gender": "female",
        "id": ANA["id"],
    }


def test_what_a_person_has_not_set_is_left_out(visit):
    caller = visit(people=[{"id": "1"}])
    assert caller.get("/1", params={"fields": "first_name,name"}).json() == {"id": "1"}


# Whatever id is asked for is a person's: reading other Pages, which needs a feature of its own, is not simulated.
def test_in_an_open_house_everybody_has_a_name(caller):
    assert caller.get("/6543210987654321?fields=name").json()["name"] == "Person 4321"
