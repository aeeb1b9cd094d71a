"""`python -m tokui.config.worker N`: procrastinate's worker, connected as the application's role."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokui.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    concurrency = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with app.replace_connector(DjangoConnector().get_worker_connector()) as running:
        running.run_worker(
            concurrency=concurrency,
            name=f"tokui-{os.getpid()}",
            delete_jobs="successful",
            shutdown_graceful_timeout=10,
            update_heartbeat_interval=5,
            stalled_worker_timeout=30,
        )


if __name__ == "__main__":
    main()
