"""Plans: a statement comes in; what the server would do for it goes out, whatever its values."""

import json
from collections.abc import Iterator
from typing import Any


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of *plan*, from the top."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def generic_plan(connection: Any, text: str, *, arrays: str = "NULL") -> list[dict[str, Any]]:
    """The steps of the plan that serves for all values; *arrays* stands in for sets of texts."""
    await connection.execute(f"PREPARE looked AS {text}")
    types = await connection.fetchval(
        "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'looked'"
    )
    given = ", ".join(arrays if type_ == "text[]" else "NULL" for type_ in types)
    execute = f"EXECUTE looked({given})" if given else "EXECUTE looked"
    told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {execute}")
    await connection.execute("DEALLOCATE looked")
    return list(nodes(json.loads(told)[0]["Plan"]))
