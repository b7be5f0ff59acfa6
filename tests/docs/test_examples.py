"""What the documentation shows can be typed in as it stands."""

import re
import shutil
import subprocess

import pytest
from turnwise.agents.load import load_settings
from turnwise.agents.tokens import verify

from .blocks import PAGES, ROOT, blocks

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_settings_that_are_shown_are_taken(block, tmp_path):
    (tmp_path / "settings.toml").write_text((ROOT / "settings.toml").read_text())
    (tmp_path / "settings.local.toml").write_text(block.text)
    variables = dict.fromkeys(re.findall(r'_env = "(\w+)"', block.text), "a key")
    load_settings(tmp_path / "settings.toml", variables)


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
        pytest.skip("Node is not installed")
    (route,) = blocks("js", "adopting.md")
    (tmp_path / "route.mjs").write_text(
        route.text + 'console.log(mintCallToken({ meetingId: "m-1", userId: "ann", agent: "default" }))\n'
    )
    env = {"TURNWISE_AUTH__SECRET": SECRET, "PATH": "/usr/bin:/bin"}
    ran = subprocess.run([node, tmp_path / "route.mjs"], env=env, capture_output=True, text=True, check=True)
    claims = verify(SECRET, ran.stdout.strip())
    assert (claims.meeting_id, claims.user, claims.agent) == ("m-1", "ann", "default")
