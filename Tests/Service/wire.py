"""What only shows on the wire: TLS, headers, bodies that do not end, streams, many connections."""

import argparse
import fcntl
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse
import warnings

from serving import running, sample, serving


def raw(service, data, wait=5.0):
    """Sends bytes and reads until the other side closes or says no more."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=wait) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


def limits(program):
    more = "[server]\nmax_headers = 20\nidle_timeout = 1\nmax_body_bytes = 2048"
    with serving(program, ["db"], more) as service:
        head = b"POST /databases/db/migrate HTTP/1.1\r\nHost: localhost\r\n"
        many = b"".join(b"X-%d: y\r\n" % number for number in range(40))
        answer = raw(service, head + many + b"\r\n")
        assert b" 400 " in answer.split(b"\r\n")[0], answer
        answer = raw(service, head + b"X-Long: " + b"a" * 40000 + b"\r\n\r\n")
        assert b" 400 " in answer.split(b"\r\n")[0] or answer == b"", answer
        # A body that never comes is not waited for: 408, or the silent connection is closed before that.
        answer = raw(service, head + b"Content-Length: 10\r\n\r\nabc", wait=10)
        assert answer == b"" or b" 408 " in answer.split(b"\r\n")[0], answer
        # A body in pieces is counted, whatever it says of its length.
        piece = b"400\r\n" + b" " * 0x400 + b"\r\n"
        answer = raw(service, head + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + piece * 4 + b"0\r\n\r\n")
        assert b" 413 " in answer.split(b"\r\n")[0], answer
        # Two Content-Lengths are two requests for whoever believes the other one.
        answer = raw(service, head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc")
        assert b" 400 " in answer.split(b"\r\n")[0], answer
        for nonsense in [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]:
            answer = raw(service, nonsense)
            assert b" 200 " not in answer, answer
        # A connection that says nothing is closed.
        assert raw(service, b"", wait=10) == b""
        # A client that waits for a migration is not silent: it has asked, and it is answered.
        lock = open(service.folder / "0.db.agno-migrate.lock", "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        threading.Timer(3, lock.close).start()
        status, answer = service.ask("POST", "/databases/db/migrate")
        assert status == 200, answer
        assert service.ask("GET", "/health")[0] == 200
        assert service.stop()[0] == 0


def many_connections(program):
    with serving(program, ["db"], "[server]\nmax_connections = 200") as service:
        results = []

        def migrate():
            results.append(service.ask("POST", "/databases/db/migrate"))

        threads = [threading.Thread(target=migrate) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [(200, {"message": "Database migrated successfully to latest version"})] * 50, results
        status, history = service.ask("GET", "/databases/db/history")
        runs = [entry for entry in history["databases"][0]["entries"] if entry["event"] == "run"]
        assert [entry["outcome"] for entry in runs] == ["started", "finished"], runs


def two_processes(program):
    """Two services over one database, fifty requests: one migration, kept apart by the database's own lock."""
    urls = []
    with tempfile.TemporaryDirectory() as folder:
        urls.append(f"sqlite:///{folder}/shared.db")
        server = os.environ.get("AGNO_TEST_POSTGRESQL_URL")
        name = f"agno_service_{os.getpid()}"
        if server:
            subprocess.run(["psql", server, "-qc", f"CREATE DATABASE {name}"], check=True)
            parts = urllib.parse.urlsplit(server)
            urls.append(urllib.parse.urlunsplit(parts._replace(path=f"/{name}")))
        try:
            for url in urls:
                sample(program, url, sessions=100)
                with running(program, [("db", url)]) as first, running(program, [("db", url)]) as second:
                    results = []
                    threads = [
                        threading.Thread(target=lambda s=s: results.append(s.ask("POST", "/databases/db/migrate")))
                        for s in [first, second] * 25]
                    for thread in threads:
                        thread.start()
                    for thread in threads:
                        thread.join()
                    good = (200, {"message": "Database migrated successfully to latest version"})
                    assert results == [good] * 50, [result for result in results if result != good]
                    history = first.ask("GET", "/databases/db/history?limit=1000")[1]["databases"][0]["entries"]
                    runs = [entry["outcome"] for entry in history if entry["event"] == "run"]
                    assert runs == ["started", "finished"], runs
                    assert second.ask("GET", "/readyz")[0] == 200
        finally:
            if server:
                subprocess.run(["psql", server, "-qc", f"DROP DATABASE {name} WITH (FORCE)"], check=True)
    if not server:
        print("NOT RUN: two services on PostgreSQL; AGNO_TEST_POSTGRESQL_URL is not set")


def streams(program):
    """A watcher that goes away disturbs nothing; one that stays sees the end, also when the service ends."""
    with serving(program, ["db"], sessions=2000) as service:
        status, job = service.ask("POST", "/databases/db/migrate?async=true")
        assert status == 202, job
        gone = http.client.HTTPConnection("127.0.0.1", service.port)
        gone.request("GET", f"/jobs/{job['id']}/events")
        assert gone.getresponse().getheader("content-type") == "text/event-stream"
        gone.close()
        stays = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        stays.request("GET", f"/jobs/{job['id']}/events")
        events = stays.getresponse().read().decode()
        assert "event: finished\ndata: {\"status\":\"succeeded\"}" in events, events[-500:]
        assert service.ask("GET", f"/jobs/{job['id']}")[1]["status"] == "succeeded"
    with serving(program, ["db"], sessions=6000) as service:
        status, job = service.ask("POST", "/databases/db/migrate?async=true")
        stays = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        stays.request("GET", f"/jobs/{job['id']}/events")
        answer = stays.getresponse()
        # Until the migration is in the middle; an empty line means that the stream is at its end.
        while (line := answer.readline()) and b"progress" not in line:
            pass
        code, log = service.stop()
        rest = answer.read().decode()
        assert code == 0, log
        # A machine that is fast enough is done before the signal is heard.
        assert '"status":"interrupted"' in rest or '"status":"succeeded"' in rest, rest[-500:]
        assert "status=interrupted" in log or "status=succeeded" in log, log


def tls(program):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days",
             "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, stderr=subprocess.DEVNULL)
        more = f'[server]\ncertificate_file = "{certificate}"\nkey_file = "{key}"'
        with serving(program, ["db"], more) as service:
            assert service.base.startswith("https://"), service.base
            context = ssl.create_default_context(cafile=certificate)
            connection = http.client.HTTPSConnection("localhost", service.port, context=context, timeout=30)
            connection.request("POST", "/databases/db/migrate")
            answer = connection.getresponse()
            assert (answer.status, json.load(answer)["message"]) == (
                200, "Database migrated successfully to latest version")
            connection.close()
            assert b" 200 " not in raw(service, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                old.maximum_version = ssl.TLSVersion.TLSv1_1
            try:
                http.client.HTTPSConnection("localhost", service.port, context=old, timeout=30).request("GET", "/")
            except (ssl.SSLError, OSError):
                pass
            else:
                raise AssertionError("TLS 1.1 was accepted")
            assert service.stop()[0] == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    for test in [limits, many_connections, two_processes, streams, tls]:
        begin = time.monotonic()
        test(options.program)
        print(f"{test.__name__}: as it should be ({time.monotonic() - begin:.1f} s)")


main()
