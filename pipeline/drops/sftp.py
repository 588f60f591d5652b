"""A folder on an SFTP server. The key of the host must stand in a file: whoever else answers is refused."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import asyncssh

from pipeline.config.drop import DropSettings
from pipeline.drops.place import RemoteFile
from pipeline.errors import DropUnreachable, UsageError

_CONNECT_SECONDS = 15
_SILENCE_SECONDS = 30  # after which a server that answers nothing counts as gone


@asynccontextmanager
async def sftp_files(settings: DropSettings) -> AsyncIterator[SftpFiles]:
    """Connect, and give the folder of the url.

    Raises:
        DropUnreachable: the host is out of reach, unknown or another one, or refuses us.
    """
    url = urlsplit(settings.url)
    host, port, user = url.hostname or "", url.port or 22, unquote(url.username or "")
    with _troubles(settings, f"{host}:{port}"):
        async with (
            asyncssh.connect(
                host,
                port,
                username=user,
                known_hosts=str(settings.known_hosts_file),  # never None, which would accept everybody
                client_keys=[str(settings.key_file)] if settings.key_file else [],
                password=_password(settings.password_file),
                config=None,
                agent_path=None,
                gss_host=None,
                x509_trusted_certs=None,
                connect_timeout=_CONNECT_SECONDS,
                login_timeout=_CONNECT_SECONDS,
                keepalive_interval=_SILENCE_SECONDS / 3,
                keepalive_count_max=3,
            ) as connection,
            connection.start_sftp_client() as client,
        ):
            yield SftpFiles(client, PurePosixPath(unquote(url.path) or "."))


class SftpFiles:
    """Names are relative to the folder."""

    def __init__(self, client: asyncssh.SFTPClient, folder: PurePosixPath) -> None:
        self._client, self._folder = client, folder

    async def names(self) -> list[str]:
        """The names in it."""
        with _of_file(str(self._folder)):
            return [str(name) for name in await self._client.listdir(str(self._folder))]

    async def look(self, name: str) -> RemoteFile | None:
        """How a file looks; links are not followed. Its time is in whole seconds."""
        try:
            with _of_file(name):
                found = await self._client.lstat(self._path(name))
        except FileNotFoundError:
            return None
        is_file = found.permissions is None or stat.S_ISREG(found.permissions)
        return RemoteFile(name, found.size or 0, str(found.mtime or 0)) if is_file else None

    async def rename(self, old: str, new: str) -> None:
        """Rename as SFTP has it, which never replaces; its refusals do not say why."""
        if await self._exists(new):
            raise FileExistsError(new)
        try:
            with _of_file(old):
                await self._client.rename(self._path(old), self._path(new))
        except FileNotFoundError:
            raise
        except OSError:
            if await self._exists(new):
                raise FileExistsError(new) from None
            if not await self._exists(old):
                raise FileNotFoundError(old) from None
            raise

    async def read(self, name: str, target: Path) -> None:
        """Copy a file to here."""
        with _of_file(name):
            await self._client.get(self._path(name), str(target))

    async def write(self, source: Path, name: str) -> None:
        """Copy a file there."""
        folder, _, last = name.rpartition("/")
        part = f"{folder}/.{last}.part" if folder else f".{last}.part"
        with _of_file(name):
            if folder:
                await self.make_folder(folder)
            await self._client.put(str(source), self._path(part))
            try:
                await self._client.posix_rename(self._path(part), self._path(name))
            except asyncssh.SFTPOpUnsupported:
                await self.remove(name)
                await self._client.rename(self._path(part), self._path(name))

    async def make_folder(self, name: str) -> None:
        """Make a folder, unless it is there."""
        with _of_file(name):
            await self._client.makedirs(self._path(name), exist_ok=True)

    async def remove(self, name: str) -> None:
        """Remove a file, unless it is gone."""
        try:
            with _of_file(name):
                await self._client.remove(self._path(name))
        except FileNotFoundError:
            pass

    async def _exists(self, name: str) -> bool:
        with _of_file(name):
            return await self._client.lexists(self._path(name))

    def _path(self, name: str) -> str:
        return str(self._folder / name)


@contextmanager
def _of_file(name: str) -> Iterator[None]:
    """Say what the server refuses as the system would say it here."""
    try:
        yield
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
        raise FileNotFoundError(2, "No such file or directory", name) from error
    except (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost) as error:
        raise DropUnreachable("the drop closed the connection") from error
    except asyncssh.SFTPPermissionDenied as error:
        raise PermissionError(13, "Permission denied", name) from error
    except asyncssh.SFTPError as error:
        raise OSError(5, f"the server refused it ({error.reason or type(error).__name__})", name) from error


@contextmanager
def _troubles(settings: DropSettings, host: str) -> Iterator[None]:
    """Say in one sentence why there is no connection, or no longer one."""
    told = f"the drop {settings.url}"
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as error:
        raise DropUnreachable(
            f"{told} is refused: the key of {host} is not the one that known_hosts_file {settings.known_hosts_file} "
            "has for it, or that has none: ask whoever runs the host before you change the file"
        ) from error
    except asyncssh.PermissionDenied as error:
        raise DropUnreachable(f"{told} refuses the user, or the key or password") from error
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise UsageError(f"drop.key_file {settings.key_file} is no private key without a passphrase") from error
    except asyncssh.Error as error:
        raise DropUnreachable(f"{told} broke off ({error.reason or type(error).__name__})") from error
    except TimeoutError as error:
        raise DropUnreachable(f"{told} did not answer within {_CONNECT_SECONDS} s") from error
    except OSError as error:
        raise DropUnreachable(f"{told} cannot be reached: {error.strerror or error}") from error


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"drop.password_file {file} cannot be read: {error.strerror}") from error
