import numpy as np

from duanka.network.book import END, EXIT, FIRST
from duanka.network.holders import holder_at, set_balance
from duanka.network.purse import BALANCE, NOBODY, TAINT, UNTRACED, USED_HOLDERS, VICTIM


def test_an_account_becomes_a_holder_once_and_an_exit_never():
    accounts = np.zeros((3, 5), np.int64)
    accounts[:, FIRST], accounts[:, END], accounts[2, EXIT] = 1, 4, 1
    holder_of, used = np.full(3, NOBODY, np.int32), np.zeros(3, np.int64)
    holders = np.zeros((4, 12), np.int64)
    said = [holder_at(accounts, holder_of, holders, used, a) for a in (1, 0, 1, 2)]
    assert said == [0, 1, 0, VICTIM]
    assert used[USED_HOLDERS] == 2


def test_missing_money_takes_its_share_and_clean_money_none():
    holders = np.zeros((1, 12), np.int64)
    holders[0, BALANCE], holders[0, TAINT] = 100, 30
    set_balance(holders, 0, 50)
    assert (holders[0, TAINT], holders[0, UNTRACED]) == (15, 15)
    set_balance(holders, 0, 500)
    assert (holders[0, BALANCE], holders[0, TAINT]) == (500, 15)
