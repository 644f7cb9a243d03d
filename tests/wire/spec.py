"""Discord's own description of its API, made strict: what the bot sends must be in it, and nothing else."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from bot.sandbox.rest import Request

FILE: Final = Path(__file__).parents[3] / "shared" / "discord-openapi.json"

# What stock discord.py sends and Discord takes, though the description does not have it.
KNOWN: Final = {
    "ApplicationCommandUpdateRequest": {"nsfw": {"type": "boolean"}},
    "InteractionCallbackMessage": {"tts": {"type": "boolean"}},
    "UpdateMessageInteractionCallbackRequest": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateRequestPartial": {"tts": {"type": "boolean"}},
    "MessageEditRequestPartial": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts": {"type": "boolean"}},
}


def _strict(schema: Any, *, open_: bool = False) -> Any:
    """Close every object to unknown properties; the parts of an allOf stay open, each knows half of the object."""
    if isinstance(schema, list):
        return [_strict(part, open_=open_) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    for key, value in schema.items():
        several = key == "allOf" and len(value) > 1
        # The branches of a oneOf overlap in this description; its readme says to take it as anyOf.
        made["anyOf" if key == "oneOf" else key] = _strict(value, open_=several)
    if isinstance(made.get("properties"), dict) and not open_:
        made.setdefault("additionalProperties", False)
    return made


@cache
def _description() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    schemas = deepcopy(read["components"]["schemas"])
    for name, properties in KNOWN.items():
        if name in schemas:
            schemas[name]["properties"] |= properties
    read["components"]["schemas"] = {name: _strict(schema) for name, schema in schemas.items()}
    return read


@cache
def _body(method: str, template: str) -> jsonschema_rs.Draft202012Validator | None:
    operation = _description()["paths"][template][method.lower()]
    if "requestBody" not in operation:
        return None
    schema = _strict(operation["requestBody"]["content"]["application/json"]["schema"])
    return jsonschema_rs.Draft202012Validator({**schema, "components": _description()["components"]})


def _template(method: str, path: str) -> str | None:
    """Return the path of the description that a request fits, words before parameters."""
    for template in sorted(_description()["paths"], key=lambda path: path.count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in _description()["paths"][template]:
            return str(template)
    return None


def faults(request: Request) -> list[str]:
    """Return what Discord's description has against a request."""
    name = f"{request.method} {request.path}"
    template = _template(request.method, request.path)
    if template is None:
        return [f"{name}: not in the description"]
    validator = _body(request.method, template)
    if validator is None:
        return [f"{name}: takes no body"] if request.body else []
    return [f"{name}: {error.instance_path}: {error.message[:600]}" for error in validator.iter_errors(request.body)]
