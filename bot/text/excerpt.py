"""The sentence of a paragraph that shows best why it was found."""

from __future__ import annotations

from bot.model import MATCH_END, MATCH_START, Paragraph


def best_sentence(marked: str, paragraph: Paragraph) -> tuple[int | None, str]:
    """Return the number and the marked text of the sentence with the most different matches.

    `marked` is the paragraph's text with its matches between MATCH_START and MATCH_END. Where none is inside
    one sentence (a phrase across two, or a match in the heading) it is (None, the whole marked text).
    """
    best: tuple[int | None, str] = (None, marked)
    most = 0
    position = 0
    for sentence in paragraph.sentences:
        start, end = _locate(marked, sentence.text, position)
        part = marked[start:end]
        matches = {piece.split(MATCH_END)[0].casefold() for piece in part.split(MATCH_START)[1:]}
        if len(matches) > most and part.count(MATCH_START) == part.count(MATCH_END):
            most, best = len(matches), (sentence.number, part)
        position = end
    return best


def _locate(marked: str, sentence: str, start: int) -> tuple[int, int]:
    """Return where the sentence stands in the marked text, from `start` on; marks and white space are passed."""
    while start < len(marked) and marked[start].isspace():
        start += 1
    end, left = start, len(sentence)
    while end < len(marked) and (left or marked[end] == MATCH_END):
        left -= marked[end] not in {MATCH_START, MATCH_END}
        end += 1
    return start, end
