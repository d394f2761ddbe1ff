#!/usr/bin/env python3
"""CityFlow's rules beside CityFlow, an hour under the first four green phases for 25 s each, with 5 s of phase 0 after each or before:

    python benches/traffic/cityflow.py --lianchi LIANCHI [--cityflow PROGRAM] ROADNET FLOW [ROADNET FLOW…]

PROGRAM is built from `cityflow.cpp` beside this file and CityFlow's sources, outside the repository."""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path


def planned(net, before):
    for crossing in net["intersections"]:
        phases = crossing.get("trafficLight", {}).get("lightphases", [])
        if len(phases) > 4:
            pause, greens = dict(phases[0], time=5), [dict(phase, time=25) for phase in phases[1:5]]
            pairs = [[pause, green] if before else [green, pause] for green in greens]
            crossing["trafficLight"]["lightphases"] = sum(pairs, [])
    return net


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lianchi", required=True)
    options.add_argument("--cityflow")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("files", nargs="+")
    args = options.parse_args()
    for net, flow in zip(args.files[::2], args.files[1::2]):
        for before in [False, True]:
            with tempfile.TemporaryDirectory() as scratch:
                road, config = Path(scratch) / "net.json", Path(scratch) / "config.json"
                road.write_text(json.dumps(planned(json.loads(Path(net).read_text()), before)))
                config.write_text(json.dumps({
                    "interval": 1.0, "seed": 0, "dir": "", "roadnetFile": str(road), "flowFile": str(Path(flow).resolve()),
                    "rlTrafficLight": False, "laneChange": False, "saveReplay": False}))
                ours = [args.lianchi, "traffic", "run", str(road), flow, "--seconds", "3600", "--json"]
                commands = {"ours": ours, **({"CityFlow": [args.cityflow, str(config)]} if args.cityflow else {})}
                print(f"{Path(net).name}, phase 0 {'before' if before else 'after'} each green")
                for name, command in commands.items():
                    runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                            for _ in range(args.runs)]
                    cpu = sum(run["cpu_seconds"] for run in runs)
                    rate = sum(run["vehicle_steps"] for run in runs) / max(cpu, 0.01)
                    print(f"  {name:<10} travel time {runs[0]['travel_time']:.3f} s, {runs[0]['running']} on the road, "
                          f"{rate:,.0f} vehicle-steps a CPU second")


if __name__ == "__main__":
    main()
