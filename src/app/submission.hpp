/// The chain of jobs of a campaign that was submitted: jobs/submitted.json.
#pragma once

#include <string>
#include <vector>

#include "app/campaign_folder.hpp"
#include "app/job_plan.hpp"
#include "app/slurm.hpp"

namespace glassforge::app {

struct Submission {
  std::string date;  ///< UTC
  std::vector<SubmittedJob> jobs;
};

/// What was submitted last for a folder; without jobs where nothing was. FileError.
Submission storedSubmission(const CampaignFolder& folder);

/// Submits the scripts of a plan as a chain and notes their ids after each. Where sbatch refuses one, those before it
/// are cancelled. Error.
Submission submitChain(const CampaignFolder& folder, const JobPlan& plan);

/// Jobs and how many shares of each array are done, from files alone; empty where nothing was planned. `json` gets the
/// same.
std::string describeSubmission(const Campaign& campaign, const CampaignFolder& folder, nlohmann::json& json);

}  // namespace glassforge::app
