"""Whether this database can keep its promises; asked at every start, because both failures are silent otherwise."""

from __future__ import annotations

from django.db import connection

OLDEST_SERVER = 170_000


def unfitness() -> list[str]:
    """Reasons, in English, why the product must not serve from this database as this role. Empty when it may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, show_trgm('東京') <> '{}', "
            "(SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user), "
            "EXISTS (SELECT 1 FROM pg_class WHERE relowner = current_user::regrole AND relname = 'core_event')"
        )
        version, reads_japanese, bypasses, owns = cursor.fetchone()
    reasons = []
    if version < OLDEST_SERVER:
        reasons.append("Tokui needs PostgreSQL 17 or newer.")
    if not reads_japanese:
        reasons.append(
            "This database does not recognise Japanese letters (LC_CTYPE C). Create it with LC_CTYPE 'C.UTF-8'; "
            "docs/operating.md shows the statement."
        )
    if bypasses or owns:
        reasons.append(
            "The application's role may bypass row level security (a superuser, BYPASSRLS, or the owner of the tables). "
            "Connect it as tokui_app."
        )
    return reasons
