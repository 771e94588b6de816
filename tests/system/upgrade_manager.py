#!/usr/bin/env python3
"""
upgrade_manager.py - plays the service manager that keeps sockets over a restart (systemd's FileDescriptorStoreMax):
SOCKET COMMAND... SIGHUP restarts the service, SIGTERM ends it. Each state that it is told is a line, and "kept NAME",
"let go NAME"; "started PID". Knows no gateway.
"""
import array
import os
import signal
import socket
import sys
import threading

kept = {}
child = 0
ending = False


def say(text):
    os.write(1, (text + "\n").encode())  # whole: two threads say something


def launch(path, command):
    global child
    fds = list(kept.items())
    child = os.fork()
    if child == 0:
        # above what they are moved to
        high = [os.dup(fd) for _, fd in fds]
        while high and min(high) < 3 + len(fds):
            high = [os.dup(fd) for fd in high]
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i, inheritable=True)
        os.environ.update(NOTIFY_SOCKET=path)
        if fds:
            names = ":".join(name for name, _ in fds)
            os.environ.update(LISTEN_FDS=str(len(fds)), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=names)
        os.execv(command[0], command)
    say("started %d" % child)


def hear(manager):
    while True:
        data, control, _, _ = manager.recvmsg(4096, socket.CMSG_SPACE(4))
        fds = array.array("i")
        for level, kind, octets in control:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds.frombytes(octets)
                os.set_inheritable(fds[0], False)
        lines = dict(line.split("=", 1) for line in data.decode().split("\n") if "=" in line)
        name = lines.get("FDNAME", "")
        if "FDSTORE" in lines and name in kept:
            os.close(fds[0])
        elif "FDSTORE" in lines:
            kept[name] = fds[0]
            say("kept " + name)
        elif "FDSTOREREMOVE" in lines:
            if name in kept:
                os.close(kept.pop(name))
            say("let go " + name)
        else:
            say(" ".join("%s=%s" % each for each in lines.items()))


def on_signal(number, frame):
    global ending
    ending = number == signal.SIGTERM
    os.kill(child, signal.SIGTERM)


def main():
    path, command = sys.argv[1], sys.argv[2:]
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(path)
    threading.Thread(target=hear, args=(manager,), daemon=True).start()
    signal.signal(signal.SIGHUP, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    while True:
        launch(path, command)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        say("ended %d" % code)
        if ending or code != 0:
            sys.exit(max(code, 0))
        if "--takeover" in command:
            command.remove("--takeover")


main()
