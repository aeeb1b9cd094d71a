"""What every operation of the REST API has in common, written into its description in one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from tokui.core import idempotency
from tokui.core.ids import PUBLIC_ID
from tokui.core.money import EXPONENTS

Node = dict[str, Any]

PROBLEM: Node = {
    "type": "object",
    "required": ["type", "status", "code", "title", "detail"],
    "properties": {
        "type": {"type": "string", "description": "`/problems/` and the code: the kind of problem as an address"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs"},
        "title": {"type": "string", "description": "The kind of problem in a few words"},
        "detail": {"type": "string", "description": "What is wrong here, for people, in their language"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
PROBLEMS = {
    "400": "The request cannot be read.",
    "401": "No valid API key.",
    "403": "The key may not do this.",
    "404": "There is no such record.",
    "409": "The state of the record forbids it.",
    "413": "The request is too large.",
    "422": "Some fields are not right.",
    "429": "Too many requests.",
}
SECURITY: list[Node] = [{"key": []}, {"session": []}]
LIMITS = {
    "RateLimit-Limit": "Requests in a minute",
    "RateLimit-Remaining": "How many of them are left",
    "RateLimit-Reset": "Seconds until they are counted anew",
}
IDEMPOTENCY_KEY: Node = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "Your own name for this request: sent again with the same content, it has no second effect and the "
    "first answer comes back, marked `Idempotent-Replayed: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": f"^{idempotency.KEY.pattern}$"},
}


def complete(document: Node) -> None:
    """Add to a finished description: who may call, problems, limits, idempotency, and the form of ids and currencies."""
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["securitySchemes"] = _security_schemes()
    parts["headers"] = {name: _number(description) for name, description in LIMITS.items()}
    parts["parameters"] = {"IdempotencyKey": IDEMPOTENCY_KEY}
    document["security"] = SECURITY
    for operations in document["paths"].values():
        for method, operation in operations.items():
            _complete_operation(method, operation)
    for name, schema in _named_schemas(document):
        _state_form(name, schema)


def _security_schemes() -> Node:
    return {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key from the settings page: `tk_…`"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A person who is signed in; changes need the header `X-CSRFToken` as well.",
        },
    }


def _complete_operation(method: str, operation: Node) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation["security"] = SECURITY
    answers = operation["responses"]
    for status, description in PROBLEMS.items():
        answers.setdefault(status, {"description": description, "content": problem})
    for status, answer in answers.items():
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMITS}
        if str(status) == "429":
            headers["Retry-After"] = _number("Seconds to wait")
        answer["headers"] = headers
    if method == "post":
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})


def _number(description: str) -> Node:
    return {"description": description, "required": True, "schema": {"type": "integer", "minimum": 0}}


def _named_schemas(node: Any) -> Iterator[tuple[str, Node]]:
    """Every parameter of the document, and every property whose form its name tells."""
    if isinstance(node, list):
        for one in node:
            yield from _named_schemas(one)
    elif isinstance(node, dict):
        if isinstance(node.get("schema"), dict) and node.get("in") in ("path", "query"):
            yield str(node["name"]), node["schema"]
        properties = node.get("properties")
        if isinstance(properties, dict):
            # only `id` itself: a bank's `native_id` and the `key` of an own field have the form that others gave them
            yield from (
                (name, properties[name]) for name in ("id", "currency") if isinstance(properties.get(name), dict)
            )
        for one in node.values():
            yield from _named_schemas(one)


def _state_form(name: str, schema: Node) -> None:
    """Pydantic checks ids and currencies when it reads them, but says nothing of it in the description."""
    texts = [one for one in (schema, *schema.get("anyOf", ())) if one.get("type") == "string"]
    for text in texts:
        if name == "currency":
            text.pop("pattern", None)
            text["enum"] = sorted(EXPONENTS)
        elif name in ("id", "key") or name.endswith("_id"):
            text.setdefault("pattern", f"^{PUBLIC_ID.pattern}$")
