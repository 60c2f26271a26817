"""A Slurm cluster of one node on the loopback device, for as long as a test needs it: munged, slurmctld and slurmd as the user
who runs the tests, in a folder of their own, on ports of their own, without systemd and cgroups."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

SBIN = "/usr/sbin"  # where Debian has the daemons; not on every user's PATH
NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
PROCESSORS = 4  # that Slurm believes in, whatever the machine has
PR_SET_PDEATHSIG = 1

CONFIG = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SrunPortRange={ports[2]}-{last_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
KillWait=2
MinJobAge=3600
MaxArraySize={max_array}
SlurmdTimeout=60
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Programs of Slurm and munge that are not installed."""
    path = os.environ.get("PATH", "") + os.pathsep + SBIN
    return [name for name in NEEDED if shutil.which(name, path=path) is None]


def free_ports(count):
    """Ports that nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def end_with_parent():
    """In a daemon, before it starts: no daemon outlives the tests, however they end."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Cluster:
    def __init__(self, max_array=1001):
        self.folder = Path(tempfile.mkdtemp(prefix="gf-slurm-", dir="/tmp"))  # a socket's path has 107 letters at most
        self.config = self.folder / "slurm.conf"
        self.daemons = []
        self.max_array = max_array

    def environment(self, base):
        return {**base, "SLURM_CONF": str(self.config), "PATH": base["PATH"] + os.pathsep + SBIN}

    # ---- up and down -------------------------------------------------------------------------------------------------

    def start(self):
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        ports = free_ports(3)
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        self.config.write_text(CONFIG.format(
            host=socket.gethostname().partition(".")[0], ports=ports, last_port=ports[2] + 50, user=user,
            folder=self.folder, max_array=self.max_array, processors=PROCESSORS), encoding="utf-8")
        self._daemon("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket",
                     f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munged.log",
                     f"--seed-file={self.folder}/munge.seed", "--num-threads=2")
        self._wait("munged", lambda: (self.folder / "munge.socket").exists())
        self._daemon("slurmctld", "-D", "-c")
        self._daemon("slurmd", "-D", "-c")
        self._wait("the node", lambda: self.ask("sinfo", "--noheader", "--format=%T").strip() == "idle")

    def _daemon(self, program, *arguments):
        with open(self.folder / f"{program}.out", "wb") as output:
            self.daemons.append(subprocess.Popen(
                [program, *arguments], env=self.environment(os.environ), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, cwd=self.folder, start_new_session=True, preexec_fn=end_with_parent))

    def _wait(self, what, condition, seconds=60):
        limit = time.monotonic() + seconds
        while not condition():
            dead = [one.args[0] for one in self.daemons if one.poll() is not None]
            assert not dead and time.monotonic() < limit, f"{what} does not come up (ended: {dead})\n{self.logs()}"
            time.sleep(0.1)

    def logs(self):
        """The last lines of every daemon's log."""
        texts = []
        for path in sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out")]):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
            texts.append("\n".join([f"--- {path.name}", *lines]))
        return "\n".join(texts)

    def stop(self):
        """Ends the jobs, the daemons, and whatever they left behind; only processes of this cluster."""
        try:
            if all(one.poll() is None for one in self.daemons):
                self._cancel_everything()
        finally:
            for one in reversed(self.daemons):
                self._end(one)
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _cancel_everything(self):
        ids = self.ask("squeue", "--noheader", "--format=%A").split()
        if ids:
            self.ask("scancel", *ids)
        limit = time.monotonic() + 15
        while self.ask("squeue", "--noheader", "--format=%A").split() and time.monotonic() < limit:
            time.sleep(0.2)

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def processes(self, program=None):
        """Ids of living processes that were started with this cluster's configuration, of one program or of any."""
        mark = f"SLURM_CONF={self.config}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                ours = mark in (entry / "environ").read_bytes().split(b"\0")
                name = (entry / "cmdline").read_bytes().split(b"\0")[0].decode()
            except OSError:
                continue  # gone in the meantime, or somebody else's
            if ours and (program is None or Path(name).name == program):
                found.append(int(entry.name))
        return found

    # ---- asking ------------------------------------------------------------------------------------------------------

    def ask(self, *words):
        """What a command of Slurm prints."""
        done = subprocess.run(words, env=self.environment(os.environ), capture_output=True, text=True, check=False, timeout=60)
        return done.stdout

    def job(self, job_id):
        """{field: value} of what scontrol shows of a job; of an array's, of its first element shown."""
        fields = self.ask("scontrol", "--oneliner", "show", "job", job_id).splitlines()[0].split()
        return dict(field.split("=", 1) for field in fields if "=" in field)

    def states(self, job_id):
        """States of a job, or of the elements of an array."""
        text = self.ask("scontrol", "--oneliner", "show", "job", job_id)
        return {word.split("=")[1] for word in text.split() if word.startswith("JobState=")}

    def wait_until_over(self, job_ids, seconds):
        """Until none of the jobs waits, runs or ends."""
        limit = time.monotonic() + seconds
        while queue := self.ask("squeue", "--noheader", "--format=%i %j %T %r", "--jobs=" + ",".join(job_ids)).strip():
            assert time.monotonic() < limit, f"still there:\n{queue}\n{self.logs()}"
            time.sleep(0.3)
