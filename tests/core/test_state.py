"""What people read about a value of the wrong kind."""

import pytest

from adaptor.core.state import a_kind


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "None"), ([], "a list"), (1, "an int"), ("", "a str"), (OSError(), "an OSError")]
)
def test_a_kind_is_named_with_its_article_and_nothing_is_none(value, shown):
    assert a_kind(value) == shown
