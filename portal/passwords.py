"""What a password may be, besides what Django asks."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class MaximumLength:
    """No password is longer than this: hashing takes time that grows with it."""

    def __init__(self, max_length: int):
        self.max_length = max_length

    def validate(self, password: str, user=None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return _("Your password can have at most %(most)d characters.") % {"most": self.max_length}
