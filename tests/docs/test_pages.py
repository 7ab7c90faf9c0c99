"""What the pages of `docs/` show works as it stands there: each block is saved, run or compared, in order."""

import pytest

from .page import PAGES, blocks
from .reader import Reader


@pytest.fixture
def reader(tmp_path, forks):
    """Somebody who follows a page, in a folder of their own."""
    folder = tmp_path / "reader"
    folder.mkdir()
    reader = Reader(folder, forks)
    yield reader
    reader.close()


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "operations.md"], ids=lambda page: page.stem)
def test_every_block_of_a_page_works(page, reader):
    for block in blocks(page):
        if "run" not in block.marks:  # The README begins with the same; see `test_readme.py`.
            reader.follow(block)


def test_a_page_that_shows_something_else_is_found(tmp_path, reader):
    page = tmp_path / "page.md"
    page.write_text("```sh\nadaptor run nothere.py\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"page\.md:1: `adaptor run nothere\.py` ended with 2, not 0"):
        reader.follow(blocks(page)[0])
    page.write_text(
        "<!-- exit: 2 -->\n```sh\nadaptor run nothere.py\n```\n\n```text\nThe job is there.\n```\n", encoding="utf-8"
    )
    command, output = blocks(page)
    reader.follow(command)
    with pytest.raises(AssertionError, match=r"page\.md:6: this is not what came out"):
        reader.follow(output)
