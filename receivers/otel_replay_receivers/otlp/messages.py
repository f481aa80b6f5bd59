"""Protobuf classes for export requests, and the test for arrays and maps among attribute values.

The classes come from the published OTLP descriptors with one change: in records and all they hold,
an attribute value that is an array or a map has a message type with a required field that no sender
sets. So ``IsInitialized()``, which runs in C, tells whether any record of a request holds such a
value, without a look at any attribute from Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

_PACKAGE = "opentelemetry.proto.common.v1"
_NESTED_FILE = "otel_replay/nested.proto"
_MESSAGE = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE


def _nested_file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name=_NESTED_FILE, package=_PACKAGE, syntax="proto2")
    file.message_type.add(name="Nested").field.add(
        name="never_sent",
        number=536870911,
        type=descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
        label=descriptor_pb2.FieldDescriptorProto.LABEL_REQUIRED,
    )
    return file


def _file(module: Any) -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto()
    module.DESCRIPTOR.CopyToProto(file)
    return file


def _common_file() -> descriptor_pb2.FileDescriptorProto:
    """common.proto with types of its own for values in records."""
    file = _file(common_pb2)
    file.dependency.append(_NESTED_FILE)
    value = _copy(file, "AnyValue", "RecordAnyValue")
    _retype(value, "array_value", "Nested")
    _retype(value, "kvlist_value", "Nested")
    _retype(_copy(file, "KeyValue", "RecordKeyValue"), "value", "RecordAnyValue")
    return file


def _record_file(module: Any) -> descriptor_pb2.FileDescriptorProto:
    """A signal's file. All its values are those of records, as senders have files of their own."""
    file = _file(module)
    for message in _all_messages(file.message_type):
        for field in message.field:
            if field.type_name in (f".{_PACKAGE}.AnyValue", f".{_PACKAGE}.KeyValue"):
                _retype(message, field.name, f"Record{field.type_name.rpartition('.')[2]}")
    return file


def _all_messages(messages: Any) -> Iterator[Any]:
    for message in messages:
        yield message
        yield from _all_messages(message.nested_type)


def _copy(
    file: descriptor_pb2.FileDescriptorProto, name: str, copy: str
) -> descriptor_pb2.DescriptorProto:
    message = file.message_type.add()
    message.CopyFrom(_named(file.message_type, name))
    message.name = copy
    return message


def _named(messages: Any, name: str) -> Any:
    return next(message for message in messages if message.name == name)


def _retype(message: descriptor_pb2.DescriptorProto, field_name: str, type_name: str) -> None:
    field = _named(message.field, field_name)
    field.type = _MESSAGE
    field.type_name = f".{_PACKAGE}.{type_name}"


def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_nested_file())
    pool.Add(_common_file())
    pool.Add(_file(resource_pb2))
    for module in (trace_pb2, logs_pb2, metrics_pb2):
        pool.Add(_record_file(module))
    for service in (trace_service_pb2, logs_service_pb2, metrics_service_pb2):
        pool.Add(_file(service))
    return pool


_FLAT_POOL = _pool()


def flat(message_class: Any) -> Any:
    """The class that reads the same bytes, and is uninitialized when a record is not flat."""
    return message_factory.GetMessageClass(
        _FLAT_POOL.FindMessageTypeByName(message_class.DESCRIPTOR.full_name)
    )
