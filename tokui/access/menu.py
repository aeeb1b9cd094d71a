from django.utils.translation import gettext_lazy as _

from tokui.ui.navigation import Entry, register

register(Entry("workings", _("Settings"), "access:settings", "gear", order=900, go="s"))
