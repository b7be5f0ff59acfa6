"""What a call leaves in the log, at the level that tells most."""

import re

import pytest
from turnwise.agents.client.api import Api
from turnwise.agents.client.caller import Caller

from ..words import SENTENCES

pytestmark = pytest.mark.side_by_side


async def test_a_call_leaves_its_id_but_no_token_and_nobodys_words_in_the_log(house):
    meeting_id = await house.new_meeting("You are the receptionist of Hotel Zanzibar.")
    async with Api(house.url) as api:
        token = await api.create_token(meeting_id)
    async with Caller.connect(house.url, meeting_id, token) as caller:
        assert (await caller.say(house.wav("weather"))).why is None
    await house.becomes(meeting_id, "processing")
    log = house.log_file.read_text()
    for secret in (token, token.split(".")[2], "Zanzibar", "Paris", "sunshine", "umbrella"):
        assert secret not in log
    assert SENTENCES["weather"].strip() not in log
    (own,) = re.findall(rf"INFO +(\w{{8}}) call of agent default in meeting {meeting_id}", log)
    assert f"{own} listening -> thinking" in log
    assert f"{own} thinking -> speaking" in log
    assert f"{own} call over: hung up" in log
