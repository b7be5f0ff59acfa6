"""How the sandbox has been told to behave: delays and faults, per stage and per call."""

from collections.abc import Collection
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Stage = Literal["stt", "llm", "tts", "realtime"]
Fault = Literal["401", "429", "500", "refuse", "hang", "stall", "cut", "empty", "malformed"]

_Millis = Annotated[float, Field(ge=0, le=3_600_000)]


class Behaviour(BaseModel):
    """What one stage does, for one call or for all; what is not set is not changed.

    `refuse` closes the connection without a word, `hang` accepts and never answers, `stall` stops
    in the middle and keeps the connection, `cut` drops it there, `empty` answers with nothing and
    `malformed` with what is no answer.

    In a realtime session every committed stretch of speech that is to be transcribed is a request of
    stage `stt`, and every response one of stage `realtime`; so is the opening of a session, and
    whichever comes first uses up one of `times`. At the opening the statuses refuse it, `stall` and
    `cut` strike once `session.created` is said, and `empty` waits for the first response. A response
    tells `401` as an `error` event, `429` and `500` as `response.done` that failed, `stall` and `cut`
    strike after its first words or sound, and `malformed` and `hang` leave it without an end. With a
    transcription session, `realtime` is the opening alone.
    """

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    stage: Stage
    call: str | None = None
    """The call's `X-Turnwise-Call`; without it, all calls."""
    fault: Fault | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    """How often the fault happens before it is gone; without it, until it is reset."""
    delay_ms: _Millis | None = None
    """From the request to the first byte of the answer; in a spoken conversation, which opens at once,
    from the end of the user's turn to the first words."""
    per_token_ms: _Millis | None = None
    """Between the tokens of the model, or the words of a response."""
    speed: Annotated[float, Field(gt=0, le=1000)] | None = None
    """How many times real time the voice is delivered; without it, as fast as it is made."""

    @model_validator(mode="after")
    def _times_of_a_fault(self) -> Self:
        if self.times is not None and self.fault is None:
            raise ValueError("times counts a fault, and no fault is given")
        return self


class Behaviours:
    """All that is set. What is set for a call wins over what is set for all."""

    def __init__(self) -> None:
        self._set: dict[tuple[Stage, str | None], Behaviour] = {}

    def put(self, behaviour: Behaviour) -> None:
        """Changes the fields that are given, keeps the others; null takes a field away."""
        given = behaviour.model_dump(exclude_unset=True)
        if "fault" in given:
            given.setdefault("times", None)
        key = (behaviour.stage, behaviour.call)
        self._set[key] = self._set.get(key, Behaviour(stage=key[0], call=key[1])).model_copy(update=given)

    def take(self, stage: Stage, call: str | None, later: Collection[Fault] = ()) -> Behaviour:
        """What a request of this call meets, which uses up one of the fault's `times`.

        Faults in `later` are left for the next request.
        """
        general, own = self._set.get((stage, None)), self._set.get((stage, call))
        merged = Behaviour(stage=stage, call=call)
        for behaviour in (general, own):
            if behaviour is not None:
                merged = merged.model_copy(update=behaviour.model_dump(exclude={"call"}, exclude_none=True))
        culprit = own if own is not None and own.fault else general
        if culprit is not None and culprit.fault in later:
            return merged.model_copy(update={"fault": None})
        if culprit is not None:
            _count_down(culprit)
        return merged

    def all(self) -> list[dict[str, object]]:
        """Everything that is set, as it was put."""
        return [behaviour.model_dump(exclude_none=True) for behaviour in self._set.values()]

    def reset(self) -> None:
        """Back to prompt and faultless."""
        self._set.clear()


def _count_down(behaviour: Behaviour) -> None:
    if behaviour.times is None:
        return
    behaviour.times -= 1
    if behaviour.times == 0:
        behaviour.fault = behaviour.times = None
