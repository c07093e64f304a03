"""Reads an invoice by the words that stand before a value, as forms have them in four languages."""

import json
import re
from collections.abc import Mapping, Sequence

_FIELDS = {
    "invoice_number": r"(?:Factuurnummer|Rechnungsnummer|Facture n°|Invoice number) +(.+)",
    "invoice_date": r"(?:Factuurdatum|Rechnungsdatum|Date de facture|Invoice date) +(\S+)",
    "purchase_order": r"(LW[0-9]{6})",
    "total_amount": r"(?:Te betalen|Gesamtbetrag|Total TTC|Amount due) +EUR +([0-9., ]+)",
}
_ALL = (
    "supplier_name vat_id invoice_number invoice_date due_date payment_terms purchase_order iban "
    "currency net_amount vat_amount total_amount"
).split()


def fields(inputs: Mapping[str, str], messages: Sequence[Mapping[str, str]]) -> str:
    """Return the record of an invoice; what stands behind no known word is null."""
    del messages
    found = {name: re.search(pattern, inputs["invoice_text"]) for name, pattern in _FIELDS.items()}
    record: dict[str, object] = dict.fromkeys(_ALL)
    record |= {name: one[1].strip() for name, one in found.items() if one}
    record["currency"] = "EUR" if "EUR" in inputs["invoice_text"] else None
    if isinstance(record["invoice_date"], str):
        record["invoice_date"] = "-".join(reversed(re.split(r"[-./]", record["invoice_date"])))
    if isinstance(record["total_amount"], str):
        record["total_amount"] = amount(record["total_amount"])
    return json.dumps({**record, "vat_rates": [], "line_items": [], "doubts": []})


def amount(text: str) -> float:
    """Return a number whose last sign is the decimal one, whatever stands between thousands."""
    whole, decimals = text[:-3], text[-2:]
    return float(f"{re.sub('[^0-9]', '', whole)}.{decimals}")
