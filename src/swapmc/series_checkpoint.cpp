#include "swapmc/series_checkpoint.hpp"

namespace glassforge::swapmc {

void putSeries(Checkpoint& checkpoint, const EquilibrationSeries& series) {
  checkpoint.put("series/progress", series.progress);
  checkpoint.put("series/energy", series.energy);
  checkpoint.put("series/pressure", series.pressure);
  checkpoint.put("series/temperature", series.temperature);
  checkpoint.put("series/window_begin", series.window_begin);
  checkpoint.put("series/redos", series.redos);
}

void getSeries(const Checkpoint& checkpoint, EquilibrationSeries& series) {
  series.progress = checkpoint.reals("series/progress");
  series.energy = checkpoint.reals("series/energy");
  series.pressure = checkpoint.reals("series/pressure");
  series.temperature = checkpoint.reals("series/temperature");
  series.window_begin = checkpoint.real("series/window_begin");
  series.redos = checkpoint.integer("series/redos");
}

}  // namespace glassforge::swapmc
