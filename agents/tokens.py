"""The call token: what lets one client connect one call once."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .secret import check_secret

ISSUER = "turnwise"
AUDIENCE = "turnwise-call"
ALGORITHM = "HS256"
DEFAULT_TTL_SECS = 60
LONGEST_TTL_SECS = 300
LEEWAY_SECS = 5
"""How far the clocks of two machines may differ."""

TokenProblem = Literal["token_missing", "token_invalid", "token_expired"]


class TokenRefused(Exception):
    """The token opens nothing: a sentence for the client, which never quotes the token."""

    def __init__(self, code: TokenProblem, sentence: str) -> None:
        super().__init__(sentence)
        self.code: TokenProblem = code


@dataclass(frozen=True)
class CallClaims:
    """What a valid token says."""

    user: str
    meeting_id: str
    agent: str | None
    """The agent's name; None leaves it to the meeting."""
    jti: str
    """The token's own id, to be used up once."""
    expires_at: datetime
    """UTC."""


_Name = Annotated[str, Field(min_length=1)]
_Moment = Annotated[float, Field(allow_inf_nan=False)]


class _Claims(BaseModel):
    """The claims' types: PyJWT would take a number in quotes for a time."""

    model_config = ConfigDict(strict=True)

    sub: _Name
    meeting_id: _Name
    agent: _Name | None = None
    jti: _Name
    iat: _Moment
    exp: _Moment


def mint(
    secret: str, *, meeting_id: str, user: str, agent: str | None = None, ttl_secs: int = DEFAULT_TTL_SECS
) -> str:
    """A token for one call of `meeting_id`, which lives `ttl_secs` from now.

    Raises:
        ValueError: a life that `verify` would refuse, or a secret that is too short.
    """
    check_secret(secret)
    if not 1 <= ttl_secs <= LONGEST_TTL_SECS:
        raise ValueError(f"ttl is {ttl_secs} s; a token lives 1 to {LONGEST_TTL_SECS} s")
    now = int(time.time())
    claims: dict[str, Any] = {"sub": user, "meeting_id": meeting_id, "jti": str(uuid4())}
    if agent is not None:
        claims["agent"] = agent
    claims |= {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + ttl_secs}
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def verify(secret: str, token: object, *, grace_secs: float = 0) -> CallClaims:
    """What the token says, if it was signed with `secret` and is valid now.

    `grace_secs` is for what stays open to a call's own token after it has expired. Whether it was
    used before is not known here.

    Raises:
        TokenRefused: it is missing, not ours, or expired longer than `grace_secs` ago.
    """
    if token is None or token == "":
        raise TokenRefused("token_missing", "There is no call token; ask for one and send it along.")
    claims = _signed_claims(secret, token)
    if not 0 < claims.exp - claims.iat <= LONGEST_TTL_SECS:
        raise _invalid(f"it may live {LONGEST_TTL_SECS} s at most, from iat to exp")
    if claims.exp + LEEWAY_SECS + grace_secs <= time.time():
        raise TokenRefused("token_expired", "The call token has expired; ask for a new one.")
    expires_at = datetime.fromtimestamp(claims.exp, UTC)
    return CallClaims(claims.sub, claims.meeting_id, claims.agent, claims.jti, expires_at)


def _signed_claims(secret: str, token: object) -> _Claims:
    if not isinstance(token, str):
        raise _invalid("it is no text")
    try:
        # The expiry is checked by `verify`, which may grant a grace; the rest of the times is checked here.
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY_SECS,
            options={"verify_exp": False, "require": ["iss", "aud", "sub", "jti", "iat", "exp"]},
        )
        return _Claims.model_validate(claims)
    except ValidationError as error:
        wrong = sorted({str(problem["loc"][0]) for problem in error.errors(include_input=False)})
        raise _invalid(f"missing or of a wrong type: {', '.join(wrong)}") from None
    except (jwt.PyJWTError, ValueError) as error:
        raise _invalid(_REASONS.get(type(error), "it is no token of this server")) from None


def _invalid(why: str) -> TokenRefused:
    return TokenRefused("token_invalid", f"The call token is not valid: {why}.")


_REASONS: dict[type[Exception], str] = {
    jwt.InvalidSignatureError: "it was signed with another secret",
    jwt.InvalidAlgorithmError: f"it must be signed with {ALGORITHM}",
    jwt.InvalidAudienceError: f"its aud must be {AUDIENCE}",
    jwt.InvalidIssuerError: f"its iss must be {ISSUER}",
    jwt.ImmatureSignatureError: "it was issued in the future; set the clock that issues it",
    jwt.MissingRequiredClaimError: "it lacks a claim; iss, aud, sub, meeting_id, jti, iat and exp are needed",
}
"""For whoever writes a back end that mints tokens."""
