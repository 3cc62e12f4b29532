"""The package once more, as its next version would be: another version number and a migration that only adds."""

from __future__ import annotations

import shutil
from pathlib import Path

from edi_router.config import shipped_directory
from edi_router.ledger.upgrade import HEAD, OLDEST

ROOT = Path(__file__).resolve().parent.parent.parent
VERSION = "99.0"
REVISION = f"{int(HEAD) + 1:04d}"
_MIGRATION = f'''
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{REVISION}", "{HEAD}", None, None


def upgrade() -> None:
    op.add_column("file", sa.Column("colour", sa.Text(), nullable=True))
    op.create_index("ix_file_colour", "file", ["colour"])
    op.create_table("paint", sa.Column("id", sa.Text(), primary_key=True))
'''


def make(folder: Path, oldest: str = OLDEST) -> Path:
    """Lay it out in an empty folder, for `PYTHONPATH`; `oldest` is the revision whose programs may go on beside it.

    What does not differ is linked, so that it is compiled already.
    """
    package, now = folder / "edi_router", ROOT / "edi_router"
    versions = "ledger/migrations/versions"
    (package / versions).mkdir(parents=True)
    for inner in ("", "ledger", "ledger/migrations", versions):
        for path in (now / inner).iterdir():
            target = package / inner / path.name
            if path.name == "__pycache__":
                shutil.copytree(path, target)
            elif not target.exists():
                target.symlink_to(path)
    for path in shipped_directory().iterdir():
        if path.name in ("mappings", "schemas", "partners", "registers", "samples"):
            (folder / path.name).symlink_to(path)
    _edit(package / "version.py", '__version__ = "', f'__version__ = "{VERSION}"  # ')
    _edit(package / "ledger" / "upgrade.py", f'HEAD = "{HEAD}"', f'HEAD = "{REVISION}"')
    _edit(package / "ledger" / "upgrade.py", f'OLDEST = "{OLDEST}"', f'OLDEST = "{oldest}"')
    unique = 'UniqueConstraint("identity", "counter")'
    _edit(package / "ledger" / "tables.py", unique, f'_maybe("colour"), {unique}')
    (package / versions / f"m{REVISION}_next.py").write_text(_MIGRATION, encoding="utf-8")
    return folder


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{path.name} has changed"
    path.unlink()
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
