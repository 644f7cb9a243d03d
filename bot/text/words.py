"""Words of a text, as the other rooms compare them: for digests, look-ups and completions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words(text: str) -> list[str]:
    """Return the words of `text`: NFKC, lower case, apostrophes made straight, punctuation dropped."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return _WORD.findall(plain)


def digest(text: str) -> str:
    """Return 16 hexadecimal digits that stay the same while the words of `text` do."""
    return hashlib.blake2b(" ".join(words(text)).encode(), digest_size=8).hexdigest()


def opening(text: str, limit: int) -> str:
    """Return the first words of `text`, at most `limit` UTF-16 units, with … where something was left out."""
    line = " ".join(text.split())
    if utf16(line) <= limit:
        return line
    kept = ""
    for word in line.split(" "):
        longer = f"{kept} {word}" if kept else word
        if utf16(longer) > limit - 1:
            break
        kept = longer
    return (kept or cut(line, limit - 1)) + "…"


def utf16(text: str) -> int:
    """Return the length in UTF-16 units: never less than in code points, so safe for either way to count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """Return the longest start of `text` within `limit` UTF-16 units."""
    if utf16(text) <= limit:
        return text
    end = units = 0
    for end, character in enumerate(text):  # noqa: B007 - the index where the limit is met is what is wanted
        units += 2 if character > "\uffff" else 1
        if units > limit:
            break
    return text[:end]
