"""`[agents.NAME]`: `extends` followed, the line completed, every stage resolved."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from dynaconf.utils import object_merge

from .component_check import ComponentCheck, Idle, Tried
from .layers import Layers
from .model import AgentFields, AgentSettings, StageSettings
from .model_dates import Ending, endings
from .pipeline import (
    ENDPOINTING,
    IMPLIED,
    IN,
    LEFT_OUT,
    OUT,
    TOOL_CALLS,
    drop_replaced,
    other_way,
    parse_line,
    use_of,
    whole_line,
)
from .problems import Path as KeyPath
from .problems import Problem
from .values import check_values, unknown_key


class AgentReader:
    """Reads one agent's table; keeps every problem on the way."""

    def __init__(self, name: str, layers: Layers, components: ComponentCheck | None) -> None:
        self.layers = layers
        self.problems: list[Problem] = []
        self.endings: list[Ending] = []
        self._name = name
        self._components = components
        self._ancestors = [name]
        self._table = self._inherited(name)

    def read(self) -> AgentSettings | None:
        """The agent, or None where something is wrong with it."""
        tables = {key: value for key, value in self._table.items() if isinstance(value, dict)}
        values = {key: value for key, value in self._table.items() if key not in tables}
        fields = self._fields(values, tables)
        if fields is None:
            return None
        stages = self._stages(fields, tables)
        unusable = self._check_tools(fields, tables)
        agent = AgentSettings(self._name, fields, tuple(stages), self.layers.folder)
        tried = self._components.try_out(agent) if self._components else Tried((), {})
        for stage, why in tried.failed:
            if not (unusable and stage == TOOL_CALLS):
                self.add(("agents", self._name, stage), why.wrong, why.remedy)
        for idle in self._components.idle(agent) if self._components else ():
            self._add_idle(idle)
        by_name = {stage.name: stage for stage in stages}
        self.endings = list(endings(self._name, by_name, tables, tried.models, self.place))
        return None if self.problems else agent

    def place(self, path: KeyPath) -> str:
        """Where a key of this agent stands: in its own table or in one that it extends."""
        for ancestor in self._ancestors:
            if self.layers.places.knows(("agents", ancestor, *path[2:])):
                return self.layers.places.find(("agents", ancestor, *path[2:]))
        return self.layers.places.find(path)

    def is_variable(self, path: KeyPath) -> bool:
        """Whether a key of this agent, or of one that it extends, comes from a variable."""
        return any(("agents", name, *path[2:]) in self.layers.from_variables for name in self._ancestors)

    def add(self, path: KeyPath, wrong: str, remedy: str) -> None:
        """Notes a problem with a key."""
        self.problems.append(Problem(".".join(path), wrong, remedy, self.place(path)))

    def _inherited(self, name: str) -> dict[str, Any]:
        """The agent's table on top of those that it extends."""
        table = deepcopy(self.layers.values["agents"][name])
        parent = table.pop("extends", None)
        if parent is None:
            return table
        path = ("agents", name, "extends")
        known = self.layers.values["agents"]
        if not isinstance(parent, str) or not isinstance(known.get(parent), dict):
            _, remedy = unknown_key(str(parent), list(known))
            self.add(path, f"there is no agent {parent!r}", remedy)
            return table
        if parent in self._ancestors:
            self.add(path, f"goes in a circle ({' -> '.join([*self._ancestors, parent])})", "break it")
            return table
        self._ancestors.append(parent)
        return _on_top(self._inherited(parent), table)

    def _fields(self, values: dict[str, Any], tables: Mapping[str, Any]) -> AgentFields | None:
        path = ("agents", self._name)
        fields, problems = check_values(AgentFields, values, path, self.place, self.is_variable)
        self.problems += problems
        misplaced = sorted(set(tables) & set(AgentFields.model_fields))
        for key in misplaced:
            self.add((*path, key), "must not be a table", "write it as one value")
        return fields

    def _check_tools(self, fields: AgentFields, tables: Mapping[str, dict[str, Any]]) -> bool:
        """Whether any of the tools cannot be used."""
        path = ("agents", self._name, "tools")
        wrong = (
            list(self._components.check_tools(fields.tools, self.layers.folder)) if self._components else []
        )
        for why in wrong:
            self.add(path, why.wrong, why.remedy)
        line = whole_line(parse_line(fields.pipeline)[0], bool(fields.tools))
        for needed in (TOOL_CALLS, "memory") if fields.tools else ():
            if needed not in line or tables.get(needed, {}).get("use") == LEFT_OUT:
                self.add(path, f"need the stage {needed}, which is not in the line", "put it there")
        return bool(wrong)

    def _stages(self, fields: AgentFields, tables: Mapping[str, dict[str, Any]]) -> list[StageSettings]:
        named, wrong = parse_line(fields.pipeline)
        if wrong:
            self.add(
                ("agents", self._name, "pipeline"), wrong, "draw it as `gate -> vad -> stt -> llm -> tts`"
            )
            return []
        line = whole_line(named, bool(fields.tools))
        self._check_unused(tables, line)
        stages = [self._stage(name, tables.get(name, {}), name in named) for name in line]
        return [stage for stage in stages if stage]

    def _check_unused(self, tables: Mapping[str, Any], line: list[str]) -> None:
        for name, table in tables.items():
            path = ("agents", self._name, name)
            is_unused = name not in line and name != TOOL_CALLS and table.get("use") != LEFT_OUT
            if is_unused and self._is_meant(path, (*path[:2], "pipeline")):
                place_it = "put vad before the model" if name == ENDPOINTING else "name it in the line"
                self.add(path, "is not in the pipeline", f"{place_it} or take the table out")

    def _add_idle(self, idle: Idle) -> None:
        """Notes an option that means nothing; one that an agent or a layer below has is nobody's mistake."""
        stage = ("agents", self._name, idle.stage)
        own = self.layers.values["agents"][self._name].get(idle.stage, {})
        for key in (key for key in idle.keys if key in own):
            is_apart = self.layers.places.knows((*stage, key))
            written = (*stage, key) if is_apart else stage
            if self._is_meant(written, (*stage[:2], *idle.beside)):
                place = self.place(written)
                self.problems.append(Problem(".".join((*stage, key)), idle.wrong, idle.remedy, place))

    def _is_meant(self, path: KeyPath, beside: KeyPath) -> bool:
        """Whether a key was written for another one: not inherited, and not below the other's layer."""
        own, other = self.layers.places.layer(path), self._layer(beside)
        return own is not None and (other is None or own >= other)

    def _layer(self, path: KeyPath) -> int | None:
        """How high the layer stands that sets a key of this agent, or of the nearest that it extends."""
        ways = (path, (*path[:-1], other_way(path[-1])))
        for name in self._ancestors:
            layers = (self.layers.places.layer(("agents", name, *way[2:])) for way in ways)
            if found := [layer for layer in layers if layer is not None]:
                return max(found)
        return None

    def _stage(self, name: str, table: dict[str, Any], is_named: bool) -> StageSettings | None:
        path = ("agents", self._name, name)
        if name in (IN, OUT):
            return StageSettings(name, name, implied=not is_named)
        options = dict(table)
        implied = IMPLIED.get(name)
        use = use_of(name, options)
        options.pop("use", None)
        if not isinstance(use, str):
            self.add((*path, "use"), "must be text", "give a short name or module:Class")
            return None
        if use == LEFT_OUT:
            if is_named or (implied and not implied.can_be_left_out):
                self.add((*path, "use"), "cannot be left out", 'take `use = "none"` away')
            return None
        stage = StageSettings(name, use, options, implied=not is_named)
        if self._components is None:
            return stage
        resolved, problems = self._components.resolve(stage, path, self)
        self.problems += problems
        return resolved


def _on_top(parent: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    """The child's table on its parent's; a stage that names another component starts afresh."""
    drop_replaced(parent, child)
    return object_merge(parent, child, list_merge="shallow")
