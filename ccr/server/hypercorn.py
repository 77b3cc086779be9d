"""What we use of Hypercorn.

It also loads what speaks HTTP/2 and WebSocket, what logs, and what starts processes, although nobody asks for them.
That takes half of the time of the whole import, and two megabytes, so stand-ins are imported in their place.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

LEFT_OUT = {
    "h2": "events",
    "h2.events": "H2Event",
    "hypercorn.logging": "Logger",
    "hypercorn.protocol.h2": "H2Protocol",
    "hypercorn.protocol.ws_stream": "WSStream",
    "hypercorn.trio.run": "worker_serve",
    "multiprocessing.synchronize": "Event",
}
"""Modules, and the name that each of them is imported for."""


@contextmanager
def _leaving_out() -> Iterator[None]:
    stand_ins = {name: ModuleType(name) for name in LEFT_OUT if name not in sys.modules}
    for name, module in stand_ins.items():
        setattr(module, LEFT_OUT[name], None)
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


with _leaving_out():
    from hypercorn.app_wrappers import ASGIWrapper
    from hypercorn.config import Config
    from hypercorn.events import Closed, Event, RawData
    from hypercorn.protocol.events import Body, Request
    from hypercorn.protocol.events import Event as StreamEvent
    from hypercorn.protocol.h11 import STREAM_ID, H11Protocol
    from hypercorn.protocol.http_stream import HTTPStream
    from hypercorn.trio.task_group import TaskGroup
    from hypercorn.trio.tcp_server import TCPServer
    from hypercorn.trio.worker_context import TrioSingleTask, WorkerContext
    from hypercorn.typing import ASGIFramework, ConnectionState, H11SendableEvent
    from hypercorn.typing import TaskGroup as Tasks
    from hypercorn.utils import parse_socket_addr

__all__ = (
    "STREAM_ID",
    "ASGIFramework",
    "ASGIWrapper",
    "Body",
    "Closed",
    "Config",
    "ConnectionState",
    "Event",
    "H11Protocol",
    "H11SendableEvent",
    "HTTPStream",
    "RawData",
    "Request",
    "StreamEvent",
    "TCPServer",
    "TaskGroup",
    "Tasks",
    "TrioSingleTask",
    "WorkerContext",
    "parse_socket_addr",
)
