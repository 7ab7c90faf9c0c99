"""Every limit besides those of messages, at its edge: what Meta takes goes out, one more is refused before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from adaptor import (
    InvalidMessage,
    extend_thread_control,
    ice_breaker,
    menu_item,
    pass_thread_control,
    release_thread_control,
    set_commands,
    set_get_started,
    set_greeting,
    set_ice_breakers,
    set_messenger_profile,
    set_persistent_menu,
    set_user_menu,
    set_whitelisted_domains,
    state,
    take_thread_control,
)
from adaptor.messenger.rules.limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"
PAGES = ("/reference/messenger-profile-api/", "/persistent-menu", "/conversation-routing")


class Edge(NamedTuple):
    """One limit: how a call with `value` in that place is built, and the most that is taken."""

    limit: str
    field: str
    most: int
    build: Callable[[Any], Any]
    many: Callable[[int], Any] = "x".__mul__


def items(count: int) -> list[Any]:
    return [menu_item(f"Item {number}") for number in range(count)]


def questions(count: int) -> list[Any]:
    return [ice_breaker(f"Question {number}?") for number in range(count)]


def commands(count: int) -> list[Any]:
    return [{"name": f"c{number}", "description": "What it does"} for number in range(count)]


def domains(count: int) -> list[str]:
    return [f"https://{number}.example.org" for number in range(count)]


def one_command(**fields: Any) -> Any:
    return set_commands([{"name": "hours", "description": "When we are open", **fields}])


EDGES = [
    Edge("get_started.payload", "get_started.payload", 1000, set_get_started),
    Edge("greeting.text", "greeting[0].text", 160, set_greeting),
    Edge("greeting.text", "greeting[1].text", 160, lambda text: set_greeting({"default": "Hello!", "de_DE": text})),
    Edge("greeting.text", "greeting[0].text", 160, lambda text: set_messenger_profile(greeting=text)),
    Edge("ice_breakers", "ice_breakers[0].call_to_actions", 4, set_ice_breakers, questions),
    Edge("ice_breakers", "ice_breakers", 4, lambda given: set_messenger_profile({"ice_breakers": given}), questions),
    Edge("persistent_menu", "persistent_menu[0].call_to_actions", 20, set_persistent_menu, items),
    Edge("persistent_menu", "persistent_menu[0].call_to_actions", 20, lambda given: set_user_menu(ANA, given), items),
    Edge(
        "persistent_menu.title",
        "persistent_menu[0].call_to_actions[0].title",
        30,
        lambda text: set_persistent_menu([{"type": "postback", "title": text, "payload": "P"}]),
    ),
    Edge("commands", "commands[0].commands", 100, set_commands, commands),
    Edge("command.name", "commands[0].commands[0].name", 32, lambda text: one_command(name=text)),
    Edge("command.description", "commands[0].commands[0].description", 64, lambda text: one_command(description=text)),
    Edge("whitelisted_domains", "whitelisted_domains", 50, set_whitelisted_domains, domains),
    Edge("thread_control.metadata", "metadata", 1000, lambda text: take_thread_control(ANA, metadata=text)),
    Edge("thread_control.metadata", "metadata", 1000, lambda text: pass_thread_control(ANA, metadata=text)),
    Edge("thread_control.metadata", "metadata", 1000, lambda text: release_thread_control(ANA, metadata=text)),
    Edge("thread_control.duration", "duration", 604800, lambda given: extend_thread_control(ANA, given), int),
]
NAMED = pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.field}-{EDGES.index(edge)}")


def test_every_limit_of_these_pages_is_tested_at_its_edge() -> None:
    of_pages = {name for name, limit in LIMITS.items() if any(page in limit.source for page in PAGES)}
    assert {edge.limit for edge in EDGES} == of_pages


@NAMED
def test_as_much_as_meta_takes_goes_out(meta: Any, edge: Edge) -> None:
    meta(edge.build(edge.many(edge.most)))
    meta(edge.build(state.data.value), data={"value": edge.many(edge.most)})


@NAMED
def test_one_more_is_refused_when_it_is_built(edge: Edge) -> None:
    with pytest.raises(InvalidMessage) as refused:
        edge.build(edge.many(edge.most + 1))
    assert refused.value.details == {"field": edge.field, "limit": edge.most, "actual": edge.most + 1}
    assert (refused.value.sent, refused.value.about) == ("no", "row")
    assert refused.value.fix


@NAMED
@pytest.mark.parametrize("lazily", [state.data.value, lambda s: s["data"]["value"]], ids=["reference", "function"])
def test_one_more_that_is_known_only_when_it_runs_is_refused_before_the_wire(
    httpserver: HTTPServer, state_for: Any, run: Any, edge: Edge, lazily: Any
) -> None:
    operation = edge.build(lazily)
    with pytest.raises(InvalidMessage) as refused:
        operation(state_for(httpserver.url_for(""), data={"value": edge.many(edge.most + 1)}))
    assert refused.value.details == {"field": edge.field, "limit": edge.most, "actual": edge.most + 1}
    assert refused.value.operation == operation.name
    assert httpserver.log == []
    assert run.outcomes["sent"] == run.outcomes["unknown"] == 0
