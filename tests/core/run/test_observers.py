"""The callbacks that observe a run."""

from adaptor.core.run.observers import Observers


def test_without_progress_the_items_are_returned_unchanged():
    items = [1, 2]
    assert Observers().watched(items, lambda: "each") is items


def test_progress_sees_the_place_after_each_item_and_an_empty_text_at_the_end():
    observers, seen = Observers(), []
    observers.progress = seen.append
    for item in observers.watched([1, 2], lambda: "each"):
        seen.append(item)
    assert seen == [1, "each", 2, "each", ""]
