"""A terminal for interactive cases: starts a host on a pty, waits for prompts, types, keeps what was shown."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

PROMPTS = (">>> ", "... ")
LINE_START = rb"(?:\A|[\r\n])(?:\x1b\[\?2004[hl]\r?)*"  # and the marks of bracketed paste


class Terminal:
    """One conversation. `expect` waits for a text in what was shown since the text waited for before."""

    def __init__(self, host, *args, wait=20, **environment):
        self._host = host
        self._wait = wait
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = host.popen("setsid", "--ctty", host.python, *args, stdin=slave, stdout=slave,
                                  stderr=slave, start_new_session=False, env=host.environment | environment)
        os.close(slave)
        self._shown = b""
        self._since = 0

    def expect(self, text=">>> "):
        """Waits until the text is shown; True if it was."""
        wanted = re.compile((LINE_START if text in PROMPTS else b"") + re.escape(text.encode()))
        end = time.monotonic() + self._wait
        while not (found := wanted.search(self._shown, self._since)):
            if not self._read(end):
                self._shown += b"\n[never shown: " + text.encode() + b"]\n"
                return False
        self._since = found.end()
        return True

    def type(self, text, then=">>> "):
        """Types, then waits for a text (None: does not wait)."""
        os.write(self._master, text.encode())
        if then is not None:
            self.expect(then)
        return self

    def line(self, text, then=">>> "):
        return self.type(text + "\n", then)

    def end(self):
        """Waits for the end; what was shown and the status."""
        end = time.monotonic() + self._wait
        while self._read(end):
            pass
        if time.monotonic() > end:
            self._shown += b"\n[still running]\n"
            self.process.kill()
        self.process.wait()
        os.close(self._master)
        status = self.process.returncode
        return {"terminal": re.sub(rb"\r+\n", b"\n", self._shown), "status": str(status)}

    def _read(self, end):
        ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self._shown += data
        return bool(data)
