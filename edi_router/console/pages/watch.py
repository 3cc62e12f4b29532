"""`/health` and `/metrics`, for programs that watch: is the console able to answer, and what the ledger tells.

Whether rounds go on is the engine's to tell (`edi-router run --metrics`); the console only looks at the same ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from edi_router.console.access.guard import allowed, open_to_all
from edi_router.console.access.principal import Principal
from edi_router.console.site import Site
from edi_router.console.view import site
from edi_router.engine.metrics_ledger import told
from edi_router.ledger.gauges import Figures, Gauges

router = APIRouter()
FRESH = 2.0
"""Seconds for which a finding is told again without looking."""


@router.get("/health")
@open_to_all
def health(request: Request) -> Response:
    """200 when the ledger answers and its tables are this version's, else 503; no more is told to who is not known."""
    here = site(request)
    fine = here.recent("health", FRESH, lambda: _is_current(here))
    return JSONResponse({"status": "ok" if fine else "failing"}, 200 if fine else 503)


@router.get("/metrics")
def metrics(request: Request, who: Annotated[Principal, Depends(allowed("books"))]) -> Response:
    """The ledger's figures for Prometheus, which comes with a token of the scope `books`."""
    here = site(request)
    figures = here.recent("figures", FRESH, lambda: _figures(here))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(here, figures))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Told(Collector):
    def __init__(self, here: Site, figures: Figures) -> None:
        self.here, self.figures = here, figures

    def collect(self) -> Iterator[Metric]:
        """The figures as series."""
        yield from told(self.figures, list(self.here.configuration.directory.partners))


def _is_current(here: Site) -> bool:
    try:
        return Gauges(here.ledger).is_current()
    except Exception:  # whatever it is, the answer is no
        return False


def _figures(here: Site) -> Figures:
    configuration = here.configuration
    return Gauges(here.ledger).look(configuration.directory.partners, configuration.registers)
