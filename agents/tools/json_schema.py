"""The JSON schema of a model, without references: Pipecat passes on nothing but the properties."""

import warnings
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


class Recursive(Exception):
    """A type that contains itself."""


def plain_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema with every reference replaced by what it refers to, and without titles.

    Raises:
        Recursive: a type contains itself.
        pydantic.errors.PydanticUserError: a type has no schema.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a default that JSON cannot say
        schema = model.model_json_schema()
    return _plain(schema, schema.get("$defs", {}), ())


def _plain(schema: Any, defined: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_plain(each, defined, within) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in ("$ref", "$defs", "title")}
    plain = {
        key: {name: _plain(each, defined, within) for name, each in value.items()}
        if key == "properties"
        else _plain(value, defined, within)
        for key, value in kept.items()
    }
    if "$ref" not in schema:
        return plain
    name = schema["$ref"].rsplit("/", 1)[-1]
    if name in within:
        raise Recursive(f"{name} contains itself")
    return {**_plain(defined[name], defined, (*within, name)), **plain}
