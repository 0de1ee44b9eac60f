import pytest

from duanka.errors import BadInput, Conflict
from duanka.intercept.folder import Folder


def test_one_process_holds_a_folder_at_a_time(tmp_path):
    first = Folder(tmp_path / "door", ("transfer",))
    with pytest.raises(Conflict, match="holds this door"):
        Folder(tmp_path / "door", ("transfer",))
    first.close()
    again = Folder(tmp_path / "door", ())
    assert again.about.receives == ("transfer",)
    again.close()


@pytest.mark.parametrize(
    "told",
    [b"{", b'{"form":9,"receives":[],"catalogue":{}}', b'{"form":1,"receives":[],"catalogue":{}}'],
)
def test_a_folder_of_something_else_is_refused_and_let_go(tmp_path, told):
    (tmp_path / "door.json").write_bytes(told)
    with pytest.raises(BadInput, match="not a door"):
        Folder(tmp_path, ())
    (tmp_path / "door.json").unlink()
    Folder(tmp_path, ()).close()


def test_snapshots_are_kept_by_the_place_they_belong_to(tmp_path):
    folder = Folder(tmp_path, ())
    assert folder.newest() is None
    for place in (0, 5, 9, 12):
        folder.keep({"place": place}, place)
    assert folder.newest() == (12, {"place": 12})
    assert folder.oldest() == (0, {"place": 0})
    folder.close()
