"""Programs that call the REST API, for the tests of every room's doors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.test import Client

from tokui.access.actions import create_api_key, found_organization
from tokui.access.permissions import ALL
from tokui.core.actors import Actor
from tokui.core.ids import public_id
from tokui.core.tenancy import organization_scope

ROOT = "/api/v1"


class Program:
    """An API key at work: paths below the root, JSON in and out."""

    def __init__(self, owner: Actor, scopes: Iterable[str] = ALL) -> None:
        secret = create_api_key("tests", scopes=scopes, by=owner).secret
        self.client = Client(headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"})

    def get(self, path: str, **parameters: Any) -> Any:
        return self.client.get(f"{ROOT}{path}", parameters)

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"{ROOT}{path}", body or {}, content_type="application/json", headers=headers)

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"{ROOT}{path}", body, content_type="application/json")

    def send(self, path: str, content: Any, **fields: str) -> Any:
        return self.client.post(f"{ROOT}{path}", {"file": content, **fields})


@contextmanager
def elsewhere() -> Iterator[None]:
    """Within another organization of the same installation."""
    with organization_scope(found_organization("株式会社みなと", slug="minato").pk):
        yield


def refused_alike(ask: Callable[[str], Any], foreign: str) -> Any:
    """Ask for another organization's id and for one that nobody has; the answers must not differ. Returns them."""
    prefix = foreign.partition("_")[0]
    theirs, nobodys = ask(foreign), ask(public_id(prefix, uuid4()))
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    return theirs
