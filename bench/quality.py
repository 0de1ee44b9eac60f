"""`make bench-quality`: quality on public transfer sets and on towns whose habits no model saw."""

from __future__ import annotations

import argparse
import time

import measure

PARTS = ("sets", "towns", "other", "labelled", "networks", "roles", "governance")


def main() -> None:
    """Nothing; prints tables and writes bench/out/quality_*.json."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--quick", action="store_true", help="a few minutes, smaller sizes")
    reader.add_argument("--only", choices=PARTS, action="append", help="one part; may be repeated")
    asked = reader.parse_args()
    measure.one_thread()
    about = measure.conditions()
    print("conditions:", ", ".join(f"{name} {value}" for name, value in about.items()))
    for name in asked.only or PARTS:
        begun = time.monotonic()
        parts = {
            "sets": sets,
            "towns": towns,
            "other": other,
            "labelled": labelled,
            "networks": networks,
            "roles": roles,
            "governance": governance,
        }
        parts[name](quick=asked.quick)
        print(f"   ({name}: {time.monotonic() - begun:.0f} s)", flush=True)


def sets(*, quick: bool) -> None:
    """The public transfer sets; with `quick` the smaller one only."""
    import public_sets
    import set_quality

    found = {}
    for name in public_sets.present():
        if quick and name != public_sets.SETS[0]:
            continue
        rounds = 150 if quick else set_quality.ROUNDS
        found[name] = set_quality.transfers(name, rounds=rounds)
        if name == public_sets.SETS[0]:
            found[f"{name}, accounts"] = set_quality.accounts(name)
    measure.keep("quality_sets", found)


def towns(*, quick: bool) -> None:
    """Towns whose rings keep to the habits left out of training."""
    import town_figures
    import town_quality
    from duanka.simulate import habits

    size = town_quality.QUICK if quick else town_quality.FULL
    model = measure.OUT / "model"
    spent = town_quality.teach(size, model)
    print(
        f"   the default recipe learned from {size.practice_towns} towns: {spent:.0f} CPU s",
        flush=True,
    )
    counted = town_quality.teach_plain(size)
    pooled = town_quality.judge_towns(size, model, counted)
    print(
        f"\n   {size.towns} towns of {size.people:,} people, 90 days, 1 bad card in "
        f"{1 / town_quality.BASE_RATE:.0f}, habits {', '.join(habits.HELD_OUT_HABITS)}; "
        f"trained on {', '.join(habits.TRAIN_HABITS)}"
    )
    found = {
        "size": vars(size),
        "figures": town_figures.compare(pooled),
        "held": town_figures.held(pooled),
        "said": town_figures.tiers(pooled),
        **town_figures.harm(pooled),
    }
    measure.keep("quality_towns", found)


def other(*, quick: bool) -> None:
    """Towns written by another hand, judged by the models that ship."""
    import other_quality

    other_quality.bench(quick=quick)


def labelled(*, quick: bool) -> None:
    """The same hand's towns, judged with labels and leads as a user has them, and without."""
    import other_labelled

    other_labelled.bench(quick=quick)


def networks(*, quick: bool) -> None:
    """Networks on towns of held-out habits, bank, phone and joined."""
    import network_quality

    network_quality.bench(quick=quick)


def roles(*, quick: bool) -> None:
    """Roles told apart, and flow stopped by acting in our order, on towns of held-out habits."""
    import role_quality

    role_quality.bench(quick=quick)


def governance(*, quick: bool) -> None:
    """Bad clerks, outlets and districts planted among honest ones, beside raw rates and raw counts."""
    import governance_quality

    governance_quality.bench(quick=quick)


if __name__ == "__main__":
    main()
