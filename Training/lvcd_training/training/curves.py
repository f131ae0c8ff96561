"""Learning curves as CSV and PNG."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..errors import write_atomically

Row = dict[str, float]


def write_csv(path: Path, rows: list[Row]) -> None:
    """All rows; columns in the order in which they first appear, blank where a row has no value."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: f"{value:.6g}" for name, value in row.items()} for row in rows)
    write_atomically(path, buffer.getvalue().encode())


def plot(path: Path, rows: list[Row], title: str) -> None:
    """Losses and validation errors over steps, both axes logarithmic."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    names = list(dict.fromkeys(name for row in rows for name in row))
    for axes, prefix in ((left, "loss"), (right, "validation")):
        for name in names:
            points = [(row["step"], row[name]) for row in rows if name in row and row[name] == row[name]]
            if name.startswith(prefix) and points:
                axes.plot(*zip(*points), label=name, marker="." if prefix == "validation" else None)
        axes.set_xlabel("step")
        axes.set_xscale("log")
        axes.set_title(f"{title}: {prefix}")
        axes.grid(True, which="both", alpha=0.3)
        if axes.lines:
            axes.legend(fontsize="small")
    left.set_yscale("log")
    figure.tight_layout()
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=90)
    pyplot.close(figure)
    write_atomically(path, buffer.getvalue())
