"""One tool: what the model is told of it, and the function behind it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class Tool:
    """An async function with its description; made by `read_tool`."""

    name: str
    description: str
    properties: Mapping[str, Any]
    """JSON schema of each argument that the model gives."""
    required: tuple[str, ...]
    arguments: type[BaseModel]
    """Checks and converts what the model gives; its fields have the arguments' names as aliases."""
    handed_in: Mapping[str, type]
    """Parameters that the model knows nothing of, and what is handed in: the call, for one."""
    function: Callable[..., Awaitable[Any]]

    def checked(self, arguments: Any) -> dict[str, Any]:
        """The arguments that were given, converted to what the function wants.

        Raises:
            pydantic.ValidationError: one is missing, unknown, or of another type.
        """
        model = self.arguments.model_validate(arguments)
        aliases = {name: str(field.alias) for name, field in type(model).model_fields.items()}
        return {aliases[name]: getattr(model, name) for name in model.model_fields_set}
