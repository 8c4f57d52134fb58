"""How a report differs from the JSON schema in docs/, which has every field that it may have."""

from collections.abc import Iterator
from typing import Any

import msgspec

from ci.readme import SCHEMA

TYPES = {
    "integer": int,
    "number": (int, float),
    "string": str,
    "null": type(None),
    "array": list,
    "object": dict,
}


def misfits(content: Any) -> list[str]:
    """Return where a decoded gate.json and its schema differ."""
    schema = msgspec.json.decode(SCHEMA.read_bytes())
    return list(_misfits(content, schema, schema["$defs"], "gate.json"))


def _misfits(value: Any, schema: dict, named: dict, place: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = named[schema["$ref"].rpartition("/")[2]]
    if choices := schema.get("anyOf"):
        if all(list(_misfits(value, choice, named, place)) for choice in choices):
            yield f"{place} is {value!r}, none of {choices}"
        return
    if value not in schema.get("enum", [value]):
        yield f"{place} is {value!r}, not one of {schema['enum']}"
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        yield f"{place} is {value!r}, not of type {schema['type']}"
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _misfits(item, schema["items"], named, f"{place}[{position}]")
    elif isinstance(value, dict):
        yield from _misfits_of_object(value, schema, named, place)


def _misfits_of_object(value: dict, schema: dict, named: dict, place: str) -> Iterator[str]:
    known, other = schema.get("properties", {}), schema.get("additionalProperties")
    yield from (f"{place} lacks {name}" for name in schema.get("required", ()) if name not in value)
    for name, item in value.items():
        if name not in known and not isinstance(other, dict):
            yield f"{place} has {name}, which the schema has not"
        else:
            yield from _misfits(item, known.get(name, other), named, f"{place}.{name}")
