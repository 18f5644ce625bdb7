"""The service manager that runs inside the nodes, on a root of its own."""

import importlib.machinery
import importlib.util
import os
import sys
import time
from pathlib import Path

import pytest

import netlab.image

FILES = Path(netlab.image.__file__).parent / "files"


def _load():
    """Import /usr/bin/systemctl, which brings its package; leave no caches among the files."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        path = str(FILES / "usr/bin/systemctl")
        loader = importlib.machinery.SourceFileLoader("node_systemctl", path)
        spec = importlib.util.spec_from_loader(loader.name, loader)
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        from unitctl import boot, find, journalctl, kill, proc, record, syntax, unit, when
    finally:
        sys.dont_write_bytecode = before
    return module, boot, find, journalctl, kill, proc, record, syntax, unit, when


systemctl, boot, find, journalctl, kill, proc, record, syntax, unit, when = _load()

ETC = "etc/systemd/system"
LIB = "usr/lib/systemd/system"


@pytest.fixture
def host(tmp_path):
    return unit.Host(str(tmp_path))


@pytest.fixture
def put(tmp_path):
    """Write a file under the root."""

    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write


@pytest.fixture
def run(tmp_path, capsys):
    """Run a command line: its exit code, output and errors."""

    def command(*args):
        code = systemctl.main(list(args), str(tmp_path))
        return code, *capsys.readouterr()

    return command


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[Unit]\nDescription=A b\n", {"Unit.Description": ["A b"]}),
        ("# no\n; no\n[Service]\nUser = me\n", {"Service.User": ["me"]}),
        ("[Service]\nExecStart=a \\\n  b\n", {"Service.ExecStart": ["a  b"]}),
        ("[Service]\nExecStart=a \\\n# no\n  b\n", {"Service.ExecStart": ["a  b"]}),
        ("[Service]\nExecStart=a\nExecStart=\nExecStart=b\n", {"Service.ExecStart": ["b"]}),
        ("[Service]\nEnvironment=A=1\nEnvironment=B=2\n", {"Service.Environment": ["A=1", "B=2"]}),
    ],
)
def test_unit_files_are_read(text, values):
    found = {}
    syntax.read_unit(text, found)
    assert found == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b", ["a", "b"]),
        ("-g 'daemon on; x'", ["-g", "daemon on; x"]),
        ('"A=b c" D=e', ["A=b c", "D=e"]),
        (r"a\x20b \"c\" \$d", ["a b", '"c"', r"\$d"]),
        ("a '' b", ["a", "", "b"]),
    ],
)
def test_words_are_split(text, words):
    assert syntax.split_words(text) == words


ENV = {"ONE": "1", "TWO": "a b", "NONE": ""}


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("/bin/x $ONE", ["/bin/x", "1"]),
        ("/bin/x $TWO", ["/bin/x", "a", "b"]),
        ("/bin/x ${TWO}", ["/bin/x", "a b"]),
        ("/bin/x -o${TWO}-${ONE}", ["/bin/x", "-oa b-1"]),
        ("/bin/x $NONE ${NONE} $UNSET", ["/bin/x", ""]),
        ("/bin/x $$ONE -$ONE", ["/bin/x", "$ONE", "-$ONE"]),
        (":/bin/x ${ONE}", ["/bin/x", "${ONE}"]),
        ("@/bin/x name $ONE", ["name", "1"]),
    ],
)
def test_command_lines_are_expanded(line, argv):
    command = syntax.read_commands(line)[0]
    assert command.argv(ENV) == ("/bin/x", argv)


@pytest.mark.parametrize(
    ("line", "may_fail", "as_root"),
    [
        ("/bin/x", False, False),
        ("-/bin/x", True, False),
        ("+/bin/x", False, True),
        ("!/bin/x", False, True),
        ("!!/bin/x", False, False),
        ("-+/bin/x", True, True),
    ],
)
def test_prefixes(line, may_fail, as_root):
    command = syntax.read_commands(line)[0]
    assert (command.words, command.may_fail, command.as_root) == (["/bin/x"], may_fail, as_root)


def test_a_semicolon_separates_commands():
    commands = syntax.read_commands("/bin/a 1 ; -/bin/b \\; ';x'")
    assert [c.words for c in commands] == [["/bin/a", "1"], ["/bin/b", ";", ";x"]]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 7.0),
        ("5", 5.0),
        ("500ms", 0.5),
        ("2m", 120.0),
        ("5min", 300.0),
        ("1min 30s", 90.0),
        ("infinity", syntax.FOREVER),
    ],
)
def test_time_spans(text, seconds):
    assert syntax.read_seconds(text, 7.0) == seconds


def test_environment_files():
    text = "# x\nA=1\nB=\"x 'y'\"\nC='$A'\nexport D=a\\ b\nE=\n F = \"1\" \nnot one\n2=x\n"
    expected = {"A": "1", "B": "x 'y'", "C": "$A", "D": "a b", "E": "", "F": "1"}
    assert syntax.read_environment_file(text) == expected


def test_specifiers(host, put):
    put(f"{LIB}/tpl@.service", "[Service]\nExecStart=/bin/x %i %I %n %N %p %%i\n")
    command = find.load(host, "tpl@a-b").commands("ExecStart")[0]
    assert command.words[1:] == ["a-b", "a/b", "tpl@a-b.service", "tpl@a-b", "tpl", "%i"]


def test_drop_ins_are_added_in_order(host, put):
    put(f"{LIB}/x.service", "[Service]\nExecStart=/bin/a\nUser=one\n")
    put(f"{LIB}/x.service.d/20.conf", "[Service]\nUser=three\n")
    put(f"{ETC}/x.service.d/10.conf", "[Service]\nExecStart=\nExecStart=/bin/b\nUser=two\n")
    loaded = find.load(host, "x")
    assert [c.words for c in loaded.commands("ExecStart")] == [["/bin/b"]]
    assert loaded.get("Service.User") == "three"
    assert loaded.dropins == [f"/{ETC}/x.service.d/10.conf", f"/{LIB}/x.service.d/20.conf"]


def test_configuration_goes_before_the_package(host, put):
    put(f"{LIB}/x.service", "[Unit]\nDescription=package\n")
    put(f"{ETC}/x.service", "[Unit]\nDescription=mine\n")
    put(f"{LIB}/x.service.d/a.conf", "[Unit]\nDescription=package's\n")
    put(f"{ETC}/x.service.d/a.conf", "[Service]\nUser=me\n")
    assert find.load(host, "x").description == "mine"


def test_an_alias_is_known_before_it_is_enabled(host, put):
    put(f"{LIB}/named.service", "[Install]\nAlias=bind9.service\n")
    assert find.load(host, "bind9").name == "named.service"


def test_init_scripts_are_services(host, put):
    put("etc/init.d/old", "#!/bin/sh\n# Short-Description: An old one\n")
    loaded = find.load(host, "old")
    assert (loaded.description, loaded.kind) == ("An old one", "forking")
    assert loaded.commands("ExecStop")[0].words == ["/etc/init.d/old", "stop"]


WANTED = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n"
LINK = f"{ETC}/multi-user.target.wants/x.service"


def test_enable_and_disable(host, put, run, tmp_path):
    put(f"{LIB}/x.service", WANTED + "Alias=y.service\n")
    assert run("is-enabled", "x") == (1, "disabled\n", "")
    code, _, err = run("enable", "x")
    assert code == 0
    assert f"Created symlink '/{LINK}' → '/{LIB}/x.service'.\n" in err
    assert (tmp_path / LINK).readlink() == Path(f"/{LIB}/x.service")
    assert run("is-enabled", "x", "y") == (0, "enabled\nalias\n", "")
    assert run("enable", "x") == (0, "", "")
    assert f"Removed '/{LINK}'.\n" in run("disable", "x.service")[2]
    assert run("is-enabled", "x")[1] == "disabled\n"


NAMED = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\nAlias=bind9.service\n"


@pytest.fixture
def shipped(put, tmp_path):
    """BIND as the image has it: nothing starts it, its second name is there."""
    put(f"{LIB}/named.service", NAMED)
    (tmp_path / ETC).mkdir(parents=True)
    (tmp_path / ETC / "bind9.service").symlink_to(f"/{LIB}/named.service")


@pytest.mark.usefixtures("shipped")
def test_a_second_name_alone_does_not_enable_a_service(host, run):
    assert run("is-enabled", "named", "bind9") == (1, "disabled\ndisabled\n", "")
    assert boot.enabled(host) == {}


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("name", ["named", "bind9", "bind9.service"])
def test_a_service_is_enabled_and_disabled_by_either_name(host, run, name):
    assert run("enable", name)[0] == 0
    assert run("is-enabled", "named", "bind9") == (0, "enabled\nalias\n", "")
    assert list(boot.enabled(host)) == ["named.service"]
    assert run("disable", name)[0] == 0
    assert run("is-enabled", "named", "bind9") == (1, "disabled\ndisabled\n", "")
    assert boot.enabled(host) == {}


def test_a_service_that_asks_only_for_a_second_name_is_enabled_by_it(put, run):
    put(f"{LIB}/x.service", "[Service]\nExecStart=/bin/x\n[Install]\nAlias=y.service\n")
    assert run("is-enabled", "x")[1] == "disabled\n"
    run("enable", "x")
    assert run("is-enabled", "x", "y")[1] == "enabled\nalias\n"


def test_what_every_boot_starts_is_enabled(put, run):
    put(f"{LIB}/ssh.service", WANTED)
    assert run("is-enabled", "ssh") == (0, "enabled\n", "")


def test_an_instance_is_linked_to_its_template(put, run, tmp_path):
    put(f"{LIB}/t@.service", WANTED)
    run("-q", "enable", "t@1")
    link = tmp_path / ETC / "multi-user.target.wants/t@1.service"
    assert link.readlink() == Path(f"/{LIB}/t@.service")


def test_mask_and_unmask(put, run):
    put(f"{LIB}/x.service", WANTED)
    assert run("mask", "x")[0] == 0
    assert run("is-enabled", "x") == (1, "masked\n", "")
    refusal = "Failed to start x.service: Unit x.service is masked.\n"
    assert run("start", "x") == (1, "", refusal)
    assert run("unmask", "x")[2] == f"Removed '/{ETC}/x.service'.\n"
    assert run("is-enabled", "x")[1] == "disabled\n"


def test_a_unit_without_install_section_is_static(put, run):
    put(f"{LIB}/x.service", "[Service]\nExecStart=/bin/x\n")
    assert run("is-enabled", "x") == (0, "static\n", "")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["start", "no"], 5, "Failed to start no.service: Unit no.service not found."),
        (["restart", "no"], 5, "Failed to restart no.service: Unit no.service not found."),
        (["stop", "no"], 5, "Failed to stop no.service: Unit no.service not loaded."),
        (["status", "no"], 4, "Unit no.service could not be found."),
        (["enable", "no"], 1, "Failed to enable unit: Unit no.service does not exist"),
        (["is-active", "no"], 4, "inactive"),
        (["is-enabled", "no"], 4, "not-found"),
        (["dance"], 1, "Unknown command verb 'dance'."),
        (["start"], 1, "Too few arguments."),
    ],
)
def test_what_is_not_there(run, args, code, message):
    found, out, err = run(*args)
    assert (found, (out + err).strip()) == (code, message)


@pytest.mark.parametrize(
    ("args", "instead"),
    [
        (["edit", "nginx"], "write /etc/systemd/system/nginx.service.d/NAME.conf yourself"),
        (["edit"], "/etc/systemd/system/NAME.service.d/NAME.conf"),
        (["list-timers"], "systemctl enable --now cron"),
        (["list-dependencies", "x"], "systemctl cat NAME"),
        (["get-default"], "no targets"),
        (["set-default", "rescue.target"], "no targets"),
        (["isolate", "rescue.target"], "no targets"),
        (["suspend"], "netlab restart"),
    ],
)
def test_what_only_the_real_systemctl_does_is_told_with_what_to_do_instead(run, args, instead):
    code, out, err = run(*args)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert instead in err


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["-p", "err"], "There is no `journalctl -p` on a node: priorities are not recorded"),
        (["-xp3"], "There is no `journalctl -p` on a node: priorities are not recorded"),
        (["--priority=err"], "There is no `journalctl --priority` on a node: priorities are not recorded"),
        (["--disk-usage"], "`du -ch /var/log/journal /var/log/syslog` adds them up"),
        (["--vacuum-size=1M"], "There is no `journalctl --vacuum-size` on a node: a log is cut by itself"),
        (["--utc"], "There is no `journalctl --utc` on a node: `journalctl --help` lists what there is."),
    ],
)
def test_what_only_the_real_journalctl_does_is_told_in_a_sentence(tmp_path, capsys, args, sentence):
    assert journalctl.main(args, str(tmp_path)) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert sentence in err


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_of_the_journal(tmp_path, capsys, option):
    assert journalctl.main([option], str(tmp_path)) == 0
    assert "netlab's small journal" in capsys.readouterr().out


def test_a_service_lives_from_start_to_stop(host, put, run):
    put(f"{LIB}/x.service", "[Unit]\nDescription=Sleeper\n[Service]\nExecStart=/bin/sleep 600\n")
    assert run("start", "x") == (0, "", "")
    try:
        assert run("is-active", "x") == (0, "active\n", "")
        main = record.Status(host, find.load(host, "x")).main
        assert main.command_line == "/bin/sleep 600"
        code, out, _ = run("status", "x")
        assert code == 0
        assert out.startswith("● x.service - Sleeper\n")
        assert f"Main PID: {main.pid} (sleep)" in out
        assert run("reload", "x")[0] == 1
        run("restart", "x")
        assert proc.same(main.pid, main.start) is None
        assert run("is-active", "x")[0] == 0
    finally:
        run("stop", "x")
    assert run("is-active", "x") == (3, "inactive\n", "")
    code, out, _ = run("status", "x")
    assert (code, "Stopped x.service - Sleeper." in out) == (3, True)


def test_stop_ends_processes_that_went_their_own_way(host, put, run):
    put(f"{LIB}/x.service", "[Service]\nExecStart=/bin/sh -c 'setsid sleep 601 & exec sleep 602'\n")
    run("start", "x")
    members = record.Status(host, find.load(host, "x")).members()
    run("stop", "x")
    assert len(members) == 2
    assert not any(proc.same(member.pid, member.start) for member in members)


def test_a_service_that_fails(put, run):
    put(f"{LIB}/x.service", "[Service]\nExecStart=/bin/sh -c 'echo oh no; exit 3'\n")
    code, _, err = run("start", "x")
    first = "Job for x.service failed because the control process exited with error code."
    assert (code, err.splitlines()[0]) == (1, first)
    assert run("is-failed", "x") == (0, "failed\n", "")
    out = run("status", "x")[1]
    assert "Active: failed (Result: exit-code)" in out
    assert "oh no" in out
    run("reset-failed")
    assert run("is-active", "x")[1] == "inactive\n"


def test_a_service_that_tells_when_it_is_ready(put, run):
    tell = "import os,socket,time; s=socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
    tell += "s.sendto(b'READY=1', os.environ['NOTIFY_SOCKET']); time.sleep(600)"
    put(f"{LIB}/x.service", f'[Service]\nType=notify\nExecStart={sys.executable} -c "{tell}"\n')
    assert run("start", "x")[0] == 0
    try:
        assert run("is-active", "x")[1] == "active\n"
    finally:
        run("stop", "x")


def test_a_daemon_is_found_by_its_pid_file(put, run, tmp_path):
    put(
        f"{LIB}/x.service",
        "[Service]\nType=forking\nPIDFile=/run/x.pid\n"
        f"ExecStart=/bin/sh -c 'setsid sleep 603 & echo $$! > {tmp_path}/run/x.pid'\n",
    )
    (tmp_path / "run").mkdir()
    run("start", "x")
    pid = (tmp_path / "run/x.pid").read_text().strip()
    assert run("show", "-P", "MainPID", "x")[1].strip() == pid
    run("stop", "x")
    assert proc.process(int(pid)) is None
    assert not (tmp_path / "run/x.pid").exists()


def test_two_services_may_share_a_pid_file_but_not_a_process(put, run, tmp_path):
    daemon = (
        "[Service]\nType=forking\nPIDFile=/run/x.pid\n"
        f"ExecStart=/bin/sh -c 'setsid sleep 604 & echo $$! > {tmp_path}/run/x.pid'\n"
    )
    put(f"{LIB}/x.service", daemon)
    put(f"{LIB}/x-restricted.service", daemon)
    (tmp_path / "run").mkdir()
    run("start", "x")
    try:
        assert run("is-active", "x", "x-restricted")[1] == "active\ninactive\n"
        assert "x-restricted" not in run("list-units")[1]
        run("stop", "x-restricted")
        assert run("is-active", "x", "x-restricted")[1] == "active\ninactive\n"
    finally:
        run("stop", "x")


@pytest.fixture
def nginx(put, tmp_path):
    """A daemon whose worker neither has the service's environment nor can run twice; gives the two numbers."""
    inner = f"exec 9> {tmp_path}/run/port; flock -n 9 || exit 1; sleep 605 & echo $! > {tmp_path}/run/worker"
    (tmp_path / "run").mkdir()
    (tmp_path / "daemon").write_text(f"{inner}; echo $$ > {tmp_path}/run/x.pid; exec sleep 606\n")
    put(
        f"{LIB}/x.service",
        "[Service]\nType=forking\nPIDFile=/run/x.pid\nKillMode=mixed\n"
        f"ExecStart=/bin/sh -c 'setsid env -i PATH=/usr/bin:/bin sh {tmp_path}/daemon &'\n",
    )

    def numbers():
        return [int((tmp_path / f"run/{name}").read_text()) for name in ("x.pid", "worker")]

    return numbers


@pytest.mark.parametrize("verb", ["start", "restart", "stop"])
def test_workers_go_when_their_main_process_has_died(run, nginx, verb):
    assert run("start", "x")[0] == 0
    try:
        main, worker = (proc.process(pid) for pid in nginx())
        proc.send([main], 9)
        assert proc.wait_gone([main], time.monotonic() + 10)
        assert run("is-active", "x")[1] == "failed\n"
        assert run(verb, "x") == (0, "", "")
        assert proc.same(worker.pid, worker.start) is None
        assert run("is-active", "x")[1] == ("inactive\n" if verb == "stop" else "active\n")
    finally:
        run("stop", "x")


@pytest.mark.parametrize(("options", "worker_goes"), [([], True), (["--kill-whom=main", "-s", "SIGUSR1"], False)])
def test_a_signal_for_a_service(run, nginx, options, worker_goes):
    run("start", "x")
    try:
        main, worker = (proc.process(pid) for pid in nginx())
        assert run("kill", *options, "x") == (0, "", "")
        assert proc.wait_gone([main, worker] if worker_goes else [main], time.monotonic() + 10)
        assert (proc.same(worker.pid, worker.start) is None) is worker_goes
    finally:
        run("stop", "x")
    assert run("kill", "x") == (1, "", "Failed to kill unit x.service: No process to kill.\n")


@pytest.mark.parametrize("text", ["HUP", "SIGHUP", "sighup", "1"])
def test_a_signal_is_said_by_name_or_number(text):
    assert kill.number(text) == 1


def test_what_is_no_signal(run, put):
    put(f"{LIB}/x.service", "[Service]\nExecStart=/bin/x\n")
    assert run("kill", "-s", "LOUD", "x") == (1, "", "Failed to parse signal string LOUD.\n")


def test_a_stale_pid_file_names_nobody(tmp_path):
    path = tmp_path / "x.pid"
    path.write_text(f"{os.getpid()}\n")
    assert proc.from_pid_file(str(path)).pid == os.getpid()
    os.utime(path, (1, 1))  # written long before this process was there
    assert proc.from_pid_file(str(path)) is None


def test_oneshot_services(put, run, tmp_path):
    put(
        f"{LIB}/x.service",
        "[Service]\nType=oneshot\nRemainAfterExit=yes\nEnvironment=WHO=me\n"
        f"ExecStart=/bin/sh -c 'echo $$0 > {tmp_path}/out' ${{WHO}}\n"
        f"ExecStop=/bin/rm {tmp_path}/out\n",
    )
    run("start", "x")
    assert (tmp_path / "out").read_text() == "me\n"
    assert "active (exited)" in run("status", "x")[1]
    run("stop", "x")
    assert not (tmp_path / "out").exists()
    assert run("is-active", "x")[1] == "inactive\n"


def test_an_unmet_condition_is_no_failure(put, run):
    put(f"{LIB}/x.service", "[Unit]\nConditionPathExists=/none\n[Service]\nExecStart=/bin/false\n")
    assert run("start", "x")[0] == 0
    assert run("is-active", "x")[1] == "inactive\n"


def test_boot_leaves_alone_what_the_boot_script_started(host, put, run):
    put(f"{LIB}/x.service", WANTED)
    put(f"{LIB}/rsyslog.service", WANTED)
    run("-q", "enable", "x", "rsyslog")
    assert list(boot.enabled(host)) == ["x.service"]


SYSLOG = """\
2026-11-23T02:00:01.000001+00:00 r1 named[7]: first
2026-11-23T02:00:02.000001+00:00 r1 other[8]: not ours
2026-11-23T02:00:03.000001+00:00 r1 named[7]: third
"""


@pytest.mark.parametrize(
    ("args", "lines"),
    [
        (
            ["-u", "x"],
            ["01 r1 named[7]: first", "02 r1 systemd[1]: second", "03 r1 named[7]: third"],
        ),
        (["-xeu", "x", "-n1"], ["03 r1 named[7]: third"]),
        (["-r", "-n", "2", "-u", "x"], ["03 r1 named[7]: third", "02 r1 systemd[1]: second"]),
        (["-t", "other", "--no-pager", "-b"], ["02 r1 other[8]: not ours"]),
        (["-u", "x", "-g", "SEC", "-g", "ond"], []),
    ],
)
def test_the_journal_merges_what_a_service_wrote(put, tmp_path, capsys, args, lines):
    put(f"{LIB}/x.service", "[Service]\nExecStart=/usr/sbin/named\n")
    put("var/log/syslog", SYSLOG)
    put("var/log/journal/x.service.log", "2026-11-23T02:00:02.5+00:00 r1 systemd[1]: second\n")
    assert journalctl.main(args, str(tmp_path)) == 0
    expected = [f"Nov 23 02:00:{line}" for line in lines] or ["-- No entries --"]
    assert capsys.readouterr().out.splitlines() == expected


def test_boot_starts_what_is_enabled_in_order(put, run, tmp_path):
    for name, more in (("a", "After=b.service\n"), ("b", ""), ("ssh", "")):
        put(
            f"{LIB}/{name}.service",
            f"[Unit]\n{more}[Service]\nType=oneshot\nRemainAfterExit=yes\n"
            f"ExecStart=/bin/sh -c 'echo {name} >> {tmp_path}/order'\n"
            "[Install]\nWantedBy=multi-user.target\n",
        )
    run("-q", "enable", "a", "b", "ssh")
    assert run("boot") == (0, "", "")
    assert (tmp_path / "order").read_text() == "b\na\n"
    assert run("is-active", "a", "b")[1] == "active\nactive\n"


@pytest.mark.parametrize("verb", ["reboot", "poweroff", "halt"])
def test_a_node_does_not_switch_its_own_power_but_says_who_does(run, verb):
    code, out, err = run(verb)
    assert (code, out) == (1, "")
    assert f"netlab restart {os.uname().nodename}" in err


def test_a_node_that_was_renamed_is_still_called_as_netlab_calls_it(put, run):
    put("run/netlab/node", "srv1\n")
    assert "`netlab restart srv1`" in run("reboot")[2]


@pytest.mark.parametrize("name", ["reboot", "poweroff", "halt", "shutdown"])
def test_what_people_type_to_switch_off_is_another_name_for_systemctl(name):
    script = FILES / "usr/sbin" / name
    assert script.stat().st_mode & 0o111
    verb = script.read_text().split()[-1]
    assert script.read_text().endswith(f"exec systemctl {verb}\n")
    assert verb in systemctl.main.__globals__["VERBS"]


NOON = time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("now", "2026-11-23T12:00:00"),
        ("today", "2026-11-23T00:00:00"),
        ("yesterday", "2026-11-22T00:00:00"),
        ("-1h", "2026-11-23T11:00:00"),
        ("5 min ago", "2026-11-23T11:55:00"),
        ("2 hours ago", "2026-11-23T10:00:00"),
        ("1h 30min ago", "2026-11-23T10:30:00"),
        ("-90", "2026-11-23T11:58:30"),
        ("09:30", "2026-11-23T09:30:00"),
        ("2026-11-20", "2026-11-20T00:00:00"),
        ("2026-11-20 08:15:30", "2026-11-20T08:15:30"),
    ],
)
def test_points_in_time(text, stamp):
    assert when.stamp(text, NOON) == stamp + ".000000"


@pytest.mark.parametrize("text", ["soon", "5 moons ago", "25:99", ""])
def test_what_is_no_point_in_time(text):
    with pytest.raises(ValueError, match="timestamp"):
        when.stamp(text, NOON)


def test_the_journal_between_two_times(put, tmp_path, capsys):
    put("var/log/syslog", "".join(f"2026-11-23T0{hour}:00:00.5+00:00 r1 x[7]: at {hour}\n" for hour in range(1, 6)))
    args = ["--since", "2026-11-23 02:00", "-U", "2026-11-23 04:00", "-o", "cat"]
    assert journalctl.main(args, str(tmp_path)) == 0
    assert capsys.readouterr().out.splitlines() == ["at 2", "at 3"]
    assert journalctl.main(["--since", "whenever"], str(tmp_path)) == 1


def test_open_vswitch_times_are_not_taken_for_the_logs_own(put, tmp_path, capsys):
    put("var/log/journal/ovs.service.log", "2026-11-23T02:00:00Z|00001|dns|WARN|Failed to read\n")
    assert journalctl.main([], str(tmp_path)) == 0
    assert "|dns|WARN|Failed to read" in capsys.readouterr().out
