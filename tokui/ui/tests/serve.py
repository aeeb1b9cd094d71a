"""`python -m tokui.ui.tests.serve PORT`: the gallery on localhost, under the content policy of the product."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"
)


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main(port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tokui.ui.tests.settings"
    import django
    from django.conf import settings
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    settings.DEBUG = True
    django.setup()
    from tokui.ui.tests.menu import register_all

    register_all()
    logging.disable(logging.CRITICAL)
    application = StaticFilesHandler(get_wsgi_application())

    def guarded(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def with_policy(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start(status, [*headers, ("Content-Security-Policy", POLICY)], *rest)

        return application(environ, with_policy)

    make_server("127.0.0.1", port, guarded, server_class=Server).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
