"""`agent components`: what a person finds out before writing a settings file."""

import pytest

from .test_cli import agent


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    return agent(tmp_path_factory.mktemp("list"), "components")


def test_without_an_argument_it_lists_short_names_and_what_pipecat_brings(listed):
    assert (listed.returncode, listed.stderr) == (0, "")
    lines = {" ".join(line.split()) for line in listed.stdout.splitlines()}
    assert "vad silero Says when speech starts and stops, and how long it has been silent since" in lines
    assert "ok pipecat.services.cartesia.tts:CartesiaTTSService api_key" in lines
    assert "-- pipecat.services.deepgram.stt:DeepgramSTTService api_key needs the extra deepgram" in lines
    assert "ok pipecat.processors.filters.identity_filter:IdentityFilter" in lines


def test_one_row_is_one_line_where_it_is_read_by_a_program(listed):
    rows = [line for line in listed.stdout.splitlines() if line.startswith(("ok", "--", "py"))]
    assert all("pipecat." in row for row in rows)
    assert len(rows) > 150


def test_a_short_name_shows_every_option_with_type_range_default_and_meaning(tmp_path):
    shown = agent(tmp_path, "components", "llm.openai")
    rows = {line.split()[0]: " ".join(line.split()) for line in shown.stdout.splitlines() if line.split()}
    assert rows["model"] == "model text required chat model"
    assert rows["temperature"] == "temperature number from 0 to 2 unset how freely it speaks"


def test_an_option_that_means_something_only_beside_another_says_so(tmp_path):
    shown = agent(tmp_path, "components", "realtime.openai")
    rows = {line.split()[0]: " ".join(line.split()) for line in shown.stdout.splitlines() if line.split()}
    assert rows["voice"].endswith('who speaks; only with output = "audio"')
    assert rows["eagerness"].endswith(
        'low waits longest; only without vad in the line and with turn_detection = "semantic_vad"'
    )


def test_a_path_shows_the_tables_inside_and_leaves_out_what_is_deprecated(tmp_path):
    shown = agent(tmp_path, "components", "pipecat.services.groq.stt:GroqSTTService").stdout
    assert "api_key" in shown
    assert "  language" in shown
    assert "settings.language is the agent's language" in shown
    assert "deprecated options are not shown" in shown
    assert not any(line.startswith("model ") for line in shown.splitlines())


def test_what_settings_cannot_build_comes_with_the_python_that_can(tmp_path):
    path = "pipecat.processors.filters.function_filter:FunctionFilter"
    shown = agent(tmp_path, "components", path)
    assert shown.returncode == 0
    assert "its `filter` is a function" in shown.stdout
    assert "    def function_filter() -> FunctionFilter:" in shown.stdout


def test_a_module_beside_the_settings_file_is_found(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from pipecat.processors.frame_processor import FrameProcessor\n"
        "def mine(*, times: int = 2) -> FrameProcessor:\n"
        "    '''Does it twice.'''\n"
        "    return FrameProcessor()\n"
    )
    assert "times   whole number  2" in agent(tmp_path, "components", "mine:mine").stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody", "no component is called 'nobody'; name a module:Class, or see `agent components`"),
        (
            "pipecat.services.hume.tts:HumeTTSService",
            "pipecat.services.hume.tts:HumeTTSService needs Pipecat's extra hume; "
            'install it with: uv add "pipecat-ai[hume]"',
        ),
    ],
)
def test_what_is_not_there_is_one_sentence_and_exit_2(tmp_path, name, said):
    shown = agent(tmp_path, "components", name)
    assert (shown.returncode, shown.stderr.strip()) == (2, said)
