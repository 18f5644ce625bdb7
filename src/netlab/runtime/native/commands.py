"""Commands on a node that netlab waits for. What a node prints is hostile, and may be without end."""

import os
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from netlab import bounded
from netlab.errors import RuntimeFailure
from netlab.proc import Finished

GRACE = 5
COPYING = 600  # seconds for unpacking what a person copies
PADDING = 1 << 20  # what tar may send behind the end of an archive
KILLED = (137, -9)  # how timeout(1) ends after --signal=KILL, directly or handed on


def run(prefix: Sequence[str], node: str, argv: Sequence[str], stdin: IO[bytes] | int, timeout: float) -> Finished:
    """`prefix` runs a command on the node. Raises TimeoutError, and RuntimeFailure when it prints without end."""
    # The node's own timeout ends what runs there; ours would only end the prefix.
    limited = ["timeout", "-s", "KILL", f"{timeout:g}", *argv]  # busybox knows no long options
    late = f"{argv[0]} on {node} did not end within {timeout:g} s"
    try:
        code, out, err = bounded.run([*prefix, *limited], stdin, timeout + GRACE)
    except subprocess.TimeoutExpired as slow:
        raise TimeoutError(late) from slow
    except bounded.TooMuchSaidError:
        message = f"{argv[0]} on {node} printed more than {bounded.OUTPUT >> 20} MiB."
        raise RuntimeFailure(message, f"See what it is: `netlab exec {node} -- {argv[0]}`.") from None
    if code in KILLED:
        raise TimeoutError(late)
    return Finished(tuple(argv), code, out.decode(errors="replace"), err.decode(errors="replace"))


def unpack(prefix: Sequence[str], node: str, archive: IO[bytes], directory: str) -> None:
    done = run(prefix, node, ["tar", "-x", "--no-same-owner", "-C", directory, "-f", "-"], archive, COPYING)
    if not done.ok:
        reason = (done.stderr.strip() or done.complaint).splitlines()[0]  # tar's last line says nothing
        next_step = f"Look with `netlab exec {node} -- ls -ld {directory}`."
        raise RuntimeFailure(f"Copying to {node}:{directory} failed: {reason}.", next_step)


@contextmanager
def packed(prefix: Sequence[str], node: str, path: str) -> Iterator[IO[bytes]]:
    """The stream of a tar of one file or folder. It ends with the block, read to its end or not."""
    folder, name = os.path.split(path)
    argv = [*prefix, "tar", "-c", "-C", folder or "/", "-f", "-", f"./{name}"]
    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    cannot = RuntimeFailure(f"{node}:{path} cannot be copied.", f"Look with `netlab exec {node} -- ls -l {path}`.")
    with subprocess.Popen(argv, stdin=null, stdout=pipe, stderr=null) as tar:
        assert tar.stdout  # noqa: S101 - for the type checker: we asked for a pipe
        try:
            yield tar.stdout
            tar.stdout.read(PADDING)
            code = tar.wait(GRACE)
        except (tarfile.TarError, subprocess.TimeoutExpired) as broken:
            raise cannot from broken
        finally:
            tar.kill()
    if code:
        raise cannot
