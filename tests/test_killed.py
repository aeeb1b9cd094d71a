"""Real processes on a real installation: killed in the middle, asked twice at once. One effect, and `tokui check` is silent."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tokui.core.postgres import Cluster, home_for

CUSTOMERS = 20_000
#: Days of the sales lie in a month that is over, whenever the tests run.
SOLD_ON, CLOSED_ON = "2026-01-15", "2026-01-31"


class House:
    """`tokui up` on a folder of its own, with one organization and its API key."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.key = folder, _free_port(), ""
        self.up = self.begin("up", "--port", str(self.port))

    def begin(self, *command: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TOKUI_")}
        return subprocess.Popen(
            [sys.executable, "-m", "tokui", "--data-dir", str(self.folder), *command],
            env=inherited,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, *command: str) -> str:
        told, _nothing = (started := self.begin(*command)).communicate(timeout=240)
        assert started.returncode == 0, told
        return told

    def ask(self, method: str, path: str, **sent: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}", **sent.pop("headers", {})}
        address = f"http://127.0.0.1:{self.port}/api/v1{path}"
        return requests.request(method, address, headers=headers, timeout=120, **sent)

    def count(self, table: str, condition: str = "true") -> int:
        with Cluster(home_for(self.folder / "postgres")).connect(database="tokui") as connection:
            found = connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()  # type: ignore[arg-type]
        assert found is not None
        return int(str(found[0]))

    def worker(self) -> int:
        """The worker's process among those that `up` started; 0 while there is none."""
        children = Path(f"/proc/{self.up.pid}/task/{self.up.pid}/children").read_text().split()
        found = (int(one) for one in children if b"config.worker" in Path(f"/proc/{one}/cmdline").read_bytes())
        return next(found, 0)

    def age_heartbeats(self) -> None:
        """Let the rescue see at its next minute what it would see after a minute of silence."""
        with Cluster(home_for(self.folder / "postgres")).connect(database="tokui") as connection:
            connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '90 seconds'")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_so: Callable[[], Any], seconds: float, pause: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(pause)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not Path("/proc/self/task").exists():
        pytest.skip("finds the worker under /proc")
    made = House(tmp_path_factory.mktemp("house"))
    try:
        wait_until(lambda: _answers(made), 120)
        told = made.run("--json", "org", "create", "株式会社 試し", "--owner", "you@example.com", "--slug", "try")
        made.key = json.loads(told)["api_key"]
        yield made
    finally:
        made.up.send_signal(signal.SIGTERM)
        made.up.communicate(timeout=60)


def _answers(made: House) -> bool:
    assert made.up.poll() is None, "tokui up ended"
    try:
        return requests.get(f"http://127.0.0.1:{made.port}/readyz", timeout=5).ok
    except requests.ConnectionError:
        return False


def test_an_import_whose_worker_is_killed_is_taken_over_whole_and_once(house: House) -> None:
    rows = "".join(f"C{n:05},株式会社 {n:05},末日\n" for n in range(CUSTOMERS))
    file = {"file": ("customers.csv", f"顧客コード,名称,締日\n{rows}".encode())}
    batch = house.ask("POST", "/imports", files=file).json()
    path = f"/imports/{batch['id']}"
    house.ask("PUT", f"{path}/columns", json={"columns": batch["columns"]}).raise_for_status()
    wait_until(lambda: house.ask("GET", path).json()["state"] == "ready", 120)
    house.ask("POST", f"{path}/application").raise_for_status()
    wait_until(lambda: house.ask("GET", path).json()["done"] > 0, 60, pause=0.02)
    killed = house.worker()
    os.kill(killed, signal.SIGKILL)

    assert 0 < house.ask("GET", path).json()["done"] < CUSTOMERS, "the kill came too late to prove anything"
    wait_until(lambda: house.worker() not in (0, killed), 30)
    house.age_heartbeats()
    wait_until(lambda: house.ask("GET", path).json()["state"] == "applied", 150, pause=0.5)
    assert house.ask("GET", path).json()["new"] == CUSTOMERS
    assert house.count("customers_customer") == CUSTOMERS
    house.run("check")


def test_a_closing_run_that_is_killed_goes_on_where_it_stopped(house: House, tmp_path: Path) -> None:
    sales = tmp_path / "sales.csv"
    rows = "".join(f"{SOLD_ON},C{n:05},月謝,1000\n" for n in range(CUSTOMERS))
    sales.write_text(f"売上日,顧客コード,品名,金額\n{rows}")
    house.run("sales", "import", str(sales))
    run = house.begin("invoices", "close", "--on", CLOSED_ON)
    wait_until(lambda: house.count("invoices_invoice") > 0, 120, pause=0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()

    assert 0 < house.count("invoices_invoice") < CUSTOMERS, "the kill came too late to prove anything"
    house.run("check")
    house.run("invoices", "close", "--on", CLOSED_ON)
    assert house.count("invoices_invoice") == CUSTOMERS
    assert house.count("invoices_saleline", "invoice_id IS NULL") == 0
    house.run("check")


def together(*asked: Callable[[], requests.Response]) -> list[requests.Response]:
    with ThreadPoolExecutor(len(asked)) as hands:
        return [one.result() for one in [hands.submit(ask) for ask in asked]]


def test_two_people_and_an_impatient_program_have_one_effect(house: House) -> None:
    invoice = house.ask("GET", "/invoices", params={"state": "open", "limit": 1}).json()["data"][0]
    cash = {"amount_minor": invoice["open_minor"], "received_on": CLOSED_ON}
    key = {"Idempotency-Key": "counter-1"}
    told = together(*[lambda: house.ask("POST", "/deposits", json=cash, headers=key)] * 3)
    assert [one.status_code for one in told] == [201, 201, 201]
    assert len({one.json()["id"] for one in told}) == 1
    assert house.count("banking_deposit") == 1

    use = {"invoice": invoice["id"], "amount_minor": invoice["open_minor"]}
    allocation = {"deposit": told[0].json()["id"], "uses": [use]}
    both = together(*[lambda: house.ask("POST", "/allocations", json=allocation)] * 2)
    assert sorted(one.status_code for one in both) == [201, 409]
    assert house.ask("GET", f"/invoices/{invoice['id']}").json()["open_minor"] == 0


def test_one_bank_file_sent_twice_at_once_is_one_statement(house: House) -> None:
    sample = Path(__file__).parent.parent / "examples" / "bank-midori-2026-11.zengin01.txt"
    account = house.ask("POST", "/bank-accounts", json={"code": "midori", "name": "みどり銀行"}).json()["id"]
    path = f"/bank-accounts/{account}/statements"
    send = lambda: house.ask("POST", path, files={"file": (sample.name, sample.read_bytes())})  # noqa: E731
    told = together(send, send)
    assert all(one.ok for one in told), [one.text for one in told]
    assert len({one.json()["id"] for one in told}) == 1
    assert house.count("banking_statement") == 1
    house.run("check")
