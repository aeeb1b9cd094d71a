from django.utils.translation import gettext_lazy as _

from tokui.access.permissions import KEYS_MANAGE, SETTINGS_MANAGE, USERS_MANAGE
from tokui.ui.navigation import Entry, register
from tokui.ui.settings_pages import SettingsPage, settings_page

register(Entry("workings", _("Settings"), "access:settings", "gear", order=900, go="s"))
register(Entry("account", _("Profile"), "access:profile", "user", order=10))
register(Entry("account", _("Sign out"), "access:sign_out", "exit", order=900, post=True))

settings_page(SettingsPage("self", _("Profile"), "access:profile", 10, words="プロフィール 言語 language name 名前"))
settings_page(
    SettingsPage(
        *("company", _("Organization"), "access:organization", 20, SETTINGS_MANAGE),
        words="組織 会社名 決算 年度 fiscal year currency 通貨",
    )
)
settings_page(
    SettingsPage(
        *("company", _("Businesses"), "access:businesses", 30, SETTINGS_MANAGE),
        words="事業 登録番号 住所 ロゴ 印影 logo seal address",
    )
)
settings_page(
    SettingsPage("company", _("Members"), "access:members", 40, USERS_MANAGE, words="利用者 招待 役割 role invite")
)
settings_page(SettingsPage("company", _("Permissions"), "access:permissions", 50, words="権限 役割 role"))
settings_page(
    SettingsPage("connections", _("API keys"), "access:keys", 90, KEYS_MANAGE, words="APIキー 連携 program rest token")
)
