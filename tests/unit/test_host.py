"""What doctor says of a host, where the test can make the host lack something."""

import pytest

from netlab.runtime.native import host, idmap


@pytest.fixture
def names(tmp_path, monkeypatch):
    """The checks by name, as a plain user who has id ranges; user namespaces seem to be refused."""

    def look():
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        monkeypatch.setattr(idmap, "check_ranges", lambda: None)
        return {check.name: check for check in host.checks(tmp_path, ("/bin/false",))}

    return look


def test_without_newuidmap_the_kernel_is_not_blamed(names, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name, **_: None if name.startswith("new") else f"/usr/bin/{name}")
    checks = names()
    assert checks["programs"].detail == "missing: newuidmap, newgidmap"
    assert checks["programs"].fix == "sudo apt install uidmap"
    assert "user namespaces" not in checks
    assert not any("another way" in check.fix for check in checks.values())
    assert host.user_namespaces(("/bin/false",)).fix == "sudo apt install uidmap"


def test_with_it_what_the_kernel_refuses_is_told(names, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name, **_: f"/usr/bin/{name}")
    assert not names()["user namespaces"].ok
