"""`end_call`: the agent hangs up."""

from typing import Annotated

from pydantic import Field

from ..call_context import CallContext


async def end_call(
    call: CallContext,
    goodbye: Annotated[
        str, Field(description="One short sentence of good-bye, in the language of the conversation.")
    ] = "",
) -> str:
    """End the phone call. Use it when the user says goodbye, or asks you to hang up."""
    call.hang_up.request(goodbye.strip())
    return "The call ends after the good-bye."
