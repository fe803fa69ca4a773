#!/usr/bin/env python3
"""store_test.py BATON: the store of an HSS looked after by the command: checked, rotated, rewrapped, backed up and restored."""

import json
import pathlib
import subprocess
import sys
import time

from hss_world import K, OPC, World
from postgres import Postgres
from support import Checks

NEEDLES = [K.encode(), K.upper().encode(), OPC.encode(), bytes.fromhex(K), bytes.fromhex(OPC)]
IMSIS = [f"00101{n:010}" for n in range(1, 8)]


def configured(world, name, place, keys):
    """A configuration like the world's with another store and other keys."""
    lines = []
    for line in world.config.read_text().splitlines():
        lines.append(f"  {place}\n  keys: {keys}\n  sqn: {{index-base: 0}}" if line.startswith("  store:") else line)
    path = world.folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def words(folder, name, text):
    path = folder / name
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def life(checks, world, what, config, place_again, keys_again):
    """The same steps on a file and on a shared database."""
    folder = world.folder

    def store(command, *more, config=config):
        return checks.run("store", command, *more, "-c", str(config))

    def subscriber(*arguments):
        return checks.run("subscriber", *arguments, "-c", str(config))

    words(folder, "k", K), words(folder, "opc", OPC)
    for imsi in IMSIS:
        said = subscriber("add", imsi, "--k", f"@{folder}/k", "--opc", f"@{folder}/opc")
        checks.equal(said.status, 0, f"{what}: add: {said.err}")

    # Looked through, and said what seals it.
    said = store("check")
    checks.equal(said.status, 0, f"{what}: check: {said.err}")
    checks.that(f"{len(IMSIS)} subscribers" in said.out and f"data key 1: {len(IMSIS)} records" in said.out, said.out)

    # Every record under a new data key; the one before goes with the next rotation but one.
    for key in (2, 3):
        said = store("rotate")
        checks.equal(said.status, 0, f"{what}: rotate: {said.err}")
        checks.that(f"data key {key} seals {len(IMSIS)} records" in said.out, said.out)
    said = store("check")
    checks.that("data key 3: 7 records" in said.out and "data key 1" not in said.out, f"{what}: {said.out}")

    # By other words; those of before open it no more.
    words(folder, f"{what}.words", "other words")
    other = configured(world, f"{what}.other.yaml", place_again(None), f"{{wrapped-by: passphrase, file: {folder}/{what}.words}}")
    said = store("rewrap", "--keys-of", str(other))
    checks.equal((said.status, "passphrase" in said.out), (0, True), f"{what}: rewrap: {said.err}")
    said = store("check")
    checks.that(said.status != 0 and "passphrase" in said.err, f"{what}: the key of before: {said.err}")
    said = store("check", config=other)
    checks.equal(said.status, 0, f"{what}: check by the words: {said.err}")
    words(folder, f"{what}.wrong", "no such words")
    wrong = configured(world, f"{what}.wrong.yaml", place_again(None), f"{{wrapped-by: passphrase, file: {folder}/{what}.wrong}}")
    checks.that(store("check", config=wrong).status != 0, f"{what}: other words")

    # Away and back, elsewhere.
    backup = folder / f"{what}.backup"
    said = store("backup", str(backup), config=other)
    checks.equal(said.status, 0, f"{what}: backup: {said.err}")
    checks.equal(backup.stat().st_mode & 0o777, 0o600, f"{what}: for its owner alone")
    octets = backup.read_bytes()
    checks.that(not any(n in octets for n in NEEDLES) and IMSIS[0].encode() not in octets, f"{what}: the backup can be read")
    said = store("backup", str(backup), config=other)
    checks.that(said.status != 0 and backup.read_bytes() == octets, f"{what}: over one that is there")
    before = json.loads(checks.run("subscriber", "show", IMSIS[3], "--json", "-c", str(other)).out)
    elsewhere = configured(world, f"{what}.again.yaml", place_again("again"), f"{{wrapped-by: passphrase, file: {folder}/{what}.words}}")
    said = store("restore", str(backup), config=elsewhere)
    checks.equal((said.status, f"{len(IMSIS)} subscribers restored" in said.out), (0, True), f"{what}: restore: {said.err}")
    after = json.loads(checks.run("subscriber", "show", IMSIS[3], "--json", "-c", str(elsewhere)).out)
    checks.that(after["sqn"]["seq"] >= before["sqn"]["seq"] + (1 << 24), f"{what}: what left since counts as used: {before['sqn']} {after['sqn']}")
    checks.equal(after.get("apns"), before.get("apns"), f"{what}: the subscription")
    said = store("restore", str(backup), config=elsewhere)
    checks.that(said.status != 0, f"{what}: into what is not empty")
    damaged = folder / f"{what}.damaged"
    damaged.write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
    nowhere = configured(world, f"{what}.none.yaml", place_again("none"), f"{{wrapped-by: passphrase, file: {folder}/{what}.words}}")
    said = store("restore", str(damaged), config=nowhere)
    checks.that(said.status != 0 and "backup" in said.err, f"{what}: a damaged backup: {said.err}")
    said = store("restore", str(backup), config=configured(
        world, f"{what}.strange.yaml", place_again("none"), f"{{wrapped-by: passphrase, file: {folder}/{what}.wrong}}"))
    checks.that(said.status != 0, f"{what}: a backup under other words")


def on_a_file(checks, world):
    def place(name):
        return f"store: {world.folder}/{name or 'hss'}.db"
    config = configured(world, "file.yaml", place(None), f"{{wrapped-by: file, file: {world.folder}/hss.db.key}}")
    life(checks, world, "file", config, place, None)
    checks.that(not (world.folder / "none.db").exists(), "nothing is left of what could not be restored")
    for name in ("hss.db", "hss.db-wal", "again.db"):
        path = world.folder / name
        octets = path.read_bytes() if path.exists() else b""
        checks.that(not any(n in octets for n in NEEDLES), f"{name} can be read")


def on_a_database(checks, world, server):
    for name in ("hss", "again", "none"):
        server.sql(f"CREATE DATABASE {name}")

    def place(name):
        return f"database: \"host={server.folder} user=postgres dbname={name or 'hss'}\""
    config = configured(world, "database.yaml", place(None), f"{{wrapped-by: file, file: {world.folder}/shared.key}}")
    life(checks, world, "database", config, place, None)

    # Who works on it keeps the others from that; who is killed does not.
    other = world.folder / "database.other.yaml"
    holder = server.session("hss")
    holder.stdin.write("BEGIN; SELECT id FROM store WHERE id = 2 FOR UPDATE;\n")
    holder.stdin.flush()
    holder.stdout.readline()
    said = checks.run("store", "rotate", "-c", str(other))
    checks.that(said.status != 0 and "another command" in said.err, f"two at once: {said.err}")
    holder.kill()
    holder.wait()
    for _ in range(50):
        said = checks.run("store", "rotate", "-c", str(other))
        if said.status == 0:
            break
        time.sleep(0.1)
    checks.equal(said.status, 0, f"after it was killed: {said.err}")


def main(binary):
    checks = Checks(binary)
    with World(binary) as world:
        on_a_file(checks, world)
    with World(binary) as world, Postgres() as server:
        on_a_database(checks, world, server)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
