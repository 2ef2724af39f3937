"""Processes die in the middle of a run, and everything acknowledged is still there: the run ends as expected."""

import json
import signal

from corridor import GATEWAYS, is_gone, write_payments
from settlement import expect_all_right
from stage import expect, expect_equal, scenario, wait_until

PAYMENTS = 1000
FIRST_BLOW = 150
SECOND_BLOW = 550


class UnderWay:
    """A run of many payments, into whose middle a scenario strikes."""

    def __init__(self, corridor, count=PAYMENTS):
        corridor.start()
        self.corridor = corridor
        self.before = corridor.ended()
        path = write_payments(corridor.scratch("payments"), count)
        self.lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        self.running = corridor.begin("--json", "--payments", path)

    def reach(self, count):
        """Returns once so many of its payments have ended, and fails when all have."""
        ended = wait_until(f"{count} payments ended", lambda: self._ended(count), 120)
        expect(ended < len(self.lines), "the run was over before the blow")

    def _ended(self, count):
        expect(self.running.process.poll() is None, "the run ended before the blow:\n" + self.running.said()[-2000:])
        ended = self.corridor.ended() - self.before
        return ended if ended >= count else 0

    def expect_all_right(self):
        ended = self.running.end()
        expect_all_right(ended.summary(), self.lines, "embedded")
        return ended


def strike_both(stage, strike):
    """Strikes one gateway, later the other, in the same run."""
    under_way = UnderWay(stage.corridor())
    under_way.reach(FIRST_BLOW)
    strike(under_way.corridor, "home")
    under_way.reach(SECOND_BLOW)
    strike(under_way.corridor, "away")
    return under_way.expect_all_right()


@scenario
def gateway_killed(stage):
    """kill -9 of a gateway, supervisor and worker at once, in the middle of a run; first home, then away."""
    ended = strike_both(stage, lambda corridor, gateway: corridor.kill_gateway(gateway, signal.SIGKILL))
    for gateway in GATEWAYS:
        expect(f"{gateway} died; starting it again" in ended.err, f"{gateway} was not started again:\n{ended.tail()}")


@scenario
def worker_killed(stage):
    """kill -9 of the worker alone: its supervisor starts another, which goes on where the database says."""
    corridor = stage.corridor()
    killed = {}

    def strike(_, gateway):
        killed[gateway] = (corridor.supervisor(gateway), corridor.worker(gateway))
        corridor.kill(killed[gateway][1])
        wait_until(f"a new worker of {gateway}", lambda: corridor.worker(gateway) != killed[gateway][1])
    strike_both(stage, strike)
    for gateway, (supervisor, worker) in killed.items():
        expect_equal(corridor.supervisor(gateway), supervisor, f"supervisor of {gateway}")
        expect(is_gone(worker), f"worker {worker} of {gateway} still lives")


@scenario
def supervisor_killed(stage):
    """kill -9 of the supervisor alone: its worker finishes what it has and ends; no worker is left without one."""
    corridor = stage.corridor()

    def strike(_, gateway):
        worker = corridor.worker(gateway)
        corridor.kill(corridor.supervisor(gateway))
        wait_until(f"worker {worker} of {gateway} ended", lambda: is_gone(worker))
    strike_both(stage, strike)


@scenario
def gateway_terminated(stage):
    """SIGTERM in the middle of a run: the gateway ends in bounded time and by itself, and nothing is lost."""
    corridor = stage.corridor()

    def strike(_, gateway):
        pids = corridor.supervisor(gateway), corridor.worker(gateway)
        corridor.kill(pids[0], signal.SIGTERM)
        wait_until(f"gateway {gateway} ended", lambda: all(map(is_gone, pids)), 15)
        expect("event=worker.ended" in corridor.log(gateway).splitlines()[-1], f"the worker of {gateway} did not end by itself")
    strike_both(stage, strike)


@scenario
def worker_stopped(stage):
    """SIGSTOP of a worker: the supervisor kills it after 3 s, another takes over, and the stopped one wrote nothing since."""
    corridor = stage.corridor()
    under_way = UnderWay(corridor)
    under_way.reach(FIRST_BLOW)
    worker = corridor.worker("home")
    corridor.kill(worker, signal.SIGSTOP)
    wait_until("the silent worker is killed", lambda: is_gone(worker), 10)
    under_way.expect_all_right()
    expect("event=worker.silent" in corridor.log("home"), "the supervisor does not say why")


@scenario
def postgres_killed(stage):
    """PostgreSQL killed with -9 in the middle of a run and started again: commits in doubt are found out, nothing is lost."""
    corridor = stage.corridor()
    under_way = UnderWay(corridor)
    under_way.reach(FIRST_BLOW)
    corridor.kill(corridor.services().cluster.pid())
    ended = under_way.expect_all_right()
    expect("PostgreSQL died; starting it again" in ended.err, f"PostgreSQL was not started again:\n{ended.tail()}")


@scenario
def broker_killed(stage):
    """The embedded broker killed with -9 loses all events; gateways and wallets tell them again to the next one."""
    corridor = stage.corridor()
    under_way = UnderWay(corridor)
    under_way.reach(FIRST_BLOW)
    corridor.kill(corridor.services().broker.process.pid())
    ended = under_way.expect_all_right()
    expect("the embedded broker died" in ended.err, f"the broker was not started again:\n{ended.tail()}")


@scenario
def everything_killed(stage):
    """Gateways, wallets, broker and PostgreSQL killed at once, as a power cut does; then everything is started again."""
    corridor = stage.corridor()
    under_way = UnderWay(corridor)
    under_way.reach(FIRST_BLOW)
    services = corridor.services()
    under_way.running.process.kill()
    under_way.running.process.wait()
    corridor.kill(services.cluster.pid())
    makers = services.gateway_process, services.wallet_process
    for process in (services.broker.process, *(make(gateway) for make in makers for gateway in GATEWAYS)):
        corridor.kill_session(process.pid())
    services = corridor.start()
    wait_until("every payment that the wallets ordered has ended", lambda: services.drain(0), 120)
