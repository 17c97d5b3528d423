"""The label differs from the folder: another well-known package calls itself channels."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "bihuan.registers.channels"
    label = "message_channels"
