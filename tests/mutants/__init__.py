"""Mutants: valid messages with one to four edits of known kind, and whether the check tells each edit once.

`python -m tests.mutants --count 10000 --seed 1` prints the rate of exact hits for each kind of edit.
"""
