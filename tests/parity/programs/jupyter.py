"""A Jupyter kernel that is the host, asked by a client that is the host; a notebook; IPython."""

import json

from steps import Steps, write

CLIENT = r"""from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="host", startup_timeout=60)

def ask(code, interrupt=False):
    request = client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=60)
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != request:
            continue
        if kind == "stream" and content["text"].strip():
            print(content["name"], content["text"].strip())
            if interrupt:
                manager.interrupt_kernel()
        elif kind == "execute_result":
            print("result", content["data"]["text/plain"])
        elif kind == "error":
            print("error", content["ename"], content["evalue"])
        elif kind == "status" and content["execution_state"] == "idle":
            break
    while (reply := client.get_shell_msg(timeout=60))["parent_header"].get("msg_id") != request:
        pass  # of an earlier question: is the kernel there?
    print("reply", reply["content"]["status"])

ask("import sys, os; print(sys.executable, sys.orig_argv[:3], __name__)")
ask("6 * 7")
ask("1 / 0")
ask("import subprocess\nsubprocess.check_output([sys.executable, '-c', 'import sys; print(sys.executable)'], text=True)")
ask("!echo from a shell")
ask("%run script.py")
ask("import asyncio; await asyncio.sleep(0); 'awaited'")
ask("import time; print('busy', flush=True); time.sleep(60)", interrupt=True)
print("complete", client.complete("impo", reply=True, timeout=60)["content"]["matches"][:2])
manager.restart_kernel()
client.wait_for_ready(timeout=60)
ask("'sys' in globals()")
client.stop_channels()
manager.shutdown_kernel()
print("alive", manager.is_alive())
"""
CELLS = ("import sys; print(sys.executable)", "[n * n for n in range(5)]",
         "from IPython.display import HTML; HTML('<b>bold</b>')")


def install_kernel(steps):
    steps.python("install", "-m", "ipykernel", "install", "--user", "--name", "host", "--display-name", "The host")
    path = steps.host.directory / "home/.local/share/jupyter/kernels/host/kernel.json"
    steps.note("specification", path.read_text())


def kernel(host):
    write(host, "client.py", CLIENT)
    write(host, "script.py", "print('script', __name__)\n")
    steps = Steps(host)
    install_kernel(steps)
    steps.python("client", "client.py")
    return steps.parts


def notebook(host):
    """A notebook executed and rendered by nbconvert."""
    cells = [{"cell_type": "code", "id": f"cell-{number}", "execution_count": None, "metadata": {}, "outputs": [],
              "source": source} for number, source in enumerate(CELLS)]
    write(host, "book.ipynb", json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {
        "kernelspec": {"name": "host", "display_name": "The host", "language": "python"}}}))
    steps = Steps(host)
    install_kernel(steps)
    steps.python("convert", "-m", "nbconvert", "--to", "markdown", "--execute", "book.ipynb")
    steps.note("page", (host.work / "book.md").read_text())
    return steps.parts


def ipython(host):
    steps = Steps(host)
    steps.python("one line", "-m", "IPython", "-c", "import sys; print(sys.executable, sys.argv)")
    steps.python("session", "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor",
                 stdin=b"import sys\nsys.executable\n!echo shell\n%timeit -n1 -r1 pass\n1/0\nexit()\n")
    write(host, "script.ipy", "import sys\n%cd -q /\n!pwd\nprint(sys.argv)\n")
    steps.python("script", "-m", "IPython", "script.ipy", "a")
    return steps.parts
