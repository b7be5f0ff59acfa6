"""What the documentation shows can be typed in as it stands."""

import re
import shutil
import subprocess

import pytest
from turnwise.agents.load import load_settings
from turnwise.agents.settings.problems import SettingsError
from turnwise.agents.tokens import verify

from ..needed import cannot
from .blocks import PAGES, ROOT, blocks

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_settings_that_are_shown_are_taken(block, tmp_path):
    (tmp_path / "settings.toml").write_text((ROOT / "settings.toml").read_text())
    (tmp_path / "settings.local.toml").write_text(block.text)
    for module, name in re.findall(r'"(\w+):(\w+)"', block.text):
        (tmp_path / f"{module}.py").write_text(shown_python(block.page, name))
    variables = dict.fromkeys(re.findall(r'_env = "(\w+)"', block.text), "a key")
    if 'use = "webhook"' in block.text:
        variables["TURNWISE_AFTER_CALL__SECRET"] = SECRET
    problems = problems_of(tmp_path / "settings.toml", variables)
    assert [problem for problem in problems if "needs Pipecat's extra" not in problem.wrong] == []


def problems_of(settings_file, variables):
    """What is wrong with settings, if anything."""
    try:
        load_settings(settings_file, variables)
    except SettingsError as error:
        return error.problems
    return []


def shown_python(page, name):
    """The code on a page that makes what its settings name."""
    return next(b.text for b in blocks("python", page) if re.search(rf"(def|class) {name}\b", b.text))


def test_every_link_between_pages_leads_somewhere():
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_a_token_minted_as_shown_for_nextjs_opens_a_call(tmp_path):
    node = shutil.which("node")
    if node is None:
        cannot("Node is not installed")
    (route,) = blocks("js", "adopting.md")
    (tmp_path / "route.mjs").write_text(
        route.text + 'console.log(mintCallToken({ meetingId: "m-1", userId: "ann", agent: "default" }))\n'
    )
    env = {"TURNWISE_AUTH__SECRET": SECRET, "PATH": "/usr/bin:/bin"}
    ran = subprocess.run([node, tmp_path / "route.mjs"], env=env, capture_output=True, text=True, check=True)
    claims = verify(SECRET, ran.stdout.strip())
    assert (claims.meeting_id, claims.user, claims.agent) == ("m-1", "ann", "default")
