#!/usr/bin/env python3
"""Stores the conversations of v1_spec.py with the document storages of a 1.x release, whose python runs it, and writes what
their exports hold.

    v1_files.py FOLDER

Writes FOLDER/json (JsonStorage), yaml (YamlStorage), mongo-canonical, mongo-relaxed, mongo-list and mongo-bson (as mongoexport
and mongodump write them), dynamodb (as an export to S3 writes it), redis (a line for each key). The clients of the services are
doubles in this process: the python needs mongomock, pymongo, fakeredis, redis, moto[dynamodb], boto3 and pyyaml besides.
"""

import json
import os
import pathlib
import sys

import v1_spec as spec
import v1_write

KINDS = {"agent_sessions": "agent", "team_sessions": "team", "workflow_sessions": "workflow_v2"}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def folders(root):
    from agno.storage.json import JsonStorage
    from agno.storage.yaml import YamlStorage

    for name, storage in (("json", JsonStorage), ("yaml", YamlStorage)):
        v1_write.fill(*(storage(root / name / kind, mode=mode) for kind, mode in KINDS.items()), None)


def mongo(root):
    import bson
    import mongomock
    from agno.memory.v2.db.mongodb import MongoMemoryDb
    from agno.storage.mongodb import MongoDbStorage
    from bson import json_util

    client = mongomock.MongoClient()
    v1_write.fill(*(MongoDbStorage(kind, client=client, mode=mode) for kind, mode in KINDS.items()),
                  MongoMemoryDb("memories", client=client))
    for name in (*KINDS, "memories"):
        collection = client["agno"][name]
        collection.update_many({}, {"$set": {"created_at": spec.CLOCK, "updated_at": spec.CLOCK}})
        documents = list(collection.find())
        for number, document in enumerate(documents):
            document["_id"] = bson.ObjectId(f"{number + 1:024x}")
        for form, options in (("canonical", json_util.CANONICAL_JSON_OPTIONS), ("relaxed", json_util.RELAXED_JSON_OPTIONS)):
            lines = [json_util.dumps(document, json_options=options) for document in documents]
            write(root / f"mongo-{form}" / f"{name}.json", "".join(line + "\n" for line in lines))
        write(root / "mongo-list" / f"{name}.json", "[" + ",\n".join(lines) + "]\n")
        dump = root / "mongo-bson" / "agno"
        write(dump / f"{name}.metadata.json", '{"indexes":[],"collectionName":"%s"}' % name)
        (dump / f"{name}.bson").write_bytes(b"".join(bson.encode(document) for document in documents))


def dynamodb(root):
    import boto3
    import moto

    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")
    with moto.mock_aws():
        from agno.storage.dynamodb import DynamoDbStorage

        v1_write.fill(*(DynamoDbStorage(kind, region_name="us-east-1", mode=mode) for kind, mode in KINDS.items()), None)
        for kind in KINDS:
            items = boto3.client("dynamodb").scan(TableName=kind)["Items"]
            write(root / "dynamodb" / kind / "data" / "part.json",
                  "".join(json.dumps({"Item": item}, ensure_ascii=False) + "\n" for item in items))


def redis(root):
    import agno.memory.v2.db.redis as memories
    import agno.storage.redis as storages
    import fakeredis

    server = fakeredis.FakeServer()
    storages.Redis = memories.Redis = lambda **options: fakeredis.FakeRedis(server=server, decode_responses=True)
    v1_write.fill(*(storages.RedisStorage(kind, mode=mode) for kind, mode in KINDS.items()), memories.RedisMemoryDb("memories"))
    client = storages.Redis()
    lines = [json.dumps({"key": key, "value": client.get(key)}, ensure_ascii=False) for key in sorted(client.keys())]
    write(root / "redis" / "dump.jsonl", "".join(line + "\n" for line in lines))


def main():
    root = pathlib.Path(sys.argv[1])
    for export in (folders, mongo, dynamodb, redis):
        export(root)


if __name__ == "__main__":
    main()
