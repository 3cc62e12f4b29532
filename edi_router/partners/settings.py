"""A deployment's settings: the file `edi-router.yaml` at the top of its workspace."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, field_validator

from edi_router.calendars.schedule import Schedule
from edi_router.config import Model, Tree, YesNo, listed, read_model
from edi_router.faults import Fault, Place
from edi_router.formats.edifact.limits import Limits
from edi_router.partners.alarms import AlarmSettings
from edi_router.partners.channels import ChannelSettings
from edi_router.partners.model import Identification
from edi_router.partners.security import KeySettings

FILE = "edi-router.yaml"


def _scheduled(value: object) -> object:
    return {"times": [value]} if isinstance(value, str) else value


def listening(value: str) -> tuple[str, int] | None:
    """Host and port of an address to listen on; without a host it is this machine's own, and nothing is None.

    >>> listening("9464"), listening("[::]:9464"), listening("")
    (('127.0.0.1', 9464), ('::', 9464), None)

    Raises ValueError when it is no address.
    """
    if not value:
        return None
    found = re.fullmatch(
        r"(?:(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):)?(?P<port>\d{1,5})", value, re.ASCII
    )
    if found is None or int(found["port"]) > 65535:
        raise ValueError("must be a port or HOST:PORT, such as 9464 or 127.0.0.1:9464")
    return (found["host"] or "127.0.0.1").strip("[]"), int(found["port"])


def _listening(value: object) -> object:
    if isinstance(value, str):
        listening(value)
    return value


class Retention(Model):
    """For how many days what is settled is kept. What says nothing is kept for ever."""

    contents: int | None = Field(default=None, ge=93, le=36_525)
    """The contents of files received and of outputs made: the archive."""
    events: int | None = Field(default=None, ge=93, le=36_525)
    """The events of files, messages and outputs."""

    @property
    def days(self) -> dict[str, int]:
        """The days of each kind that is not kept for ever."""
        kinds = {"contents": self.contents, "events": self.events}
        return {kind: days for kind, days in kinds.items() if days is not None}


class Unpacking(Model):
    """How much may come out of one ZIP archive or gzip file; what has more is held whole."""

    maximum_megabytes: int = Field(default=2000, ge=1, le=100_000)
    """Of all members together; one alone may be as large as any file (`maximum_file_megabytes`)."""
    maximum_members: int = Field(default=10_000, ge=1, le=100_000)
    """Folders count, too."""
    maximum_ratio: int = Field(default=200, ge=2, le=1100)
    """How many times its packed size a member above 10 MB may have. Deflate can do no more than 1032."""


class Settings(Model):
    """What a deployment decides for itself."""

    name: str = "deployment"
    identifications: tuple[Identification, ...] = (Identification(id="EDIROUTER", qualifier="ZZ"),)
    """How we stand in UNB S002 and S003; the first one signs what we send."""
    time_zone: str = "Asia/Shanghai"
    database: str | None = None
    """An SQLAlchemy URL; without one `var/ledger.db` of the workspace. EDI_ROUTER_DATABASE overrides it."""
    sample_partners: YesNo = False
    """Whether the shipped sample partners take part."""
    poll_seconds: int = Field(default=10, ge=1, le=86_400)
    attempts: int = Field(default=8, ge=1, le=100)
    """How often a delivery is tried before it is given up as failed."""
    nightly: Annotated[Schedule, BeforeValidator(_scheduled)] = Schedule(times=("02:00",))
    """When the books of the days before are closed, in the business zone: a time of day, or a schedule."""
    maximum_file_megabytes: int = Field(default=2000, ge=1, le=10_000)
    """A larger drop is left where it is and reported. EDIFACT is read as a stream, so it may be large."""
    maximum_document_megabytes: int = Field(default=64, ge=1, le=1000)
    """A larger file that has to be read as a whole (XML, flat files, those of partners with `security`) is held."""
    maximum_messages: int = Field(default=999_999, ge=1, le=10_000_000)
    """Of an EDIFACT interchange; as many as UNZ can count (0036, n..6)."""
    maximum_segments: int = Field(default=500_000, ge=3, le=10_000_000)
    """Of an EDIFACT message."""
    unpacking: Unpacking = Unpacking()
    """The limits of packed files, from partners whose file says `unpack: yes`."""
    minimum_free_megabytes: int = Field(default=200, ge=0, le=10_000_000)
    """With less room on the disk of the archive or the database nothing is received; what is in hand goes on."""
    metrics_address: Annotated[str, BeforeValidator(_listening)] = ""
    """Where the running engine serves metrics, health and readiness: [HOST:]PORT; nowhere when it is empty."""
    alarms: AlarmSettings = AlarmSettings()
    """Who is told when something is wrong."""
    keys: Annotated[tuple[KeySettings, ...], BeforeValidator(listed)] = ()
    """Our key pairs: the first one signs, each decrypts what was encrypted for it."""
    retention: Retention = Retention()
    """How long contents and events of what is settled are kept; for ever unless it says a number of days."""
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    """Channels by partner id, instead of the one in the partner's file."""

    @field_validator("database")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is no time zone, such as Asia/Shanghai") from None
        return value

    @property
    def reading(self) -> Limits:
        """The limits within which EDIFACT is read."""
        return Limits(messages=self.maximum_messages, segments=self.maximum_segments)

    @property
    def zone(self) -> ZoneInfo:
        """The business zone."""
        return ZoneInfo(self.time_zone)


def load_settings(tree: Tree) -> tuple[Settings | None, list[Fault]]:
    """The settings of the tree's top layer; the defaults when there is no file or it says nothing."""
    if tree.find(FILE) is None:
        return Settings(), []
    text = tree.text(FILE)
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return Settings(), []
    settings, _, faults = read_model(Settings, text, tree.display(FILE))
    return settings, faults


def unknown_channels(settings: Settings, partners: list[str], file: str) -> list[Fault]:
    """A fault for each entry of `channels` that is no partner."""
    return [
        Fault("config-unknown-name", Place(file), {"what": "partner", "name": name})
        for name in settings.channels
        if name not in partners
    ]
