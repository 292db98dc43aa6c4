"""The API's promise: what a later schema may not take away from an earlier one of the same version."""

from __future__ import annotations

from collections.abc import Iterator


def broken(before: dict, after: dict) -> Iterator[str]:
    """Sentences about whatever somebody who relies on `before` would miss in `after` (two OpenAPI documents).

    Operations, their parameters, answers and statuses, and components with their members may be added; none may go, change
    its type or become optional, and no parameter may become required or accept less.
    """
    for path, item in before["paths"].items():
        for method, operation in item.items():
            where = f"{method.upper()} {path}"
            now = after["paths"].get(path, {}).get(method)
            if now is None:
                yield f"{where} is gone."
                continue
            if now["operationId"] != operation["operationId"]:
                yield f"{where} is called {now['operationId']} instead of {operation['operationId']}."
            yield from _parameters(where, operation.get("parameters", []), now.get("parameters", []))
            yield from _answers(where, operation["responses"], now["responses"])
    schemas = after["components"]["schemas"]
    for name, schema in before["components"]["schemas"].items():
        if name not in schemas:
            yield f"The component {name} is gone."
        else:
            yield from _schema(name, schema, schemas[name])


def _parameters(where: str, before: list[dict], after: list[dict]) -> Iterator[str]:
    now = {(one["in"], one["name"]): one for one in after}
    known = {(one["in"], one["name"]): one for one in before}
    for key, one in known.items():
        name = f"{where}: the parameter {key[1]}"
        if key not in now:
            yield f"{name} is gone."
            continue
        if now[key].get("required") and not one.get("required"):
            yield f"{name} is required now."
        yield from _accepts(name, one["schema"], now[key]["schema"])
    for key, one in now.items():
        if key not in known and one.get("required"):
            yield f"{where}: the new parameter {key[1]} is required."


def _accepts(name: str, before: dict, after: dict) -> Iterator[str]:
    """A parameter may take more than before, never less."""
    if before.get("type") != after.get("type"):
        yield f"{name} has another type."
    for word in before.get("enum", []):
        if "enum" in after and word not in after["enum"]:
            yield f"{name} doesn't take “{word}” any more."
    if "enum" in after and "enum" not in before:
        yield f"{name} takes only some words now."
    for most in ("maxLength", "maximum", "maxItems"):
        if most in after and after[most] < before.get(most, float("inf")):
            yield f"{name} has a lower {most}."
    if "items" in before:
        yield from _accepts(name, before["items"], after.get("items", {}))


def _answers(where: str, before: dict, after: dict) -> Iterator[str]:
    for status, answer in before.items():
        if status not in after:
            yield f"{where} doesn't answer {status} any more."
            continue
        for media, content in answer.get("content", {}).items():
            now = after[status].get("content", {}).get(media)
            if now is None:
                yield f"{where} doesn't answer {status} as {media} any more."
            elif content.get("schema", {}).get("$ref") != now.get("schema", {}).get("$ref"):
                yield f"{where} answers {status} with another component."


def _schema(name: str, before: dict, after: dict) -> Iterator[str]:
    """A component may have more members than before; those that it had stay what they were."""
    for key in ("type", "format", "$ref"):
        if before.get(key) != after.get(key):
            yield f"{name} has another {key}."
    for member in before.get("required", []):
        if member not in after.get("required", []):
            yield f"{name}.{member} needn't stand there any more."
    for member, schema in before.get("properties", {}).items():
        if member not in after.get("properties", {}):
            yield f"{name}.{member} is gone."
        else:
            yield from _schema(f"{name}.{member}", schema, after["properties"][member])
    for word in before.get("enum", []):
        if word not in after.get("enum", [word]):
            yield f"{name} doesn't know “{word}” any more."
    if "items" in before:
        yield from _schema(f"{name}[]", before["items"], after.get("items", {}))
