"""How strongly a sentence commits its speaker, from 0 to 3, by rules: a proposal, the sidecar has the last word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST: Final = 2000
"""Only so many characters of a sentence are looked at; no promise hides behind them."""


@dataclass(frozen=True, slots=True)
class Score:
    """A strength and the rule that decided it, in a few words for an operator to read."""

    strength: int
    reason: str


_SPEAKER: Final = (
    r"(?:we|i|(?:our|the \w+) people|our (?:nations?|governments?|countries)|the alliance|(?:nato )?allies"
    r"|the (?:two |three |high )?(?:contracting )?part(?:ies|ners)"
    r"|(?:all |the )?(?:member |participating )?states|member countries|nato|the "
    r"(?:eu|un|european union|united nations|g7|g20)|eu|un|g7|g20|each (?:of the )?part(?:y|ies))"
)
_ADVERBS: Final = (
    r"(?:(?!not\b)(?:\w+ly|also|all|both|therefore|thus|always|never|further|together|each|as well|,)\s+)*"
)
_NO_ACTION: Final = (
    r"(?!be\b(?! (?:guided|ready|prepared|there))|see\b|find\b|hope\b|need\b|know\b|remember\b|have to\b|not be\b)"
)
_ACT_NOW: Final = (
    r"(?:strengthen|step|build|increas|expand|enhanc|deepen|reinforc|accelerat|boost|rais|scal|launch|establish|creat|"
    r"provid|deploy|doubl|invest|work|tak)\w*ing"
)
_PLEDGE_NOUN: Final = (
    r"(?:support|commitments?|solidarity|pledges?|resolve|determination|readiness|adherence|dedication)"
)


def _rules(*rows: tuple[int, str, str]) -> tuple[tuple[int, str, re.Pattern[str]], ...]:
    return tuple((strength, reason, re.compile(pattern)) for strength, reason, pattern in rows)


@lru_cache(maxsize=64)
def _promises(speaker: str) -> tuple[tuple[int, str, re.Pattern[str]], ...]:
    """Return the rules for a speaker, the strongest first; the first that matches decides."""
    says = rf"\b{speaker}\s+(?:as \w+\s+)?{_ADVERBS}"
    return _rules(
        (3, "will or shall act", rf"{says}(?:will|shall)\s+{_ADVERBS}(?:not\s+)?{_ADVERBS}{_NO_ACTION}\w+"),
        (3, "will or shall act", rf"\bwe\b[^.;:]{{0,160}}\band\s+(?:we\s+)?will\s+{_ADVERBS}{_NO_ACTION}\w+"),
        (3, "a pledge in words", rf"{says}(?:hereby\s+)?(?:pledge|undertake|promise|vow|commit)s?\b"),
        (3, "renews a pledge", r"\brenew(?:s|ing)? (?:our|their|its) pledges?\b"),
        (
            3,
            "the commitment is firm",
            (
                r"\b(?:our|its|their) commitment\b[^.;]{0,120}\b(?:is|remains) \w*\s?"
                r"(?:iron-?\s?clad|unwavering|unshakeable|steadfast|absolute|firm|enduring)"
            ),
        ),
        (3, "ready to defend", rf"{says}(?:are|is|remain|remains|stand|stands)\s+{_ADVERBS}ready to defend\b"),
        (3, "ready to defend", r"\bremains? ready to defend\b"),
        (
            2,
            "is committed or resolved",
            (
                rf"{says}(?:are|is|remain|remains|stand|stands|am)\s+(?:\w+\s+){{0,2}}"
                r"(?:committed|determined|resolved|ready|prepared|united|willing|pledged|dedicated)\b"
            ),
        ),
        (
            2,
            "is committed or resolved",
            rf"\b{speaker}\b[^.;:]{{0,60}}\band are (?:determined|resolved|ready|prepared) to\b",
        ),
        (
            2,
            "reaffirms its support",
            (
                rf"{says}(?:have\s+)?(?:\w+\s+){{0,2}}(?:reaffirm|reiterate|renew|underline|recommit)"
                rf"(?:s|ed)?\b[^.;]{{0,100}}\b{_PLEDGE_NOUN}\b"
            ),
        ),
        (
            2,
            "reaffirms its support",
            rf"\band\s+(?:reaffirm|reiterate|renew)(?:s|ed)?\b[^.;]{{0,60}}\b{_PLEDGE_NOUN}\b",
        ),
        (2, "intends to act", rf"{says}intends?\s+to\b"),
        (2, "stands firm", rf"{says}stands? firm\b"),
        (2, "must act", rf"\bwe\s+(?:all\s+)?must\s+{_ADVERBS}(?:not\s+)?{_NO_ACTION}\w+"),
        (2, "is acting", rf"{says}(?:are|is)\s+(?:\w+\s+){{0,2}}{_ACT_NOW}\b"),
        (2, "declares its commitment", r"\b(?:are pledged|declares? (?:our|their|its) (?:\w+ )?commitment)\b"),
        (1, "should act", rf"{says}should\b"),
        (1, "an aim", r"\b(?:our|its|the) (?:aim|goal|objective|purpose)s? (?:is|are)\b"),
        (1, "supports or stands with", rf"{says}(?:supports?|stands? (?:with|by))\b"),
        (1, "there can be no", r"\bthere (?:can|must|will|shall) be no\b"),
        (1, "must be held accountable", r"\bmust be held (?:accountable|responsible)\b"),
    )


_ANYONE: Final = _promises(_SPEAKER)
_NEVER: Final = _rules(
    (0, "let us", r"^let us\b"),
    (0, "not a pledge", r"\bnot a (?:pledge|promise|commitment)\b"),
    (0, "if we can", r"\bif we (?:can|could)\b"),
    (0, "a hope or a belief", r"^(?:\w+,?\s+){0,2}?(?:we|i) (?:hope|believe|expect|think|trust)\b"),
    (
        0,
        "no one's own promise",
        (
            r"^(?:we |i )?(?:also |further |strongly )*(?:calls? (?:up)?on|condemns?|urges?|welcomes?|"
            r"pays? tribute|demands?|deplores?|thanks?|commends?|congratulates?|note|recalls?)\b"
        ),
    ),
)
_OWN_PROMISE: Final = re.compile(r"\b(?:and|,) (?:we |i )?(?:will|shall|pledge|reaffirm|remain)\b")


def score(sentence: str, issuer: str | None = None) -> Score:
    """Score a sentence; `issuer` names the speaker besides we, the Allies, the Parties and the like.

    At 2 and above it is a key commitment.
    """
    plain = " ".join(sentence[:LONGEST].replace("’", "'").split()).strip("“”\"'«» ").lower()
    if len(plain.split()) < 5:
        return Score(0, "under five words")
    for _, reason, pattern in _NEVER:
        if pattern.search(plain) and not (reason == "no one's own promise" and _OWN_PROMISE.search(plain)):
            return Score(0, reason)
    own = _promises(rf"(?:the )?{re.escape(issuer.lower())}") if issuer else ()
    for strength, reason, pattern in sorted((*_ANYONE, *own), key=lambda rule: -rule[0]):
        if pattern.search(plain):
            return Score(strength, reason)
    return Score(0, "no promise of the speaker's own")
