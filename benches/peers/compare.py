#!/usr/bin/env python3
"""Ours beside the peers on the same work, in one run: PYTHON benches/peers/compare.py RTFM.xes.gz [--cases 10000]

Needs pm4py and Declare4Py from PyPI, in an environment outside the repository, and our programs built:
`cargo build --release -p lianchi -p rehearsal`. Everything is measured in CPU seconds of one process each. Before a figure
stands beside another, both must have found the same: the edges of the graph, the variants, and what breaks each constraint. The
run fails where they differ.

Left out, since the peers are known to be wrong there: a template with one activity twice (both), succession and correlation
(Declare4Py). The constraints of `fines.decl` need none of them.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DECLARED = HERE / "fines.decl"
wrong = []


def measured(work):
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


def ours(*arguments):
    """The lines of JSON that our program answers with, and what it took."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [str(ROOT / "target/release/lianchi"), *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode > 1:
        sys.exit(f"`{' '.join(command)}` failed: {done.stderr or done.stdout}")
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
    return took, done.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def bench(log):
    """Our own figures, by what they are of: the first number of each line of `bench oversight`."""
    done = subprocess.run(
        [str(ROOT / "target/release/bench"), "oversight", "--log", str(log)], capture_output=True, text=True
    )
    print(done.stdout)
    figure = re.compile(r"^  (\S.*?) {2,}([\d.,]+) (\S.*?)(?: {2,}|$)")
    found = [figure.match(line) for line in done.stdout.splitlines()]
    return {one[1].strip(): float(one[2].replace(",", "")) for one in found if one}


def beside(what, own, peer, unit):
    print(f"  {what:<56} {own:>12,.4g} {unit:<12} peer {peer:>10,.4g} {unit:<12} {peer / own:>10,.0f} x", flush=True)


def agree(what, own, peer):
    if own != peer:
        wrong.append(what)
    print(f"    {'both' if own == peer else 'NOT THE SAME'}: {what}: {own}{'' if own == peer else f', the peer {peer}'}", flush=True)


def mining(log, figures):
    """Reading, the graph and the variants, beside pm4py; its frame of events."""
    import pm4py

    took, frame = measured(lambda: pm4py.read_xes(str(log)))
    beside("the log read into memory", figures["the log read into memory, all attributes"], took, "s CPU")
    agree("events", sum(one["events"] for one in json.loads(ours("map", log)[1])["activities"]), len(frame))
    took, (edges, first, last) = measured(lambda: pm4py.discover_dfg(frame))
    beside("its directly-follows graph", figures["its directly-follows graph"] / 1e3, took, "s CPU")
    drawn = json.loads(ours("map", log)[1])
    own = {(edge["from"], edge["to"]): edge["count"] for edge in drawn["edges"]}
    agree("edges of the graph with their counts", sorted(own.items()) == sorted(edges.items()), True)
    begin = {one["activity"]: one["first_of_cases"] for one in drawn["activities"] if one["first_of_cases"]}
    agree("activities that begin cases", begin, dict(first))
    took, ways = measured(lambda: pm4py.get_variants(frame))
    beside("its variants", figures["its variants"] / 1e3, took, "s CPU")
    agree("variants", json.loads(ours("variants", log)[1])["variants"], len(ways))
    return frame


def without_data(part, summaries):
    """Constraints without data or time, beside pm4py: the cases that break them."""
    import pm4py

    templates = {"Response": "response", "Precedence": "precedence"}
    plain = re.compile(r"^(Response|Precedence)\[(.+), (.+)\] \| \| \|$")
    for line, summary in summaries.items():
        said = plain.match(line)
        if not said:
            continue
        pair = (said[2], said[3])
        model = {templates[said[1]]: {pair: {"support": 1, "confidence": 1.0}}}
        took, told = measured(lambda: pm4py.conformance_declare(part, model))
        broken = sum(1 for case in told if case["no_dev_total"] > 0)
        print(f"  pm4py: {line} ({took:.3g} s CPU)")
        agree("cases that break it", summary["cases"]["violated"], broken)


def with_data(file, events, figures, summaries):
    """All ten constraints, beside Declare4Py: the activations that break each."""
    from Declare4Py.D4PyEventLog import D4PyEventLog
    from Declare4Py.ProcessMiningTasks.ConformanceChecking.MPDeclareAnalyzer import MPDeclareAnalyzer
    from Declare4Py.ProcessModels.DeclareModel import DeclareModel

    model = DeclareModel().parse_from_file(str(DECLARED))
    peer = D4PyEventLog(case_name="case:concept:name")
    peer.parse_xes_log(str(file))
    analyzer = MPDeclareAnalyzer(log=peer, declare_model=model, consider_vacuity=True)
    took, result = measured(analyzer.run)
    rate = len(summaries) * events / took
    own = next((value for what, value in figures.items() if "constraints of Declare over" in what), None)
    print(f"  Declare4Py: {len(summaries)} constraints over {events:,} events in {took:.3g} s CPU")
    if own:
        what = "constraint events a CPU second"
        print(f"  {what:<56} {own:>12,.4g} {'':<12} peer {rate:>10,.4g} {'':<12} {own / rate:>10,.0f} x", flush=True)
    if result is None:
        result = analyzer
    broken = result.get_metric(metric="num_violations")
    states = result.get_metric(metric="state")
    for place, line in enumerate(summaries):
        print(f"  {line}")
        peers = broken.iloc[:, place]
        if peers.notna().all():
            agree("activations that break it", summaries[line]["activations"]["violated"], int(peers.sum()))
        agree("cases that break it", summaries[line]["cases"]["violated"], int((states.iloc[:, place] == 0).sum()))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("log", type=Path)
    options.add_argument("--cases", type=int, default=10_000, help="how many cases the constraints are tried on")
    options = options.parse_args()
    log = options.log.resolve()
    figures = bench(log)

    import pm4py

    print(f"peers: pm4py {pm4py.__version__}, Declare4Py\n")
    frame = mining(log, figures)
    cases = frame["case:concept:name"].drop_duplicates().head(options.cases)
    part = frame[frame["case:concept:name"].isin(cases)]
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "part.xes"
        pm4py.write_xes(part, str(file))
        took, text = ours("check", file, "--declare", DECLARED, "--summary")
        summaries = {one["model"]: one for one in lines(text)}
        print(f"\n  ours: {file.name} read, and {len(summaries)} constraints tried, in {took:.3g} s CPU")
        without_data(part, summaries)
        with_data(file, len(part), figures, summaries)
    if wrong:
        sys.exit(f"\nnot the same: {', '.join(wrong)}")
    print("\nall the same")


main()
