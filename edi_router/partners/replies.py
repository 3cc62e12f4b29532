"""What a partner is told besides CONTRL and receipts: a reply that people can read, and APERAK."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from edi_router.config import Model, listed


class Replies(Model):
    """The reply for people that a partner gets beside its acknowledgements."""

    language: Literal["zh", "en"] = "en"
    forms: Annotated[tuple[Literal["text", "html"], ...], BeforeValidator(listed)] = Field(
        default=("text",), min_length=1
    )
    when: Literal["rejected", "always"] = "rejected"
    """`rejected`: only where something was refused or could not be read."""
    encoding: Literal["utf-8", "utf-8-bom", "gb18030"] = "utf-8"
    """Of the text; the page is always UTF-8 or GB 18030 and says so itself."""

    @property
    def codec(self) -> str:
        """The Python codec that the text is written in."""
        return "utf-8-sig" if self.encoding == "utf-8-bom" else self.encoding


AperakWhen = Literal["none", "rejected", "always"]
"""Whether APERAK answers EDIFACT messages: not at all, only those that are refused, or all."""
