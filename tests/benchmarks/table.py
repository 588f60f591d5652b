"""The ratios as a table, on the screen and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, against what, and the ratio wanted at least (or at most, where less is better)."""

    what: str
    against: str
    ratio: float
    wanted: float | None
    told: str
    more_is_better: bool = False

    @property
    def is_reached(self) -> bool:
        """Whether the ratio is as good as wanted."""
        if self.wanted is None:
            return True
        return self.ratio >= self.wanted if self.more_is_better else self.ratio <= self.wanted

    @property
    def markdown(self) -> str:
        """The row as a line of a table."""
        bound = "" if self.wanted is None else f"{'≥' if self.more_is_better else '≤'} {self.wanted:g}"
        ratio = f"{self.ratio:.3f}" if self.ratio >= 0.01 else f"{self.ratio:.1g}"
        return f"| {self.what} | {self.against} | **{ratio}** | {bound} | {self.told} |"


def markdown(rows: Iterable[Row]) -> str:
    """The table."""
    heading = "| work | measured against | ratio | wanted | figures |\n| --- | --- | --- | --- | --- |"
    return "\n".join([heading, *(row.markdown for row in rows)])


def write_into(path: Path, text: str) -> bool:
    """Replace what stands between the two marks of a file; False where it has none."""
    if not path.exists() or BEGIN not in (before := path.read_text(encoding="utf-8")):
        return False
    head, _, rest = before.partition(BEGIN)
    _, _, tail = rest.partition(END)
    path.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")
    return True
