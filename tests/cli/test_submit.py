"""submit without Slurm: the plan's numbers, its limits, what it refuses, and the same plan on one machine. Also run --share."""

import json
import os
import re
import signal
import stat
import subprocess
from pathlib import Path

import pytest

import support

RATES = ("--rate", "1e6,2e6")


@pytest.fixture
def small(tmp_path):
    """3 structures x 4 blocks of 4 replicas."""
    return support.write_campaign(tmp_path / "c.toml", support.campaign({"replicas.times": [0.1, 2.0], "replicas.pack": 4,
                                                                         "dynamics.structures": 0}))


def plan(file, *words, cwd=None):
    return json.loads(support.succeed("submit", file, "--dry-run", "--json", *words, cwd=cwd).stdout)


def job(found, name):
    (one,) = [j for j in found["jobs"] if j["name"] == name]
    return one


# ---- the plan --------------------------------------------------------------------------------------------------------


def test_a_chain_of_what_is_to_do(small):
    found = plan(small, *RATES, "--time", "2m", cwd=small.parent)
    assert [j["name"] for j in found["jobs"]] == ["equilibrate", "equilibrate-merge", "quench", "quench-merge", "launch",
                                                  "label", "describe", "train", "evaluate", "report"]
    launch, equilibrate = job(found, "launch"), job(found, "equilibrate")
    assert (launch["tasks"], launch["elements"], launch["array"]) == (12, 12, "0-11")
    assert (equilibrate["tasks"], equilibrate["array"]) == (3, "0-2")
    steps = 3 * 387 * 16 * 200
    assert launch["core_hours"] == pytest.approx(steps / 1e6 / 3600)
    assert launch["wall_hours"] == pytest.approx(steps / 1e6 / 3600 / 12)
    assert found["core_hours"] == pytest.approx(sum(j["core_hours"] for j in found["jobs"]))
    assert found["disk"]["files_at_most"] == found["disk"]["files"] + 4 * 12  # part, two checkpoints, log
    throttled = plan(small, *RATES, "--throttle", "5", cwd=small.parent)
    assert throttled["disk"]["files_at_most"] == found["disk"]["files"] + 12 + 2 * 5 + 12
    assert os.listdir(small.parent) == ["c.toml"]


def test_fewer_elements_do_more_each(small):
    """12 blocks of replicas by 5 elements of two ranks: three blocks for the fullest, so two one after the other."""
    found = plan(small, *RATES, "--tasks", "5", "--throttle", "2", "--ntasks-per-node", "2", cwd=small.parent)
    launch = job(found, "launch")
    assert (launch["elements"], launch["array"], launch["ranks"]) == (5, "0-4%2", 2)
    assert launch["wall_hours"] == pytest.approx(2 * launch["core_hours"] / 12)
    threads = plan(small, *RATES, "--tasks", "5", "--ntasks-per-node", "2", "--cpus-per-task", "4", cwd=small.parent)
    assert job(threads, "launch")["wall_hours"] == pytest.approx(launch["wall_hours"] / 4)
    assert job(threads, "launch")["threads"] == 4 and job(threads, "quench")["threads"] == 1
    text = support.succeed("submit", small, "--dry-run", *RATES, "--cpus-per-task", "6", cwd=small.parent).stdout
    assert re.search(r"  quench .* 5 of 6 threads idle", text) and re.search(r"  launch .* 2 of 6 threads idle", text)


def test_work_beyond_the_time_limit_queues_again(small):
    """At 100 particle-steps a second a block takes 3096 s; of 10 minutes, one is kept for writing."""
    found = plan(small, "--rate", "100,2e6", "--time", "10m", cwd=small.parent)
    launch = job(found, "launch")
    assert found["margin"] == 60 and launch["wall_hours"] * 3600 == pytest.approx(4 * 387 * 200 / 100)
    assert launch["requeues"] == 3096 // 540
    long = plan(small, "--rate", "100,2e6", "--time", "1-00:00:00", cwd=small.parent)
    assert job(long, "launch")["requeues"] == 0 and long["margin"] == 864


@pytest.mark.parametrize("limit", [1001, 100, 7])
def test_a_full_size_campaign_stays_within_the_limit(limit, tmp_path):
    """500 structures x 32 replicas in packs of 8: 2000 tasks."""
    found = plan(support.ROOT / "examples/glassbench/ka_T0.44.toml", *RATES, "--set", "replicas.pack=8", "--max-array", limit,
                 "--throttle", "50", cwd=tmp_path)
    for array in (j for j in found["jobs"] if j["array"]):
        assert array["elements"] == min(limit, array["tasks"]) and array["array"] == f"0-{array['elements'] - 1}%50"
    assert job(found, "launch")["tasks"] == 2000 and job(found, "equilibrate")["tasks"] == 500
    fullest = -(-2000 // min(limit, 2000))
    assert job(found, "launch")["wall_hours"] == pytest.approx(fullest * job(found, "launch")["core_hours"] / 2000)
    text = support.succeed("submit", support.ROOT / "examples/glassbench/ka_T0.44.toml", "--dry-run", *RATES, cwd=tmp_path).stdout
    for words in ("array of 500 x 1 rank(s) [0-499]", "core hours", "queued again", "nothing submitted", "files on the way"):
        assert words in text
    assert not os.listdir(tmp_path)


def test_what_is_there_is_not_planned(small):
    """Parts of some structures and blocks: only shares that lack something are in the array; then none."""
    folder = small.parent
    support.succeed("run", small, "--stage", "equilibrate", "--share", "1/3", cwd=folder)
    found = plan(small, *RATES, cwd=folder)
    assert job(found, "equilibrate")["array"] == "0,2" and job(found, "equilibrate")["left"] == 2
    support.succeed("run", small, "--stage", "quench", cwd=folder)
    for share in ("0/12", "1/12", "7/12"):
        support.succeed("run", small, "--stage", "launch", "--share", share, cwd=folder)
    found = plan(small, *RATES, cwd=folder)
    assert [j["name"] for j in found["jobs"]][:2] == ["launch", "label"]
    assert job(found, "launch")["array"] == "2-6,8-11" and job(found, "launch")["left"] == 9
    support.succeed("run", small, "--stage", "label", cwd=folder)
    assert [j["name"] for j in plan(small, *RATES, cwd=folder)["jobs"]][0] == "label"
    grown = plan(small, *RATES, "--set", "replicas.count=20", cwd=folder)
    assert job(grown, "launch")["array"] == "4,9,14" and job(grown, "launch")["tasks"] == 15


# ---- scripts ---------------------------------------------------------------------------------------------------------


def test_the_scripts_say_what_was_asked_for(small):
    folder = small.parent
    support.succeed("submit", small, *RATES, "--no-slurm", "--throttle", "3", "--time", "90m", "--partition", "short", "--account",
                    "glass", "--sbatch=--mem=2G", "--setup", "module load openmpi", "--nodes", "2", "--ntasks-per-node", "4",
                    "--cpus-per-task", "3", "--gpu", "--local-scratch", "$TMPDIR", cwd=folder)
    text = (folder / "small/jobs/launch.sbatch").read_text(encoding="utf-8")
    for line in ("--array=0-1%3", "--partition=short", "--account=glass", "--mem=2G", "--time=01:30:00", "--nodes=2",
                 "--ntasks-per-node=4", "--cpus-per-task=3", "--gpus-per-task=1", "--requeue", "--signal=B:USR1@60",
                 "--open-mode=append"):
        assert f"\n#SBATCH {line}\n" in text
    assert "\nmodule load openmpi\n" in text and 'scratch="$TMPDIR"' in text
    assert 'mpirun --bind-to none -n 8 "$program" run "$campaign" --stage launch --share "$SLURM_ARRAY_TASK_ID/2" &' in text
    label = (folder / "small/jobs/label.sbatch").read_text(encoding="utf-8")
    assert "--array" not in label and "gpus" not in label and "#SBATCH --ntasks=8\n" in label
    for script in (folder / "small/jobs").glob("*.s*"):
        assert not re.search(r"\{\{|\}\}", script.read_text(encoding="utf-8"))
        assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_scripts_of_an_earlier_plan_go(small):
    folder = small.parent
    support.succeed("submit", small, *RATES, "--no-slurm", cwd=folder)
    assert (folder / "small/jobs/quench.sbatch").exists()
    support.succeed("run", small, "--stage", "quench", cwd=folder)
    support.succeed("submit", small, *RATES, "--no-slurm", cwd=folder)
    assert not (folder / "small/jobs/quench.sbatch").exists() and (folder / "small/jobs/launch.sbatch").exists()


FAKE_SBATCH = """#!/bin/bash
echo "$@" >>"$CALLS"
n=$(wc -l <"$CALLS")
if [ "$n" = "${FAIL_AT:-0}" ]; then echo "sbatch: error: Invalid account" >&2; exit 1; fi
echo "$((1000 + n));cluster"
"""


def fake_slurm(folder, monkeypatch, **variables):
    """Stand-ins on PATH that note how they were called; squeue and scontrol know nothing."""
    for name, text in {"sbatch": FAKE_SBATCH, "scancel": '#!/bin/bash\necho "scancel $@" >>"$CALLS"\n',
                       "squeue": "#!/bin/bash\necho 'slurm_load_jobs error: Invalid job id specified' >&2\nexit 1\n",
                       "scontrol": "#!/bin/bash\necho 'MaxArraySize            = 6'\n"}.items():
        path = folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(folder / "calls"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return folder / "calls"


def test_jobs_depend_on_one_another(small, monkeypatch):
    calls = fake_slurm(small.parent, monkeypatch)
    done = json.loads(support.succeed("submit", small, *RATES, "--json", cwd=small.parent).stdout)
    assert done["max_array"] == 6 and job(done, "launch")["elements"] == 6
    lines = calls.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "--parsable small/jobs/equilibrate.sbatch"
    for k, line in enumerate(lines[1:], start=1):
        assert line.startswith(f"--parsable --dependency=afterok:{1000 + k} --kill-on-invalid-dep=yes small/jobs/")
    stored = json.loads((small.parent / "small/jobs/submitted.json").read_text(encoding="utf-8"))
    assert stored["jobs"] == done["submitted"] and stored["jobs"][-1] == {"name": "report", "id": str(1000 + len(lines))}
    text = support.succeed("status", "small", cwd=small.parent).stdout
    assert "jobs submitted 2" in text and re.search(r"launch +1005 +0 of 6 shares done", text)


def test_a_refused_script_takes_back_the_chain(small, monkeypatch):
    calls = fake_slurm(small.parent, monkeypatch, FAIL_AT="3")
    done = support.run("submit", small, *RATES, cwd=small.parent)
    assert done.returncode == 1 and "sbatch does not take small/jobs/quench.sbatch" in done.stderr
    assert "Invalid account" in done.stderr
    assert calls.read_text(encoding="utf-8").splitlines()[-1] == "scancel 1001 1002"


# ---- bad input -------------------------------------------------------------------------------------------------------

WRONG = {
    "too many elements": (["--tasks", "2000"], r"--tasks 2000: .*at most 1001 elements.*--max-array"),
    "half a minute": (["--time", "30s"], r"--time 30 s: Slurm counts in minutes"),
    "no duration": (["--time", "soon"], r"duration 'soon' .*HH:MM:SS"),
    "no rank": (["--ntasks-per-node", "0"], r"--ntasks-per-node.* at least 1"),
    "three rates": (["--rate", "1,2,3"], r"--rate takes particle-steps"),
    "no option": (["--sbatch", "mem=4G"], r"'mem=4G' is not an option of sbatch"),
    "negative tasks": (["--tasks", "-1"], r"--tasks"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_options(case, small):
    words, pattern = WRONG[case]
    rate = [] if "--rate" in words else RATES
    done = support.succeed("submit", small, "--dry-run", "--max-array", "1001", *rate, *words, cwd=small.parent, code=2)
    assert re.search(pattern, done.stderr) and len(support.messages(done.stderr)) == 1
    assert os.listdir(small.parent) == ["c.toml"]


def test_without_slurm_there_is_another_way(small, monkeypatch):
    (small.parent / "bin").mkdir()
    for program in Path("/usr/bin").iterdir():  # Open MPI looks for some of them
        if program.name != "sbatch":
            (small.parent / "bin" / program.name).symlink_to(program)
    monkeypatch.setenv("PATH", str(small.parent / "bin"))
    done = support.run("submit", small, *RATES, cwd=small.parent)
    assert done.returncode == 2 and "no sbatch here" in done.stderr and "--no-slurm" in done.stderr
    assert not (small.parent / "small").exists()


def test_gpus_that_would_stand_idle(small, monkeypatch):
    fake_slurm(small.parent, monkeypatch)
    done = support.succeed("submit", small, *RATES, "--gpu", cwd=small.parent, code=2)
    assert "stand idle" in done.stderr and not (small.parent / "small").exists()


# ---- the same plan on one machine ------------------------------------------------------------------------------------


def test_run_all_gives_the_bits_of_run(tmp_path):
    sections = support.campaign({"replicas.pack": 4})
    for name in ("whole", "shares"):
        support.write_campaign(tmp_path / name / "c.toml", sections)
    support.succeed("run", "c.toml", cwd=tmp_path / "whole")
    support.succeed("submit", "c.toml", *RATES, "--no-slurm", "--tasks", "3", cwd=tmp_path / "shares")
    script = ["bash", tmp_path / "shares/small/jobs/run-all.sh", "2"]
    done = subprocess.run(script, env=support.environment(1), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    support.assert_same(tmp_path / "whole/small", tmp_path / "shares/small")
    assert not (tmp_path / "shares/small/work").exists()


def test_run_all_stops_and_goes_on(tmp_path):
    sections = support.campaign({"replicas.times": [0.1, 20.0], "replicas.pack": 2, "dynamics.structures": 0})
    support.write_campaign(tmp_path / "c.toml", sections)
    support.succeed("run", "c.toml", "--stage", "label", "--out", "whole", cwd=tmp_path, ranks=2)
    support.succeed("submit", "c.toml", *RATES, "--no-slurm", "--tasks", "2", cwd=tmp_path)
    script = ["bash", tmp_path / "small/jobs/run-all.sh", "2"]
    process = subprocess.Popen(script, env=support.environment(1), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    try:
        support.wait_until(lambda: len(list(tmp_path.glob("small/work/launch/*.h5"))) > 1, process)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=60)
    finally:
        support.kill(process)
    assert process.returncode == support.STOPPED, (output, errors)
    assert (tmp_path / "small/work/launch").exists()
    done = subprocess.run(script, env=support.environment(1), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    whole = support.content(tmp_path / "whole")
    found = {name: value for name, value in support.content(tmp_path / "small").items() if name in whole}
    support.assert_same(whole, found)


# ---- shares ----------------------------------------------------------------------------------------------------------

WRONG_SHARES = {
    "not I/N": (["--stage", "launch", "--share", "3"], 2, r"--share '3' is not I/N"),
    "beyond the last": (["--stage", "launch", "--share", "4/4"], 2, r"the last is \(N-1\)/N"),
    "no stage": (["--share", "0/4"], 2, r"--share goes with --stage equilibrate, quench or launch"),
    "a stage of one program": (["--stage", "dynamics", "--share", "0/4"], 2, r"'dynamics' is run by one program"),
    "nothing before it": (["--stage", "quench", "--share", "0/4"], 3, r"run --stage equilibrate first"),
    "with a plan": (["--stage", "launch", "--share", "0/4", "--dry-run"], 2, r"--share does not go with --dry-run"),
}


@pytest.mark.parametrize("case", WRONG_SHARES)
def test_wrong_shares(case, small):
    words, code, pattern = WRONG_SHARES[case]
    done = support.succeed("run", small, *words, cwd=small.parent, code=code)
    assert re.search(pattern, done.stderr) and len(support.messages(done.stderr)) == 1
    assert os.listdir(small.parent) == ["c.toml"]


def test_who_may_work_beside_a_share(tmp_path):
    """Another share may; the same one, or a program that merges, may not. Temporary files of a living share stay."""
    support.write_campaign(tmp_path / "c.toml", support.campaign({"equilibrate.sweeps": 2000000}))
    share = ("run", "c.toml", "--stage", "equilibrate", "--share")
    first = support.start(*share, "0/2", cwd=tmp_path)
    try:
        support.wait_until((tmp_path / "small/campaign.toml").exists, first)
        unfinished = tmp_path / "small/work/equilibrate/.s0000.h5.node.1.0x1.tmp"
        unfinished.parent.mkdir(parents=True)
        unfinished.write_bytes(b"half a file")
        same = support.succeed(*share, "0/2", cwd=tmp_path, code=3)
        assert "working on the same share 0/2 of equilibrate" in same.stderr
        merging = support.succeed("run", "c.toml", cwd=tmp_path, code=3)
        assert "another glassforge is working in this folder on a share of a stage" in merging.stderr
        other = support.succeed(*share, "1/2", "--walltime", "1s", cwd=tmp_path, code=support.STOPPED)
        assert "stopped by wall time" in other.stderr
        changed = support.succeed(*share, "1/2", "--set", "replicas.count=17", cwd=tmp_path, code=3)
        assert "says another thing than the campaign of this share" in changed.stderr
        assert first.poll() is None and unfinished.exists()
    finally:
        support.kill(first)
    support.succeed("run", "c.toml", "--walltime", "1s", cwd=tmp_path, code=support.STOPPED)
    assert not unfinished.exists()


def test_a_share_is_the_same_tasks_after_a_stop(small):
    """What a share leaves out, no other start of it does; what it has done stays as it is."""
    folder = small.parent
    support.succeed("run", small, "--stage", "quench", cwd=folder)
    done = support.succeed("run", small, "--stage", "launch", "--share", "1/5", cwd=folder)
    assert "share 1/5 of launch: 3 replica blocks done now" in done.stdout
    parts = folder / "small/work/launch"
    assert sorted(path.name for path in parts.iterdir()) == ["s0000_r0004-0007.h5", "s0001_r0008-0011.h5", "s0002_r0012-0015.h5"]
    (parts / "s0001_r0008-0011.h5").unlink()
    before = support.fingerprint(parts)
    done = support.succeed("run", small, "--stage", "launch", "--share", "1/5", cwd=folder, ranks=2)
    assert "share 1/5 of launch: 1 replica blocks done now" in done.stdout
    after = support.fingerprint(parts)
    assert after.keys() - before.keys() == {"s0001_r0008-0011.h5"} and {name: after[name] for name in before} == before


# ---- time left -------------------------------------------------------------------------------------------------------


def test_the_time_of_a_slurm_job(small, monkeypatch):
    """From SLURM_JOB_END_TIME, else from squeue; not outside a job."""
    command = ("run", small, "--stage", "equilibrate")
    assert "Slurm ends" not in support.succeed(*command, cwd=small.parent).stdout
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv("SLURM_JOB_END_TIME", "99999999999")
    assert "(by SLURM_JOB_END_TIME)" in support.succeed(*command, cwd=small.parent).stdout
    monkeypatch.delenv("SLURM_JOB_END_TIME")
    fake_slurm(small.parent, monkeypatch)
    (small.parent / "bin/squeue").write_text('#!/bin/bash\n[ "$3" = --jobs=7 ] && echo 1:30:00\n', encoding="utf-8")
    for ranks in (None, 2):
        done = support.succeed(*command, cwd=small.parent, ranks=ranks)
        assert "stops in good order 5340 s from now: Slurm ends this job 5400 s from now (by squeue)" in done.stdout
    monkeypatch.setenv("SLURM_JOB_END_TIME", "1")  # over already
    done = support.succeed("run", small, "--set", "equilibrate.sweeps=2000000", "--out", "other", cwd=small.parent, code=75)
    assert "stopped by wall time of 1 s" in done.stderr
