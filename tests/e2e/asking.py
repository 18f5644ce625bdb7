"""Put questions to the grader's own probes from where the grader stands: see `asker.py`."""

import json
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

from harness import wait_for

ASKER = Path(__file__).with_name("asker.py")


def ask(runtime, **question):
    """What the probes say, as JSON; `question` is what `asker.py` reads, the nodes are added."""
    argv, text = _command(runtime, question)
    done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def watching(runtime, source, to, every=0.02, *, again=False):
    """Numbered pings while the block lasts; yields a dict that holds what was seen once it is over.

    `again`: go on after the block until one is answered.
    """
    argv, text = _command(runtime, {"timeline": [source, to, every, again]})
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        end = threading.Timer(60, process.kill)
        end.start()
        process.stdin.write(text)
        process.stdin.flush()
        assert process.stdout.readline() == "watching\n"
        seen = {}
        yield seen
        process.stdin.close()
        seen |= json.loads(process.stdout.read())
        end.cancel()


@contextmanager
def listening(runtime, place, kind, **options):
    """The grader listens on a card while the block runs; what is yielded waits for what it heard.

    `place`: node and interface; `kind`: the name of a fact; `word`: bytes that the frame must hold; `count`: how many
    are enough; `patience`: seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        word, count, patience = options.get("word", b""), options.get("count", 1), options.get("patience", 15.0)
        heard = [*place, kind, word.hex(), count, patience]
        argv, text = _command(runtime, {"heard": heard, "ready": str(ready)})
        pipe = subprocess.PIPE
        with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
            process.stdin.write(text)
            process.stdin.close()
            process.stdin = None
            try:
                wait_for(lambda: ready.exists() or process.poll() is not None, f"{place} is listened to")
                yield lambda: _finished(process, patience + 10)
            finally:
                process.kill()


def _finished(process, timeout):
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0, err
    told = json.loads(out)
    assert len(told["entries"]) == 1, "what was heard is in the evidence"
    return told["found"]


def _command(runtime, question):
    nodes = {state.name: state.pid for state in runtime.inspect()}
    return [*runtime.enter(), sys.executable, ASKER], json.dumps({"nodes": nodes, **question}) + "\n"
