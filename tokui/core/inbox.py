"""Store first, understand later: everything from outside becomes a Parcel before anybody reads it."""

from __future__ import annotations

import hashlib
from typing import Any

from tokui.core import clock, states
from tokui.core.actors import Actor
from tokui.core.files import store
from tokui.core.models import Parcel


def receive(
    content: bytes, *, source: str, name: str, by: Actor, content_type: str = "application/octet-stream"
) -> Parcel:
    """Keep raw bytes. The same bytes from the same source are the same parcel, however often they come."""
    file = store(content, name=name, content_type=content_type)
    external_id = hashlib.sha256(content).hexdigest()
    parcel, _ = Parcel.objects.get_or_create(
        source=source,
        external_id=external_id,
        defaults={"file": file, "received_at": clock.now(), "received_by": by.name},
    )
    return parcel


def understood(parcel: Parcel) -> None:
    states.move(parcel, to=Parcel.State.UNDERSTOOD)


def refuse(parcel: Parcel, refusal: dict[str, Any]) -> None:
    """Remember why a parcel could not be read; the raw bytes stay."""
    states.move(parcel, to=Parcel.State.REFUSED, refusal=refusal)
