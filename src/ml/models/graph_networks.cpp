#include <algorithm>

#include "core/error.hpp"
#include "ml/models/botan.hpp"
#include "ml/models/se3.hpp"

namespace glassforge::ml {

namespace {

/// A network of one's own is one more line in the list below.
struct Entry {
  std::string name;
  GraphNetworkTraits (*traits)();
  std::unique_ptr<GraphNetwork<float>> (*make)(const GraphNetworkRequest&);
  std::unique_ptr<GraphNetwork<double>> (*make_double)(const GraphNetworkRequest&);
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> list{{"botan", botanTraits, makeBotan<float>, makeBotan<double>},
                                       {"bapst", bapstTraits, makeBapst<float>, makeBapst<double>},
                                       {"se3", se3Traits, makeSe3<float>, makeSe3<double>}};
  return list;
}

const Entry& entryOf(const std::string& name) {
  for (const Entry& entry : entries())
    if (entry.name == name) return entry;
  throw InputError(fmt::format("there is no network \"{}\"; known are {}", name, fmt::join(graphNetworkNames(), ", ")));
}

}  // namespace

std::size_t numbersIn(const std::vector<ParameterArray>& layout) {
  std::size_t numbers = 0;
  for (const ParameterArray& array : layout) numbers += Array<double>::count(array.shape);
  return numbers;
}

bool isGraphNetwork(const std::string& name) {
  return std::ranges::find(entries(), name, &Entry::name) != entries().end();
}

GraphNetworkTraits graphNetworkTraits(const std::string& name) {
  return entryOf(name).traits();
}

template <>
std::unique_ptr<GraphNetwork<float>> makeGraphNetwork(const GraphNetworkRequest& request) {
  return entryOf(request.name).make(request);
}
template <>
std::unique_ptr<GraphNetwork<double>> makeGraphNetwork(const GraphNetworkRequest& request) {
  return entryOf(request.name).make_double(request);
}

std::vector<std::string> graphNetworkNames() {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) names.push_back(entry.name);
  return names;
}

}  // namespace glassforge::ml
