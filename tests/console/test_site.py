"""What a console remembers for all who look."""

import threading
import time

from edi_router.console.site import Site
from tests.support.workspaces import Place


def test_what_takes_long_is_made_beside_the_request(day: Place) -> None:
    site, go, made = Site(day.workspace, day.ledger, day.workspace.open_archive()), threading.Event(), []

    def slow() -> int:
        go.wait(10)
        made.append(1)
        return len(made)

    assert site.later("slow", 0, slow, patience=0.01) is None
    assert site.later("slow", 0, slow, patience=0.01) is None, "it is made once, not for each who asks"
    go.set()
    deadline = time.monotonic() + 10
    while site.later("slow", 3600, slow, patience=0.01) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert site.later("slow", 3600, slow) == 1
    assert made == [1]
    go.clear()
    site._recent["slow"] = site._recent["slow"]._replace(took=0.0)
    assert site.later("slow", 0, slow, patience=0.01) == 1, "what was made last, while it is made again"
    go.set()
