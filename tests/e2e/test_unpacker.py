"""What unpacks the image: it never stands still, whatever tar has to say and whoever interrupts it."""

import io
import tarfile
import threading

import pytest

from netlab.errors import ImageError
from netlab.image.workshop import Workshop
from netlab.interrupts import Interrupted
from netlab.runtime.native.idmap import take_over

pytestmark = pytest.mark.native
LONGEST = 60


@pytest.fixture
def workshop(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "rootfs").mkdir()
    take_over(tmp_path / "rootfs")
    with (tmp_path / "lock").open("w") as lock:
        yield Workshop(tmp_path, lock.fileno(), lambda _: None)


def archive(count):
    """Files below something that is no folder: tar complains of each."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in ["file", *(f"file/{number}" for number in range(count))]:
            tar.addfile(tarfile.TarInfo(name))
    return buffer.getvalue()


def outcome(work):
    """What `work` raised; it must end."""
    raised = []

    def run():
        try:
            work()
        except BaseException as wrong:  # noqa: BLE001 - an interrupt is one
            raised.append(wrong)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LONGEST)
    assert not thread.is_alive(), "it stands still"
    return raised[0]


def test_a_tar_with_much_to_complain_of_is_heard(workshop):
    def work():
        with workshop.unpacker() as unpack:
            unpack(archive(20_000))

    wrong = outcome(work)
    assert isinstance(wrong, ImageError)
    assert "could not be unpacked: tar: file/0: " in wrong.message


def test_an_interrupt_in_the_middle_ends_it(workshop):
    def work():
        with workshop.unpacker() as unpack:
            unpack(archive(0)[:512])
            raise Interrupted

    assert isinstance(outcome(work), Interrupted)
