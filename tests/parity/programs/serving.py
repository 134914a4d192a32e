"""Web servers that answer requests: Flask and Django, with and without their reloaders, gunicorn and uvicorn."""

import os
import re
import signal
import socket
import time
import urllib.error
import urllib.request

from case import status_text
from steps import Steps, write

ALARM = "import signal; signal.alarm(150)  # ends by itself, whatever becomes of the test\n"
WHO = "import sys, json\ndef who(text): return json.dumps([text, sys.executable, sys.orig_argv, sys.argv])\n"
FLASK = ALARM + WHO + """
from flask import Flask, abort, request
app = Flask(__name__)

@app.route("/")
def hello(): return who("first")

@app.route("/echo", methods=["POST"])
def echo(): return {"got": request.get_json()}

@app.route("/error")
def error(): abort(418)
"""
WSGI = ALARM + WHO + """
def app(environment, start_response):
    body = who(environment["PATH_INFO"]).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
"""
ASGI = ALARM + WHO + """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            print(message["type"], flush=True)
            await send({"type": message["type"] + ".complete"})
            if message["type"].endswith("shutdown"): return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": who(scope["path"]).encode()})
"""
URLS = ALARM + WHO + """
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse(who("first")))]
"""
DJANGO_TEST = """from django.test import TestCase
from django.contrib.auth.models import User

class HelloTest(TestCase):
    def test_page(self): self.assertEqual(self.client.get("/").status_code, 200)
    def test_database(self):
        User.objects.create_user("somebody")
        self.assertEqual(User.objects.count(), 1)
    def test_fails(self): self.fail("meant")
"""


class Server:
    """A program that runs until it is stopped; its output is read as it comes."""

    access = '"(GET|POST) .*HTTP'  # what it logs of a request, when that is done

    def __init__(self, host, *arguments, **environment):
        self.process = host.start(*arguments, stderr=-2, env=host.environment | {"PYTHONUNBUFFERED": "1"} | environment)
        self.text = ""
        self.seen = 0
        self.address = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.process.wait()
        self.process.stdout.close()

    def wait_for(self, pattern):
        """Reads until the pattern comes, which no earlier call has seen; the match."""
        while True:
            match = re.compile(pattern).search(self.text, self.seen)
            if match:
                self.seen = match.end()
                return match
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"no {pattern!r} in the output, which is: {self.text}")
            self.text += line.decode(errors="backslashreplace")

    def find_address(self, pattern=r"http://127\.0\.0\.1:\d+"):
        self.address = self.wait_for(pattern)[0]

    def get(self, path="/", data=None):
        """The answer, once it is logged; a server that does not listen yet is asked again."""
        try:
            return self.ask(path, data)
        finally:
            self.wait_for(self.access)

    def ask(self, path, data=None):
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"})
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return f"{answer.status} {answer.read().decode()}"
            except urllib.error.HTTPError as error:
                return f"{error.code} {error.reason}"
            except OSError:
                if self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self, number=signal.SIGINT):
        """As Ctrl-C on a terminal: to all its processes."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def wait(self):
        """All it printed, and its status."""
        self.text += self.process.stdout.read().decode(errors="backslashreplace")
        return self.text + status_text(self.process.wait())


def edit(path, old, new):
    """Changes a file a reloader watches; its time of modification changes even where the clock is coarse."""
    path.write_text(path.read_text().replace(old, new))
    later = path.stat().st_mtime + 5
    os.utime(path, (later, later))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def flask(host):
    write(host, "hello.py", FLASK)
    steps = Steps(host)
    steps.python("routes", "-m", "flask", "--app", "hello", "routes")
    with Server(host, "-m", "flask", "--app", "hello", "run", "--port", "0") as server:
        server.find_address()
        steps.note("hello", server.get())
        steps.note("echo", server.get("/echo", b'{"a": [1, 2]}'))
        steps.note("error", server.get("/error"))
        server.stop()
        steps.note("log", server.wait())
    return steps.parts


def flask_reload(host):
    """A script that calls app.run with the reloader and the debugger; the script changes."""
    path = write(host, "hello.py", FLASK + "if __name__ == '__main__': app.run(port=0, debug=True)\n")
    with Server(host, "-X", "utf8", "hello.py", "an argument", WERKZEUG_DEBUG_PIN="off") as server:
        server.find_address()
        server.wait_for("Debugger is active")
        first = server.get()
        edit(path, '"first"', '"second"')
        server.wait_for("Debugger is active")
        second = server.get()
        server.stop()
        log = server.wait()
    return {"first": first, "second": second, "log": log}


def django(host):
    """A project from its own template: database, tests, the development server with its reloader."""
    steps = Steps(host)
    steps.python("start", "-m", "django", "startproject", "site1", ".")
    urls = write(host, "site1/urls.py", URLS)
    write(host, "test_hello.py", DJANGO_TEST)
    settings = host.work / "site1/settings.py"
    settings.write_text(re.sub("SECRET_KEY = .*", "SECRET_KEY = 'k'", settings.read_text()))
    steps.python("check", "manage.py", "check")
    steps.python("migrate", "manage.py", "migrate")
    steps.python("test", "manage.py", "test", "--parallel", "2")
    steps.python("shell", "manage.py", "shell", "-c", "import sys; print(sys.executable, sys.argv)")
    port = free_port()
    with Server(host, "manage.py", "runserver", f"127.0.0.1:{port}") as server:
        server.wait_for("Starting development server")
        server.address = f"http://127.0.0.1:{port}"
        steps.note("first", server.get())
        edit(urls, '"first"', '"second"')
        server.wait_for("reloading")
        server.wait_for("Starting development server")
        steps.note("second", server.get())
        server.stop()
        steps.note("log", server.wait())
    return steps.parts


def messages(log):
    """What several processes logged: each message once, without its process, sorted."""
    own = re.compile(r"^\[.*\[\w+\] |\(?\bpid: \d+\)?|\[\d+\]|\(\d+\)")
    return "\n".join(sorted({own.sub("", line) for line in log.splitlines()}))


def gunicorn(host):
    """A master and two workers, then two others of the application loaded again."""
    write(host, "hello.py", WSGI + "import os; os.write(1, b'loaded\\n')\n")
    with Server(host, "-m", "gunicorn", "-w", "2", "-b", "127.0.0.1:0", "--access-logfile", "-", "hello:app") as server:
        server.find_address()
        server.wait_for("(?s)loaded.*loaded")
        hello = server.get("/hello")
        os.kill(server.process.pid, signal.SIGHUP)
        server.wait_for("(?s)loaded.*loaded")
        again = server.get("/again")
        os.kill(server.process.pid, signal.SIGTERM)
        log = server.wait()
    log = "\n".join(line for line in log.splitlines() if "was terminated due to" not in line)  # a matter of time
    return {"hello": hello, "again": again, "log": messages(log)}


def uvicorn(host):
    write(host, "hello.py", ASGI)
    parts = {}
    with Server(host, "-m", "uvicorn", "--port", "0", "hello:app") as server:
        server.find_address()
        parts["hello"] = server.get("/hello")
        server.stop()
        parts["log"] = server.wait()
    port = free_port()
    with Server(host, "-m", "uvicorn", "--port", str(port), "--workers", "2", "hello:app") as server:
        server.address = f"http://127.0.0.1:{port}"
        server.wait_for("(?s)startup complete.*startup complete")
        parts["workers"] = server.get("/workers")
        os.kill(server.process.pid, signal.SIGTERM)
        parts["log of workers"] = messages(server.wait())
    return parts
