"""Forms that take what a browser says of a passkey. Whatever doesn't read as one is a wrong one, never an error."""

from __future__ import annotations

import logging
from contextlib import contextmanager

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError

log = logging.getLogger("portal.signin")


@contextmanager
def _wrong_if_unreadable():
    """The libraries below stumble over forged credentials in many ways."""
    try:
        yield
    except (ValidationError, ImmediateHttpResponse):
        raise
    except Exception as error:
        log.info("A credential couldn't be read: %s", type(error).__name__)
        raise get_adapter().validation_error("incorrect_code") from error


class AddPasskeyForm(forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["name"].max_length = 100
        self.fields["name"].widget.attrs["maxlength"] = 100

    def clean(self):
        with _wrong_if_unreadable():
            return super().clean()


class UsePasskeyForm(forms.AuthenticateWebAuthnForm):
    def clean_credential(self):
        with _wrong_if_unreadable():
            return super().clean_credential()


class SignInForm(UsePasskeyForm, forms.LoginWebAuthnForm):
    pass


class ReauthenticateForm(UsePasskeyForm, forms.ReauthenticateWebAuthnForm):
    pass
