"""The bits that an event carries into the kernel, one vocabulary for all streams."""

from __future__ import annotations

from typing import Final

# Direction: the key received (payee, callee, receiver) or gave (payer, caller, sender).
IN: Final = 1 << 0
OUT: Final = 1 << 1
# OK: the transfer succeeded, the call was answered. A failed transfer is kept and moves nothing.
OK: Final = 1 << 2
NIGHT: Final = 1 << 3
SMALL: Final = 1 << 4
ROUND: Final = 1 << 5
LARGE: Final = 1 << 6
CASH: Final = 1 << 7
MERCHANT: Final = 1 << 8
OVERSEAS: Final = 1 << 9
CRYPTO: Final = 1 << 10
PROTECTED: Final = 1 << 11
OWN: Final = 1 << 12
CALLED: Final = 1 << 13
NEW_DEVICE: Final = 1 << 14
EMPTIED: Final = 1 << 15
MACHINE: Final = 1 << 16  # ATM or counter
SCANNED: Final = 1 << 17  # QR or POS
# calls and messages
SHORT: Final = 1 << 18
LONG: Final = 1 << 19
ROAMING: Final = 1 << 20
CODE: Final = 1 << 21
BULK: Final = 1 << 22
PERSONAL: Final = 1 << 23
# device use
SHARED: Final = 1 << 24
ABROAD: Final = 1 << 25
# openings
ACCOUNT: Final = 1 << 26
SIM: Final = 1 << 27
REFUSED: Final = 1 << 28
# flagged neighbours (leads and labels known at the instant)
LEAD: Final = 1 << 29
LABEL: Final = 1 << 30
# set by the kernel from the key's own row, when the event enters
FIRST: Final = 1 << 32
RETURNED: Final = 1 << 33
AFTER_SMALL: Final = 1 << 34
WAKE: Final = 1 << 35
# money from a crypto venue; its receiver's side of the transfer carries CRYPTO
FROM_CRYPTO: Final = 1 << 36

# bit fields of four bits each
DEPTH_SHIFT: Final = 40
CYCLE_SHIFT: Final = 44
GATHER_SHIFT: Final = 48
CROWD_SHIFT: Final = 52
FIELD: Final = 15
