#!/usr/bin/env python3
"""package_test.py BATON: the Debian packages of the command at hand: what is in them, and that they install into an
empty system, are upgraded with their state, and are purged without a question. The system is a folder."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROLES = ("hss", "mme", "upe", "enb")
sys.path.insert(0, str(ROOT / "tests" / "cli"))
from support import Checks  # noqa: E402


def said(*command, **options):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)


def control(package):
    return dict(re.findall(r"^(\S+): (.*)$", said("dpkg-deb", "-f", package).stdout, re.M))


def main():
    checks = Checks(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # A binary of little size stands for the command: a build with sanitizers takes a minute to pack. What the real
        # one needs is asked of it apart.
        small = folder / "baton"
        small.write_bytes(pathlib.Path("/bin/true").read_bytes())
        small.chmod(0o755)
        made = said(sys.executable, "-B", ROOT / "packaging" / "make_packages.py", ROOT, small, folder / "out", "gzip")
        checks.equal(made.returncode, 0, f"make_packages: {made.stderr}")
        packages = {control(p)["Package"]: p for p in sorted((folder / "out").glob("*.deb"))}
        checks.equal(sorted(packages), sorted(["baton-tools", *(f"baton-{r}" for r in ROLES)]), "the packages")
        again = said(sys.executable, "-B", ROOT / "packaging" / "make_packages.py", ROOT, small, folder / "again", "gzip")
        checks.equal(again.returncode, 0, "a second time")
        for package in packages.values():
            checks.equal((folder / "again" / package.name).read_bytes() == package.read_bytes(), True, f"{package.name} is the same again")
        listing = said("dpkg-deb", "-c", packages["baton-tools"]).stdout
        for path in ("./usr/bin/baton", "operations.md", "openapi.json", "prometheus-alerts.yaml", "grafana-baton.json", "changelog.gz", "copyright"):
            checks.that(path in listing, f"baton-tools has {path}")
        needs = said("dpkg-shlibdeps", "-O", "--ignore-missing-info", checks.binary, cwd=shlibs(folder)).stdout
        for library in ("libmicrohttpd12", "libsqlite3-0", "libyaml-cpp0.7"):
            checks.that(library in needs, f"the command needs {library}: {needs}")
        for role in ROLES:
            listing = said("dpkg-deb", "-c", packages[f"baton-{role}"]).stdout
            checks.that(all(f" ./{p}" in listing for p in (f"etc/baton/{role}.yaml", f"lib/systemd/system/baton-{role}.service",
                                                            f"usr/lib/sysusers.d/baton-{role}.conf")), f"baton-{role}: {listing}")
            checks.that("root/root" in listing and not re.search(r"^.{8}w", listing, re.M), f"baton-{role}: owners and modes")
            checks.that("baton-tools (>=" in control(packages[f"baton-{role}"])["Depends"], f"baton-{role} needs the command")
            units(checks, folder, packages[f"baton-{role}"], role)
            configuration(checks, folder / f"unit-{role}" / "etc" / "baton" / f"{role}.yaml", role)
        if os.geteuid() == 0:
            a_life(checks, folder, packages)
    checks.finish()


def shlibs(folder):
    place = folder / "shlibs"
    (place / "debian").mkdir(parents=True)
    (place / "debian" / "control").write_text("Source: baton\n\nPackage: baton-tools\nArchitecture: any\n")
    return place


def units(checks, folder, package, role):
    """What systemd says of the unit, with a program that is there."""
    place = folder / f"unit-{role}"
    said("dpkg-deb", "-x", package, place)
    unit = place / "lib" / "systemd" / "system" / f"baton-{role}.service"
    text = unit.read_text()
    checks.that("@" not in text.replace("@system-service @memlock", "").replace("~@privileged @resources @mount @swap @reboot @debug", ""),
                f"{role}: every mark is filled in")
    unit.write_text(text.replace("/usr/bin/baton", "/bin/true"))
    if said("systemd-analyze", "--version").returncode != 0:
        return
    verified = said("systemd-analyze", "verify", unit)
    checks.equal((verified.returncode, verified.stderr), (0, ""), f"{role}: systemd-analyze verify")
    judged = said("systemd-analyze", "security", "--offline=true", "--threshold=30", "--no-pager", unit)
    checks.equal(judged.returncode, 0, f"{role}: systemd-analyze security: {judged.stdout[-200:]}{judged.stderr}")


def configuration(checks, file, role):
    """The node reads it: what stops it here is that it may not make its folders, or its addresses, not a key."""
    text = file.read_text()
    checks.that("state/" not in text, f"{role}: no path of a clone")
    said_ = checks.run("node", role, "-c", file, "--name", "nobody-of-this-name")
    checks.that("nobody-of-this-name" in said_.err and ": expected" not in said_.err, f"{role}: its configuration is read: {said_.err}")


def a_life(checks, folder, packages):
    """Installed, used, upgraded, removed, purged. The scripts run outside the folder and are told where it is."""
    system = folder / "system"
    for path in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "etc", "tmp", "run", "var/lib/dpkg/triggers"):
        (system / path).mkdir(parents=True)
    for path in ("var/lib/dpkg/status", "var/lib/dpkg/available", "etc/passwd", "etc/group"):
        (system / path).touch()
    log = ["--log=/dev/null"]

    def dpkg(*arguments):
        done = said("dpkg", f"--root={system}", "--force-depends", "--force-script-chrootless", *log, *arguments, stdin=subprocess.DEVNULL)
        checks.equal(done.returncode, 0, f"dpkg {arguments[0]}: {done.stdout[-500:]}{done.stderr[-1500:]}")
        return done

    dpkg("--install", packages["baton-tools"], packages["baton-hss"])
    file, state = system / "etc" / "baton" / "hss.yaml", system / "var" / "lib" / "baton-hss"
    users = (system / "etc" / "passwd").read_text()
    checks.that("baton-hss:" in users and "nologin" in users, f"a user of its own: {users}")
    uid = next(int(line.split(":")[2]) for line in users.splitlines() if line.startswith("baton-hss:"))
    checks.equal((oct(state.stat().st_mode & 0o777), state.stat().st_uid), ("0o700", uid), "its state is its own")
    checks.equal(oct(file.stat().st_mode & 0o777), "0o640", "its configuration is not for everybody")
    checks.that((system / "usr" / "bin" / "baton").exists(), "the command is there")
    # An operator changes the configuration and has subscribers; an upgrade leaves both.
    file.write_text(file.read_text() + "# ours\n")
    (state / "hss.db").write_text("subscribers")
    dpkg("--force-confold", "--install", packages["baton-tools"], packages["baton-hss"])
    checks.that(file.read_text().endswith("# ours\n"), "an upgrade leaves the configuration")
    checks.equal((state / "hss.db").read_text(), "subscribers", "and the state")
    dpkg("--remove", "baton-hss")
    checks.that(file.exists() and (state / "hss.db").exists(), "a removal leaves both")
    dpkg("--purge", "baton-hss")
    checks.that(not file.exists(), "a purge takes the configuration")
    checks.equal((state / "hss.db").read_text(), "subscribers", "and leaves the subscribers, whose keys are nowhere else")


main()
