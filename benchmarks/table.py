"""Table: the report of one benchmark comes in; a table for people goes out."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def show(report: Mapping[str, Any]) -> None:
    """One row a figure, one column a contestant; what is not a column stands below."""
    columns: Mapping[str, Mapping[str, float]] = report.get("median", {})
    console = Console(stderr=True)
    if columns:
        table = Table("figure", *columns, title=str(report["benchmark"]))
        for figure in dict.fromkeys(name for each in columns.values() for name in each):
            cells = (f"{each[figure]:,}" if figure in each else "" for each in columns.values())
            table.add_row(figure, *cells)
        console.print(table)
    for name, value in report.items():
        if name != "median":
            console.print(f"{name}: {value}")
