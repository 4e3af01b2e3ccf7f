"""DynamoDB as `portal.records` speaks with it: the calls it makes, in the notation of the service itself."""

from __future__ import annotations

from portal.aws_json import JsonService


class DynamoDB(JsonService):
    """The calls of tables."""

    service, version, media_type = "dynamodb", "DynamoDB_20120810", "application/x-amz-json-1.0"
    operations = {  # noqa: RUF012 declared as ClassVar by its base
        "get_item": "GetItem", "query": "Query", "put_item": "PutItem", "update_item": "UpdateItem",
        "delete_item": "DeleteItem", "transact_write_items": "TransactWriteItems", "scan": "Scan"}
