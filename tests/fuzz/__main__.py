"""Coverage-guided fuzzing with atheris: ``python -m tests.fuzz file|release FOLDER [libFuzzer options]``.

FOLDER keeps the inputs that reached something new; seeds are written into it first. What does not hold is
written beside it as ``FOLDER-crash-…`` and makes a case for `tests/fuzz/cases`.
"""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["edi_router"]):
    from tests.fuzz import holds, seeds

TARGETS = {"file": (holds.file_holds, seeds.files), "release": (holds.release_holds, seeds.releases)}
OPTIONS = ["-timeout=30", "-rss_limit_mb=2048", "-max_len=2000"]


def _kept(target: Callable[[bytes], None], prefix: str) -> Callable[[bytes], None]:
    """The target; an input that it does not hold for is written to a file first."""

    def run(data: bytes) -> None:
        try:
            target(data)
        except Exception:
            Path(prefix + hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
            raise

    return run


def main() -> None:
    """Seed the folder and fuzz until stopped (``-max_total_time=1800`` for half an hour)."""
    if len(sys.argv) < 3 or sys.argv[1] not in TARGETS:
        sys.exit(__doc__)
    target, made = TARGETS[sys.argv[1]]
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made().items():
        (folder / name).write_bytes(data)
    words = folder.parent / f"{folder.name}.dict"
    words.write_text("".join(f'"{word}"\n' for word in seeds.WORDS[sys.argv[1]]), encoding="ascii")
    kept = _kept(target, f"{folder}-crash-")
    atheris.Setup([sys.argv[0], str(folder), f"-dict={words}", *OPTIONS, *sys.argv[3:]], kept)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
