"""A call token opens one call of one meeting, and nothing else passes for one."""

import base64
import json
import time
from datetime import UTC, datetime

import jwt
import pytest
from turnwise.agents.tokens import CallClaims, TokenRefused, mint, verify

SECRET = "a secret of more than thirty-two bytes"
DROPPED = object()


def token(secret: str = SECRET, algorithm: str = "HS256", **changes: object) -> str:
    """As any back end would mint it; `iat` and `exp` are seconds from now."""
    now = int(time.time())
    claims: dict[str, object] = {"iss": "turnwise", "aud": "turnwise-call", "sub": "ann", "meeting_id": "m"}
    claims |= {"jti": "t", "iat": now, "exp": now + 60} | changes
    return jwt.encode({k: v for k, v in claims.items() if v is not DROPPED}, secret, algorithm)


def at(secs: float) -> float:
    return int(time.time()) + secs


def signed(payload: bytes, header: bytes = b'{"alg":"HS256","typ":"JWT"}') -> str:
    """A token of any bytes, properly signed."""
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, payload)]
    key = jwt.get_algorithm_by_name("HS256").prepare_key(SECRET)
    signature = jwt.get_algorithm_by_name("HS256").sign(b".".join(parts), key)
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def unsigned() -> str:
    return token(algorithm="none", secret="")


def refused(value: object, **options: float) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        verify(SECRET, value, **options)
    return caught.value


def test_a_minted_token_says_what_was_put_in():
    claims = verify(SECRET, mint(SECRET, meeting_id="m", user="ann", agent="support"))
    assert claims == CallClaims("ann", "m", "support", claims.jti, claims.expires_at)
    assert 55 < (claims.expires_at - datetime.now(UTC)).total_seconds() <= 60


def test_the_agent_may_be_left_to_the_meeting():
    assert verify(SECRET, mint(SECRET, meeting_id="m", user="ann")).agent is None


def test_every_token_has_an_id_of_its_own():
    tokens = [mint(SECRET, meeting_id="m", user="ann") for _ in range(2)]
    assert len({verify(SECRET, each).jti for each in tokens}) == 2


def test_a_minted_token_is_what_the_contract_says():
    minted = mint(SECRET, meeting_id="m", user="ann", agent="support", ttl_secs=300)
    claims = jwt.decode(minted, options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "sub", "meeting_id", "agent", "jti", "iat", "exp"}
    assert (claims["iss"], claims["aud"], claims["exp"] - claims["iat"]) == ("turnwise", "turnwise-call", 300)
    assert jwt.get_unverified_header(minted)["alg"] == "HS256"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(lambda: None, "token_missing", id="no token"),
        pytest.param(lambda: "", "token_missing", id="empty"),
        pytest.param(lambda: "random", "token_invalid", id="random string"),
        pytest.param(lambda: "a.b.c", "token_invalid", id="three parts of nothing"),
        pytest.param(lambda: "ä.\ud800.\x00", "token_invalid", id="not even text"),
        pytest.param(lambda: "a" * 9000, "token_invalid", id="9 KB"),
        pytest.param(lambda: "." * 9000, "token_invalid", id="9000 parts"),
        pytest.param(lambda: b"a.b.c", "token_invalid", id="bytes"),
        pytest.param(lambda: 7, "token_invalid", id="a number"),
        pytest.param(lambda: ["a"], "token_invalid", id="a list"),
        pytest.param(unsigned, "token_invalid", id="alg none"),
        pytest.param(
            lambda: token(algorithm="HS512", secret=SECRET * 2), "token_invalid", id="another algorithm"
        ),
        pytest.param(lambda: token(secret=SECRET[::-1]), "token_invalid", id="another key"),
        pytest.param(lambda: token() + "x", "token_invalid", id="signature changed"),
        pytest.param(lambda: token(exp=at(-6), iat=at(-60)), "token_expired", id="expired beyond the leeway"),
        pytest.param(
            lambda: token(exp=-(10**18), iat=-(10**18) - 128), "token_expired", id="expired before history"
        ),
        pytest.param(lambda: token(exp=DROPPED), "token_invalid", id="no exp"),
        pytest.param(lambda: token(iat=DROPPED), "token_invalid", id="no iat"),
        pytest.param(lambda: token(jti=DROPPED), "token_invalid", id="no jti"),
        pytest.param(lambda: token(sub=DROPPED), "token_invalid", id="no sub"),
        pytest.param(lambda: token(meeting_id=DROPPED), "token_invalid", id="no meeting"),
        pytest.param(lambda: token(aud=DROPPED), "token_invalid", id="no aud"),
        pytest.param(lambda: token(iss=DROPPED), "token_invalid", id="no iss"),
        pytest.param(lambda: token(aud="turnwise"), "token_invalid", id="wrong aud"),
        pytest.param(lambda: token(iss="else"), "token_invalid", id="wrong iss"),
        pytest.param(lambda: token(iat=at(60), exp=at(120)), "token_invalid", id="issued in the future"),
        pytest.param(lambda: token(nbf=at(60)), "token_invalid", id="not yet valid"),
        pytest.param(lambda: token(exp=at(301)), "token_invalid", id="too long a life"),
        pytest.param(lambda: token(exp=at(10**30)), "token_invalid", id="nearly for ever"),
        pytest.param(lambda: token(exp=at(-1), iat=at(0)), "token_invalid", id="no life at all"),
        pytest.param(lambda: token(exp=str(at(60))), "token_invalid", id="exp in quotes"),
        pytest.param(lambda: token(iat=str(at(0))), "token_invalid", id="iat in quotes"),
        pytest.param(lambda: token(exp=10**400), "token_invalid", id="exp of 400 digits"),
        pytest.param(lambda: token(iat=True), "token_invalid", id="iat true"),
        pytest.param(lambda: token(exp=float("inf")), "token_invalid", id="exp infinite"),
        pytest.param(lambda: token(iat=float("nan")), "token_invalid", id="iat not a number"),
        pytest.param(lambda: token(jti=""), "token_invalid", id="jti empty"),
        pytest.param(lambda: token(jti=7), "token_invalid", id="jti a number"),
        pytest.param(lambda: token(jti="\ud800"), "token_invalid", id="jti half a character"),
        pytest.param(lambda: token(meeting_id=None), "token_invalid", id="meeting null"),
        pytest.param(lambda: token(meeting_id=["m"]), "token_invalid", id="meeting a list"),
        pytest.param(lambda: token(agent={}), "token_invalid", id="agent an object"),
        pytest.param(lambda: token(sub=""), "token_invalid", id="user empty"),
        pytest.param(lambda: signed(b"[1]"), "token_invalid", id="claims a list"),
        pytest.param(lambda: signed(b"[" * 100_000), "token_invalid", id="claims 100,000 deep"),
        pytest.param(lambda: signed(b"{}", header=b"[" * 100_000), "token_invalid", id="header 100,000 deep"),
        pytest.param(lambda: signed(b"{}", header=b'{"alg":["HS256"]}'), "token_invalid", id="alg a list"),
        pytest.param(
            lambda: signed(b"{}", header=b'{"alg":"HS256","kid":7}'), "token_invalid", id="kid a number"
        ),
        pytest.param(lambda: signed(b"\xff\xfe"), "token_invalid", id="claims not UTF-8"),
        pytest.param(
            lambda: signed(json.dumps({"exp": 1}).encode()), "token_invalid", id="hardly any claims"
        ),
    ],
)
def test_what_is_no_valid_token_is_refused(make, code):
    value = make()
    problem = refused(value)
    assert problem.code == code
    assert not value or len(str(value)) < 6 or str(value) not in str(problem)
    assert problem.__cause__ is None


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: token(iat=at(-60), exp=at(-3)), id="expired within the leeway"),
        pytest.param(lambda: token(iat=at(4), exp=at(64)), id="issued by a clock that is fast"),
        pytest.param(lambda: token(exp=at(300)), id="the longest life"),
        pytest.param(lambda: token(iat=at(0) - 0.5, exp=at(59.5)), id="times with fractions"),
        pytest.param(lambda: token(aud=["turnwise-call"]), id="aud as a list"),
        pytest.param(lambda: token(agent=None), id="agent null"),
        pytest.param(lambda: token(nonce="more"), id="a claim that we do not know"),
    ],
)
def test_what_the_contract_allows_is_accepted(make):
    assert verify(SECRET, make()).meeting_id == "m"


def test_a_grace_opens_for_an_expired_token():
    assert verify(SECRET, token(iat=at(-3600), exp=at(-3540)), grace_secs=24 * 3600).user == "ann"


def test_a_grace_ends():
    day = 24 * 3600
    assert refused(token(iat=at(-day - 70), exp=at(-day - 10)), grace_secs=day).code == "token_expired"


def test_a_grace_opens_for_no_token_of_the_future():
    assert refused(token(iat=at(60), exp=at(120)), grace_secs=24 * 3600).code == "token_invalid"


@pytest.mark.parametrize("ttl_secs", [-1, 0, 301])
def test_no_token_is_minted_that_would_be_refused(ttl_secs):
    with pytest.raises(ValueError, match="a token lives 1 to 300 s"):
        mint(SECRET, meeting_id="m", user="ann", ttl_secs=ttl_secs)


def test_a_short_secret_signs_nothing():
    with pytest.raises(ValueError, match="shorter than 32 bytes; set TURNWISE_AUTH__SECRET"):
        mint("short", meeting_id="m", user="ann")
