"""Every component with a short name is documented as it is."""

from turnwise.agents.catalogue.own_markdown import own_components
from turnwise.agents.importing import GROUP, short_names

from .blocks import text_of


def test_the_page_is_what_the_command_makes():
    ours = [name for name, entry in short_names(GROUP).items() if entry.value.startswith("turnwise.")]
    assert text_of("components.md") == own_components(ours)
