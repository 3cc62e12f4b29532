"""The shipped schemas: they compile, accept real forms, refuse what their sources forbid."""

import re
from pathlib import Path

import pytest
from lxml import etree

from edi_router.formats.xml import Schema

XS = "{http://www.w3.org/2001/XMLSchema}"
NAMES = [
    "ciq-receipt", "dec-import-response", "dec-message", "dec-result", "eciq-declaration", "gate-release",
    "transfer-feedback", "transfer-order",
]  # fmt: skip


def load(root: Path, name: str) -> Schema:
    return Schema.load(lambda part: (root / "schemas" / part).read_bytes(), f"xml/{name}.xsd")


@pytest.mark.parametrize("name", NAMES)
def test_both_validators_compile_it(root: Path, name: str) -> None:
    schema = load(root, name)
    assert all(schema.element([top.rpartition("}")[2]]) for top in schema.roots())


@pytest.mark.parametrize("name", NAMES)
def test_it_is_well_kept(root: Path, name: str) -> None:
    """Every element is named in Chinese or English or speaks for itself; every type is used."""
    text = (root / "schemas" / "xml" / f"{name}.xsd").read_text(encoding="utf-8")
    tree = etree.fromstring(text.encode())
    for kind in tree.findall(f"{XS}simpleType"):
        used = (
            rf'"(?:\w+:)?{re.escape(kind.get("name", ""))}["\s]|\s(?:\w+:)?{re.escape(kind.get("name", ""))}"'
        )
        assert len(re.findall(used, text)) > 1, kind.get("name")
    assert len([line for line in text.splitlines() if line != line.rstrip()]) == 0
    documented = tree.findall(f".//{XS}documentation")
    assert all((note.text or "").strip() for note in documented)


TRANSFER = """<TransferOrder><Head><MsgId>1</MsgId><FunctionCode>9</FunctionCode><Direction>E</Direction>
<SendTime>20260314093000</SendTime></Head><TransferNo>4205002604000017</TransferNo><Password>482913</Password>
<DeclNo>420500226000017</DeclNo><OriginOrg>420500</OriginOrg><PortOrg>370211</PortOrg><CertKind>2</CertKind>
<IssueDate>20260313</IssueDate><ValidTo>20260913</ValidTo><DeclUnitCode>4205000001</DeclUnitCode>
<ConsignorScc>91420500MA0000000K</ConsignorScc><TradeModeCode>11</TradeModeCode><DestCountry>344</DestCountry>
<TransMode>1</TransMode><PlannedPort>370211</PlannedPort><Goods><GoodsNo>1</GoodsNo>
<ProdHsCode>2102200000</ProdHsCode><CiqCode>2102200000999</CiqCode><GoodsName>酵母</GoodsName><Qty>1</Qty>
<QtyUnit>035</QtyUnit><Weight>1</Weight><PackQty>1</PackQty><Amount>1</Amount><Curr>840</Curr>
<InspResult>1</InspResult></Goods></TransferOrder>"""
ECIQ = """<EEntDeclIo xmlns="http://www.chinaport.gov.cn/ciq"><ITF_DCL_IO_DECL><EntUuid>a</EntUuid>
<DeclCode>24</DeclCode><CiqIEFlag>E</CiqIEFlag><OrgCode>420500</OrgCode><PurpOrgCode/>
<DeclRegNo>4205000001</DeclRegNo><DespDate>20260315T00:00:00</DespDate><DeclDate>20260315</DeclDate>
<ITF_DCL_IO_DECL_GOODS><GNo>1</GNo><CodeTs>2102200000</CodeTs><CiqQty>1.5</CiqQty><GoodsTotalVal/>
<ITF_DCL_IO_DECL_GOODS_PACK><PackQty>2</PackQty></ITF_DCL_IO_DECL_GOODS_PACK>
</ITF_DCL_IO_DECL_GOODS><ITF_DCL_IO_DECL_CONT><ITF_DCL_IO_DECL_CONT_DETAIL><ContainerNo>CSQU3054383</ContainerNo>
</ITF_DCL_IO_DECL_CONT_DETAIL></ITF_DCL_IO_DECL_CONT></ITF_DCL_IO_DECL></EEntDeclIo>"""
GATE = """<MESSAGE><MESSAGE_HEAD><MESSAGE_ID>1</MESSAGE_ID><FUNCTION_CODE>9</FUNCTION_CODE>
<MESSAGE_TYPE>RELEASE</MESSAGE_TYPE><MESSAGE_CREATE_TIME>20260314093000</MESSAGE_CREATE_TIME><SENDER>A</SENDER>
<RECEIVER>B</RECEIVER><VERSION>1.0</VERSION></MESSAGE_HEAD><MESSAGE_LIST><CUSTOMS_CODE>4218</CUSTOMS_CODE>
<I_E_FLAG>I</I_E_FLAG><CONTAINER_INFO><CONTA_NO>CSQU3054383</CONTA_NO><REL_MODE>1</REL_MODE>
<REL_TIME>20260314093000</REL_TIME></CONTAINER_INFO></MESSAGE_LIST></MESSAGE>"""
RECEIPT = """<USF102 xmlns="http://www.chinaport.gov.cn/ciq"><FILE_NAME>a.xml</FILE_NAME>
<PROC_RESULT>1</PROC_RESULT></USF102>"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("transfer-order", TRANSFER),
        ("eciq-declaration", ECIQ),
        ("gate-release", GATE),
        ("ciq-receipt", RECEIPT),
    ],
)
def test_a_message_of_its_kind_is_accepted(root: Path, name: str, text: str) -> None:
    assert load(root, name).check(text.encode()) == []


@pytest.mark.parametrize(
    ("name", "text", "old", "new", "code"),
    [
        ("transfer-order", TRANSFER, "<DeclNo>420500226000017</DeclNo>", "", "xsd-element-missing"),
        ("transfer-order", TRANSFER, "482913", "48291", "xsd-value-pattern"),
        ("transfer-order", TRANSFER, "20260913", "20261313", "xsd-value-pattern"),
        ("transfer-order", TRANSFER, "<Amount>1<", "<Amount>1.234<", "xsd-value-fraction"),
        ("transfer-order", TRANSFER, "MA0000000K", "MI0000000K", "xsd-value-pattern"),
        ("eciq-declaration", ECIQ, "<EntUuid>a<", "<EntUuid><", "xsd-value-empty"),
        ("eciq-declaration", ECIQ, "<CodeTs>2102200000</CodeTs>", "", "xsd-element-missing"),
        (
            "eciq-declaration",
            ECIQ,
            "<CiqQty>1.5</CiqQty>",
            "<CiqQty>1</CiqQty><Qty>1</Qty>",
            "xsd-element-order",
        ),
        ("eciq-declaration", ECIQ, "1.5", "1,5", "xsd-value-type"),
        ("gate-release", GATE, "<FUNCTION_CODE>9", "<FUNCTION_CODE>7", "xsd-value-enumeration"),
    ],
)
def test_what_the_sources_forbid_is_refused(
    root: Path, name: str, text: str, old: str, new: str, code: str
) -> None:
    assert [fault.code for fault in load(root, name).check(text.replace(old, new).encode())] == [code]


def test_the_declaration_asks_for_what_must_be_lodged(root: Path) -> None:
    schema = load(root, "dec-message")
    head = schema.element(["DecMessage", "DecHead"])
    assert head is not None
    assert head.children[:3] == ("AgentCode", "AgentName", "ApprNo")
    assert len(head.children) == 91
    faults = schema.check(b'<DecMessage xmlns="http://www.chinaport.gov.cn/dec" Version="3.1"/>')
    assert [(fault.code, fault.values["name"]) for fault in faults] == [("xsd-element-missing", "DecHead")]
    gross = schema.element(["DecMessage", "DecHead", "GrossWet"])
    assert gross is not None
    assert (gross.mandatory, gross.total_digits, gross.fraction_digits) == (True, 19, 5)
