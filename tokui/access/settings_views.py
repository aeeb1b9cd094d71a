"""Settings: profile, members, API keys, businesses, and who may do what."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access import actions
from tokui.access.doors import visited
from tokui.access.forms import ROLE_NAMES, ApiKeyForm, BusinessForm, InvitationForm, OrganizationForm, ProfileForm
from tokui.access.models import ApiKey, Business, Invitation, Membership, Role
from tokui.access.permission_words import PERMISSION_WORDS
from tokui.access.permissions import KEYS_MANAGE, MATRIX, READS, SETTINGS_MANAGE, USERS_MANAGE
from tokui.access.tasks import send_invitation
from tokui.core import clock, files
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, Refusal
from tokui.core.ids import parse_public_id
from tokui.core.tenancy import require_organization
from tokui.ui.doors import sent_on

IMAGE_LIMIT_BYTES = 1024 * 1024
IMAGE_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@visited()
def index(request: HttpRequest) -> HttpResponse:
    return redirect("access:profile")


@visited()
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, language and keyboard."""
    user = request.user
    start = {"name": user.name, "language": user.language, "single_keys": user.single_keys}  # type: ignore[union-attr]
    form = ProfileForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        actions.change_profile(user, **form.cleaned_data)  # type: ignore[arg-type]
        response = sent_on(request, reverse("access:profile"), _("Saved."))
        response.set_cookie(
            "keys", "on" if form.cleaned_data["single_keys"] else "off", max_age=31_536_000, samesite="Lax"
        )
        return response
    return render(request, "access/profile.html", {"form": form})


@visited(SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def organization(request: HttpRequest) -> HttpResponse:
    """The merchant: name, language, fiscal year. The currency is that of the books and stays."""
    visit = request.visit  # type: ignore[attr-defined]
    row = visit.organization
    form = OrganizationForm(
        request.POST or None, initial={name: getattr(row, name) for name in OrganizationForm.base_fields}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_organization(row, by=visit.actor, **form.cleaned_data)
            return sent_on(request, reverse("access:organization"), _("Saved."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    context = {"form": form, "organization": row}
    return render(request, "access/organization.html", context, status=422 if form.errors else 200)


@visited(USERS_MANAGE)
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """Who works here and with which role; invite another."""
    form, link = InvitationForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            link = _invite(request, **form.cleaned_data)
            form = InvitationForm()
        except Refusal as refusal:
            form.add_error("email", refusal.message)
    found = Membership.objects.filter(organization_id=require_organization(), is_active=True).select_related("user")
    waiting = Invitation.objects.filter(accepted_at=None, expires_at__gt=clock.now()).order_by("-created_at")
    context = {
        "form": form,
        "link": link,
        "members": found.order_by("user__name"),
        "waiting": [(one, ROLE_NAMES[Role(one.role)]) for one in waiting],
        "roles": ROLE_NAMES.items(),
    }
    return render(request, "access/members.html", context, status=422 if form.errors else 200)


def _invite(request: HttpRequest, email: str, role: str) -> str:
    visit = request.visit  # type: ignore[attr-defined]
    issued = actions.invite_user(email, role=role, by=visit.actor)
    link = settings.TOKUI_BASE_URL + reverse("access:join", args=[issued.secret])
    send_invitation(email, visit.organization.name, visit.actor.name, link, visit.organization.language)
    return link


@visited(USERS_MANAGE)
@require_POST
def member(request: HttpRequest, pk: str) -> HttpResponse:
    """Change a member's role, or end the membership."""
    found = get_object_or_404(Membership, pk=pk, organization_id=require_organization())
    by = request.visit.actor  # type: ignore[attr-defined]
    if request.POST.get("role") == "none":
        actions.remove_user(found, by=by)
        return sent_on(request, reverse("access:members"), _("%(name)s no longer has access.") % {"name": found.user})
    if request.POST.get("role") not in Role.values:
        raise Invalid(field="role", reason=_("There is no such role."))
    actions.change_role(found, role=request.POST["role"], by=by)
    return sent_on(request, reverse("access:members"), _("The role of %(name)s was changed.") % {"name": found.user})


@visited(KEYS_MANAGE)
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """API keys: hand out and look over."""
    by = request.visit.actor  # type: ignore[attr-defined]
    presets = _presets(by)
    chosen = request.GET.get("preset", "")
    start = {"scopes": sorted(next((scopes for key, _word, scopes in presets if key == chosen), ()))}
    form, secret = ApiKeyForm(request.POST or None, initial=start), ""
    if request.method == "POST" and form.is_valid():
        secret = actions.create_api_key(form.cleaned_data["name"], scopes=form.cleaned_data["scopes"], by=by).secret
        form = ApiKeyForm()
    keys = ApiKey.objects.order_by("revoked_at", "-created_at")
    context = {
        "form": form,
        "secret": secret,
        "presets": [(key, word, key == chosen) for key, word, _scopes in presets],
        "keys": [(key, [PERMISSION_WORDS.get(scope, scope) for scope in key.scopes]) for key in keys],
    }
    return render(request, "access/keys.html", context, status=422 if form.errors else 200)


def _presets(by: Actor) -> list[tuple[str, Any, frozenset[str]]]:
    """Where a new key's permissions may start from; nothing is chosen until somebody chooses."""
    return [
        ("read", _("Read only"), READS),
        ("accounting", _("Accounting"), MATRIX[Role.ACCOUNTANT]),
        ("role", _("Everything of my role"), by.permissions),
    ]


@visited(KEYS_MANAGE)
@require_POST
def revoke_key(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(ApiKey, pk=_key(key, "key"))
    actions.revoke_api_key(found, by=request.visit.actor)  # type: ignore[attr-defined]
    return sent_on(request, reverse("access:keys"), _("The key %(name)s is closed.") % {"name": found.name})


@visited(SETTINGS_MANAGE)
def businesses(request: HttpRequest) -> HttpResponse:
    return render(request, "access/businesses.html", {"businesses": Business.objects.order_by("code")})


@visited(SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def business(request: HttpRequest, key: str = "") -> HttpResponse:
    """A business's name, address, registration number, logo and seal, as its documents show them."""
    row = get_object_or_404(Business, pk=_key(key, "biz")) if key else Business()
    form = BusinessForm(request.POST or None, request.FILES or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            values = {name: form.cleaned_data[name] for name in BusinessForm.Meta.fields}
            actions.change_business(row, by=request.visit.actor, **values, **_images(form))  # type: ignore[attr-defined]
            return sent_on(request, reverse("access:businesses"), _("Saved."))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    context = {"form": form, "business": row if key else None}
    return render(request, "access/business.html", context, status=422 if form.errors else 200)


def _images(form: BusinessForm) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("logo", "seal"):
        upload: UploadedFile[Any] | None = form.cleaned_data.get(f"{name}_file")
        if upload:
            found[name] = _image(f"{name}_file", upload)
    return found


def _image(field: str, upload: UploadedFile[Any]) -> Any:
    content = upload.read(IMAGE_LIMIT_BYTES + 1)
    kind = next((kind for start, kind in IMAGE_KINDS.items() if content.startswith(start)), "")
    if len(content) > IMAGE_LIMIT_BYTES or not kind:
        raise Invalid(field=field, reason=_("Choose a PNG or JPEG image of at most 1 MB."))
    return files.store(content, name=str(upload.name), content_type=kind)


@visited()
def permissions(request: HttpRequest) -> HttpResponse:
    """The permission matrix as it is in force."""
    rows = [
        (permission, word, [permission in MATRIX[role] for role in Role])
        for permission, word in PERMISSION_WORDS.items()
    ]
    context = {"roles": [ROLE_NAMES[role] for role in Role], "rows": rows}
    return render(request, "access/permissions.html", context)


def _key(text: str, prefix: str) -> Any:
    try:
        return parse_public_id(text, prefix)
    except ValueError as trouble:
        raise Http404 from trouble
