"""The citation of a place, ready to paste, in four forms; each says which edition it cites, none invents a fact."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from bot.model import Citation, Document, Structure
from bot.text.citation import label
from bot.text.words import digest

_URL: Final = re.compile(r'https?://[^\s<>"{}|\\^`]+', re.IGNORECASE)
# A mark that would stand before ours; but not that of "U.S." or of "...".
_LAST_MARK: Final = re.compile(r"(?<!\.\w)(?<!\.)[.,;:]$")
_CLOSED: Final = re.compile(r"[.!?…][\"'”’)\]*]*$")
# What may mean something to any Markdown, Discord's and GitHub's included; `:` only in a link or an emoji's name.
_MARKDOWN: Final = re.compile(r"[\\`*_~|<>\[\]@&$^]|:(?=//|\w+:)")
_LINE_START: Final = re.compile(r"^(\d*)([#+.)-])")
# Every brace counts for BibTeX, one behind a backslash too: so no brace of a text's own may remain.
_BIBTEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
    | {mark: f"\\{mark}" for mark in "%#$&_"}
)


def plain(document: Document, citation: Citation) -> str:
    """Return issuer, title, date and place, then the edition, then the source: an address, or a note."""
    cited = _listed(*_names(document), _day(document.date), place(document, citation))
    source = _url(document) or (document.source and _closed(f"Source: {document.source}"))
    return " ".join(filter(None, (_closed(cited), _closed(document.edition), source)))


def markdown(document: Document, citation: Citation) -> str:
    """Return the plain form in Markdown: the title in italics, and linked where the source is an address."""
    issuer, title = (name and _escaped(name) for name in _names(document))
    source = document.source and _closed(f"Source: {_escaped(document.source)}")
    if url := _url(document):
        title, source = f"[{title}]({url.replace('(', '%28').replace(')', '%29')})", None
    cited = _listed(issuer, f"*{title}*", _day(document.date), place(document, citation))
    whole = " ".join(filter(None, (_closed(cited), _closed(_escaped(document.edition)), source)))
    return _LINE_START.sub(r"\1\\\2", whole)


def footnote(document: Document, citation: Citation) -> str:
    """Return a note in the style of Chicago; of a source it gives an address only."""
    issuer, title = _names(document)
    dated = f"{document.date:%B} {document.date.day}, {document.date.year}" if document.date else None
    pinpoint = re.sub(r"paragraph(s?)", r"para\1.", place(document, citation) or "")
    rest = _listed(dated, re.sub(r"(?<=\d) to (?=\d)", "–", pinpoint), _url(document))
    quoted = f"“{_requoted(title)},” {_closed(rest)}" if rest else f"“{_closed(_requoted(title))}”"
    return f"{_listed(issuer, quoted)} {_closed(document.edition)}"


def bibtex(document: Document, citation: Citation) -> str:
    """Return an entry for BibTeX and biblatex; double braces keep a name whole and its capitals as they are.

    An address stands as it is, because both print `url` verbatim.
    """
    cited, url = place(document, citation), _url(document)
    only_begins = document.title.startswith(document.short_title.removesuffix("…"))
    fields = (
        ("author", document.issuer and f"{{{{{_tex(document.issuer)}}}}}"),
        ("title", f"{{{{{_tex(document.title)}}}}}"),
        ("shorttitle", None if only_begins else f"{{{{{_tex(document.short_title)}}}}}"),
        ("year", document.date and f"{{{document.date.year}}}"),
        ("month", document.date and f"{document.date:%b}".lower()),
        ("day", document.date and f"{{{document.date.day}}}"),
        ("url", url and f"{{{url}}}"),
        ("howpublished", None if url or not document.source else f"{{{_tex(document.source)}}}"),
        ("note", f"{{{_tex(document.edition)}{f'; {cited}' if cited else ''}}}"),
    )
    lines = [f"  {name} = {value}," for name, value in fields if value]
    return "\n".join((f"@misc{{{_key(document, citation)},", *lines, "}"))


def place(document: Document, citation: Citation) -> str | None:
    """Return a place in words; None where the text shows no paragraphs, and so has no place to cite."""
    return None if document.structure is Structure.AUTOMATIC else label(citation)


def _key(document: Document, citation: Citation) -> str:
    """Return the slug and the place in ASCII; a digest keeps apart what would be one without its other letters."""
    kept = re.sub(r"[^A-Za-z0-9-]", "", unicodedata.normalize("NFKD", document.slug))
    slug = kept if kept == document.slug else f"{kept}-{digest(document.slug)[:8]}".lstrip("-")
    return f"{slug}-p{str(citation).replace('.', 's')}" if place(document, citation) else slug


def _url(document: Document) -> str | None:
    """Return the source where it is one address and nothing else."""
    return document.source if document.source and _URL.fullmatch(document.source) else None


def _names(document: Document) -> tuple[str | None, str]:
    """Return issuer and title, each without a mark at its end, so that another fact can follow."""
    return document.issuer and _unmarked(document.issuer), _unmarked(document.title)


def _unmarked(text: str) -> str:
    return _LAST_MARK.sub("", text).rstrip() or text


def _listed(*facts: str | None) -> str:
    return ", ".join(filter(None, facts))


def _closed(text: str) -> str:
    return text if _CLOSED.search(text) else f"{text}."


def _requoted(title: str) -> str:
    """Return a title to stand in quotation marks: its own become single."""
    return re.sub(r'["“]([^"“”]*)["”]', r"‘\1’", title)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", text)


def _tex(text: str) -> str:
    return text.translate(_BIBTEX)


def _day(moment: date | None) -> str | None:
    return f"{moment.day} {moment:%B} {moment.year}" if moment else None
