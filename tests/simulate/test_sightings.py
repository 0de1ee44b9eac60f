import numpy as np

from duanka.simulate.scene import KIOSKS, OUTSIDE
from duanka.simulate.sightings import CARRIER_COUNT, CARRIERS, everyday_sightings
from town import morning


def test_honest_devices_and_networks_are_shared():
    scene = morning()[0]
    seen = everyday_sightings(scene, np.random.default_rng(1))
    assert (seen.card < OUTSIDE).all()
    accounts = ~seen.sim
    pairs = {
        (d, c)
        for d, c in zip(seen.device[accounts].tolist(), seen.card[accounts].tolist(), strict=True)
    }
    _, held = np.unique([d for d, _ in pairs], return_counts=True)
    assert held.max() >= 4
    assert (seen.device >= KIOSKS).any()
    assert ((seen.network >= CARRIERS) & (seen.network < CARRIERS + CARRIER_COUNT)).any()
    assert seen.abroad.any()
