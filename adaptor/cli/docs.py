"""`adaptor docs`: what every operation does, from its docstring, without a network."""

from __future__ import annotations

import json
import sys

from ..core.errors import InputError
from ..runner.execution.result import EXIT_BAD_INPUT, EXIT_WELL
from ..runner.output.files import print_out
from .layout.help import terminal_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ..runner.docs.code_lookup import CodeEntry
    from ..runner.docs.reference import DocEntry
    from ..runner.docs.topics import Topic
    from ..runner.output.terminal import Paint

HELP = "show what operations, errors and other topics mean"
EXAMPLE = """\
examples:
  adaptor docs                     all operations, each with a sentence
  adaptor docs send_text           arguments, result, errors and an example
  adaptor docs WindowClosed        an error, and what to do about it
  adaptor docs 10/2018278          a code of Meta's: what it means, what was sent, and what to do
  adaptor docs 2018278             the same by the code or the subcode alone
  adaptor docs state               a topic: state, workflow, sandbox, dates, errors, codes
  adaptor docs quick reply         search
  adaptor docs --format json       for editors and other tools: {"version": 1, "operations": […], "errors": […]}
  adaptor docs --format markdown   the same as a page for a site
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "docs",
        help=HELP,
        description="Show what operations and errors mean, or search in it. No network is used.",
        epilog=EXAMPLE,
    )
    command.add_argument("words", metavar="NAME", nargs="*", help="a name, or words to search for")
    command.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="text (default), json or markdown"
    )
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Print the entries that were asked for."""
    # Only this command reads docstrings, and `inspect` takes a while to import.
    from ..runner.docs import code_lookup, reference as vocabulary
    from ..runner.docs.topics import topic

    page = topic(options.words)
    try:
        if codes := code_lookup.look_up(options.words):
            return _show_codes(codes, options.format)
        if page is not None and options.format == "text":
            return _show_topic(page)
        every = vocabulary.entries()
        shown, whole = ([], False) if _is_topic_alone(page, every) else _chosen(options.words, every)
    except InputError as error:
        print(error.report(), file=sys.stderr)
        return EXIT_BAD_INPUT
    if options.format == "json":
        facts = vocabulary.facts(shown)
        if page is not None:
            facts["topics"] = [{"name": page.name, "summary": page.summary, "text": page.text}]
        text = json.dumps(facts, ensure_ascii=False, indent=2)
    elif options.format == "markdown":
        from .layout.markdown import markdown

        text = markdown(shown)
    else:
        text = _text(shown, every, whole=whole, asked=bool(options.words))
    print_out(f"{text}\n", sys.stdout)
    return EXIT_WELL


def _show_codes(codes: list[CodeEntry], form: str) -> int:
    from ..runner.docs import reference as vocabulary

    if form == "json":
        facts = {**vocabulary.facts([]), "codes": [entry.facts() for entry in codes]}
        text = json.dumps(facts, ensure_ascii=False, indent=2)
    else:
        from ..runner.output.terminal import Paint, wants_colour
        from .layout.codes import CodePage

        text = CodePage(terminal_width(), Paint(wants_colour(sys.stdout))).codes(codes)
    print_out(f"{text}\n", sys.stdout)
    return EXIT_WELL


def _is_topic_alone(page: Topic | None, every: list[DocEntry]) -> bool:
    """Whether a topic has the name of no entry and of no group of them."""
    return page is not None and not any(page.name in (entry.name, entry.group) for entry in every)


def _show_topic(page: Topic) -> int:
    from ..runner.docs.reference import entries
    from ..runner.output.terminal import Paint, wants_colour
    from .layout.docs import Page
    from .layout.topic import code_table, laid_out
    from .main import EXIT_CODES

    width, paint = terminal_width(), Paint(wants_colour(sys.stdout))
    parts = [f"{paint('bold', page.name)}: {page.summary}", laid_out(page.text, width, paint)]
    if page.name in ("errors", "codes"):
        errors = [entry for entry in entries() if entry.kind == "error"]
        # The longer page is named at the end.
        text, _, more = parts.pop().rpartition("\n\n")
        parts.append(text)
        if page.name == "codes":
            parts.append(code_table(errors, width, paint))
        else:
            parts += [EXIT_CODES.strip(), Page(width, paint).listing(errors)]
        parts.append(more)
    print_out("\n\n".join(parts) + "\n", sys.stdout)
    return EXIT_WELL


def _chosen(words: list[str], every: list[DocEntry]) -> tuple[list[DocEntry], bool]:
    """Return the entries that are meant, and whether one whole page is meant."""
    from ..runner.docs.reference import find, search, similar

    if not words:
        return every, False
    entry = find(words[0], every) if len(words) == 1 else find("_".join(words), every)
    if entry is not None and entry.kind != "module":
        return [entry], True
    if entry is not None:
        return [other for other in every if other.group == entry.group and other is not entry], False
    groups = [other for other in every if len(words) == 1 and other.group == words[0].lower()]
    found = groups or search(words, every)
    if not found:
        close = similar("_".join(words), every)
        hint = f"Did you mean {' or '.join(f'`{name}`' for name in close)}? " if close else ""
        raise InputError(
            f"Nothing is called `{' '.join(words)}`, and no page speaks of it.",
            fix=f"{hint}`adaptor docs` lists everything.",
        )
    return found, False


def _text(shown: list[DocEntry], every: list[DocEntry], *, whole: bool, asked: bool) -> str:
    from ..runner.output.terminal import Paint, wants_colour
    from .layout.docs import Page

    paint = Paint(wants_colour(sys.stdout))
    page = Page(terminal_width(), paint)
    if not whole:
        pages = [entry for entry in shown if asked or entry.kind not in ("module", "type")]
        listing = page.listing(pages) if asked else f"{page.listing(pages)}\n\n{_list_of_topics(paint)}"
        return f"{listing}\n\nadaptor docs NAME shows one of them in full."
    (entry,) = shown
    if entry.kind == "error":
        raised_by = [other.name for other in every if any(name == entry.name for name, _ in other.doc.raises)]
        return page.error(entry, raised_by)
    return page.operation(entry)


def _list_of_topics(paint: Paint) -> str:
    from ..runner.docs.topics import topics

    lines = [f"  {paint('cyan', topic.name)}{' ' * (10 - len(topic.name))}{topic.summary}" for topic in topics()]
    return "\n".join([paint("bold", "topics"), *lines])
