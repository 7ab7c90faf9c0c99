"""Links inside the project lead somewhere: to a file, and to a heading in it. Other hosts are not asked."""

import re
import tomllib

import pytest

from .page import PAGES, ROOT, blocks

DOCUMENTS = [*PAGES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]
#: Pages that the navigation may name before they are there.
EXPECTED: set[str] = set()


def prose(page):
    """Return the text of a page without its code."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """Return the anchors of the headings of a page, as GitHub and site builders make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    words = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.strip().replace(" ", "-") for heading in words}


@pytest.mark.long
@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page):
    # Code in a line shows links; it is none.
    text = re.sub(r"`[^`\n]*`", "`", prose(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"(https?|mailto):", target):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def test_a_page_of_the_site_links_to_no_file_outside_of_it():
    for page in PAGES:
        assert "](../" not in prose(page), page.name


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_the_text_says_under_which_name_code_is_saved(page):
    if page.name in ("CONTRIBUTING.md", "from-openfn.md"):
        # There titles only tell tests which blocks belong together.
        return
    text = prose(page)
    for block in blocks(page):
        assert not block.title or f"`{block.title}`" in text, f"{block.place}: nobody sees the title {block.title}"


def test_every_page_is_in_the_navigation_and_nothing_else():
    navigation = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    named = set(re.findall(r"'([\w-]+\.md)'", str(navigation)))
    there = {page.name for page in PAGES}
    assert there - named == set()
    assert named - there <= EXPECTED
