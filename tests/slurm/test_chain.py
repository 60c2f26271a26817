"""The chain of jobs on a real Slurm: submit to dataset, requeue by signal, resume, failure, and submit again."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import cluster
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
import support  # noqa: E402  (it lies with the other tests of the program)

pytestmark = pytest.mark.skipif(bool(cluster.missing()), reason=f"no Slurm here: {', '.join(cluster.missing())} missing "
                                                                "(scripts/setup.sh installs it)")

SMALL = support.campaign({"replicas.pack": 4})  # 3 structures x 4 blocks of replicas
# Some five seconds of launching on one core, in 12 tasks; a short chain.
BARE = {"describe.sets": [], "train.models": [], "dynamics.structures": 0}
LONG = support.campaign({"replicas.times": [0.1, 30.0], "replicas.pack": 4, **BARE})
LAUNCHER = ("--launcher", "mpirun --oversubscribe --bind-to none")


@pytest.fixture(scope="module")
def slurm():
    one = cluster.Cluster()
    try:
        one.start()
        yield one
    finally:
        one.stop()


class Campaign:
    """A campaign that runs on the cluster."""

    def __init__(self, slurm, folder, sections):
        self.slurm, self.folder = slurm, folder
        self.results = folder / "small"
        support.write_campaign(folder / "c.toml", sections)
        self.jobs = {}

    def program(self, *words, code=0):
        """Runs glassforge as on a login node of the cluster."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.slurm.environment(os.environ).items():
                patch.setenv(name, value)
            return support.succeed(*words, code=code, cwd=self.folder)

    def submit(self, *words):
        """Submits; {job: id}."""
        done = self.program("submit", "c.toml", "--rate", "1e7,5e6", "--json", *LAUNCHER, *words)
        self.plan = json.loads(done.stdout)
        self.jobs = {job["name"]: job["id"] for job in self.plan["submitted"]}
        return self.jobs

    def wait(self, seconds=400):
        self.slurm.wait_until_over(list(self.jobs.values()), seconds)

    def states(self):
        return {name: self.slurm.states(job) for name, job in self.jobs.items()}

    def log(self, name):
        return "\n".join(path.read_text(encoding="utf-8") for path in sorted((self.results / "jobs/log").glob(f"{name}*.out")))

    def wait_for(self, condition, seconds=200):
        limit = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < limit, f"waited too long\n{self.states()}\n{self.log('')}"
            time.sleep(0.05)


def content_of_a_plain_run(folder, sections):
    support.write_campaign(folder / "c.toml", sections)
    support.succeed("run", "c.toml", "--stage", "evaluate", cwd=folder)
    return support.content(folder / "small")


def assert_all(states, expected):
    assert all(found == {expected} for found in states.values()), states


def test_from_submit_to_report(slurm, tmp_path):
    campaign = Campaign(slurm, tmp_path / "chain", SMALL)
    jobs = campaign.submit("--tasks", "4", "--throttle", "2", "--joint-ranks", "2", "--time", "5m", "--local-scratch",
                           str(tmp_path / "scratch"))
    assert list(jobs) == ["equilibrate", "equilibrate-merge", "quench", "quench-merge", "dynamics", "launch", "label",
                          "describe", "train", "evaluate", "report"]
    refused = campaign.program("submit", "c.toml", "--rate", "1e7,5e6", code=2)
    assert f"{jobs['report']} (report)" in refused.stderr and "scancel" in refused.stderr
    shown = slurm.job(jobs["launch"])
    assert shown["ArrayTaskId"] == "0-3%2" and f"afterok:{jobs['dynamics']}" in shown["Dependency"]
    campaign.wait()
    assert_all(campaign.states(), "COMPLETED")
    support.assert_same(content_of_a_plain_run(tmp_path / "plain", SMALL), campaign.results)
    assert (campaign.results / "report/report.html").exists() and not (campaign.results / "work").exists()
    assert "OMP_NUM_THREADS=1" in campaign.log("train") and "2 rank(s) x 1 thread(s)" in campaign.log("train")
    assert "Slurm ends this job" in campaign.log("launch_0") and not list((tmp_path / "scratch").iterdir())
    status = json.loads(campaign.program("status", "small", "--json").stdout)
    (launch,) = [job for job in status["jobs"] if job["name"] == "launch"]
    assert (launch["id"], launch["elements"], launch["elements_done"]) == (jobs["launch"], 4, 4)
    verdict = campaign.program("verify", "small")
    assert verdict.returncode == 0


def test_requeue_kill_and_submit_again(slurm, tmp_path):
    """An element is told to stop, queues again and goes on; the program of another is killed, which cancels what comes after;
    submit goes on with what is left, and the bits are those of a run that nothing disturbed."""
    campaign = Campaign(slurm, tmp_path / "chain", LONG)
    support.succeed("run", "c.toml", "--stage", "quench", cwd=campaign.folder)
    jobs = campaign.submit("--tasks", "2", "--time", "5m")
    assert list(jobs)[:2] == ["launch", "label"]
    parts = campaign.results / "work/launch"
    campaign.wait_for(lambda: len(list(parts.glob("*.h5"))) >= 2)
    slurm.ask("scancel", "--batch", "--signal=USR1", f"{jobs['launch']}_0")
    campaign.wait_for(lambda: "stopped by signal" in campaign.log("launch_0"))
    campaign.wait_for(lambda: "restart 1," in campaign.log("launch_0"))
    campaign.wait_for(lambda: slurm.processes("glassforge"))
    os.kill(slurm.processes("glassforge")[0], signal.SIGKILL)
    campaign.wait()
    states = campaign.states()
    assert states.pop("launch") == {"COMPLETED", "FAILED"}
    assert_all(states, "CANCELLED")
    assert slurm.job(jobs["launch"] + "_0")["Restarts"] == "1"
    assert "DependencyNeverSatisfied" in slurm.job(jobs["label"])["Reason"]
    again = campaign.submit("--tasks", "2", "--time", "5m")
    assert campaign.plan["jobs"][0]["elements"] == 1 and again["launch"] != jobs["launch"]
    campaign.wait()
    assert_all(campaign.states(), "COMPLETED")
    support.assert_same(content_of_a_plain_run(tmp_path / "plain", LONG), campaign.results)


def test_what_comes_after_a_failure_is_cancelled(slurm, tmp_path):
    """Structures refused by their certificate: the merge of the first stage says so, nothing after it starts."""
    sections = support.campaign({"certificate.on_failure": "refuse", "replicas.times": [0.1], **BARE})
    campaign = Campaign(slurm, tmp_path, sections)
    campaign.submit()
    campaign.wait()
    states = campaign.states()
    assert states.pop("equilibrate") == {"COMPLETED"} and states.pop("equilibrate-merge") == {"FAILED"}
    assert_all(states, "CANCELLED")
    assert slurm.job(campaign.jobs["equilibrate-merge"])["ExitCode"] == "4:0"
    assert "refused, as their certificate" in campaign.log("equilibrate-merge") and not campaign.log("quench")
