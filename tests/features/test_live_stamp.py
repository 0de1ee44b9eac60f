from types import ModuleType

import numpy as np

from duanka.features.live_stamp import stamp_of


def holding(**values) -> ModuleType:
    module = ModuleType("m")
    vars(module).update(values)
    return module


def test_the_stamp_follows_numbers_and_arrays():
    one = stamp_of(holding(a=1, b=np.arange(3)))
    assert one == stamp_of(holding(a=1, b=np.arange(3)))
    assert one != stamp_of(holding(a=2, b=np.arange(3)))
    assert one != stamp_of(holding(a=1, b=np.arange(4)))
