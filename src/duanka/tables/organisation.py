"""A company that holds accounts or SIMs."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import day, identity, region


class Organisation(dy.Schema):
    """A company that holds accounts or SIMs.

    持有账户或电话卡的单位。
    """

    organisation_id = identity("单位编号", "organisation", "key")
    legal_person_id = identity("法定代表人", "legal representative, a person")
    registered_on = day("注册日期", "day registered")
    region_code = region("注册地区", "district")
    contact_sim_id = identity("联系电话卡", "contact SIM")
