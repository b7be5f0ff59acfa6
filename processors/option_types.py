"""Types of options that several components have in common."""

from typing import Annotated, Literal

from pydantic import Field

from ..agents.options.only_with import NotAbove

WITHIN_TURN = NotAbove("recovery", "answer_secs")
"""A wait that ends with the turn itself, which has failed by then."""

WaitSecs = Annotated[float, Field(gt=0, le=120)]
"""How long something is waited for."""

ShortWaitSecs = Annotated[float, Field(gt=0, le=60)]
"""The same where whoever has spoken hears nothing meanwhile."""

SilenceSecs = Annotated[float, Field(ge=0.1, le=10)]
"""The silence that ends a turn."""

Share = Annotated[float, Field(ge=0, le=1)]

NoiseReduction = Annotated[
    Literal["", "near_field", "far_field"], Field(description="for a headset, or a room; '' is none")
]
