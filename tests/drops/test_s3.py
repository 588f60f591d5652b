"""S3, with moto's server: objects are claimed, and a version that was not taken is never removed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

boto3 = pytest.importorskip("boto3")
if find_spec("moto") is None:
    pytest.skip("no stand-in for S3 here", allow_module_level=True)

from pipeline.config import DropSettings  # noqa: E402
from pipeline.drops.place import Changed  # noqa: E402
from pipeline.drops.s3 import Bucket  # noqa: E402

GOOD = "code,name,country,postcode\nA1,Ann,GB,N1 1AA\n"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of moto and botocore


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    from moto.server import ThreadedMotoServer  # late: it takes its time

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    # What an earlier one in this process was given is remembered.
    urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def bucket(endpoint: str) -> Any:
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket="acme")
    return client


def keys(client: Any) -> list[str]:
    return [each["Key"] for each in client.list_objects_v2(Bucket="acme").get("Contents", [])]


def test_files_come_and_results_go(operator: Any, endpoint: str, bucket: Any) -> None:
    """Loaded once, answered and archived; what lies deeper is left alone."""
    bucket.put_object(Bucket="acme", Key="in/customers.csv", Body=GOOD.encode())
    bucket.put_object(Bucket="acme", Key="in/deeper/customers.csv", Body=b"x")
    operator.configure(sections=f'[drop]\nurl = "s3://acme/in/"\nendpoint_url = "{endpoint}"\n')

    called = operator.call("run")
    again = operator.call("run")

    run = next(path.name for path in operator.runs() if path.name[0] == "2")
    assert (called.exit_code, again.exit_code) == (0, 0), called.output
    assert keys(bucket) == [
        "in/deeper/customers.csv",
        f"in/done/{run}_customers.csv",
        f"in/results/{run}_customers.results.csv",
    ]
    assert operator.posts() == 1


def test_a_bucket_that_is_not_there_is_told(operator: Any, endpoint: str) -> None:
    """Exit code 3, after local files were done."""
    operator.drop("local.csv", GOOD)
    operator.configure(sections=f'[drop]\nurl = "s3://nowhere-at-all"\nendpoint_url = "{endpoint}"\n')

    called = operator.call("run")

    assert called.exit_code == 3
    assert "there is no such bucket" in called.stdout
    assert operator.statuses("local.results.csv") == ["created"]


def test_one_claims_and_a_newer_version_stays(endpoint: str, bucket: Any, tmp_path: Path) -> None:
    """Whoever comes second gets nothing, and what was uploaded meanwhile is neither fetched nor removed."""
    bucket.put_object(Bucket="acme", Key="a.csv", Body=b"first")
    place = Bucket(DropSettings(url="s3://acme", endpoint_url=endpoint))

    async def play() -> list[Any]:
        [file] = await place.listing()
        claims = [await place.claim(file, key) for key in ("one", "other", "one")]
        bucket.put_object(Bucket="acme", Key="a.csv", Body=b"newer")
        with pytest.raises(Changed):
            await place.fetch(file, "one", tmp_path / "a.csv")
        await place.let_go(file, "one", "done/a.csv")
        return claims

    first, second, repeated = asyncio.run(play())

    assert (first == repeated, second) == (True, None)
    assert keys(bucket) == ["a.csv"]
    assert bucket.get_object(Bucket="acme", Key="a.csv")["Body"].read() == b"newer"
