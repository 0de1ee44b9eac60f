import sys

import pytest

from duanka.errors import Unavailable
from duanka.leads import extra, misp, oprf, psi, stix


def test_what_is_there_is_given():
    assert extra.need("json", extra="none").dumps([1]) == "[1]"


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("voprf", lambda: oprf.public_key(bytes(32))),
        ("voprf", lambda: oprf.blinded("account:A1")),
        ("private_set_intersection", lambda: psi.asked(["account:A1"])),
        ("private_set_intersection", lambda: psi.prepared({}, most=1)),
        ("pymisp", lambda: misp.read("{}", issuer_id="x")),
        ("stix2", lambda: stix.read("{}", issuer_id="x")),
    ],
)
def test_without_its_library_it_says_which_extra_to_install(monkeypatch, module, call):
    for name in [one for one in sys.modules if one.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Unavailable, match=f"{module} is not installed") as told:
        call()
    assert told.value.fix == f"install duanka[{'cti' if module in ('pymisp', 'stix2') else 'psi'}]"
