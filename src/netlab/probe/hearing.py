"""Listen on a card until what is asked for was seen, or the time is over."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from netlab.probe.bgp import BgpReader
from netlab.probe.bridging import bpdus, lacpdus
from netlab.probe.ethernet import Carried, opened
from netlab.probe.facts import Bgp, Bpdu, Frame, Lacpdu, Ospf, RouterAdvertisement, Syslog, TopologyNotice
from netlab.probe.logs import syslogs
from netlab.probe.routing import advertisements, ospf
from netlab.probe.wire import Wire

F = TypeVar("F", bound=Frame)
Reader = Callable[[Carried], Iterable[Frame]]
AGAIN = 0.5  # seconds until what `ask` does is done once more
MOST = 1000  # facts of one listening


def _any(carried: Carried) -> Iterator[Frame]:
    yield carried.frame


_READERS: tuple[tuple[type[Frame], Callable[[], Reader]], ...] = (
    (Bpdu, lambda: bpdus),
    (TopologyNotice, lambda: bpdus),
    (Lacpdu, lambda: lacpdus),
    (Ospf, lambda: ospf),
    (Bgp, BgpReader),
    (RouterAdvertisement, lambda: advertisements),
    (Syslog, lambda: syslogs),
    (Frame, lambda: _any),
)


def reader(kind: type[Frame]) -> Callable[[bytes, bool], list[Frame]]:
    """What reads facts of that kind out of frames, one after the other. No frame is too broken for it."""
    read = next(make() for base, make in _READERS if issubclass(kind, base))

    def facts(data: bytes, sent: bool) -> list[Frame]:  # noqa: FBT001 - always both
        carried = opened(data, sent=sent)
        try:
            return [one for one in read(carried) if isinstance(one, kind)] if carried else []
        except Exception:  # noqa: BLE001 - scapy raises anything at all on a hostile frame
            return []

    return facts


def hear(  # noqa: PLR0913 - all but the first two by name
    wire: Wire,
    kind: type[F],
    *,
    where: Callable[[F], object] = bool,
    enough: Callable[[list[F]], object] = bool,
    patience: float = 5.0,
    ask: Callable[[], object] | None = None,
) -> list[F]:
    """The facts of that kind for which `where` is true, in order, up to when they are `enough`.

    `ask` makes something happen that is to be heard; it is done again every half second until then.
    """
    read, found = reader(kind), list[F]()
    deadline = time.monotonic() + patience
    while (left := deadline - time.monotonic()) > 0 and len(found) < MOST:
        if ask:
            ask()
        for data, sent in wire.arrivals(min(left, AGAIN) if ask else left):
            fresh = [one for one in read(data, sent) if isinstance(one, kind) and where(one)]
            if fresh:
                wire.keep(data)
                found += fresh
                if enough(found) or len(found) >= MOST:
                    return found
    return found
