"""Scorecards in plain loops, from the definitions: the twin of the questions in SQL and of the arrays behind them.

Sums and quotients are fractions of whole numbers here, exact, and are rounded where the definition says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from fractions import Fraction

from scipy import special

from duanka.governance import months

KINDS = ("institution", "outlet", "staff", "region")
SHARE, CARD = 2**20, 2**36


def parts(value, of):
    """The nearest whole number of parts; a tie goes to the even one."""
    return Fraction(round(Fraction(value) * of), of)


def month_of(instant):
    local = instant + timedelta(hours=8)
    return local.year * 12 + local.month - 1


def cards_of(frames):
    """One dictionary a card: whom it belongs to, its peers, its month, and since when it is known to be bad."""
    outlets = {row["outlet_id"]: row for row in rows(frames, "outlet")}
    desks = {row["staff_id"]: row["outlet_id"] for row in rows(frames, "staff")}
    companies = {row["organisation_id"] for row in rows(frames, "organisation")}
    opened = {}
    for row in sorted(rows(frames, "opening"), key=lambda r: (r["at"], r["opening_id"])):
        if row["card_id"] is not None:
            opened.setdefault((row["card_kind"], row["card_id"]), row)
    verdicts = verdicts_of(frames)
    out = []
    for kind, time in (("account", "opened_at"), ("sim", "activated_at")):
        for row in rows(frames, kind):
            key = (kind, row[f"{kind}_id"])
            asked = opened.get(key, {})
            staff = row["staff_id"] or asked.get("staff_id")
            outlet = row["outlet_id"] or asked.get("outlet_id") or desks.get(staff)
            place = outlets.get(outlet, {})
            known = verdicts.get(key)
            out.append({
                "institution": row["institution_id"], "outlet": outlet, "staff": staff,
                "region": place.get("region_code"),
                "peers": (kind, row[f"{kind}_kind"],
                          "organisation" if row["holder_id"] in companies else "person",
                          place.get("outlet_kind") or "unknown"),
                "kind": kind, "opened": month_of(row[time]),
                "known": known and known[0], "self": bool(known and known[1]),
            })  # fmt: skip
    return out


def rows(frames, name):
    return frames[name].to_dicts() if name in frames else []


def verdicts_of(frames):
    """Of each card: the month of the first word of its last run of implicated ones, and whose word that was."""
    told = defaultdict(list)
    for row in rows(frames, "label"):
        if not (row["implicated"] and row["role"] == "victim"):
            told[row["card_kind"], row["card_id"]].append(row)
    out = {}
    for key, words in told.items():
        words.sort(key=lambda r: (r["known_at"], r["implicated"], r["source"]))
        run = []
        for word in words:
            run = [*run, word] if word["implicated"] else []
        if run:
            out[key] = (month_of(run[0]["known_at"]), run[0]["source"] == "review")
    return out


def scorecard(frames, as_of, *, young, window, interval, spread_of):
    """Every row by its key: counts as they are, and shrunk, lower, upper, expected, per 10,000."""
    cards = cards_of(frames)
    begin = month_of(min(row["known_at"] for row in rows(frames, "label")))
    since = min(row["known_at"] for row in rows(frames, "label"))
    last = months.last_month(as_of)
    first = begin - young + 1
    cover = {
        m: parts(months.elapsed_share(m, since=since, until=as_of), SHARE)
        for m in range(first, last + 1)
    }
    seen = {
        kind: seen_shares(cards, kind, (first, last, young), cover) for kind in ("account", "sim")
    }
    out = {}
    for unit_kind in KINDS:
        for side in ("new", "stock"):
            found = one_side(cards, unit_kind, side, (first, begin, last, young), (cover, seen))
            out |= rows_of(found, unit_kind, side, (window(unit_kind), interval, spread_of))
    return out


def seen_shares(cards, kind, span, cover):
    first, last, young = span
    found, risk = [0] * young, [Fraction(0)] * young
    for card in cards:
        if card["kind"] != kind or card["opened"] < first:
            continue
        for age in range(young):
            risk[age] += cover.get(card["opened"] + age, 0)
        if card["known"] is not None and 0 <= card["known"] - card["opened"] < young:
            found[card["known"] - card["opened"]] += 1
    if not sum(found):
        hazard = [Fraction(1, young)] * young
    else:
        mean = sum(found) / sum(risk)
        hazard = [(f + 1) / (r + 1 / mean) for f, r in zip(found, risk, strict=True)]
    whole = sum(hazard)
    return {
        m: parts(
            sum(hazard[a] / whole * cover.get(m + a, 0) for a in range(young) if m + a <= last),
            SHARE,
        )
        for m in range(first, last + 1)
    }


def one_side(cards, unit_kind, side, span, shares):
    first, begin, last, young = span
    cover, seen = shares
    exposure, bad, own = Counter(), Counter(), Counter()
    for card in cards:
        unit = card[unit_kind]
        if unit is None:
            continue
        key = (unit, card["peers"])
        fresh = (
            card["known"] is not None
            and card["known"] - card["opened"] < young
            and card["opened"] >= first
        )
        if side == "new":
            if card["opened"] >= first:
                exposure[(*key, card["opened"])] += 1
            at = card["opened"] if fresh else None
        else:
            for m in range(begin, last + 1):
                if card["opened"] <= m - young and (card["known"] is None or card["known"] >= m):
                    exposure[(*key, m)] += 1
            at = (
                card["known"]
                if card["known"] is not None and not fresh and card["known"] >= begin
                else None
            )
        if at is not None:
            (own if card["self"] else bad)[(*key, at)] += 1

    def so_far(peers, m):
        return seen[peers[0]][m] if side == "new" else cover[m]

    rate = rates(exposure, bad, so_far)
    level = {
        m: (sum(n for k, n in bad.items() if k[2] == m) + 1)
        / (sum(n * rate[k[:2]] * so_far(k[1], m) for k, n in exposure.items() if k[2] == m) + 1)
        for m in range(first, last + 1)
    }
    return exposure, bad, own, rate, level, so_far


def rates(exposure, bad, so_far):
    """What is expected of one card of a unit, by the cards of other units with the same peers."""
    base, cards = Counter(), Counter()
    for (unit, peers, m), n in exposure.items():
        for key in ((unit, peers), peers, peers[0]):
            base[key] += n * so_far(peers, m)
    for (unit, peers, _), n in bad.items():
        for key in ((unit, peers), peers, peers[0]):
            cards[key] += n
    out = {}
    for unit, peers, _ in exposure:
        overall = cards[peers[0]] / Fraction(base[peers[0]]) if base[peers[0]] else 0
        rate = (
            (cards[peers] - cards[unit, peers] + 1)
            / (base[peers] - base[unit, peers] + 1 / overall)
            if overall
            else 0
        )
        out[unit, peers] = parts(rate, CARD)
    return out


def rows_of(found, unit_kind, side, how):
    exposure, bad, own, rate, level, so_far = found
    window, interval, spread_of = how
    totals = defaultdict(lambda: [0, 0, 0])
    usual = Counter()  # cards expected at the usual level, by unit, month and kind of card
    for (unit, peers, m), n in exposure.items():
        totals[unit, m][0] += n
        usual[unit, m, peers[0]] += n * rate[unit, peers]
    for (unit, _, m), n in bad.items():
        totals[unit, m][1] += n
    for (unit, _, m), n in own.items():
        totals[unit, m][2] += n
    expected, expected_so_far = Counter(), Counter()
    for (unit, m, kind), n in usual.items():
        one = parts(n * level[m], CARD)
        expected[unit, m] += one
        expected_so_far[unit, m] += parts(one * so_far((kind,), m), CARD)
    shape = 1 / spread_of(unit_kind, side)
    tail = (1 - interval) / 2
    out = {}
    for (unit, m), (cards, count, self_found) in totals.items():
        if not cards:
            continue
        lately = [(unit, k) for k in range(m - window + 1, m + 1)]
        o = shape + sum(totals[one][1] for one in lately if one in totals)
        e = shape + float(sum(expected_so_far[one] for one in lately))
        per = 10_000 * float(expected[unit, m]) / cards
        out[unit_kind, unit, months.name_of(m), side] = {
            "exposure": cards, "implicated": count + self_found, "self_detected": self_found,
            "rate_per_10k": 10_000 * (count + self_found) / cards, "expected_per_10k": per,
            "shrunk_per_10k": o / e * per,
            "lower_per_10k": special.gammaincinv(o, tail) / e * per,
            "upper_per_10k": special.gammainccinv(o, tail) / e * per,
        }  # fmt: skip
    return out
