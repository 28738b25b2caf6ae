"""What machine this is, in a line."""

import platform
from pathlib import Path

import psutil


def machine_line() -> str:
    """Processor, cores, memory, system, Python."""
    memory = psutil.virtual_memory().total / (1 << 30)
    return (
        f"{psutil.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}, {platform.python_implementation()} "
        f"{platform.python_version()}; servers and everything measured share these cores."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
