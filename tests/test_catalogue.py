"""What Pipecat brings is found in its source, and the source is read rightly."""

import subprocess
import sys
from pathlib import Path

import pytest
from turnwise.agents.catalogue.extras import extra_of, provided
from turnwise.agents.catalogue.found import found_in_pipecat
from turnwise.agents.catalogue.markdown import as_markdown
from turnwise.agents.component import find_component
from turnwise.agents.component_error import ComponentError
from turnwise.agents.trial import try_out

from .processors.calls import a_call

DOCS = Path(__file__).parents[1] / "docs"
FOUND = found_in_pipecat()
INSTALLED = [each for each in FOUND if each.is_installed]


def needed_by(component):
    return {name for name, p in component.parameters.items() if p.default is p.empty}


def test_the_table_in_docs_is_what_the_command_makes():
    assert (DOCS / "pipecat-services.md").read_text() == as_markdown(FOUND)


def test_every_service_of_pipecats_for_speech_and_language_can_be_named():
    unnamed = [
        each.path for each in FOUND if each.obstacles and each.kind in ("stt", "llm", "tts", "realtime")
    ]
    assert len([each for each in FOUND if each.kind in ("stt", "llm", "tts")]) > 100
    assert unnamed == []


def test_what_the_source_says_of_a_class_is_what_its_signature_says():
    assert len(INSTALLED) > 80
    for each in INSTALLED:
        component = find_component("x", each.path, Path())
        told = needed_by(component) & {*component.options.model_fields, *component.unreadable}
        assert told == {needed.name for needed in each.needed}, each.path
        assert {needed.name for needed in each.obstacles} == told & set(component.unreadable), each.path


def test_a_class_whose_extra_is_missing_says_which():
    missing = [each for each in FOUND if not each.is_installed]
    for each in missing:
        with pytest.raises(ComponentError) as caught:
            find_component("x", each.path, Path())
        assert f"needs Pipecat's extra {each.extra}; install it with: uv add " in str(caught.value)
        assert "\n" not in str(caught.value)


def test_an_extra_is_one_that_the_distribution_has():
    assert {part for each in FOUND if each.extra for part in each.extra.split(",")} <= provided()
    assert extra_of("pipecat.services.pocket_tts.tts") == "pocket-tts"
    assert extra_of("pipecat.processors.frameworks.strands_agents") == "strands"


def test_finding_them_imports_none_of_them():
    program = (
        "import sys\n"
        "from turnwise.agents.catalogue.found import found_in_pipecat\n"
        "assert found_in_pipecat()\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'pipecat'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_trial_of_every_service_leaves_nothing_behind_and_says_one_sentence():
    """No socket, no task and no warning: warnings are errors here, those of collected garbage too."""
    built: list[str] = []
    failed: list[ComponentError] = []

    def build(call):
        for each in INSTALLED:
            if each.obstacles:
                continue
            component = find_component("x", each.path, Path())
            try:
                options = {needed.name: "x" for needed in each.needed}
                yield component.build(options, call)
                built.append(each.path)
            except ComponentError as error:
                failed.append(error)

    try_out(a_call().agent, build)
    assert len(built) > 80
    assert [str(error) for error in failed if "\n" in str(error)] == []
