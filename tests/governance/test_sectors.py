import polars as pl

from duanka.governance.attribution import attribute
from duanka.governance.sectors import sectors
from town import small_town


def test_the_sector_is_that_of_the_institution_or_of_its_cards():
    frames = small_town().tables
    attributed = attribute(frames)
    told = sectors(attributed, frames["institution"])
    kinds = dict(
        frames["institution"]
        .select("institution_id", pl.col("institution_kind").cast(pl.String))
        .iter_rows()
    )
    words = {"bank": "bank", "payment": "payment", "operator": "telecom", "mvno": "telecom"}
    assert all(words[kinds[unit]] == sector for unit, sector in told["institution"].items())
    places = dict(frames["outlet"].select("outlet_id", "institution_id").iter_rows())
    assert all(words[kinds[places[unit]]] == sector for unit, sector in told["outlet"].items())
    assert sectors(attributed, None) == told
    assert set(told["staff"].values()) == {"bank", "payment", "telecom"}
    assert "region" not in told
