"""What holds for every test: no network, no files of one's own desk, and the same examples on every run."""

import os
import sys
from ipaddress import ip_address
from pathlib import Path

from hypothesis import settings

LOCAL_NAMES = {"localhost", "", None}


def is_local(host: object) -> bool:
    """Say whether a host (name, address or bytes, as the socket module takes it) is this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in LOCAL_NAMES:
        return True
    try:
        address = ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_network(event: str, args: tuple) -> None:
    """Stop a connection or a name look-up that would leave this machine: a test that needs it is wrong."""
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not is_local(host):
        raise RuntimeError(f"a test reached for the network: {event} {host}")


# An audit hook sees every library's connections, whatever it calls them through.
sys.addaudithook(refuse_network)

# Examples are drawn from a fixed seed, and no example fails for being slow: a red run stays red.
settings.register_profile("suite", derandomize=True, deadline=None)
# `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile("suite")

ROOT = Path(__file__).parent

# What the desk says of names is its own: no test reads it, and none writes there.
os.environ["ALIASES"] = str(ROOT / "build" / "no_aliases")
os.environ["POLICY"] = str(ROOT / "data" / "policy.csv")


def pytest_collection_modifyitems(items: list) -> None:
    """Mark what lies in tests/browser, so that `-m "not browser"` leaves it out."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("browser")
