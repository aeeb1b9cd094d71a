"""Whether this database can keep its promises; asked at every start, because both failures are silent otherwise."""

from __future__ import annotations

from django.db import connection

OLDEST_SERVER = 170_000


#: Being a member is as good as being the role: SET ROLE asks for no password.
_MAY_BYPASS = """
SELECT EXISTS (SELECT 1 FROM pg_roles role
                WHERE pg_has_role(current_user, role.oid, 'MEMBER')
                  AND (rolsuper OR rolbypassrls OR rolname IN ('tokui_owner', 'tokui_maintenance', 'tokui_door')))
    OR EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace space ON space.oid = relnamespace
                WHERE relowner = current_user::regrole AND nspname = 'public' AND relkind IN ('r', 'p'))
"""


def unfitness() -> list[str]:
    """Reasons, in English, why the product must not serve from this database as this role. Empty when it may."""
    with connection.cursor() as cursor:
        cursor.execute(_MAY_BYPASS)
        (bypasses,) = cursor.fetchone()
    reasons = unfit_server()
    if bypasses:
        reasons.append(
            "The application's role may bypass row level security (a superuser, BYPASSRLS, the owner of tables, or a "
            "member of such a role). Connect it as tokui_app, which belongs to no other role."
        )
    return reasons


def unfit_server() -> list[str]:
    """Reasons why nobody should install Tokui in this database, whatever the role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, show_trgm('東京') <> '{}'")
        version, reads_japanese = cursor.fetchone()
    reasons = []
    if version < OLDEST_SERVER:
        reasons.append("Tokui needs PostgreSQL 17 or newer.")
    if not reads_japanese:
        reasons.append(
            "This database does not recognise Japanese letters (LC_CTYPE C). Create it with LC_CTYPE 'C.UTF-8'; "
            "docs/operating.md shows the statement."
        )
    return reasons
