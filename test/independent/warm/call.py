"""One call of the program that serve.py keeps loaded: hands over what it was called with, and ends as the call does.

    python -S -E call.py SOCKET ARGUMENT...
"""

import array
import json
import os
import socket
import sys

LOST = 70

connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
connection.sendmsg([b" "], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
call = {"arguments": sys.argv[2:], "environment": dict(os.environ), "folder": os.getcwd()}
connection.sendall(json.dumps(call).encode() + b"\n")
code = connection.makefile().readline()
sys.exit(int(code) if code else LOST)
