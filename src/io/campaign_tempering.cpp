#include "io/campaign_tempering.hpp"

#include <algorithm>
#include <functional>

#include "core/temperature_ladder.hpp"

namespace glassforge::io {
namespace {

constexpr double kMostLevels = 1000;

/// Temperatures that the file gives: ascending from the campaign's, none above the one that replicas are melted at.
void checkTemperatures(const TomlSection& section, const Campaign& c) {
  const auto& e = c.equilibrate;
  const auto& t = e.temperatures;
  if (t.front() != c.system.temperature) {
    section.fail("temperatures", fmt::format("begins with {}; the first must be the temperature of the system, {}",
                                             t.front(), c.system.temperature));
  }
  if (std::adjacent_find(t.begin(), t.end(), std::greater_equal<>()) != t.end()) {
    section.fail("temperatures", "must increase from entry to entry");
  }
  if (t.size() < 2) section.fail("temperatures", "has one entry; at least two are needed to exchange");
  if (t.back() > e.start_temperature) {
    section.fail("temperatures",
                 fmt::format("ends with {}, above start_temperature = {}, from which all levels are cooled; "
                             "raise start_temperature",
                             t.back(), e.start_temperature));
  }
  if (section.has("levels") && e.levels != static_cast<std::int64_t>(t.size())) {
    section.fail("levels", fmt::format("is {}, but temperatures has {} entries; leave one of the two keys out",
                                       e.levels, t.size()));
  }
}

}  // namespace

void readTempering(const TomlSection& section, Campaign& c) {
  auto& e = c.equilibrate;
  if (section.has("temperatures")) e.temperatures = section.numbers("temperatures", Range::positive(), "temperatures");
  e.levels = section.integer("levels", Range::between(2, kMostLevels), e.levels);
  e.exchange_time = section.number("exchange_time", Range::positive(), e.exchange_time);
  if (e.method != "tempering") return;
  if (e.start != "hot") {
    section.fail("start",
                 fmt::format("is \"{}\", but the levels of tempering are all cooled from start_temperature; it must be "
                             "\"hot\"",
                             e.start));
  }
  if (e.exchange_time > e.time) {
    section.fail("exchange_time", fmt::format("is {}, longer than the whole run; it must be at most time = {}",
                                              e.exchange_time, e.time));
  }
  if (!e.temperatures.empty()) {
    checkTemperatures(section, c);
    e.levels = static_cast<std::int64_t>(e.temperatures.size());
    return;
  }
  if (e.start_temperature <= c.system.temperature) {
    section.fail("start_temperature",
                 fmt::format("is {}; the levels lie between the temperature of the system and it, so it "
                             "must be above {}",
                             e.start_temperature, c.system.temperature));
  }
  e.temperatures = temperatureLadder(c.system.mixture, c.system.temperature, e.levels, e.start_temperature);
}

}  // namespace glassforge::io
