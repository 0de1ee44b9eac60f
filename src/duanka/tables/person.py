"""A natural person."""

from __future__ import annotations

import dataframely as dy

from duanka.tables.column import identity, region, whole


class Person(dy.Schema):
    """A natural person.

    自然人。
    """

    person_id = identity("人员编号", "person", "key")
    birth_year = whole("出生年份", "year of birth", least=1850)
    home_region_code = region("户籍地区", "home district")
