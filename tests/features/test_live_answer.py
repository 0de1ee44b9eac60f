import numpy as np

from duanka.features import live_answer, shares


def test_a_share_is_the_batch_hosts_share():
    for part, whole in ((1.0, 4.0), (50.0, 2.0), (3.0, 0.0), (np.nan, 2.0), (2.0, np.nan)):
        expected = shares.share(np.array([part]), np.array([whole]))[0]
        np.testing.assert_equal(live_answer.share.py_func(part, whole), expected)
