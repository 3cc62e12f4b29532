"""The parser of Bots: parses and checks by its own grammar of CUSDEC D.96B.

As published it cannot read EDIFACT; three things are put right here, none of which is in the measured loop:

1. its function that reads a file is a stub that raises: it gets the bytes;
2. it decodes by the names UNOA, UNOC, UNOY …, which Python does not know: they are registered as codecs;
3. it looks for the grammars of a release beside the folder of that release: they are found inside.
"""

import codecs
import importlib.abc
import importlib.util
import re
import sys
from pathlib import Path

from common import tell
from edi_parser.api import validate_edi
from edi_parser.core import inmessage

ENCODINGS = {"unoa": "latin-1", "unob": "latin-1", "unoc": "latin-1", "unoy": "utf-8"}


class Grammars(importlib.abc.MetaPathFinder):
    """Finds the module of a message's grammar in the folder of its release."""

    def find_spec(self, name, path=None, target=None):
        """The specification of ``edi_parser.grammars.edifact.CUSDECD96BUN``."""
        found = re.fullmatch(r"(edi_parser\.grammars\.edifact)\.(\w+(D\d\d[A-Z])UN)", name)
        if found is None:
            return None
        inner = importlib.util.find_spec(f"{found[1]}.{found[3]}.{found[2]}")
        return importlib.util.spec_from_file_location(name, inner.origin)


data = Path(sys.argv[1]).read_bytes()
inmessage.botslib.readdata_bin = lambda filename: data
codecs.register(lambda name: codecs.lookup(ENCODINGS[name]) if name in ENCODINGS else None)
sys.meta_path.append(Grammars())


def check():
    """Parse and check; anything but success ends the run."""
    result = validate_edi(data, editype="edifact", messagetype="edifact")
    if not result["valid"]:
        raise SystemExit(f"Bots found faults: {str(result['errors'])[:200]}")


tell(check)
