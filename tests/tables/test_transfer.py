"""The table `transfer`."""

from duanka.tables.transfer import MEMO_KINDS, PROTECTED_MEMOS


def test_money_is_whole_fen_above_zero(refused):
    assert not refused("transfer", amount_fen=1)
    assert refused("transfer", amount_fen=0) == {("amount_fen", "too_small")}
    assert refused("transfer", amount_fen="12.50") == {("amount_fen", "bad_fen")}
    assert refused("transfer", amount_fen="1,000") == {("amount_fen", "bad_fen")}


def test_a_balance_may_be_overdrawn_and_a_failed_transfer_is_kept(refused):
    assert not refused("transfer", payer_balance_fen=-5, outcome="failed")


def test_reserved_ids_are_ids(refused):
    assert not refused("transfer", payer_id="CASH", payee_id="MERCHANT:7")


def test_protected_payments_are_those_of_the_contract():
    assert set(PROTECTED_MEMOS) == {
        "salary",
        "pension",
        "social_insurance",
        "medical",
        "utility",
        "tax",
    }
    assert set(PROTECTED_MEMOS) < set(MEMO_KINDS)
