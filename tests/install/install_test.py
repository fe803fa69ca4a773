#!/usr/bin/env python3
"""install_test.py BUILD_DIR CXX [FLAG...]: the installed library as a user gets it.

Installs the library into a temporary directory, moves it, builds the examples by find_package and by pkg-config, and runs
them. FLAGs are what the library itself was built with beyond the ordinary (sanitizers), as whoever links it needs them.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
# Each of these is built twice; the other examples by find_package alone.
BY_PKG_CONFIG = ("hierarchy", "primitives")


def run(*command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        print("FAILED:", " ".join(str(c) for c in command))
        print((done.stdout + done.stderr)[-6000:])
        sys.exit(1)
    return done.stdout


def main():
    build, compiler, flags = sys.argv[1], sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        run("cmake", "--install", build, "--component", "library", "--prefix", work / "first")
        # What is installed can be moved: a package is built in one place and used in another.
        (work / "first").rename(work / "place")
        place = work / "place"

        # Every public header of crypto and keys is in an example, and none that is private was installed.
        used = set()
        for source in EXAMPLES.glob("*.cpp"):
            used |= set(re.findall(r'#include "((?:crypto|keys)/[^"]+)"', source.read_text()))
        include = place / "include" / "baton"
        installed = {f"{layer}/{h.name}" for layer in ("crypto", "keys") for h in (include / layer).glob("*.h")}
        for header in sorted(installed - used):
            print(f"FAILED: no example includes {header}")
            sys.exit(1)
        for header in sorted(installed):
            if re.search(r"_paths\.h|sliced_|_lanes\.h|target\.h", header):
                print(f"FAILED: {header} is private and was installed")
                sys.exit(1)
        for text in list(place.rglob("*.cmake")) + list(place.rglob("*.pc")):
            if str(ROOT) in text.read_text() or str(build) in text.read_text():
                print(f"FAILED: {text.name} names the place where it was built")
                sys.exit(1)

        built = work / "examples"
        run("cmake", "-S", EXAMPLES, "-B", built, f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_PREFIX_PATH={place}",
            f"-DCMAKE_CXX_FLAGS={' '.join(flags)}", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0")
        run("cmake", "--build", built, "--parallel", "2")

        environment = {**os.environ, "PKG_CONFIG_PATH": str(next(place.rglob("baton.pc")).parent)}
        answer = run("pkg-config", "--cflags", "--libs", "baton", env=environment).split()
        for name in BY_PKG_CONFIG:
            run(compiler, "-std=c++20", "-O0", *flags, EXAMPLES / f"{name}.cpp", "-o", work / f"{name}-pc", *answer)

        checked = 0
        programs = [built / source.stem for source in sorted(EXAMPLES.glob("*.cpp"))]
        programs += [work / f"{name}-pc" for name in BY_PKG_CONFIG]
        for program in programs:
            said = run(program, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
            assert "WRONG" not in said and said.count("\n") > 3, said
            checked += said.count("\n")
        print(f"{len(programs)} programs, {checked} values")


main()
