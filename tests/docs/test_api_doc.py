"""The page about the API: every answer that it shows was given to the request above it."""

import re
from pathlib import Path
from typing import Any

import orjson
from tests.conftest import StoreHouse, invoice
from tests.surfaces.web.site import open_site

from tieline.model.runs.run import Dead
from tieline.surfaces.api.endpoint import PREFIX

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
SHOWN = re.findall(
    r"<!-- run: (GET|POST) (\S+)(?: (\{[^\n]*\}))? -->\n```json\n(.*?)```", PAGE, re.DOTALL
)


async def test_the_answers_on_the_page_are_those_of_a_running_hub(house: StoreHouse) -> None:
    await house.deliver("invoice.paid", invoice(1))
    (run,) = await house.claim()
    await house.settle(run, Dead("provider-refused", "no such account"))
    async with open_site(house) as site:
        headers = await site.token("ci", "operate")
        told = []
        for method, path, body, _ in SHOWN:
            media = {"content-type": "application/json"} if body else {}
            answer = await site.client.send(
                method, PREFIX + path, body.encode() or None, **headers, **media
            )
            told.append(answer.json())

    assert len(SHOWN) == 5
    assert [shown(one) for one in told] == [shown(orjson.loads(text)) for *_, text in SHOWN]


def shown(answer: Any) -> Any:
    """What the page leaves out of an answer is an ellipsis there."""
    if isinstance(answer, dict):
        return {name: "…" if name == "issue" else shown(value) for name, value in answer.items()}
    return [shown(one) for one in answer] if isinstance(answer, list) else answer
