"""The forms that ask for passwords, in the portal's words."""

from __future__ import annotations

from allauth.account import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

ADVICE = _("At least 15 characters: a sentence is easy to keep in mind. Not your name, and none that many people use.")


class Plain:
    """No colon after a label, and no label repeated inside a control."""

    labels: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ADVICE if name in ("password1", "new_password1") else ""


class Start(Plain, SetPasswordForm):
    labels = {"new_password1": _("Your password"), "new_password2": _("The same again")}


class Change(Plain, forms.ChangePasswordForm):
    labels = {
        "oldpassword": _("The password until now"),
        "password1": _("The new one"),
        "password2": _("The new one again"),
    }


class Reauthenticate(Plain, forms.ReauthenticateForm):
    labels = {"password": _("Your password")}
