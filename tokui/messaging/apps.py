from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "tokui.messaging"
    label = "messaging"
