"""The JSON routes: agents, meetings, tokens, transcripts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ..refusal import Refusal
from ..settings.model import AgentSettings
from ..tokens import LONGEST_TTL_SECS, mint
from ..wire import chunk_fields
from .turnwise import Turnwise, turnwise_of


async def _from_here(request: Request) -> Turnwise:
    """Whoever asks comes from a page that may."""
    turnwise = turnwise_of(request)
    turnwise.door.check_origin(request.headers)
    return turnwise


async def _with_key(request: Request, turnwise: Annotated[Turnwise, Depends(_from_here)]) -> Turnwise:
    """Whoever asks may make meetings and tokens."""
    turnwise.door.check_api_key(request.headers)
    await turnwise.services.open()
    return turnwise


Here = Annotated[Turnwise, Depends(_from_here)]
Keyed = Annotated[Turnwise, Depends(_with_key)]
Text = Annotated[str, Field(max_length=20_000)]
router = APIRouter(prefix="/api")


class Body(BaseModel):
    """What a client sends: no key that isn't known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewMeeting(Body):
    """`POST /api/meetings`."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    prompt: Text | None = None


class TokenRequest(Body):
    """`POST /api/token`; `ttl` is in seconds."""

    meetingId: Annotated[str, Field(min_length=1, max_length=200)]
    agent: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    user: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    ttl: Annotated[int, Field(ge=1, le=LONGEST_TTL_SECS)] | None = None


@router.get("/agents")
async def agents(turnwise: Here) -> dict[str, Any]:
    """Every agent that a call can ask for."""
    settings = turnwise.settings
    return {"agents": [_agent(agent, settings.default_agent) for agent in settings.agents.values()]}


@router.post("/meetings", status_code=201)
async def make_meeting(turnwise: Keyed, wanted: NewMeeting) -> dict[str, Any]:
    """A meeting of one's own, where the tables are ours."""
    store = turnwise.services.store
    if not store.creates_meetings:
        raise Refusal("meetings_are_external", "Meetings are made by the program that owns this database.")
    meeting = await store.create_meeting(wanted.name or "Meeting", wanted.prompt)
    return {"id": meeting.id, "name": meeting.name, "prompt": meeting.prompt, "status": meeting.status}


@router.post("/token")
async def make_token(turnwise: Keyed, wanted: TokenRequest, response: Response) -> dict[str, Any]:
    """A token for one call."""
    meeting = await turnwise.door.find_meeting(wanted.meetingId)
    turnwise.door.agent_of(meeting, wanted.agent)
    ttl_secs = wanted.ttl or turnwise.settings.auth.token_secs
    token = mint(
        turnwise.services.secret,
        meeting_id=meeting.id,
        user=wanted.user or meeting.user_id,
        agent=wanted.agent,
        ttl_secs=ttl_secs,
    )
    response.headers["Cache-Control"] = "no-store"
    return {"token": token, "expiresIn": ttl_secs}


@router.get("/meetings/{meeting_id}/transcript")
async def transcript(turnwise: Here, request: Request, meeting_id: str) -> dict[str, Any]:
    """What was said, in order."""
    turnwise.door.check_transcript_reader(request.headers, meeting_id)
    await turnwise.services.open()
    meeting = await turnwise.door.find_meeting(meeting_id)
    chunks = [
        chunk_fields(chunk.sequence_number, chunk.speaker_type, chunk.text, chunk.timestamp.isoformat())
        for chunk in await turnwise.services.store.chunks(meeting.id)
    ]
    return {"meetingId": meeting.id, "status": meeting.status, "chunks": chunks}


def _agent(agent: AgentSettings, default: str) -> dict[str, Any]:
    return {
        "name": agent.name,
        "kind": agent.kind,
        "output": agent.output,
        "description": agent.fields.description,
        "default": agent.name == default,
    }
