from __future__ import annotations

from datetime import date
from uuid import UUID

from tokui.core.jobs import daily, job
from tokui.messaging import actions


@job(queue="mail", atomic=False)
def send_mail(organization: UUID, mail: str) -> None:
    actions.deliver(organization, UUID(mail))


@daily
def give_stuck_mails_to_a_person(day: date) -> None:
    actions.fail_stuck()
