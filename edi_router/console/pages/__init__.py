"""A module for each page; the application includes their routers in this order."""

from edi_router.console.pages import (
    audit,
    desk,
    items,
    onboarding,
    partners,
    progress,
    registers,
    reports,
    search,
    settings,
    today,
    trace,
    tryout,
    watch,
    work,
)

ROUTERS = (
    settings.router,
    watch.router,
    today.router,
    search.router,
    items.router,
    trace.router,
    tryout.router,
    registers.router,
    work.router,
    partners.router,
    reports.router,
    audit.router,
    progress.router,
    desk.router,
    onboarding.router,
)
