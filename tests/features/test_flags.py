from duanka.features import flags


def test_no_two_bits_and_no_two_fields_meet():
    bits = {n: v for n, v in vars(flags).items() if n.isupper() and not n.endswith("SHIFT")}
    del bits["FIELD"]
    fields = [v for n, v in vars(flags).items() if n.endswith("_SHIFT")]
    assert all(v.bit_count() == 1 for v in bits.values())
    taken = list(bits.values()) + [flags.FIELD << shift for shift in fields]
    assert sum(v.bit_count() for v in taken) == sum(taken).bit_count()
    assert max(taken).bit_length() <= 56, "above that stand the relations of a notice"
