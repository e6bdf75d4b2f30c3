"""Breakage: a fault and the good answer it spoils come in; what goes over the wire goes out."""

from email.utils import formatdate

from tieline_sim.faults import Fault
from tieline_sim.messages import Answer, Drip, Ending, Reply, Wire, encode

GARBAGE = b"\x00\xff<html>{not json]"


def scripted_status(fault: Fault, *, now_us: int) -> tuple[int, tuple[tuple[str, str], ...]]:
    """The status a ``status`` fault answers with, and its Retry-After header if it asks for one."""
    status = int(fault.params["status"])
    seconds = float(fault.params["retry_after_seconds"])
    if seconds <= 0:
        return status, ()
    if fault.params["retry_after_format"] == "date":
        return status, (("Retry-After", formatdate(now_us / 1_000_000 + seconds, usegmt=True)),)
    return status, (("Retry-After", f"{seconds:g}"),)


def spoil(fault: Fault, answer: Answer) -> Reply:
    """How ``answer`` leaves under a fault that strikes the connection or the bytes."""
    seconds = float(fault.params.get("seconds", 0))
    match fault.kind:
        case "hang":
            return Wire(b"", delay_seconds=seconds, ending=Ending.CLOSE)
        case "slow":
            return _slowly(fault, encode(answer))
        case "reset_before" | "reset_after":
            return Wire(b"", delay_seconds=seconds, ending=Ending.RESET)
        case "close_after":
            return Wire(encode(answer), ending=Ending.CLOSE, linger_seconds=seconds)
        case "malformed":
            return _malformed(str(fault.params["mode"]), answer)
        case _:
            return answer


def _slowly(fault: Fault, payload: bytes) -> Wire:
    piece = int(fault.params["drip_bytes"])
    drip = Drip(piece, float(fault.params["drip_seconds"])) if piece > 0 else None
    return Wire(payload, delay_seconds=float(fault.params["seconds"]), drip=drip)


def _malformed(mode: str, answer: Answer) -> Wire:
    body = answer.body
    whole = encode(answer)
    head = whole[: len(whole) - len(body)]
    length = b"content-length: %d\r\n" % len(body)
    match mode:
        case "garbage":
            return Wire(encode(Answer(answer.status, GARBAGE, answer.headers)))
        case "truncated":
            return Wire(encode(Answer(answer.status, body[: len(body) // 2], answer.headers)))
        case "short":  # promises more than it sends, then closes
            claimed = head.replace(length, b"content-length: %d\r\n" % (len(body) + 64))
            return Wire(claimed + body, ending=Ending.CLOSE)
        case "long":  # sends more than it promised, so the rest looks like another answer
            claimed = head.replace(length, b"content-length: %d\r\n" % (len(body) // 2))
            return Wire(claimed + body)
        case _:
            return Wire(b"HTTP/9.9 TWO HUNDRED\r\n\r\n", ending=Ending.CLOSE)
