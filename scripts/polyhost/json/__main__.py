"""`polyhost -m polyhost.json`: python3 -m json.tool, with a json that is native. Options, output and errors are json.tool's."""

import runpy

from polyhost.accelerators import accelerate

accelerate("json")
runpy.run_module("json.tool", run_name="__main__", alter_sys=True)
