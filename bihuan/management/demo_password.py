"""The one password that all people of the demo company share. It differs between installations."""

import hmac

from django.conf import settings


def demo_password() -> str:
    """Derived from the installation's key, so that it need not be stored to be printed again."""
    digest = hmac.digest(settings.BIHUAN_SECRETS.installation, b"demo password", "sha256")
    return f"demo-{digest.hex()[:10]}"
