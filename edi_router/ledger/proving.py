"""Proofs: what was found of the signatures and the encryption of files, and what was put around what left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from edi_router.ledger import tables
from edi_router.ledger.errors import Fenced
from edi_router.ledger.states import BATCHED, MADE_FROM
from edi_router.ledger.store import Row, Store, micros
from edi_router.security.proof import Proof


class Proving(Store):
    """The verbs of what leaves signed or encrypted."""

    def agreements_of(self, output: str) -> list[tuple[str, str]]:
        """The partners and agreements of the messages of which an output was made; none of an acknowledgement of ours."""
        m, mo = tables.message.c, tables.message_output.c
        query = (
            select(m.partner, m.agreement)
            .join(tables.message_output, mo.message == m.id)
            .where(mo.output == output, mo.role.in_((MADE_FROM, BATCHED)), m.agreement.is_not(None))
            .distinct()
        )
        with self.read() as connection:
            return sorted((row.partner, str(row.agreement)) for row in connection.execute(query))

    def protected(self, delivery: str, fence: int, sha256: str, proofs: Sequence[Proof]) -> None:
        """Record what a delivery is signed by and encrypted for; `sha256` is that of the bytes, archived already.

        Raises Fenced when the claim is lost. Each attempt at a delivery is protected anew.
        """
        with self.write() as tx:
            row = tx.lock(tables.delivery, [delivery]).get(delivery)
            if row is None or row["fence"] != fence or row["state"] != "claimed":
                raise Fenced(f"delivery {delivery} is not claimed under {fence} any more")
            o = tables.output.c
            file = tx.connection.scalar(select(o.file).where(o.id == row["output"]))
            tx.insert(tables.proof, proof_rows(proofs, str(file), tx.now, "sent", sha256, row["output"]))


def proof_rows(
    proofs: Iterable[Proof], file: str, now: int, way: str, sha256: str, output: str | None = None
) -> list[Row]:
    """The rows of the proofs of a file (`received`), or of an output (`sent`)."""
    return [
        {
            "file": file, "output": output, "way": way, "form": proof.form, "result": proof.result,
            "subject": proof.subject, "serial": proof.serial, "fingerprint": proof.fingerprint,
            "until": None if proof.until is None else micros(proof.until), "algorithm": proof.algorithm,
            "sha256": sha256, "at": now,
        }
        for proof in proofs
    ]  # fmt: skip
