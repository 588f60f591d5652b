"""For any heading near to a known one, what stands below it arrives or is told."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableFile
from pipeline.extract import Options, extract
from pipeline.validate import Rules, validate
from pipeline.values.problems import Severity
from schemas import RECORD_TYPES, Level
from schemas.vocabulary.headings import fold

OWN = "clarus_"  # columns of our results are replaced, not sent
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_- .éß#"


@st.composite
def near_headings(draw: st.DrawFn) -> list[str]:
    """Headings of a record type, of which some have a slip or two."""
    record = RECORD_TYPES[draw(st.sampled_from(sorted(RECORD_TYPES)))]
    needed = [column.heading for column in record.columns.values() if column.required]
    others = draw(st.lists(st.sampled_from(sorted(record.columns)), min_size=1, max_size=4, unique=True))
    headings = [*needed, *(heading for heading in others if heading not in needed)]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(headings) - 1))
        headings[at] = draw(slips(headings[at]))
    return headings


@st.composite
def slips(draw: st.DrawFn, heading: str) -> str:
    """The heading with a letter more, less, changed or exchanged, in another case, or with another sign."""
    place = draw(st.integers(0, max(0, len(heading) - 1)))
    letter = draw(st.sampled_from(LETTERS))
    before, after = heading[:place], heading[place:]
    return draw(
        st.sampled_from(
            [
                before + letter + after,
                before + after[1:],
                before + letter + after[1:],
                before + after[1:2] + after[:1] + after[2:],
                heading.upper(),
                heading.title().replace("_", " "),
                heading.replace("_", ""),
            ]
        )
    )


@settings(max_examples=150, deadline=None)
@given(near_headings())
def test_no_filled_column_is_dropped_without_a_word(headings: list[str]) -> None:
    """Each is read as a column, or named in a warning or an error, or the file is refused with a sentence."""
    text = io.StringIO()
    csv.writer(text).writerows([headings, ["1"] * len(headings)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.csv")
        path.write_text(text.getvalue(), encoding="utf-8")
        try:
            [table] = extract(path, Options())
        except UnreadableFile:  # a sentence says why: nothing is dropped
            return

    problems = validate(table, Rules()).problems

    told = {problem.column for problem in problems}
    read = {shown for heading, shown in table.headings.items() if heading in table.frame}
    nameless = any("has no heading" in problem.message for problem in problems)
    for heading in map(str.strip, headings):
        assert heading in read or heading in told or (not heading and nameless) or fold(heading).startswith(fold(OWN))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_one_slip_in_a_column_that_is_sent_holds_the_file(data: st.DataObject) -> None:
    """A letter too many or too few in a heading that the file has not otherwise is never a mere warning."""
    record = RECORD_TYPES["orders"]
    sent = [c.heading for c in record.columns.values() if not c.required and c.level is not Level.UNSENT]
    heading = data.draw(st.sampled_from([name for name in sent if len(fold(name)) > 7]))
    place = data.draw(st.integers(1, len(heading) - 1))
    wrong = heading[:place] + data.draw(st.sampled_from(["", heading[place] * 2])) + heading[place + 1 :]
    if fold(wrong) in record.names or fold(wrong) == fold(heading):
        return
    needed = ["order_reference", "account_code", "expected_date_of_dispatch", "product_code", "quantity"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.csv")
        path.write_text(f"{','.join([*needed, wrong])}\nO-1,ACME,2026-12-01,P-1,1,x\n", encoding="utf-8")
        [table] = extract(path, Options())

    [problem] = [problem for problem in validate(table, Rules()).problems if problem.column == wrong]

    assert (problem.row, problem.severity) == (0, Severity.ERROR)
