"""Mail to people of the desk, where the installation can send any. Nothing depends on its arriving."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import OneTimeLink

log = logging.getLogger("portal.mail")

LINK = gettext_lazy(
    """Hello,

%(by)s made you a link to the Partnerships Portal's desk. With it you choose a password:

%(address)s

It works once, until %(until)s UTC. Your user name is %(name)s.
If you didn't expect this, tell %(by)s, and don't use the link.
"""
)


WAITS = gettext_lazy(
    """Hello %(name)s,

this waits at the desk of the Partnerships Portal:

%(lines)s

You get this at most once a day, and only when something waits for you.
"""
)


def post_digest(person, lines: Iterable[tuple[int, str, str]]) -> bool:
    """Send somebody what waits for them: how many, of what, and where. Whether it left."""
    said = "\n\n".join(f"{count} · {what}\n{address}" for count, what, address in lines)
    name = person.get_full_name() or person.get_username()
    mail = EmailMessage(
        _("What waits for you at the Partnerships Portal"),
        str(WAITS) % {"name": name, "lines": said},
        to=[person.email],
    )
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        log.warning("What waits for somebody couldn't be sent: %s", type(error).__name__)
        return False
    return True


def post_link(link: OneTimeLink, address: str) -> str:
    """Send somebody their one-time link. Returns what to say about it; nothing where the portal sends no mail."""
    if not settings.SENDS_MAIL:
        return ""
    person = link.person
    if not person.email:
        return _("This account has no e-mail address, so nothing was sent. Hand the link over yourself.")
    said = {"by": link.made_by, "address": address, "until": f"{link.expires_at:%-d %B %Y, %H:%M}"}
    mail = EmailMessage(
        _("Your way into the Partnerships Portal"), str(LINK) % (said | {"name": person.username}), to=[person.email]
    )
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        log.warning("A one-time link couldn't be sent: %s", type(error).__name__)
        return _("The mail couldn't be sent. Hand the link over yourself.")
    return _("It was sent to %(address)s as well.") % {"address": person.email}
