"""What a team would put beside its settings: Pipecat's own recogniser, put together by a function."""

from pipecat.services.openai.stt import OpenAISTTService
from turnwise.agents.upstream import OpenAIUpstream


def stock_recogniser(upstream: OpenAIUpstream, *, model: str) -> OpenAISTTService:
    """The stock service, at the sandbox; of an empty transcript it sends nothing."""
    client = upstream.client()
    settings = OpenAISTTService.Settings(model=model)
    service = OpenAISTTService(api_key=client.api_key, base_url=str(client.base_url), settings=settings)
    service._client = client  # so that the sandbox can tell the call apart
    return service
