"""Features in which a mule's card stands out from other cards, wherever it is: what the trade says, not a town.

Chosen from the typologies (domain.md 3.2 to 3.4) and never fitted; a model that has seen simulated
towns only is joined with them, so that a dataset unlike those towns is still put in a fair order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.features import catalogue

if TYPE_CHECKING:
    from duanka.features.catalogue import Subject
    from duanka.features.spec import Family

STANDS_OUT: dict[str, dict[Family, tuple[str, ...]]] = {
    "account": {
        "money": ("passed_day_fen_90d", "passed_day_fen_30d", "passed_day_share_90d", "emptied_share_30d"),
        "contacts": ("in_first_count_90d", "in_first_day_peak_90d", "payer_distinct_90d", "out_first_count_90d"),
        "taint": ("in_depth_90d", "from_lead_count_90d"),
        "rhythm": ("wake_count_90d", "in_day_peak_90d"),
        "device": ("device_crowd_30d", "shared_first_count_30d", "abroad_count_30d"),
        "cross": ("called_in_count_90d", "bound_apart"),
    },
    "sim": {
        "contacts": ("call_first_count_30d", "callee_distinct_30d", "call_first_day_peak_90d", "call_out_share_30d", "call_first_share_30d"),
        "money": ("then_paid_count_90d", "then_paid_fen_90d"),
        "rhythm": ("call_wake_count_90d", "call_out_hour_peak_30d", "call_active_30d"),
        "device": ("device_crowd_30d", "shared_first_count_90d", "device_first_count_90d", "abroad_count_90d", "network_crowd_30d"),
        "opening": ("opening_count_90d", "holder_opened_30d"),
        "cross": ("code_share_30d", "code_day_peak_30d", "account_passed_hour_fen_90d", "account_in_first_day_peak_90d"),
        "taint": ("from_lead_count_90d", "device_lead_count_90d", "holder_lead_count_90d", "bound_lead_count_90d"),
    },
}  # fmt: skip


def columns_of(subject: Subject) -> dict[str, tuple[int, ...]]:
    """The positions of these features in the subject's vector, by family; none for subjects that are no cards."""
    place = {name: at for at, name in enumerate(catalogue.names_of(subject))}
    return {
        family: tuple(place[name] for name in names)
        for family, names in STANDS_OUT.get(subject, {}).items()
    }
