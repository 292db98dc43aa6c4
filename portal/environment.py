"""Readers of the environment. A value that can't be used stops the start with a sentence, not with a traceback."""

import ipaddress
import os
import secrets
import socket
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import dj_database_url

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def stop(sentence: str) -> NoReturn:
    """End the process with a sentence for the person who started it."""
    sys.exit(f"The portal can't start: {sentence}")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def choice(name: str, choices: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in choices:
        stop(f"{name} is “{value}”; it must be one of {', '.join(choices)}.")
    return value


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        stop(f"{name} is “{value}”; it must be a whole number of at least {least}.")
    return int(value)


def flag(name: str, default: bool = False) -> bool:
    return choice(name, ("0", "1"), "1" if default else "0") == "1"


def names(name: str) -> list[str]:
    return [item.strip() for item in text(name).split(",") if item.strip()]


def address(name: str, default: str) -> str:
    """Where a link of the pages leads: a web address, or one of mail."""
    value = text(name, default)
    if value != default and not value.startswith(("https://", "http://", "mailto:")):
        stop(f"{name} is “{value}”; it must begin with https://, http:// or mailto:.")
    return value


def origin(default: str) -> str:
    """`SITE_ORIGIN`: scheme and host of the public addresses, without a path."""
    value = text("SITE_ORIGIN", default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        stop(f"SITE_ORIGIN is “{value}”; it must look like https://portal.example.org.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        stop(f"SITE_ORIGIN is “{value}”: outside this machine the portal is served over https only.")
    return value


def database(name: str, sqlite_file: Path, *, sqlite_options: dict) -> dict:
    """Settings of one database from its URL (`name`), or of an SQLite file where no URL is given."""
    url = text(name, f"sqlite:///{sqlite_file}")
    try:
        settings = dj_database_url.parse(url, conn_health_checks=True)
    except (ValueError, KeyError):
        stop(f"{name} is not an address of a database; it must look like postgres://user:password@host:5432/name.")
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        settings["OPTIONS"] = sqlite_options | settings.get("OPTIONS", {})
    elif settings["ENGINE"] != "django.db.backends.postgresql":
        stop(f"{name} names a database the portal doesn't know; it runs on SQLite and PostgreSQL.")
    return dict(settings)


def storage(name: str, folder: str, mode: int) -> dict:
    """Where files of pictures lie, as an entry of Django's `STORAGES`: the bucket that `name` says, else a folder.

    `s3://KEY:SECRET@host/bucket/folder?region=eu-central-1`; `tls=0` for plain http. Without a key it is looked for where
    Amazon's own tools do. `folder` is the setting that names the folder, `mode` its rights.
    """
    if not (url := text(name)):
        return {"BACKEND": "portal.media.Folder", "OPTIONS": {"setting": folder, "mode": mode}}
    form = (
        f"{name} is no place on S3-compatible storage; it must look like s3://key:secret@host/bucket/folder?region=x, "
    )
    form += "with %2F for each / of the key and the secret."
    try:
        parts = urlsplit(url)
        said = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        bad = parts.port == 0
    except ValueError:
        stop(form)
    bucket, _, prefix = unquote(parts.path).strip("/").partition("/")
    bad |= parts.scheme != "s3" or not parts.hostname or not bucket or ".." in prefix
    bad |= not said.keys() <= {"region", "tls"} or said.get("tls", "1") not in ("0", "1")
    if bad or bool(parts.username) != bool(parts.password):
        stop(form)
    scheme = "http" if said.get("tls") == "0" else "https"
    options = {"bucket": bucket, "prefix": prefix, "endpoint": f"{scheme}://{parts.netloc.rpartition('@')[2]}"}
    options["region"] = said.get("region") or "us-east-1"  # what those call it that have only one
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    return {"BACKEND": "portal.s3.Bucket", "OPTIONS": options}


def mailers() -> dict:
    """`EMAIL_URL`: how mail leaves, as Django's `MAILERS`; without it nothing does, and no page of the desk needs it to.

    `smtp://user:password@host:587/?tls=1` (STARTTLS), `smtps://user:password@host/` (TLS from the start), or `console:`,
    which writes mail to the terminal.
    """
    if not (url := text("EMAIL_URL")):
        return {}
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0:
        stop("EMAIL_URL is not the address of a mail server; it must look like smtp://user:password@host:587/?tls=1.")
    direct = parts.scheme == "smtps"
    options = {
        "host": parts.hostname,
        "port": port or (465 if direct else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": direct,
        "use_tls": not direct and parse_qs(parts.query).get("tls") == ["1"],
        "timeout": 10,
    }
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


def private_address(name: str) -> tuple[str, int] | None:
    """A host and port at which only this machine or its private network can ask; None where none is set."""
    if not (value := text(name)):
        return None
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        stop(f"{name} is “{value}”; it must look like 127.0.0.1:9400.")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0][4][0]
        ip = ipaddress.ip_address(found)
    except (OSError, ValueError):
        stop(f"{name} is “{value}”; there is no such host.")
    if not ip.is_private or ip.is_unspecified:
        stop(
            f"{name} is “{value}”: it must be an address of this machine or of its private network, and of one of them."
        )
    return str(ip), int(port)


def openid() -> dict:
    """`OIDC_…`: an OpenID Connect provider at which staff sign in; empty unless the environment names one.

    `server` (its issuer), `client_id`, `secret`, `name` (as the button says it), `by_email` (whether a verified address
    equal to an account's is enough to connect the two), `factors` (values of `acr` or `amr` that stand in for a second
    factor).
    """
    needed = ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME")
    others = ("OIDC_MATCH_EMAIL", "OIDC_SECOND_FACTOR")
    if not any(text(name) for name in needed + others):
        return {}
    if missing := [name for name in needed if not text(name)]:
        stop(f"sign-in by OpenID Connect is set by halves; {', '.join(missing)} must be set as well, or none of them.")
    server = text("OIDC_SERVER_URL").removesuffix("/.well-known/openid-configuration").rstrip("/")
    if not is_safe(server):
        stop(f"OIDC_SERVER_URL is “{server}”; it must look like https://login.example.org/realm.")
    return {
        "server": server,
        "client_id": text("OIDC_CLIENT_ID"),
        "secret": text("OIDC_CLIENT_SECRET"),
        "name": text("OIDC_NAME"),
        "by_email": flag("OIDC_MATCH_EMAIL"),
        "factors": names("OIDC_SECOND_FACTOR"),
    }


def is_safe(url: str) -> bool:
    """Whether what is sent to an address can't be read on the way: https, or http within this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def secret_key(file: Path) -> str:
    """`SECRET_KEY`, or one made once and kept in `file`, readable by its owner only."""
    if value := text("SECRET_KEY"):
        return value
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if value := file.read_text().strip():
                return value
            descriptor = os.open(file, os.O_WRONLY | os.O_TRUNC, 0o600)  # an interrupted start left it empty
        value = secrets.token_urlsafe(50)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(value)
        return value
    except OSError as error:
        stop(f"no SECRET_KEY is set, and {file} can't be written ({error.strerror}).")
