"""The Debian package: what is in it, that a bare Debian takes it, and that the service's confinement leaves enough."""

import atexit
import hashlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import feed
from commands import make_payment
from process import Process
from stage import ROOT, Skipped, expect, expect_equal, scenario, wait_until
from steps import Steps

UNITS = ("pontis.service", "pontis-migrate.service")
MOST_EXPOSURE = 2.0
SUITE = "bookworm"
BARE = Path("/var/cache/pontis-tests") / f"{SUITE}-minbase.tar"
HERE = Path(__file__).resolve().parent
EDITED = "name: edited-by-hand\n"


def call(*arguments, status=0, **options):
    """What a command prints, both streams."""
    ended = subprocess.run([str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False, **options)
    expect(status is None or ended.returncode == status, f"{arguments[0]} ended with status {ended.returncode}:\n{ended.stdout[-3000:]}")
    return ended.stdout


class Package:
    """Built once for all scenarios, and unpacked beside it."""

    built = {}

    def __init__(self, stage):
        self.folder = Path(stage.folder + "-package")
        if str(self.folder) not in self.built:
            shutil.rmtree(self.folder, ignore_errors=True)
            atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
            self.built[str(self.folder)] = self.build("built")
        self.file = self.built[str(self.folder)]
        self.tree = self.folder / "tree"
        if not self.tree.exists():
            call("dpkg-deb", "-R", self.file, self.tree)

    def build(self, name):
        if shutil.which("apt-get") is None:
            raise Skipped("no apt here: the package is built with Debian's tools")
        call(ROOT / "deploy" / "package", "--output", self.folder / name)
        return next((self.folder / name).glob("pontis_*_amd64.deb"))

    def older(self):
        """The same package under a lower version, with another default of one setting."""
        tree = self.folder / "older"
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(self.tree, tree, symlinks=True)
        control = tree / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^Version: .*", "Version: 0.0.1", control.read_text()))
        settings = tree / "etc" / "pontis" / "pontis.yaml"
        settings.write_text("# as it was shipped before\n" + settings.read_text())
        call("dpkg-deb", "--root-owner-group", "-b", tree, self.folder / "older.deb")
        return self.folder / "older.deb"


@scenario
def package_contents(stage):
    """The package holds what an operator needs, and lintian finds nothing to say about it."""
    package = Package(stage)
    expect_equal(call("lintian", "--allow-root", "--fail-on", "error,warning", package.file).strip(), "", "lintian's findings")
    for path in ("usr/bin/pontis", "etc/pontis/pontis.yaml", "lib/systemd/system/pontis.service", "lib/systemd/system/pontis-migrate.service",
                 "usr/share/man/man1/pontis.1.gz", "usr/share/bash-completion/completions/pontis", "usr/share/zsh/vendor-completions/_pontis",
                 "usr/share/pontis/schemas/openapi.yaml", "usr/share/pontis/schemas/iso20022/pacs.008.001.13.xsd",
                 "usr/share/pontis/examples/corridor.yaml", "usr/share/doc/pontis/install.md", "usr/share/doc/pontis/copyright",
                 "usr/share/doc/pontis/runbooks/restore.md"):
        expect((package.tree / path).is_file(), f"{path} is not in the package")
    expect_equal((package.tree / "DEBIAN" / "conffiles").read_text(), "/etc/pontis/pontis.yaml\n", "conffiles")
    call("bash", "--norc", "-euc", f"source {package.tree}/usr/share/bash-completion/completions/pontis; complete -p pontis")
    page = call("mandoc", "-T", "ascii", package.tree / "usr/share/man/man1/pontis.1.gz")
    expect("PONTIS(1)" in page, "the manual page does not render")


@scenario(long=True)
def package_is_reproducible(stage):
    """Built twice, the package has the same bytes."""
    package = Package(stage)
    again = package.build("again")
    first, second = (hashlib.sha256(file.read_bytes()).hexdigest() for file in (package.file, again))
    expect_equal(second, first, "SHA-256 of the second build")


@scenario
def units_are_tight(stage):
    """systemd finds no fault in the units and rates what they leave open below 2.0."""
    folder = Path(stage.folder + "-units")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in UNITS:
        unit = (ROOT / "deploy" / "services" / name).read_text()
        (folder / name).write_text(unit.replace("/usr/bin/pontis", "/bin/true").replace("Documentation=man:pontis(1)", "Documentation=man:true(1)"))
        rating = call("systemd-analyze", "security", "--offline=true", ROOT / "deploy" / "services" / name)
        found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", rating)
        expect(found and float(found.group(1)) < MOST_EXPOSURE, f"{name}: {found.group(0) if found else rating}")
    said = call("systemd-analyze", "verify", "--man=no", *(folder / name for name in UNITS), env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"})
    ours = [line for line in said.splitlines() if "pontis" in line]
    expect_equal(ours, [], "what systemd-analyze verify finds")
    shutil.rmtree(folder)


# ---- a bare Debian ----


def bare_debian(folder):
    """A Debian of its minimal packages in a folder, made once and kept as an archive."""
    if os.geteuid() != 0:
        raise Skipped("only root can enter another Debian's folder")
    if not BARE.exists():
        make_bare()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    call("tar", "-C", folder, "-xf", BARE)
    shutil.copy("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    return folder


def make_bare():
    BARE.parent.mkdir(parents=True, exist_ok=True)
    made = Path(str(BARE) + ".making")
    shutil.rmtree(made, ignore_errors=True)
    said = subprocess.run(["debootstrap", "--variant=minbase", SUITE, made], capture_output=True, text=True, check=False)
    if said.returncode != 0:
        shutil.rmtree(made, ignore_errors=True)
        raise Skipped("debootstrap cannot make a bare Debian here, so the package was installed nowhere: " + said.stdout.strip().splitlines()[-1])
    call("tar", "-C", made, "-cf", str(BARE) + ".new", ".")
    os.replace(str(BARE) + ".new", BARE)
    shutil.rmtree(made)


class Machine:
    """A bare Debian one can give commands to."""

    def __init__(self, folder):
        self.folder = bare_debian(folder)

    def do(self, line, status=0):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "HOME": "/root",
                       **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}}
        return call("chroot", self.folder, "sh", "-c", line, status=status, env=environment)

    def put(self, file, name):
        shutil.copy(file, self.folder / "tmp" / name)

    def path(self, name):
        return self.folder / name.lstrip("/")


@scenario
def package_on_bare_debian(stage):
    """A bare Debian 12 installs the package, says what is to be done first, keeps edited settings in an upgrade."""
    package = Package(stage)
    machine = Machine(Path(stage.folder + "-debian"))
    machine.put(package.older(), "older.deb")
    machine.put(package.file, "pontis.deb")
    machine.do("dpkg -i /tmp/older.deb", status=None)
    said = machine.do("apt-get -q update && apt-get -q -f install -y --no-install-recommends")
    expect("not started" in said and "install.md" in said, "the package does not say what comes first")
    expect_equal(machine.do("pontis version"), call(package.tree / "usr/bin/pontis", "version"), "pontis version")
    expect("nologin" in machine.do("getent passwd pontis"), "the user pontis can log in")
    expect_equal(machine.do("stat -c '%a %U' /etc/pontis/keys").strip(), "700 root", "the folder of keys")
    expect(not list(machine.path("/etc/systemd/system").glob("*.wants/pontis*")), "a gateway would start by itself")
    check_unconfigured(machine)
    check_upgrade(machine)
    machine.do("dpkg --purge pontis")
    expect(not machine.path("/usr/bin/pontis").exists() and not machine.path("/etc/pontis").exists(), "purging left something")
    shutil.rmtree(machine.folder)


def check_unconfigured(machine):
    """What is to be filled in is said key by key, and nothing else is found wrong."""
    said = machine.do("pontis config check", status=1)
    for key in ("name", "database", "bus.brokers", "peer.listen", "tls.certificate", "signing.key"):
        expect(f"{key}: this key is missing" in said, f"config check does not ask for {key}:\n{said}")
    wrong = [line for line in said.splitlines() if "is missing" not in line]
    expect_equal(wrong, [], "what else config check finds")


def check_upgrade(machine):
    """Settings and keys stay as the operator left them."""
    settings = machine.path("/etc/pontis/pontis.yaml")
    settings.write_text(EDITED)
    machine.path("/etc/pontis/keys/tls.key").write_text("a key\n")
    machine.do("dpkg -i --force-confold /tmp/pontis.deb")
    expect_equal(settings.read_text(), EDITED, "settings after the upgrade")
    expect("as it was shipped before" not in machine.path("/etc/pontis/pontis.yaml.dpkg-dist").read_text(), "the new default is not put beside")
    machine.do("dpkg -r pontis && dpkg -i /tmp/pontis.deb")
    expect_equal(settings.read_text(), EDITED, "settings after removal and another installation")
    machine.do("rm /etc/pontis/keys/tls.key")
    check_upgrade_over_running(machine)


# Stands for the tool where no systemd runs: writes down what it is asked, and knows one gateway that runs.
SYSTEMCTL = """\
#!/bin/sh
echo "$*" >>/tmp/asked
case "$*" in *"start pontis-migrate"*) exit $(cat /tmp/migrates) ;; esac
"""


def check_upgrade_over_running(machine):
    """The database is migrated first, and only then is the gateway restarted."""
    machine.path("/usr/bin/systemctl").write_text(SYSTEMCTL)
    machine.do("chmod 755 /usr/bin/systemctl && mkdir -p /run/systemd/system")
    asked = machine.path("/tmp/asked")
    for status, restarts in ((0, True), (1, False)):
        machine.path("/tmp/migrates").write_text(f"{status}\n")
        asked.write_text("")
        said = machine.do("dpkg -i --force-confold /tmp/pontis.deb")
        order = [line for line in asked.read_text().splitlines() if "pontis" in line and "enable" not in line]
        wanted = ["--quiet is-active pontis.service", "start pontis-migrate.service"] + ["try-restart pontis.service"] * restarts
        expect_equal(order, wanted, "what systemctl is asked in an upgrade")
        expect(restarts or "still runs the version before" in said, "nobody is told that the old version runs on")
    machine.do("rm -r /run/systemd /usr/bin/systemctl")


# ---- the service's confinement ----


@scenario
def service_needs_no_more_calls(stage):
    """A gateway settles, is reloaded and ends under the unit's system-call filter, where a refused call kills."""
    corridor = stage.corridor()
    services = corridor.start()
    services.gateway_process("home").stop()
    confined = confine(services, corridor)
    begun = len(corridor.log("home"))
    try:
        confined.start()
        confined.await_ready(services.apis["home"].is_ready, 30)
        pay_both_ways(services)
        os.kill(confined.pid(), signal.SIGHUP)
        wait_until("the settings are read again", lambda: "event=settings.reloaded" in corridor.log("home")[begun:])
        pay_both_ways(services)
    finally:
        ended = confined.stop()
    expect_equal(ended, "stopped", "the end of the confined gateway")
    expect_equal(confined.child.returncode, 0, "its status")
    corridor.start()


def confine(services, corridor):
    """The gateway home, started through confined.py by the same unprivileged user."""
    folder = Path(corridor.folder, "run")
    for file in (HERE / "confined.py", ROOT / "deploy" / "services" / "pontis.service"):
        services.state.write_for_user(folder / file.name, file.read_text(), 0o755)
    arguments = services.gateway_process("home").arguments
    # A sanitizer looks for leaks by ptrace, which no service needs.
    without_leaks = ["/usr/bin/env", "ASAN_OPTIONS=detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", "")]
    return Process(services.state, "home", [*without_leaks, "/usr/bin/python3", "-B", folder / "confined.py", folder / "pontis.service", *arguments])


def pay_both_ways(services):
    lines = [{"from": payer, "quote": True, "payment": make_payment(payer, amount)} for payer, amount in (("home", "100.00"), ("away", "2500.00"))]
    entries = [feed.Entry(number, line) for number, line in enumerate(lines, 1)]
    feed.Feed(services, Steps(), 30).run(entries)
    expect_equal([entry.outcome for entry in entries], ["settled", "settled"], "payments of a confined gateway")


@scenario
def confinement_has_teeth(_):
    """A program that mounts, opens a raw kernel socket or writes code it runs does not get away with it."""
    unit = ROOT / "deploy" / "services" / "pontis.service"
    confined = ["/usr/bin/python3", "-B", HERE / "confined.py", unit]
    call(*confined, "/bin/true")
    for forbidden in ("import ctypes; ctypes.CDLL(None).mount(0, 0, 0, 0, 0)", "import mmap; mmap.mmap(-1, 4096, prot=7)",
                      "import ctypes; ctypes.CDLL(None).setuid(0)"):
        call(*confined, "/usr/bin/python3", "-c", forbidden, status=-signal.SIGSYS)
    call(*confined, "/usr/bin/python3", "-c", "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)", status=1)
