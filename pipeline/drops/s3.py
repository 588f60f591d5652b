"""A prefix in an S3 bucket. Objects appear whole; a claim is an object that can be made only once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipeline.config.drop import DropSettings
from pipeline.drops.place import Changed, RemoteFile
from pipeline.errors import DropUnreachable

T = TypeVar("T")

_GONE = ("404", "NoSuchKey", "NotFound")
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_BYTES_AT_ONCE = 1 << 20


class Bucket:
    """A place made of all objects with a prefix, up to the next slash."""

    appears_whole = True

    def __init__(self, settings: DropSettings) -> None:
        url = urlsplit(settings.url)
        self._settings, self._bucket = settings, url.netloc
        self._prefix = url.path.strip("/") + "/" if url.path.strip("/") else ""
        config = Config(connect_timeout=10, read_timeout=30, retries={"max_attempts": 3, "mode": "standard"})
        with self._troubles():
            self._client = boto3.client("s3", endpoint_url=settings.endpoint_url or None, config=config)

    async def listing(self) -> list[RemoteFile]:
        """Look afresh, page by page."""
        return await self._done(self._list)

    async def claim(self, file: RemoteFile, key: str) -> RemoteFile | None:
        """Make an object with our key beside the file; one that is there with another key is somebody else's."""
        return await self._done(lambda: self._claim(file, key))

    async def fetch(self, file: RemoteFile, key: str, target: Path) -> None:
        """Copy the very version that was listed."""
        await self._done(lambda: self._fetch(file, target))

    async def put(self, source: Path, name: str) -> None:
        """An object is there whole, or not at all."""
        await self._done(lambda: self._client.upload_file(str(source), self._bucket, self._key(name)))

    async def let_go(self, file: RemoteFile, key: str, to: str | None) -> bool:
        """Copy the version that was taken, remove it, and then the claim; a newer one of its name stays."""
        await self._done(lambda: self._let_go(file, to))
        return True

    def _list(self) -> list[RemoteFile]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix, Delimiter="/"
        )
        found = [each for page in pages for each in page.get("Contents", [])]
        files = [RemoteFile(each["Key"][len(self._prefix) :], each["Size"], each["ETag"]) for each in found]
        return [file for file in files if file.name and not file.name.startswith(".")]

    def _claim(self, file: RemoteFile, key: str) -> RemoteFile | None:
        claim = self._key(_claim_of(file.name))
        try:
            self._client.put_object(Bucket=self._bucket, Key=claim, Body=key.encode(), IfNoneMatch="*")
        except ClientError as error:
            if _code(error) not in _TAKEN:
                raise
            if self._claimant(claim) != key:
                return None
        now = self._look(file.name)
        if now != file:
            self._client.delete_object(Bucket=self._bucket, Key=claim)
            return None
        return now

    def _claimant(self, claim: str) -> str:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=claim)["Body"].read()
        except ClientError as error:
            if _code(error) in _GONE:
                return ""  # whoever had it has just let go
            raise
        return str(body.decode("utf-8", "replace"))

    def _look(self, name: str) -> RemoteFile | None:
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=self._key(name))
        except ClientError as error:
            if _code(error) in _GONE:
                return None
            raise
        return RemoteFile(name, head["ContentLength"], head["ETag"])

    def _fetch(self, file: RemoteFile, target: Path) -> None:
        try:
            got = self._client.get_object(Bucket=self._bucket, Key=self._key(file.name), IfMatch=file.version)
        except ClientError as error:
            if _code(error) in (*_GONE, *_TAKEN):
                raise Changed from error
            raise
        with target.open("wb") as here:
            for block in got["Body"].iter_chunks(_BYTES_AT_ONCE):
                here.write(block)
        if target.stat().st_size != file.size:
            raise Changed

    def _let_go(self, file: RemoteFile, to: str | None) -> None:
        own = self._key(file.name)
        if to != file.name and self._look(file.name) == file:
            if to is not None:
                source = {"Bucket": self._bucket, "Key": own}
                self._client.copy_object(
                    Bucket=self._bucket, Key=self._key(to), CopySource=source, CopySourceIfMatch=file.version
                )
            if self._look(file.name) == file:
                self._client.delete_object(Bucket=self._bucket, Key=own)
        self._client.delete_object(Bucket=self._bucket, Key=self._key(_claim_of(file.name)))

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name}"

    async def _done(self, call: Callable[[], T]) -> T:
        """Let a thread do it that nobody has to wait for when the run is stopped."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            try:
                with self._troubles():
                    result = call()
            except BaseException as error:
                _tell(loop, partial(_fail, done, error))
            else:
                _tell(loop, partial(_succeed, done, result))

        threading.Thread(target=work, name="s3", daemon=True).start()
        return await done

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        told = f"the drop {self._settings.url}"
        try:
            yield
        except ClientError as error:
            code = _code(error)
            why = {
                "NoSuchBucket": "there is no such bucket",
                "AccessDenied": "it does not let us in",
                "403": "it does not let us in",
                "InvalidAccessKeyId": "it does not know the access key",
                "SignatureDoesNotMatch": "it refuses the secret key",
            }.get(code, f"it answered {code}")
            raise DropUnreachable(f"{told} cannot be used: {why}") from error
        except (BotoCoreError, ValueError) as error:
            raise DropUnreachable(f"{told} cannot be reached: {str(error).rstrip('.')}") from error


def _succeed(done: asyncio.Future[T], result: T) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[T], error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    with suppress(RuntimeError):  # the loop has ended: nobody waits any more
        loop.call_soon_threadsafe(call)


def _claim_of(name: str) -> str:
    return f".{name}.claim"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
