"""The ways in which a node gives its cases to technicians. Values only."""

AUTOMATIC = "automatic"  # the best is asked by itself
PROPOSED = "proposed"  # the house proposes the best with its reasons, a dispatcher applies or refuses
MANUAL = "manual"  # a dispatcher chooses
GRAB = "grab"  # 抢单: every technician who passes every gate is asked at once, the first takes it
MODES = (AUTOMATIC, PROPOSED, MANUAL, GRAB)
AFTER_GRAB = (AUTOMATIC, PROPOSED, MANUAL)  # what becomes of a case that nobody grabbed
