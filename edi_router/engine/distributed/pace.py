"""How fast workers notice that one of them, the network or the database is gone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Time-outs, all in seconds."""

    beat: float = 2.0
    """Between two beats of a worker, and between the signs of life that procrastinate keeps."""
    stalled: float = 10.0
    """Without one for so long a worker is taken for dead, and its job is made again."""
    sweep: int = 5
    """Between two looks for rows without a job."""
    fetch: float = 0.3
    """A worker without work looks for some: a lock that was freed tells nobody."""
    answer: int = 10
    """A server, or a worker, that does not answer for so long is given up."""
    skew: float = 20.0
    """A worker whose clock is further than this from the database server's must not work, unless another host has the same:
    leases and schedules, which all hosts share, go by the hosts' clocks."""
    idle: int = 30
    """PostgreSQL ends a transaction in which nothing happens for so long: its worker was stopped."""
