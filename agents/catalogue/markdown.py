"""The table of Pipecat's services in `docs/`, as Markdown."""

from collections.abc import Iterable, Iterator
from importlib.metadata import version

from .extras import DISTRIBUTION
from .found import KINDS, Found

_HEAD = """\
# Pipecat's services in a settings file

Made by `agent components --markdown pipecat` from the source of {distribution} {version}; do not edit.

Any of them is named by its path:

```toml
[agents.support]
extends = "default"

[agents.support.stt]
use = "pipecat.services.deepgram.stt:DeepgramSTTService"
api_key_env = "DEEPGRAM_API_KEY"        # option `api_key` from a variable or from .env.local

[agents.support.stt.settings]           # a table for the class's own `Settings`
model = "nova-3-general"
```

*Required* are the options without a default; what a call hands in (its prompt, the agent's language,
an aiohttp session) is not among them. Where an *extra* stands, install it:
`uv add "{distribution}[deepgram]"`. A class that needs something no settings file can say is built in a
few lines of Python, which `agent components PATH` and `agent check` show. `agent components PATH`
lists every option with type, range and default.
"""


def as_markdown(found: Iterable[Found]) -> str:
    """The whole page."""
    listed = list(found)
    parts = [_HEAD.format(distribution=DISTRIBUTION, version=version(DISTRIBUTION))]
    parts += ["\n".join(_section(kind, [f for f in listed if f.kind == kind])) for kind in KINDS]
    return "\n".join(parts)


def _section(kind: str, found: list[Found]) -> Iterator[str]:
    can = sum(not each.obstacles for each in found)
    yield f"## {KINDS[kind]}\n"
    yield f"{can} of {len(found)} can be named in settings.\n"
    yield "| `use` | named in settings | required | extra |"
    yield "|---|---|---|---|"
    for each in found:
        required = ", ".join(f"`{needed.name}`" for needed in each.needed)
        yield f"| `{each.path}` | {_verdict(each)} | {required} | {each.extra or ''} |"
    yield ""


def _verdict(found: Found) -> str:
    if not found.obstacles:
        return "yes"
    first = found.obstacles[0]
    return f"in Python: its `{first.name}` is a {first.kind}"
