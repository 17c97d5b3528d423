"""The door for an ASGI server: pages, the API and live views from one address."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
application = get_asgi_application()
