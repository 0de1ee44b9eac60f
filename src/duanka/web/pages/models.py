"""The models that judge: their cards, as far as the run and the shipped folders tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from duanka.features import catalogue
from duanka.jobs.judges import default_folder
from duanka.web import show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def models(request: Request) -> Response:
    """Which model judged the run's cards, and the cards of the models that ship."""
    show.viewer(request)
    used = show.office(request).findings.tally("score", ["card_kind", "model_version"])
    return show.page(request, "models.html", used=used.rows(named=True), cards=_cards())


def _cards() -> list[dict[str, Any]]:
    found = []
    for subject in catalogue.SUBJECTS:
        for file in sorted((default_folder() / subject).glob("*.json")):
            told = json.loads(file.read_text(encoding="utf-8"))
            if isinstance(told, dict) and "version" in told:
                found.append(
                    {"subject": subject, "version": told["version"], "about": told.get("about", {})}
                )
    return found


ROUTES = [Route("/models", models)]
