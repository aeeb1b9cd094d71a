from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tokui.access.models import Business, Role
from tokui.access.permission_words import PERMISSION_WORDS

ROLE_NAMES = {
    Role.OWNER: _("Owner"),
    Role.ACCOUNTANT: _("Accountant"),
    Role.SALES: _("Sales"),
    Role.MARKETER: _("Marketer"),
    Role.SUPPORT: _("Support"),
    Role.VIEWER: _("Viewer"),
}
LANGUAGES = [("ja", "日本語"), ("en", "English")]


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("Mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class JoinForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters. A sentence is good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ForgottenForm(forms.Form):
    email = forms.EmailField(label=_("Mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 10 characters. A sentence is good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("Mail address"))
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, name) for role, name in ROLE_NAMES.items()], initial=Role.VIEWER
    )


def scope_choices() -> list[tuple[str, SafeString]]:
    """Every permission as a sentence, its code below it."""
    return [
        (scope, format_html("{}<small><code>{}</code></small>", word, scope))
        for scope, word in PERMISSION_WORDS.items()
    ]


class ApiKeyForm(forms.Form):
    name = forms.CharField(label=_("What the key is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("Permissions"), choices=scope_choices, widget=forms.CheckboxSelectMultiple
    )


class OrganizationForm(forms.Form):
    name = forms.CharField(label=_("Name of the organization"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        help_text=_("Of mails to your people. Each of them chooses the language of the screens in the profile."),
    )
    first_month = forms.TypedChoiceField(
        label=_("The fiscal year begins in"), coerce=int, choices=lambda: list(MONTHS.items())
    )


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=80)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    single_keys = forms.BooleanField(
        label=_("Single-key shortcuts"), required=False, help_text=_("J, K, Enter, Z and others act without Ctrl.")
    )


class BusinessForm(forms.ModelForm):  # type: ignore[type-arg]
    logo_file = forms.FileField(label=_("Logo"), required=False, help_text=_("PNG or JPEG, up to 1 MB."))
    seal_file = forms.FileField(
        label=_("Seal"), required=False, help_text=_("PNG with a transparent ground, up to 1 MB.")
    )

    class Meta:
        model = Business
        fields = ("code", "name", "legal_name", "registration_number", "postal_code", "address", "phone", "email")
        labels = {
            "code": _("Code"),
            "name": _("Name of the business"),
            "legal_name": _("Legal name on documents"),
            "registration_number": _("Registration number"),
            "postal_code": _("Postal code"),
            "address": _("Address"),
            "phone": _("Telephone"),
            "email": _("Mail address"),
        }
        help_texts: dict[str, Any] = {"registration_number": _("T and 13 digits.")}
