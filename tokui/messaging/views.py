"""The outbox: every mail, what became of it, and what it said."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from tokui.access.doors import visited
from tokui.access.permissions import MESSAGES_SEND
from tokui.core.errors import Invalid, NotFound
from tokui.core.files import open_file
from tokui.core.ids import parse_public_id, public_id
from tokui.core.refused import ValueRefused
from tokui.messaging.actions import resend
from tokui.messaging.models import MailAttachment, OutgoingMail
from tokui.messaging.words import DISCS, STATES
from tokui.ui.doors import render_page, sent_on
from tokui.ui.paging import InvalidCursor, page_of

State = OutgoingMail.State

#: What a mail may do in its frame: nothing but be looked at. Pictures only from within the mail itself.
MAIL_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"


@visited(MESSAGES_SEND)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The newest mails first; further rows as a fragment."""
    state = request.GET.get("state", "")
    if state and state not in State.values:
        raise Invalid(field="state", reason=_("There is no such state."))
    rows = OutgoingMail.objects.defer("text", "html")
    rows = rows.filter(state=state) if state else rows
    address = request.GET.get("q", "").replace("\0", "").strip()[:254]
    rows = rows.filter(to__icontains=address) if address else rows
    try:
        page = page_of(rows, order=("-queued_at", "-id"), after=request.GET.get("after", ""))
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This cursor is not valid.")) from trouble
    context = {
        "page": page,
        "rows": [(row, STATES[row.state], DISCS[row.state]) for row in page.rows],
        "state": state,
        "states": STATES.items(),
        "failed": OutgoingMail.objects.filter(state=State.FAILED)[:100].count(),
        "is_everything": not state and not address,
    }
    return render_page(request, "messaging/outbox.html", context)


@visited(MESSAGES_SEND)
@require_GET
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail: its fate, its text, its attachments."""
    row = _mail(key)
    context = {
        "mail": row,
        "word": STATES[row.state],
        "disc": DISCS[row.state],
        "attachments": MailAttachment.objects.filter(mail=row).select_related("file").order_by("name"),
        "customer": public_id("cus", row.customer_id) if row.customer_id else "",
    }
    return render(request, "messaging/mail.html", context)


@visited(MESSAGES_SEND)
@require_GET
@xframe_options_sameorigin
def html_part(request: HttpRequest, key: str) -> HttpResponse:
    """The HTML part as it was sent, shut in: no scripts, no requests, no forms, an origin of its own."""
    row = _mail(key)
    if not row.html:
        raise NotFound
    response = HttpResponse(row.html)
    response["Content-Security-Policy"] = MAIL_POLICY
    response["Cache-Control"] = "no-store"
    return response


@visited(MESSAGES_SEND)  # a file is an answer too
@require_GET
def attachment(request: HttpRequest, key: str, attachment: UUID) -> FileResponse:
    """A file that went with the mail, as a download."""
    found = MailAttachment.objects.select_related("file").filter(mail=_mail(key), pk=attachment).first()
    if found is None:
        raise NotFound
    return FileResponse(
        open_file(found.file), as_attachment=True, filename=found.name, content_type=found.file.content_type
    )


@visited(MESSAGES_SEND)
@require_POST
def resending(request: HttpRequest, key: str) -> HttpResponse:
    """Try a failed mail again."""
    row = resend(_mail(key), by=request.visit.actor)  # type: ignore[attr-defined]
    return sent_on(request, reverse("messaging:mail", args=[row.public_id]), _("The mail is queued again."))


def _mail(key: str) -> OutgoingMail:
    try:
        row = OutgoingMail.objects.filter(pk=parse_public_id(key, OutgoingMail.PREFIX)).first()
    except ValueRefused as refused:
        raise NotFound from refused
    if row is None:
        raise NotFound
    return row
