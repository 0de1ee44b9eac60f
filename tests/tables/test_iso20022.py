"""pacs.008 messages."""

import io

from duanka.tables import iso20022
from duanka.tables.batch import LINE

HEAD = (
    '<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">\n'
    "<FIToFICstmrCdtTrf><GrpHdr><CreDtTm>2021-10-11T09:00:00+08:00</CreDtTm></GrpHdr>\n"
)
TAIL = "</FIToFICstmrCdtTrf></Document>"


def transfer(number, currency="CNY"):
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>E{number}</EndToEndId><TxId>T{number}</TxId></PmtId>"
        f'<IntrBkSttlmAmt Ccy="{currency}">12.5{number % 10}</IntrBkSttlmAmt>'
        "<DbtrAcct><Id><Othr><Id>6200</Id></Othr></Id></DbtrAcct>"
        "<CdtrAcct><Id><IBAN>XX99</IBAN></Id></CdtrAcct><Purp><Cd>SALA</Cd></Purp></CdtTrfTxInf>\n"
    )


def read(text):
    return list(iso20022.batches(io.BytesIO(text.encode())))


def test_a_transfer_is_a_row_with_the_line_it_began_on():
    (batch,) = read(HEAD + transfer(1) + transfer(2, "USD") + TAIL)
    first, second = batch.rows.iter_rows(named=True)
    assert first == {
        "transaction_id": "T1",
        "amount": "12.51",
        "accepted_at": None,
        "settled_at": None,
        "debtor_account": "6200",
        "creditor_account": "XX99",
        "purpose": "SALA",
        "currency": "CNY",
        "created_at": "2021-10-11T09:00:00+08:00",
        LINE: 4,
    }
    assert (second["currency"], second[LINE]) == ("USD", 5)


def test_a_message_that_breaks_off_gives_what_came_before():
    rows, cut = read(HEAD + transfer(1) + transfer(2)[:60])
    assert rows.rows["transaction_id"].to_list() == ["T1"]
    assert [fault.fault for fault in cut.faults] == ["truncated"]


def test_entities_are_neither_resolved_nor_fetched(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("16400001234")
    declared = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "inside">]>\n'
    text = HEAD.replace("\n<Document", f"\n{declared}<Document", 1) + transfer(1) + TAIL
    for entity in ("&x;", "&y;"):
        batches = read(text.replace("T1", entity))
        told = [row for batch in batches for row in batch.rows["transaction_id"].to_list()]
        assert "16400001234" not in str(told)
        assert "inside" not in str(told)


def test_memory_stays_flat_because_what_was_read_is_let_go():
    from lxml import etree

    root = etree.fromstring((HEAD + transfer(1) * 3 + TAIL).encode().split(b"\n", 1)[1])
    third = root.findall(".//{*}CdtTrfTxInf")[2]
    iso20022._forget(third)
    assert len(root.findall(".//{*}CdtTrfTxInf")) == 1
