"""How the interchanges that we write look: part of a partner's file, and of a golden case."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from edi_router.config import Model, YesNo
from edi_router.formats.edifact import charset
from edi_router.formats.edifact.separators import Separators
from edi_router.formats.edifact.una import read_una
from edi_router.formats.edifact.writer import Envelope
from edi_router.formats.encodings import usable_encoding


def _level(value: object) -> object:
    if not isinstance(value, str) or not charset.is_known(value):
        raise ValueError("is no syntax identifier with an encoding, such as UNOC or UNOY")
    return value


def _service_string(value: object) -> object:
    if not isinstance(value, str) or len(value) != 6 or not value.isascii():
        raise ValueError('must be the six characters after UNA, such as ":+.? \'"')
    marks, _, problem = read_una(b"UNA" + value.encode("ascii"))
    if problem or marks.una != f"UNA{value}":
        raise ValueError(f"cannot separate anything: {problem or 'other characters are needed'}")
    return value


def _encoding(value: object) -> object:
    return usable_encoding(str(value))


class EdifactSettings(Model):
    """The syntax of interchanges: UNB S001, UNA, line ends, and what UNB asks of the receiver."""

    syntax: Annotated[str, BeforeValidator(_level)] = "UNOC"
    version: Literal["3", "4"] = "3"
    una: YesNo | None = None
    """Whether UNA is written; when not told, only where it is needed."""
    service: Annotated[str | None, BeforeValidator(_service_string)] = None
    """The six characters of UNA."""
    newline: YesNo = False
    """Whether each segment ends with a line feed."""
    encoding: Annotated[str | None, BeforeValidator(_encoding)] = None
    """Another encoding than the one `syntax` stands for, as both sides agreed (``gb18030``)."""
    application_reference: str = Field(default="", max_length=14)
    acknowledge: YesNo = False
    """Whether a CONTRL is asked for (0031)."""

    @model_validator(mode="after")
    def _repetition(self) -> EdifactSettings:
        if self.service is not None and self.version == "3" and self.service[4] != " ":
            raise ValueError("syntax version 3 has no repetition separator: the fifth character is a blank")
        return self

    def envelope(
        self, sender: tuple[str, str], recipient: tuple[str, str], *, test: bool = False
    ) -> Envelope:
        """The envelope between two parties, each an identification with its qualifier."""
        separators = None
        if self.service is not None:
            component, element, decimal, release, repetition, terminator = list(self.service)
            separators = Separators(
                component, element, decimal, release.strip(), repetition.strip(), terminator
            )
        return Envelope(
            sender=sender[0],
            sender_qualifier=sender[1],
            recipient=recipient[0],
            recipient_qualifier=recipient[1],
            syntax=self.syntax,
            version=int(self.version),
            una=self.una,
            newline=self.newline,
            encoding=self.encoding,
            separators=separators,
            application_reference=self.application_reference,
            ack_requested=self.acknowledge,
            test=test,
        )
