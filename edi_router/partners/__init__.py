"""Floor 4: partners, their agreements and channels, and the routing decision."""

from edi_router.partners.load import expired_leniencies, load_partners
from edi_router.partners.model import Agreement, Delivery, Partner, Status
from edi_router.partners.routing import Directory, Leg, Route, choose

__all__ = [
    "Agreement",
    "Delivery",
    "Directory",
    "Leg",
    "Partner",
    "Route",
    "Status",
    "choose",
    "expired_leniencies",
    "load_partners",
]
