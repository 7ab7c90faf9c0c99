"""References: earlier `data`, read by path."""

import pytest

from adaptor import compose_next_state, execute, last_reference_value, reference_path, source

REFERENCE_PATHS = [
    ("[0].id", "$.references[0].id"),
    ("$.references[0].id", "$.references[0].id"),
    ("$[0]", "$.references[0]"),
    (" id ", "$.references[*].id"),
    ("$.id", "$.references[*].id"),
    ("$.references.id", "$.references[*].id"),
    ("a.b", "$.references[*].a.b"),
    ("$", "$.references"),
    ("$.references", "$.references"),
]


@pytest.mark.parametrize(("path", "whole"), REFERENCE_PATHS)
def test_a_path_into_references_is_made_whole(path, whole):
    assert reference_path(path) == whole


def test_a_key_alone_means_that_of_every_reference():
    assert source(reference_path("id"))({"references": [{"id": 1}, {}, {"id": 3}]}) == [1, 3]


@pytest.mark.parametrize("references", [None, [], "text", {"a": 1}])
def test_without_references_the_newest_is_nothing(references):
    assert last_reference_value("a")({"references": references}) is None
    assert last_reference_value("a", default=1)({}) == 1


def test_the_newest_reference_is_what_stood_in_data_before_the_last_result():
    story = execute(
        lambda given: compose_next_state(given, {"id": 1}),
        lambda given: compose_next_state(given, {"id": 2}),
        lambda given: compose_next_state(given, {"before": last_reference_value("id")(given)}),
    )
    assert story({})["data"] == {"before": 1}
