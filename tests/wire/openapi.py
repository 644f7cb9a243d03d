"""Discord's own description of its API, made strict: what the bot sends must be in it, and nothing else."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from bot.sandbox.rest import Request

FILE: Final = Path(__file__).parents[3] / "shared" / "discord-openapi.json"

# What stock discord.py sends and Discord takes, though the description does not have it. Of the known deviations
# these three alone concern this bot (it sends no embeds, no attachments and no references): a property, another,
# and ids of roles as numbers.
KNOWN: Final = {
    "ApplicationCommandUpdateRequest": {"nsfw": {"type": "boolean"}},
    "IncomingWebhookUpdateRequestPartial": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts": {"type": "boolean"}},
    "MessageEditRequestPartial": {"tts": {"type": "boolean"}},
    "MessageAllowedMentionsRequest": {"roles": {"type": "array", "items": {"type": "integer"}, "maxItems": 100}},
}


def _strict(schema: Any, *, half: bool = False) -> Any:
    """Close every object to unknown properties; not the parts of an allOf, of which each knows half of it."""
    if isinstance(schema, list):
        return [_strict(part, half=half) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    for key, value in schema.items():
        # The branches of a oneOf overlap in this description; its readme says to take it as anyOf.
        made["anyOf" if key == "oneOf" else key] = _strict(value, half=key == "allOf" and len(value) > 1)
    if isinstance(made.get("properties"), dict) and not half:
        made.setdefault("additionalProperties", False)
    return made


@cache
def _description() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    schemas = read["components"]["schemas"]
    for name, properties in KNOWN.items():
        schemas[name]["properties"] |= properties
    read["components"]["schemas"] = {name: _strict(schema) for name, schema in schemas.items()}
    return read


@cache
def _operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """Return the path of the description that a request fits, words before parameters, and its operation."""
    for template, item in sorted(_description()["paths"].items(), key=lambda entry: entry[0].count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if method.lower() in item and re.fullmatch(pattern, path):
            return template, item[method.lower()]
    return None


@cache
def _body(method: str, template: str) -> jsonschema_rs.Draft202012Validator:
    content = _description()["paths"][template][method.lower()]["requestBody"]["content"]
    schema = _strict(content["application/json"]["schema"])
    return jsonschema_rs.Draft202012Validator({**schema, "components": _description()["components"]})


def faults(request: Request) -> list[str]:
    """Return what Discord's description has against a request: its path, its query, its body."""
    name = f"{request.method} {request.path}"
    found = _operation(request.method, request.path)
    if found is None:
        return [f"{name}: not in the description"]
    template, operation = found
    known = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
    wrong = [f"{name}: no parameter {key!r}" for key in request.query if key not in known]
    if "requestBody" not in operation:
        return [*wrong, f"{name}: takes no body"] if request.body is not None else wrong
    errors = _body(request.method, template).iter_errors(request.body)
    return wrong + [f"{name}: {error.instance_path}: {error.message[:600]}" for error in errors]
