"""Front: a request comes in; after faults, credential and limit the vendor's reply goes out."""

from tieline_sim import control
from tieline_sim.breakage import scripted_status, spoil
from tieline_sim.faults import Fault
from tieline_sim.limits import limit_headers
from tieline_sim.messages import Answer, Headers, Reply, Request, as_json
from tieline_sim.server import App
from tieline_sim.shop import Shop

CONTROL = "/_control/"


def front(shop: Shop) -> App:
    """The app of one vendor, control endpoint included."""

    def app(request: Request) -> Reply | control.Pending:
        if request.path.startswith(CONTROL):
            return control.obey(shop, request)
        shop.tally.requests += 1
        fault = shop.faults.for_request(request)
        if fault is None:
            return _serve(shop, request)
        return _struck(shop, fault, request)

    return app


def _struck(shop: Shop, fault: Fault, request: Request) -> Reply:
    """Reply under a fault; ``apply`` says whether the vendor does its work all the same."""
    answer = _serve(shop, request) if fault.params["apply"] else Answer(500)
    match fault.kind:
        case "status":
            status, headers = scripted_status(fault, now_us=shop.now_us())
            return _with(shop.vendor.refusal(status, "scripted", f"scripted {status}"), headers)
        case "expired_credential":
            shop.tally.auth_failures += 1
            return shop.vendor.refusal(401, "token_expired", "the credential has expired")
        case "error_200":
            return as_json({"ok": False, "error": fault.params["error"]})
        case _:
            return spoil(fault, answer)


def _serve(shop: Shop, request: Request) -> Answer:
    if shop.tokens and not _authorised(shop, request):
        shop.tally.auth_failures += 1
        return shop.vendor.refusal(401, "invalid_auth", "the bearer token is missing or wrong")
    headers: Headers = ()
    if shop.limit is not None:
        standing = shop.limit.admit(shop.now_us())
        headers = limit_headers(shop.limit, standing) if shop.vendor.shows_limits else ()
        if not standing.allowed:
            shop.tally.rate_limited += 1
            wait = (("Retry-After", str(standing.reset_seconds)), *headers)
            return _with(shop.vendor.refusal(429, "rate_limited", "too many requests"), wait)
    answer = shop.vendor.answer(request)
    if 400 <= answer.status < 500:
        shop.tally.rejected += 1
    return _with(answer, headers) if headers else answer


def _authorised(shop: Shop, request: Request) -> bool:
    scheme, _, token = request.header("authorization").partition(" ")
    return scheme.lower() == "bearer" and token in shop.tokens


def _with(answer: Answer, headers: Headers) -> Answer:
    return Answer(answer.status, answer.body, (*answer.headers, *headers), answer.content_type)
