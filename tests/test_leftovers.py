"""What a call leaves open is closed with it, and nothing that another call still needs."""

import pytest
from pipecat.services.openai.stt import OpenAISTTService
from pydantic import SecretStr
from turnwise.agents.leftovers import close_clients
from turnwise.agents.settings.model import OpenAIAccess
from turnwise.agents.upstream import OpenAIUpstream

pytestmark = pytest.mark.anyio
NOWHERE = "http://127.0.0.1:1/v1"


async def test_the_client_of_a_stock_service_is_closed_with_its_call():
    upstream = OpenAIUpstream(OpenAIAccess(SecretStr("key"), NOWHERE))
    stock = OpenAISTTService(api_key="key", base_url=NOWHERE)
    await close_clients([stock], upstream)
    assert stock._client.is_closed()
    await upstream.aclose()


async def test_the_shared_connections_stay_open_for_other_calls_whoever_was_given_them():
    upstream = OpenAIUpstream(OpenAIAccess(SecretStr("key"), NOWHERE))
    stock = OpenAISTTService(api_key="key", base_url=NOWHERE)
    await stock._client.close()
    stock._client = upstream.for_call("m").client()
    await close_clients([stock], upstream.for_call("m"))
    assert not upstream.client().is_closed()
    await upstream.aclose()
