"""No body: a receipt comes in; what people are told about its body goes out."""

from tieline.model.inbound.receipt import Receipt, Verdict


def no_body(receipt: Receipt) -> str | None:
    """Why there is no body to show; None: there is one."""
    if receipt.body is not None:
        return None
    if receipt.verdict in {Verdict.REFUSED, Verdict.CHALLENGE}:
        return (
            "it was never kept: nobody vouched for it"
            if receipt.verdict == Verdict.REFUSED
            else "it was never kept: a handshake has no event in it"
        )
    return "it was kept and has been forgotten since (keep_payloads_days)"
