#!/usr/bin/env python3
"""What detectors count, ours beside SUMO's, on the same network and demand:

    python benches/traffic/detectors.py --sumo SUMO --lianchi LIANCHI --begin S --end S [--seeds 5] FOLDER

The folder holds one `.net.xml` and one `.rou.xml`. On every lane there is a loop 5 m behind its beginning and one 2 m before its end,
and an area over its last 60 m; all signals are one zone, from 35 m before the lines to 5 m behind the junctions. Printed are means over
detectors, five-minute intervals and seeds; where they are farther apart than what they are held to, it fails.
"""

import argparse
import collections
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

PERIOD = 300
# How far our means may be from SUMO's, in percent: counts, what follows from when and how fast one drives, and jams.
TOLERANCES = {
    1: [("in", "nVehEntered"), ("out", "nVehEntered"), ("area", "nVehEntered"), ("zone", "vehicleSum")],
    3: [("in", "occupancy"), ("in", "speed"), ("out", "occupancy"), ("out", "speed"), ("area", "meanOccupancy"),
        ("area", "meanSpeed"), ("zone", "meanTravelTime")],
    7: [("area", "meanMaxJamLengthInMeters"), ("area", "maxJamLengthInMeters"), ("zone", "meanHaltsPerVehicle")],
}


def detectors(net):
    """Detectors for all lanes of a network."""
    root = ET.parse(net).getroot()
    edges = {edge.get("id"): edge for edge in root.findall("edge") if edge.get("function") != "internal"}
    text = ["<additional>"]
    for edge in edges.values():
        for lane in edge.findall("lane"):
            name, length = lane.get("id"), float(lane.get("length"))
            shared = f'lane="{name}" period="{PERIOD}" file="out.xml" friendlyPos="true"'
            text.append(f'<inductionLoop id="in {name}" pos="5" {shared}/>')
            text.append(f'<inductionLoop id="out {name}" pos="-2" {shared}/>')
            text.append(f'<laneAreaDetector id="area {name}" pos="{max(0.0, length - 60):.2f}" endPos="{length}" {shared}/>')
    ways = [way for way in root.findall("connection") if way.get("tl") and way.get("from") in edges]
    sections = [("detEntry", {way.get("from") for way in ways}, lambda length: max(0.0, length - 35)),
                ("detExit", {way.get("to") for way in ways}, lambda length: min(5.0, length))]
    text.append(f'<entryExitDetector id="zone" period="{PERIOD}" file="out.xml">')
    for what, names, place in sections:
        for lane in (lane for name in sorted(names) for lane in edges[name].findall("lane")):
            text.append(f'<{what} lane="{lane.get("id")}" pos="{place(float(lane.get("length"))):.2f}"/>')
    return "\n".join([*text, "</entryExitDetector>", "</additional>"])


def gather(file, into):
    for row in ET.parse(file).getroot().iter("interval"):
        kind = row.get("id").split()[0]
        for key, value in row.attrib.items():
            # A mean of nothing is -1.
            if key not in ("begin", "end", "id") and float(value) >= 0:
                into[kind, key].append(float(value))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, kind in [("sumo", str), ("lianchi", str), ("begin", int), ("end", int)]:
        parser.add_argument(f"--{name}", type=kind, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    net, demand = (next(args.folder.glob(end)) for end in ("*.net.xml", "*.rou.xml"))
    theirs, own = collections.defaultdict(list), collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        added, out = Path(scratch) / "detectors.add.xml", Path(scratch) / "out.xml"
        added.write_text(detectors(net))
        for seed in range(1, args.seeds + 1):
            subprocess.run([args.sumo, "-n", net, "-r", demand, "-a", added, "-b", str(args.begin), "-e", str(args.end),
                            "--seed", str(seed), "--time-to-teleport", "-1", "--no-step-log", "--no-warnings"],
                           check=True, capture_output=True)
            gather(out, theirs)
            subprocess.run([args.lianchi, "traffic", "run", net, demand, added, "--begin", str(args.begin), "--seconds",
                            str(args.end - args.begin), "--seed", str(seed), "--detectors", out],
                           check=True, capture_output=True)
            gather(out, own)
    held = {what: most for most, all in TOLERANCES.items() for what in all}
    if missing := held.keys() - own.keys():
        sys.exit(f"not counted: {sorted(missing)}")
    beyond = 0
    for kind, key in sorted(own):
        one, other, most = theirs[kind, key], own[kind, key], held.get((kind, key))
        if one and other:
            one, other = sum(one) / len(one), sum(other) / len(other)
            off = 100 * (other / one - 1) if one else 0.0
            far = most is not None and abs(off) > most
            beyond += far
            told = f"held to {most} %" + (": BEYOND IT" if far else "") if most else ""
            print(f"{kind:6}{key:30}SUMO {one:10.2f}   ours {other:10.2f}   {off:+5.1f} %   {told}")
    if beyond:
        sys.exit(f"{beyond} beyond what they are held to")


if __name__ == "__main__":
    main()
