"""xmlschema's view of a schema that libxml2 has accepted. Imported late: xmlschema takes longer than all of ours."""

from __future__ import annotations

from typing import Any

import xmlschema


class Accepted(xmlschema.XMLSchema10):
    """A schema whose documents are not judged by the schema of schemas again.

    libxml2 has read the same documents and refuses what is no schema; to judge them a second time takes two thirds
    of the building. What xmlschema itself cannot make of a component (a pattern that it does not know) is still
    an error: only `skip` as the argument passes over the schema of schemas, while the components ask the attribute.
    """

    validation = property(lambda self: "strict", lambda self, given: None)

    def __init__(self, source: Any, namespace: str | None = None, *rest: Any, **options: Any) -> None:
        options.pop("validation", None)
        super().__init__(source, namespace, "skip", *rest[1:], **options)
