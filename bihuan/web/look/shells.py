"""Which shell a page for everybody stands in: the phone's for whoever only visits customers, else the desk's."""

from bihuan.registers.access.viewer import Viewer


def shell_for(viewer: Viewer) -> str:
    """The template that a page extends."""
    return "look/technician.html" if viewer.only_own_visits else "look/base.html"
