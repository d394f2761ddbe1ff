"""Markers by sparrow, beside ours at equal seconds of computing: python markers.py FIGURES SECONDS SEEDS FILE…

Needs spyrrow (pip install spyrrow). FIGURES is the program that `cargo bench -p garment --no-run` names. For each file and seed
sparrow runs with one worker for SECONDS on the wall; what it computed meanwhile is measured, and ours is given as much. At the
end the means of each file.
"""

import json
import resource
import subprocess
import sys

import spyrrow


def sparrow(path, seconds, seed):
    """Density, and seconds computed; in a process of its own, so that its seconds are told apart."""
    run = subprocess.run([sys.executable, __file__, "--one", path, str(seconds), str(seed)], capture_output=True, text=True, check=True)
    density, computed = run.stdout.split()[-2:]
    return float(density), float(computed)


def one(path, seconds, seed):
    document = json.load(open(path, encoding="utf-8"))
    items = []
    for item in document["items"]:
        turns = item.get("allowed_orientations")
        if "orientation" in item:
            turns = item["orientation"]["rotation"].get("angles")
        items.append(spyrrow.Item(str(item["id"]), [tuple(at) for at in item["shape"]["data"]], item["demand"], turns))
    instance = spyrrow.StripPackingInstance(document["name"], document["strip_height"], items)
    found = instance.solve(spyrrow.StripPackingConfig(
        early_termination=False, total_computation_time=int(seconds), num_workers=1, seed=int(seed)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(found.density * 100, used.ru_utime + used.ru_stime)


def ours(figures, path, seconds, seed):
    run = subprocess.run([figures, "nest-one", f"{seconds}", f"{seed}", path], capture_output=True, text=True, check=True)
    return float(run.stdout.split()[2])


def main():
    figures, seconds, seeds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for path in sys.argv[4:]:
        rows = []
        for seed in range(1, seeds + 1):
            theirs, computed = sparrow(path, seconds, seed)
            rows.append((theirs, ours(figures, path, computed, seed)))
            print(f"{path} seed {seed}: {computed:.1f} s, sparrow {theirs:.3f} %, ours {rows[-1][1]:.3f} %", flush=True)
        mean = [sum(row[at] for row in rows) / seeds for at in (0, 1)]
        print(f"{path} mean of {seeds}: sparrow {mean[0]:.2f} %, ours {mean[1]:.2f} %", flush=True)


if __name__ == "__main__":
    one(*sys.argv[2:5]) if sys.argv[1] == "--one" else main()
