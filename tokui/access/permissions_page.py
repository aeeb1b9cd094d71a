"""The permission matrix as Markdown for docs/permissions.md."""

from __future__ import annotations

from tokui.access.models import Role
from tokui.access.permissions import ALL, MATRIX


def markdown() -> str:
    head = "| permission | " + " | ".join(role.value for role in Role) + " |\n"
    line = "|---|" + "---|" * len(Role) + "\n"
    rows = [
        f"| `{permission}` | " + " | ".join("yes" if permission in MATRIX[role] else "" for role in Role) + " |\n"
        for permission in sorted(ALL)
    ]
    return head + line + "".join(rows)


if __name__ == "__main__":
    import sys

    sys.stdout.write(markdown())
