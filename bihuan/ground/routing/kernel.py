"""The arithmetic of routes, in integers: when each visit can begin, where a job fits, and ruin and recreate.

Compiled where numba is installed and the same source in plain Python elsewhere, hence flat arrays: `jobs[j * JOB + AT]`
is the place of job j. All of it stands in this one file, because compiled code is kept until its own file changes.

**Lunch** is in no route. A route is timed twice at once: *free* is when somebody leaves a stop with lunch still ahead,
*fed* with lunch behind; backwards, *due* and *due fed* are the latest starts in either state that still let the rest
happen. So wherever lunch fits best is found by the O(1) test that also says whether a job fits
(Savelsbergh 1992, "The vehicle routing problem with time windows: minimizing route duration", with a second label for
the break). Starting earlier is never worse, since one may wait, so one label for each state is exact.

**Search** is slack induction by string removals (Christiaens and Vanden Berghe 2020, "Slack induction by string
removals for vehicle routing problems"), with the price of an unserved job in the objective. Whatever a job costs in a
route is remembered until that route changes, and again when a change is taken back.
"""

from bihuan.ground.routing.compiled import Ints, compiled, inlined

NEVER = 1 << 60  # later than any time, dearer than any plan
# what a route costs more that cannot be driven: taking a visit out may take away where lunch was
BROKEN = 1 << 50
FORBIDDEN = -1  # instead of the version of a route: this technician never does this job

STRING = 3  # so many visits at most are moved together when a plan is polished, to one of
CLOSEST = 12  # so many neighbours
ASKED = 16  # where not everybody is asked, whoever goes to so many neighbours is

# one row of `jobs`; windows are [OPENS_AT, CLOSES_AT) in `windows`, two numbers each; the work begins at AT and ends at
# OUT; PRIZE is what leaving it costs just now, FACE what it costs by the policy, WORTH when two plans are compared.
# A job that somebody can do only with a part from the store has a second row, JOBS rows on.
AT, OUT, SERVICE, OPENS_AT, CLOSES_AT, OPENS, CLOSES, NEAR_IN, NEAR_OUT, PRIZE, FACE, WORTH, LOAD, HELD = (
    range(14)
)
JOB = 14
# one row of `people`; LUNCH is in seconds, -1 for none; TWIN is somebody before who is no different, or -1; work above
# FAIR costs RATE sixteenths of its seconds, coming home after ON_TIME LATE_RATE sixteenths, after ENDS it cannot be
(
    START,
    HOME,
    BEGINS,
    ENDS,
    LUNCH_OPENS,
    LUNCH_CLOSES,
    LUNCH,
    MOST,
    ROOM,
    TWIN,
    FAIR,
    RATE,
    ON_TIME,
    LATE_RATE,
) = range(14)
PERSON = 14
# one row of `stops`; row 0 of a route is leaving, the row after the last stop is coming home; SOON is the earlier of
# FREE and FED, LEG the drive to the next row
WHO, ENTER, LEAVE, SOON, FREE, FED, DUE, DUE_FED, LEG = range(9)
STOP = 9
# one row of `routes`; OVERTIME is what it costs
STOPS, VERSION, COST, USED, WORK, CHANGED, OVERTIME = range(7)
ROUTE = 7
# the counters of a search
BEST, VERSIONS, BLINK, BETTER, WORTH_NOW, DICE = range(6)
SEED, TOUCHED, MOVED, TODO, BEFORE, LOST, LOST_WORTH = range(6, 13)  # of the round that goes on
COUNTERS = 13
# one row of `sizes`; from row TURNED on the table of travel stands turned round, from 0 on if that is the same
PEOPLE, JOBS, PLACES, LONGEST, NEIGHBOURS, TURNED = range(6)


@compiled
def dice(counters: Ints) -> int:
    """The next random number below 2**32 (xorshift, Marsaglia 2003)."""
    x = counters[DICE]
    x ^= (x << 13) & 0xFFFFFFFF
    x ^= x >> 17
    x ^= (x << 5) & 0xFFFFFFFF
    counters[DICE] = x
    return x


@compiled
def below(counters: Ints, bound: int) -> int:
    """A random number from 0 to `bound` - 1."""
    return (dice(counters) * bound) >> 32


@compiled
def earliest(jobs: Ints, windows: Ints, job: int, arrival: int) -> int:
    """When work can begin for whoever arrives then; `NEVER` after the last window."""
    for at in range(jobs[job * JOB + OPENS_AT], jobs[job * JOB + CLOSES_AT], 2):
        if arrival <= windows[at + 1]:
            return max(arrival, windows[at])
    return NEVER


@compiled
def latest(jobs: Ints, windows: Ints, job: int, limit: int) -> int:
    """The last moment not after `limit` at which work can begin; -`NEVER` before the first window."""
    for at in range(jobs[job * JOB + CLOSES_AT] - 2, jobs[job * JOB + OPENS_AT] - 1, -2):
        if limit >= windows[at]:
            return min(limit, windows[at + 1])
    return -NEVER


@compiled
def after_lunch(people: Ints, person: int, left: int, drive: int, homeward: bool) -> int:
    """Lunch on the way: when somebody who left a stop at `left`, hungry, is at the next one and fed. It is eaten where
    the drive ends if its time allows, else where it begins; nobody eats on arriving home."""
    row = person * PERSON
    opens, closes, seconds = people[row + LUNCH_OPENS], people[row + LUNCH_CLOSES], people[row + LUNCH]
    if not homeward and left + drive <= closes:
        return max(left + drive, opens) + seconds
    if left <= closes:
        return max(left, opens) + seconds + drive
    return NEVER


@compiled
def before_lunch(people: Ints, person: int, due_fed: int, drive: int, homeward: bool) -> int:
    """The same backwards: when somebody hungry must leave a stop to begin fed at the next one by `due_fed`."""
    row = person * PERSON
    opens, closes, seconds = people[row + LUNCH_OPENS], people[row + LUNCH_CLOSES], people[row + LUNCH]
    begun = min(due_fed - drive - seconds, closes)
    best = begun if begun >= opens else -NEVER
    if not homeward:
        begun = min(due_fed - seconds, closes)
        if begun >= opens:
            best = max(best, begun - drive)
    return best


@inlined
def visited(
    jobs: Ints, windows: Ints, people: Ints, job: int, person: int, drive: int, free: int, fed: int
) -> tuple[int, int]:
    """When somebody who left the stop before at `free` or `fed` leaves a job (its row), in either state. `time`, the
    innermost of all, has the same written out."""
    arrived = fed + drive
    if free < NEVER:
        arrived = min(arrived, after_lunch(people, person, free, drive, False))
        free = earliest(jobs, windows, job, free + drive)
        if free < NEVER:
            free += jobs[job * JOB + SERVICE]
    fed = earliest(jobs, windows, job, arrived)
    if fed < NEVER:
        fed += jobs[job * JOB + SERVICE]
    return free, fed


@inlined
def overtime(people: Ints, person: int, drive: int, free: int, fed: int) -> int:
    """What it costs that somebody is home late who left the last stop at `free` or `fed`; `BROKEN` if it cannot be."""
    back = fed + drive
    if free < NEVER:
        back = min(back, after_lunch(people, person, free, drive, True))
    if back > people[person * PERSON + ENDS]:
        return BROKEN
    return max(0, back - people[person * PERSON + ON_TIME]) * people[person * PERSON + LATE_RATE] >> 4


@compiled
def time(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    person: int,
) -> None:
    """Write down a route's times in both directions, its load, its work, and its cost: travel, fees, work above what is
    fair, and overtime."""
    places, base, row = sizes[PLACES], person * sizes[LONGEST], person * PERSON
    count, eats = routes[person * ROUTE + STOPS], people[row + LUNCH] >= 0
    place, cost, used, work = people[row + START], 0, 0, 0
    free = people[row + BEGINS] if eats else NEVER
    fed = NEVER if eats else people[row + BEGINS]
    at = base * STOP
    stops[at + LEAVE], stops[at + SOON], stops[at + FREE], stops[at + FED] = place, min(free, fed), free, fed
    for _ in range(count):
        at += STOP
        job = stops[at + WHO]
        fee = fees[job * sizes[PEOPLE] + person]
        job += (fee & 1) * sizes[JOBS]
        there, service = jobs[job * JOB + AT], jobs[job * JOB + SERVICE]
        drive = travel[place * places + there]
        cost += drive + (fee >> 1)
        used += jobs[job * JOB + LOAD]
        work += service
        arrived = fed + drive
        if free < NEVER:
            arrived = min(arrived, after_lunch(people, person, free, drive, False))
            free = earliest(jobs, windows, job, free + drive)
            if free < NEVER:
                free += service
        fed = earliest(jobs, windows, job, arrived)
        if fed < NEVER:
            fed += service
        place = jobs[job * JOB + OUT]
        stops[at - STOP + LEG], stops[at + ENTER], stops[at + LEAVE] = drive, there, place
        stops[at + SOON], stops[at + FREE], stops[at + FED] = min(free, fed), free, fed
    home = people[row + HOME]
    drive = travel[place * places + home]
    cost += drive + (max(0, work - people[row + FAIR]) * people[row + RATE] >> 4)
    stops[at + LEG] = drive
    late = overtime(people, person, drive, free, fed) if count > 0 else 0
    routes[person * ROUTE + COST], routes[person * ROUTE + OVERTIME] = cost + late, late % BROKEN
    routes[person * ROUTE + USED], routes[person * ROUTE + WORK] = used, work
    at += STOP
    due, due_fed = -NEVER, people[row + ENDS]
    stops[at + ENTER], stops[at + DUE], stops[at + DUE_FED] = home, due, due_fed
    for left in range(count, 0, -1):
        at -= STOP
        job, drive = stops[at + WHO], stops[at + LEG]
        job += (fees[job * sizes[PEOPLE] + person] & 1) * sizes[JOBS]
        service, leave = jobs[job * JOB + SERVICE], due - drive
        if eats:
            leave = max(leave, before_lunch(people, person, due_fed, drive, left == count))
        due = latest(jobs, windows, job, leave - service)
        due_fed = latest(jobs, windows, job, due_fed - drive - service)
        stops[at + DUE], stops[at + DUE_FED] = due, due_fed


@compiled
def later_home(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    job: int,
    person: int,
    gap: int,
) -> int:
    """What overtime costs more with a job (its row) after the first `gap` stops of a route."""
    at, places = (person * sizes[LONGEST] + gap) * STOP, sizes[PLACES]
    free, fed, place = stops[at + FREE], stops[at + FED], stops[at + LEAVE]
    row = job
    for left in range(routes[person * ROUTE + STOPS] - gap, -1, -1):
        drive = travel[place * places + jobs[row * JOB + AT]]
        free, fed = visited(jobs, windows, people, row, person, drive, free, fed)
        place = jobs[row * JOB + OUT]
        if left:
            at += STOP
            row = stops[at + WHO]
            row += (fees[row * sizes[PEOPLE] + person] & 1) * sizes[JOBS]
    drive = travel[place * places + people[person * PERSON + HOME]]
    return overtime(people, person, drive, free, fed) - routes[person * ROUTE + OVERTIME]


@inlined
def best_gap(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    job: int,
    person: int,
) -> int:
    """Where a job (its row) fits into a route for the least travel and overtime: extra cost * LONGEST + stops before
    it; else `NEVER`.

    O(1) a gap, but for those who may work overtime. Holds for any travel times, also those that break the triangle
    inequality.
    """
    places, longest, row = sizes[PLACES], sizes[LONGEST], job * JOB
    count, found = routes[person * ROUTE + STOPS], NEVER
    if count < people[person * PERSON + MOST]:
        service, opens, closes = jobs[row + SERVICE], jobs[row + OPENS], jobs[row + CLOSES]
        soonest_left, near = opens + service + jobs[row + NEAR_OUT], jobs[row + NEAR_IN]
        single = jobs[row + CLOSES_AT] - jobs[row + OPENS_AT] == 2
        # from the turned table, so that both lookups stay in one row each
        into, out = (sizes[TURNED] + jobs[row + AT]) * places, jobs[row + OUT] * places
        at, spare = person * longest * STOP, routes[person * ROUTE + OVERTIME] * longest
        for gap in range(count + 1):
            if stops[at + SOON] + near > closes:
                break
            at += STOP
            due_fed = stops[at + DUE_FED]
            if due_fed < soonest_left:
                continue
            was = at - STOP
            drive, onward = travel[into + stops[was + LEAVE]], travel[out + stops[at + ENTER]]
            extra = (drive + onward - stops[was + LEG]) * longest + gap
            if extra >= found + spare:
                continue
            free, fed = stops[was + FREE], stops[was + FED]
            arrived = fed + drive
            if free < NEVER:
                arrived = min(arrived, after_lunch(people, person, free, drive, False))
            begin = max(arrived, opens)
            if not single:
                begin = earliest(jobs, windows, job, arrived)
            fits = begin <= closes and begin + service + onward <= due_fed
            if not fits and free < NEVER:
                left = earliest(jobs, windows, job, free + drive) + service
                if left < NEVER:
                    fits = left + onward <= stops[at + DUE]
                    if not fits:
                        fits = after_lunch(people, person, left, onward, gap == count) <= due_fed
            if fits:
                late = (
                    later_home(sizes, travel, jobs, windows, people, fees, stops, routes, job, person, gap)
                    if people[person * PERSON + LATE_RATE]
                    else 0
                )
                found = min(found, extra + late * longest)
    return found


@compiled
def too_late(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    stops: Ints,
    routes: Ints,
    job: int,
    person: int,
) -> int:
    """By how many seconds a job (its row) misses every place in a route, at the place where it misses least: late at
    its own door and for whatever comes after it. 0 where it fits."""
    places, row = sizes[PLACES], job * JOB
    there, out, service, closes = jobs[row + AT], jobs[row + OUT], jobs[row + SERVICE], jobs[row + CLOSES]
    at, count, least = person * sizes[LONGEST] * STOP, routes[person * ROUTE + STOPS], NEVER
    for gap in range(count + 1):
        free, fed, place = stops[at + FREE], stops[at + FED], stops[at + LEAVE]
        at += STOP
        drive, onward = travel[place * places + there], travel[out * places + stops[at + ENTER]]
        arrived = fed + drive
        if free < NEVER:
            arrived = min(arrived, after_lunch(people, person, free, drive, False))
            begin = earliest(jobs, windows, job, free + drive)
            late = 0
            if begin == NEVER:
                begin, late = free + drive, free + drive - closes
            left = begin + service
            fed_there = after_lunch(people, person, left, onward, gap == count)
            least = min(least, late + max(0, left + onward - stops[at + DUE]))
            least = min(least, late + max(0, fed_there - stops[at + DUE_FED]))
        begin = earliest(jobs, windows, job, arrived)
        late = 0
        if begin == NEVER:
            begin, late = arrived, arrived - closes
        least = min(least, late + max(0, begin + service + onward - stops[at + DUE_FED]))
    return least


@compiled
def put_in(stops: Ints, routes: Ints, longest: int, job: int, person: int, gap: int) -> None:
    """A job after the first `gap` stops of a route. The route must be timed afterwards."""
    base = person * longest
    for k in range(routes[person * ROUTE + STOPS], gap, -1):
        stops[(base + k + 1) * STOP + WHO] = stops[(base + k) * STOP + WHO]
    stops[(base + gap + 1) * STOP + WHO] = job
    routes[person * ROUTE + STOPS] += 1


@compiled
def take_out(stops: Ints, routes: Ints, longest: int, job: int, person: int) -> None:
    """A job out of a route that has it. The route must be timed afterwards."""
    base, count = person * longest, routes[person * ROUTE + STOPS]
    at = 1
    while stops[(base + at) * STOP + WHO] != job:
        at += 1
    for k in range(at, count):
        stops[(base + k) * STOP + WHO] = stops[(base + k + 1) * STOP + WHO]
    routes[person * ROUTE + STOPS] = count - 1


@compiled
def keep(stops: Ints, routes: Ints, kept_stops: Ints, kept_routes: Ints, longest: int, person: int) -> None:
    """Copy a route to where it can be brought back from; the same call the other way round brings it back."""
    base = person * longest * STOP
    for k in range(base, base + (routes[person * ROUTE + STOPS] + 2) * STOP):
        kept_stops[k] = stops[k]
    for k in range(person * ROUTE, (person + 1) * ROUTE):
        kept_routes[k] = routes[k]


@compiled
def renew(routes: Ints, counters: Ints, person: int) -> None:
    """This route is another one now: what was remembered about it holds no more."""
    counters[VERSIONS] += 1
    routes[person * ROUTE + VERSION] = counters[VERSIONS]


@inlined
def look(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    prices: Ints,
    job: int,
    person: int,
) -> None:
    """Remember what a job costs in a route as it is now: `best_gap`, its fee, and work above what is fair."""
    pair, price = job * sizes[PEOPLE] + person, NEVER
    fee = fees[pair]
    row = job + (fee & 1) * sizes[JOBS]
    if routes[person * ROUTE + USED] + jobs[row * JOB + LOAD] <= people[person * PERSON + ROOM]:
        price = best_gap(sizes, travel, jobs, windows, people, fees, stops, routes, row, person)
        if price < NEVER:
            spare = max(0, people[person * PERSON + FAIR] - routes[person * ROUTE + WORK])
            over = max(0, jobs[row * JOB + SERVICE] - spare) * people[person * PERSON + RATE] >> 4
            price += ((fee >> 1) + over) * sizes[LONGEST]
    prices[pair * 2], prices[pair * 2 + 1] = routes[person * ROUTE + VERSION], price


@inlined
def ask_again(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    prices: Ints,
    scratch: Ints,
    job: int,
    changed: int,
) -> int:
    """Who takes a job for least and who for second least, now that one route has changed (-1: all are new). Returns how
    much worse the second is, -`NEVER` where nobody takes it. `scratch` has least, second, and who they are."""
    n_people, n_jobs = sizes[PEOPLE], sizes[JOBS]
    second, who, runner_up = n_jobs + job, 2 * n_jobs + job, 3 * n_jobs + job
    begins, ends = changed, changed + 1
    if scratch[who] == -2 or changed == scratch[who] or changed == scratch[runner_up]:
        scratch[job] = scratch[second] = jobs[job * JOB + PRIZE] * sizes[LONGEST]
        scratch[who] = scratch[runner_up] = -1
        begins, ends = 0, n_people
    for person in range(begins, ends):
        at = (job * n_people + person) * 2
        if prices[at] != routes[person * ROUTE + VERSION]:
            if prices[at] == FORBIDDEN:
                continue
            look(sizes, travel, jobs, windows, people, fees, stops, routes, prices, job, person)
        price = prices[at + 1]
        if price < scratch[job]:
            scratch[second], scratch[runner_up] = scratch[job], scratch[who]
            scratch[job], scratch[who] = price, person
        elif price < scratch[second]:
            scratch[second], scratch[runner_up] = price, person
    return scratch[second] - scratch[job] if scratch[who] >= 0 else -NEVER


@compiled
def construct(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    prices: Ints,
    counters: Ints,
    order: Ints,
    scratch: Ints,
) -> None:
    """Insertion by regret-2 (Potvin and Rousseau 1993): in each tier, first the job that loses most if it must take its
    second best technician. `order` has the jobs without a technician, tier by tier; `scratch` four numbers a job."""
    longest, who = sizes[LONGEST], 2 * sizes[JOBS]
    begins = 0
    while begins < len(order):
        ends = begins
        while ends < len(order) and jobs[order[ends] * JOB + WORTH] == jobs[order[begins] * JOB + WORTH]:
            scratch[who + order[ends]] = -2  # nobody was asked yet
            ends += 1
        changed = -1
        while begins < ends:
            pick, most = -1, -NEVER
            for x in range(begins, ends):
                regret = ask_again(
                    sizes,
                    travel,
                    jobs,
                    windows,
                    people,
                    fees,
                    stops,
                    routes,
                    prices,
                    scratch,
                    order[x],
                    changed,
                )
                if regret > most:
                    pick, most = x, regret
            if pick < 0:
                break
            job = order[pick]
            person = scratch[who + job]
            put_in(stops, routes, longest, job, person, scratch[job] % longest)
            time(sizes, travel, jobs, windows, people, fees, stops, routes, person)
            renew(routes, counters, person)
            where[job], changed = person, person
            order[pick] = order[begins]
            begins += 1
        begins = ends


@compiled
def ruin(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    neighbours: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    counters: Ints,
    kept_stops: Ints,
    kept_routes: Ints,
    touched: Ints,
    changed: Ints,
    scratch: Ints,
    strings: int,
    string: int,
) -> None:
    """Take strings of visits out of routes near a seed; whoever has no technician near it gets another try as well."""
    n_jobs, longest, near = sizes[JOBS], sizes[LONGEST], sizes[NEIGHBOURS]
    todo, was = 2 * n_jobs, 2 * n_jobs
    counters[TOUCHED] = counters[MOVED] = counters[TODO] = counters[BEFORE] = 0
    counters[LOST] = counters[LOST_WORTH] = 0
    seed = counters[SEED] = below(counters, n_jobs)
    wanted = 1 + (below(counters, strings) >> 4)
    for x in range(-1, near):
        job = seed if x < 0 else neighbours[seed * near + x]
        person = where[job]
        if person < 0 or touched[person]:
            continue
        count, base = routes[person * ROUTE + STOPS], person * longest
        keep(stops, routes, kept_stops, kept_routes, longest, person)
        touched[person] = 1
        scratch[n_jobs + counters[TOUCHED]] = person
        counters[TOUCHED] += 1
        counters[BEFORE] += routes[person * ROUTE + COST]
        at = 1
        while stops[(base + at) * STOP + WHO] != job:
            at += 1
        # a string around the job, and now and then some of its middle is spared
        taken = 1 + below(counters, min(string, count))
        spared = 0
        if taken > 1 and dice(counters) & 1:
            spared = min(1, count - taken)
            while spared and taken + spared < count and not dice(counters) & 63:
                spared += 1
        span = taken + spared
        first = min(max(1, at - below(counters, span)), count + 1 - span)
        spare = first + below(counters, taken + 1)
        stay = 0
        for k in range(1, count + 1):
            one = stops[(base + k) * STOP + WHO]
            takes = first <= k < first + span and not spare <= k < spare + spared
            if takes and not jobs[one * JOB + HELD]:
                scratch[was + counters[MOVED]] = person
                changed[n_jobs + one] = 1
                changed[counters[MOVED]] = one
                counters[MOVED] += 1
                where[one] = -1
                counters[LOST] += jobs[one * JOB + PRIZE]
                counters[LOST_WORTH] += jobs[one * JOB + WORTH]
                changed[todo + counters[TODO]] = one
                counters[TODO] += 1
            else:
                stay += 1
                stops[(base + stay) * STOP + WHO] = one
        routes[person * ROUTE + STOPS] = stay
        time(sizes, travel, jobs, windows, people, fees, stops, routes, person)
        renew(routes, counters, person)
        if counters[TOUCHED] >= wanted:
            break
    for x in range(-1, near):
        job = seed if x < 0 else neighbours[seed * near + x]
        if where[job] < 0 and not changed[n_jobs + job]:
            changed[todo + counters[TODO]] = job
            counters[TODO] += 1


@compiled
def invite(
    sizes: Ints, neighbours: Ints, where: Ints, counters: Ints, touched: Ints, scratch: Ints, everybody: int
) -> int:
    """Who might take the jobs: all, if they are not more than `everybody`, else those who were ruined, those near the
    seed, and a few by chance. Returns how many; 0 for all."""
    n_people, asked, seed = sizes[PEOPLE], sizes[JOBS], counters[SEED]
    if n_people <= everybody:
        return 0
    every = sizes[NEIGHBOURS]
    near = min(every, ASKED)
    count = counters[TOUCHED]
    for x in range(count):
        touched[scratch[asked + x]] |= 2
    for x in range(near + 4):
        person = where[neighbours[seed * every + x]] if x < near else below(counters, n_people)
        if person >= 0 and not touched[person] & 2:
            touched[person] |= 2
            scratch[asked + count] = person
            count += 1
    return count


@compiled
def line_up(sizes: Ints, travel: Ints, jobs: Ints, counters: Ints, changed: Ints, scratch: Ints) -> None:
    """The order in which jobs are put back: by chance, by prize, the longest, the farthest, the first or the most
    narrow window first."""
    todo, way = 2 * sizes[JOBS], below(counters, 100)
    for x in range(counters[TODO]):
        job = changed[todo + x]
        row = job * JOB
        if way < 30:
            key = dice(counters)
        elif way < 60:
            key = below(counters, 4096) - (jobs[row + PRIZE] << 12)
        elif way < 75:
            key = below(counters, 4096) - (jobs[row + SERVICE] << 4)
        elif way < 85:
            key = -travel[jobs[counters[SEED] * JOB + AT] * sizes[PLACES] + jobs[row + AT]]
        elif way < 93:
            key = jobs[row + OPENS]
        else:
            key = jobs[row + CLOSES] - jobs[row + OPENS]
        y = x - 1
        while y >= 0 and scratch[y] > key:
            scratch[y + 1] = scratch[y]
            changed[todo + y + 1] = changed[todo + y]
            y -= 1
        scratch[y + 1] = key
        changed[todo + y + 1] = job


@inlined
def cheapest(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    blinks: Ints,
    stops: Ints,
    routes: Ints,
    prices: Ints,
    counters: Ints,
    scratch: Ints,
    job: int,
    invited: int,
) -> int:
    """Who takes a job for least, if that is cheaper than leaving it, else -1. Now and then somebody is overlooked."""
    n_people, longest = sizes[PEOPLE], sizes[LONGEST]
    chosen, least = -1, jobs[job * JOB + PRIZE] * longest
    for x in range(invited if invited else n_people):
        person = scratch[sizes[JOBS] + x] if invited else x
        at = (job * n_people + person) * 2
        if prices[at] != routes[person * ROUTE + VERSION]:
            if prices[at] == FORBIDDEN:
                continue
            twin = people[person * PERSON + TWIN]
            if twin >= 0 and not routes[person * ROUTE + STOPS] and not routes[twin * ROUTE + STOPS]:
                continue
            look(sizes, travel, jobs, windows, people, fees, stops, routes, prices, job, person)
        price = prices[at + 1]
        if price < least:
            counters[BLINK] -= 1
            if counters[BLINK] < 0:
                counters[BLINK] = blinks[dice(counters) & 1023]
                continue
            least, chosen = price, person
    return chosen


@compiled
def recreate(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    blinks: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    prices: Ints,
    counters: Ints,
    kept_stops: Ints,
    kept_routes: Ints,
    touched: Ints,
    changed: Ints,
    scratch: Ints,
    invited: int,
) -> None:
    """Put the jobs back, one after the other, each where it is cheapest."""
    n_people, n_jobs, longest = sizes[PEOPLE], sizes[JOBS], sizes[LONGEST]
    for x in range(counters[TODO]):
        job = changed[2 * n_jobs + x]
        person = cheapest(
            sizes,
            travel,
            jobs,
            windows,
            people,
            fees,
            blinks,
            stops,
            routes,
            prices,
            counters,
            scratch,
            job,
            invited,
        )
        if person < 0:
            continue
        if not touched[person] & 1:
            keep(stops, routes, kept_stops, kept_routes, longest, person)
            touched[person] |= 1
            counters[BEFORE] += routes[person * ROUTE + COST]
            if not invited:
                scratch[n_jobs + counters[TOUCHED]] = person
            counters[TOUCHED] += 1
        put_in(stops, routes, longest, job, person, prices[(job * n_people + person) * 2 + 1] % longest)
        time(sizes, travel, jobs, windows, people, fees, stops, routes, person)
        renew(routes, counters, person)
        if not changed[n_jobs + job]:
            scratch[2 * n_jobs + counters[MOVED]] = -1
            changed[n_jobs + job] = 1
            changed[counters[MOVED]] = job
            counters[MOVED] += 1
        where[job] = person
        counters[LOST] -= jobs[job * JOB + PRIZE]
        counters[LOST_WORTH] -= jobs[job * JOB + WORTH]


@compiled
def decide(
    sizes: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    counters: Ints,
    best: Ints,
    kept_stops: Ints,
    kept_routes: Ints,
    touched: Ints,
    changed: Ints,
    scratch: Ints,
    allowed: int,
    invited: int,
) -> None:
    """Keep what came out if it costs at most `allowed` more than before, else go back to what was."""
    n_jobs, longest = sizes[JOBS], sizes[LONGEST]
    asked, count = n_jobs, invited if invited else counters[TOUCHED]
    travelled = -counters[BEFORE]
    for x in range(count):
        if touched[scratch[asked + x]] & 1:
            travelled += routes[scratch[asked + x] * ROUTE + COST]
    kept = travelled + counters[LOST] <= allowed
    for x in range(count):
        person = scratch[asked + x]
        if touched[person] & 1:
            if kept:
                routes[person * ROUTE + CHANGED] = 1
            else:
                keep(kept_stops, kept_routes, stops, routes, longest, person)
        touched[person] = 0
    for x in range(counters[MOVED]):
        if not kept:
            where[changed[x]] = scratch[2 * n_jobs + x]
        changed[n_jobs + changed[x]] = 0
    if kept:
        counters[WORTH_NOW] += travelled + counters[LOST_WORTH]
        if counters[WORTH_NOW] < counters[BEST]:
            counters[BEST] = counters[WORTH_NOW]
            counters[BETTER] += 1
            remember(sizes, stops, routes, best)


@compiled
def may_follow(
    sizes: Ints, jobs: Ints, kept_stops: Ints, prices: Ints, giver: int, first: int, last: int, person: int
) -> bool:
    """Whether somebody may take over the stops from `first` to `last` of a route that was kept."""
    base = giver * sizes[LONGEST]
    for at in range(base + first, base + last + 1):
        job = kept_stops[at * STOP + WHO]
        if jobs[job * JOB + HELD] or prices[(job * sizes[PEOPLE] + person) * 2] == FORBIDDEN:
            return False
    return True


@compiled
def cheaper(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    counters: Ints,
    kept_stops: Ints,
    kept_routes: Ints,
    one: int,
    other: int,
) -> bool:
    """Time two routes (or one) that were written anew, and go back to those that were kept unless these cost less."""
    longest, saved, holds = sizes[LONGEST], 0, True
    for x in range(2):
        person = other if x else one
        if x and one == other:
            break
        time(sizes, travel, jobs, windows, people, fees, stops, routes, person)
        saved += kept_routes[person * ROUTE + COST] - routes[person * ROUTE + COST]
        if routes[person * ROUTE + USED] > people[person * PERSON + ROOM]:
            holds = False
    holds = holds and saved > 0
    for x in range(2):
        person = other if x else one
        if x and one == other:
            break
        if holds:
            renew(routes, counters, person)
            for at in range(person * longest + 1, person * longest + 1 + routes[person * ROUTE + STOPS]):
                where[stops[at * STOP + WHO]] = person
        else:
            keep(kept_stops, kept_routes, stops, routes, longest, person)
    return holds


@compiled
def swap_tails(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    prices: Ints,
    counters: Ints,
    kept_stops: Ints,
    kept_routes: Ints,
    one: int,
    a: int,
    other: int,
    b: int,
) -> bool:
    """2-opt* (Potvin and Rousseau 1995): two technicians go on with each other's visits, the one after their stop `a`
    with the other's from `b` on. Done only where it costs less."""
    longest, places = sizes[LONGEST], sizes[PLACES]
    n, m = routes[one * ROUTE + STOPS], routes[other * ROUTE + STOPS]
    if a + m - b + 1 > people[one * PERSON + MOST] or b - 1 + n - a > people[other * PERSON + MOST]:
        return False
    at, to = (one * longest + a) * STOP, (other * longest + b) * STOP
    end, last = (one * longest + n) * STOP, (other * longest + m) * STOP
    home, home_of_other = people[one * PERSON + HOME], people[other * PERSON + HOME]
    gain = stops[at + LEG] + stops[to - STOP + LEG] + stops[last + LEG]
    gain -= travel[stops[at + LEAVE] * places + stops[to + ENTER]]
    gain -= travel[stops[last + LEAVE] * places + home]
    if a == n:
        gain -= travel[stops[to - STOP + LEAVE] * places + home_of_other]
    else:
        gain += stops[end + LEG] - travel[stops[end + LEAVE] * places + home_of_other]
        gain -= travel[stops[to - STOP + LEAVE] * places + stops[at + STOP + ENTER]]
    if gain <= 0:
        return False
    if not may_follow(sizes, jobs, stops, prices, one, a + 1, n, other):
        return False
    if not may_follow(sizes, jobs, stops, prices, other, b, m, one):
        return False
    keep(stops, routes, kept_stops, kept_routes, longest, one)
    keep(stops, routes, kept_stops, kept_routes, longest, other)
    for x in range(m - b + 1):
        stops[at + (x + 1) * STOP + WHO] = kept_stops[to + x * STOP + WHO]
    for x in range(n - a):
        stops[to + x * STOP + WHO] = kept_stops[at + (x + 1) * STOP + WHO]
    routes[one * ROUTE + STOPS], routes[other * ROUTE + STOPS] = a + m - b + 1, b - 1 + n - a
    return cheaper(
        sizes,
        travel,
        jobs,
        windows,
        people,
        fees,
        stops,
        routes,
        where,
        counters,
        kept_stops,
        kept_routes,
        one,
        other,
    )


@compiled
def move_string(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    prices: Ints,
    counters: Ints,
    kept_stops: Ints,
    kept_routes: Ints,
    one: int,
    a: int,
    count: int,
    other: int,
    b: int,
) -> bool:
    """Or-opt (Or 1976), also between routes: `count` visits from `a` on of a route come after the first `b` stops of
    another, or of their own. Done only where it costs less."""
    longest, places = sizes[LONGEST], sizes[PLACES]
    if one == other:
        if a - 1 <= b < a + count:
            return False
    elif routes[other * ROUTE + STOPS] + count > people[other * PERSON + MOST]:
        return False
    at, to = (one * longest + a) * STOP, (other * longest + b) * STOP
    end = at + (count - 1) * STOP
    gain = stops[at - STOP + LEG] + stops[end + LEG] + stops[to + LEG]
    gain -= travel[stops[at - STOP + LEAVE] * places + stops[end + STOP + ENTER]]
    gain -= travel[stops[to + LEAVE] * places + stops[at + ENTER]]
    gain -= travel[stops[end + LEAVE] * places + stops[to + STOP + ENTER]]
    if gain <= 0 or not may_follow(sizes, jobs, stops, prices, one, a, a + count - 1, other):
        return False
    keep(stops, routes, kept_stops, kept_routes, longest, one)
    keep(stops, routes, kept_stops, kept_routes, longest, other)
    for x in range(2):
        person = other if x else one
        if x and one == other:
            break
        base, stay = person * longest, 0
        for k in range(kept_routes[person * ROUTE + STOPS] + 1):
            if k > 0 and not (person == one and a <= k < a + count):
                stay += 1
                stops[(base + stay) * STOP + WHO] = kept_stops[(base + k) * STOP + WHO]
            if person == other and k == b:
                for y in range(count):
                    stay += 1
                    stops[(base + stay) * STOP + WHO] = kept_stops[at + y * STOP + WHO]
        routes[person * ROUTE + STOPS] = stay
    return cheaper(
        sizes,
        travel,
        jobs,
        windows,
        people,
        fees,
        stops,
        routes,
        where,
        counters,
        kept_stops,
        kept_routes,
        one,
        other,
    )


@compiled
def polish(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    neighbours: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    prices: Ints,
    counters: Ints,
    kept_stops: Ints,
    kept_routes: Ints,
    begins: int,
    ends: int,
) -> int:
    """Bring each of these jobs together with its neighbours, by `swap_tails` and `move_string`, where that shortens the
    way. Returns how often it did."""
    longest, near, better = sizes[LONGEST], sizes[NEIGHBOURS], 0
    for job in range(begins, ends):
        for x in range(min(near, CLOSEST)):
            beside = neighbours[job * near + x]
            one, other = where[job], where[beside]
            if one < 0 or other < 0:
                continue
            a = b = 1
            while stops[(one * longest + a) * STOP + WHO] != job:
                a += 1
            while stops[(other * longest + b) * STOP + WHO] != beside:
                b += 1
            done = one != other and swap_tails(
                sizes,
                travel,
                jobs,
                windows,
                people,
                fees,
                stops,
                routes,
                where,
                prices,
                counters,
                kept_stops,
                kept_routes,
                one,
                a,
                other,
                b,
            )
            for way in range(0 if done else 4 * STRING):
                count = 1 + way // 4
                first = a if way & 1 else a - count + 1
                if first < 1 or first + count - 1 > routes[one * ROUTE + STOPS]:
                    continue
                # with the job at the string's begin it comes after its neighbour, at its end before it; or beside
                if move_string(
                    sizes,
                    travel,
                    jobs,
                    windows,
                    people,
                    fees,
                    stops,
                    routes,
                    where,
                    prices,
                    counters,
                    kept_stops,
                    kept_routes,
                    one,
                    first,
                    count,
                    other,
                    b if way & 2 else b - 1,
                ):
                    done = True
                    break
            better += done
    return better


@compiled
def miss(sizes: Ints, jobs: Ints, where: Ints) -> None:
    """Whoever has no technician for long is worth a little more, up to a fifth, and less again once served: so the
    search does not leave the same jobs out again and again. Plans are compared by what jobs are truly worth."""
    for job in range(sizes[JOBS]):
        row = job * JOB
        prize, face = jobs[row + PRIZE], jobs[row + FACE]
        if where[job] < 0:
            jobs[row + PRIZE] = min(prize + (prize + 99) // 100, face + face // 5)
        else:
            jobs[row + PRIZE] = max(prize - prize // 100, face)


@compiled
def remember(sizes: Ints, stops: Ints, routes: Ints, best: Ints) -> None:
    """Write the plan down as the best so far: the routes that have changed since the last time."""
    longest = sizes[LONGEST]
    for person in range(sizes[PEOPLE]):
        if not routes[person * ROUTE + CHANGED]:
            continue
        routes[person * ROUTE + CHANGED] = 0
        base = person * longest
        best[base] = routes[person * ROUTE + STOPS]
        for k in range(base + 1, base + 1 + best[base]):
            best[k] = stops[k * STOP + WHO]


@compiled
def search(
    sizes: Ints,
    travel: Ints,
    jobs: Ints,
    windows: Ints,
    people: Ints,
    fees: Ints,
    neighbours: Ints,
    luck: Ints,
    blinks: Ints,
    stops: Ints,
    routes: Ints,
    where: Ints,
    prices: Ints,
    counters: Ints,
    best: Ints,
    kept_stops: Ints,
    kept_routes: Ints,
    touched: Ints,
    changed: Ints,
    scratch: Ints,
    rounds: int,
    heat: int,
    strings: int,
    string: int,
    everybody: int,
) -> None:
    """So many rounds of ruin and recreate at one temperature.

    `heat` is in 1/16 of a unit of cost; `strings` is how many strings are removed at most, in 1/16; `string` is the
    longest; `everybody` is how many technicians are all asked. `where` has the route of each job or -1; `prices` two
    numbers for each job and person: the version of the route that was looked at, and what `best_gap` said. `best` has
    the best plan so far, LONGEST numbers a route, the first the count of stops. `changed` has the jobs that moved, a
    mark for each job, and the jobs to put back; `scratch` keys to sort by, the people touched or invited, and where the
    jobs that moved were.
    """
    for _ in range(rounds):
        ruin(
            sizes,
            travel,
            jobs,
            windows,
            people,
            fees,
            neighbours,
            stops,
            routes,
            where,
            counters,
            kept_stops,
            kept_routes,
            touched,
            changed,
            scratch,
            strings,
            string,
        )
        invited = invite(sizes, neighbours, where, counters, touched, scratch, everybody)
        line_up(sizes, travel, jobs, counters, changed, scratch)
        recreate(
            sizes,
            travel,
            jobs,
            windows,
            people,
            fees,
            blinks,
            stops,
            routes,
            where,
            prices,
            counters,
            kept_stops,
            kept_routes,
            touched,
            changed,
            scratch,
            invited,
        )
        allowed = (heat * luck[dice(counters) & 4095]) >> 16
        decide(
            sizes,
            stops,
            routes,
            where,
            counters,
            best,
            kept_stops,
            kept_routes,
            touched,
            changed,
            scratch,
            allowed,
            invited,
        )
