"""`make bench`: every benchmark in a process of its own, its limit measured in the same run, with facts of the machine.

    python -m benchmarks [--scale small|full] [NAME …]

`small` (default) takes a few minutes; `full` runs the sizes of the goals and needs an hour and some 20 GB of disk.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
#: Arguments per benchmark: small, full.
SIZES: dict[str, tuple[list[str], list[str]]] = {
    "tables": (["200000"], ["1000000"]),
    "documents": ([], []),
    "matching": (["10000", "100000"], ["100000", "1000000"]),
    "customer_import": (["50000"], ["1000000"]),
    "sales_import": (["20000"], ["100000"]),
    "closing": (["10000"], ["100000"]),
    "reconcile": (["2000", "20000"], ["100000", "1000000"]),
    "demo": (["0.1"], ["1.0"]),
    "customer_pages": (["20000"], ["1000000"]),
}


def main(arguments: list[str]) -> int:
    full = "--scale" in arguments and arguments[arguments.index("--scale") + 1] == "full"
    named = [one for one in arguments if one in SIZES]
    unknown = [one for one in arguments if one not in SIZES and one not in ("--scale", "small", "full")]
    if unknown:
        print(f"There is no benchmark called {', '.join(unknown)}; there are {', '.join(SIZES)}")
        return 2
    print_machine()
    failed = []
    for name in named or SIZES:
        if not (HERE / f"bench_{name}.py").exists():
            continue
        print(f"\n## {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.bench_{name}", *SIZES[name][full]]
        if subprocess.run(command, cwd=HERE.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


def print_machine() -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next(
        (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    print(f"machine: {os.cpu_count()} cores, {model}, {memory:.0f} GiB, {platform.system()} {platform.release()}")
    print(f"python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
