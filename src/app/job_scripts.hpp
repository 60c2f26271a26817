/// Job scripts of a plan, from the templates in jobs/.
#pragma once

#include <string>

#include "app/job_plan.hpp"

namespace glassforge::app {

/// What the scripts need to know of this program and this place.
struct ScriptPlace {
  std::string program;    ///< path of glassforge
  std::string directory;  ///< where submit was called: jobs start there
};

/// Where the script of a job lies: <folder>/jobs/<name>.sbatch.
std::string scriptPath(const CampaignFolder& folder, const Job& job);
/// <folder>/jobs/run-all.sh.
std::string runAllPath(const CampaignFolder& folder);
/// "gf-<campaign>-<name>", in letters that Slurm takes.
std::string slurmName(const Campaign& campaign, const Job& job);

/// The text of a Slurm script.
std::string jobScript(const Campaign& campaign, const CampaignFolder& folder, const JobPlan& plan, const Job& job,
                      const ScriptPlace& place);
/// The same plan for one machine without Slurm.
std::string runAllScript(const Campaign& campaign, const CampaignFolder& folder, const JobPlan& plan,
                         const ScriptPlace& place);

/// Writes all scripts and plan.json into <folder>/jobs, and removes scripts there that are of an earlier plan.
/// FileError.
void writeJobs(const Campaign& campaign, const CampaignFolder& folder, const JobPlan& plan, const ScriptPlace& place);

/// A word for the shell, in quotes where it needs them.
std::string shellWord(const std::string& text);

}  // namespace glassforge::app
