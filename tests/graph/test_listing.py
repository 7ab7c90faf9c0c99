"""Lists that come in pages: each is asked for when it is needed, and none that is not."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Response

from adaptor import PermissionMissing, WrongCall, each, fn, state, try_each
from adaptor.common.loop import map_
from adaptor.core.run.context import Run
from adaptor.core.values.page_id import PAGE_ID
from adaptor.graph.draft import Draft
from adaptor.graph.listing import listing, next_place
from adaptor.graph.needs import Need

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer


@listing(needs=Need())
def list_things(*, fields: Any = None, limit: Any = None) -> Draft:
    """List things."""
    return Draft("GET", [PAGE_ID, "things"], params={"fields": fields, "limit": limit})


@pytest.fixture
def pages(httpserver: HTTPServer) -> Callable[..., str]:
    """Serve a list of numbers in pages of three, and return where."""
    import json

    def serve(total: int, *, size: int = 3, empty_first: bool = False) -> str:
        def answer(request: Any) -> Response:
            given = request.args.to_dict()
            start = int(given.pop("after", "c0")[1:])
            most = min(int(given.get("limit", size)), size)
            items = [] if empty_first and "after" not in request.args else list(range(start, min(start + most, total)))
            following = f"c{start + len(items)}"
            paging: dict[str, Any] = {"cursors": {"before": f"c{start}", "after": following}}
            if start + len(items) < total:
                paging["next"] = f"https://elsewhere.invalid/v26.0/things?access_token=T&limit=25&after={following}"
            return Response(json.dumps({"data": items, "paging": paging}), mimetype="application/json")

        httpserver.expect_request("/v26.0/me/things").respond_with_handler(answer)
        return httpserver.url_for("")

    return serve


def asked(httpserver: HTTPServer) -> list[dict[str, str]]:
    return [request.args.to_dict() for request, _ in httpserver.log]


def test_all_pages_become_one_list(httpserver: HTTPServer, pages: Any, state_for: Any) -> None:
    after = list_things(fields="id,name")(state_for(pages(7)))
    assert after["data"] == [0, 1, 2, 3, 4, 5, 6]
    assert asked(httpserver) == [
        {"fields": "id,name"},
        {"fields": "id,name", "after": "c3"},
        {"fields": "id,name", "after": "c6"},
    ]
    assert after["response"]["status_code"] == 200
    assert after["references"] == [{}]


@pytest.mark.parametrize(("limit", "calls"), [(1, 1), (3, 1), (4, 2), (7, 3), (100, 3)])
def test_a_limit_asks_for_no_more_than_is_wanted(
    httpserver: HTTPServer, pages: Any, state_for: Any, limit: int, calls: int
) -> None:
    after = list_things(limit=limit)(state_for(pages(7)))
    assert after["data"] == list(range(min(limit, 7)))
    assert len(asked(httpserver)) == calls
    assert asked(httpserver)[0] == {"limit": str(limit)}


def test_a_limit_above_a_page_asks_for_whole_pages(httpserver: HTTPServer, pages: Any, state_for: Any) -> None:
    after = list_things(limit=250)(state_for(pages(1000, size=100)))
    assert after["data"] == list(range(250))
    assert [query["limit"] for query in asked(httpserver)] == ["100", "100", "50"]


def test_an_empty_page_is_not_the_end(pages: Any, state_for: Any, httpserver: HTTPServer) -> None:
    address = pages(4, empty_first=True)
    # The cursor of an empty page stands where the list begins.
    assert list_things()(state_for(address))["data"] == [0, 1, 2, 3]


def test_a_list_without_pages_is_read_once(httpserver: HTTPServer, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/me/things").respond_with_json({"data": ["a"]})
    assert list_things()(state_for(httpserver.url_for("")))["data"] == ["a"]
    assert len(httpserver.log) == 1


def test_a_place_that_does_not_move_on_is_read_once_more_at_most(httpserver: HTTPServer, state_for: Any) -> None:
    answer = {"data": ["a"], "paging": {"cursors": {"after": "same"}, "next": "https://x.invalid/?after=same"}}
    httpserver.expect_request("/v26.0/me/things").respond_with_json(answer)
    assert list_things()(state_for(httpserver.url_for("")))["data"] == ["a", "a"]


def test_a_next_page_without_cursors_is_found_by_its_other_parameters(httpserver: HTTPServer, state_for: Any) -> None:
    first = {"data": [1], "paging": {"next": "https://x.invalid/v26.0/things?access_token=T&until=5&__paging_token=p"}}
    httpserver.expect_ordered_request("/v26.0/me/things").respond_with_json(first)
    httpserver.expect_ordered_request("/v26.0/me/things").respond_with_json({"data": [2]})
    assert list_things()(state_for(httpserver.url_for("")))["data"] == [1, 2]
    assert asked(httpserver)[1] == {"until": "5", "__paging_token": "p"}


def test_a_loop_asks_for_a_page_when_it_gets_there(httpserver: HTTPServer, pages: Any, state_for: Any) -> None:
    calls: list[int] = []
    look = fn(lambda s: (calls.append(len(httpserver.log)), s)[1])
    after = each(list_things(), look)(state_for(pages(7)))
    assert calls == [1, 1, 1, 2, 2, 2, 3]
    assert (after["data"], after["index"]) == (6, 6)


def test_a_loop_that_stops_asks_for_no_further_page(httpserver: HTTPServer, pages: Any, state_for: Any) -> None:
    def stop(s: dict[str, Any]) -> dict[str, Any]:
        if s["data"] == 1:
            raise ValueError("enough")
        return s

    with pytest.raises(Exception, match="enough"):
        each(list_things(), fn(stop))(state_for(pages(7)))
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("loop", [try_each, lambda source, op: map_(source, lambda item, index, s: item)])
def test_every_loop_takes_a_list_as_its_source(pages: Any, state_for: Any, loop: Any) -> None:
    after = loop(list_things(limit=5), fn(lambda s: s))(state_for(pages(7)))
    assert after["data"] in (4, [0, 1, 2, 3, 4])


def test_the_items_can_be_taken_one_by_one_without_a_job(httpserver: HTTPServer, pages: Any, state_for: Any) -> None:
    items = list_things().items(state_for(pages(7)))
    assert [next(items), next(items)] == [0, 1]
    items.close()
    assert len(httpserver.log) == 1


def test_an_error_in_a_later_page_names_the_list_and_where_the_loop_was(
    httpserver: HTTPServer, state_for: Any, run: Run
) -> None:
    first = {"data": [1, 2], "paging": {"next": "https://x.invalid/?after=b", "cursors": {"after": "b"}}}
    httpserver.expect_ordered_request("/v26.0/me/things").respond_with_json(first)
    httpserver.expect_ordered_request("/v26.0/me/things").respond_with_json(
        {"error": {"message": "no", "code": 10}}, status=400
    )
    with pytest.raises(PermissionMissing) as raised:
        each(list_things(), fn(lambda s: s))(state_for(httpserver.url_for("")))
    assert raised.value.operation == "list_things"
    assert raised.value.place == "each[1] · list_things"


@pytest.mark.parametrize(
    ("limit", "shown"), [(0, "0"), (-1, "-1"), (True, "True"), ("5", "a str"), (2.5, "a float"), ([], "a list")]
)
def test_a_limit_that_is_none_is_refused_when_it_is_written(limit: Any, shown: str) -> None:
    with pytest.raises(WrongCall, match=f"^`limit` is {shown}\\.$") as refused:
        list_things(limit=limit)
    assert refused.value.fix == "Give a whole number from 1 on, or leave it out for all."


def test_a_lazy_limit_is_read_when_it_runs(httpserver: HTTPServer, pages: Any, state_for: Any) -> None:
    start = {**state_for(pages(7)), "data": {"most": 2}}
    assert list_things(limit=state.data.most)(start)["data"] == [0, 1]


def test_a_loop_over_a_list_is_a_value() -> None:
    loop = each(list_things(limit=5), fn(len))
    assert repr(loop) == "each(list_things(limit=5), fn(len))"
    assert loop == each(list_things(limit=5), fn(len))
    assert pickle.loads(pickle.dumps(loop)) == loop


def test_a_list_is_read_in_a_dry_run_too(pages: Any, state_for: Any) -> None:
    address = pages(2)
    with Run(dry_run=True):
        assert list_things()(state_for(address))["data"] == [0, 1]


def test_the_address_of_the_next_page_is_never_followed(httpserver: HTTPServer, pages: Any, state_for: Any) -> None:
    list_things()(state_for(pages(7)))
    assert all("access_token" not in query for query in asked(httpserver))


@pytest.mark.parametrize(
    ("paging", "place"),
    [
        ({"next": "https://x.example/?after=q&limit=3", "cursors": {"after": "c"}}, {"after": "c"}),
        ({"next": "https://x.example/?after=q&limit=3"}, {"after": "q"}),
        ({"next": "https://x.example/?after=q", "cursors": {"after": 7}}, {"after": "q"}),
        ({"next": "https://x.example/?after=q", "cursors": "c"}, {"after": "q"}),
        ({"next": "https://x.example/?offset=25&pretty=0&appsecret_proof=p&access_token=t"}, {"offset": "25"}),
        ({"cursors": {"after": "c"}}, {}),
        ({"next": None, "cursors": {"after": "c"}}, {}),
        (None, {}),
    ],
)
def test_the_next_page_is_known_by_its_cursor_or_else_by_the_parameters_of_its_address(paging: Any, place: Any) -> None:
    assert next_place({"data": [], "paging": paging}) == place


def test_without_an_object_there_is_no_next_page() -> None:
    assert next_place([1, 2]) == {}


def test_a_declared_list_knows_its_needs_and_takes_no_state() -> None:
    need = Need("pages_messaging")

    def list_words(*, limit: Any = None) -> Draft:
        return Draft("GET", [PAGE_ID, "words"], params={"limit": limit})

    declared = listing(needs=need)(list_words)
    assert (declared.__name__, declared().needs().permissions) == ("list_words", need.permissions)
    assert declared(limit=3).describe({}).params == {"limit": 3}


def test_a_list_that_is_performed_is_entered_once(httpserver: HTTPServer, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/me/things").respond_with_json({"error": {"code": 10, "message": "no"}}, 400)
    with pytest.raises(PermissionMissing) as raised:
        list_things()(state_for(httpserver.url_for("")))
    assert raised.value.place == "list_things"
