"""Protobuf classes for export requests, and the test for deeply nested values.

The classes come from the published OTLP descriptors with one change: a value inside an array or map
that is itself an array or map has a message type with a required field that no sender sets. So
``IsInitialized()``, which runs in C, tells whether a request nests values more than one level deep,
without a look at any attribute from Python.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

_PACKAGE = "opentelemetry.proto.common.v1"
_DEEP_FILE = "otel_replay/deep.proto"
_MESSAGE = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE


def _deep_file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name=_DEEP_FILE, package=_PACKAGE, syntax="proto2")
    file.message_type.add(name="Deep").field.add(
        name="never_sent",
        number=536870911,
        type=descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
        label=descriptor_pb2.FieldDescriptorProto.LABEL_REQUIRED,
    )
    return file


def _common_file() -> descriptor_pb2.FileDescriptorProto:
    """common.proto with a type of its own for values inside arrays and maps."""
    file = descriptor_pb2.FileDescriptorProto()
    common_pb2.DESCRIPTOR.CopyToProto(file)
    file.dependency.append(_DEEP_FILE)
    messages = {message.name: message for message in file.message_type}
    element = file.message_type.add()
    element.CopyFrom(messages["AnyValue"])
    element.name = "ElementValue"
    entry = file.message_type.add()
    entry.CopyFrom(messages["KeyValue"])
    entry.name = "Entry"
    _retype(messages["ArrayValue"], "values", "ElementValue")
    _retype(messages["KeyValueList"], "values", "Entry")
    _retype(entry, "value", "ElementValue")
    _retype(element, "array_value", "Deep")
    _retype(element, "kvlist_value", "Deep")
    return file


def _retype(message: descriptor_pb2.DescriptorProto, field_name: str, type_name: str) -> None:
    field = next(field for field in message.field if field.name == field_name)
    field.type = _MESSAGE
    field.type_name = f".{_PACKAGE}.{type_name}"


def _shallow_pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_deep_file())
    pool.Add(_common_file())
    for module in (resource_pb2, trace_pb2, logs_pb2, trace_service_pb2, logs_service_pb2):
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        pool.Add(file)
    return pool


_pool = _shallow_pool()


def _shallow(name: str) -> Any:
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(name))


TRACES_REQUEST: Any = _shallow("opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest")
LOGS_REQUEST: Any = _shallow("opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest")

DEEP_TRACES_REQUEST: Any = trace_service_pb2.ExportTraceServiceRequest
DEEP_LOGS_REQUEST: Any = logs_service_pb2.ExportLogsServiceRequest
