"""How xmlschema gets the files of a schema: from memory, and from nowhere else."""

from __future__ import annotations

from email.message import Message
from io import BytesIO
from urllib.request import BaseHandler, OpenerDirector, Request
from urllib.response import addinfourl

from edi_router.formats.xml.sources import Sources


def opener_of(sources: Sources) -> OpenerDirector:
    """What opens the addresses of the gathered documents."""
    opener = OpenerDirector()
    opener.add_handler(_Handler(sources))
    return opener


class _Handler(BaseHandler):
    """Answers xmlschema from the gathered documents; the opener has no handler for any other scheme."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def edirouter_open(self, request: Request) -> addinfourl:
        """The document at the request's address."""
        url = request.full_url
        return addinfourl(BytesIO(self._sources.documents[url]), Message(), url)
