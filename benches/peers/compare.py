#!/usr/bin/env python3
"""Ours beside the peers on the same work, in one run: python benches/peers/compare.py RTFM.xes.gz

Needs pm4py and Declare4Py from PyPI, in an environment outside the repository. What is ours is measured by
`cargo xtask bench oversight`, with the same constraints over the same cases; peers are measured here, in CPU seconds.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = 10_000


def measured(what, work, note=""):
    begun = time.process_time()
    result = work()
    took = time.process_time() - begun
    print(f"  {what:<54} {took:>10.3f} s CPU  {note}", flush=True)
    return took, result


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    log = Path(sys.argv[1]).resolve()
    ours = ["cargo", "xtask", "bench", "oversight", "--log", str(log)]
    subprocess.run(ours, cwd=HERE.parent.parent, check=False)

    import pm4py
    from pm4py.objects.log.importer.xes import importer
    from Declare4Py.D4PyEventLog import D4PyEventLog
    from Declare4Py.ProcessMiningTasks.ConformanceChecking.MPDeclareAnalyzer import MPDeclareAnalyzer
    from Declare4Py.ProcessModels.DeclareModel import DeclareModel

    print(f"\npeers: pm4py {pm4py.__version__}, Declare4Py\n")
    _, frame = measured("pm4py: the log read into memory", lambda: pm4py.read_xes(str(log)))
    measured("pm4py: its directly-follows graph", lambda: pm4py.discover_dfg(frame))
    measured("pm4py: its variants", lambda: pm4py.get_variants(frame))

    cases = frame["case:concept:name"].drop_duplicates().head(CASES)
    some = frame[frame["case:concept:name"].isin(cases)]
    with tempfile.TemporaryDirectory() as place:
        part = Path(place) / "part.xes"
        pm4py.write_xes(some, str(part))
        model = DeclareModel().parse_from_file(str(HERE / "fines.decl"))
        peer = D4PyEventLog(case_name="case:concept:name")
        peer.parse_xes_log(str(part))
        analyzer = MPDeclareAnalyzer(log=peer, declare_model=model, consider_vacuity=False)
        took, result = measured(f"Declare4Py: 10 constraints over {CASES:,} cases", analyzer.run)
    events = len(some)
    print(f"    {events:,} events, {10 * events / took:,.0f} constraint events a second")
    violated = result.get_metric(metric="num_violations")
    print(f"    violated activations by constraint, as Declare4Py counts them:")
    for name, count in violated.sum().items():
        print(f"      {int(count):>8}  {name}")


main()
