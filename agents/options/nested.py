"""Tables inside a stage's table: a dataclass or pydantic model of a component, as `settings` or `params`."""

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, create_model

from .parameters import resolved
from .readable import NotReadable, readable

STRICT = ConfigDict(
    extra="forbid",
    strict=True,
    allow_inf_nan=False,
    arbitrary_types_allowed=True,
    protected_namespaces=(),
)
_CLASS_OF: dict[type[BaseModel], type] = {}
_on_the_way: ContextVar[tuple[type, ...]] = ContextVar("_on_the_way", default=())


@dataclasses.dataclass(frozen=True)
class TableOf:
    """Marks an option that is a table: the class that it becomes, and the model that checks it."""

    cls: type
    model: type[BaseModel]

    def __call__(self, given: BaseModel) -> Any:
        """The object, made of what was given only: the rest is the class's own to say."""
        values = {_argument(self.cls, name): getattr(given, name) for name in given.model_fields_set}
        try:
            return self.cls(**values)
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from None


def table_of(cls: type) -> Any:
    """What checks a table and makes it an object of this class.

    Raises:
        NotReadable: the class cannot be made without something that no TOML value can become.
    """
    if cls in _on_the_way.get():
        return dict[str, Any]
    made = _marked(cls)
    return Annotated[made.model, AfterValidator(made)]


@cache
def _marked(cls: type) -> TableOf:
    token = _on_the_way.set((*_on_the_way.get(), cls))
    try:
        checked: dict[str, Any] = dict(_fields(cls))
    finally:
        _on_the_way.reset(token)
    is_open = getattr(cls, "model_config", {}).get("extra") == "allow"
    config = STRICT | ConfigDict(extra="allow") if is_open else STRICT
    model = create_model(cls.__name__, __config__=config, **checked)
    _CLASS_OF[model] = cls
    return TableOf(cls, model)


def _fields(cls: type) -> Iterator[tuple[str, Any]]:
    found = _model_fields(cls) if issubclass(cls, BaseModel) else _dataclass_fields(cls)
    for name, annotation, is_required in found:
        try:
            yield name, (readable(annotation), ... if is_required else None)
        except NotReadable as why:
            if is_required:
                raise NotReadable(f"{cls.__qualname__}, whose `{name}` is a {why}") from None


def _model_fields(cls: type[BaseModel]) -> Iterator[tuple[str, Any, bool]]:
    for name, field in cls.model_fields.items():
        annotation = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        yield name, annotation, field.is_required()


def _dataclass_fields(cls: type) -> Iterator[tuple[str, Any, bool]]:
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        module = sys.modules.get(base.__module__)
        annotations: Mapping[str, Any] = vars(base).get("__annotations__", {})
        hints |= resolved(annotations, vars(module) if module else {}, vars(base))
    for field in dataclasses.fields(cls):
        if field.init and field.name in hints and not field.name.startswith("_"):
            is_required = field.default is field.default_factory is dataclasses.MISSING
            yield field.name, hints[field.name], is_required


def _argument(cls: type, name: str) -> str:
    """The name that the class wants for a field: a pydantic field may go by another."""
    if not issubclass(cls, BaseModel) or cls.model_config.get("populate_by_name"):
        return name
    field = cls.model_fields.get(name)
    alias = field and (field.validation_alias or field.alias)
    return alias if isinstance(alias, str) else name


def class_of(model: type[BaseModel]) -> type | None:
    """The class that a table checked by this model becomes."""
    return _CLASS_OF.get(model)
