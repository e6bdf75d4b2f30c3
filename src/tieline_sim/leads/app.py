"""Leads: look-ups come in; the lead with that number goes out. It mostly announces leads."""

from tieline_sim.leads.events import LeadsVoice, lead
from tieline_sim.messages import Answer, Request, as_json
from tieline_sim.shop import Trade


class Leads:
    """The API of the form vendor."""

    shows_limits = False

    def __init__(self, trade: Trade) -> None:
        self.voice = LeadsVoice(trade.now_us)

    def answer(self, request: Request) -> Answer:
        match request.method, request.segments():
            case "GET", ["leads", name] if name.removeprefix("lead_").isdecimal():
                return as_json(lead(int(name.removeprefix("lead_"))))
            case _:
                return self.refusal(404, "not_found", f"no {request.method} {request.path}")

    def refusal(self, status: int, code: str, text: str) -> Answer:
        return as_json({"error": {"code": code, "message": text}}, status)
