import json

import pytest

from duanka.errors import BadInput, NotAllowed
from duanka.jobs import leads_cti
from duanka.jobs.leads import Sender
from duanka.leads import lead
from duanka.store.ledger import SYSTEM, Wanted
from leads_room import LEAD, UNIT, policy
from ledgers import AT, OFFICER, OUTSIDER, ledger

REGIME = policy().at(AT.date())


@pytest.fixture
def book(tmp_path):
    made = ledger("sqlite", tmp_path)
    yield made
    made.close()


def keep(book, lead_id="L1", handling="linked_institutions", **more):
    with book.desk(SYSTEM, at=AT, purpose="t") as desk:
        data = LEAD | {"lead_id": lead_id, "handling": handling} | more
        return lead.receive(desk, data, unit=UNIT, sender_id="police_1", regime=REGIME).id


def leaving(form, *, who=OFFICER, kind="bank", purpose="tell the other bank"):
    return leads_cti.Leaving(who, purpose, form, kind)


@pytest.mark.parametrize("form", leads_cti.FORMS)
def test_leads_leave_logged_with_their_purpose_and_come_in_elsewhere_once(book, tmp_path, form):
    ids, out = [keep(book), keep(book, "L2", card_kind="sim", card_id="S1")], tmp_path / "out.json"
    assert leads_cti.export(book, ids, out, leaving(form), at=AT) == 2
    with book.read(SYSTEM, at=AT) as desk:
        assert ("export", "lead", "tell the other bank", 2) in desk.seen()
    other = ledger("sqlite", tmp_path)
    sender = Sender("bank_1", ("bank_2", "990101"))
    for fresh in (2, 0):
        done = leads_cti.bring(out, other, sender, form=form, at=AT, regime=REGIME)
        assert (done.fresh, done.known, done.refused) == (fresh, 2 - fresh, 0)
    with other.desk(SYSTEM, at=AT, purpose="t") as desk:
        came = {one.body["lead_id"]: desk.look("lead", one.id) for one in desk.each(Wanted("lead"))}
    assert came["L2"].personal == {"card_id": "S1"}
    assert came["L1"].body["handling"] == "linked_institutions"
    assert came["L1"].body["issuer_id"] == "police_1"
    other.close()


def test_handling_scope_purpose_and_hidden_cards_are_walls(book, tmp_path):
    out = tmp_path / "out.json"
    ours, theirs = keep(book, "O", "institution_only"), keep(book, "P", "police_only")
    hidden = keep(book, "H", digested=True)
    for id_, told in (
        (ours, leaving("misp")),
        (theirs, leaving("misp")),
        (hidden, leaving("misp")),
        (theirs, leaving("misp", kind="police", purpose=" ")),
    ):
        with pytest.raises(NotAllowed):
            leads_cti.export(book, [id_], out, told, at=AT)
    with pytest.raises(Exception, match="no lead"):
        leads_cti.export(book, [theirs], out, leaving("misp", who=OUTSIDER, kind="police"), at=AT)
    assert not out.exists()
    assert leads_cti.export(book, [theirs], out, leaving("misp", kind="police"), at=AT) == 1


def test_what_does_not_fit_is_refused_and_the_rest_goes_on(book, tmp_path):
    out = tmp_path / "out.json"
    leads_cti.export(book, [keep(book), keep(book, "L2")], out, leaving("stix"), at=AT)
    told = json.loads(out.read_text(encoding="utf-8"))
    wrong = next(one for one in told["objects"] if one["type"] == "observed-data")
    wrong["x_duanka_lead"]["loss_fen"] = -1
    out.write_text(json.dumps(told), encoding="utf-8")
    other = ledger("sqlite", tmp_path)
    sender = Sender("bank_1", ("bank_2", "990101"))
    done = leads_cti.bring(out, other, sender, form="stix", at=AT, regime=REGIME)
    assert (done.fresh, done.refused) == (1, 1)
    other.close()


def test_no_lead_no_file_and_no_such_form_are_said(book, tmp_path):
    sender = Sender("bank_1", ("bank_2", "990101"))
    with pytest.raises(BadInput, match="named"):
        leads_cti.export(book, [], tmp_path / "o", leaving("misp"), at=AT)
    with pytest.raises(BadInput, match="form"):
        leads_cti.export(book, ["x"], tmp_path / "o", leaving("pdf"), at=AT)
    with pytest.raises(BadInput, match="read"):
        leads_cti.bring(tmp_path / "none", book, sender, form="misp", at=AT, regime=REGIME)
