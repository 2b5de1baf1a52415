"""The command line: python3 -m singlestore_double --port 3306 --mariadb-port 3307."""

import argparse
import asyncio
import logging
import os
import signal
import ssl
import sys

from .errors import Refusal
from .server import Double
from .switches import ALL


def arguments(words=None):
    parser = argparse.ArgumentParser(prog="singlestore_double", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mariadb-host", default="127.0.0.1")
    parser.add_argument("--mariadb-port", type=int, required=True)
    parser.add_argument("--mariadb-user", default="root")
    parser.add_argument("--mariadb-password", default="")
    parser.add_argument("--password", default="", help="what every user must give; without it, anyone may come in")
    parser.add_argument("--tls-certificate", help="offer TLS, with this certificate (PEM)")
    parser.add_argument("--tls-key", help="its key (PEM)")
    parser.add_argument("--pid-file", help="written once clients can come")
    parser.add_argument("--verbose", action="store_true", help="log every statement, with its values")
    for name, (default, allowed, text) in ALL.items():
        parser.add_argument("--" + name.replace("_", "-"), default=default, help=f"{text} (default {default})",
                            metavar="|".join(allowed) if allowed else "VALUE")  # fmt: skip
    return parser.parse_args(words)


async def run(options):
    tls = None
    if options.tls_certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls_certificate, options.tls_key)
    address = (options.mariadb_host, options.mariadb_port, options.mariadb_user, options.mariadb_password)
    double = Double(address, options.password, {name: getattr(options, name) for name in ALL}, tls)
    await double.prepare()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def ready(port):
        if options.pid_file:
            with open(options.pid_file, "w", encoding="ascii") as file:
                file.write(f"{os.getpid()}\n")
        logging.info("listening on %s:%d", options.host, port)

    serving = asyncio.create_task(double.serve(options.host, options.port, ready))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    serving.cancel()
    if options.pid_file and os.path.exists(options.pid_file):
        os.remove(options.pid_file)
    if serving.done() and not serving.cancelled():
        serving.result()


def main():
    options = arguments()
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.INFO, stream=sys.stderr,
                        format="%(asctime)s %(message)s")  # fmt: skip
    try:
        asyncio.run(run(options))
    except (OSError, Refusal) as error:
        sys.exit(f"singlestore_double: {error}")


if __name__ == "__main__":
    main()
