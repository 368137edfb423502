"""Keeps a command-line program written in Python loaded. Each call of it is a fork of this process that takes over the arguments, the
environment, the folder and the streams of whoever calls: the program itself, without the time that it takes to load.

    python serve.py SOCKET MODULE [LOADED...]

MODULE is what `python -m` would run, LOADED what it imports. Says "ready" once calls are taken; ends with its standard input.
"""

import array
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import traceback


def answer(connection: socket.socket, module: str, own: dict[str, str]) -> int:
    """Runs the program as one call asks; returns its exit code."""
    given = array.array("i")
    text, ancillary, _, _ = connection.recvmsg(1 << 16, socket.CMSG_SPACE(given.itemsize * 3))
    given.frombytes(ancillary[0][2])
    while not text.endswith(b"\n"):
        text += connection.recv(1 << 16)
    call = json.loads(text)
    for stream, file in enumerate(given):
        os.dup2(file, stream)
        os.close(file)
    os.environ.clear()
    os.environ.update({**call["environment"], **own})
    os.chdir(call["folder"])
    sys.argv = [module, *call["arguments"]]
    code: object = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def main(path: str, module: str, loaded: list[str]) -> None:
    before = dict(os.environ)
    for name in loaded:
        importlib.import_module(name)
    # What the program set for itself while it was loaded.
    own = {name: value for name, value in os.environ.items() if before.get(name) != value}
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            code = answer(connection, module, own)
            connection.sendall(b"%d\n" % code)
            os._exit(0)
        connection.close()


main(sys.argv[1], sys.argv[2], sys.argv[3:])
