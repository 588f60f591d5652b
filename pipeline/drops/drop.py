"""Files of a drop on their way: each step may be repeated, and is in the ledger before it is done."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from pipeline.config import Settings
from pipeline.config.drop import DELETE, DropSettings
from pipeline.drops.place import Changed, Place, RemoteFile
from pipeline.ledger import Ledger
from pipeline.ledger.drop_files import DropFile, DropState, files_of, let_go, run_with, written
from pipeline.results.names import result_names
from pipeline.results.summary import SUMMARY
from pipeline.runs.inbox import is_ours, name_trouble
from pipeline.runs.unpacking import unpacked

STAGING = ".drop"  # in the outbox: what is fetched, until a run takes it
_SHORTEST_SETTLE = 2.0  # seconds: the times of SFTP are whole ones
_LOOKS = 12  # at files that still grow, before they are left for the next time


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of looking into the drop."""

    files: Sequence[Path] = ()  # they lie here, whole
    left: Sequence[str] = ()  # files that should have been read and had to stay, a sentence each
    troubles: Sequence[str] = ()  # what could not be done, a sentence each


@dataclass(frozen=True, slots=True)
class Drop:
    """One drop and the outbox that takes from it."""

    settings: Settings
    ledger: Ledger
    suffixes: Sequence[str]  # of the types that we read
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def fetch(self, place: Place) -> Fetched:
        """Take up what was claimed before, claim what has come since, and fetch all of it.

        Raises:
            DropUnreachable: the place cannot be reached any more; what was fetched until then is `staged`.
        """
        left: list[str] = []
        for file in await self._open(DropState.CLAIMED):
            if claimed := await place.claim(_remote(file), file.claim):
                await self._fetch(place, file, claimed, left)
            else:
                await self._forget(file)
        wanted = [file for file in await self._settled(place) if self._is_wanted(file, left)]
        known = {_remote(file) for file in await self._of_state(done=True)}
        claims = [await self._claim(place, file, left) for file in wanted if file not in known]
        held = [(file, claimed) for file, claimed in filter(None, claims)]
        if held and not place.appears_whole:
            await self.sleep(self._settle)  # an uploader that has it open goes on writing under its new name
        for file, claimed in held:
            await self._fetch(place, file, claimed, left)
        return Fetched(await self.staged(), left)

    async def staged(self) -> list[Path]:
        """The files that lie here and that no run has taken yet."""
        paths = [self._staged(file) for file in await self._open(DropState.FETCHED)]
        return [path for path in paths if path.exists()]

    async def has_something_to_give_back(self) -> bool:
        """Whether a run has ended with a file of the drop that is not archived."""
        return any([await self._ended_run(file) for file in await self._open(DropState.FETCHED)])

    async def give_back(self, place: Place) -> list[str]:
        """Put back the results of runs that have ended, and archive their files; return what could not be done.

        Of a run with unfinished rows, the file stays claimed: its results are put back again when they are whole.

        Raises:
            DropUnreachable: the place cannot be reached any more.
        """
        troubles: list[str] = []
        for file in await self._open(DropState.FETCHED):
            if run := await self._ended_run(file):
                try:
                    for path in await self._results(file, run):
                        await place.put(path, f"{self._own.results}{run}_{path.name}")
                    if not await self.ledger.left_of(run):
                        troubles += await self._archive(place, file, run)
                except OSError as error:
                    troubles.append(f"{file.name} of the drop {file.url}: {error.strerror or error}")
        return troubles

    @property
    def _own(self) -> DropSettings:
        return self.settings.drop

    @property
    def _settle(self) -> float:
        shortest = _SHORTEST_SETTLE if self._own.scheme == "sftp" else 0.0
        return max(self._own.settle_seconds, shortest)

    async def _settled(self, place: Place) -> list[RemoteFile]:
        """The files that have looked the same twice; those that still grow are waited for, but not long."""
        seen = await place.listing()
        if not seen or place.appears_whole:
            return seen
        for _ in range(_LOOKS):
            before = set(seen)
            await self.sleep(self._settle)
            seen = await place.listing()
            if before.issuperset(seen):
                break
        return [file for file in seen if file in before]

    def _is_wanted(self, file: RemoteFile, left: list[str]) -> bool:
        """Whether it is ours to take; of one that should be and cannot, say why."""
        own = self._own
        if not fnmatch(file.name, own.pattern) or not is_ours(file.name, self.settings.ignore_files):
            return False
        trouble = name_trouble(file.name)
        if not file.name.lower().endswith(tuple(self.suffixes)):
            trouble = f"only {', '.join(self.suffixes)} are read (pattern and ignore_files leave others in peace)"
        if trouble:
            left.append(f"{file.name} is left in the drop: {trouble}")
        return not trouble

    async def _claim(self, place: Place, file: RemoteFile, left: list[str]) -> tuple[DropFile, RemoteFile] | None:
        claim = f"{datetime.now(UTC):%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"
        entry = DropFile(claim, self._own.url, file.name, file.size, file.version, DropState.CLAIMED)
        await self._put_down(entry)
        try:
            claimed = await place.claim(file, claim)
        except OSError as error:
            left.append(f"{file.name} is left in the drop: {error.strerror or error}")
            claimed = None
        if claimed is None:
            await self._forget(entry)
            return None
        return entry, claimed

    async def _fetch(self, place: Place, file: DropFile, claimed: RemoteFile, left: list[str]) -> None:
        """Bring a claimed file here; one that is still being written gets its name back."""
        target = self._staged(file)
        part = target.with_name(f".{target.name}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            await _fetch_unchanged(place, claimed, file.claim, part)
        except Changed:
            part.unlink(missing_ok=True)
            if await place.let_go(claimed, file.claim, file.name):
                await self._forget(file)
            left.append(f"{file.name} is left in the drop: somebody still writes to it")
            return
        except OSError as error:
            left.append(f"{file.name} is left in the drop: {error.strerror or error}")
            return
        with part.open("rb+") as here:
            os.fsync(here.fileno())
        part.replace(target)
        fetched = replace(file, size=claimed.size, version=claimed.version, state=DropState.FETCHED)
        await self._put_down(fetched)

    async def _archive(self, place: Place, file: DropFile, run: str) -> list[str]:
        """Put the file itself where it belongs, and close it."""
        remote, troubles = _remote(file), list[str]()
        now = await place.claim(remote, file.claim)
        match self._own.archive:
            case _ if now is not None and now != remote:
                to: str | None = file.name
                troubles.append(f"{file.name} of the drop was changed after it was taken: the next run takes it again")
            case "":
                to = file.name
            case folder if folder == DELETE:
                to = None
            case folder:
                to = f"{folder}{run}_{file.name}"
        if not await place.let_go(remote, file.claim, to):
            troubles.append(f"{file.name} keeps a hidden name in the drop: something else is called {to} there")
        await self._put_down(replace(file, state=DropState.DONE))
        with suppress(OSError):  # the folder in which it lay until a run took it
            self._staged(file).parent.rmdir()
        return troubles

    async def _results(self, file: DropFile, run: str) -> list[Path]:
        """The results and failed files that the run made of it."""
        if not self._own.results:
            return []
        folder = self.settings.outbox / run
        files = await self.ledger.files_of(run)
        inputs = unpacked(folder, [path for each in files if (path := folder / each.name).exists()])
        source = self._staged(file).absolute()
        own = next((each.name for each in files if each.source == source), "")
        failed_type = ".xlsx" if self.settings.failed_files == "xlsx" else ""
        names = [
            result_names(path.name, [each.name for each in inputs], failed_type)
            for path, of in inputs.items()
            if of.name == own
        ]
        stems = [Path(name) for each in names for name in (each.results, each.failed)]
        found = [folder / f"{stem.stem}{suffix}" for stem in stems for suffix in dict.fromkeys((stem.suffix, ".xlsx"))]
        return [path for path in found if path.exists()]

    async def _ended_run(self, file: DropFile) -> str:
        """The run that took the file and has ended; "" where none has."""
        source = str(self._staged(file).absolute())
        run = await self.ledger.ask(lambda database: run_with(database, source))
        if not run:
            return ""
        folder = self.settings.outbox / run
        return run if (folder / SUMMARY).exists() or not folder.exists() else ""

    def _staged(self, file: DropFile) -> Path:
        return self.settings.outbox / STAGING / file.claim / file.name

    async def _open(self, state: DropState) -> list[DropFile]:
        return [file for file in await self._of_state(done=False) if file.state is state]

    async def _of_state(self, done: bool) -> list[DropFile]:
        return await self.ledger.ask(lambda database: files_of(database, self._own.url, done))

    async def _put_down(self, file: DropFile) -> None:
        await self.ledger.write_all(lambda database: [written(database, file)])

    async def _forget(self, file: DropFile) -> None:
        await self.ledger.write_all(lambda database: [let_go(database, file.claim)])


async def _fetch_unchanged(place: Place, claimed: RemoteFile, claim: str, target: Path) -> None:
    if await place.claim(claimed, claim) != claimed:
        raise Changed
    await place.fetch(claimed, claim, target)


def _remote(file: DropFile) -> RemoteFile:
    return RemoteFile(file.name, file.size, file.version)
