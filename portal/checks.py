"""What `manage.py check` asks beside Django's own questions: rules of the portal that a changed setting could break."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register

from .environment import LOOPBACK, text

LOOSE = ("unsafe-", "data:", "blob:", "http:", "https:", "*")
"""Parts of sources that let in what isn't the portal's own file."""


def _loose(source: str) -> bool:
    return source in LOOSE[1:] or LOOSE[0] in source


@register(Tags.security, deploy=True)
def deployment(app_configs=None, **kwargs) -> list[Error]:
    """The content policy is strict, cookies are of this host alone, and no header of a request names the host."""
    policy = {name: [str(source) for source in sources] for name, sources in (settings.SECURE_CSP or {}).items()}
    found = []
    if policy.get("default-src") != ["'none'"]:
        found.append(Error("SECURE_CSP has to begin with default-src 'none'.", id="portal.E001"))
    for name, sources in policy.items():
        if any(map(_loose, sources)):
            found.append(Error(f"SECURE_CSP lets in more than the portal's own files: {name}.", id="portal.E002"))
    for cookie in ("SESSION", "CSRF"):
        name = getattr(settings, f"{cookie}_COOKIE_NAME")
        if not settings.LOCAL_MODE and not name.startswith("__Host-"):
            found.append(Error(f"{cookie}_COOKIE_NAME has to begin with __Host-.", id="portal.E003"))
        if getattr(settings, f"{cookie}_COOKIE_DOMAIN") or getattr(settings, f"{cookie}_COOKIE_PATH") != "/":
            said = f"{cookie}_COOKIE_DOMAIN has to be empty and its path /: browsers drop __Host- cookies otherwise."
            found.append(Error(said, id="portal.E004"))
    if any(host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS):
        found.append(Error("ALLOWED_HOSTS names hosts one by one.", id="portal.E005"))
    if settings.USE_X_FORWARDED_HOST or settings.USE_X_FORWARDED_PORT:
        found.append(Error("Addresses come from SITE_ORIGIN, never from a header.", id="portal.E006"))
    return found


def _buckets() -> dict[str, dict]:
    """The buckets of pictures, by the name of the storage."""
    stores = {name: settings.STORAGES.get(name, {}) for name in ("renditions", "originals")}
    return {name: said["OPTIONS"] for name, said in stores.items() if said.get("BACKEND") == "portal.s3.Bucket"}


@register(Tags.files)
def pictures(app_configs=None, **kwargs) -> list[Error]:
    """Originals lie apart from what is served, and only the desk knows where."""
    found, buckets = [], _buckets()
    if text("ORIGINALS_URL") and not settings.HAS_EDITORIAL:
        said = (
            f"A process with PORTAL_ROLE={settings.ROLE} serves no originals: take ORIGINALS_URL out of its settings."
        )
        found.append(Error(said, id="portal.E007"))
    if len(buckets) == 2:
        places = [(said["endpoint"], said["bucket"], f"{said['prefix']}/".lstrip("/")) for said in buckets.values()]
        (*one, prefix), (*other, another) = places
        if one == other and (prefix.startswith(another) or another.startswith(prefix)):
            said = (
                "ORIGINALS_URL and RENDITIONS_URL name places of which one lies in the other: give each a bucket, or a "
            )
            found.append(Error(said + "folder, of its own.", id="portal.E008"))
    return found


@register(Tags.security, deploy=True)
def storage(app_configs=None, **kwargs) -> list[Error]:
    """Pictures, those of drafts among them, can't be read on the way."""
    return [
        Error(f"{name.upper()}_URL: tls=0 is for a storage on this machine only.", id="portal.E009")
        for name, said in _buckets().items()
        if said["endpoint"].startswith("http:") and urlsplit(said["endpoint"]).hostname not in LOOPBACK
    ]
