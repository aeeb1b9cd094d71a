"""What `tokui demo` needs: the world, built once, and a welcome that says where to go."""

from __future__ import annotations

import os
import sys

from tokui.config.cli.installation import say


def seed_if_empty() -> None:
    """Build the demo's world in an empty installation; one that has an organization is left as it is.

    Works in this process, connected as the role of the application, on the test clock. A build that was cut off leaves
    an unfinished organization: it is named, and `--fresh` starts over.
    """
    os.environ["TOKUI_ROLE"] = "app"
    import django

    django.setup()
    from django.conf import settings

    from tokui.config.demo.build import build_world, is_finished
    from tokui.core.models import Organization

    settings.TOKUI_TEST_CLOCK = True
    if Organization.objects.exists():
        if not is_finished():
            say("The demo's world was not finished the last time. Start over with: make demo FRESH=1")
            sys.exit(4)
        return
    say("Building the demo's world, about a minute: fourteen months of trade …")
    built = build_world(say=say)
    say(
        f"Ready in {built.seconds:.0f} s: {built.customers:,} customers, {built.invoices:,} invoices, {built.deposits:,} deposits."
    )


def print_welcome(port: int) -> None:
    """The address, who may sign in, and what to click first, in Japanese and English."""
    from tokui.config.demo.opening import PASSWORD, PEOPLE
    from tokui.core import clock, shared_clock

    shared_clock.load()
    now = clock.now().astimezone(clock.TOKYO)
    names = "\n".join(f"    {role:<11} {email:<24} {name}" for role, name, email in PEOPLE)
    say(
        f"""
Tokui  http://localhost:{port}/        Ctrl-C stops everything / Ctrl-C で終了

  Sign in / サインイン      password / パスワード: {PASSWORD}
{names}

  デモの時計は {now:%Y-%m-%d %H:%M}。佐藤 真理（accountant）でサインインして「入金消込」を開いてください。
  11月20日朝の 7 件の入金が判断を待っています。Enter で確定、Z で元に戻します。
  The demo's clock says {now:%Y-%m-%d %H:%M}. Sign in as the accountant and open "Reconciliation": seven deposits
  of the morning of 20 November wait for a person. Enter confirms, Z undoes. Then follow docs/tour.md.
""",
        address=f"http://localhost:{port}/",
        password=PASSWORD,
    )
