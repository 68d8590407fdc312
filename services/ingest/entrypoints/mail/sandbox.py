"""The walls of the process that reads strangers' mails: what it may take, and that it may only compute.

After `close_in` it opens no file, no connection and no process, and sends no signal. What it needs must be
imported before. Standard library only.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from contextlib import suppress
from pathlib import Path

NICE = 10
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 4, 38, 22
_SECCOMP_MODE_FILTER = 2
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""What the kernel does with a call: SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EPERM, …_KILL_PROCESS."""
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
"""Codes of classic BPF: load a word, jump if equal, return."""
_NUMBER, _ARCHITECTURE = 0, 4
"""Offsets in `struct seccomp_data`."""

_CALLS = {
    # machine: (AUDIT_ARCH, calls that compute, read and write what is open, wait, and end)
    "x86_64": (
        0xC000003E,
        (
            *(0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 23, 24, 25, 28, 38, 39, 60, 96, 98, 131),
            *(186, 202, 228, 230, 231, 262, 270, 273, 318, 334),
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(57, 62, 63, 64, 65, 66, 72, 79, 80, 93, 94, 98, 99, 103, 113, 115, 124, 132, 134, 135, 139),
            *(165, 169, 172, 178, 214, 215, 216, 222, 226, 233, 278, 293),
        ),
    ),
}
"""x86_64: read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
readv writev select sched_yield mremap madvise setitimer getpid exit gettimeofday getrusage sigaltstack gettid
futex clock_gettime clock_nanosleep exit_group newfstatat pselect6 set_robust_list getrandom rseq; aarch64:
the same by their numbers there."""


class _Instructions(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("first", ctypes.c_char_p))


def close_in(memory: int) -> tuple[str, ...]:
    """Call once, in a process of one thread. Gives the walls that stand; what a kernel or a container does
    not allow is missing, and the others hold."""
    os.nice(NICE)
    _first_to_go()
    _take_at_most(memory)
    return ("limits", *(("calls",) if _may_only_compute() else ()))


def hide_memory() -> None:
    """Other processes of the same user read neither our memory nor our environment, where the secrets are."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _take_at_most(memory: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _first_to_go() -> None:
    """Where a container has no more memory, the kernel ends this process instead of ingest."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _may_only_compute() -> bool:
    """By a filter of system calls (seccomp). False where the kernel, the machine or a container has none."""
    architecture, calls = _CALLS.get(platform.machine(), (0, ()))
    if not calls:
        return False
    program = _filter(architecture, calls)
    told = _Instructions(len(program) // 8, program)
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return False
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(told), 0, 0)


def _filter(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Instructions of classic BPF: another architecture's calls end the process, those of the 32-bit kind of
    x86_64 and all that are not named are refused."""
    named = [_step(_EQUAL, call, len(calls) - position, 0) for position, call in enumerate(calls)]
    return b"".join(
        [
            _step(_LOAD, _ARCHITECTURE),
            _step(_EQUAL, architecture, 1, 0),
            _step(_RETURN, _KILL),
            _step(_LOAD, _NUMBER),
            *named,
            _step(_RETURN, _REFUSE),
            _step(_RETURN, _ALLOW),
        ]
    )


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    """One `struct sock_filter`; the jumps count instructions."""
    return struct.pack("=HBBI", code, if_so, if_not, value)
