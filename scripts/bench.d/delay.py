#!/usr/bin/env python3
"""A wire that takes time: forwards a port of this machine to a server, each byte some milliseconds later.

    delay.py --to HOST:PORT [--milliseconds 5]

Promises: listens on a free port of 127.0.0.1 and prints it; a question and its answer take --milliseconds longer together, however
much is under way; ends with its standard input.
"""

import argparse
import asyncio
import contextlib
import sys


async def forward(reader, writer, seconds):
    """What was read at a time is written that many seconds later, in order."""
    loop = asyncio.get_running_loop()
    waiting = asyncio.Queue(maxsize=256)

    async def write():
        while True:
            due, data = await waiting.get()
            if (left := due - loop.time()) > 0:
                await asyncio.sleep(left)
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.close()

    task = asyncio.create_task(write())
    try:
        while data := await reader.read(1 << 18):
            await waiting.put((loop.time() + seconds, data))
    except ConnectionError:
        pass
    await waiting.put((loop.time() + seconds, b""))
    await asyncio.gather(task, return_exceptions=True)


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    parser.add_argument("--milliseconds", type=float, default=5)
    options = parser.parse_args()
    host, port = options.to.rsplit(":", 1)
    half = options.milliseconds / 2000

    async def serve(reader, writer):
        there, back = await asyncio.open_connection(host, int(port))
        # At the end, whoever is still connected is let go.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(forward(reader, back, half), forward(there, writer, half))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


if __name__ == "__main__":
    asyncio.run(main())
