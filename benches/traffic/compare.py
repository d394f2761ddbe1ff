#!/usr/bin/env python3
"""Ours beside SUMO on the same files, in one run:

    python benches/traffic/compare.py --sumo SUMO --lianchi LIANCHI [--seeds 3] [FOLDER…]

A folder holds one `.sumocfg`, or one `.net.xml(.gz)` and one `.rou.xml(.gz)`. SUMO comes from PyPI (`eclipse-sumo`), in an
environment outside the repository. Printed are vehicle-steps in a CPU second, the means of trips, and how far ours are from
SUMO's; then tests on a single link: saturation flow, start-up lost time, and flow by speed behind a bottleneck. CPU seconds are
those of the simulation alone: of SUMO, what a run takes more than one that ends after a second.
"""

import argparse
import csv
import json
import re
import resource
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

MEANS = ["duration", "time_loss", "waiting", "depart_delay"]


def cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sumo(args, files, begin, end, seed, trips, meso=False):
    command = [args.sumo, *files, *(["--mesosim", "--meso-junction-control"] if meso else []), "--seed", str(seed), "--time-to-teleport", "-1", "--no-step-log", "--no-warnings",
               "--duration-log.statistics", "--tripinfo-output", str(trips)]
    if end is not None:
        command += ["--begin", str(begin), "--end", str(end)]
    before = cpu()
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = cpu() - before
    rows = [dict(row.attrib) for row in ET.parse(trips).getroot()]
    before = cpu()
    first = (begin if end is not None else starts(files)) + 1
    subprocess.run([*command, "--end", str(first)] if end is None else command[:-1] + [str(first)], check=True,
                   capture_output=True)
    seconds -= cpu() - before
    said = said.stdout + said.stderr
    number = lambda what: float(re.search(rf"{what}: ([0-9.]+)", said).group(1))
    steps = number("UPS") * number(r"Performance:\s+Duration")
    rate = steps / max(seconds, 0.01)
    mean = lambda key: sum(float(row[key]) for row in rows) / max(len(rows), 1)
    return {"steps_per_second": rate, "finished": len(rows), "duration": mean("duration"),
            "time_loss": mean("timeLoss"), "waiting": mean("waitingTime"), "depart_delay": mean("departDelay"),
            "arrivals": sorted(float(row["arrival"]) for row in rows)}


def starts(files):
    config = Path(files[files.index("-c") + 1]).read_text()
    found = re.search(r'<begin\s+value="([0-9.]+)"', config)
    return float(found.group(1)) if found else 0.0


def ours(args, files, begin, end, seed, trips, controller="program", meso=False):
    command = [args.lianchi, "traffic", "run", *files, *(["--meso"] if meso else []), "--seed", str(seed), "--json", "--trips", str(trips),
               "--controller", controller]
    if end is not None:
        command += ["--begin", str(begin), "--seconds", str(end - begin)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    said["steps_per_second"] = said["vehicle_steps"] / max(said["cpu_seconds"], 0.01)
    return said


def inputs(folder):
    folder = Path(folder)
    config = sorted(folder.glob("*.sumocfg"))
    if config:
        return ["-c", str(config[0])], [str(config[0])]
    net, demand = sorted(folder.glob("*.net.xml*"))[0], sorted(folder.glob("*.rou.xml*"))[0]
    return ["-n", str(net), "-r", str(demand)], [str(net), str(demand)]


def mean(rows, key):
    return sum(row[key] for row in rows) / len(rows)


def networks(args, scratch):
    for folder in args.folders:
        theirs_files, our_files = inputs(folder)
        seeds = range(1, args.seeds + 1)
        end = args.end if not our_files[0].endswith(".sumocfg") else None
        theirs = [sumo(args, theirs_files, 0, end, seed, scratch / "t.xml") for seed in seeds]
        own = [ours(args, our_files, 0, end, seed, scratch / "t.csv") for seed in seeds]
        print(f"\n{Path(folder).name}, mean of {args.seeds} seeds")
        rate, our_rate = mean(theirs, "steps_per_second"), mean(own, "steps_per_second")
        print(f"  vehicle-steps a CPU second   SUMO {rate:>12,.0f}   ours {our_rate:>12,.0f}   {our_rate / rate:.1f} ×")
        print(f"  peak memory                  {'':<17}   ours {mean(own, 'peak_memory_mb'):>9.0f} MB")
        print(f"  finished                     SUMO {mean(theirs, 'finished'):>12,.0f}   ours {mean(own, 'finished'):>12,.0f}"
              f"   stuck {mean(own, 'stuck'):.0f}")
        for what in MEANS:
            one, other = mean(theirs, what), mean(own, what)
            off = f"{100 * (other / one - 1):+.1f} %" if one else ""
            print(f"  mean {what:<22} SUMO {one:>11.2f} s   ours {other:>11.2f} s   {off}")


def queues(args, scratch):
    """The mesoscopic modes beside each other; durations beside SUMO's vehicle by vehicle."""
    for folder in args.folders:
        theirs_files, our_files = inputs(folder)
        seeds = range(1, args.seeds + 1)
        end = args.end if not our_files[0].endswith(".sumocfg") else None
        micro = [sumo(args, theirs_files, 0, end, seed, scratch / "t.xml") for seed in seeds]
        theirs = [sumo(args, theirs_files, 0, end, seed, scratch / "t.xml", meso=True) for seed in seeds]
        own = [ours(args, our_files, 0, end, seed, scratch / "t.csv", meso=True) for seed in seeds]
        print(f"\n{Path(folder).name}, mesoscopic, mean of {args.seeds} seeds")
        rate, our_rate = mean(theirs, "steps_per_second"), mean(own, "steps_per_second")
        print(f"  vehicle-steps a CPU second   SUMO {rate:>12,.0f}   ours {our_rate:>12,.0f}   {our_rate / rate:.1f} ×")
        wanted = mean(micro, "duration")
        # Where a run ends before anybody arrives there are none.
        off = lambda rows: f"{mean(rows, 'duration'):>9.2f} s" + (f" ({100 * (mean(rows, 'duration') / wanted - 1):+.1f} %)" if wanted else "")
        print(f"  mean duration, micro {wanted:.2f} s   SUMO {off(theirs)}   ours {off(own)}")
        print(f"  finished                     SUMO {mean(theirs, 'finished'):>12,.0f}   ours {mean(own, 'finished'):>12,.0f}")


def link(speed_after, signal):
    """Two links in a row: 1,000 m, then 200 m that may be slower; between them a signal, or none."""
    light = ' tl="m" linkIndex="0"' if signal else ""
    program = ('<tlLogic id="m" type="static" programID="0" offset="0"><phase duration="60" state="G"/>'
               '<phase duration="3" state="y"/><phase duration="57" state="r"/></tlLogic>') if signal else ""
    return f"""<net version="1.20">
 <location netOffset="0,0" convBoundary="0,0,1201,0" origBoundary="0,0,1201,0" projParameter="!"/>
 <edge id=":m_0" function="internal"><lane id=":m_0_0" index="0" speed="13.89" length="1.0" shape="1000,0 1001,0"/></edge>
 <edge id="a" from="w" to="m" priority="1"><lane id="a_0" index="0" speed="13.89" length="1000" shape="0,0 1000,0"/></edge>
 <edge id="b" from="m" to="e" priority="1"><lane id="b_0" index="0" speed="{speed_after}" length="200" shape="1001,0 1201,0"/></edge>
 {program}
 <junction id="w" type="dead_end" x="0" y="0" incLanes="" intLanes="" shape="0,0"/>
 <junction id="m" type="{'traffic_light' if signal else 'priority'}" x="1000" y="0" incLanes="a_0" intLanes=":m_0_0" shape="1000,0">
  <request index="0" response="0" foes="0" cont="0"/></junction>
 <junction id="e" type="dead_end" x="1201" y="0" incLanes="b_0" intLanes="" shape="1201,0"/>
 <connection from="a" to="b" fromLane="0" toLane="0" via=":m_0_0" dir="s" state="M"{light}/>
 <connection from=":m_0" to="b" fromLane="0" toLane="0" dir="s" state="M"/>
</net>"""


DEMAND = """<routes><vType id="c" speedDev="{dev}" carFollowModel="{model}"/><route id="r" edges="a b"/>
<flow id="f" type="c" route="r" begin="0" end="7200" vehsPerHour="{rate}" departSpeed="max" departLane="0"/></routes>"""


def single(args, scratch, net, demand):
    files = scratch / "link.net.xml", scratch / "link.rou.xml"
    files[0].write_text(net)
    files[1].write_text(demand)
    trips = scratch / "one.csv"
    theirs = sumo(args, ["-n", str(files[0]), "-r", str(files[1])], 0, 7200, 1, scratch / "one.xml")
    ours(args, [str(file) for file in files], 0, 7200, 1, trips)
    with open(trips) as file:
        own = sorted(float(row["arrived"]) for row in csv.DictReader(file) if row["arrived"])
    return [theirs["arrivals"], own]


def discharge(times):
    """Saturation flow and start-up lost time of a queue that starts every 120 s: headways of the 5th vehicle and later."""
    headways, lost = [], []
    for cycle in range(5, 55):
        platoon = [time for time in times if cycle * 120 <= time - 14.4 < cycle * 120 + 63]
        if len(platoon) < 12:
            continue
        headway = (platoon[-3] - platoon[4]) / (len(platoon) - 7)
        headways.append(headway)
        lost.append(platoon[4] - cycle * 120 - 5 * headway)
    return 3600 * len(headways) / sum(headways), sum(lost) / len(lost)


def links(args, scratch):
    for model in ["Krauss", "IDM"]:
        link_of(args, scratch, model)


def link_of(args, scratch, model):
    off = lambda one, other: f"{100 * (other / one - 1):+.1f} %"
    print(f"\nsingle link, {model}")
    both = single(args, scratch, link(13.89, True), DEMAND.format(rate=2400, dev=0.1, model=model))
    (flow, lost), (our_flow, our_lost) = map(discharge, both)
    print(f"  saturation flow              SUMO {flow:>10.0f} /h   ours {our_flow:>10.0f} /h   {off(flow, our_flow)}")
    print(f"  200 m after green            SUMO {lost:>11.2f} s   ours {our_lost:>11.2f} s   {off(lost, our_lost)}")
    for speed in [2.0, 4.0, 6.0, 8.0, 10.0, 13.89]:
        both = single(args, scratch, link(speed, False), DEMAND.format(rate=3000, dev=0.1, model=model))
        flow, our_flow = [sum(1800 <= time < 7200 for time in times) / 1.5 for times in both]
        print(f"  flow behind {speed:>5.2f} m/s         SUMO {flow:>10.0f} /h   ours {our_flow:>10.0f} /h   {off(flow, our_flow)}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sumo", required=True)
    options.add_argument("--lianchi", required=True)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--end", type=float, default=600.0, help="seconds for folders without a configuration")
    options.add_argument("folders", nargs="*")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        networks(args, Path(scratch))
        queues(args, Path(scratch))
        links(args, Path(scratch))


if __name__ == "__main__":
    sys.exit(main())
