from django.utils.translation import gettext_lazy as _

from tokui.ui.navigation import Entry, register

register(Entry("", _("Today"), "today", "home", order=0, go="h", phone=_("Today")))
