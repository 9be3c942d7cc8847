"""The one way an action says no."""

from __future__ import annotations


class ApiError(Exception):
    """A request is answered with ``Response.Error``; ``code`` is one of the vendor's error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
