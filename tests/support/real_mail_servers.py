"""A private Postfix and a private Dovecot, as Debian ships them. Only root can start them."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devtools.servers.folders import throwaway_folder
from devtools.servers.packages import provide_program
from devtools.servers.ports import free_port

POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.sesame.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = sesame.example
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
recipient_delimiter = +
message_size_limit = 36000000
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
"""

PROGRAMS = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

DOVECOT = """
protocols = imap
base_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/home/%u
}}
first_valid_uid = 1
mail_access_groups = mail
"""


@asynccontextmanager
async def postfix(lmtp_port: int) -> AsyncIterator[int]:
    """Its SMTP port. What it takes for sesame.example it hands over by LMTP, again and again."""
    await asyncio.to_thread(provide_program, "postfix", "postfix")
    with throwaway_folder() as folder:
        port = free_port()
        _open_to_others(folder, "queue")
        _open_to_others(folder, "data", owner="postfix")
        (folder / "main.cf").write_text(POSTFIX.format(folder=folder, lmtp=lmtp_port), encoding="utf-8")
        (folder / "master.cf").write_text(PROGRAMS.format(port=port), encoding="utf-8")
        await _run("postfix", "-c", str(folder), "start")
        try:
            yield port
        finally:
            await _run("postfix", "-c", str(folder), "stop")


@asynccontextmanager
async def dovecot(password: str = "p") -> AsyncIterator[int]:
    """Its IMAP port; the password is every user's."""
    await asyncio.to_thread(provide_program, "dovecot", "dovecot-imapd")
    with throwaway_folder() as folder:
        port = free_port()
        _open_to_others(folder, "home", owner="mail")
        config = folder / "dovecot.conf"
        config.write_text(DOVECOT.format(folder=folder, port=port, password=password), encoding="utf-8")
        process = await asyncio.create_subprocess_exec("dovecot", "-F", "-c", str(config))
        try:
            yield port
        finally:
            process.terminate()
            await process.wait()


def _open_to_others(folder: Path, name: str, owner: str | None = None) -> None:
    os.chmod(folder, 0o755)
    (folder / name).mkdir()
    if owner is not None:
        account = pwd.getpwnam(owner)
        shutil.chown(folder / name, account.pw_uid, account.pw_gid)


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.decode()}")
