"""The files that `edi-router new` writes."""

from __future__ import annotations

from edi_router.cli.language import say

SETTINGS = """\
# Settings of this deployment. Everything has a default, which stands here behind the hash.

# name: {name}

# How we stand in UNB S002 and S003; the first one signs what we send.
# identifications:
#   - {{id: EDIROUTER, qualifier: ZZ}}

# The business zone: days, cut-offs and books are counted in it.
# time_zone: Asia/Shanghai

# An SQLAlchemy URL; without one var/ledger.db. EDI_ROUTER_DATABASE overrides it.
# database: postgresql+psycopg://edi@localhost/edi

# Whether the shipped sample partners take part.
# sample_partners: no

# Seconds between two looks into the partners' outboxes.
# poll_seconds: 10

# How often a delivery is tried before it is given up as failed.
# attempts: 8

# When the nightly round runs and the books of the day before are closed, in the business zone.
# nightly: "02:00"

# For how many days contents and events of what is settled are kept, as in "contents: 3650, events: 1100"; else for ever.
# retention: {{}}

# A larger drop is left where it is and reported.
# maximum_file_megabytes: 2000

# A larger one that has to be read as a whole (XML, CSV, flat files) is held.
# maximum_document_megabytes: 64

# An EDIFACT interchange or message of more is rejected.
# maximum_messages: 999999
# maximum_segments: 500000

# How much may come out of one ZIP archive or gzip file, where the partner's file says `unpack: yes`.
# unpacking: {{maximum_megabytes: 2000, maximum_members: 10000, maximum_ratio: 200}}

# With less room on the disk nothing is received; what is in hand is processed and delivered.
# minimum_free_megabytes: 200

# Where the running engine serves metrics, health and readiness: a port of this machine, or HOST:PORT.
# metrics_address: ""

# Who is told when something is wrong, besides the log: folder, webhook, mail (docs/alarms.md).
# alarms: {{failures: 3, channels: {{log: {{kind: log}}}}}}

# Our key pairs, where partners sign or encrypt (docs/security.md): the first one signs.
# keys: []

# Channels by partner id, instead of the one in the partner's file (for a test machine).
# channels:
#   PARTNER-ID: {{kind: folder, root: exchange/PARTNER-ID}}
"""

IGNORED = "# What the engine writes: ledger, archive, locks.\nvar/\n"

PARTNER = """\
id: {id}
name: {{en: {id}, zh: {id}}}
status: draft          # draft, test, live or suspended; only test and live exchange files
role: enterprise
identifications:       # how it stands in UNB S002 and S003
  - {{id: {unb}, qualifier: ZZ}}
# codes: ["420500"]    # codes by which documents name it
channel: {{kind: folder, root: exchange/{id}}}
# channel:
#   kind: sftp
#   host: sftp.example.com
#   user: edi
#   key_file: keys/{id}
#   host_key: ssh-ed25519 AAAA…
agreements: []
# agreements:
#   - id: {lower}-cusdec
#     receives: CUSDEC D96B
#     deliver: {{mapping: cusdec-eciq, to: OTHER-PARTNER}}
"""


def readme(name: str) -> str:
    """The README of a new workspace."""
    return say(
        f"# {name}\n\nA workspace of EDI Router.\n\n"
        "| | |\n|---|---|\n"
        "| `edi-router.yaml` | settings |\n"
        "| `partners/` | who exchanges what with us: one file each (`edi-router new partner ID`) |\n"
        "| `mappings/` | how documents become others, with golden cases (`edi-router new mapping ID`) |\n"
        "| `schemas/` | XSDs, rules, document types, imported UN/EDIFACT directories |\n"
        "| `registers/` | what the engine remembers between messages |\n"
        "| `samples/` | sample files |\n"
        "| `var/` | ledger and archive; not for version control |\n\n"
        "What is not here comes from the shipped configuration.\n\n"
        "```\nedi-router lint          check the configuration\n"
        "edi-router test          run the golden cases\n"
        "edi-router check         is this machine ready, do all partners answer\n"
        "edi-router run --once    one round: receive, process, deliver\n```\n",
        f"# {name}\n\nEDI Router 工作区。\n\n"
        "| | |\n|---|---|\n"
        "| `edi-router.yaml` | 设置 |\n"
        "| `partners/` | 伙伴及交换协议，一个伙伴一个文件（`edi-router new partner ID`） |\n"
        "| `mappings/` | 报文转换映射及标准用例（`edi-router new mapping ID`） |\n"
        "| `schemas/` | XSD、规则、报文类型、导入的 UN/EDIFACT 目录 |\n"
        "| `registers/` | 引擎在报文之间记住的内容 |\n"
        "| `samples/` | 样例文件 |\n"
        "| `var/` | 台账与存档，不纳入版本管理 |\n\n"
        "此处没有的内容取自自带配置。\n\n"
        "```\nedi-router lint          检查配置\n"
        "edi-router test          运行标准用例\n"
        "edi-router check         检查本机环境和伙伴通道\n"
        "edi-router run --once    运行一轮：接收、处理、投递\n```\n",
    )
