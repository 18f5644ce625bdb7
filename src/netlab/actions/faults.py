"""Put faults into a lab, as it starts or while it runs, and take them out again. Whoever calls holds the run."""

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from netlab import textfile
from netlab.actions import commands
from netlab.actions.bench import Bench
from netlab.causes import Truth
from netlab.command import Command
from netlab.errors import WrongStateError
from netlab.faults.change import Change
from netlab.port import Port

_NOTE = "faults.json"


def present(bench: Bench) -> list[str]:
    """The faults that were put into this run: those it was drawn, unless an author has said otherwise."""
    note = _note(bench)
    if note.exists():
        return list(json.loads(note.read_text("utf-8")))
    return bench.fault_book.drawn(bench.run.parameter_seed())


def truths(bench: Bench) -> list[Truth]:
    """What was there to find."""
    return [bench.fault_book.find(name).truth for name in present(bench)]


def say(bench: Bench, names: Iterable[str]) -> None:
    """From now on these are the faults of the run, whatever was drawn."""
    textfile.replace(_note(bench), json.dumps(list(names)))


def _note(bench: Bench) -> Path:
    return bench.run.directory / _NOTE


def lay(bench: Bench) -> None:
    """Into the files that the nodes are about to start with: nothing on a node tells a fault from the rest."""
    for change in bench.fault_book.changes(present(bench), bench.values):
        start = bench.run.directory / "start"
        for (node, file), text in change.files.items():
            _write(start / node / file.lstrip("/"), text, like=start / node / "etc/hostname")
        for node, unit in change.units:
            link = start / node / f"etc/systemd/system/multi-user.target.wants/{unit}.service"
            if not link.is_symlink():
                raise WrongStateError(f"{unit} of {node} is not enabled, so no fault can stop it.", "See `enable`.")
            link.unlink()


def _write(place: Path, text: str, like: Path) -> None:
    """With the times that the file had, or those of another start file: it is no newer than the rest."""
    old = place if place.exists() else like
    times = old.stat().st_atime_ns, old.stat().st_mtime_ns
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")
    os.utime(place, ns=times)


def go_live(bench: Bench, nodes: Collection[str]) -> None:
    """What has no file, as far as it concerns these nodes: links, and what is configured by commands."""
    for change in bench.fault_book.changes(present(bench), bench.values):
        bench.runtime.set_ports({end: port for end, port in change.ports.items() if end.node in nodes})
        _run(bench, [one for one in change.commands if one.node in nodes])


def inject(bench: Bench, name: str) -> None:
    """One more fault into a running lab; its nodes boot once. Raises UnknownNameError."""
    names = [*present(bench), name]
    change = bench.fault_book.changes(names, bench.values)[-1]
    _put(bench, change.files)
    _set_units(bench, change, "disable")
    say(bench, names)
    _boot(bench, change.nodes)
    bench.runtime.set_ports(dict(change.ports))
    _run(bench, change.commands)


def undo(bench: Bench) -> None:
    """All faults of the run are gone; the nodes that had them boot once.

    Where the lab starts with faults they stay what there was to find, as they do when a learner mends them.
    """
    book, nodes = bench.fault_book, set[str]()
    for change in reversed(book.changes(present(bench), bench.values)):
        _put(bench, {place: book.text(*place, bench.values) for place in change.files})
        _set_units(bench, change, "enable")
        bench.runtime.set_ports(dict.fromkeys(change.ports, Port()))
        _run(bench, change.undo)
        nodes |= change.nodes
    if not bench.lab.faults:
        say(bench, ())
    _boot(bench, nodes)


def _boot(bench: Bench, nodes: set[str]) -> None:
    if nodes:
        bench.runtime.restart(sorted(nodes), lambda _: None)


def _put(bench: Bench, files: Mapping[tuple[str, str], str | None]) -> None:
    """Write files on nodes; those without a text are removed."""
    for (node, file), text in files.items():
        if text is None:
            bench.runtime.exec(node, ["rm", "-f", file])
            continue
        with tempfile.TemporaryFile() as archive, tarfile.open(fileobj=archive, mode="w") as tar:
            about = tarfile.TarInfo(file.lstrip("/"))
            data = text.encode()
            about.size, about.mode = len(data), 0o644
            tar.addfile(about, io.BytesIO(data))
            tar.close()
            archive.seek(0)
            bench.runtime.copy_in(node, archive)


def _set_units(bench: Bench, change: Change, verb: str) -> None:
    _run(bench, [Command(node, ("systemctl", "--quiet", verb, unit)) for node, unit in sorted(change.units)])


def _run(bench: Bench, wanted: Iterable[Command]) -> None:
    commands.must(bench, wanted, "the fault's file")
