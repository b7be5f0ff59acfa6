"""Agents whose line lacks something of what a conversation takes."""

from collections.abc import Iterator, Mapping

from .model import AgentSettings
from .pipeline import REALTIME, doubts
from .places import Places
from .problems import Problem


def doubtful_lines(agents: Mapping[str, AgentSettings], places: Places) -> Iterator[str]:
    """A warning for each doubt."""
    for name, agent in agents.items():
        place = places.find(("agents", name, "pipeline"))
        for wrong, remedy in doubts([stage.name for stage in agent.stages], _realtime_speaks(agent)):
            yield str(Problem(f"agents.{name}.pipeline", wrong, remedy, place))


def _realtime_speaks(agent: AgentSettings) -> bool:
    """Whether a `realtime` stage of ours answers aloud: as it does where nothing else is said."""
    return any(
        (stage.name, stage.use) == (REALTIME, "openai") and stage.options.get("output", "audio") == "audio"
        for stage in agent.stages
    )
