#!/usr/bin/env python3
"""Times agno-migrate's `up` on a copy of a SQLite database, as a child process from start to exit.

    ours_sqlite.py --db FILE --program PATH

Promises: FILE stays as it is; the copy lies in a temporary directory beside it and is deleted. Prints
{"seconds", "cpu_seconds", "peak_rss_mb"} of the whole process. Exit code 1 when the program fails or rows are missing.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from upstream_sqlite import is_complete


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar="FILE")
    parser.add_argument("--program", required=True, metavar="PATH")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(options.db))) as directory:
        copy = os.path.join(directory, "copy.db")
        shutil.copyfile(options.db, copy)
        started = time.perf_counter()
        code = subprocess.run([options.program, "up", "--db", copy, "--quiet"], stdout=sys.stderr).returncode
        seconds = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        complete = is_complete(copy)
    peak = used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
    found = {"seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime, "peak_rss_mb": peak}
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))
    return 0 if code == 0 and complete else 1


if __name__ == "__main__":
    sys.exit(main())
