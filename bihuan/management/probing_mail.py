"""Mail that we send ourselves now and then: what comes in again proves that mail works from end to end."""

from datetime import datetime

from bihuan.ground.journal.running import take_turn
from bihuan.registers.channels.mail.account import Account
from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.smtp.provider import send_probe
from bihuan.service.intake.proving import EVERY, note_knock, probe_token

TURN = "probe mail"


def probe_due(held: Account, *, now: datetime) -> bool:
    """Send a probe when it is time and we know our own address; whether one was sent. What the mail server says when
    it refuses is noted for whoever looks at the channel."""
    if not held.address or not take_turn(TURN, every=EVERY, now=now):
        return False
    try:
        send_probe(held.address, probe_token("mail", now=now))
    except NotSent as refused:
        if refused.code == "account_missing":  # mail is only read here: nothing can be proven
            return False
        note_knock("mail", trouble=refused.code, now=now)
        return False
    note_knock("mail", trouble="", now=now)
    return True
