"""The key by which browsers' push services know this installation (VAPID). Made once, in the data folder, mode 0600;
whoever loses it must ask every browser again."""

import base64
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from bihuan.ground.vault import private


@lru_cache(maxsize=4)
def _read(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        _write_once(path)
    held = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(held, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path.name} holds no key of an elliptic curve.")
    return held


def private_key() -> ec.EllipticCurvePrivateKey:
    """The installation's key; made when there is none."""
    return _read(settings.BIHUAN_DATA / "vapid.pem")


def public_key() -> str:
    """What a browser is given to subscribe with: the point, base64 for addresses, without padding."""
    point = (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def _write_once(path: Path) -> None:
    """Several processes may start at once: the first to link its file wins, the others read that."""
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    private.write_once(path, made)
