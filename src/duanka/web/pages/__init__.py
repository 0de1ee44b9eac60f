"""The pages of the console, one file each; a page has ROUTES, and a template and perhaps a script of its name."""

from __future__ import annotations

from duanka.web.pages import overview

PAGES = (overview,)
