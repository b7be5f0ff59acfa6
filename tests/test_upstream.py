"""Where requests and realtime sessions go, and what they carry."""

import pytest
from pydantic import SecretStr
from turnwise.agents.settings.model import OpenAIAccess
from turnwise.agents.upstream import CALL_HEADER, OpenAIUpstream


def upstream(url: str | None = None) -> OpenAIUpstream:
    return OpenAIUpstream(OpenAIAccess(SecretStr("key"), url)).for_call("the call")


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        (None, "wss://api.openai.com/v1/realtime?intent=transcription"),
        ("http://127.0.0.1:9/v1/", "ws://127.0.0.1:9/v1/realtime?intent=transcription"),
        (
            "https://a.example/x?api-version=1",
            "wss://a.example/x/realtime?api-version=1&intent=transcription",
        ),
    ],
)
def test_a_realtime_session_is_opened_where_requests_go(monkeypatch, base_url, url):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert upstream(base_url).realtime_url(intent="transcription") == url


@pytest.mark.parametrize(
    ("base_url", "tag"), [("http://127.0.0.1:9/v1", "the call"), ("http://a.example", None)]
)
def test_which_call_it_is_is_told_to_this_machine_only(base_url, tag):
    headers = upstream(base_url).realtime_headers()
    assert (headers["Authorization"], headers.get(CALL_HEADER)) == ("Bearer key", tag)
