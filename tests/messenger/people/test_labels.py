from __future__ import annotations

from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    assign_label,
    create_label,
    delete_label,
    get_label,
    list_labels,
    list_user_labels,
    remove_label,
    state,
)

ANA = "6543210987654321"
LABEL = {"id": "55", "page_label_name": "Prefers mornings"}


@pytest.mark.parametrize(
    ("operation", "method", "path", "query"),
    [
        (create_label("Prefers mornings"), "POST", "me/custom_labels", {"page_label_name": "Prefers mornings"}),
        (assign_label(ANA, "55"), "POST", "55/label", {"user": ANA}),
        (assign_label({"id": ANA}, 55), "POST", "55/label", {"user": ANA}),
        (remove_label(ANA, "55"), "DELETE", "55/label", {"user": ANA}),
        (delete_label("55"), "DELETE", "55", {}),
        (get_label("55"), "GET", "55", {"fields": "id,page_label_name"}),
        (get_label("55", fields=None), "GET", "55", {}),
    ],
)
def test_a_label_is_a_call(meta: Any, operation: Any, method: str, path: str, query: dict[str, str]) -> None:
    sent = meta(operation, {"id": "55", "success": True})
    assert (sent.method, sent.path, sent.query, sent.body) == (method, path, query, None)


def test_labels_are_listed_with_their_names(meta: Any) -> None:
    for operation, path in ((list_labels(), "me/custom_labels"), (list_user_labels(ANA), f"{ANA}/custom_labels")):
        got = meta(operation, {"data": [LABEL]})
        assert (got.method, got.path, got.query) == ("GET", path, {"fields": "id,page_label_name"})
        assert got.data == [LABEL]


def test_the_page_of_the_credential_has_the_labels(meta: Any) -> None:
    assert meta(list_labels(limit=1), {"data": [LABEL]}, page_id="102").path == "102/custom_labels"


def test_labels_may_be_lazy(meta: Any) -> None:
    sent = meta(assign_label(state.data.psid, state.data.label), data={"psid": ANA, "label": "55"})
    assert (sent.path, sent.query) == ("55/label", {"user": ANA})


@pytest.mark.parametrize(
    "build",
    [
        lambda: create_label(""),
        lambda: create_label(7),
        lambda: assign_label("", "55"),
        lambda: assign_label(ANA, ""),
        lambda: remove_label(ANA, None),
        lambda: delete_label(" "),
        lambda: get_label(True),
        lambda: list_user_labels("6E+15"),
    ],
)
def test_what_leads_nowhere_is_refused_when_it_is_built(build: Any) -> None:
    with pytest.raises(InvalidMessage):
        build()
