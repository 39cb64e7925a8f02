"""DVHs of all structures by Graybook: a folder comes in, times and peak memory go out as JSON."""

import json
import resource
import sys
import time
from pathlib import Path

from graybook.cli import dvh_page, main as command  # noqa: F401 - all that the command loads
from graybook.dvh.metrics import evaluate, parse_list
from graybook.dvh.refinement import structure_doses
from graybook.geometry import GridField
from graybook.progress import silent
from graybook.workflow.physical_dvh import physical_dvhs
from graybook.workflow.folder.scan import scan

METRICS = ("D95%", "D0.03cc", "V20Gy[cc]", "mean")


def figures(stacks, dose, metrics):
    """Volume and metrics of every structure, from contours and a grid in memory."""
    found = {}
    for name, stack in stacks.items():
        doses = structure_doses(stack, [dose])
        samples, inner, surface = doses.samples, doses.inner[0].low, doses.outer[0].low
        values = [evaluate(metric, inner, samples.volumes_cm3, surface) for metric in metrics]
        found[name] = [samples.volume_cm3, *values]
    return found


def main(folder, mode, repeats):
    """Times of the way asked for."""
    times = []
    found = {}
    metrics = parse_list(",".join(METRICS))
    if mode == "files":
        for _ in range(repeats):
            start = time.perf_counter()
            result = physical_dvhs(folder, metrics)
            times.append(time.perf_counter() - start)
        plan = result.plans[0]
        found = {one.name: [one.volume_cm3, *one.metrics.values()] for one in plan.structures}
    elif mode == "memory":
        planned = scan(folder, silent).persons[0].planned[0]
        dose = GridField(grid=planned.volume.grid, values=planned.volume.voxels())
        stacks = {one.name: one.contours() for one in planned.structures.structures}
        for _ in range(repeats):
            start = time.perf_counter()
            found = figures(stacks, dose, metrics)
            times.append(time.perf_counter() - start)
    # not ru_maxrss: Linux lets a child begin with the peak of the process that started it
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(
            int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")
        )
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"times_s": times, "peak_kb": peak, "figures": found}))


main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
