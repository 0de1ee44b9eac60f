import pytest

from duanka.errors import BadInput
from duanka.jobs.publish_groups import groups


def test_a_list_is_used_only_with_its_legal_basis(tmp_path):
    assert groups(tmp_path) is None
    path = tmp_path / "groups.csv"
    path.write_text("group,person_id\na,p\n", encoding="utf-8")
    with pytest.raises(BadInput, match="lacks legal_basis"):
        groups(tmp_path)
    path.write_text("group,person_id,legal_basis\na,p,x\na,q,\n", encoding="utf-8")
    with pytest.raises(BadInput, match="legal basis") as told:
        groups(tmp_path)
    assert "line 3" in str(told.value)
    path.write_text("group,person_id,legal_basis\nschool-1,p,反电信网络诈骗法 第三十条\n", encoding="utf-8")  # fmt: skip
    assert groups(tmp_path).row(0) == ("school-1", "p", "反电信网络诈骗法 第三十条")
