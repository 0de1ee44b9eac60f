from duanka.simulate.customs import COMPANIES, CUSTOMS


def test_customs_can_be_carried_out():
    assert len({custom.name for custom in CUSTOMS}) == len(CUSTOMS)
    for custom in CUSTOMS:
        assert 0 < custom.size[0] <= custom.size[1], custom.name
        assert 0 < custom.share[0] <= custom.share[1] <= 1, custom.name
        assert len(custom.exits) == 6, custom.name
        assert sum(custom.exits) > 0, custom.name
        assert bool(custom.firms) == (custom.hosts == COMPANIES), custom.name


def test_the_honest_have_every_exit_that_rings_have():
    used = [sum(c.exits[way] * c.onward for c in CUSTOMS) for way in range(6)]
    assert min(used) > 0
