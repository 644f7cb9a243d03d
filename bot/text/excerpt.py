"""The sentence of a paragraph that shows best why it was found."""

from __future__ import annotations

from bot.model import MATCH_END, MATCH_START, Paragraph


def best_sentence(marked: str, paragraph: Paragraph) -> tuple[int | None, str]:
    """Return the number and the marked text of the sentence with the most different matches.

    `marked` is the paragraph's text with its matches between MATCH_START and MATCH_END. Where none is inside
    one sentence (a phrase across two, or a match in the heading) it is (None, the whole marked text).
    """
    plain, matches = _unmark(marked)
    best: tuple[int | None, str] = (None, marked)
    most = position = 0
    for sentence in paragraph.sentences:
        start = plain.find(sentence.text, position)
        if start < 0:
            continue
        position = end = start + len(sentence.text)
        inside = [(a - start, b - start) for a, b in matches if start <= a and b <= end]
        different = len({sentence.text[a:b].casefold() for a, b in inside})
        if different > most:
            most, best = different, (sentence.number, _mark(sentence.text, inside))
    return best


def _unmark(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text without marks, and where its matches begin and end."""
    plain = ""
    matches: list[tuple[int, int]] = []
    for piece in marked.split(MATCH_START):
        match, end, rest = piece.partition(MATCH_END)
        if end:
            matches.append((len(plain), len(plain) + len(match)))
        plain += match + rest
    return plain, matches


def _mark(text: str, matches: list[tuple[int, int]]) -> str:
    for start, end in reversed(matches):
        text = f"{text[:start]}{MATCH_START}{text[start:end]}{MATCH_END}{text[end:]}"
    return text
