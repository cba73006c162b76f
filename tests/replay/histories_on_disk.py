"""Recorded histories as files: opened with the test key, so that a reviewer can read what a case did."""

import json
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter, PayloadCodec

from adapters.codec import HaochapingPayloadConverter

FOLDER = Path(__file__).with_name("histories")
READABLE_CONVERTER = DataConverter(payload_converter_class=HaochapingPayloadConverter)
"""The product's converter without its codec: recorded histories are kept open."""


async def save(name: str, history: WorkflowHistory, codec: PayloadCodec, folder: Path = FOLDER) -> Path:
    """Keep a history under a new name. Raises FileExistsError when there is one of that name."""
    for event in history.events:
        for payload in _payloads(event):
            payload.CopyFrom((await codec.decode([payload]))[0])
    path = folder / f"{name}.json"
    with path.open("x", encoding="utf-8") as file:
        json.dump(json.loads(history.to_json()), file, ensure_ascii=False, indent=1)
        file.write("\n")
    return path


def load(path: Path) -> WorkflowHistory:
    """A recorded history."""
    text = path.read_text(encoding="utf-8")
    return WorkflowHistory.from_json(path.stem, text)


def _payloads(message: Message) -> Iterator[Payload]:
    for field, value in message.ListFields():
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            children = [each for each in value.values() if isinstance(each, Message)]
        else:
            children = list(value) if field.is_repeated else [value]
        for child in children:
            if isinstance(child, Payload):
                yield child
            else:
                yield from _payloads(child)
