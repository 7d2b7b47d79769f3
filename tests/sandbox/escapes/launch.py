"""Starts a server with secrets it must not pass on: a key, open descriptors, a variable.

Usage: launch.py UID KEY FILE DIRECTORY PROGRAM ARGUMENT...
"""

import ctypes
import os
import platform
import sys

uid, key, file, directory = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
libc = ctypes.CDLL(None, use_errno=True)
add_key, keyctl = (248, 250) if platform.machine() == "x86_64" else (217, 219)
JOIN_SESSION_KEYRING, SETPERM = 1, 5
# A session keyring of its own: nothing of the caller's is put at risk.
libc.syscall(keyctl, JOIN_SESSION_KEYRING, None)
identity = libc.syscall(add_key, b"user", key.encode(), b"TOP-SECRET key", 14, -3)
libc.syscall(keyctl, SETPERM, identity, 0x3F3F0000)
for number, path, flags in ((50, file, os.O_RDWR), (51, directory, os.O_DIRECTORY)):
    os.dup2(os.open(path, flags), number, inheritable=True)
if os.geteuid() == 0 and uid != 0:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
os.environ["EXEC_SERVER_ESCAPE_MARKER"] = "TOP-SECRET environment"
os.execvp(sys.argv[5], sys.argv[5:])
