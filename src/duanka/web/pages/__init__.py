"""The pages of the console, one file each; a page has ROUTES, and a template and perhaps a script of its name."""

from __future__ import annotations

from duanka.web.pages import (
    appeals,
    audit,
    card,
    case,
    compare,
    export,
    fairness,
    governance,
    leads,
    models,
    network,
    openings,
    overview,
    policy,
    queue,
    regions,
    standings,
    suggestions,
    told,
    users,
)

PAGES = (
    overview,
    queue,
    case,
    card,
    export,
    network,
    appeals,
    leads,
    told,
    suggestions,
    standings,
    openings,
    compare,
    policy,
    models,
    regions,
    governance,
    fairness,
    users,
    audit,
)
