// glassforge compare: labels of the same structures from two sources.
#include "app/commands.hpp"
#include "app/compare.hpp"
#include "app/evaluation_json.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

using Json = nlohmann::json;

struct CompareOptions {
  std::string a, b;
  LabelHints hints;
  bool as_json = false;
};

Json toJson(const std::map<std::string, SpeciesComparison>& field) {
  Json json = Json::object();
  for (const auto& [name, s] : field) {
    json[name] = {{"pearson", jsonNumbers(s.pearson)},   {"ceiling", jsonNumbers(s.ceiling)},
                  {"mean_a", jsonNumbers(s.mean_a)},     {"mean_b", jsonNumbers(s.mean_b)},
                  {"spread_a", jsonNumbers(s.spread_a)}, {"spread_b", jsonNumbers(s.spread_b)}};
  }
  return json;
}

Json toJson(const LabelComparison& c, const CompareOptions& options) {
  Json json = toJson(c.displacement);
  json["a"] = options.a;
  json["b"] = options.b;
  json["times"] = c.times_a;
  json["times_b"] = c.times_b;
  json["structures"] = c.pairs.size();
  json["pairs"] = c.pairs;
  json["replicas_a"] = c.replicas_a;
  json["replicas_b"] = c.replicas_b;
  if (!c.bond_breaking.empty()) json["bond_breaking"] = toJson(c.bond_breaking);
  return json;
}

void print(const std::string& label, const std::map<std::string, SpeciesComparison>& field, const LabelComparison& c) {
  for (const auto& name : c.species_names) {
    const auto found = field.find(name);
    if (found == field.end()) continue;
    const auto& s = found->second;
    fmt::print("\n{} of {} particles\n  {:>12} {:>9} {:>9} {:>12} {:>12} {:>12} {:>12}\n", label, name, "t", "pearson",
               "ceiling", "mean a", "mean b", "spread a", "spread b");
    for (std::size_t t = 0; t < c.times_a.size(); ++t) {
      fmt::print("  {:>12.6g} {:>9.4f} {:>9.4f} {:>12.6g} {:>12.6g} {:>12.6g} {:>12.6g}\n", c.times_a[t], s.pearson[t],
                 s.ceiling[t], s.mean_a[t], s.mean_b[t], s.spread_a[t], s.spread_b[t]);
    }
  }
}

int compare(const CompareOptions& options) {
  const auto [a, b] = readLabelSets(options.a, options.b, options.hints);
  const LabelComparison result = compareLabels(a, b, options.hints.times);
  if (options.as_json) {
    fmt::print("{}\n", toJson(result, options).dump(1));
    return 0;
  }
  const auto replicas = [](std::size_t n) { return n > 0 ? fmt::format("{} replicas", n) : "replicas not known"; };
  fmt::print("a: {} ({})\nb: {} ({})\n{} structures in common\n", options.a, replicas(result.replicas_a), options.b,
             replicas(result.replicas_b), result.pairs.size());
  print("displacement", result.displacement, result);
  print("bond breaking", result.bond_breaking, result);
  fmt::print("\nceiling: the Pearson correlation that two sets of the same truth would have with this noise\n");
  return 0;
}

}  // namespace

void addCompareCommand(CLI::App& app, Action& action) {
  auto options = std::make_shared<CompareOptions>();
  auto* command = app.add_subcommand("compare", "Hold two sets of labels of the same structures against each other");
  const std::string what = "a campaign folder, a label file (.h5), a published npz, or a folder of such npz files";
  command->add_option("A", options->a, "One set: " + what)->required();
  command->add_option("B", options->b, "The other set, of any of these forms")->required();
  command->add_option("--times", options->hints.times, "Compare at these times only; of an npz without time code: its time")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--model", options->hints.model, "Model of an npz, where neither side tells: KA or KA2D");
  command->add_option("--temperature", options->hints.temperature, "For time codes of npz files whose name has none");
  command->add_flag("--json", options->as_json, "Print one JSON object");
  command->footer(
      "Example:  glassforge compare my_campaign N1290T0.23_151_tc15.npz\n"
      "Structures are matched by their initial positions, times within 1 %. At each common time: Pearson correlation of the\n"
      "mean over replicas, pooled over common structures; its ceiling from the noise of both; means and spreads.");
  command->callback([options, &action] {
    action = [options](const par::Communicator& comm) {
      requireOneRank(comm, "compare");
      return compare(*options);
    };
  });
}

}  // namespace glassforge::app
