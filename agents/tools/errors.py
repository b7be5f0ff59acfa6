"""What a tool may raise."""


class ToolError(Exception):
    """Raised by a tool to tell the model, in the tool's own words, why it could not do its work.

    Of any other exception the model is told the class alone.
    """
