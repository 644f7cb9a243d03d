from typing import Any

import pytest

from bot.sandbox import commons, render
from bot.sandbox.world import EPHEMERAL, World


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("plain", "plain"),
        ("**bold** and *italic* and _slanted_", "bold and italic and slanted"),
        ("***both***", "both"),
        ("**bold *inside* it**", "bold inside it"),
        (r"**a \*b**", "a *b"),
        ("2 * 3 = 6", "2 * 3 = 6"),
        ("~~gone~~ __under__ `co*d*e`", "gone under co*d*e"),
        (r"\*not\* \_this\_ \\ and C:\path", r"*not* _this_ \ and C:\path"),
        ("snake_case_name", "snake_case_name"),
        ("# Title\n## Two\n-# small", "Title\nTwo\nsmall"),
        ("> quoted\nnot", "┃ quoted\nnot"),
        (r"\> not quoted", "> not quoted"),
        ("[here](https://example.org/a)", "here (https://example.org/a)"),
        ("</quote:123> and </daily set:5>", "/quote and /daily set"),
        (f"<#{commons.COMMONS + 11}> <#1>", "#news #unknown"),
        (f"<@&{commons.COMMONS + 4}> <@{commons.BOT.id}>", "@Alerts @Herald"),
        ("<t:1774764000:F>", "2026-03-29 06:00 UTC"),
        ("<t:1774764001>", "2026-03-29 06:00:01 UTC"),
        ("<t:1774764000:R> <t:1774763980:R>", "in 0:00:10 0:00:10 ago"),
        ("<t:99999999999999:F>", "Invalid Date"),
        ("line\n\nline", "line\n\nline"),
        (r"1\. one", "1. one"),
        ("**a**\n```\n**b** \\* <#1>\n# c\n```\n**d**\n```py\nx\n```", "a\n**b** \\* <#1>\n# c\nd\nx"),
        ("\\`\\`\\`\n**a**\n\\`\\`\\`", "```\na\n```"),
    ],
)
def test_markdown_as_discord_shows_it(world: World, markdown: str, shown: str) -> None:
    assert "\n".join(line.plain for line in render.markdown(world, markdown)) == shown


def test_styles_are_kept_for_a_terminal(world: World) -> None:
    (line,) = render.markdown(world, "a **b *c***")
    assert {(line.plain[span.start : span.end], span.style) for span in line.spans} == {
        ("b c", "bold"),
        ("c", "italic"),
    }


def test_components_one_under_the_other(world: World) -> None:
    button: dict[str, Any] = {"type": 2, "style": 1, "label": "Next", "custom_id": "n"}
    components = [
        {
            "type": 17,
            "components": [
                {"type": 10, "content": "**One**\ntwo"},
                {"type": 14},
                {"type": 9, "components": [{"type": 10, "content": "three"}], "accessory": button},
                {
                    "type": 1,
                    "components": [
                        button | {"disabled": True, "label": "Back"},
                        {"type": 2, "style": 5, "label": "Site", "url": "https://example.org"},
                    ],
                },
            ],
        },
        {"type": 10, "content": "outside"},
    ]
    body = {"components": components, "flags": EPHEMERAL}
    message = world.say(world.channel(commons.COMMONS + 10), body, seen_by=commons.ADMIN.id)
    assert render.plain(world, message).splitlines() == [
        "(only you see this)",
        "│ One",
        "│ two",
        "│ " + "─" * 24,
        "│ three",
        "│ [ Next ]",
        "│ [ Back ](disabled)  [ Site ] https://example.org",
        "outside",
    ]
