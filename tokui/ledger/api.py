"""REST for the books."""

from ninja import Router

router = Router(tags=["ledger"])
