"""pacs.008 messages as batches of one row a credit transfer, in flat memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from duanka.tables.batch import LINE, Batch, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from lxml import etree

_ROWS = 50_000
_PATHS = {
    "transaction_id": ("PmtId/TxId", "PmtId/UETR", "PmtId/EndToEndId"),
    "amount": ("IntrBkSttlmAmt",),
    "accepted_at": ("AccptncDtTm",),
    "settled_at": ("SttlmTmIndctn/CdtDtTm", "SttlmTmIndctn/DbtDtTm"),
    "debtor_account": ("DbtrAcct/Id/IBAN", "DbtrAcct/Id/Othr/Id"),
    "creditor_account": ("CdtrAcct/Id/IBAN", "CdtrAcct/Id/Othr/Id"),
    "purpose": ("Purp/Cd",),
}
HEADINGS = (*_PATHS, "currency", "created_at")


def batches(file: BinaryIO) -> Iterator[Batch]:
    """The credit transfers of a pacs.008 file, with the line each element began on.

    Columns: `HEADINGS`, all text; a message that breaks off gives what came before and says so.
    Entities are not resolved and nothing is fetched.
    Source: ISO 20022 pacs.008.001, FIToFICustomerCreditTransfer.
    """
    from lxml import etree

    rows: list[dict[str, str | int | None]] = []
    created: str | None = None
    events = etree.iterparse(
        file,
        events=("end",),
        tag=("{*}CreDtTm", "{*}CdtTrfTxInf"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, element in events:
            if element.tag.endswith("}CreDtTm") or element.tag == "CreDtTm":
                created = element.text
                continue
            rows.append({**_row(element), "created_at": created})
            _forget(element)
            if len(rows) >= _ROWS:
                yield _batch(rows)
                rows = []
    except etree.XMLSyntaxError as error:
        yield _batch(rows)
        yield Batch(pl.DataFrame(), (Fault(0, "truncated", value=str(error.msg)[:80]),))
        return
    yield _batch(rows)


def _row(element: etree._Element) -> dict[str, str | int | None]:
    row: dict[str, str | int | None] = {LINE: element.sourceline}
    for name, paths in _PATHS.items():
        row[name] = next((text for path in paths if (text := _text(element, path))), None)
    amount = element.find("{*}IntrBkSttlmAmt")
    row["currency"] = None if amount is None else amount.get("Ccy")
    return row


def _text(element: etree._Element, path: str) -> str | None:
    text: str | None = element.findtext("/".join(f"{{*}}{part}" for part in path.split("/")))
    return text


def _forget(element: etree._Element) -> None:
    # What was read is let go of, with the siblings before it, or the tree would grow with the file.
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _batch(rows: list[dict[str, str | int | None]]) -> Batch:
    kinds = {**dict.fromkeys(HEADINGS, pl.String), LINE: pl.Int32}
    return Batch(pl.DataFrame(rows, schema=kinds))
