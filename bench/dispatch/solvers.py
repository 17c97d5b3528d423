"""Each solver as a function: a problem and a budget in, for each technician the jobs in order out.

The others run with their defaults, modelled as well as they let one: VROOM with breaks and skills, to the end of a
level of exploration (it hardly looks at its clock); OR-Tools with break intervals, guided local search, one thread,
stopped by processor time; PyVRP with skills as loads and a shift that is shorter by lunch, since it knows no breaks.
"""

from collections.abc import Callable, Mapping
from time import process_time
from typing import Any

import numpy as np

from bihuan.ground.routing.judge import PRIZES

type Routes = dict[Any, list[Any]]
type Told = Mapping[str, Any]


def ours(problem: Told, budget: float, seed: int) -> tuple[Routes, dict[str, Any]]:
    """The search of this house; what it needs to be compiled is done before the budget begins."""
    import json

    from bihuan.ground.routing.plans import solve
    from bihuan.ground.routing.policies import TRAVEL
    from bihuan.ground.routing.reading import problem_of
    from bihuan.ground.routing.search import Budget

    day = problem_of(json.dumps(problem))
    solve(day, TRAVEL, Budget(rounds=1), seed=1)
    plan = solve(day, TRAVEL, Budget(cpu_seconds=budget), seed=seed)
    routes = {route.technician.id: [job.id for job in route.jobs()] for route in plan.routes}
    return routes, {"rounds": plan.rounds}


def nearest(problem: Told, budget: float, seed: int) -> tuple[Routes, dict[str, Any]]:
    """What is common: jobs by window, each appended to the nearest technician who may do it and comes in time."""
    travel, jobs = problem["travel_seconds"], problem["jobs"]
    at = {one["id"]: (one["home"], one["shift"][0], False) for one in problem["technicians"]}
    routes: Routes = {who: [] for who in at}
    ranks = list(PRIZES)
    for job in sorted(jobs, key=lambda one: (one["windows"][0][0], ranks.index(one["priority"]), one["id"])):
        best: tuple[int, Any, int, bool] | None = None
        for person in problem["technicians"]:
            place, now, fed = at[person["id"]]
            lunch, (opens, closes) = person["lunch"], job["windows"][0]
            if any(person["skills"].get(skill, 0) < level for skill, level in job["skills"].items()):
                continue
            if not fed and now >= lunch["start"][0]:
                now, fed = now + lunch["seconds"], True
            begin = max(now + travel[place][job["at"]], opens)
            if not fed and begin > lunch["start"][1]:
                now, fed = max(now, lunch["start"][0]) + lunch["seconds"], True
                begin = max(now + travel[place][job["at"]], opens)
            done = begin + job["seconds"]
            home = done + travel[job["at"]][person["home"]] + (0 if fed else lunch["seconds"])
            if begin > closes or home > person["shift"][1]:
                continue
            if best is None or travel[place][job["at"]] < best[0]:
                best = travel[place][job["at"]], person["id"], done, fed
        if best is not None:
            routes[best[1]].append(job["id"])
            at[best[1]] = job["at"], best[2], best[3]
    return routes, {}


def vroom(problem: Told, budget: float, seed: int) -> tuple[Routes, dict[str, Any]]:
    """`budget` is the level of exploration, 0 to 5."""
    import vroom as solver

    skills = {
        name: n for n, name in enumerate(sorted({s for one in problem["jobs"] for s in one["skills"]}), 1)
    }
    asked = solver.Input()
    asked.set_durations_matrix("car", np.array(problem["travel_seconds"], np.uint32))
    for number, person in enumerate(problem["technicians"]):
        lunch = person["lunch"]
        pause = solver.Break(1_000 + number, [solver.TimeWindow(*lunch["start"])], service=lunch["seconds"])
        able = {skills[name] for name in person["skills"] if name in skills}
        asked.add_vehicle(
            solver.Vehicle(
                number + 1,
                start=person["home"],
                end=person["home"],
                skills=able,
                time_window=solver.TimeWindow(*person["shift"]),
                breaks=[pause],
            )
        )
    weight = {"safety": 100, "high": 20, "normal": 8}
    for number, job in enumerate(problem["jobs"]):
        asked.add_job(
            solver.Job(
                number + 1,
                job["at"],
                default_service=job["seconds"],
                skills={skills[name] for name in job["skills"]},
                priority=weight[job["priority"]],
                time_windows=[solver.TimeWindow(*window) for window in job["windows"]],
            )
        )
    found = asked.solve(exploration_level=int(budget), nb_threads=1).routes
    visits = found[found.type == "job"].groupby("vehicle_id")["id"].apply(list)
    return {
        problem["technicians"][int(who) - 1]["id"]: [problem["jobs"][int(one) - 1]["id"] for one in some]
        for who, some in visits.items()
    }, {}


def pyvrp(problem: Told, budget: float, seed: int) -> tuple[Routes, dict[str, Any]]:
    import pyvrp as solver

    began = process_time()
    people, jobs = problem["technicians"], problem["jobs"]
    travel = np.array(problem["travel_seconds"], np.int64)
    skills = sorted({name for one in jobs for name in one["skills"]})
    data = solver.ProblemData(
        [solver.Location(0, 0) for _ in range(len(travel))],
        [
            solver.Client(
                job["at"],
                delivery=[int(name in job["skills"]) for name in skills],
                service_duration=job["seconds"],
                tw_early=job["windows"][0][0],
                tw_late=job["windows"][0][1],
                prize=PRIZES[job["priority"]],
                required=False,
            )
            for job in jobs
        ],
        [solver.Depot(person["home"]) for person in people],
        [
            solver.VehicleType(
                1,
                [99 if name in person["skills"] else 0 for name in skills],
                number,
                number,
                tw_early=person["shift"][0],
                tw_late=person["shift"][1],
                shift_duration=person["shift"][1] - person["shift"][0] - person["lunch"]["seconds"],
                unit_distance_cost=1,
            )
            for number, person in enumerate(people)
        ],
        [travel],
        [travel],
    )
    found = solver.solve(data, Until(began + budget), seed=seed, collect_stats=False)
    routes = {
        people[route.vehicle_type()]["id"]: [jobs[one.idx]["id"] for one in route if one.is_client()]
        for route in found.best.routes()
    }
    return routes, {"rounds": found.num_iterations}


class Until:
    """A stop for PyVRP: at this much processor time of the process."""

    def __init__(self, ends: float) -> None:
        self.ends = ends

    def __call__(self, *_cost: float) -> bool:
        return process_time() > self.ends


def ortools(problem: Told, budget: float, seed: int) -> tuple[Routes, dict[str, Any]]:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    began = process_time()
    people, jobs = problem["technicians"], problem["jobs"]
    count = len(people)
    places = [person["home"] for person in people] + [job["at"] for job in jobs]
    travel = np.array(problem["travel_seconds"])[np.ix_(places, places)]
    work = np.array([0] * count + [job["seconds"] for job in jobs])
    manager = pywrapcp.RoutingIndexManager(len(places), count, list(range(count)), list(range(count)))
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(travel.tolist()))
    model.AddDimension(
        model.RegisterTransitMatrix((travel + work[:, None]).tolist()), 86_400, 86_400, False, "time"
    )
    time = model.GetDimensionOrDie("time")
    for number, job in enumerate(jobs):
        index = manager.NodeToIndex(count + number)
        time.CumulVar(index).SetRange(*job["windows"][0])
        model.AddDisjunction([index], PRIZES[job["priority"]])
        able = [n for n, person in enumerate(people) if all(s in person["skills"] for s in job["skills"])]
        model.VehicleVar(index).SetValues([-1, *able])
    for number, person in enumerate(people):
        time.CumulVar(model.Start(number)).SetRange(*person["shift"])
        time.CumulVar(model.End(number)).SetRange(*person["shift"])
        lunch = person["lunch"]
        pause = model.solver().FixedDurationIntervalVar(
            *lunch["start"], lunch["seconds"], False, f"lunch {number}"
        )
        services = [int(work[manager.IndexToNode(index)]) for index in range(model.Size())]
        time.SetBreakIntervalsOfVehicle([pause], number, services)
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(budget * 20_000))
    model.AddSearchMonitor(model.solver().CustomLimit(lambda: process_time() - began > budget))
    found = model.SolveWithParameters(how)
    routes: Routes = {}
    for number, person in enumerate(people):
        index, order = model.Start(number), []
        while found is not None and not model.IsEnd(index):
            node = manager.IndexToNode(index)
            if node >= count:
                order.append(jobs[node - count]["id"])
            index = found.Value(model.NextVar(index))
        routes[person["id"]] = order
    return routes, {}


SOLVERS: dict[str, Callable[[Told, float, int], tuple[Routes, dict[str, Any]]]] = {
    "bihuan": ours,
    "nearest": nearest,
    "vroom": vroom,
    "pyvrp": pyvrp,
    "ortools": ortools,
}
