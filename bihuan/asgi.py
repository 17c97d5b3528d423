"""The door for an ASGI server: pages, the API and the sockets of the chat, from one address."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402 (what follows needs the apps that the line above loads)

from bihuan.web.sockets import SOCKETS  # noqa: E402

application = ProtocolTypeRouter({"http": pages, "websocket": SOCKETS})
