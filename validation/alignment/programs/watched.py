"""A command comes in and runs as a process of its own; its times and peak memory go out as JSON, the last line of stderr."""

import json
import resource
import subprocess
import sys
import time

start = time.perf_counter()
status = subprocess.call(sys.argv[1:])
seconds = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.write(
    "\n" + json.dumps([status, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3]) + "\n"
)
