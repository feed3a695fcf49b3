"""Processes forked from a warm parent, killed at a random or a named moment, and the office opened anew after each."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from app.data.database import Database
from app.data.outage import Outage
from app.data.repository import Repository
from app.office import Office
from tests.crashes.points import Death, arm
from tests.simulation.promises import broken, broken_at_night

FORK = multiprocessing.get_context("fork")
SEED = int(os.environ.get("SEED") or os.environ.get("DAYBOOK_SEED") or 1)
TIMES = int(os.environ.get("TIMES") or 20)
LONGEST = 30.0  # seconds until a point that is never passed fails the test
Tell = Callable[[Any], None]


class Scene:
    """What people or the machine do without end, and how the office goes on after each death.

    `points` are the named moments; `quickest` and `slowest` bound the random ones, in seconds.
    """

    name = ""
    points: tuple[str, ...] = ()
    quickest, slowest = 0.02, 0.4

    def __init__(self, office: Office) -> None:
        self.office = office

    def begin(self, chance: random.Random) -> None:
        """Lay out what the next process will work on."""

    def live(self, office: Office, tell: Tell) -> None:
        """Work without end, in a process of its own; `tell` what was acknowledged before the next act."""
        raise NotImplementedError

    def run(self, death: Death) -> list[Any]:
        """Live until death; give what was told."""
        near, far = FORK.Pipe(duplex=False)
        child = FORK.Process(target=_alone, args=(self, death, far))
        child.start()
        far.close()
        die(child, death)
        return heard(near)

    def reopen(self) -> None:
        """Open the office anew."""
        reopen(self.office)

    def go_on(self, told: list[Any]) -> None:
        """See that nothing told is lost, once the office is open again."""

    def finish(self) -> None:
        """Let everything come to its end, and see that it happened once."""

    def broken(self, chance: random.Random) -> list[str]:
        """Give the promises of an office that don't hold."""
        return [*broken(self.office), *broken_at_night(self.office, chance.random())]


def killed(scene: Scene, database: str, *, times: int = TIMES, seed: int = SEED) -> None:
    """Let a scene die so many times; the message of a failure says how to see it again."""
    for number in range(times):
        chance = random.Random(f"{seed}/{scene.name}/{database}/{number}")
        death = _death(scene, number, chance)
        again = f"{death}; again: make crash SEED={seed} TIMES={number + 1} ONLY={scene.name} DATABASE={database}"
        scene.begin(chance)
        scene.office.repository.close()
        try:
            told = scene.run(death)
            scene.reopen()
            scene.go_on(told)
            wrong = scene.broken(chance)
        except Exception as error:
            raise AssertionError(f"{error!r}\n{again}") from error
        # rows of the last ten minutes wait for their seal: nobody sealed yet
        wrong = [each for each in wrong if "not sealed" not in each]
        assert not wrong, "\n".join((*wrong, again))
    scene.finish()
    assert not broken(scene.office)


def _death(scene: Scene, number: int, chance: random.Random) -> Death:
    """Every second death is at a point, each point in its turn."""
    if number % 2 and scene.points:
        return Death(scene.points[number // 2 % len(scene.points)], chance.randint(1, 3))
    return Death(seconds=chance.uniform(scene.quickest, scene.slowest))


def _alone(scene: Scene, death: Death, pipe: Connection) -> None:
    faulthandler.register(signal.SIGUSR1)  # a process that hangs says where
    own_database(scene.office, death)
    scene.live(scene.office, pipe.send)


def own_database(office: Office, death: Death) -> None:
    """Give a forked process connections of its own."""
    repository = office.repository
    repository.database = Database(repository.settings.database)
    arm(death, repository.database)


def reopen(office: Office) -> None:
    """Open the database as a start of the office does: fixed tables, forms, what is to be added."""
    root = office.root
    load = root.repository._load
    for _ in range(50):
        try:
            root.repository = Repository.open(office.settings, root.repository.catalogue, load=load)
            break
        except Outage:  # another test may have taken the server's last connection
            time.sleep(0.2)
    root.publisher.repository = root.repository


def die(child: BaseProcess, death: Death) -> None:
    """Wait until a process has died as it should."""
    assert child.pid is not None
    if not death.point:
        child.join(death.seconds)
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
    child.join(LONGEST)
    if child.is_alive():
        os.kill(child.pid, signal.SIGUSR1)
        child.join(0.5)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        raise AssertionError(f"never came to {death}")
    assert child.exitcode == -signal.SIGKILL, f"ended by itself with {child.exitcode}"


def heard(pipe: Connection) -> list[Any]:
    """Give everything that a dead process told."""
    found = []
    try:
        while pipe.poll():
            found.append(pipe.recv())
    except EOFError:
        pass
    pipe.close()
    return found


@contextmanager
def a_server(office: Office, api: Any, death: Death) -> Iterator[str]:
    """Serve the API in a process that dies; give its address. Whoever calls it then meets a broken connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    child = FORK.Process(target=_serve, args=(office, api, death, listener))
    child.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    late: list[str] = []
    watch = threading.Thread(target=_after, args=(child, death, late))
    watch.start()
    try:
        yield address
    finally:
        watch.join()
        child.join(LONGEST)
    assert not late, late
    assert child.exitcode == -signal.SIGKILL, f"the server ended by itself with {child.exitcode}"


def _serve(office: Office, api: Any, death: Death, listener: socket.socket) -> None:
    import uvicorn

    own_database(office, death)
    uvicorn.Server(uvicorn.Config(api, log_level="critical", lifespan="off")).run(sockets=[listener])


def _after(child: BaseProcess, death: Death, late: list[str]) -> None:
    """Kill a server after its seconds, or once it is clear that it never comes to its point."""
    child.join(LONGEST if death.point else death.seconds)
    if child.is_alive() and child.pid is not None:
        os.kill(child.pid, signal.SIGKILL)
        late += [f"never came to {death}"] if death.point else []
