"""Text for the engine's own screen: summaries and current details that stay readable although payloads are encrypted.

It holds nothing personal: case numbers, units, stages, names of limits and dates only.
"""


class Readable(str):
    """A text that the payload converter tags and the codec leaves alone."""

    __slots__ = ()
