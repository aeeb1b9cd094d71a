"""REST for the payments."""

from ninja import Router

router = Router(tags=["payments"])
