"""Makes pca_svm_reference.hpp: principal components and linear support vector machines by scikit-learn 1.5.2.

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install numpy==1.26.4 scikit-learn==1.5.2
    /tmp/reference/bin/python pca_svm_reference.py > pca_svm_reference.hpp
"""

import numpy
import sklearn
from sklearn.decomposition import PCA
from sklearn.svm import SVC, LinearSVC

ROWS, COLUMNS, SEED, PENALTY = 80, 5, 20240602, 0.1


def braced(values):
    rows = numpy.atleast_2d(values)
    return ",\n".join("    " + ", ".join(f"{x:.16g}" for x in row) for row in rows)


def array(name, values):
    values = numpy.asarray(values)
    print(f"inline constexpr std::array<double, {values.size}> {name}{{\n{braced(values)}}};")


def main():
    random = numpy.random.RandomState(SEED)
    mixing = random.normal(size=(COLUMNS, COLUMNS))
    table = numpy.round(random.normal(size=(ROWS, COLUMNS)) @ mixing + numpy.arange(COLUMNS), 6)
    side = table @ numpy.array([1.0, -0.5, 0.3, 0.0, 0.2]) + 1.5 * random.normal(size=ROWS)
    classes = numpy.where(side > numpy.median(side), 1.0, -1.0)
    pca = PCA(svd_solver="full").fit(table)
    squared = LinearSVC(C=PENALTY, loss="squared_hinge", dual=False, tol=1e-14, max_iter=100000).fit(table, classes)
    hinge = SVC(C=PENALTY, kernel="linear", tol=1e-10).fit(table, classes)
    print("/// Made by pca_svm_reference.py; do not edit.")
    print("#pragma once\n\n#include <array>\n#include <cstddef>\n\nnamespace glassforge::ml::testing {\n")
    print("// clang-format off")
    print(f"// scikit-learn {sklearn.__version__}, numpy {numpy.__version__}")
    print(f"inline constexpr std::size_t reference_rows = {ROWS}, reference_columns = {COLUMNS};")
    print(f"inline constexpr double reference_penalty = {PENALTY};")
    array("reference_table", table)
    array("reference_classes", classes)
    print("// PCA: components row by row, variances, and the coordinates of every row of the table.")
    array("reference_components", pca.components_)
    array("reference_variances", pca.explained_variance_)
    array("reference_coordinates", pca.transform(table))
    print("// LinearSVC with squared hinge loss, and SVC with a linear kernel (hinge loss): weights and offset.")
    array("reference_squared_hinge", numpy.append(squared.coef_[0], squared.intercept_))
    array("reference_hinge", numpy.append(hinge.coef_[0], hinge.intercept_))
    print("// clang-format on\n\n}  // namespace glassforge::ml::testing")


if __name__ == "__main__":
    main()
