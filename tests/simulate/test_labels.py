import polars as pl

from town import small_town, village


def test_wrong_labels_are_few_and_every_clearing_follows_its_label():
    town = village()
    labels = town.tables["label"]
    bad = town.truth["truth_card"].filter("bad")["card_id"].implode()
    positive = labels.filter("implicated")
    assert (~positive["card_id"].is_in(bad)).mean() < 0.2
    cleared = labels.filter(~pl.col("implicated"))
    assert cleared.height
    both = cleared.join(positive, on="card_id")
    assert (both["known_at"] > both["known_at_right"]).all()


def test_leads_follow_reports_and_tell_the_loss_of_the_first_layer():
    town = small_town()
    leads = town.tables["lead"]
    assert leads["loss_fen"].drop_nulls().min() > 0
    assert (leads["deadline_at"] > leads["issued_at"]).all()
    bad = town.truth["truth_card"].filter("bad")["card_id"].implode()
    told = leads.filter(pl.col("loss_fen").is_not_null())
    assert 0.75 < told["card_id"].is_in(bad).mean() < 1  # some who report are mistaken
    assert not leads["card_id"].is_in(bad).all()


def test_a_lead_comes_after_the_card_was_misused():
    town = small_town()
    bad = town.truth["truth_card"].filter("bad").select("card_id", "bad_from")
    victims = town.truth["truth_victim"]["lead_id"].drop_nulls().implode()
    told = town.tables["lead"].filter(pl.col("lead_id").is_in(victims)).join(bad, on="card_id")
    assert (told["issued_at"] > told["bad_from"]).all()
