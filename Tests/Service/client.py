"""The original's own client class, as it is in the release, asks this service."""

import argparse
import asyncio
import sqlite3

from agno.client import AgentOSClient
from serving import serving


def stamps(path):
    connection = sqlite3.connect(path)
    try:
        return dict(connection.execute("SELECT table_name, version FROM agno_schema_versions"))
    finally:
        connection.close()


async def ask(service):
    client = AgentOSClient(base_url=service.base)
    config = client.get_config()
    assert config.os_id == "my-os", config
    assert sorted(config.databases) == ["one", "two"], config
    assert [entry.db_id for entry in config.session.dbs] == ["one", "two"], config
    assert (await client.aget_config()).os_id == "my-os"

    # The client sends the version in a JSON body; the original does not read it there and goes to the newest.
    answer = await client.migrate_database("one", target_version="2.3.0")
    assert answer == {"message": "Database migrated successfully to version 2.3.0"}, answer
    assert stamps(service.folder / "0.db")["agno_sessions"] == "2.3.0"
    answer = await client.migrate_database("one")
    assert answer == {"message": "Database migrated successfully to latest version"}, answer
    assert stamps(service.folder / "0.db")["agno_memories"] == "3.0.0"

    for name, version, status in [("nothing", None, 404), ("one", "9.9.9", 400)]:
        try:
            await client.migrate_database(name, target_version=version)
        except Exception as error:  # noqa: BLE001: the class of the error is the client's business
            assert getattr(getattr(error, "response", None), "status_code", None) == status, repr(error)
        else:
            raise AssertionError(f"{name} {version} was accepted")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    with serving(options.program, ["one", "two"], '[os]\nid = "my-os"') as service:
        asyncio.run(ask(service))
        code, log = service.stop()
        assert code == 0, log
    print("the original's client: all as it should be")


main()
