"""After an outage: how much of what was missed has been told by now, for whoever looks at the operations page."""

from datetime import datetime

from bihuan.ground.journal.models import Watch
from bihuan.web.look.duties import duties, waiting

NAME = "catching up"
NOTEWORTHY_SECONDS = 10  # what is younger is no catching up: the next round does it


def note(now: datetime) -> str:
    """A sweep: "done / all" of a catching-up that goes on, else nothing."""
    if all(duty.seconds < NOTEWORTHY_SECONDS for duty in duties(now).values()):
        return ""
    was = Watch.objects.filter(name=NAME).values_list("progress", flat=True).first() or ""
    return progress(was, left=sum(waiting(now).values()))


def progress(was: str, *, left: int) -> str:
    """The progress after a round in which so many were left, from the progress before ("" at the beginning)."""
    wanted = int(was.partition(" / ")[2] or 0)
    wanted = max(wanted, left)
    return f"{wanted - left} / {wanted}" if wanted else ""
