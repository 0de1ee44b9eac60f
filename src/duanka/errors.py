"""Every exception of the house, named by whose fault it is; each says what, where and what to do."""
# ruff: noqa: N818 - a name says whose fault it is, and needs no suffix for that

from __future__ import annotations


class DuankaError(Exception):
    """What went wrong, where, and how to mend it.

    `status` is the HTTP status a door answers with.
    """

    status = 500

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(what)

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"where: {self.where}")
        if self.fix:
            parts.append(f"what to do: {self.fix}")
        return "\n  ".join(parts)


class BadInput(DuankaError):
    """The sender's rows or body are at fault; values in the message are masked."""

    status = 422


class BadPolicy(DuankaError):
    """A policy file is at fault; start-up is refused."""


class BadModel(DuankaError):
    """A model folder does not fit the feature catalogue; start-up is refused."""


class NotAllowed(DuankaError):
    """The caller has no right to this."""

    status = 403


class NotFound(DuankaError):
    """There is nothing under the id that the caller gave."""

    status = 404


class Conflict(DuankaError):
    """The caller's version of the record is stale."""

    status = 409


class Unavailable(DuankaError):
    """A lake or ledger does not answer."""

    status = 503
