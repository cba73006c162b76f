"""The addresses of the desk, one module per kind of work."""

from fastapi import APIRouter

from web.routes import (
    account,
    acting,
    by_hand,
    cases,
    citizen,
    deputies,
    directory,
    files,
    handed_links,
    hotline,
    ledger,
    mine,
    notices,
    overview,
    policies,
    public,
    refusals,
    reveals,
    start,
    tasks,
    tokens,
    why,
)

ROUTERS: tuple[APIRouter, ...] = (
    start.router,
    hotline.router,
    by_hand.router,
    overview.router,
    ledger.router,
    notices.router,
    policies.router,
    tasks.router,
    cases.router,
    why.router,
    acting.router,
    files.router,
    mine.router,
    account.router,
    deputies.router,
    directory.router,
    refusals.router,
    reveals.router,
    tokens.router,
    citizen.router,
    handed_links.router,
    public.router,
)
"""All routers, in the order in which their words stand in the menu."""
