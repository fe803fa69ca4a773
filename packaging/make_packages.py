#!/usr/bin/env python3
"""make_packages.py ROOT BINARY OUTPUT [COMPRESSION]: the Debian packages of one build, by dpkg-deb.

The same files give the same packages: times are those of the last commit, owners are root, names are sorted.
"""

import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROLES = {"hss": "home subscriber server", "mme": "mobility management entity", "upe": "user plane entity",
         "enb": "LTE base station"}
# SCTP over raw IP where the kernel has none needs the right to open such a socket; others need nothing.
RAW = {"mme", "enb"}
MAINTAINER = "Baton maintainers <maintainers@baton.invalid>"
DESCRIPTION = "mobility security core for 3GPP packet networks"


def said(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


class Package:
    def __init__(self, folder, name, version, architecture, summary, long, depends, section="net"):
        self.tree = folder / name
        self.name = name
        self.fields = {"Package": name, "Version": version, "Architecture": architecture, "Maintainer": MAINTAINER,
                       "Section": section, "Priority": "optional", "Depends": ", ".join(depends)}
        self.description = f"{summary}\n " + long
        self.conffiles = []
        self.scripts = {}

    def file(self, where, content, mode=0o644):
        path = self.tree / where
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pathlib.Path):
            shutil.copyfile(content, path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)

    def configuration(self, where, content):
        self.file(where, content, 0o640 if where.endswith(".yaml") else 0o644)
        self.conffiles.append("/" + where)

    def documents(self, root, changelog):
        doc = f"usr/share/doc/{self.name}"
        self.file(f"{doc}/copyright", COPYRIGHT)
        self.file(f"{doc}/changelog.gz", gzip.compress(changelog.encode(), 9, mtime=0))

    def build(self, output, epoch, compression):
        control = self.tree / "DEBIAN"
        control.mkdir()
        octets = sum(p.stat().st_size for p in self.tree.rglob("*") if p.is_file())
        self.fields["Installed-Size"] = str(-(-octets // 1024))
        lines = [f"{k}: {v}" for k, v in self.fields.items() if v] + [f"Description: {self.description}"]
        (control / "control").write_text("\n".join(lines) + "\n")
        if self.conffiles:
            (control / "conffiles").write_text("".join(f"{c}\n" for c in self.conffiles))
        for name, text in self.scripts.items():
            (control / name).write_text(text)
            (control / name).chmod(0o755)
        sums = [f"{said('md5sum', str(p)).split()[0]}  {p.relative_to(self.tree)}\n" for p in sorted(self.tree.rglob("*"))
                if p.is_file() and control not in p.parents]
        (control / "md5sums").write_text("".join(sums))
        for p in [self.tree, *self.tree.rglob("*")]:
            if p.is_dir():
                p.chmod(0o755)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
        said("dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build", str(self.tree), str(output), env=environment)


COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Baton

Files: *
Copyright: The Baton maintainers
License: Apache-2.0
 On Debian systems the text of this licence is in /usr/share/common-licenses/Apache-2.0.
"""

# The user's files stay when the package goes, and when it is purged without asking: they are subscribers and
# the only keys that open them. Who wants them gone removes /var/lib/baton-ROLE.
POSTINST = """#!/bin/sh
set -e
if [ "$1" = configure ]; then
  systemd-sysusers ${DPKG_ROOT:+--root="$DPKG_ROOT"} baton-@ROLE@.conf
  uid=$(awk -F: '$1 == "baton-@ROLE@" { print $3 }' "$DPKG_ROOT/etc/passwd")
  gid=$(awk -F: '$1 == "baton-@ROLE@" { print $3 }' "$DPKG_ROOT/etc/group")
  if [ -f "$DPKG_ROOT/etc/baton/@ROLE@.yaml" ]; then
    chgrp "$gid" "$DPKG_ROOT/etc/baton/@ROLE@.yaml"
    chmod 0640 "$DPKG_ROOT/etc/baton/@ROLE@.yaml"
  fi
  if [ ! -d "$DPKG_ROOT/var/lib/baton-@ROLE@" ]; then
    install -d -m 0700 -o "$uid" -g "$gid" "$DPKG_ROOT/var/lib/baton-@ROLE@"
  fi
  if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    # It is not started unasked: its configuration names a test network. One that runs is started anew.
    if [ -n "$2" ]; then systemctl try-restart baton-@ROLE@.service || true; fi
  fi
fi
"""
PRERM = """#!/bin/sh
set -e
if [ "$1" = remove ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  systemctl --no-reload disable --now baton-@ROLE@.service || true
fi
"""
POSTRM = """#!/bin/sh
set -e
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
"""


HSS_HEAD = """# The HSS of this machine: systemctl enable --now baton-hss, once this names your network. Then, as root:
#
#   baton subscriber -c /etc/baton/hss.yaml import FILE
#   baton subscriber -c /etc/baton/hss.yaml list
#
# /usr/share/doc/baton-tools/operations.md has every key. Lines that begin with # and no space after it are
# examples: take the # away.
"""


def filled(template, **values):
    for name, value in values.items():
        template = template.replace(f"@{name}@", value)
    return template


def dependencies(binary):
    """The libraries' packages with the versions they need, by Debian's own reading of the binary."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "debian").mkdir()
        (folder / "debian" / "control").write_text("Source: baton\n\nPackage: baton-tools\nArchitecture: any\n")
        out = said("dpkg-shlibdeps", "-O", "--ignore-missing-info", str(binary), cwd=folder)
    found = re.search(r"^shlibs:Depends=(.*)$", out, re.M)
    return [d.strip() for d in found.group(1).split(",")] if found else []


def configuration(root, role):
    """The configuration of one role: that of the HSS is the whole example, others are cut out of the demo network."""
    if role == "hss":
        text = (root / "etc" / "hss.yaml").read_text()
        # Its beginning tells how it starts from a clone; here a unit starts it.
        text = HSS_HEAD + text[text.index("\nlogger:"):]
        return text.replace("state/run/", "/run/baton-hss/").replace("state/", "/var/lib/baton-hss/")
    lines = (root / "etc" / "demo.yaml").read_text().splitlines()
    sections, name = {}, ""
    for line in lines:
        if re.match(r"[a-z]+:", line):
            name = line.split(":")[0]
        elif line.startswith("#"):
            continue
        if name:
            sections.setdefault(name, []).append(line)
    wanted = {"mme": ["mme"], "upe": ["upe"], "enb": ["enb"]}[role]
    # Of several nodes the first; what it has to know of the others stands in its own lists.
    out = [f"# One {ROLES[role]} of the demo network. docs/operations.md has every key.", "logger:", "  level: info", ""]
    out += sections["global"]
    for section in wanted:
        rows, seen = [], 0
        for line in sections[section]:
            seen += line.startswith("  - name:")
            if seen <= 1:
                rows.append(line)
        out += rows
    return "\n".join(out).rstrip("\n") + "\n"


def main():
    root, binary, output = (pathlib.Path(a) for a in sys.argv[1:4])
    compression = sys.argv[4] if len(sys.argv) > 4 else "xz"
    version = re.search(r"VERSION (\d+\.\d+\.\d+)", (root / "CMakeLists.txt").read_text()).group(1)
    try:
        epoch = int(said("git", "-C", str(root), "log", "-1", "--format=%ct").strip())
    except (subprocess.CalledProcessError, OSError, ValueError):
        epoch = int((root / "CMakeLists.txt").stat().st_mtime)
    architecture = said("dpkg", "--print-architecture").strip()
    date = said("date", "-u", "-R", "-d", f"@{epoch}").strip()
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        packages = []

        def package(name, arch, summary, long, depends, section="net"):
            p = Package(folder, name, version, arch, summary, long, depends, section)
            p.documents(root, f"baton ({version}) stable; urgency=medium\n\n  * CHANGELOG.md in baton-tools says what is new.\n\n"
                              f" -- {MAINTAINER}  {date}\n")
            packages.append(p)
            return p

        tools = package("baton-tools", architecture, f"{DESCRIPTION}: the command",
                        "Serves as any node, manages the subscribers of an HSS, derives keys, decodes\n captures and runs the lab.",
                        dependencies(binary))
        stripped = folder / "stripped"
        said("strip", "--strip-unneeded", "-o", str(stripped), str(binary))
        tools.file("usr/bin/baton", stripped, 0o755)
        for page in sorted((root / "docs").glob("*.md")) + [root / "README.md"]:
            tools.file(f"usr/share/doc/baton-tools/{page.name}", page)
        tools.file("usr/share/doc/baton-tools/CHANGELOG.md", root / "CHANGELOG.md")
        tools.file("usr/share/doc/baton-tools/openapi.json", root / "docs" / "openapi.json")
        for example in ("demo.yaml", "subscribers.csv", "prometheus-alerts.yaml", "grafana-baton.json"):
            tools.file(f"usr/share/doc/baton-tools/examples/{example}", root / "etc" / example)

        unit = (root / "packaging" / "node.service.in").read_text()
        for role, what in ROLES.items():
            p = package(f"baton-{role}", "all", f"{DESCRIPTION}: {role.upper() if role != 'enb' else 'eNB'}",
                        f"A {what} as a system service, with a user of its own.", [f"baton-tools (>= {version})", "systemd"])
            p.configuration(f"etc/baton/{role}.yaml", configuration(root, role))
            p.file(f"lib/systemd/system/baton-{role}.service",
                   filled(unit, ROLE=role, ROLE_NAME=what, CAPABILITIES="CAP_NET_RAW" if role in RAW else "",
                          PRIVATE_USERS="no" if role in RAW else "yes", PROC_SUBSET="all"))
            p.file(f"usr/lib/sysusers.d/baton-{role}.conf",
                   f'u baton-{role} - "Baton {what}" /var/lib/baton-{role}\n')
            for script, text in (("postinst", POSTINST), ("prerm", PRERM), ("postrm", POSTRM)):
                p.scripts[script] = filled(text, ROLE=role)

        built = binary.parent
        if (built / "cmake_install.cmake").is_file() and (built / "src" / "libbaton_keys.a").is_file():
            dev = package("libbaton-dev", architecture, f"{DESCRIPTION}: keys and algorithms for programs",
                          "Key derivations, sequence numbers and algorithms with their headers, for\n find_package(Baton) and pkg-config.",
                          ["libc6-dev", "libipsec-mb-dev" if architecture == "amd64" else "libc6-dev"], "libdevel")
            said("cmake", "--install", str(built), "--component", "library", "--prefix", str(dev.tree / "usr"))
        for p in packages:
            p.build(output, epoch, compression)
            print(f"{output}/{p.name}_{version}_{p.fields['Architecture']}.deb")


main()
