"""postgres.py: Debian's PostgreSQL in a folder of its own, which ends with the test, however that ends."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time

PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
# Not as root, which PostgreSQL refuses to be; and the kernel ends it with its parent.
AS_SERVER = ["setpriv", *(["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []), "--pdeathsig", "QUIT"]


class Postgres:
    def __init__(self):
        self.holder = tempfile.TemporaryDirectory(prefix="baton-pg-")
        self.folder = pathlib.Path(self.holder.name)
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres", self.folder], check=True)
        else:
            self.folder.chmod(0o700)
        data = self.folder / "data"
        subprocess.run([*AS_SERVER, PROGRAMS / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"],
                       check=True, cwd=self.folder, stdout=subprocess.DEVNULL)
        self.log = open(self.folder / "server.log", "ab")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [*AS_SERVER, PROGRAMS / "postgres", "-D", self.folder / "data", "-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}",
             "-c", "fsync=off", "-c", "shared_buffers=16MB"], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(600):
            if self.process.poll() is not None:
                break
            if subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", self.folder], check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL does not start: " + (self.folder / "server.log").read_text()[-2000:])

    def command(self, database):
        return [PROGRAMS / "psql", "-X", "-q", "-A", "-t", "-h", str(self.folder), "-U", "postgres", "-d", database]

    def sql(self, text, database="postgres"):
        return subprocess.run([*self.command(database), "-v", "ON_ERROR_STOP=1", "-c", text], check=True, stdout=subprocess.PIPE, text=True).stdout

    def session(self, database):
        return subprocess.Popen(self.command(database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def stop(self):
        """At once, as a crash would."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        self.holder.cleanup()
