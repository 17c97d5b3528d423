"""Why a message lies in quarantine, in words, by the code of the reason; one that is not here is shown as its code."""

from django.utils.functional import Promise as Lazy

from bihuan.registers.channels.mail.words import REASONS as MAIL_REASONS
from bihuan.registers.channels.set_aside import REASONS as SET_ASIDE_REASONS

REASONS: dict[str, Lazy] = {**MAIL_REASONS, **SET_ASIDE_REASONS}
