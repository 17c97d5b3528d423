"""One dispatcher through days that go on: `python -m bench.dispatch.rolling DISPATCHER TECHNICIANS CALLS DAYS SEED`.

DISPATCHER is bihuan, or nearest: windows free by count, the nearest qualified technician appended. CALLS are those of a
day. Both meet the same customers, delays, absences and illnesses. Prints one line of JSON.
"""

import json
import sys
from dataclasses import asdict
from time import process_time

from bihuan.ground.routing.rolling.engine import Engine
from bihuan.ground.routing.rolling.nearest import Nearest
from bihuan.ground.routing.rolling.playing import play
from bihuan.ground.routing.rolling.record import figures
from bihuan.ground.routing.rolling.world import Setting, a_world


def main() -> int:
    solver, (technicians, calls, days, seed) = sys.argv[1], map(int, sys.argv[2:6])
    world = a_world(Setting(technicians=technicians, calls=calls, days=days), seed=seed)
    began = process_time()
    found = figures(play(world, Engine(world) if solver == "bihuan" else Nearest(world)))
    told = {name: round(value, 4) for name, value in asdict(found).items()}
    print(json.dumps({"solver": solver, "seed": seed, "cpu": round(process_time() - began, 1)} | told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
