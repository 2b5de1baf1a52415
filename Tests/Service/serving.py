"""Starts the program's service on loopback, on a port that is free, with sample databases of its own."""

import contextlib
import json
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


class Service:
    """A running service."""

    def __init__(self, process, log, base, folder):
        self.process, self.log, self.base, self.folder = process, log, base, folder

    @property
    def port(self):
        return int(self.base.rsplit(":", 1)[1])

    def ask(self, method, path, body=None, headers=None):
        """The status and the JSON of an answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def stop(self):
        """Ends it as a container's host does; the exit code and the log."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60), self.log.read_text()


def sample(program, url, version="2.0.0", sessions=5):
    """Makes a sample database."""
    subprocess.run(
        [program, "sample", "--db", url, "--version", version, "--sessions", str(sessions), "--quiet"],
        check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def serving(program, databases, more="", sessions=5):
    """A service with sample databases of SQLite: `databases` is a list of ids; `more` goes into the configuration file."""
    with tempfile.TemporaryDirectory(prefix="agno-service-") as name:
        folder = pathlib.Path(name)
        urls = [(identity, f"sqlite:///{folder}/{number}.db") for number, identity in enumerate(databases)]
        for _, url in urls:
            sample(str(pathlib.Path(program).resolve()), url, sessions=sessions)
        with running(program, urls, more, folder) as service:
            yield service


@contextlib.contextmanager
def running(program, urls, more="", folder=None):
    """A service with databases that are there; `urls` is a list of pairs of id and URL."""
    program = str(pathlib.Path(program).resolve())
    with tempfile.TemporaryDirectory(prefix="agno-service-") as name:
        lines = [more]
        for identity, url in urls:
            lines += ["[[database]]", f"id = {json.dumps(identity)}", f"url = {json.dumps(url)}"]
        configuration = pathlib.Path(name) / "agno-migrate.toml"
        configuration.write_text("\n".join(lines) + "\n")
        log = pathlib.Path(name) / "log"
        with log.open("w") as stream:
            process = subprocess.Popen(
                [program, "serve", "--config", configuration, "--port", "0"], stderr=stream, stdout=subprocess.DEVNULL)
        try:
            base = None
            end = time.monotonic() + 60
            while base is None:
                match = re.search(r"listening on (\S+),", log.read_text())
                if match:
                    base = match.group(1)
                elif process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"the service did not start: {log.read_text()}")
                else:
                    time.sleep(0.005)
            yield Service(process, log, base, folder)
        finally:
            # Only the process that was started here.
            if process.poll() is None:
                process.kill()
            process.wait()
