"""The doors of sign-in: sign in and out, join by invitation, a forgotten password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tokui.access import actions
from tokui.access.forms import ForgottenForm, JoinForm, NewPasswordForm, SignInForm
from tokui.access.middleware import LANGUAGES
from tokui.access.models import User
from tokui.access.tasks import send_password_link
from tokui.core import clock, doors, throttle
from tokui.core.errors import Refusal
from tokui.core.ids import parse_public_id
from tokui.core.tenancy import organization_scope

ATTEMPTS, ATTEMPT_WINDOW_SECONDS = 10, 900


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Mail address and password; after ten wrong tries in a quarter of an hour, a pause."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        user = _authenticated(request, email, form.cleaned_data["password"], form)
        if user is not None:
            login(request, user)
            actions.remember_sign_in(user, address=_address(request))
            return redirect(_next(request))
    status = 422 if form.errors else 200
    hour = clock.now().astimezone(clock.TOKYO).hour
    context = {"form": form, "next": request.GET.get("next", ""), "now_hour": hour}
    return render(request, "access/sign_in.html", context, status=status)


def _authenticated(request: HttpRequest, email: str, password: str, form: SignInForm) -> User | None:
    keys = (f"sign-in:{email}"[:200], f"sign-in-from:{_address(request)}")
    allowances = [
        throttle.hit(keys[0], limit=ATTEMPTS, window_seconds=ATTEMPT_WINDOW_SECONDS),
        throttle.hit(keys[1], limit=ATTEMPTS * 10, window_seconds=ATTEMPT_WINDOW_SECONDS),
    ]
    if any(one.is_spent for one in allowances):
        minutes = max(one.reset_seconds for one in allowances) // 60 + 1
        form.add_error(None, _("Too many tries. Please wait %(minutes)s minutes.") % {"minutes": minutes})
        return None
    user = authenticate(request, username=email, password=password)
    if user is None:
        form.add_error(None, _("The mail address or the password is not right."))
        return None
    throttle.forget(keys[0])
    return user


def _address(request: HttpRequest) -> str:
    """The address of the connection itself: headers can be made up by anyone."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("access:sign_in")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an invitation by its link."""
    organization_id = doors.organization_behind("invitation", secret)
    if organization_id is None:
        return render(request, "access/join_closed.html", status=410)
    form = JoinForm(request.POST or None, initial={"language": getattr(request, "LANGUAGE_CODE", "ja")})
    with organization_scope(organization_id):
        try:
            invitation = actions.invitation_behind(secret)
            if request.method == "POST" and form.is_valid():
                user = actions.accept_invitation(secret, **form.cleaned_data)
                login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
                return redirect("/")
        except actions.InvitationExpired:
            return render(request, "access/join_closed.html", status=410)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        context = {"form": form, "invitation": invitation, "organization": invitation.organization}
        return render(request, "access/join.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to set a new password. The answer is the same whether or not the address is known."""
    form = ForgottenForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        sent = True
        email = form.cleaned_data["email"].lower()
        left = throttle.hit(f"forgotten:{email}"[:200], limit=3, window_seconds=3600)
        user = User.objects.filter(email=email, is_active=True).first()
        if user is not None and not left.is_spent:
            send_password_link(user)
    return render(request, "access/forgotten.html", {"form": form, "sent": sent})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, user: str, token: str) -> HttpResponse:
    """Set a new password by the link that was mailed; the link works once and for three hours."""
    person = _person(user)
    if person is None or not default_token_generator.check_token(person, token):
        return render(request, "access/link_spent.html", status=410)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_password(person, form.cleaned_data["password"])
            return HttpResponseRedirect(reverse("access:sign_in"))
        except Refusal as refusal:
            form.add_error("password", refusal.message)
    return render(request, "access/new_password.html", {"form": form}, status=422 if form.errors else 200)


def _person(text: str) -> User | None:
    try:
        return User.objects.filter(pk=parse_public_id(text, User.PREFIX), is_active=True).first()
    except ValueError:
        return None


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language before signing in; afterwards it belongs to the profile."""
    chosen: Any = request.POST.get("language", "ja")
    response = redirect(_next(request))
    if chosen in LANGUAGES:
        response.set_cookie("tokui_language", chosen, max_age=31_536_000, samesite="Lax", secure=request.is_secure())
    return response
