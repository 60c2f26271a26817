#!/bin/bash
#SBATCH --job-name=glassforge-scale
#SBATCH --array=0-7
#SBATCH --output=scale_%A_%a.out
# Scaling studies of a campaign as a job array: four stages, strong and weak (docs/scaling.md). Everything of a site comes from
# sbatch's own options:
#   sbatch --ntasks=64 --time=2:00:00 [--partition=...] jobs/scaling_study.sh CAMPAIGN.toml RANKS OUT [options of glassforge scale]
#   sbatch --ntasks=64 --time=2:00:00 jobs/scaling_study.sh c.toml 1,2,4,8,16,32,64 /scratch/$USER/study --repeats 5
# Without Slurm it does all eight, one after another, with mpirun:
#   jobs/scaling_study.sh c.toml 1,2,4 study
# GLASSFORGE names the program (default: glassforge in PATH), GLASSFORGE_LAUNCHER how ranks are started.
set -eu

if [ $# -lt 3 ]; then
  sed -n '5,12s/^# //p' "$0" >&2
  exit 2
fi
campaign=$1 ranks=$2 out=$3
shift 3
program=${GLASSFORGE:-glassforge}
stages=(equilibrate launch describe train)
series=(strong weak)

study() {  # number 0 .. 7
  local stage=${stages[$(($1 / 2))]} kind=${series[$(($1 % 2))]}
  "$program" scale "$campaign" "--$kind" "$ranks" --stage "$stage" --out "$out/${stage}_$kind" --launcher "$launcher" "${@:2}"
}

if [ -n "${SLURM_JOB_ID:-}" ]; then
  launcher=${GLASSFORGE_LAUNCHER:-srun --exact -n {ranks\}}
  study "${SLURM_ARRAY_TASK_ID:-0}" "$@"
else
  launcher=${GLASSFORGE_LAUNCHER:-mpirun --oversubscribe --bind-to none -n {ranks\}}
  for number in 0 1 2 3 4 5 6 7; do study "$number" "$@"; done
fi
