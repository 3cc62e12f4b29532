"""Certificates of origin as UBL follow the schemas that OASIS publishes, not only our subset of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from edi_router.config import shipped_directory

pytestmark = pytest.mark.corpus


def test_outputs_follow_the_published_schema(corpus: Path) -> None:
    published = corpus / "xml/ubl23/xsd/maindoc/UBL-CertificateOfOrigin-2.3.xsd"
    schema = etree.XMLSchema(etree.parse(published))
    outputs = sorted((shipped_directory() / "mappings/certificate-ubl/cases").glob("*/out.xml"))
    assert len(outputs) >= 3
    for output in outputs:
        assert schema.validate(etree.parse(output)), (output.parent.name, schema.error_log)
