"""Programs with workers: Dask, joblib, Celery; and two that reach into the interpreter: Numba, gevent."""

import re

from serving import Server
from steps import Steps, write

CLUSTER = """import os, sys
import dask.bag, dask.array
from distributed import Client, LocalCluster

def who(): return sys.executable, os.getpid()

if __name__ == "__main__":
    with LocalCluster(n_workers=2, processes=True, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        with Client(cluster) as client:
            answers = client.run(who)
            print(sorted(executable for executable, _ in answers.values()))
            print("processes", len({pid for _, pid in answers.values()} | {os.getpid()}))
            print(client.submit(pow, 2, 100).result(), sum(client.gather(client.map(abs, range(-100, 0)))))
            print(dask.bag.range(1000, npartitions=4).map(lambda n: n % 7).frequencies().compute())
            print(dask.array.ones((1000, 1000), chunks=(250, 250)).sum().compute())
            try:
                client.submit(lambda: 1 / 0).result()
            except ZeroDivisionError as error:
                print("failed", error)
    print("closed", cluster.status)
"""
CLIENT = """import sys
from distributed import Client

with Client(scheduler_file="scheduler.json", timeout=60) as client:
    client.wait_for_workers(2, timeout=60)
    print(sorted(client.run(lambda: sys.executable).values()))
    print(client.submit(sum, client.map(lambda n: n * n, range(10))).result())
    client.retire_workers(close_workers=True)
    client.shutdown()
"""
JOBLIB = """from joblib import Parallel, delayed

if __name__ == "__main__":
    for backend in "loky", "multiprocessing", "threading":
        parallel = Parallel(n_jobs=2, backend=backend)
        print(backend, parallel(delayed(pow)(n, 2) for n in range(5)),
              set(parallel(delayed(eval)("__import__('sys').executable") for n in range(4))))
"""
NUMBA = """import numpy, numba, sys

@numba.njit
def total(numbers):
    result = 0.0
    for number in numbers:
        result += number * number
    return result

@numba.njit(parallel=True)
def parallel(numbers):
    result = 0.0
    for i in numba.prange(len(numbers)):
        result += numbers[i]
    return result

@numba.vectorize(["float64(float64)"])
def half(x): return x / 2

@numba.cfunc("float64(float64)")
def twice(x): return 2 * x

@numba.njit
def through_object(x):
    with numba.objmode(y="int64"):
        y = len(str(x))
    return y

@numba.njit
def fails(x): return [1, 2][x]

numbers = numpy.arange(1000.0)
print(total(numbers), parallel(numbers), half(numbers)[:3], twice.ctypes(4.0), through_object(12345), sys.executable)
print(total.signatures)
try:
    numba.njit(lambda x: 1 // x)(0)
except ZeroDivisionError as error:
    print(error)
"""
GEVENT = """from gevent import monkey; monkey.patch_all()
import gevent, gevent.subprocess, gevent.pool, gevent.threadpool, socket, sys, threading, time, signal, os

def echo(server):
    connection, _ = server.accept()
    connection.sendall(connection.recv(100).upper())
    connection.close()

server = socket.create_server(("127.0.0.1", 0))
gevent.spawn(echo, server)
client = socket.create_connection(server.getsockname())
client.sendall(b"hello")
print(client.recv(100), threading.current_thread().name)
print(gevent.pool.Pool(3).map(lambda n: (gevent.sleep(0.01 * (3 - n)), n)[1], range(3)))
print(gevent.threadpool.ThreadPool(2).map(abs, [-1, -2]))
print(gevent.subprocess.check_output([sys.executable, "-c", "import sys; print(sys.executable)"], text=True))
if os.fork() == 0:
    gevent.sleep(0)
    os._exit(0)
print(os.wait()[1])
gevent.spawn(lambda: 1 / 0).join()
gevent.signal_handler(signal.SIGTERM, lambda: print("terminated"))
os.kill(os.getpid(), signal.SIGTERM)
gevent.sleep(0.01)
"""
TASKS = """import signal, sys
from celery import Celery

app = Celery("tasks", broker="filesystem://", backend="file://results")
app.conf.broker_transport_options = {"data_folder_in": "queue", "data_folder_out": "queue", "store_processed": False}
app.conf.broker_connection_retry_on_startup = True

@app.task
def add(a, b): return a + b

@app.task
def who(): return sys.executable

@app.task
def fail(): raise ValueError("meant")
"""
ASK = """from tasks import add, who, fail
print(add.delay(2, 3).get(timeout=60), who.delay().get(timeout=60))
try:
    fail.delay().get(timeout=60)
except ValueError as error:
    print("failed:", error)
"""


def script(host, name, text):
    write(host, name, text)
    steps = Steps(host)
    steps.python("run", name)
    return steps.parts


def dask(host):
    return script(host, "cluster.py", CLUSTER)


def joblib(host):
    return script(host, "work.py", JOBLIB)


def numba(host):
    return script(host, "kernels.py", NUMBA)


def gevent(host):
    return script(host, "green.py", GEVENT)


def said(log):
    """What must be in a log whose order, and whose complaints at the end, are a matter of time."""
    return "\n".join(sorted(set(re.findall(r"Start worker at|Registered to|Register worker|End worker|End Nanny|"
                                           r"Retired worker|Closing Nanny|Stopped \w+|End scheduler|exit .*", log))))


def dask_commands(host):
    """The same from the command line: a scheduler, and a worker command that starts two processes."""
    write(host, "client.py", CLIENT)
    steps = Steps(host)
    local = "--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", "scheduler.json"
    with Server(host, "-m", "distributed.cli.dask_scheduler", "--port", "0", *local) as scheduler:
        scheduler.wait_for("Scheduler at")
        with Server(host, "-m", "distributed.cli.dask_worker", "--nworkers", "2", "--nthreads", "1",
                    "--death-timeout", "100", *local) as worker:
            steps.python("client", "client.py")
            steps.note("worker", said(worker.wait()))
        steps.note("scheduler", said(scheduler.wait()))
    return steps.parts


def celery(host):
    """A worker with two processes; tasks and results go through files."""
    write(host, "tasks.py", TASKS)
    write(host, "ask.py", ASK)
    for folder in "queue", "results":
        (host.work / folder).mkdir()
    steps = Steps(host)
    with Server(host, "-m", "celery", "-A", "tasks", "worker", "-c", "2", "-P", "prefork", "-l", "INFO",
                "--without-gossip", "--without-mingle", C_FORCE_ROOT="1") as worker:
        worker.wait_for("ready")
        steps.python("ask", "ask.py")
        worker.stop()
        text = worker.wait()
    steps.note("worker", "\n".join(sorted(re.findall(r"tasks\.\w+|Warm shutdown|exit \d+|ValueError.*", text))))
    return steps.parts
