"""The ASGI application: limits and faults have their way with a request before it is answered."""

import asyncio
import ipaddress

from pipeline.sandbox import answers, control
from pipeline.sandbox.answers import Answer
from pipeline.sandbox.clarus import Request, name, respond
from pipeline.sandbox.exchange import Exchange, Message, Receive, Send
from pipeline.sandbox.faults import Fault, What
from pipeline.sandbox.world import World

_THROTTLED = (("Retry-After", "1"),)  # seconds
_UNMADE = {What.STATUS, What.LATE_5XX, What.CUT_BEFORE, What.HANG_BEFORE}


class App:
    def __init__(self, world: World) -> None:
        self._world = world
        self._last: dict[str, Answer] = {}  # by path, the last answer to a write that went well

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        try:
            request = await exchange.read()
            if request is None:
                return
            if request.path.startswith(control.PREFIX) and _from_this_machine(scope):
                query = scope["query_string"].decode("ascii", "replace")
                await exchange.send(control.steer(request, query, self._world))
            else:
                await self._counted(request, exchange)
        except asyncio.CancelledError:
            # The server stops and the connection is gone. uvicorn would log this as an error.
            return

    async def _counted(self, request: Request, exchange: Exchange) -> None:
        self._world.traffic.enter(name(request, self._world))
        try:
            refusal = self._limit()
            if refusal is None:
                await self._serve(request, exchange)
            else:
                await self._send(refusal, exchange)
        finally:
            self._world.traffic.leave()

    def _limit(self) -> Answer | None:
        conditions = self._world.conditions
        if conditions.outage:
            return answers.failed(503, "unavailable", "the service is unavailable")
        if self._world.traffic.too_much(conditions.max_concurrent, conditions.rate_limit):
            return answers.failed(429, "too_many_requests", "too many requests", _THROTTLED)
        return None

    async def _serve(self, request: Request, exchange: Exchange) -> None:
        fault = self._world.faults.strike(request.method, request.path)
        answer = self._answer(request, fault)
        # A record is made before the wait: a client that gives up has left one behind.
        wait = self._world.conditions.latency_seconds
        if fault and fault.what is What.LATENCY:
            wait += fault.seconds
        if wait:
            await asyncio.sleep(wait)
        match fault and fault.what:
            case What.CUT_BEFORE | What.CUT_AFTER:
                await exchange.cut()
            case What.HANG_BEFORE | What.HANG_AFTER:
                await exchange.hang()
            case What.HALF_ANSWER:
                await exchange.send_half(answer)
            case _:
                await self._send(answer, exchange)

    async def _send(self, answer: Answer, exchange: Exchange) -> None:
        self._world.traffic.answered(answer.status)
        await exchange.send(answer)

    def _answer(self, request: Request, fault: Fault | None) -> Answer:
        """Do what the fault leaves to be done. Whether the answer is sent is another matter."""
        if fault is None:
            return self._respond(request)
        failure = answers.failed(
            fault.status,
            "fault",
            "a fault that was asked for",
            fault.retry_after_header(self._world.clock()),
        )
        if fault.what is What.LATE_5XX:
            asyncio.get_running_loop().call_later(fault.seconds, respond, request, self._world)
        if fault.what in _UNMADE:
            return failure
        if fault.what is What.EXPIRE_TOKENS:
            self._world.tokens.revoke()
        before = self._last.get(request.path)
        answer = self._respond(request)
        if fault.what is What.FOREIGN and before is not None:
            return before
        return failure if fault.what is What.LOST_5XX else answer

    def _respond(self, request: Request) -> Answer:
        answer = respond(request, self._world)
        if request.method == "POST" and answer.status < 300:
            self._last[request.path] = answer
        return answer


def _from_this_machine(scope: Message) -> bool:
    client = scope.get("client")
    return client is not None and ipaddress.ip_address(client[0]).is_loopback
