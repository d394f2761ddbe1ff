"""Cut plans beside what is proved of them: python cutting.py FIGURES SECONDS PEER_SECONDS COUNT [FOLDER]

Needs highspy (pip install highspy). FIGURES is the program that `cargo bench -p garment --no-run` names. It makes COUNT
orders and plans each in SECONDS of computing. Where its own bound leaves more than one percent, that bound gets PEER_SECONDS
more; where that is not enough either, HiGHS gets the same order with one thread and PEER_SECONDS: every marker that the rules
allow is a column, with whole plies of each colour and whole lays. Rolls are left out of that, so its bound holds for them
too. The highest bound counts. A line for each order: our total, our bound, the bound and the plan of HiGHS if it was asked,
the gap to the highest bound in percent, lays; at the end how many are within one percent.
"""

import pathlib
import subprocess
import sys
import tempfile
import tomllib

import highspy
import numpy as np


def markers(order):
    """Every marker that fits: its garments by sizes, and what a ply of it takes in millimetres."""
    sizes = [size["id"] for size in order["size"]]
    areas = [round(size["area"] * 1e6) for size in order["size"]]
    most = [max(colour["wanted"].get(size, 0) for colour in order["colour"]) for size in sizes]
    points = sorted((row["garments"], round(row["percent"] * 100)) for row in order["utilisation"])
    millimetres = lambda metres: round(metres * 1000)

    def covered(n):
        if n >= points[-1][0]:
            return points[-1][1]
        for (a, low), (b, high) in zip([(0, points[0][1])] + points, points):
            if n <= b:
                step = (high - low) * (n - a)
                return low + int(step / (b - a)) if a else high
        raise ValueError(n)

    found = []

    def extend(at, left, counts):
        if at == len(sizes):
            n = sum(counts)
            if n:
                area = sum(a * c for a, c in zip(areas, counts))
                per = millimetres(order["width"]) * covered(n)
                ply = (area * 10000 + per - 1) // per + millimetres(order["ends"])
                if ply <= millimetres(order["table"]):
                    found.append((tuple(counts), ply))
            return
        for count in range(min(left, most[at]) + 1):
            extend(at + 1, left - count, counts + [count])

    extend(0, order["garments"], [])
    return sizes, found


def peer(order, seconds):
    """The bound and the plan of HiGHS, in millimetres."""
    sizes, listed = markers(order)
    colours, lay = order["colour"], round(order["lay"] * 1000)
    highs = highspy.Highs()
    for option, value in [("output_flag", False), ("threads", 1), ("time_limit", seconds), ("mip_rel_gap", 1e-6)]:
        highs.setOptionValue(option, value)
    lp = highspy.HighsLp()
    columns, over = len(listed) * (len(colours) + 1), order["overcut"] * 100
    rows = len(colours) * len(sizes) + len(listed)
    lower, upper = [], []
    for colour in colours:
        for size in sizes:
            wanted = colour["wanted"].get(size, 0)
            lower.append(wanted)
            upper.append(wanted + wanted * over // 10000)
    lower += [-highspy.kHighsInf] * len(listed)
    upper += [0] * len(listed)
    costs, starts, index, values = [], [0], [], []
    for at, (counts, ply) in enumerate(listed):
        for colour in range(len(colours)):
            costs.append(ply)
            for size, count in enumerate(counts):
                if count:
                    index.append(colour * len(sizes) + size)
                    values.append(count)
            index.append(len(colours) * len(sizes) + at)
            values.append(1)
            starts.append(len(index))
        costs.append(lay)
        index.append(len(colours) * len(sizes) + at)
        values.append(-order["plies"])
        starts.append(len(index))
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = np.array(costs, dtype=float)
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, highspy.kHighsInf)
    lp.row_lower_, lp.row_upper_ = np.array(lower, dtype=float), np.array(upper, dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(starts), np.array(index)
    lp.a_matrix_.value_ = np.array(values, dtype=float)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
    highs.passModel(lp)
    highs.run()
    info = highs.getInfo()
    return info.mip_dual_bound, info.objective_function_value


def main():
    figures, seconds, peer_seconds, count = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
    with tempfile.TemporaryDirectory() as scratch:
        folder = sys.argv[5] if len(sys.argv) > 5 else scratch
        subprocess.run([figures, "orders", folder, count], check=True)
        within, gaps = 0, []
        for path in sorted(pathlib.Path(folder).glob("*.toml"))[: int(count)]:
            run = subprocess.run([figures, "cut", seconds, str(path)], capture_output=True, text=True)
            if run.returncode:
                print(path.name, "no plan:", run.stderr.strip().splitlines()[-1], flush=True)
                continue
            words = run.stdout.split()
            total, own, lays, fewest = int(words[1]), int(words[2]), words[5], words[6]
            bound, asked = own, "HiGHS not asked"
            if total > own * 1.01:
                further = [figures, "bound", str(peer_seconds), str(path)]
                run = subprocess.run(further, capture_output=True, text=True, check=True)
                own = max(own, int(run.stdout.split()[1]))
                bound = own
            if total > own * 1.01:
                bound, plan = peer(tomllib.loads(path.read_text()), peer_seconds)
                asked = f"HiGHS bound {bound:.0f} plan {plan:.0f}"
            gap = (total / max(own, bound) - 1) * 100
            gaps.append(gap)
            within += gap <= 1
            told = f"ours {total}, bound {own}, {asked}, gap {gap:.3f} %, lays {lays} ({fewest})"
            print(f"{path.name}: {told}", flush=True)
        print(f"within 1 %: {within} of {len(gaps)}, widest {max(gaps):.3f} %, mean gap {sum(gaps) / len(gaps):.3f} %")


if __name__ == "__main__":
    main()
