"""mock-edi: parses an interchange."""

import sys
from pathlib import Path

from common import tell
from mockedi.edifact import parse

text = Path(sys.argv[1]).read_text(encoding="latin-1")
tell(lambda: parse(text))
