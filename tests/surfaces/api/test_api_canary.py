"""Secrets that are planted in a real hub are found in no answer of its API."""

from pathlib import Path
from typing import Any

import orjson
from tests.canary import a_cage, drive
from tests.surfaces.web.client import Client

from tieline.compose.features import QUESTIONS, endpoints
from tieline.features.access.model import AddToken
from tieline.features.access.rules.credentials import digest
from tieline.model.base.by import By
from tieline.surfaces.api.endpoint import PREFIX

ENDPOINTS = endpoints()

TOKEN = "tl_" + "t" * 43
LISTS = [one.path for one in ENDPOINTS if one.is_safe and "{" not in one.path]
NEED = {
    "/matches": "?q=order:o-1",
    "/stories": "?about=order:o-1",
    "/account/events": "?stands=dead",
}


async def test_no_answer_has_a_secret_in_it(tmp_path: Path) -> None:
    found: dict[str, bytes] = {}
    async with a_cage(tmp_path) as cage:
        await drive(cage)
        parts, (surface, *_) = cage.it.parts, cage.it.surfaces
        by = By("ops", "a test", parts.clock.now_us())
        scopes = ("admin",)
        await parts.journal.commit(AddToken("tok_1", "all", digest(TOKEN), None, scopes, None, by))
        client = Client(_port(surface))
        headers = {"authorization": f"Bearer {TOKEN}"}

        async def get(path: str) -> Any:
            answer = await client.get(PREFIX + path, **headers)
            assert answer.status in {200, 404}, (path, answer.body)
            found[path] = answer.body
            return answer.json()

        async def ask(name: str, **args: object) -> None:
            body = orjson.dumps({"ask": name, "args": args})
            media = {"content-type": "application/json"}
            answer = await client.post(f"{PREFIX}/questions", body, **headers, **media)
            found[f"{name} {args}"] = answer.body

        for path in LISTS:
            await get(path + NEED.get(path, ""))
        for noun in ("receipts", "events", "runs", "issues"):
            for row in (await get(f"/{noun}"))["items"]:
                await get(f"/{noun}/{row['id']}")
                name = f"Show{noun.capitalize().removesuffix('s')}"
                if name in QUESTIONS:
                    await ask(name, id=row["id"])
                await get(f"/stories?about={row['id']}")
                await ask("ReadTrail", id=row["id"])
        for one in QUESTIONS:
            await ask(one)

    assert len(found) > 60
    cage.nowhere_in(found)


def _port(surface: Any) -> int:
    port: int = surface.port
    return port
