"""What stands in the query of a call's address."""

from starlette.datastructures import QueryParams

from ..refusal import Refusal

LONGEST_ID = 200


def one(query: QueryParams, name: str) -> str:
    """The one value of a parameter.

    Raises:
        Refusal: 400 `bad_request`, it is missing, doubled or too long.
    """
    values = query.getlist(name)
    if len(values) != 1 or not values[0] or len(values[0]) > LONGEST_ID:
        raise Refusal("bad_request", f"Give one {name} of at most {LONGEST_ID} characters.")
    return values[0]
