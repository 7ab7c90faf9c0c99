def test_packs_and_their_stickers_are_listed(caller, code):
    packs = caller.get("/v26.0/sticker_packs").json()["data"]
    assert all(pack["id"].isdigit() and pack["name"] for pack in packs)
    stickers = caller.get(f"/v26.0/sticker_packs/{packs[0]['id']}/stickers").json()["data"]
    assert stickers
    assert code(caller.send({"sticker_id": stickers[0]["id"]})) == ("ok",)
    assert code(caller.get("/sticker_packs/1/stickers")) == (100, 33)


def test_stickers_are_searched(caller, code):
    found = caller.get("/sticker_search", params={"q": "THANK", "locale": "en_US"}).json()["data"]
    assert [each["label"] for each in found] == ["Thank you"]
    assert caller.get("/sticker_search", params={"q": "zebra"}).json() == {"data": []}
    assert code(caller.get("/sticker_search")) == (100, None)


def test_the_apps_token_is_good_for_stickers(caller):
    headers = {"Authorization": f"Bearer {caller.sandbox.app_token}"}
    assert caller.get("/sticker_packs", headers=headers).status_code == 200
