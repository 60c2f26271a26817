/// How long a stage takes on n ranks: a model of few parameters, its fit to measured times, and what it predicts.
#pragma once

#include <optional>
#include <vector>

namespace glassforge::app {

/// One measured run.
struct ScalingPoint {
  double ranks = 1;
  double tasks = 1;  ///< that were shared out
  double seconds = 0;
};

/// T(n) = serial + task ceil(K / n) + request (K + n) for K tasks on n ranks (docs/scaling.md): what is not shared out,
/// after Amdahl; whole tasks, of which the busiest rank has ceil(K / n); and the task counter, which answers K + n
/// requests one after another, each rank asking once more than it gets.
struct ScalingModel {
  double serial = 0;                                           ///< seconds
  double task = 0;                                             ///< seconds a task
  double request = 0;                                          ///< seconds a request
  double serial_error = 0, task_error = 0, request_error = 0;  ///< standard errors; 0 where not fitted
  bool task_fitted = false, request_fitted = false;            ///< else taken from direct measurement
  double residual = 0;                                         ///< rms of (measured - model) / measured

  double seconds(double ranks, double tasks) const;
};

/// What was measured directly, for parameters that the runs cannot tell apart.
struct MeasuredCosts {
  double task = 0;     ///< seconds a task: computing and files, mean over tasks
  double request = 0;  ///< seconds until the counter answered, mean over requests
};

/// Least squares of relative residuals, all parameters >= 0. `task` is fitted where the points differ in ceil(K / n);
/// `request` where there are three numbers of ranks or more and the result is at least twice its standard error; else
/// they are the measured ones. There must be a point.
ScalingModel fitScaling(const std::vector<ScalingPoint>& points, const MeasuredCosts& measured);

}  // namespace glassforge::app
