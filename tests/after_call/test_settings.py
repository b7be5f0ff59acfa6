"""Whatever is wrong with `[after_call]` is said before any call, with its place and what to do."""

import pytest

from ..servers import SECRET as NO_KEY
from ..settings.conftest import load, problems
from .receiver import SECRET

__all__ = ["load", "problems"]

HOOK = '[after_call]\nuse = "webhook"\n'
GOOD = f'{HOOK}url = "https://www.example.org/m"\n'

MINE = """
class NoDeliver:
    pass


class Raises:
    def __init__(self):
        raise RuntimeError("no such queue")
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[after_call]\nuse = 'webhok'", "settings.toml:2: after_call.use: no component is called 'webhok'"),
        (HOOK, "after_call.url: is missing; set it"),
        (f"{HOOK}url = 'example.org'", "settings.toml:3: after_call.url: is no address; write it like https"),
        (f"{HOOK}url = 7", "settings.toml:3: after_call.url: must be text"),
        (f"{GOOD}ulr = ''", "settings.toml:4: after_call.ulr: is not a known key; did you mean url?"),
        (f"{GOOD}timeout_secs = 0", "settings.toml:4: after_call.timeout_secs: must be greater than 0"),
        (f"{GOOD}allow_http = 'yes'", "settings.toml:4: after_call.allow_http: must be true or false"),
        (
            f"{HOOK}url = 'http://www.example.org/m'",
            "settings.toml:1: after_call: the webhook's url would send what people said in the clear",
        ),
        (
            "[after_call]\nuse = 'wrongs:NoDeliver'",
            "settings.toml:1: after_call: wrongs:NoDeliver has no `deliver`; name a class with",
        ),
        (
            "[after_call]\nuse = 'wrongs:Raises'",
            "settings.toml:1: after_call: wrongs:Raises raises RuntimeError when built; change its options",
        ),
    ],
)
def test_a_wrong_table_is_told_with_its_place(problems, tmp_path, text, said):
    (tmp_path / "wrongs.py").write_text(MINE)
    variables = {} if "wrongs" in text else {"TURNWISE_AFTER_CALL__SECRET": SECRET}
    assert said in problems(text, **variables)


@pytest.mark.parametrize(
    ("secret", "wrong"), [(NO_KEY, "is not whsec_ and base64"), ("whsec_c2hvcnQ=", "is shorter")]
)
def test_a_secret_that_is_none_is_told_without_it(problems, secret, wrong):
    said = problems(GOOD, TURNWISE_AFTER_CALL__SECRET=secret)
    assert said.startswith(f"TURNWISE_AFTER_CALL__SECRET: after_call.secret: {wrong}")
    assert secret not in said


def test_a_webhook_without_a_secret_is_told_how_to_make_one(problems):
    assert 'TURNWISE_AFTER_CALL__SECRET to what `echo "whsec_$(openssl rand -base64 32)"`' in problems(GOOD)


def test_a_secret_in_the_file_that_gets_committed_is_warned_about(load):
    settings = load(f'{GOOD}secret = "{SECRET}"\n')
    assert [warning.partition(";")[0] for warning in settings.warnings] == [
        "settings.toml:4: after_call.secret: is a secret in a file that gets committed"
    ]
    assert SECRET not in str(settings)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/m", "http://localhost/m"])
def test_this_machine_may_be_reached_without_tls(load, address):
    load(f'{HOOK}url = "{address}"', TURNWISE_AFTER_CALL__SECRET=SECRET)


def test_another_machine_may_too_where_it_is_allowed(load):
    text = f'{HOOK}url = "http://analysis.internal/m"\nallow_http = true'
    load(text, TURNWISE_AFTER_CALL__SECRET=SECRET)


def test_turned_off_by_a_variable_its_options_may_stay(load):
    assert load(GOOD, TURNWISE_AFTER_CALL__USE="none").after_call.use == "none"
