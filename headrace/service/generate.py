"""`python -m headrace.service.generate`: the modules of `headrace.services`, from the catalog."""

import subprocess
import sys
from pathlib import Path

from headrace.catalog import Catalog, load_catalog
from headrace.service.facade import facade_source

HOME = Path(__file__).resolve().parent.parent / "services"
SERVICES = ("auth", "user", "voyage", "payment", "ai", "notification", "analytics")


def sources(catalog: Catalog) -> dict[str, str]:
    """Every module's text, formatted, by file name."""
    return {
        f"{name}.py": _formatted(facade_source(f"{name}-service", catalog)) for name in SERVICES
    }


def _formatted(text: str) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    command = (str(ruff), "format", "--line-length", "100", "-")
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return done.stdout


def main() -> None:
    """Write them."""
    for name, text in sources(load_catalog()).items():
        (HOME / name).write_text(text)


if __name__ == "__main__":
    main()
