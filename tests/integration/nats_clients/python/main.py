"""Talks to the server as applications on nats-py do; prints a line for each thing that works."""

import asyncio
import os
import ssl
import sys

import nats
from nats.errors import NoRespondersError


def check(name, holds):
    print("ok" if holds else "FAILED", name, flush=True)
    if not holds:
        sys.exit(1)


async def main():
    nc = await nats.connect(os.environ["PLAIN_URL"], name="python")
    check("connect", nc.is_connected and nc.max_payload == 1048576)

    sub = await nc.subscribe("greet.*")
    await nc.publish("greet.joe", b"hello")
    message = await sub.next_msg(timeout=5)
    check("publish and subscribe", message.subject == "greet.joe" and message.data == b"hello")

    await nc.publish("greet.headers", b"with headers", headers={"Trace": "17"})
    message = await sub.next_msg(timeout=5)
    check("headers", message.headers["Trace"] == "17" and message.data == b"with headers")

    async def answer(request):
        await request.respond(b"re: " + request.data)

    await nc.subscribe("service", queue="group", cb=answer)
    response = await nc.request("service", b"x", timeout=5)
    check("request and reply through a group", response.data == b"re: x")

    try:
        await nc.request("nobody", b"", timeout=5)
        check("no responders", False)
    except NoRespondersError:
        check("no responders", True)

    for i in range(5000):
        await nc.publish("greet.many", str(i).encode())
    for i in range(5000):
        if (await sub.next_msg(timeout=5)).data != str(i).encode():
            check("five thousand messages in order", False)
    check("five thousand messages in order", True)

    other = await nats.connect(os.environ["TOKEN_URL"], token=os.environ["TOKEN"])
    check("token", other.is_connected)
    await other.close()

    other = await nats.connect(
        os.environ["USER_URL"], user=os.environ["NATS_USER"], password=os.environ["NATS_PASS"]
    )
    check("user and password", other.is_connected)
    await other.close()

    context = ssl.create_default_context(cafile=os.environ["CA_FILE"])
    other = await nats.connect(os.environ["TLS_URL"], tls=context)
    await other.flush()
    check("tls", other.is_connected)
    await other.close()

    context.load_cert_chain(os.environ["CERT_FILE"], os.environ["KEY_FILE"])
    other = await nats.connect(os.environ["VERIFYING_URL"], tls=context)
    await other.flush()
    check("client certificate", other.is_connected)
    await other.close()

    await nc.drain()
    check("drain", nc.is_closed)


asyncio.run(main())
