"""Files that people and programs send: never larger than the installation allows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tokui.core.errors import Invalid


def chosen_file(request: HttpRequest) -> UploadedFile[Any]:
    """The file of a page's form. Raises Invalid(file) when none was chosen."""
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(field="file", reason=_("Choose a file first."))
    return file


def read_upload(file: UploadedFile[Any]) -> bytes:
    """The bytes of a file. Raises Invalid(file) before one too large is read."""
    if (file.size or 0) > settings.TOKUI_UPLOAD_LIMIT_BYTES:
        raise Invalid(field="file", reason=_("The file is too large."))
    return bytes(file.read())
