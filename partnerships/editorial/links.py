"""Whether the web addresses of sources still answer. Asked for by a command, never by a page.

An address in a record is somebody's text: only http(s) on its usual ports is asked for, and only hosts of the public
internet. The connection goes to the very address that was checked, so a second look-up can't lead elsewhere.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from django.utils import timezone

from partnerships.models import Source
from partnerships.publishing.log import EDITORIAL

from .models import LinkState

TIMEOUT, REDIRECTS, BYTES = 10.0, 4, 65_536
MOVED = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
PORTS = {"http": 80, "https": 443}

Fetch = Callable[[str, str], tuple[int, str]]
"""Asks for an address by a method; gives the status and where it leads on. Raises Unfetched."""


class Unfetched(Exception):
    """An address that couldn't, or mustn't, be asked for; says why."""


def public_address(host: str, port: int) -> str:
    """An address of the host on the public internet. Raises Unfetched if any of its addresses is another kind."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise Unfetched("The host has no address.") from None
    for text in found:
        one = ipaddress.ip_address(text.partition("%")[0])
        one = getattr(one, "ipv4_mapped", None) or one
        if not one.is_global or one.is_multicast or one.is_reserved:
            raise Unfetched("The host isn't on the public internet.")
    return min(found, key=lambda text: (":" in text, text))


def fetch(address: str, method: str) -> tuple[int, str]:
    """One request over the network, without following where it leads."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Unfetched("This is no web address.") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.username:
        raise Unfetched("This is no web address.")
    if port not in (None, PORTS[parts.scheme]):
        raise Unfetched("Only the usual ports of the web are asked.")
    port = PORTS[parts.scheme]
    ip = public_address(parts.hostname, port)
    connection = http.client.HTTPConnection(parts.hostname, port, timeout=TIMEOUT)
    try:
        plain = socket.create_connection((ip, port), timeout=TIMEOUT)
        connection.sock = plain
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            method,
            target,
            headers={"Host": parts.netloc, "User-Agent": "partnerships-portal-links", "Connection": "close"},
        )
        answer = connection.getresponse()
        answer.read(BYTES)
        return answer.status, answer.getheader("Location", "")
    except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
        raise Unfetched(f"It didn't answer: {type(error).__name__}.") from None
    finally:
        connection.close()


def look_at(address: str, fetch: Fetch) -> tuple[str, str]:
    """How an address stands, and a sentence on it. Each redirect is checked as the first address was."""
    status = 0
    try:
        for _ in range(REDIRECTS + 1):
            status, leads = fetch(address, "HEAD")
            if status >= 400:
                status, leads = fetch(address, "GET")  # some servers know no HEAD
            if status not in MOVED or not leads:
                break
            address = urljoin(address, leads)
        else:
            return LinkState.Status.BROKEN, "It leads on too often."
    except (Unfetched, ValueError) as error:
        return LinkState.Status.BROKEN, str(error)[:200]
    if status in GONE:
        return LinkState.Status.BROKEN, f"It answers {status}."
    if status >= 400:  # refused to a program, or for now: a person may well read it
        return LinkState.Status.UNSURE, f"It answers {status}."
    return LinkState.Status.FINE, ""


def check_links(fetch: Fetch = fetch) -> list[LinkState]:
    """Look at all web addresses of sources and keep what was found; what no source has any more is forgotten."""
    wanted = {
        (pk, address)
        for pk, *addresses in Source.objects.using(EDITORIAL).values_list("pk", "web_address", "archive_address")
        for address in addresses
        if address
    }
    known = {(one.source, one.address): one for one in LinkState.objects.all()}
    LinkState.objects.filter(pk__in=[one.pk for key, one in known.items() if key not in wanted]).delete()
    states = []
    for source, address in sorted(wanted, key=str):
        status, note = look_at(address, fetch)
        before = known.get((source, address))
        fails = (before.fails if before else 0) + 1 if status == LinkState.Status.BROKEN else 0
        found = {"status": status, "note": note, "fails": fails, "checked_at": timezone.now()}
        states.append(LinkState.objects.update_or_create(source=source, address=address, defaults=found)[0])
    return states
