"""Fewest stations by CABS, beside ours: python compare.py SECONDS FILE.alb…

Needs didppy (pip install didppy). The model is the one of Kuroiwa and Beck (ICAPS 2023) with the bounds LM1, LM2 and LM3. A line
for each file: its name, stations, bound, whether proved, and the seconds on the wall; at the end how many were proved. CABS counts
seconds on the wall, so nothing else should run meanwhile.
"""

import math
import sys
import time

import didppy as dp


def read(path):
    sections, name = {}, None
    for line in open(path, encoding="utf-8"):
        line = line.strip()
        if line.startswith("<"):
            name = line.strip("<>")
            sections[name] = []
        elif line:
            sections[name].append(line)
    n = int(sections["number of tasks"][0])
    cycle = int(sections["cycle time"][0])
    times = [0] * n
    for row in sections["task times"]:
        task, length = row.split()
        times[int(task) - 1] = int(length)
    before = [set() for _ in range(n)]
    for row in sections["precedence relations"]:
        first, second = row.split(",")
        before[int(second) - 1].add(int(first) - 1)
    return n, cycle, times, before


def solve(path, seconds):
    n, cycle, times, before = read(path)
    model = dp.Model()
    task = model.add_object_type(number=n)
    undone = model.add_set_var(object_type=task, target=list(range(n)))
    idle = model.add_int_resource_var(target=0, less_is_better=False)
    time_of = model.add_int_table(times)
    halves = model.add_int_table([1 if 2 * t > cycle else 0 for t in times])
    at_half = model.add_float_table([0.5 if 2 * t == cycle else 0.0 for t in times])
    third = lambda t: 1.0 if 3 * t > 2 * cycle else 2 / 3.001 if 3 * t == 2 * cycle else 0.5 if 3 * t > cycle else 1 / 3.001 if 3 * t == cycle else 0.0
    thirds = model.add_float_table([third(t) for t in times])
    model.add_base_case([undone.is_empty()])
    ready = [undone.contains(i) & (times[i] <= idle) & (undone & model.create_set_const(task, list(before[i]))).is_empty() for i in range(n)]
    for i in range(n):
        model.add_transition(dp.Transition(
            name=str(i), cost=dp.IntExpr.state_cost(),
            effects=[(undone, undone.remove(i)), (idle, idle - times[i])], preconditions=[ready[i]]))
    model.add_transition(dp.Transition(
        name="station", cost=1 + dp.IntExpr.state_cost(), effects=[(idle, cycle)],
        preconditions=[~one for one in ready]), forced=True)
    model.add_dual_bound(math.ceil((time_of[undone] - idle) / cycle))
    model.add_dual_bound(halves[undone] + math.ceil(at_half[undone]) - (2 * idle >= cycle).if_then_else(1, 0))
    model.add_dual_bound(math.ceil(thirds[undone]) - (3 * idle >= cycle).if_then_else(1, 0))
    begun = time.perf_counter()
    solution = dp.CABS(model, time_limit=seconds, quiet=True, threads=1).search()
    return solution.cost, solution.best_bound, solution.is_optimal, time.perf_counter() - begun


def main():
    seconds, proved = float(sys.argv[1]), 0
    for path in sys.argv[2:]:
        cost, bound, optimal, took = solve(path, seconds)
        proved += bool(optimal)
        print(path, cost, bound, str(bool(optimal)).lower(), f"{took:.2f}", flush=True)
    print(f"proved {proved} of {len(sys.argv) - 2}")


if __name__ == "__main__":
    main()
