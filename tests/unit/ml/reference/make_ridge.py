"""Ridge regression by scikit-learn: writes ridge_sklearn.hpp.

pip install numpy==2.1.3 scikit-learn==1.5.2; python make_ridge.py
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from cpp_arrays import header

rng = np.random.default_rng(71)
rows, columns, targets, held_out = 60, 9, 2, 7
mixing = rng.normal(size=(columns, columns))
x = rng.normal(size=(rows + held_out, columns)) @ mixing * 10.0 ** np.arange(-2, columns - 2) + 50.0 * rng.normal(size=columns)
y = x[:, :3] @ rng.normal(size=(3, targets)) + 4.0 + rng.normal(size=(rows + held_out, targets))
train, test = slice(0, rows), slice(rows, None)
scaler = StandardScaler().fit(x[train])
penalties = [1e-3, 0.6, 60.0, 6e4]
weights, predictions = [], []
for penalty in penalties:
    model = Ridge(alpha=penalty, solver="svd").fit(scaler.transform(x[train]), y[train])
    weights.append(model.coef_)                                  # (targets, columns) of the standardised columns
    predictions.append(model.predict(scaler.transform(x[test])).T)  # (targets, held_out)

Path(__file__).with_name("ridge_sklearn.hpp").write_text(header(
    "Made by make_ridge.py with scikit-learn 1.5.2 and numpy 2.1.3.",
    {"ridge_x": x[train], "ridge_y": y[train].T, "ridge_new_x": x[test], "ridge_penalties": penalties,
     "ridge_weights": weights, "ridge_predictions": predictions}))
