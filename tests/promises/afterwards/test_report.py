"""The pages for people: what they say, and that no cell of any file can do anything in them."""

from __future__ import annotations

import importlib.util
import json
import re
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import browser
import pytest

HEADING = "order_reference,account_code,expected_date_of_dispatch,recipient_name,product_code,quantity\n"
needs_browser = pytest.mark.skipif(browser.installed() is None, reason="chromium is not installed")


def hostile(url: str) -> list[str]:
    """Texts that would do something in a page that does not escape them."""
    return [
        f"<script>fetch('{url}/script')</script>",
        f"<img src={url}/img onerror=fetch('{url}/onerror')>",
        f"\"><svg/onload=fetch('{url}/svg')>",
        f"</style><link rel=stylesheet href={url}/css>",
        f"</title><iframe src={url}/frame></iframe>",
        f"javascript:fetch('{url}/js')",
        "&lt;b&gt; & {{ 7*7 }} ${7*7} <!-- ",
        "\u202egnp.exe",
    ]


class Tags(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    return tags


def pages(operator: Any) -> list[Path]:
    return [operator.runs()[-1] / "report.html", operator.outbox / "index.html"]


def load(operator: Any, cells: list[str], name: str = "o.csv") -> None:
    """Load a file in which these cells are wrong quantities, products and headings."""
    quoted = ['"{}"'.format(cell.replace('"', '""')) for cell in cells]
    rows = [f"SO-{number},ACME,2026-06-10,Jo,DEMO-002,{cell}\n" for number, cell in enumerate(quoted)]
    rows += [f"SP-{number},ACME,2026-06-10,Jo,{cell},1\n" for number, cell in enumerate(quoted)]
    operator.drop(name, HEADING + "".join(rows))
    operator.call("run")


def test_a_page_says_what_the_summary_says(operator: Any) -> None:
    """Rows, causes with their hints, links to the files beside it, requests and time."""
    load(operator, ["ten", "1"])

    report, index = (read(page.read_text(encoding="utf-8")) for page in pages(operator))

    assert "ten is not a number" in report.text
    assert "write it in digits: 10" in report.text
    summary = operator.summary()
    assert f"{summary['requests']}requests" in report.text
    links = {value for name, value in report.attributes if name == "href"}
    assert {"./o.csv", "./o.results.csv", "./o.failed.xlsx", "./issues.csv", "./summary.json"} <= links
    for link in links:
        assert (operator.runs()[-1] / str(link)).exists(), link
    assert ("href", f"./{operator.runs()[-1].name}/report.html") in index.attributes
    assert "ten is not a number" in index.text
    assert all(page.stat().st_mode & 0o077 == 0 for page in pages(operator))


def test_a_page_needs_nothing_but_itself(operator: Any) -> None:
    """No script, nothing that is loaded, and a policy under which nothing could be."""
    load(operator, hostile("http://127.0.0.1:1"))

    for page in pages(operator):
        tags = read(page.read_text(encoding="utf-8"))
        assert not {"script", "img", "iframe", "link", "object", "form"} & set(tags.names), page
        assert not [name for name, _ in tags.attributes if name.startswith("on") or name == "src"], page
        policy = next(value for name, value in tags.attributes if name == "content" and "default-src" in str(value))
        assert str(policy).startswith("default-src 'none'")
        assert "\u202e" not in tags.text
        assert all(str(value).startswith("./") for name, value in tags.attributes if name == "href")


def test_cells_are_shown_as_they_are(operator: Any) -> None:
    """Escaped once, not twice."""
    load(operator, ["<b>&amp;", "1"])

    assert "<b>&amp; is not a number" in read(pages(operator)[0].read_text(encoding="utf-8")).text


def test_the_first_two_hundred_rows_are_enough_for_a_page(operator: Any) -> None:
    """The rest is in issues.csv, and the page says so."""
    load(operator, [f"wrong{number}" for number in range(150)])

    page = pages(operator)[0].read_text(encoding="utf-8")

    assert page.count('data-label="what is wrong"') == 200
    assert "These are the first 200" in page


def test_what_became_of_it_is_there_once_it_is_known(operator: Any) -> None:
    """`track` writes the pages anew."""
    load(operator, ["1"])
    sent = operator.clarus.records("goods_outs")[0]
    operator.clarus.move(sent, "COMPLETED", {sent.lines[0].id: 0})
    operator.call("track")

    for page in pages(operator):
        assert "COMPLETED" in page.read_text(encoding="utf-8")
        assert "short" in page.read_text(encoding="utf-8")


def test_a_page_in_the_way_fails_no_run(operator: Any) -> None:
    """A folder of its name: the results are what counts."""
    (operator.outbox / "index.html").mkdir(parents=True)
    operator.drop("o.csv", HEADING + "SO-1,ACME,2026-06-10,Jo,DEMO-002,1\n")

    assert operator.call("run").exit_code == 0


def test_a_run_without_a_file_of_ours_has_a_page(operator: Any) -> None:
    """One that could not be read is named with the reason."""
    operator.drop("o.csv", "nothing,that,anybody,knows\n1,2,3,4\n")
    operator.call("run")

    assert "o.csv" in read(pages(operator)[0].read_text(encoding="utf-8")).text


@needs_browser
def test_in_a_real_browser_no_request_leaves_and_nothing_runs(operator: Any, tmp_path: Path) -> None:
    """With hostile texts in cells, headings and names of files; a page that does not escape them would call us."""
    with browser.listening() as listener:
        load(operator, hostile(listener.url), "o <img src=x onerror=alert(1)> & 'q'.csv")
        careless = tmp_path / "careless.html"
        careless.write_text(f"<img src={listener.url}/proof>", encoding="utf-8")
        browser.show(careless, tmp_path / "profile")
        assert len(listener.requests) == 1, "the listener would hear of it"

        for page in pages(operator):
            dom = browser.show(page, tmp_path / "profile")
            assert "fetch(" in dom
            assert not {"script", "img", "iframe", "link"} & set(read(dom).names)

        assert len(listener.requests) == 1


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(scheme: str, operator: Any, tmp_path: Path) -> None:
    """Headings in order, names of tables and pictures, contrast of texts, in both schemes: axe finds nothing wrong."""
    found = importlib.util.find_spec("axe_core_python")
    if found is None or found.origin is None:
        pytest.skip("axe-core-python is not installed")
    axe = (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")
    load(operator, ["ten", "1", "<b>"])
    operator.call("track")

    for page in pages(operator):
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
        run = (
            "axe.run().then(found => { const told = document.createElement('pre'); told.id = 'axe';"
            " told.textContent = JSON.stringify({dark: matchMedia('(prefers-color-scheme: dark)').matches,"
            " passes: found.passes.map(each => each.id),"
            " violations: found.violations.map(each => [each.id, each.nodes.map(node => node.html).slice(0, 3)])});"
            " document.body.append(told); });"
        )
        copy = tmp_path / f"{page.stem}-{scheme}.html"
        scripts = f"<script>{axe}</script><script>{run}</script></body>"
        copy.write_text(text.replace("</body>", scripts), encoding="utf-8")
        dark = ("--blink-settings=preferredColorScheme=0",) if scheme == "dark" else ()

        dom = browser.show(copy, tmp_path / "profile", *dark)

        told = json.loads(unescape(re.findall(r'<pre id="axe">(.*?)</pre>', dom, re.DOTALL)[0]))
        assert told["dark"] is (scheme == "dark")
        assert told["violations"] == []
        assert "color-contrast" in told["passes"]


@needs_browser
@pytest.mark.parametrize("width", [360, 1200])
def test_it_fits_a_phone_and_a_screen(width: int, operator: Any, tmp_path: Path) -> None:
    """Nothing has to be pushed to the side, long words included."""
    load(operator, ["x" * 200, "1"], f"{'long-name-' * 10}.csv")
    for page in pages(operator):
        frame = tmp_path / f"{page.stem}-{width}.html"
        inside = escape(page.read_text(encoding="utf-8"), quote=True)
        measure = (
            "onload = () => { const inner = document.querySelector('iframe').contentDocument.documentElement;"
            " document.title = inner.scrollWidth + ' of ' + inner.clientWidth; }"
        )
        style = f"width:{width}px;height:900px;border:0"
        frame.write_text(
            f'<iframe style="{style}" srcdoc="{inside}"></iframe><script>{measure}</script>', encoding="utf-8"
        )

        dom = browser.show(frame, tmp_path / "profile")

        [(needed, there)] = re.findall(r"<title>(\d+) of (\d+)</title>", dom)
        assert abs(int(there) - width) < 20
        assert int(needed) <= int(there)
