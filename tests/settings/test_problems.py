"""Whatever is wrong with settings is said at once, with its place and what to do."""

import pytest

OPENAI = "use = 'openai'\nmodel = 'm'"


def test_every_problem_is_reported_at_once(problems):
    said = problems(
        "[server]\nprot = 1\nmax_calls = 0\n"
        "[agents.default]\nprompt = 1\npipeline = 'gate'\n[agents.x]\nextends = 'y'\n"
    )
    assert len(said.splitlines()) >= 5
    for part in ("server.prot", "server.max_calls", "agents.default.prompt", "agents.x.extends"):
        assert part in said


def test_a_problem_names_file_line_key_and_what_to_do(problems):
    assert (
        problems("\n[server]\nprot = 1")
        == "settings.toml:3: server.prot: is not a known key; did you mean port?"
    )


def test_broken_toml_names_file_and_line(problems):
    assert problems("[server]\nport = = 1").startswith("settings.toml:2: ")


def test_a_bad_value_in_a_variable_names_the_variable(problems):
    said = problems(TURNWISE_SERVER__PORT="many")
    assert said == "TURNWISE_SERVER__PORT: server.port: must be a whole number, not 'many'; change it"


def test_an_unknown_variable_is_a_problem_too(problems):
    assert "TURNWISE_SERVER__PROT: server.prot: is not a known key; did you mean port?" in problems(
        TURNWISE_SERVER__PROT="1"
    )


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ("server", "port = 70000"),
        ("server", "port = '80'"),
        ("server", "rejoin_secs = -1"),
        ("server", "rejoin_secs = nan"),
        ("server", "max_calls = 1.5"),
        ("server", "max_calls = true"),
        ("auth", "token_secs = 301"),
        ("log", "level = 'LOUD'"),
        ("agents.default.vad", "use = 'silero'\nstop_secs = -1"),
        ("agents.default.vad", "use = 'silero'\nstop_secs = nan"),
        ("agents.default.vad", "use = 'silero'\nmin_volume = 2"),
        ("agents.default.vad", "use = 'silero'\nstart_secs = '0.2'"),
        ("agents.default.endpointing", "silence_secs = 0"),
        ("agents.default.recovery", "answer_secs = inf"),
        ("agents.default.tts", f"{OPENAI}\nvoice = 'nobody'"),
        ("agents.default.llm", f"{OPENAI}\ntemperature = 3.0"),
    ],
)
def test_a_value_of_a_wrong_type_or_out_of_range_names_its_key(problems, table, value):
    key = value.rpartition("\n")[2].partition(" ")[0]
    agent = "[agents.default]\nprompt = 'x'\npipeline = 'vad -> stt -> llm -> tts'\n"
    others = "".join(
        f"[agents.default.{name}]\n{table_of}\n"
        for name, table_of in (("vad", "use = 'silero'"), ("stt", OPENAI), ("llm", OPENAI), ("tts", OPENAI))
        if table != f"agents.default.{name}"
    )
    said = problems(f"{agent}{others}[{table}]\n{value}\n")
    assert f": {table}.{key}: must be " in said
    assert len(said.splitlines()) == 1


def test_a_secret_of_a_wrong_type_is_not_shown(problems):
    assert "12345" not in problems("[auth]\napi_key = 12345")


def test_a_short_secret_is_refused(problems):
    said = problems(TURNWISE_AUTH__SECRET="short")
    assert "auth.secret: is shorter than 32 bytes" in said
    assert "TURNWISE_AUTH__SECRET" in said


def test_a_server_that_others_can_reach_wants_its_secrets(problems):
    said = problems("[server]\nhost = '0.0.0.0'")
    assert "set TURNWISE_AUTH__SECRET" in said
    assert "set TURNWISE_AUTH__API_KEY" in said


def test_a_secret_in_the_committed_file_is_warned_of(load):
    (warning,) = load("[auth]\napi_key = 'k'").warnings
    assert warning.startswith("settings.toml:2: auth.api_key: is a secret")
    assert "TURNWISE_AUTH__API_KEY" in warning


def test_a_secret_in_a_variable_is_no_reason_for_a_warning(load):
    assert load(TURNWISE_AUTH__API_KEY="k").warnings == ()


def test_an_unknown_default_agent_is_a_problem(problems):
    assert "did you mean default?" in problems("default_agent = 'defualt'")


def test_a_turn_servers_credential_in_the_committed_file_is_warned_of(load):
    server = "{urls = 'turn:x', username = 'ann', credential = 'not for git'}"
    (warning,) = load(f"[webrtc]\nice_servers = ['stun:x', {server}]\n").warnings
    assert warning.startswith("settings.toml:2: webrtc.ice_servers: is a secret in a file")
    assert "TURNWISE_WEBRTC__ICE_SERVERS" in warning
    assert "not for git" not in warning


def test_ice_servers_may_come_from_a_variable(load):
    login = "username = 'u', credential = 'c'"
    servers = f"['stun:a:1', {{urls = ['turn:b?transport=udp', 'turns:[::1]:443'], {login}}}]"
    settings = load(TURNWISE_WEBRTC__ICE_SERVERS=servers)
    assert [server.urls for server in settings.webrtc.ice_servers] == [
        ["stun:a:1"],
        ["turn:b?transport=udp", "turns:[::1]:443"],
    ]
    assert settings.warnings == ()


def test_a_secret_among_a_stages_options_is_warned_of_too(load):
    text = "[agents.default]\nprompt = 'x'\npipeline = 'mine'\n"
    path = "pipecat.processors.filters.identity_filter:IdentityFilter"
    text += f"[agents.default.mine]\nuse = '{path}'\nname = 'n'\n[auth]\nsecret = '{'s' * 32}'\n"
    (warning,) = load(text).warnings
    assert "auth.secret" in warning


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agents = [1]", "agents: there is no agent"),
        ("[[agents]]\nx = 1", "agents: there is no agent"),
        ("[transcripts]\nuse = 'nope:Nope'", "transcripts.use: nope:Nope cannot be imported"),
        ("[transcripts]\nuse = 'json:JSONDecoder'", "json:JSONDecoder has no `save`"),
        ("[server]\nallowed_origins = ['*']", "'*' is none"),
        ("[server]\nallowed_origins = ['https://x/']", "'https://x/' is none"),
        ("[database]\nurl = 'mysql://x'", "database.url: must begin with sqlite:/// or postgresql://"),
        ("[database]\nurl = 'postgresql://me@host'", "database.url: not a database that can be used"),
        ("[database]\nurl = 'postgresql://me@host/n?colour=red'", "database.url: has an option"),
        ("[server]\nhost = '127.evil'", "set TURNWISE_AUTH__SECRET"),
        ("[webrtc]\nice_servers = 7", "settings.toml:2: webrtc.ice_servers: must be a list"),
        ("[webrtc]\nice_servers = [7]", "webrtc.ice_servers.0: must be a table"),
        ("[webrtc]\nice_servers = ['http://x']", "must be stun:host:port or turn:host:port"),
        ("[webrtc]\nice_servers = ['stun:']", "'stun:' is neither"),
        ("[webrtc]\nice_servers = ['turn:x']", "a TURN server wants username and credential"),
        ("[webrtc]\nice_servers = [{url = 'stun:x'}]", "did you mean urls?"),
        ("[webrtc]\nice_servers = [{urls = []}]", "webrtc.ice_servers.0.urls"),
        ("[webrtc]\nice_server = []", "did you mean ice_servers?"),
    ],
)
def test_what_would_fail_later_is_said_now(problems, text, said):
    shown = problems(text if not text.startswith(("agents", "[[")) else text + "\n#[agents.default]")
    assert said in shown
    assert "Value error" not in shown


def test_an_unknown_language_is_a_problem(problems):
    assert "'klingon' is not a valid Language" in problems(local="[agents.default]\nlanguage = 'klingon'")


def test_an_address_of_openai_that_is_none_is_a_problem(problems):
    assert problems(OPENAI_BASE_URL="http://[bad").startswith("OPENAI_BASE_URL: is no address")


def test_a_prompt_of_several_lines_does_not_mislead_about_places(problems):
    text = '[agents.default]\nprompt = """\n[server]\nport = 1\n"""\npipeline = \'gate\'\nidle_secs = -1\n'
    assert problems(text).startswith("settings.toml:7: agents.default.idle_secs")


def test_a_model_is_a_setting_and_has_no_default(problems):
    said = problems("[agents.default]\nprompt = 'x'\npipeline = 'stt'\n[agents.default.stt]\nuse = 'openai'")
    assert said == "settings.toml:4: agents.default.stt.model: is missing; set it"


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("postgresql://me:hunter2@host/name", True),
        ("postgresql://me@host/name?password=hunter2", True),
        ("postgresql://me@host/name", False),
    ],
)
def test_an_address_is_a_secret_only_with_a_password(load, url, warned):
    warnings = load(f"[database]\nurl = '{url}'").warnings
    assert any("database.url" in warning for warning in warnings) is warned
    assert "hunter2" not in str(warnings)


@pytest.mark.parametrize(
    "text",
    [
        '[agents.default.vad]\nuse = "quitter:Voice"',
        '[transcripts]\nuse = "quitter:Voice"',
        '[after_call]\nuse = "quitter:Voice"',
    ],
)
def test_a_module_that_wants_to_exit_is_a_problem_and_not_the_end(problems, tmp_path, text):
    (tmp_path / "quitter.py").write_text("raise SystemExit(0)")
    assert "quitter:Voice cannot be imported (SystemExit: 0); mend the module" in problems(local=text)


@pytest.mark.parametrize(("table", "method"), [("transcripts", "save"), ("after_call", "deliver")])
def test_what_a_place_for_turns_or_meetings_says_when_it_cannot_be_made_is_not_told(
    problems, tmp_path, table, method
):
    code = "class Hook:\n    def __init__(self, api_key):\n        raise ValueError(api_key)\n"
    (tmp_path / f"raising_{table}.py").write_text(f"{code}    async def {method}(self, what): ...\n")
    said = problems(local=f'[{table}]\nuse = "raising_{table}:Hook"\napi_key = "sk-SECRET"')
    assert f"raising_{table}:Hook raises ValueError when built" in said
    assert "SECRET" not in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gate -> stt -> llm -> tts", "has stt without vad before it: nothing tells it when somebody speaks"),
        ("gate -> vad -> stt -> tts", "has tts without llm before it"),
        ("gate -> vad -> stt -> realtime", "has stt beside realtime, which does its work"),
        ("gate -> realtime -> vad", "has vad behind realtime, where nobody speaks"),
        ("gate -> realtime -> tts", "has tts beside a realtime that speaks itself"),
    ],
)
def test_a_line_that_cannot_hold_a_conversation_is_warned_of(load, line, said):
    assert load().warnings == ()
    model = '[agents.odd.realtime]\nuse = "openai"\nmodel = "m"' if "realtime" in line else ""
    settings = load(local=f'[agents.odd]\nextends = "default"\npipeline = "{line}"\n{model}')
    assert [warning for warning in settings.warnings if f"agents.odd.pipeline: {said}" in warning]


def test_a_realtime_model_that_only_writes_may_have_a_voice(load):
    model = '[agents.odd.realtime]\nuse = "openai"\nmodel = "m"\noutput = "text"'
    line = 'pipeline = "gate -> realtime -> tts"'
    assert load(local=f'[agents.odd]\nextends = "default"\n{line}\n{model}').warnings == ()


def test_text_that_may_not_be_empty_is_told_so_in_words(problems):
    model = '[agents.odd.realtime]\nuse = "openai"\nmodel = "m"\ntranscription_model = ""'
    said = problems(local=f'[agents.odd]\nextends = "default"\npipeline = "gate -> realtime"\n{model}')
    assert "agents.odd.realtime.transcription_model: must not be empty; change it" in said
