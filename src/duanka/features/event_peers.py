"""Features in which a transfer, call or application that serves a fraud stands out from honest ones, wherever it is.

Chosen from the typologies (domain.md 3.2 to 3.4) and never fitted. A transfer may be one of two things: money
that has just come in going on (relay, cash, goods, coins), or money entering a card that is being misused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.features import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duanka.features.catalogue import Subject

FALLING = "-"
"""Before a name: the lower, the more it stands out."""

STANDS_OUT: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "transfer": {
        "passes_on": {
            "size": ("amount_fen",),
            "passing": ("payer_in_total_fen_1h", "payer_passed_hour_share_7d", "payer_passed_day_share_30d"),
            "strangers": ("payer_in_first_fen_1d", "payer_in_first_fen_7d"),
            "rhythm": ("payer_day_of_quarter_in_share", "payer_peak_first_share_90d"),
            "device": ("payer_device_first_count_7d", "payer_new_device_out_count_7d", "payer_device_crowd_30d"),
        },
        "enters": {
            "size": ("amount_fen",),
            "habit": ("of_payer_largest",),
            "strangers": ("is_first", "payee_peak_first_share_90d", "payee_in_first_fen_7d"),
            "payee": ("payee_peak_of_quarter_in_share", "payee_passed_day_share_7d", "of_payee_largest"),
            "device": ("payee_device_first_count_7d", "payee_device_crowd_30d"),
        },
    },
    "call": {
        "to_strangers": {
            "strangers": ("is_first", "caller_call_first_share_30d", "caller_call_first_day_peak_30d", "caller_call_long_first_count_7d"),
            "one_way": ("caller_call_out_share_7d", "-caller_call_back_share_30d", "-caller_call_repeat_30d"),
            "rhythm": ("caller_call_wake_count_30d", "caller_call_per_stretch_30d", "caller_first_peak_share_90d"),
            "device": ("caller_device_crowd_30d", "caller_device_first_count_7d", "caller_network_crowd_1d", "caller_abroad_count_7d"),
            "cross": ("caller_then_paid_count_30d", "caller_then_paid_share_30d"),
        },
    },
    "opening": {
        "brought": {
            "company": ("is_accompanied", "companion_applicant_distinct_30d", "companion_count_30d"),
            "applicant": ("opening_count_7d", "opening_outlet_distinct_7d", "opening_sim_count_7d", "holder_opened_30d"),
            "told": ("holder_lead_count_90d", "staff_lead_count_90d"),
        },
    },
}  # fmt: skip


def asked(subject: Subject) -> Iterator[tuple[int, int, str, float]]:
    """Each shape's features: the shape's number, the column, the name with its direction, and its weight.

    A shape's families weigh alike, and so do the features within a family; weights of a shape add up to 1.
    """
    place = {name: at for at, name in enumerate(catalogue.names_of(subject))}
    for number, families in enumerate(STANDS_OUT.get(subject, {}).values()):
        for names in families.values():
            for name in names:
                yield (
                    number,
                    place[name.removeprefix(FALLING)],
                    name,
                    1 / len(families) / len(names),
                )
