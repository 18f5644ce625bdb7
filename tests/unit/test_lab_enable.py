"""`enable:` in lab.yml: the services a node starts with."""

import pytest
import yaml
from pydantic import ValidationError

from netlab.actions.start import _enable
from netlab.lab import Lab


@pytest.fixture
def facts(checkout):
    return yaml.safe_load((checkout / "labs/dhcp-basics/lab.yml").read_text("utf-8"))


def test_services_are_named(facts):
    assert Lab.model_validate(facts | {"enable": {"r1": ["frr"]}}).enable == {"r1": ["frr"]}


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b", "", "/x"])
def test_what_is_no_service_is_refused(facts, name):
    with pytest.raises(ValidationError):
        Lab.model_validate(facts | {"enable": {"r1": [name]}})


def test_the_link_is_what_systemctl_enable_makes(tmp_path):
    _enable(tmp_path, "frr.service")
    link = tmp_path / "etc/systemd/system/multi-user.target.wants/frr.service"
    assert str(link.readlink()) == "/usr/lib/systemd/system/frr.service"
