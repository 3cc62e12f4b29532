"""`python -m tests.mutants`: how many edits are told exactly once, at their place."""

import argparse
import sys

from tests.mutants.judge import Tally, mutants


def main() -> None:
    """Print the table, and with `--misses` the mutants that were not told exactly."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--misses", type=int, default=0, metavar="N", help="show N mutants that were missed without need"
    )
    options = parser.parse_args()
    tally = Tally()
    left = options.misses
    for verdict in mutants(options.count, options.seed):
        tally.add(verdict)
        if left and not verdict.exact and not verdict.explained:
            left -= 1
            print("---", *verdict.kind, *(text[:40] for text in verdict.text), sep="\n  ")
            for edit, fault in zip(verdict.edits, verdict.told, strict=True):
                where = [piece.tag for piece in edit.touched]
                print(f"  {edit.kind} {where} {edit.element}: {fault and (fault.code, str(fault.place))}")
            print(
                "  surplus:",
                [(fault.code, str(fault.place), dict(fault.values)) for fault in verdict.surplus],
            )
    sys.stdout.write(tally.table() + "\n")


if __name__ == "__main__":
    main()
