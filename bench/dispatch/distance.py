"""One solver on one instance, in a process of its own: `python -m bench.dispatch.distance SOLVER FILE SEED BUDGET`.

Distance alone counts; the fleet is as given. Prints one line of JSON. BUDGET is seconds of the processor from the
instance read and everything compiled, for vroom its level of exploration, which it ends in its own time.
"""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.dispatch.instances import Instance, Wrong, distance_of, read
from bench.dispatch.solvers import Until

type Routes = list[list[int]]


def main() -> int:
    solver, path, seed, budget = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    instance = read(path)
    table = _table(instance)
    if solver == "bihuan":
        ours(path, table, instance, 0, seed)
    began = process_time()
    found, told = SOLVERS[solver](path, table, instance, budget, seed)
    seconds = process_time() - began
    try:
        tenths, wrong = distance_of(instance, found), None
    except Wrong as fault:
        tenths, wrong = None, str(fault)
    print(
        json.dumps(
            {
                "cpu": round(seconds, 2),
                "tenths": tenths,
                "wrong": wrong,
                "vehicles": sum(1 for route in found if route),
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
            | told
        )
    )
    return 0


def _table(instance: Instance) -> Any:
    count = range(len(instance.customers))
    return np.array([[instance.apart(a, b) for b in count] for a in count], np.int64)


def ours(
    path: Path, table: Any, instance: Instance, budget: float, seed: int
) -> tuple[Routes, dict[str, Any]]:
    """As `manage.py plan --format solomon --objective distance` does."""
    from bihuan.ground.routing import solomon
    from bihuan.ground.routing.plans import solve
    from bihuan.ground.routing.search import Budget

    problem = solomon.solomon_of(path.read_text("ascii"))
    many = Budget(cpu_seconds=budget) if budget else Budget(rounds=1)
    plan = solve(problem, solomon.ALL, many, seed=seed, manner=solomon.DISTANCE)
    routes = [[int(job.id) for job in route.jobs()] for route in plan.routes]
    return routes, {"rounds": plan.rounds}


def pyvrp(
    path: Path, table: Any, instance: Instance, budget: float, seed: int
) -> tuple[Routes, dict[str, Any]]:
    import pyvrp as solver

    began = process_time()
    (*_, opens, closes, _), *customers = instance.customers
    data = solver.ProblemData(
        [solver.Location(float(one[0]), float(one[1])) for one in instance.customers],
        [
            solver.Client(at, delivery=[demand], service_duration=service, tw_early=early, tw_late=late)
            for at, (_, _, demand, early, late, service) in enumerate(customers, start=1)
        ],
        [solver.Depot(0, tw_early=opens, tw_late=closes)],
        [solver.VehicleType(instance.vehicles, [instance.capacity], 0, 0, tw_early=opens, tw_late=closes)],
        [table],
        [table],
    )
    found = solver.solve(data, Until(began + budget), seed=seed, collect_stats=False)
    routes = [[one.idx + 1 for one in route if one.is_client()] for route in found.best.routes()]
    return routes, {"rounds": found.num_iterations}


def vroom(
    path: Path, table: Any, instance: Instance, budget: float, seed: int
) -> tuple[Routes, dict[str, Any]]:
    import vroom as solver

    asked = solver.Input()
    asked.set_durations_matrix("car", table.astype(np.uint32))
    _, _, _, opens, closes, _ = instance.customers[0]
    for number in range(instance.vehicles):
        asked.add_vehicle(
            solver.Vehicle(
                number + 1,
                start=0,
                end=0,
                capacity=[instance.capacity],
                time_window=solver.TimeWindow(opens, closes),
            )
        )
    for at, (_, _, demand, early, late, service) in enumerate(instance.customers[1:], start=1):
        asked.add_job(
            solver.Job(
                at,
                at,
                default_service=service,
                delivery=[demand],
                time_windows=[solver.TimeWindow(early, late)],
            )
        )
    found = asked.solve(exploration_level=int(budget), nb_threads=1).routes
    visits = found[found.type == "job"].groupby("vehicle_id")["id"].apply(list)
    return [[int(one) for one in some] for some in visits], {}


def ortools(
    path: Path, table: Any, instance: Instance, budget: float, seed: int
) -> tuple[Routes, dict[str, Any]]:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    began = process_time()
    customers, day = instance.customers, instance.customers[0][4]
    manager = pywrapcp.RoutingIndexManager(len(customers), instance.vehicles, 0)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(table.tolist()))
    work = np.array([one[5] for one in customers])
    model.AddDimension(model.RegisterTransitMatrix((table + work[:, None]).tolist()), day, day, False, "time")
    time = model.GetDimensionOrDie("time")
    for at in range(1, len(customers)):
        time.CumulVar(manager.NodeToIndex(at)).SetRange(*customers[at][3:5])
    loads = model.RegisterUnaryTransitVector([one[2] for one in customers])
    model.AddDimensionWithVehicleCapacity(loads, 0, [instance.capacity] * instance.vehicles, True, "load")
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(budget * 20_000))
    model.AddSearchMonitor(model.solver().CustomLimit(lambda: process_time() - began > budget))
    found = model.SolveWithParameters(how)
    routes: Routes = []
    for number in range(instance.vehicles if found is not None else 0):
        index, order = model.Start(number), []
        while not model.IsEnd(index):
            if node := manager.IndexToNode(index):
                order.append(node)
            index = found.Value(model.NextVar(index))
        routes.append(order)
    return routes, {}


SOLVERS: dict[str, Callable[[Path, Any, Instance, float, int], tuple[Routes, dict[str, Any]]]] = {
    "bihuan": ours,
    "pyvrp": pyvrp,
    "vroom": vroom,
    "ortools": ortools,
}


if __name__ == "__main__":
    sys.exit(main())
