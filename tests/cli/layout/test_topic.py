"""A page in Markdown on a terminal."""

from adaptor.cli.layout.topic import laid_out
from adaptor.runner.output.terminal import Paint

PAGE = """\
One paragraph
of two lines.

## A heading

* `a`: an item
  that goes on
* another

```json
{

}
```
"""


def test_paragraphs_are_filled_items_hang_and_code_keeps_its_lines():
    assert laid_out(PAGE, 24, Paint(False)).splitlines() == [
        "One paragraph of two",
        "lines.",
        "",
        "A heading",
        "",
        "  • `a`: an item that",
        "    goes on",
        "  • another",
        "",
        "  {",
        "",
        "  }",
    ]


def test_in_colour_code_is_coloured_and_headings_are_bold():
    shown = laid_out(PAGE, 80, Paint(True))
    assert "\x1b[1mA heading\x1b[0m" in shown
    assert "`" not in shown
