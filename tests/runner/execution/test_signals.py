"""Waiting for a signal that ends a command."""

import subprocess
import sys

MANY = """\
import os, signal, threading
from adaptor.runner.execution.signals import StopSignals

for turn in range(60):
    heard = []
    with StopSignals(heard.append) as signals:
        def both():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
        threading.Thread(target=both).start()
        signals.wait()
        while len(heard) < 2:
            signals.wait()
    assert sorted(heard) == [signal.SIGINT, signal.SIGTERM], heard
with StopSignals() as signals:
    threading.Thread(target=signals.end).start()
    signals.wait()
print("ended")
"""


def test_two_signals_at_once_end_the_wait_whichever_thread_they_come_to():
    done = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, timeout=60)
    assert done.stdout == "ended\n", done.stderr
