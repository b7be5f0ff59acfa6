"""The items that a client may put into the conversation: the GA shapes, and no others."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from .events import RefusedEvent
from .shapes import Shape, refused


class InputText(Shape):
    """What is written instead of said."""

    type: Literal["input_text"]
    text: str


class InputAudio(Shape):
    """Sound in base64, in the session's input format; `transcript` is not shown to the model."""

    type: Literal["input_audio"]
    audio: str
    transcript: str | None = None


class OutputText(Shape):
    """What the model is to have said."""

    type: Literal["output_text"]
    text: str


class _Item(Shape):
    id: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    object: Literal["realtime.item"] | None = None
    status: Literal["completed", "incomplete", "in_progress"] | None = None


class SystemMessage(_Item):
    """Told to the model in mid-conversation."""

    type: Literal["message"]
    role: Literal["system"]
    content: list[InputText]


class UserMessage(_Item):
    """Images are not looked at here, and so refused."""

    type: Literal["message"]
    role: Literal["user"]
    content: list[Annotated[InputText | InputAudio, Field(discriminator="type")]]


class AssistantMessage(_Item):
    """Text only: nobody but the model makes its sound."""

    type: Literal["message"]
    role: Literal["assistant"]
    content: list[OutputText]


class FunctionCall(_Item):
    """A call that the model is to have made."""

    type: Literal["function_call"]
    name: str
    arguments: str
    call_id: str | None = None


class FunctionCallOutput(_Item):
    """What came of a call."""

    type: Literal["function_call_output"]
    call_id: str
    output: str


ClientItem = SystemMessage | UserMessage | AssistantMessage | FunctionCall | FunctionCallOutput

_MESSAGES: dict[str, type[SystemMessage | UserMessage | AssistantMessage]] = {
    "system": SystemMessage,
    "user": UserMessage,
    "assistant": AssistantMessage,
}
_OTHERS: dict[str, type[FunctionCall | FunctionCallOutput]] = {
    "function_call": FunctionCall,
    "function_call_output": FunctionCallOutput,
}


def read_item(given: object, param: str = "item") -> ClientItem:
    """An item of the client's.

    Raises:
        RefusedEvent: it is none, or one of a kind that is not made here.
    """
    if not isinstance(given, dict):
        raise RefusedEvent(f"Missing required parameter: '{param}'.", "missing_required_parameter", param)
    try:
        return TypeAdapter(_shape_of(given, param)).validate_python(given)
    except ValidationError as error:
        raise refused(error.errors(include_url=False)[0], param) from None


def _shape_of(given: dict[str, Any], param: str) -> type[ClientItem]:
    kind, role = given.get("type"), given.get("role")
    if kind == "message":
        field, value, shapes = "role", role, _MESSAGES
    else:
        field, value, shapes = "type", kind, {"message": None, **_OTHERS}
    shape = shapes.get(value) if isinstance(value, str) else None
    if shape is None:
        message = f"Invalid value for '{param}.{field}': expected one of {', '.join(shapes)}."
        raise RefusedEvent(message, "invalid_value", f"{param}.{field}")
    return shape
