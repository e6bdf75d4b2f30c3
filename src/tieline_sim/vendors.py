"""Vendors: a name and options come in; an open shop goes out."""

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tieline_sim.books.app import Books
from tieline_sim.chat.app import Chat
from tieline_sim.crm.app import Crm
from tieline_sim.faults import FaultBook
from tieline_sim.helpdesk.app import Helpdesk
from tieline_sim.leads.app import Leads
from tieline_sim.ledger import Ledger
from tieline_sim.ledger_file import LedgerFile
from tieline_sim.limits import WindowLimit
from tieline_sim.payments.app import Payments
from tieline_sim.sender import Parts, Sender
from tieline_sim.shop import Shop, Trade, Vendor
from tieline_sim.signing import STANDARD_PREFIX

VENDORS: Mapping[str, Callable[[Trade], Vendor]] = {
    "payments": Payments,
    "books": Books,
    "crm": Crm,
    "chat": Chat,
    "helpdesk": Helpdesk,
    "leads": Leads,
}


@dataclass(frozen=True, slots=True)
class ShopOptions:
    """How to open a vendor."""

    token: str = ""  # empty: requests need no credential
    secret: str = ""  # empty: ``usual_secret``
    ledger: Path | None = None
    seed: int = 0
    quota: int = 0  # requests per window; 0: no limit
    window_seconds: float = 1.0


def usual_secret(vendor: str) -> str:
    """The webhook secret of a vendor that was given none."""
    plain = f"simulated-{vendor}-secret"
    if vendor == "leads":  # Standard Webhooks wants base64
        return STANDARD_PREFIX + base64.b64encode(plain.encode()).decode()
    return plain


def now_us() -> int:
    return time.time_ns() // 1000


def open_shop(name: str, options: ShopOptions) -> Shop:
    """Open one vendor, with what it remembers if there is a ledger file; needs a running loop."""
    record, lines = None, []
    if options.ledger is not None:
        file = LedgerFile(options.ledger)
        record, lines = file.record, file.earlier_lines()
    ledger = Ledger(name, record)
    ledger.restore(lines)
    faults = FaultBook(options.seed)
    vendor = VENDORS[name](Trade(ledger, now_us))
    sender = None
    if vendor.voice is not None:
        sender = Sender(Parts(name, vendor.voice, faults, now_us, record))
    return Shop(
        name=name,
        vendor=vendor,
        ledger=ledger,
        faults=faults,
        sender=sender,
        now_us=now_us,
        secret=options.secret or usual_secret(name),
        tokens=(options.token,) if options.token else (),
        limit=WindowLimit(options.quota, options.window_seconds) if options.quota else None,
    )
